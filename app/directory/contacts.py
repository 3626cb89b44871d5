"""Recognising a contact: is this number, e-mail or web address one that the directory knows?

Never a guess: only what stands in the directory is called official; everything else is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.directory.model import Contact, Directory, Organisation, Phone, Status, national
from app.kernel.text import digits, fold

LONGEST = 200
_SHORTEST_SUBSCRIBER = 7
"""Digits; numbers with fewer are short numbers."""
_LONGEST_NUMBER = 15
"""Digits of the longest telephone number (ITU-T E.164); bank cards and accounts have more."""


class Verdict(StrEnum):
    """What the directory says of a contact."""

    CURRENT = "current"
    UNCLEAR = "unclear"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Finding:
    """The verdict, with the bodies that stand behind it and, for a superseded contact, what to use instead.

    `contact` is what was recognised, as the directory writes it: words around it are not vouched for.
    """

    verdict: Verdict
    bodies: tuple[Organisation, ...] = ()
    use_instead: str | None = None
    contact: str = ""


_RANK = {Status.CURRENT: 0, Status.LEGACY: 1, Status.UNCLEAR: 2}
_VERDICTS = {
    Status.CURRENT: Verdict.CURRENT,
    Status.LEGACY: Verdict.SUPERSEDED,
    Status.UNCLEAR: Verdict.UNCLEAR,
}
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
_HANDLE = re.compile(r"@([a-z0-9_]{4,})")
_SCHEME = re.compile(r"https?:[/\\]*|[/\\]{2,}|mailto:")
_IN_ADDRESS = re.compile(r"@|//|\w\.[^\W\d_]")
_LABEL = re.compile(r"([^\W\d_][.:]+)(?=[+(\d])")
_AROUND = '<>()[]{}«»„“”"’.,;:!?'


def recognise(text: str, directory: Directory) -> Finding:
    """Look `text` (a phone, an e-mail, a web or messenger address) up in the directory."""
    wanted = _key(text)
    if wanted is None:
        return Finding(Verdict.UNREADABLE)
    found = [(body, contact) for body, key, contact in _contacts(directory) if key == wanted]
    if not found:
        return Finding(Verdict.UNKNOWN)
    best = min(_RANK[contact.standing] for _, contact in found)
    chosen = [(body, contact) for body, contact in found if _RANK[contact.standing] == best]
    bodies = tuple({body.id: body for body, _ in chosen}.values())
    first = chosen[0][1]
    return Finding(_VERDICTS[first.standing], bodies, first.use_instead, _written(wanted, first))


def _written(key: tuple[str, str], contact: Contact) -> str:
    if not isinstance(contact, Phone):
        return key[1]
    return contact.short if contact.short and digits(contact.short) == key[1] else contact.number


def _key(text: str) -> tuple[str, str] | None:
    """Return what kind of contact `text` is and its comparable form, or None if it is none."""
    folded = fold(text.replace("№", " "))
    if len(folded) > LONGEST:
        return None
    if "@" in folded or any(ch.isalpha() for ch in folded):
        return _address_key(folded)
    return _phone_key(folded)


def _phone_key(folded: str) -> tuple[str, str] | None:
    """A number counts by its digits in national form; short numbers as they are dialled."""
    number, typed = national(folded), digits(folded)
    if len(number) < _SHORTEST_SUBSCRIBER and (number != typed or "+" in folded):
        number = f"+{typed}"  # A short number exists within the country only: +1648 is another line than 1648.
    return ("phone", number) if 3 <= len(number) <= _LONGEST_NUMBER else None


def _address_key(folded: str) -> tuple[str, str] | None:
    """An address stands alone among words; beside another contact, an official one would vouch for it."""
    words = {word.strip(_AROUND) for word in folded.split()}
    addresses = {word for word in words if _IN_ADDRESS.search(word)}
    if not addresses:
        # A number with its label, as it is copied from a page: "тел. 0 800 501 720", "тел.1698", "tel:1698".
        parts = _LABEL.sub(r"\1 ", folded).split()
        if any(any(map(str.isalpha, part)) and any(map(str.isdigit, part)) for part in parts):
            return None
        return _phone_key(" ".join(part for part in parts if not any(map(str.isalpha, part))))
    if len(addresses) != 1 or any(digits(word) for word in words - addresses):
        return None
    address = addresses.pop()
    if scheme := _SCHEME.match(address):
        address = address[scheme.end() :]
    if _EMAIL.fullmatch(address):
        return "email", address
    handle = _HANDLE.fullmatch(address)
    return ("web", f"t.me/{handle.group(1)}") if handle else _web_key(address)


def _web_key(address: str) -> tuple[str, str] | None:
    """A web address counts by its host; for messengers (t.me, Viber) by host and account."""
    # Read as a browser reads it: the host ends at the first slash of either kind and begins behind the last @.
    before, *after = re.split(r"[/\\?#]+", address)
    host = before.rpartition("@")[2].partition(":")[0].removeprefix("www.")
    if host in {"t.me", "telegram.me", "chats.viber.com"}:
        return "web", f"{host.replace('telegram.me', 't.me')}/{after[0] if after else ''}"
    return ("web", host) if "." in host else None


def _contacts(directory: Directory) -> Iterator[tuple[Organisation, tuple[str, str], Contact]]:
    for body in directory:
        for phone in body.phones:
            yield body, ("phone", national(phone.number)), phone
            if phone.short:
                yield body, ("phone", digits(phone.short)), phone
        for email in body.emails:
            yield body, ("email", fold(email.address)), email
        for site in body.websites:
            key = _key(site.url)
            if key:
                yield body, key, site
        for messenger in body.messengers:
            key = _key(messenger.address)
            if key:
                yield body, key, Contact(status=Status.CURRENT)
