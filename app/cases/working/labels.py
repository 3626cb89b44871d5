"""The words of the working list: how far a step is, why something is due, what became of it in the guidance."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.cases.working.model import LONGEST_REMARK, LONGEST_TITLE, Progress, Why, Wrong

PROGRESS: Mapping[Progress, LazyString] = {
    Progress.NONE: _l("not started"),
    Progress.STARTED: _l("started"),
    Progress.WAITING: _l("waiting"),
    Progress.DONE: _l("done"),
}

WHYS: Mapping[Why, LazyString] = {
    Why.REMINDER: _l("Reminder"),
    Why.WAIT_OVER: _l("The answer is due"),
    Why.DEADLINE: _l("Last day to do it"),
    Why.CHANGED: _l("The guidance has changed"),
    Why.MESSAGE: _l("The family has written"),
    Why.ASKED: _l("The desk asks something back"),
    Why.REFERRAL: _l("Referral"),
}

_WRONG: Mapping[Wrong, LazyString] = {
    Wrong.NO_DAY: _l("Say until which day you wait: this step has no term of its own."),
    Wrong.DAY_IS_OVER: _l("This day is over: choose today or a later one."),
    Wrong.NO_SUCH_DAY: _l("There is no such day. Write it as year-month-day, such as 2026-03-28."),
    Wrong.NO_TITLE: _l("Write what is to be done."),
}

_LONGEST = {"title": LONGEST_TITLE, "remark": LONGEST_REMARK}


def wrong_text(name: str, wrong: Wrong) -> str:
    """Return in words what is wrong with a field."""
    if wrong is Wrong.TOO_LONG:
        return str(_l("At most %(longest)s characters fit.", longest=_LONGEST[name]))
    return str(_WRONG[wrong])
