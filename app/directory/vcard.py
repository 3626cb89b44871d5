"""Contacts as vCard, for the phone's address book."""

from __future__ import annotations

from collections.abc import Iterable

import vobject

from app.directory.cards import Card


def vcards(cards: Iterable[Card]) -> str:
    """Return one vCard 3.0 for each card that has a current contact; numbers that have stopped to answer stay out."""
    return "".join(_vcard(card) for card in cards if card.numbers or card.emails or card.websites)


def _vcard(card: Card) -> str:
    entry = vobject.vCard()
    entry.add("fn").value = card.name
    entry.add("n").value = vobject.vcard.Name(family=card.name)
    entry.add("org").value = [card.name]
    for number in card.numbers:
        phone = entry.add("tel")
        phone.value = number
        phone.type_param = "VOICE"
    for address in card.emails:
        entry.add("email").value = address
    for url in card.websites:
        entry.add("url").value = url
    entry.add("note").value = "\n".join(
        filter(None, [card.go_for, *(f"{p.text}: {p.label}" for p in card.phones if not p.is_silent)])
    )
    text: str = entry.serialize()
    return text
