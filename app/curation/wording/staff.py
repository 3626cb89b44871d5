"""The page of the interface's words: take them out as PO, see what came back word by word, keep and judge it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import FourEyesError, Permission
from app.curation.diff import words as compared
from app.curation.labels import who
from app.curation.translating import words as po
from app.curation.translating.model import TARGETS
from app.curation.wording import actions, store
from app.curation.wording.labels import DONE, fault_text
from app.curation.wording.model import Message, NoProposalError, Proposal, State
from app.kernel.dates import day_and_time
from app.kernel.languages import SOURCE
from app.web.access import actor, requires
from app.web.database import now, session
from app.web.language import in_language

blueprint = in_language(Blueprint("wording", __name__))

LANGUAGES = {SOURCE: "Українська", **{code: name for code, name in TARGETS.items() if code != "en"}}
"""Languages with a catalogue; English stands in the code."""

MOST = 100
"""Messages that one page shows."""

PAGE = "/staff/translations/words"


@blueprint.get(PAGE)
@requires(Permission.TRANSLATE_CONTENT)
def words() -> ResponseReturnValue:
    """Show what can be taken out and sent back, what is proposed, and what is accepted for the next release."""
    return _page(_chosen(request.args.get("into", "")))


@blueprint.get(f"{PAGE}/<into>")
@requires(Permission.TRANSLATE_CONTENT)
def file(into: str) -> ResponseReturnValue:
    """Send the interface's words as PO, with what is translated already."""
    if into not in LANGUAGES:
        abort(404)
    response = Response(po.written(po.blank(_catalogue(SOURCE), _catalogue(into))))
    response.headers["Content-Type"] = "text/x-gettext-translation"
    response.headers["Content-Disposition"] = f"attachment; filename={into}.po"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post(PAGE)
@requires(Permission.TRANSLATE_CONTENT)
def judge() -> ResponseReturnValue:
    """Show what a PO file says in another way, word by word, and what is wrong with it; nothing is kept yet."""
    check_button()
    code = _language()
    upload = request.files.get("file")
    try:
        found = po.differences(_catalogue(SOURCE), _catalogue(code), po.read(upload.read() if upload else b""))
    except po.PoError:
        return _page(code, faults=[("po", gettext("This is no PO file."))]), 422
    sound = [one for one in found if not one.faults]
    return render_template(
        "curation/wording/judged.html",
        code=code,
        name=LANGUAGES[code],
        shown=[_shown(one.source, one.before, one.after, one.faults) for one in _worst_first(found)[:MOST]],
        left=max(0, len(found) - MOST),
        sound=len(sound),
        faulty=len(found) - len(sound),
        document=po.written(po.spoken(code, ((one.source, one.context, one.after) for one in sound))).decode(),
        form=DeedForm(),
    )


@blueprint.post(f"{PAGE}/keep")
@requires(Permission.TRANSLATE_CONTENT)
def keep() -> ResponseReturnValue:
    """Keep what the judged file said as proposals; it is judged again, and only what fits is kept."""
    check_button()
    code = _language()
    try:
        sent = po.read(request.form.get("words", "").replace("\r\n", "\n").encode())
    except po.PoError:
        abort(400)
    found = po.differences(_catalogue(SOURCE), _catalogue(code), sent)
    sound = [store.Words(Message(one.source, one.context), one.after) for one in found if not one.faults]
    added = actions.keep(session(), code, sound, actor=actor().reference, now=now())
    return _back(code, "kept" if added else "nothing")


@blueprint.post(f"{PAGE}/<id_>/take-back")
@requires(Permission.TRANSLATE_CONTENT)
def take_back(id_: str) -> ResponseReturnValue:
    """Forget a proposal of one's own."""
    return _judged(id_, actions.take_back, "taken-back")


@blueprint.post(f"{PAGE}/<id_>/accept")
@requires(Permission.REVIEW_CONTENT)
def accept(id_: str) -> ResponseReturnValue:
    """Accept a proposal of somebody else for the next release."""
    return _judged(id_, actions.accept, "accepted")


@blueprint.post(f"{PAGE}/<id_>/decline")
@requires(Permission.REVIEW_CONTENT)
def decline(id_: str) -> ResponseReturnValue:
    """Decline a proposal."""
    return _judged(id_, actions.decline, "declined")


def _judged(id_: str, deed: Callable[..., Proposal], done: str) -> ResponseReturnValue:
    check_button()
    try:
        one = deed(session(), id_, actor=actor().reference, now=now())
    except NoProposalError:
        abort(404)
    except FourEyesError:
        wrong = gettext("You proposed these words: another person accepts them.")
        return _page(_chosen(request.form.get("into", "")), faults=[("proposed", wrong)]), 422
    return _back(one.language, done)


def _page(code: str, *, faults: Sequence[tuple[str, str]] = ()) -> str:
    known = _catalogue(code)
    kept = store.proposals(session(), code, State.KEPT)
    accepted = [one for one in actions.accepted(session(), code) if _now(known, one) != one.text]
    return render_template(
        "curation/wording/words.html",
        code=code,
        name=LANGUAGES[code],
        catalogues=LANGUAGES,
        faults=faults,
        kept=[_proposed(one, known) for one in kept[:MOST]],
        left=max(0, len(kept) - MOST),
        accepted=[_proposed(one, known) for one in accepted[:MOST]],
        may_review=Permission.REVIEW_CONTENT in actor().permissions,
        form=DeedForm(),
        done="" if faults else DONE.get(request.args.get("done", ""), ""),
    )


def _proposed(one: Proposal, known: Catalog) -> dict[str, Any]:
    return {
        **_shown(one.message.source, _now(known, one), one.text, ()),
        "id": one.id,
        "by": who(one.by),
        "at": day_and_time(one.at),
        "judged_by": who(one.judged_by) if one.judged_by else "",
        "is_own": one.by == actor().reference,
    }


def _now(known: Catalog, one: Proposal) -> tuple[str, ...]:
    """Return how a catalogue says the message of a proposal today; empty where it does not."""
    source = one.message.source
    found = known.get(source if len(source) > 1 else source[0], one.message.context or None)
    return po.strings(found) if found else ()


def _shown(source: Sequence[str], before: Sequence[str], after: Sequence[str], faults: Sequence[str]) -> dict[str, Any]:
    old = [text for text in before if text]
    pairs = [compared(old[place] if place < len(old) else "", text) for place, text in enumerate(after)]
    gone = [compared(text, "") for text in old[len(after) :]]
    return {
        "source": " / ".join(source),
        "before": [pair[0] for pair in [*pairs, *gone] if pair[0]],
        "after": [pair[1] for pair in pairs],
        "faults": [fault_text(one) for one in dict.fromkeys(faults)],
    }


def _worst_first(found: Sequence[po.Difference]) -> list[po.Difference]:
    return sorted(found, key=lambda one: not one.faults)


def _catalogue(code: str) -> Catalog:
    """Return the catalogue of a language as it ships; that of the source language names every word."""
    path = Path(current_app.config["TRANSLATIONS"]) / code / "LC_MESSAGES" / "messages.po"
    return po.read(path.read_bytes()) if path.exists() else Catalog(locale=code)


def _chosen(code: str) -> str:
    return code if code in LANGUAGES else SOURCE


def _language() -> str:
    code = request.form.get("into", "")
    if code not in LANGUAGES:
        abort(404)
    return code


def _back(code: str, done: str) -> ResponseReturnValue:
    return redirect(url_for(".words", into=code, done=done), 303)
