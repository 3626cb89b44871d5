"""The words of withdrawals, for staff and for the applicant."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from app.extracts.withdrawing.withdrawal import Reason, Withdrawal
from app.kernel.dates import KYIV, in_words
from app.web.language import language

REASONS = {
    Reason.OTHER_PERSON: _l("The extract was issued on another person."),
    Reason.NOT_ENTITLED: _l("The extract was issued to somebody who cannot be given it."),
    Reason.WRONG_DATA: _l("The extract said something that the register should not have held."),
    Reason.OTHER: _l("The extract was issued by mistake."),
}


def withdrawal_words(withdrawal: Withdrawal) -> Mapping[str, object]:
    """Return what an applicant reads of a withdrawal: on which day, why, and the text written for them."""
    day = withdrawal.withdrawn_at.astimezone(KYIV).date()
    return {"at": in_words(day, language()), "why": REASONS[withdrawal.reason], "text": withdrawal.text}
