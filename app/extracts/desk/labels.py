"""The words of the desk: states as staff read them, what was done, outcomes, reasons of refusals, next steps."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from app.extracts.desk.actions import Told
from app.extracts.desk.decision import Outcome, Proposal, Reason, Step, Template, Verdict
from app.extracts.labels import HAPPENED
from app.extracts.request import Happened, State

STATES = {
    State.FILED: _l("to be looked at"),
    State.ASKED: _l("waits for the applicant"),
    State.MATCHED: _l("matched to an entry"),
    State.PROPOSED: _l("waits for a second officer"),
    State.ISSUED: _l("extract issued"),
    State.REFUSED: _l("refused"),
    State.WITHDRAWN: _l("withdrawn by the applicant"),
}
SHAPES = {
    State.FILED: "none",
    State.ASKED: "waiting",
    State.MATCHED: "started",
    State.PROPOSED: "waiting",
    State.ISSUED: "done",
    State.REFUSED: "refused",
    State.WITHDRAWN: "none",
}
DEEDS = {
    **HAPPENED,
    Happened.FILED: _l("The request came in"),
    Happened.PAPER_ADDED: _l("The applicant added a paper"),
    Happened.PURPOSE_ADDED: _l("The applicant added a purpose"),
    Happened.ASKED: _l("The applicant was asked"),
    Happened.ANSWERED: _l("The applicant answered"),
    Happened.MATCHED: _l("Matched to an entry"),
    Happened.UNMATCHED: _l("To be matched anew, a supervisor ruled"),
    Happened.PROPOSED: _l("A decision was proposed"),
    Happened.RETURNED: _l("The proposal was returned"),
    Happened.WITHDRAWN: _l("The applicant withdrew the request"),
    Happened.REPEATED: _l("The applicant asked for an updated extract"),
    Happened.CORRECTION_SENT: _l("The applicant asked to put the register right"),
    Happened.CORRECTION_ANSWERED: _l("The correction request was answered"),
}
OUTCOMES = {
    Outcome.EXTRACT: _l("issue the extract on the matched entry"),
    Outcome.NO_ENTRY: _l("issue the extract that the register holds no information"),
    Outcome.REFUSAL: _l("refuse the request"),
}
VERDICTS = {
    Verdict.OPEN: _l("waits for a second officer"),
    Verdict.RETURNED: _l("returned"),
    Verdict.CARRIED: _l("decided as proposed"),
}
REASONS = {
    Reason.KINSHIP_NOT_SHOWN: _l("The papers do not show how you are related to this person."),
    Reason.IDENTITY_NOT_SHOWN: _l("The papers do not show who you are."),
    Reason.AUTHORITY_NOT_SHOWN: _l("The papers do not show that you may act for the relative."),
    Reason.NOT_ENTITLED: _l("You are not among those who can be given this extract."),
}
STEPS = {
    Step.FILE_AGAIN: _l("Send a new request with the papers that were missing. It is free, as often as needed."),
    Step.ASK_RELATIVE: _l("Ask a close relative of this person to send a request of their own."),
    Step.ASK_HOTLINE: _l("Call the line 1698 and ask which papers will be accepted."),
}
TITLES = {
    Template.IDENTITY_UNREADABLE: _l("The copy of the identity document cannot be read"),
    Template.KINSHIP_MISSING: _l("The paper on kinship is missing"),
    Template.SURNAMES_DIFFER: _l("Surnames in the papers differ"),
    Template.BIRTH_DATE: _l("The date of birth differs"),
    Template.WHERE_LAST: _l("More about the disappearance"),
    Template.AUTHORITY_MISSING: _l("The paper on the right to act is missing"),
}
QUESTIONS = {
    Template.IDENTITY_UNREADABLE: _l(
        "We cannot read the copy of your identity document. Please add another one: the whole page, in daylight, "
        "without a flash."
    ),
    Template.KINSHIP_MISSING: _l(
        "Please add a copy of a paper that shows how you are related to this person: a certificate of marriage or "
        "birth, or a court’s decision."
    ),
    Template.SURNAMES_DIFFER: _l(
        "The surname in your papers is not the same everywhere. Please tell us why, and add the paper on the change "
        "of name if you have one."
    ),
    Template.BIRTH_DATE: _l(
        "The date of birth in your request is not the same as in another paper. Please check it and tell us which one "
        "is right."
    ),
    Template.WHERE_LAST: _l(
        "Please tell us more about when and where you last heard from this person, and which police unit took your "
        "statement."
    ),
    Template.AUTHORITY_MISSING: _l(
        "Please add a copy of the paper that allows you to act for the relative: a power of attorney, a lawyer’s "
        "warrant or a decision on guardianship."
    ),
}
"""Ready questions, to be read in the applicant's language."""

REFUSALS = {
    Reason.KINSHIP_NOT_SHOWN: _l(
        "We looked at every paper that you sent. None of them shows how you are related to this person, and without "
        "that we may not give data from the register."
    ),
    Reason.IDENTITY_NOT_SHOWN: _l(
        "We could not make sure who you are: the copy of the identity document is missing, cannot be read, or is in "
        "another name."
    ),
    Reason.AUTHORITY_NOT_SHOWN: _l(
        "You ask on behalf of a relative. The papers do not show that you may act for them, so we may not give you "
        "the data."
    ),
    Reason.NOT_ENTITLED: _l(
        "An extract is given to relatives, to those who act for them, and to the person themself. From the papers we "
        "cannot see that you are one of them."
    ),
}
"""Ready texts of refusals, to be read in the applicant's language."""

DONE = {
    "taken": _l("The request is yours."),
    "given-back": _l("The request is back in the queue."),
    "asked": _l("The question is sent."),
    "matched": _l("The request is matched to the entry."),
    "flagged": _l("The conflict is flagged. A supervisor rules on it."),
    "ruled": _l("The ruling is kept."),
    "proposed": _l("The decision is proposed. Another officer decides."),
    "returned": _l("The proposal is returned."),
    "refused": _l("The request is refused. The applicant is told."),
    "issued": _l("The extract is issued. The applicant is told."),
    "withdrawn": _l("The extract is withdrawn. The applicant is told."),
}
"""What is said once after a deed, by the word that stands in the address."""


def decision_words(decision: Proposal | Told) -> Mapping[str, object]:
    """Return the words of a decision in the language that is set."""
    return {
        "outcome": decision.outcome,
        "reason": REASONS[decision.reason] if decision.reason else "",
        "step": STEPS[decision.step] if decision.step else "",
        "text": decision.text,
    }
