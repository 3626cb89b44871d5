"""What was done with the data of a request, and by whom, in words for its applicant."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.audit.model import Event
from app.extracts.seen.looks import Look, Who

DONE = {
    Event.REQUEST_FILED: _l("The request was sent"),
    Event.REQUEST_OPENED: _l("Your page was opened with reference and passphrase"),
    Event.REQUEST_OPENING_REFUSED: _l("A wrong passphrase was tried with your reference"),
    Event.REQUEST_WITHDRAWN: _l("The request was withdrawn"),
    Event.REQUEST_READ: _l("The request was read"),
    Event.REQUEST_TAKEN: _l("The request was taken up"),
    Event.REQUEST_GIVEN_BACK: _l("The request was given back to the queue"),
    Event.REQUEST_ASKED: _l("A question was asked"),
    Event.REQUEST_ANSWERED: _l("A question was answered"),
    Event.REQUEST_REFUSED: _l("The request was refused"),
    Event.ENTRIES_SEARCHED: _l("The request was compared with the register"),
    Event.REQUEST_PURPOSE_ADDED: _l("A purpose was added"),
    Event.REQUEST_REPEATED: _l("An updated extract was asked for"),
    Event.EXTRACT_ISSUED: _l("The extract was issued"),
    Event.EXTRACT_REPLACED: _l("The extract was replaced by a newer one"),
    Event.EXTRACT_FETCHED: _l("The extract was saved"),
    Event.EXTRACT_WITHDRAWN: _l("The extract was withdrawn"),
    Event.EXTRACT_VERIFIED: _l("Your extract was verified by its number and code"),
    Event.EXTRACT_OUTDATED: _l("The extract was compared with the register’s entry, which has changed"),
    Event.EXTRACT_CURRENT: _l("The extract was compared with the register’s entry, which says the same again"),
    Event.NEWER_LETTERS_AGREED: _l("Letters about later changes were asked for"),
    Event.NEWER_LETTERS_STOPPED: _l("Letters about later changes were stopped"),
    Event.CORRECTION_SENT: _l("A correction request was sent"),
    Event.CORRECTION_READ: _l("The correction request was read"),
    Event.CORRECTION_CLOSED: _l("The correction request was answered"),
    Event.FILE_RECEIVED: _l("A paper was added"),
    Event.FILE_READ: _l("A paper was opened"),
    Event.FILE_DELETED: _l("A paper was removed"),
}


def who_words(look: Look) -> str:
    """Return who did it: officers by their role and a number, never by name."""
    match look.who:
        case Who.YOU:
            return str(gettext("you"))
        case Who.SUPERVISOR:
            return str(gettext("a supervisor (officer %(number)s)", number=look.officer))
        case Who.REGISTRAR:
            return str(gettext("a registrar (officer %(number)s)", number=look.officer))
        case Who.OFFICER:
            return str(gettext("an officer (officer %(number)s)", number=look.officer))
        case Who.HELPER:
            return str(gettext("the volunteer who helps you"))
        case Who.SITE:
            return str(gettext("the site itself; nobody looked at it"))
        case Who.STRANGER if look.what is Event.EXTRACT_VERIFIED:
            return str(gettext("somebody who had the extract, such as an office"))
        case Who.STRANGER:
            return str(gettext("somebody who did not know the passphrase; nothing was shown"))
