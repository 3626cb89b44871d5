"""Words for the kinds and states of letters."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.outbox.model import Kind, State, Task

KINDS: Mapping[str, LazyString] = {
    Kind.ACCOUNT_INVITATION: _l("Invitation"),
    Kind.ACCOUNT_PASSWORD_RESET: _l("Link for a new password"),
    Kind.ACCOUNT_PASSWORD_CHANGED: _l("Word of a new password"),
    Kind.ACCOUNT_SECOND_FACTOR_CHANGED: _l("Word of a new second factor"),
    Kind.ACCOUNT_NEW_SIGN_IN: _l("Word of a sign-in on a new device"),
    Kind.ACCOUNT_LOCKED: _l("Word of wrong passwords"),
    Kind.OWNER_CONFIRMATION: _l("A body is asked to confirm its card"),
    Kind.REQUEST_RECEIVED: _l("A request was received"),
    Kind.REQUEST_NEWS: _l("News of a request"),
    Kind.REQUEST_STILL_OPEN: _l("A request is still open"),
    Kind.CASE_NEWS: _l("News on a family’s own page"),
    Task.ENTRY_CHANGED: _l("Check whether issued extracts still say what the register holds (no letter)"),
    Task.CONSENT_WITHDRAWN: _l("End what no consent covers any more (its letters are apart)"),
    Kind.SUGGESTION_ANSWERED: _l("Answer to a reader"),
    Kind.SUGGESTION_DECLINED: _l("Reason why a report is declined"),
    Kind.CASE_TO_BE_ERASED: _l("Word that a case will be erased"),
    Kind.SUGGESTION_MERGED: _l("Word that a report is put right"),
    Kind.REFERRAL_ASKED: _l("Referral to a body"),
    Kind.REFERRAL_REMINDED: _l("Reminder of a referral"),
    Kind.REFERRAL_SUPPLIED: _l("Word that more was told to a body"),
    Kind.REFERRAL_OVER: _l("Word that a referral is over"),
    Kind.REFERRAL_WITHDRAWN: _l("Word that consent has ended"),
    Kind.REFERRAL_NEWS: _l("News on a referral for volunteers"),
}

STATES = {
    State.WAITING: _l("waiting"),
    State.LEASED: _l("being sent"),
    State.DONE: _l("sent in 90 days"),
    State.DEAD: _l("not sent"),
}

DONE = {
    "retried": _l("The letter is tried again at once."),
    "dropped": _l("The letter is given up, and its address is forgotten."),
    "gone": _l("This letter is no longer among those that could not be sent: somebody else has dealt with it."),
}
