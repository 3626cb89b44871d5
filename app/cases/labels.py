"""The words of cases: states, why they end, what happened, and the parts of a case as its pages list them."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.cases.model import Closing, Happened, State
from app.extracts.draft import Page

STATES: Mapping[State, LazyString] = {
    State.OPEN: _l("open"),
    State.CLOSED: _l("closed"),
    State.ERASED: _l("erased"),
}

SHAPES: Mapping[State, str] = {State.OPEN: "started", State.CLOSED: "done", State.ERASED: "none"}

CLOSINGS: Mapping[Closing, LazyString] = {
    Closing.HELPED: _l("The family has what it came for."),
    Closing.MOVED: _l("The family goes on with somebody else."),
    Closing.ASKED: _l("The family wishes so."),
    Closing.SILENT: _l("The family could not be reached any more."),
    Closing.MISTAKE: _l("The case was opened by mistake."),
}

HAPPENED: Mapping[Happened, LazyString] = {
    Happened.OPENED: _l("The case was opened"),
    Happened.TOLD: _l("What the family tells was written down"),
    Happened.PERSON_ADDED: _l("A missing person was added"),
    Happened.PERSON_REMOVED: _l("A person was taken out of the case"),
    Happened.HELPER_JOINED: _l("Another person helps with the case"),
    Happened.HELPER_LEFT: _l("Somebody’s help with the case ended"),
    Happened.PHRASE_MADE: _l("A new passphrase was made for the family’s page"),
    Happened.ROUTE_ANSWERED: _l("The questions of the guided route were answered"),
    Happened.STEP_STARTED: _l("A step was started"),
    Happened.STEP_WAITING: _l("A step waits for an answer"),
    Happened.STEP_DONE: _l("A step was done"),
    Happened.STEP_UNDONE: _l("A step was set back to not started"),
    Happened.TASK_ADDED: _l("An own task was added"),
    Happened.TASK_REMOVED: _l("An own task was removed"),
    Happened.NOTE_ADDED: _l("A note for helpers was written"),
    Happened.MESSAGE_SENT: _l("A message was written to the family"),
    Happened.MESSAGE_CAME: _l("The family wrote a message"),
    Happened.PAPER_ADDED: _l("A paper was added"),
    Happened.PAPER_REMOVED: _l("A paper was removed"),
    Happened.REQUEST_BEGUN: _l("A request for an extract was begun"),
    Happened.REQUEST_DROPPED: _l("A request for an extract was dropped before it was sent"),
    Happened.REQUEST_FILED: _l("A request for an extract was sent"),
    Happened.REQUEST_ANSWERED: _l("A question of the desk was answered"),
    Happened.CONSENT_ASKED: _l("The family was asked to agree on its own page"),
    Happened.CONSENT_GIVEN: _l("The family agreed that something is shared"),
    Happened.CONSENT_REFUSED: _l("The family did not agree"),
    Happened.CONSENT_WITHDRAWN: _l("A consent was withdrawn"),
    Happened.CLOSED: _l("The case was closed"),
    Happened.REOPENED: _l("The case was opened again"),
    Happened.NOTICE_GIVEN: _l("The family was told that the case will be erased"),
    Happened.ERASED: _l("The case was erased"),
    Happened.REFERRAL_SENT: _l("A referral was sent"),
    Happened.REFERRAL_OPENED: _l("What was shared in a referral was opened"),
    Happened.REFERRAL_ANSWERED: _l("A referral was answered"),
    Happened.REFERRAL_SUPPLIED: _l("More was told to whoever received a referral"),
    Happened.REFERRAL_RENEWED: _l("A new link was made for a referral"),
    Happened.REFERRAL_REVOKED: _l("A referral was taken back"),
    Happened.REFERRAL_WITHDRAWN: _l("A referral ended, because the family’s consent did"),
    Happened.REFERRAL_REMINDED: _l("A referral was not answered yet: a reminder was due"),
    Happened.REFERRAL_SILENT: _l("A referral closed itself without an answer"),
}

PARTS: tuple[tuple[str, LazyString], ...] = (
    ("cases.show", _l("Overview")),
    ("case_plan.plan", _l("Plan")),
    ("case_talk.talk", _l("Notes and messages")),
    ("case_papers.papers", _l("Papers")),
    ("case_requests.requests", _l("Extracts")),
    ("consenting.consents", _l("Consent")),
    ("referring.listed", _l("Referrals")),
    ("cases.history", _l("History")),
)
"""The pages of a case, by endpoint, in the order in which they are listed."""

TITLES: Mapping[Page, LazyString] = {
    Page.KINSHIP: _l("Who the family is to this person"),
    Page.PERSON: _l("Who is missing"),
    Page.APPLICANT: _l("Who speaks for the family"),
    Page.CONTACT: _l("How the family is reached safely"),
}

SPOKEN: Mapping[tuple[Page, str], tuple[LazyString, LazyString | str]] = {
    (Page.KINSHIP, "kinship"): (_l("Who is the person you speak with to the missing person?"), ""),
    (Page.APPLICANT, "surname"): (_l("Surname of the contact"), ""),
    (Page.APPLICANT, "given"): (_l("Given name of the contact"), ""),
    (Page.APPLICANT, "patronymic"): (_l("Patronymic of the contact"), ""),
    (Page.APPLICANT, "former"): (_l("Former surname of the contact"), _l("If a certificate has it.")),
    (Page.APPLICANT, "born"): (_l("Birth date of the contact"), _l("An extract request needs it; it may come later.")),
    (Page.CONTACT, "channel"): (_l("How do we reach the family?"), ""),
    (Page.CONTACT, "newer"): (_l("Write when a newer extract can be had"), ""),
    (Page.CONTACT, "language"): (_l("Language of the family"), ""),
    (Page.CONTACT, "do-not-call"): (_l("Never call"), ""),
    (Page.CONTACT, "open"): (_l("Whoever answers the phone may hear what it is about"), ""),
    (Page.CONTACT, "note"): (
        _l("What else must not be done"),
        _l("Such as: who must not know, which messenger is read by others, where the phone may be searched."),
    ),
}
"""Words for whoever writes down what a family tells, where those for the applicant do not fit."""
