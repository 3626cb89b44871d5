"""What an extract says, line by line in Ukrainian and English, from what the register holds when it is issued."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date

from app.documents import words
from app.documents.words import Words
from app.kernel.dates import KYIV, PartialDate, in_words
from app.kernel.transliteration import System, romanise

LONGEST_NAME = 100
LONGEST_HEAD = 160
LONGEST_TEXT = 300
"""Most characters of a name, of the issuer or an address, and of a text: together they are sure to fit on the page."""

_NUMBER = re.compile(r"\d{4}-\d{6}")


class WrongExtractError(ValueError):
    """What an extract would say is incomplete, too long or unknown; the message names the field."""


@dataclass(frozen=True)
class Certified:
    """The certificate that signs, as the page names it."""

    name: str
    serial: str
    is_development: bool


@dataclass(frozen=True)
class Recorded:
    """What the register holds on the person besides name and birth date; what is not recorded is empty or None.

    `status` and `category` are codes of `words.STATUSES` and `words.CATEGORIES`.
    """

    status: str
    status_since: PartialDate
    status_source: str
    category: str = ""
    missing_on: PartialDate | None = None
    missing_from: str = ""
    police_unit: str = ""
    proceeding: str = ""


@dataclass(frozen=True)
class ExtractData:
    """Everything on the page. Raises WrongExtractError where it is incomplete, too long or unknown.

    `number` is such as ``2026-000123``, `code` such as ``7K3M-9PX4-2HAC``. Names and birth date are as recorded, or,
    where `recorded` is None, because the register holds no information, as the request gives them. `purposes`, at
    least one and none twice, and `kinship` are codes of `words.PURPOSES` and `words.KINSHIPS`; `verify_page` is the
    address where number and code are entered.
    """

    number: str
    code: str
    issued_at: datetime
    as_of: datetime
    surname: str
    given: str
    patronymic: str
    latin_surname: str
    latin_given: str
    born: PartialDate | None
    purposes: tuple[str, ...]
    kinship: str
    issuer: Words
    verify_page: str
    recorded: Recorded | None

    def __post_init__(self) -> None:
        if not _NUMBER.fullmatch(self.number):
            raise WrongExtractError("number")
        if not self.surname and not self.given:
            raise WrongExtractError("surname")
        for name in ("issued_at", "as_of"):
            if getattr(self, name).tzinfo is None:
                raise WrongExtractError(name)
        if not self.purposes or len(set(self.purposes)) < len(self.purposes):
            raise WrongExtractError("purposes")
        for purpose in self.purposes:
            _known("purposes", purpose, words.PURPOSES)
        _known("kinship", self.kinship, words.KINSHIPS)
        for name in ("code", "surname", "given", "patronymic", "latin_surname", "latin_given"):
            _bounded(name, getattr(self, name), LONGEST_NAME)
        _bounded("issuer", self.issuer.uk, LONGEST_HEAD)
        _bounded("issuer", self.issuer.en, LONGEST_HEAD)
        _bounded("verify_page", self.verify_page, LONGEST_HEAD)
        if self.recorded is not None:
            _known("status", self.recorded.status, words.STATUSES)
            if self.recorded.category:
                _known("category", self.recorded.category, words.CATEGORIES)
            for name in ("status_source", "missing_from", "police_unit", "proceeding"):
                _bounded(name, getattr(self.recorded, name), LONGEST_TEXT)


@dataclass(frozen=True)
class Line:
    """A row of the page: what it is, and what is recorded, in both languages. English may be empty where it adds
    nothing, as with a number."""

    label: Words
    value: Words
    is_strong: bool = False


def issuer_words(name: str, english: str, certified: Certified) -> Words:
    """Return the issuer as the operator names it; without a name, as the certificate does, or as a demonstration."""
    if name:
        return Words(name, english)
    if certified.is_development:
        return words.DEMONSTRATION_ISSUER
    return Words(certified.name, "")


def lines(extract: ExtractData) -> tuple[Line, ...]:
    """Return the rows of the page in reading order."""
    found = [_line("name", _name(extract), is_strong=True), _line("born", _day(extract.born))]
    recorded = extract.recorded
    if recorded is not None:
        found += [
            _line("status", words.STATUSES[recorded.status], is_strong=True),
            _line("since", _day(recorded.status_since)),
            _line("source", _text(recorded.status_source)),
            _line("category", words.CATEGORIES[recorded.category] if recorded.category else words.ABSENT),
            _line("missing_on", _day(recorded.missing_on)),
            _line("missing_from", _text(recorded.missing_from)),
            _line("police_unit", _text(recorded.police_unit)),
            _line("proceeding", Words(recorded.proceeding, "") if recorded.proceeding else words.ABSENT),
        ]
    return (
        *found,
        _line("purpose", _several([words.PURPOSES[purpose] for purpose in extract.purposes])),
        _line("kinship", words.KINSHIPS[extract.kinship]),
    )


def moment(at: datetime) -> Words:
    """Return a moment by the clocks of Kyiv: ``28 березня 2026 року, 14:05``."""
    local = at.astimezone(KYIV)
    return Words(
        f"{_full_day(local.date(), 'uk')}, {local:%H:%M} {words.KYIV_TIME.uk}",
        f"{_full_day(local.date(), 'en')}, {local:%H:%M} {words.KYIV_TIME.en}",
    )


def issue_day(extract: ExtractData) -> Words:
    """Return the day of issue in Kyiv, in words."""
    day = extract.issued_at.astimezone(KYIV).date()
    return Words(_full_day(day, "uk"), _full_day(day, "en"))


def _line(name: str, value: Words, *, is_strong: bool = False) -> Line:
    return Line(words.LABELS[name], value, is_strong)


def _full_day(day: date, language: str) -> str:
    return format_date(day, "d MMMM y 'року'" if language == "uk" else "d MMMM y", locale=language)


def _day(day: PartialDate | None) -> Words:
    if day is None:
        return words.ABSENT
    if day.is_exact:
        return Words(_full_day(day.earliest, "uk"), _full_day(day.earliest, "en"))
    return Words(f"{in_words(day, 'uk')} {'року' if day.month else 'рік'}", in_words(day, "en"))


def _several(found: Sequence[Words]) -> Words:
    return Words("; ".join(each.uk for each in found), "; ".join(each.en for each in found))


def _text(text: str) -> Words:
    """Return a text as recorded; an office abroad can read its letters, not more: nobody translated it."""
    if not text:
        return words.ABSENT
    latin = romanise(text, System.NATIONAL)
    return Words(text, "" if latin == text else latin)


def _name(extract: ExtractData) -> Words:
    ukrainian = " ".join(filter(None, (extract.surname, extract.given, extract.patronymic)))
    recorded = " ".join(filter(None, (extract.latin_surname, extract.latin_given)))
    if recorded:
        return Words(ukrainian, recorded)
    latin = romanise(ukrainian, System.NATIONAL)
    return Words(ukrainian, "" if latin == ukrainian else f"{latin} ({words.ROMANISED.en})")


def _known(name: str, code: str, kinds: Mapping[str, Words]) -> None:
    if code not in kinds:
        raise WrongExtractError(name)


def _bounded(name: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise WrongExtractError(name)
