"""The words of the desk: states as staff read them, what was done, outcomes, reasons of refusals, next steps."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from app.extracts.desk.actions import Told
from app.extracts.desk.decision import Outcome, Proposal, Reason, Step, Verdict
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
    Happened.ASKED: _l("The applicant was asked"),
    Happened.ANSWERED: _l("The applicant answered"),
    Happened.MATCHED: _l("Matched to an entry"),
    Happened.PROPOSED: _l("A decision was proposed"),
    Happened.RETURNED: _l("The proposal was returned"),
    Happened.WITHDRAWN: _l("The applicant withdrew the request"),
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
DONE = {
    "taken": _l("The request is yours."),
    "given-back": _l("The request is back in the queue."),
    "asked": _l("The question is sent."),
    "matched": _l("The request is matched to the entry."),
    "proposed": _l("The decision is proposed. Another officer decides."),
    "returned": _l("The proposal is returned."),
    "refused": _l("The request is refused. The applicant is told."),
    "issued": _l("The extract is issued. The applicant is told."),
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
