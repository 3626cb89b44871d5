"""The words of the family's own page: what was done with its data, and by whom."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.audit.model import Event
from app.cases.family.looks import By, Look
from app.extracts.draft import Page
from app.extracts.forms import Spoken

SPOKEN: Spoken = {
    (Page.KINSHIP, "kinship"): (_l("Who you are to the missing person"), ""),
    (Page.CONTACT, "channel"): (_l("How you are reached"), ""),
    (Page.CONTACT, "language"): (_l("Your language"), ""),
}
"""Labels of what was told, where those of a request do not fit."""

DONE: Mapping[Event, LazyString] = {
    Event.CASE_OPENED: _l("The case was opened with what you told"),
    Event.CASE_READ: _l("Your case was read"),
    Event.CASE_CHANGED: _l("What you told was written down or put right"),
    Event.CASE_SHARED: _l("Another helper was let in"),
    Event.CASE_LEFT: _l("A helper was taken out"),
    Event.CASE_CLOSED: _l("The case was closed"),
    Event.CASE_REOPENED: _l("The case was opened again"),
    Event.CASE_PHRASE_MADE: _l("A new passphrase was made for this page"),
    Event.CASE_OWN_OPENED: _l("This page was opened with reference and passphrase"),
    Event.CASE_OPENING_REFUSED: _l("A wrong passphrase was tried with your reference"),
    Event.CASE_WORKED: _l("The plan, notes, messages or papers of your case were worked on"),
    Event.CASE_REQUESTED: _l("An extract was asked for from your case"),
    Event.CASE_NOTICED: _l("You were told that the case will be erased"),
    Event.CASE_EXPORTED: _l("What is kept of you was taken out as a file"),
    Event.CONSENT_ASKED: _l("You were asked to agree to a share"),
    Event.CONSENT_GIVEN: _l("Your consent was recorded"),
    Event.CONSENT_REFUSED: _l("You did not agree to a share"),
    Event.CONSENT_WITHDRAWN: _l("A consent was withdrawn"),
    Event.REFERRAL_SENT: _l("What you agreed to was sent to a body"),
    Event.REFERRAL_OPENED: _l("A body opened what was sent to it"),
    Event.REFERRAL_READ: _l("A body read what was sent to it"),
    Event.REFERRAL_ANSWERED: _l("A body answered"),
    Event.REFERRAL_SUPPLIED: _l("A body was told more"),
    Event.REFERRAL_RENEWED: _l("A body was sent a new link"),
    Event.REFERRAL_REVOKED: _l("What was sent to a body was taken back"),
    Event.REFERRAL_WITHDRAWN: _l("What was sent to a body can be opened no longer, because your consent ended"),
    Event.REFERRAL_REMINDED: _l("A body had not answered yet: a reminder was due"),
    Event.REFERRAL_SILENT: _l("A body did not answer for 21 days"),
    Event.FILE_RECEIVED: _l("A paper was added"),
    Event.FILE_READ: _l("A paper was opened"),
    Event.FILE_DELETED: _l("A paper was removed"),
}


def done_words(look: Look) -> str:
    """Return what was done, and how often."""
    done = str(DONE[look.what])
    return done if look.times == 1 else f"{done} (×\N{NO-BREAK SPACE}{look.times})"


def who_words(look: Look) -> str:
    """Return who did it; whoever helps is called by the name that the organisation uses."""
    match look.by:
        case By.FAMILY:
            return str(gettext("you, or somebody who knows your passphrase"))
        case By.HELPER:
            return look.name
        case By.FORMER:
            return str(gettext("somebody who belonged to the organisation"))
        case By.REGISTRAR:
            return str(gettext("a registrar, who answers requests for extracts"))
        case By.SITE:
            return str(gettext("the site itself; nobody looked at it"))
        case By.RECEIVER:
            return str(gettext("the body that received it"))
        case By.STRANGER:
            return str(gettext("somebody who did not know the passphrase; nothing was shown"))
