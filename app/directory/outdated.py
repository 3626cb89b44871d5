"""What has changed in the source about the contacts of a body since its card was translated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.content.confirmed import FieldChange
from app.directory.cards import number_text
from app.directory.model import Organisation, Status


def contacts_changed(body: Organisation, changed: Mapping[str, FieldChange]) -> list[tuple[str, FieldChange]]:
    """Return what changed about contacts that the card shows, each with its number or address, and about offices.

    Superseded contacts are left out altogether, as on the card.
    """
    return [(name, changed[anchor]) for name, anchor in _shown(body) if anchor in changed]


def _shown(body: Organisation) -> Iterator[tuple[str, str]]:
    for phone in body.phones:
        if phone.standing is Status.CURRENT:
            yield number_text(phone.number), f"phones.{phone.number}.label"
        elif phone.standing is Status.UNCLEAR:
            for key in ("label", "reason"):
                yield number_text(phone.number), f"phones.{phone.number}.{key}"
    for email in body.emails:
        if email.status is Status.UNCLEAR:
            yield email.address, f"emails.{email.address}.reason"
    for site in body.websites:
        if site.status is Status.UNCLEAR:
            yield site.url, f"websites.{site.url}.reason"
    for key in ("address", "address_unconfirmed"):
        yield "", key
