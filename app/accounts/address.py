"""E-mail addresses of people who sign in: which are addresses at all."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email


class AddressError(Exception):
    """This is not an e-mail address."""


def checked_address(text: str) -> str:
    """Return an address in its normal form. Raises AddressError; no mail server is asked whether it exists."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise AddressError(f"{text.strip()[:80]!r} is no e-mail address") from None
