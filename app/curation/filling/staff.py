"""Forms for organisations, terms, sources and steps, for editors who do not write YAML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from flask import Blueprint, Response, abort, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import Permission
from app.content.library import Fault
from app.curation import actions, store
from app.curation.editing.staff import check_text, save_or_say, typed_change
from app.curation.filling.conditions import TooRichError, groups_of
from app.curation.filling.fields import (
    ID,
    MANY,
    NEW_BODY,
    Entries,
    NoEntryError,
    NoFormError,
    Shape,
    fields_of,
    is_id,
    shape_of,
)
from app.curation.filling.labels import (
    ADD,
    LANGUAGES,
    NEW,
    WRONG_CONDITIONS,
    condition_text,
    form_text,
    found_sources,
    hint_of,
    label_of,
    line_options,
    options_of,
    source_titles,
)
from app.curation.filling.model import (
    Control,
    Field,
    Shown,
    filled,
    ids_of_fault,
    opened,
    typed,
    wrong_conditions,
)
from app.curation.filling.patch import PatchError, parsed, same
from app.curation.labels import CHANGES, title_of
from app.curation.limiting.staff import check_here
from app.curation.merge import merge
from app.curation.model import Change, Deed, Revision, State, StateError
from app.curation.staff import Said, others_at, supplied, whole
from app.directory.model import Directory
from app.kernel.languages import SOURCE
from app.pathways.conditions import Condition
from app.web.access import actor, requires
from app.web.database import now, session
from app.web.edition import part
from app.web.language import in_language, language

blueprint = in_language(Blueprint("filling", __name__))

MOST = 60
"""Entries of one page of a list."""


@dataclass(frozen=True)
class Standing:
    """What stands on the desk for a path: a draft with its version, or what is live under no revision."""

    text: str
    id: str = ""
    version: int = 0
    change: Change | str = ""
    note: str = ""


@dataclass
class Sent:
    """A form as it was sent or is shown: which entry of which file, opened how, with which words about the change."""

    path: str
    entries: Entries
    entry: str
    base: dict[str, Any]
    standing: Standing
    shown: Sequence[Shown] = ()
    faults: Sequence[Fault] = ()
    checked: bool = False
    said: Said = field(default_factory=Said)
    target: str = ""
    """Where it is saved: a new file has no path before it is filled in."""

    def __post_init__(self) -> None:
        self.target = self.target or self.path


@blueprint.get("/staff/content/form")
@requires(Permission.EDIT_CONTENT)
def form() -> ResponseReturnValue:
    """Show a file, or an entry of it, as a form; for a file of many entries, the list to choose from."""
    path, entry = request.args.get("path", ""), request.args.get("entry", "")
    if not path:
        return redirect(url_for("curation.items"), 303)
    check_here(path, Deed.SAVE)
    open_id = store.on_desk(session(), path)
    if open_id:
        one = store.get_revision(session(), open_id)
        if one.state is State.IN_REVIEW or one.retires:
            return redirect(url_for("curation.revision", id_=open_id), 303)
    entries, standing = _standing(path)
    try:
        if entries.shape in MANY and not entry and "new" not in request.args:
            return _list_page(path, entries)
        base = {} if "new" in request.args or path == NEW_BODY else entries.get(entry)
    except NoEntryError:
        abort(404)
    except PatchError:
        # Somebody left this draft unreadable: it can only be mended as a text.
        return redirect(url_for("curation.edit", path=path), 303)
    return _form_page(Sent(path, entries, entry, base, standing, opened(_fields(entries, base), base)))


@blueprint.post("/staff/content/form")
@requires(Permission.EDIT_CONTENT)
def fill() -> ResponseReturnValue:
    """Add or take out a row, check what was typed, or save it as a draft; nothing that was typed is lost."""
    check_button()
    sent, do = _sent(), request.form.get("do", "")
    standing, change = sent.standing, typed_change()
    if do not in ("check", "save", "keep"):
        return _form_page(sent)
    try:
        text = _text(sent)
    except PatchError:
        sent.said.say("main", gettext("The draft of this text cannot be read any more. Mend it as a text first."))
        return _form_page(sent), 409
    if sent.said.faults:
        return _form_page(sent), 422
    if do != "keep":
        sent.faults, sent.checked = check_text(sent.target, text).faults, True
        _place(sent)
    if do == "check":
        return _form_page(sent)
    if change is None:
        sent.said.say("change", gettext("Say whether the meaning changes."))
    if sent.said.faults or change is None:
        return _form_page(sent), 422

    def again(said: Said) -> Response:
        sent.said.faults += [("main", why) for _, why in said.faults]
        return _form_page(sent)

    return save_or_say(sent.target, text, standing.id, standing.version, change, standing.note, again=again)


@blueprint.post("/staff/content/form/autosave")
@requires(Permission.EDIT_CONTENT)
def autosave() -> ResponseReturnValue:
    """Save what is typed as a draft on the way; what was not saved is told in words, and 409 where others have saved.

    The answer names what the form has to send from then on: it has a draft now, and a new entry its own place.
    """
    check_button()
    sent = _sent()
    try:
        text = _text(sent)
        if sent.said.faults:
            return jsonify(said=str(sent.said.faults[0][1])), 422
        with session().begin_nested():
            saved = _save_on_the_way(sent, text)
    except store.NoRevisionError:
        abort(404)
    except actions.UnchangedError:
        return jsonify({})
    except (PatchError, actions.ConflictError, store.OpenRevisionError, StateError):
        return jsonify({}), 409
    actions.open_form(session(), saved.path, actor=actor().reference, now=now())
    return jsonify({"path": saved.path, "revision": saved.id, "version": saved.version, **_own_place(sent, text)})


def _save_on_the_way(sent: Sent, text: str) -> Revision:
    by, standing = actor().reference, sent.standing
    if standing.id:
        if store.get_revision(session(), standing.id).path != sent.target:
            raise store.NoRevisionError(standing.id)
        return actions.autosave(session(), standing.id, text, version=standing.version, actor=by, now=now())
    # Until somebody says what kind of change it is, it is the one that is looked at more closely.
    change = typed_change() or Change.MEANING
    shipped = supplied().shipped()
    return actions.begin_draft(
        session(), sent.target, text, shipped=shipped, change=change, note=standing.note, actor=by, now=now()
    )


def _own_place(sent: Sent, text: str) -> dict[str, str]:
    """Return how a new entry is opened once it stands in a text, and nothing for one that stood there before."""
    if sent.base:
        return {}
    entries = Entries(sent.entries.shape, text)
    entry = sent.shown[0].value.strip() if entries.shape in MANY else ""
    return {"entry": entry, "base": _dumped(entries.get(entry))}


def _dumped(base: Mapping[str, Any]) -> str:
    return str(yaml.safe_dump(dict(base), allow_unicode=True, sort_keys=False))


def _sent() -> Sent:
    """Return the form as it was sent."""
    path = request.form.get("path", "")
    check_here(path, Deed.SAVE)
    entries, standing = _standing(path)
    standing = Standing(
        standing.text,
        request.form.get("revision", ""),
        whole(request.form.get("version", "")),
        typed_change() or "",
        request.form.get("note", "").strip(),
    )
    base = _opened_base()
    shown = typed(_fields(entries, base), request.form.to_dict(flat=False))
    return Sent(path, entries, request.form.get("entry", ""), base, standing, shown)


def _standing(path: str) -> tuple[Entries, Standing]:
    try:
        shape = shape_of(path)
    except NoFormError:
        abort(404)
    if path == NEW_BODY:
        return Entries(shape, ""), Standing("")
    open_id = store.on_desk(session(), path)
    if open_id:
        one = store.get_revision(session(), open_id)
        return Entries(shape, one.text), Standing(one.text, one.id, one.version, one.change, one.note)
    live = actions.ground(session(), supplied().shipped(), path)
    if not live.exists:
        abort(404)
    return Entries(shape, live.text), Standing(live.text)


def _opened_base() -> dict[str, Any]:
    try:
        base = parsed(request.form.get("base", ""))
    except PatchError:
        abort(400)
    if not isinstance(base, dict):
        abort(400)
    return base


def _text(sent: Sent) -> str:
    """Return the whole text with what was typed in it; what others changed in the same entry meanwhile is merged."""
    for id_, why in wrong_conditions(sent.shown):
        sent.said.say(id_, str(WRONG_CONDITIONS[why]))
    if sent.said.faults:
        return sent.standing.text
    order = [one.field.path[0] for one in sent.shown]
    wanted = filled(sent.shown, sent.base, order)
    if sent.path == NEW_BODY:
        return _new_body(sent, wanted)
    if not sent.base:
        id_ = str(wanted.pop("id", ""))
        if not is_id(id_) or id_ in sent.entries.all():
            sent.said.say("id", gettext("Give it a short name that no other entry has: a-z, 0-9 and hyphens."))
            return sent.standing.text
        return sent.entries.with_entry(id_, wanted)
    if same(sent.entries.all().get(sent.entry), sent.base):
        return sent.entries.with_entry(sent.entry, wanted)
    before = sent.entries.with_entry(sent.entry, sent.base)
    yours = Entries(sent.entries.shape, before).with_entry(sent.entry, wanted)
    if store.on_desk(session(), sent.path):
        # Saving finds that somebody else has saved, and shows both.
        return yours
    merged = merge(before, yours, sent.entries.text)
    if not merged.is_clean:
        sent.said.say(
            "main", gettext("What is live has changed since you opened this form, in the same place. Open it anew.")
        )
    return merged.text


def _new_body(sent: Sent, wanted: dict[str, Any]) -> str:
    """Return the text of a new file, whose path is its own from here on; an id that cannot be is told."""
    id_ = str(wanted.pop("id", ""))
    path = f"{NEW_BODY}{id_}.yaml"
    if not is_id(id_):
        sent.said.say("id", gettext("Give it a short name in Latin letters: a-z, 0-9 and hyphens, such as red-cross."))
    elif actions.ground(session(), supplied().shipped(), path).exists:
        sent.said.say("id", gettext("There is an organisation with this short name: %(name)s.", name=title_of(path)))
    elif any(one.state is not State.DISCARDED for one in store.history(session(), path)):
        sent.said.say(
            "id", gettext("This short name is taken by a draft or by an organisation that was. Choose another.")
        )
    else:
        sent.target = path
    return sent.entries.with_entry(id_, wanted)


def _fields(entries: Entries, base: Mapping[str, Any]) -> tuple[Field, ...]:
    fields = fields_of(entries.shape, part(Directory).regions)
    return fields if base else (ID, *fields)


def _place(sent: Sent) -> None:
    # Of a source the check names its address by the source's own name.
    own = "" if sent.entries.shape is not Shape.SOURCE else sent.entry or sent.shown[0].value.strip()
    for fault in sent.faults:
        place = "url" if own and (fault.path, fault.place) == (sent.path, own) else fault.place
        for id_ in ids_of_fault(place, fault.message, sent.shown) or ["main"]:
            sent.said.say(id_, form_text(fault))


def _list_page(path: str, entries: Entries) -> ResponseReturnValue:
    sought = request.args.get("q", "").casefold().split()
    named = [(id_, _name(entry)) for id_, entry in entries.all().items()]
    found = [(id_, name) for id_, name in named if all(word in f"{id_} {name}".casefold() for word in sought)]
    return render_template(
        "curation/filling/entries.html",
        path=path,
        title=title_of(path),
        q=request.args.get("q", ""),
        entries=found[:MOST],
        total=len(found),
        new=NEW[entries.shape],
    )


def _name(entry: Mapping[str, Any]) -> str:
    words = entry.get("name") or entry.get("title") or {}
    return str(words.get(language()) or words.get(SOURCE) or "") if isinstance(words, dict) else str(words)


def _form_page(sent: Sent) -> Response:
    is_new_file = sent.path == NEW_BODY
    sought = request.form.get("sought", "").strip()
    others = [] if is_new_file else actions.open_form(session(), sent.path, actor=actor().reference, now=now())
    return make_response(
        render_template(
            "curation/filling/form.html",
            path=sent.path,
            entry=sent.entry,
            title=gettext("organisation") if is_new_file else _name(sent.base) if sent.entry else title_of(sent.path),
            is_new_file=is_new_file,
            is_many=sent.entries.shape in MANY,
            is_new=not sent.base,
            base=_dumped(sent.base),
            standing=sent.standing,
            items=_items(sent.shown, sent.said, ""),
            titles=source_titles(),
            sought=sought,
            found=found_sources(sought) if sought else (),
            said=sent.said,
            is_checked=sent.checked,
            others=others_at(others),
            CHANGES=CHANGES,
            form=DeedForm(),
        )
    )


def _items(shown: Sequence[Shown], said: Said, within: str) -> list[dict[str, Any]]:
    """Return the fields as the page draws them."""
    conditions = [_condition_of(one) for one in shown]
    return [
        {
            "id": one.id,
            "control": one.field.control.value,
            "label": label_of(one.field, within),
            "hint": hint_of(one.field, within),
            "error": said.wrong(one.id),
            "lang": one.field.path[-1] if one.field.path[-1] in LANGUAGES else "",
            "names_source": one.field.name == "source",
            "value": one.value,
            "values": one.values,
            "lines": one.lines if one.field.control is Control.HOURS else (),
            "options": _options(one, shown, within),
            "words": words,
            "can_open": can_open,
            "add": ADD.get(one.field.name, ""),
            "rows": [
                {
                    "id": row.id,
                    "number": place,
                    "was": row.was,
                    "name": next((text for each in row.fields for text in each.values[:1] if text), ""),
                    "items": _items(row.fields, said, one.field.name),
                }
                for place, row in enumerate(one.rows)
            ],
        }
        for one, (words, can_open) in zip(shown, conditions, strict=True)
    ]


def _options(one: Shown, beside: Sequence[Shown], within: str) -> list[tuple[str, str]]:
    # The answers of a line of a condition depend on the question beside them.
    if within == "all":
        return line_options(one.field, beside[0].value, one.values)
    return options_of(one.field, within, one.values)


def _condition_of(one: Shown) -> tuple[str, bool]:
    """Return the words of a condition that is not opened, and whether the form can open it."""
    if one.field.control is not Control.WHEN or not one.value:
        return "", False
    try:
        data = parsed(one.value)
        words = condition_text(Condition.parse(data))
        groups_of(data)
    except TooRichError:
        return words, False
    except (PatchError, ValueError):
        return one.value, False
    return words, True
