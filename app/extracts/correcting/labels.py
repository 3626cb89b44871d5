"""The words of correction requests: causes, states and what came of them."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.extracts.correcting.correction import Cause, Correction, Ground, Outcome, State, swapped
from app.kernel.dates import PartialDate, day_and_time, in_words
from app.web.language import language

CAUSES = {
    Cause.SURNAME: _l("the surname is spelt otherwise"),
    Cause.GIVEN: _l("the given name or the patronymic is spelt otherwise"),
    Cause.SWAPPED: _l("day and month of the birth date are swapped"),
    Cause.BORN: _l("the birth date is another one"),
    Cause.MISSING: _l("when or where contact was lost is another"),
    Cause.POLICE: _l("the police unit or the number of the proceeding is another"),
    Cause.STATUS: _l("the status is another"),
    Cause.CATEGORY: _l("serviceman or civilian is mixed up"),
    Cause.OTHER_UNIT: _l("another police unit took the statement"),
    Cause.NOT_PASSED_ON: _l("the police has not passed the data on yet"),
}
GROUNDS = {
    Ground.NO_ENTRY: _l("the register holds no information"),
    Ground.WRONG: _l("something in the extract is wrong"),
}
STATES = {State.OPEN: _l("open"), State.DONE: _l("answered")}
OUTCOMES = {
    Outcome.CORRECTED: _l("put right"),
    Outcome.NOT_CORRECTED: _l("not put right; the reason is in the answer"),
    Outcome.PASSED_ON: _l("passed on to the police unit"),
}
SHAPES = {Outcome.CORRECTED: "done", Outcome.NOT_CORRECTED: "refused", Outcome.PASSED_ON: "waiting"}


def offered_words(cause: Cause, born: PartialDate | None) -> str:
    """Return a cause as it is offered to a family: swapped day and month with the date that it would give."""
    if cause is Cause.SWAPPED and born is not None:
        return str(
            gettext(
                "day and month of the birth date are swapped: %(day)s",
                day=in_words(swapped(born), language()),
            )
        )
    return str(CAUSES[cause])


def correction_words(one: Correction) -> dict[str, object]:
    """Return a correction request as its family reads it."""
    return {
        "sent": day_and_time(one.sent_at),
        "kind": SHAPES[one.outcome] if one.outcome else "started",
        "state": OUTCOMES[one.outcome] if one.outcome else gettext("the desk looks at it"),
        "ground": GROUNDS[one.ground],
        "causes": [CAUSES[cause] for cause in one.causes],
        "text": one.text,
        "answer": one.answer,
    }
