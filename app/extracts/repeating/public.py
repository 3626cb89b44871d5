"""The two screens on which an applicant asks for an updated extract, and the confirmation."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from app.extracts import forms
from app.extracts.actions import ConsentError, Followed, IncompleteError, UnknownRequestError
from app.extracts.draft import Answers, Fault, Page, applicant, chosen, claim, faults, fields_of
from app.extracts.following.public import OPENED, with_request
from app.extracts.labels import caution_text
from app.extracts.labels import text as words_of
from app.extracts.model import Applicant, consent_in_force
from app.extracts.public import REQUEST, private_page, term_of
from app.extracts.repeating import actions
from app.extracts.warnings import Doubt, cautions, names_in_papers
from app.kernel.dates import KYIV, in_words
from app.register.person import Person
from app.web.database import database, now, session
from app.web.language import in_language, language
from app.web.limits import Budget, limited
from app.web.own import give, held, of_own

P = ParamSpec("P")
Faults = Mapping[Page, Sequence[tuple[str, Fault]]]

blueprint = in_language(Blueprint("repeating", __name__))

_OF_CONTACTS = (Doubt.EMAIL_SLIP, Doubt.PHONE_IMPOSSIBLE)


def with_earlier(
    view: Callable[Concatenate[actions.Earlier, P], ResponseReturnValue],
) -> Callable[P, ResponseReturnValue]:
    """Hand the answered request that is open on this device to a view; one without an answer is shown as it stands.

    A form says which request it is of: in another tab another one may have been opened. Where that is the very repeat
    that this form has sent, it is confirmed once more.
    """

    @with_request
    @wraps(view)
    def repeatable(followed: Followed, /, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        of = request.form.get("of", followed.reference)
        with database().reading() as reading:
            if of != followed.reference:
                return _go("filed" if actions.is_repeat_of(reading, followed.id, of) else "follow")
            try:
                earlier = actions.read_earlier(reading, followed.id)
            except actions.NotAnsweredError:
                return _go("follow")
        return view(earlier, *args, **kwargs)

    return repeatable


@blueprint.get("/extract/request/repeat")
@with_earlier
def change(earlier: actions.Earlier) -> ResponseReturnValue:
    """Show what is taken over, and ask what has changed: by default nothing."""
    return _change(earlier, earlier.answers, {})


@blueprint.post("/extract/request/repeat")
@with_earlier
def check(earlier: actions.Earlier) -> ResponseReturnValue:
    """Show all of it before it is sent; with a fault, or by the button that leads back, what was typed comes again."""
    answers = _typed(earlier)
    wrong = {page: faults(page, answers, today=_today()) for page in actions.CHANGING}
    if any(wrong.values()):
        return _change(earlier, answers, wrong), 422
    return _change(earlier, answers, {}) if "change" in request.form else _check(earlier, answers)


@blueprint.post("/extract/request/repeat/send")
@limited(Budget.FILING)
@with_earlier
def send(earlier: actions.Earlier) -> ResponseReturnValue:
    """Send the repeat, once, however often and in however many tabs the button is pressed, and open it here."""
    answers = _typed(earlier)
    try:
        filed = actions.repeat(
            session(),
            earlier.id,
            answers,
            turn=_turn(earlier),
            consent=request.form.get("consent", ""),
            language=language(),
            random=secrets.SystemRandom(),
            now=now(),
        )
    except IncompleteError:
        return _change(earlier, answers, {page: faults(page, answers, today=_today()) for page in answers}), 422
    except ConsentError:
        return _check(earlier, answers, gettext("Agree to the text, or the request cannot be taken.")), 422
    response = _go("filed")
    give(response, REQUEST, filed.id, lasts=OPENED, now=now())
    return response


@blueprint.get("/extract/request/repeat/filed")
@of_own
def filed() -> ResponseReturnValue:
    """Confirm a repeat that was sent from this device, with its own reference and passphrase."""
    return _confirmed("extracts/filed.html")


@blueprint.get("/extract/request/repeat/sheet")
@of_own
def sheet() -> ResponseReturnValue:
    """The same on one sheet of paper."""
    return _confirmed("extracts/sheet.html")


def _typed(earlier: actions.Earlier) -> Answers:
    changes = {page: forms.typed_on(page, earlier.answers) for page in actions.CHANGING}
    return actions.with_changes(earlier.answers, changes)


def _turn(earlier: actions.Earlier) -> int:
    """Return which repeat the form is: one that was sent before, or else the next."""
    given = request.form.get("turn", "")
    return min(int(given), earlier.turn) if given.isascii() and given.isdecimal() and len(given) < 9 else earlier.turn


def _change(earlier: actions.Earlier, answers: Answers, wrong: Faults) -> Response:
    purpose, contact = (forms.controls(page, answers, wrong.get(page, ())) for page in actions.CHANGING)
    return private_page(
        "extracts/repeating/change.html",
        earlier=earlier,
        filed_on=_day_of(earlier.filed_at),
        consented_on=_day_of(earlier.consent.given_at),
        needs_consent=earlier.needs_consent(_today()),
        purpose=purpose,
        contact=contact,
        contact_rows=[Row(label, words) for label, words in forms.answered(Page.CONTACT, answers)],
        problems=forms.problems([*purpose, *contact]),
    )


def _check(earlier: actions.Earlier, answers: Answers, error: str = "") -> Response:
    found = cautions(claim(answers), applicant(answers), today=_today(), given_names=names_in_papers())
    return private_page(
        "extracts/repeating/check.html",
        earlier=earlier,
        turn=_turn(earlier),
        typed=list(_carried(answers)),
        rows=[row for page in actions.CHANGING for row in _compared(page, earlier.answers, answers)],
        kept=_kept(earlier),
        doubts=[caution_text(doubt) for doubt in found if doubt.doubt in _OF_CONTACTS],
        consented_on=_day_of(earlier.consent.given_at),
        consent=consent_in_force(_today()) if earlier.needs_consent(_today()) else None,
        error=error,
    )


def _carried(answers: Answers) -> Iterator[tuple[str, str]]:
    """Yield (name, value) of what the first screen was sent with, for the form of the second."""
    for page in actions.CHANGING:
        typed = answers[page]
        for asked in fields_of(page, answers):
            values = chosen(typed, asked.name) if asked.many else [typed[asked.name]]
            yield from ((asked.name, value) for value in values if value)


@dataclass(frozen=True)
class Row:
    """A line for reading; what is there no more has no value."""

    label: str
    value: str
    is_new: bool = False


def _compared(page: Page, before: Answers, after: Answers) -> Iterator[Row]:
    old, new = dict(forms.answered(page, before)), dict(forms.answered(page, after))
    yield from (Row(label, words, old.get(label) != words) for label, words in new.items())
    yield from (Row(label, "", is_new=True) for label in old if label not in new)


def _kept(earlier: actions.Earlier) -> list[Row]:
    person, asking, count = claim(earlier.answers).person, applicant(earlier.answers), len(earlier.papers)
    named = _full_name(person)
    born = in_words(person.born, language()) if person.born else ""
    papers = ngettext("%(num)s file, not sent again", "%(num)s files, not sent again", count) if count else ""
    return [
        Row(gettext("The person you ask about"), f"{named}, {born}" if born else named),
        Row(gettext("You"), _full_name(asking)),
        Row(gettext("Kinship"), words_of(asking.kinship)),
        Row(gettext("Papers"), papers),
    ]


def _full_name(one: Person | Applicant) -> str:
    return " ".join(filter(None, (one.surname, one.given, one.patronymic)))


def _confirmed(template: str) -> ResponseReturnValue:
    try:
        with database().reading() as reading:
            filed = actions.read_repeat(reading, held(REQUEST, now=now()), now=now())
    except UnknownRequestError:
        return _go("follow")
    links = {
        "filed": url_for("repeating.filed"),
        "sheet": url_for("repeating.sheet"),
        "calendar": url_for("following.dates"),
        "open": url_for("following.follow"),
        "leave": url_for("following.leave"),
        "earlier": url_for("following.open_request"),
    }
    return private_page(template, filed=filed, term=term_of(filed), links=links)


def _day_of(at: datetime) -> date:
    return at.astimezone(KYIV).date()


def _today() -> date:
    return _day_of(now())


def _go(endpoint: str) -> Response:
    where = "following.follow" if endpoint == "follow" else f"repeating.{endpoint}"
    return make_response(redirect(url_for(where), 303))
