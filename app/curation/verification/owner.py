"""What a body corrects on its card: read as it was typed, and put in its place in the text of its file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import phonenumbers
import yaml

from app.curation.verification.facts import Fact
from app.curation.verification.model import What
from app.kernel.text import digits

LASTS = timedelta(days=14)
"""How long an owner's link opens."""

LONGEST = 1_000
"""Characters of one correction or remark."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]+")
_URL = re.compile(r"https?://[^\s]+")
_KEYS = {What.PHONE: ("phones", "number"), What.EMAIL: ("emails", "address"), What.LINK: ("websites", "url")}


@dataclass(frozen=True)
class Corrected:
    """The text of a file with what could be put in its place, and in words what could not."""

    text: str
    changes: Sequence[str]
    left: Sequence[str]


def readable(what: What, typed: str) -> str:
    """Return a contact as content files write it, or nothing where it cannot be one."""
    said = " ".join(typed.split())
    if what is What.PHONE:
        return _number(said)
    if what is What.EMAIL:
        return said.lower() if _EMAIL.fullmatch(said.lower()) else ""
    if what is What.LINK:
        found = said if "://" in said or not said else f"https://{said}"
        return found if _URL.fullmatch(found) else ""
    return said


def _number(said: str) -> str:
    """Read a number as it is typed in Ukraine: with the country's code, with the leading zero, or short."""
    found = digits(said)
    if "+" not in said and 3 <= len(found) <= 6:
        return found
    try:
        parsed = phonenumbers.parse(said, "UA")
    except phonenumbers.NumberParseException:
        return ""
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return e164 if phonenumbers.is_possible_number(parsed) else ""


def corrected(text: str, corrections: Iterable[tuple[Fact, str]]) -> Corrected:
    """Put corrections in their places in the text of a body's file; all else stays to the letter."""
    changes, left = [], []
    for fact, typed in corrections:
        said = f"{fact.text} → {typed}"
        value = readable(fact.what, typed)
        place = _place(text, fact)
        if value and value != fact.text and place:
            text = text[: place[0]] + _scalar(value) + text[place[1] :]
            changes.append(said)
        else:
            left.append(said)
    return Corrected(text, changes, left)


def _place(text: str, fact: Fact) -> tuple[int, int] | None:
    """Return where the value of a fact begins and ends in the text, if it stands there."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if fact.what is What.ADDRESS:
        return _span(_child(_child(root, "address"), "uk"), fact.text)
    if fact.what not in _KEYS:
        return None
    folder, key = _KEYS[fact.what]
    entries = _child(root, folder)
    for entry in entries.value if isinstance(entries, yaml.SequenceNode) else ():
        if found := _span(_child(entry, key), fact.text):
            return found
    return None


def _child(node: yaml.Node | None, name: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if key.value == name), None)


def _span(node: yaml.Node | None, text: str) -> tuple[int, int] | None:
    if not isinstance(node, yaml.ScalarNode) or node.value != text:
        return None
    return node.start_mark.index, node.end_mark.index


def _scalar(value: str) -> str:
    """Write a value in single quotes: no text is anything but a text there."""
    return "'" + value.replace("'", "''") + "'"


def asked(facts: Iterable[Fact], answers: Mapping[str, str], texts: Mapping[str, str]) -> list[tuple[Fact, str]]:
    """Return the facts that were called wrong, with what was typed instead (nothing: it is not theirs any more)."""
    return [(fact, texts.get(fact.key, "").strip()[:LONGEST]) for fact in facts if answers.get(fact.key) == "wrong"]
