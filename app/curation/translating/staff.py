"""The translators' pages: coverage by language, the editor beside the source, native approval, files of tools."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, cast

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import FourEyesError, Permission
from app.accounts.store import AccountRow
from app.content.confirmed import What, in_language, is_prose, is_source, language_of, stands
from app.curation import actions as curation
from app.curation.diff import diff
from app.curation.labels import KINDS
from app.curation.limiting.staff import check_here, may_here
from app.curation.model import Deed, Kind, PathError, Revision, StateError
from app.curation.model import State as RevisionState
from app.curation.needs import KEY, Needs
from app.curation.translating import actions, store
from app.curation.translating.labels import (
    DONE,
    ROW_SHAPES,
    SHAPES,
    STATES,
    WHATS,
    section_title,
    title_of,
)
from app.curation.translating.model import (
    TARGETS,
    Item,
    NoTitleError,
    Row,
    State,
    Written,
    coverage,
    is_only_translation,
)
from app.curation.translating.xliff import XliffError, read, written
from app.kernel.dates import KYIV, day_and_time
from app.kernel.languages import SOURCE
from app.web.access import actor, requires
from app.web.database import now, session
from app.web.desk import add_desk_page
from app.web.language import in_language as in_page_language

blueprint = in_page_language(Blueprint("translating", __name__))

PAGE = 100
"""Texts of one page of the list."""


MOST_OPEN = 12
"""Fields of a fact file up to which all are shown open; of more, those that say what the source says are folded."""


@blueprint.record_once
def _list(state: BlueprintSetupState) -> None:
    add_desk_page(
        cast(Flask, state.app), "translating.translations", _l("Translations"), Permission.TRANSLATE_CONTENT
    )  # fmt: skip


@blueprint.get("/staff/translations")
@requires(Permission.TRANSLATE_CONTENT)
def translations() -> ResponseReturnValue:
    """Show how far each language is, and the texts of the chosen one as far as the filters let through."""
    live = curation.live_library(session(), _needs().shipped())
    code = _chosen(request.args.get("into", ""))
    asked = {name: request.args.get(name, "").strip() for name in ("kind", "state", "q")}
    everything = {each: list(coverage(live, each)) for each in TARGETS}
    found = [one for one in everything[code] if _fits(one, asked) and may_here(one.path, Deed.SAVE)]
    start = _whole(request.args.get("from", ""))
    kept: dict[str, Any] = {"into": code, **{name: value for name, value in asked.items() if value}}
    return render_template(
        "curation/translating/translations.html",
        code=code,
        targets=TARGETS,
        shares=[_share(each, items) for each, items in everything.items()],
        kinds=[_kind_share(kind, everything[code]) for kind in Kind if any(i.kind is kind for i in everything[code])],
        asked=asked,
        rows=[_line(one, code) for one in found[start : start + PAGE]],
        total=len(found),
        earlier=url_for(".translations", **{"from": max(0, start - PAGE), **kept}) if start else "",
        further=url_for(".translations", **{"from": start + PAGE, **kept}) if start + PAGE < len(found) else "",
        choices={
            "into": list(TARGETS.items()),
            "kind": [("", gettext("all kinds")), *((kind, KINDS[kind]) for kind in Kind if kind is not Kind.SOURCES)],
            "state": [
                ("", gettext("any state")),
                *STATES.items(),
                ("unread", gettext("not reviewed by a native reader")),
            ],
        },
        form=DeedForm(),
    )


@blueprint.get("/staff/translations/edit")
@requires(Permission.TRANSLATE_CONTENT)
def edit() -> ResponseReturnValue:
    """Show a source section by section, what changed since the translator confirmed it, and the translation beside."""
    return _sheet_page(_path(request.args))


@blueprint.post("/staff/translations/edit")
@requires(Permission.TRANSLATE_CONTENT)
def write() -> ResponseReturnValue:
    """Save the translation as a draft, and send it to review on request; nothing that others wrote is overwritten."""
    check_button()
    path = _path(request.form)
    try:
        saved = _save(path)
        done = _submitted(path, saved) if request.form.get("do") == "submit" else "saved"
    except _MovedError:
        return _sheet_page(path, typed=_typed(), wrong=_moved_text()), 409
    except NoTitleError:
        wrong = gettext("Write the title and, below it, the summary.")
        return _sheet_page(path, typed=_typed(), wrong=wrong, at="text-0"), 422
    except StateError:
        wrong = gettext("This translation is in review and not open to changes.")
        return _sheet_page(path, typed=_typed(), wrong=wrong), 409
    return redirect(_edit_address(path, done=done), 303)


@blueprint.post("/staff/translations/autosave")
@requires(Permission.TRANSLATE_CONTENT)
def autosave() -> ResponseReturnValue:
    """Save the draft on the way; answers with what the form needs to save again, or 409 where others have saved."""
    check_button()
    path = _path(request.form)
    try:
        saved = _save(path)
    except (_MovedError, NoTitleError, StateError):
        return jsonify(saved=False), 409
    sheet = _sheet(path)
    return jsonify(saved=True, version=saved.version, sheet=_print_of(sheet.rows))


@blueprint.post("/staff/translations/native")
@requires(Permission.REVIEW_CONTENT)
def approve_as_native() -> ResponseReturnValue:
    """Note that a native reader approves a live translation."""
    check_button()
    path = _path(request.form)
    check_here(path, Deed.APPROVE)
    if not request.form.get("native"):
        wrong = gettext("Say that it is your mother tongue.")
        return _sheet_page(path, wrong=wrong, at="native"), 422
    try:
        with session().begin_nested():
            actions.approve_as_native(
                session(), path, shipped=_needs().shipped(), actor=actor().reference, now=now()
            )  # fmt: skip
    except PathError:
        abort(404)
    except FourEyesError:
        return _sheet_page(
            path, wrong=gettext("You wrote this text: another native reader approves it."), at="native"
        ), 422
    session().commit()
    _needs().look()
    return redirect(_edit_address(path, done="read"), 303)


@blueprint.get("/staff/translations/exchange")
@requires(Permission.TRANSLATE_CONTENT)
def exchange() -> ResponseReturnValue:
    """Show what can be taken out for translators' tools, and forms for what they send back."""
    return _exchange_page(_chosen(request.args.get("into", "")))


@blueprint.get("/staff/translations/xliff/<into>")
@requires(Permission.TRANSLATE_CONTENT)
def xliff(into: str) -> ResponseReturnValue:
    """Send the texts of a language as XLIFF: one of them, or all that are outdated or missing."""
    live = curation.live_library(session(), _needs().shipped())
    if into not in TARGETS:
        abort(404)
    sought = request.args.get("path", "")
    paths = [
        one.path for one in coverage(live, into) if (one.source == sought if sought else one.state is not State.CURRENT)
    ]
    if sought and not paths:
        abort(404)
    found = actions.taken_out(session(), into, paths, shipped=_needs().shipped())
    return _file(written(found), f"{into}.xlf", "application/xliff+xml")


@blueprint.post("/staff/translations/xliff")
@requires(Permission.TRANSLATE_CONTENT)
def take_in() -> ResponseReturnValue:
    """Take an XLIFF file in as drafts; name every unit that was refused."""
    check_button()
    try:
        found = read(_sent())
        for file in found.files if found.target_language in TARGETS else ():
            check_here(in_language(file.path, found.target_language), Deed.SAVE)
        with session().begin_nested():
            taken = actions.take_in(
                session(), found, shipped=_needs().shipped(), actor=actor().reference, now=now()
            )  # fmt: skip
    except XliffError:
        wrong = gettext("This is no XLIFF 2.0 file of a translation from Ukrainian.")
        return _exchange_page(_chosen(request.form.get("into", "")), faults=[("xliff", wrong)]), 422
    return _exchange_page(_chosen(found.target_language), taken=taken)


def _exchange_page(
    code: str,
    *,
    faults: Sequence[tuple[str, str]] = (),
    taken: actions.TakenIn | None = None,
) -> str:
    return render_template(
        "curation/translating/exchange.html",
        code=code,
        targets=TARGETS,
        faults=faults,
        taken=taken,
        form=DeedForm(),
    )


def _sent() -> bytes:
    """Return the bytes of the file that was sent, empty where there is none."""
    upload = request.files.get("file")
    return upload.read() if upload else b""


def _file(content: bytes, name: str, kind: str) -> ResponseReturnValue:
    response = Response(content)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.headers["Cache-Control"] = "no-store"
    return response


class _MovedError(Exception):
    """The source or the draft is no longer what the form showed."""


def _save(path: str) -> Revision:
    check_here(path, Deed.SAVE)
    sheet, typed = _sheet(path), _typed()
    version = sheet.draft.version if sheet.draft else 0
    if request.form.get("sheet") != _print_of(sheet.rows) or _whole(request.form.get("version", "")) != version:
        raise _MovedError
    everything = request.form.get("do") == "all"
    said = [
        Written(row, typed.get(row.anchor, ""), everything or f"ok-{place}" in request.form)
        for place, row in enumerate(sheet.rows)
    ]
    with session().begin_nested():
        return actions.write(
            session(), path, said, version=version, shipped=_needs().shipped(), actor=actor().reference, now=now()
        )


def _submitted(path: str, saved: Revision) -> str:
    """Send a draft to review, unless it holds what only an editor may send; return the word for what was done."""
    live = curation.live_library(session(), _needs().shipped())
    if not may_here(saved.path, Deed.SUBMIT) and not is_only_translation(
        path, live.files.get(saved.path, ""), saved.text
    ):
        return "joined"
    curation.submit(session(), saved.id, actor=actor().reference, now=now())
    return "submitted"


def _sheet(path: str) -> actions.Sheet:
    try:
        return actions.sheet(session(), path, shipped=_needs().shipped())
    except (PathError, actions.NoSourceError):
        abort(404)


def _sheet_page(path: str, *, typed: Mapping[str, str] | None = None, wrong: str = "", at: str = "main") -> str:
    sheet, shipped = _sheet(path), _needs().shipped()
    typed = typed or {}
    live = curation.live_library(session(), shipped)
    code = language_of(path)
    reading = store.native_readings(session()).get(path)
    draft = sheet.draft
    return render_template(
        "curation/translating/edit.html",
        path=path,
        source=sheet.source,
        code=code,
        language_name=TARGETS.get(code, code),
        title=title_of(sheet.source),
        rows=[_shown(sheet.source, row, place, typed) for place, row in enumerate(sheet.rows)],
        print=_print_of(sheet.rows),
        anchors="\n".join(row.anchor for row in sheet.rows),
        version=draft.version if draft else 0,
        draft=_draft(draft) if draft else {},
        is_open=may_here(path, Deed.SAVE) and (draft is None or draft.state is RevisionState.DRAFT),
        is_prose=is_prose(path),
        is_long=not is_prose(path) and len(sheet.rows) > MOST_OPEN,
        outdated=sum(row.what is not What.SAME for row in sheet.rows),
        is_live=stands(path, live.files),
        native=gettext("%(who)s, %(when)s", who=_who(reading.by), when=_day(reading.at)) if reading else "",
        is_own=may_here(path, Deed.SAVE),
        may_review=may_here(path, Deed.APPROVE),
        faults=[(at, wrong)] if wrong else [],
        form=DeedForm(),
        done="" if wrong else DONE.get(request.args.get("done", ""), ""),
    )


def _shown(source: str, row: Row, place: int, typed: Mapping[str, str]) -> dict[str, Any]:
    text = typed.get(row.anchor, row.text)
    return {
        "place": place,
        "anchor": row.anchor,
        "title": section_title(source, row.anchor, row.title),
        "language": SOURCE if row.title and is_prose(source) else "",
        "what": row.what,
        "kind": ROW_SHAPES[row.what],
        "state": WHATS[row.what],
        "source": row.source,
        "lines": diff(row.before, row.source) if row.what is What.CHANGED and row.before else [],
        "text": text,
        "theirs": row.text if typed and row.text != text else "",
        "lines_high": min(
            24, max(3 if is_prose(source) else 2, len(text or row.source) // 48 + (text or row.source).count("\n") + 1)
        ),
    }


def _draft(draft: Any) -> dict[str, Any]:
    return {
        "id": draft.id,
        "is_in_review": draft.state is RevisionState.IN_REVIEW,
        "saved": day_and_time(draft.saved_at),
        "by": _who(draft.saved_by),
    }


def _moved_text() -> str:
    return str(
        gettext("The Ukrainian text or the draft changed while you wrote. Nothing was saved: compare, then save again.")
    )


def _print_of(rows: Sequence[Row]) -> str:
    """Return by what a form knows again which rows it showed."""
    said = "\n".join("|".join((row.what, *row.then, *row.now)) for row in rows)
    return hashlib.blake2b(said.encode(), digest_size=12).hexdigest()


def _typed() -> dict[str, str]:
    """Return what was typed, by the anchor of its section, with the ends of lines that files have."""
    anchors = request.form.get("anchors", "").replace("\r\n", "\n").split("\n")
    return {
        anchor: request.form[f"text-{place}"].replace("\r\n", "\n").replace("\r", "\n")
        for place, anchor in enumerate(anchors)
        if f"text-{place}" in request.form
    }


def _path(asked: Mapping[str, str]) -> str:
    """Return the path of the translation that the address names by its source and its language."""
    source, code = asked.get("path", ""), asked.get("into", "")
    if not is_source(source) or code not in TARGETS:
        abort(404)
    return in_language(source, code)


def _edit_address(path: str, done: str) -> str:
    code = language_of(path)
    return url_for(".edit", path=in_language(path, SOURCE), into=code, done=done)


def _chosen(code: str) -> str:
    return code if code in TARGETS else next(iter(TARGETS))


def _fits(one: Item, asked: Mapping[str, str]) -> bool:
    sought = asked["q"].casefold().split()
    unread = asked["state"] == "unread" and one.state is not State.MISSING and not one.is_native
    return (
        (not asked["kind"] or one.kind == asked["kind"])
        and (not asked["state"] or one.state == asked["state"] or unread)
        and all(word in f"{title_of(one.source)} {one.source}".casefold() for word in sought)
    )


def _share(code: str, items: Sequence[Item]) -> dict[str, Any]:
    counts = Counter(one.state for one in items)
    return {
        "code": code,
        "name": TARGETS[code],
        "counts": [counts[state] for state in State],
        "native": sum(one.is_native for one in items),
        "total": len(items),
        "percent": 100 * counts[State.CURRENT] // max(1, len(items)),
    }


def _kind_share(kind: Kind, items: Sequence[Item]) -> dict[str, Any]:
    counts = Counter(one.state for one in items if one.kind is kind)
    whole = sum(counts.values())
    return {
        "name": KINDS[kind],
        "counts": [counts[state] for state in State],
        "total": whole,
        "percent": 100 * counts[State.CURRENT] // max(1, whole),
    }


def _line(one: Item, code: str) -> dict[str, Any]:
    state = str(STATES[one.state])
    if one.state is State.OUTDATED:
        state = str(
            ngettext("outdated in %(num)s section", "outdated in %(num)s sections", one.outdated)
            if is_prose(one.source)
            else ngettext("outdated in %(num)s field", "outdated in %(num)s fields", one.outdated)
        )
    return {
        "title": title_of(one.source),
        "address": url_for(".edit", path=one.source, into=code),
        "path": one.source,
        "kind": SHAPES[one.state],
        "state": state,
        "parts": f"+{one.added} ~{one.changed} −{one.removed}" if one.outdated else "–",
        "native": one.is_native,
        "told": one.state is State.MISSING,
    }


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _who(reference: str) -> str:
    account = session().get(AccountRow, reference.removeprefix("account:"))
    return account.name if account else reference


def _day(at: Any) -> str:
    return f"{at.astimezone(KYIV):%d.%m.%Y}"


def _needs() -> Needs:
    return cast(Needs, current_app.extensions[KEY])
