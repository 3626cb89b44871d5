"""Recognising a contact: is this number, e-mail or web address one that the directory knows?

Never a guess: only what stands in the directory is called official; everything else is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from app.directory.model import Contact, Directory, Organisation, Status, national
from app.kernel.text import digits, fold

LONGEST = 200


class Verdict(StrEnum):
    """What the directory says of a contact."""

    CURRENT = "current"
    UNCLEAR = "unclear"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Finding:
    """The verdict, with the bodies that stand behind it and, for a superseded contact, what to use instead."""

    verdict: Verdict
    bodies: tuple[Organisation, ...] = ()
    use_instead: str | None = None


_RANK = {Status.CURRENT: 0, Status.LEGACY: 1, Status.UNCLEAR: 2}
_VERDICTS = {
    Status.CURRENT: Verdict.CURRENT,
    Status.LEGACY: Verdict.SUPERSEDED,
    Status.UNCLEAR: Verdict.UNCLEAR,
}
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)


def recognise(text: str, directory: Directory) -> Finding:
    """Look `text` (a phone, an e-mail, a web or messenger address) up in the directory."""
    wanted = _key(text)
    if wanted is None:
        return Finding(Verdict.UNREADABLE)
    found = [(body, contact) for body, key, contact in _contacts(directory) if key == wanted]
    if not found:
        return Finding(Verdict.UNKNOWN)
    best = min(_RANK[contact.status] for _, contact in found)
    chosen = [(body, contact) for body, contact in found if _RANK[contact.status] == best]
    bodies = tuple({body.id: body for body, _ in chosen}.values())
    return Finding(_VERDICTS[chosen[0][1].status], bodies, chosen[0][1].use_instead)


def _key(text: str) -> tuple[str, str] | None:
    """Return what kind of contact `text` is and its comparable form, or None if it is none."""
    folded = fold(text)[:LONGEST]
    email = _EMAIL.search(folded)
    if email:
        return "email", email.group()
    if re.search(r"[a-zа-яіїєґ]", folded):
        return _web_key(folded)
    number = national(folded)
    return ("phone", number) if len(number) >= 3 else None


def _web_key(folded: str) -> tuple[str, str] | None:
    """A web address counts by its host; for messengers (t.me, Viber) by host and account."""
    found = _HOST.search(folded)
    if not found:
        handle = re.fullmatch(r"@([a-z0-9_]{4,})", folded)
        return ("web", f"t.me/{handle.group(1)}") if handle else None
    parts = urlsplit("//" + folded[found.start() :].replace("\\", "/"))
    host = (parts.hostname or "").removeprefix("www.")
    if host in {"t.me", "telegram.me", "chats.viber.com"}:
        account = parts.path.strip("/").split("/")[0]
        return "web", f"{host.replace('telegram.me', 't.me')}/{account}"
    return "web", host


def _contacts(directory: Directory) -> Iterator[tuple[Organisation, tuple[str, str], Contact]]:
    for body in directory:
        for phone in body.phones:
            yield body, ("phone", national(phone.number)), phone
            if phone.short:
                yield body, ("phone", digits(phone.short)), phone
        for email in body.emails:
            yield body, ("email", fold(email.address)), email
        for site in body.websites:
            key = _web_key(fold(site.url))
            if key:
                yield body, key, site
        for messenger in body.messengers:
            key = _key(messenger.address)
            if key:
                yield body, key, Contact(status=Status.CURRENT)
