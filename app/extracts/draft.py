"""A request that is being written: its pages, what each asks after what was answered, and what is wrong with it."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from app.extracts.evidence import Need, Paper, evidence
from app.extracts.model import RELATIVES, Applicant, Channel, Claim, Kinship, Principal, Purpose, SafeContact
from app.kernel.dates import PartialDate
from app.kernel.languages import PUBLIC, SOURCE
from app.kernel.text import fold
from app.outbox.model import MessageError, ascii_address
from app.register.person import Person, Sex


class Page(StrEnum):
    """A page of the form. The value stands in its address."""

    KINSHIP = "kinship"
    PERSON = "person"
    APPLICANT = "applicant"
    PURPOSE = "purpose"
    CONTACT = "contact"
    PAPERS = "papers"


class Fault(StrEnum):
    """What is wrong with a field."""

    MISSING = "missing"
    NOT_OFFERED = "not-offered"
    TOO_LONG = "too-long"
    NO_LETTER = "no-letter"
    NO_DATE = "no-date"
    NO_YEAR = "no-year"
    NOT_YET = "not-yet"
    TOO_EARLY = "too-early"
    NO_EMAIL = "no-email"
    NO_PHONE = "no-phone"
    NO_PAPER = "no-paper"


Typed = Mapping[str, str]
"""What was typed on one page, by field. Several choices of one field stand with blanks between them."""

Answers = Mapping[Page, Typed]
"""What was typed, by page."""

KEPT = 2_000
"""Characters kept of what was typed in one field; beyond, nobody would want it back."""

EARLIEST = 1900
"""Year before which nobody was born who is looked for."""

PRINCIPALS = (*RELATIVES, Kinship.SELF)
"""Whom a representative or lawyer may act for."""

CATEGORIES = ("military", "civilian")
"""Codes of the register's categories that a family can tell."""

HOURS = tuple(f"{hour:02d}:00" for hour in range(24))
"""Hours (Kyiv) between which somebody may be called."""


@dataclass(frozen=True)
class Field:
    """One field: its name, the most characters it takes, whether it must be filled, and the codes it offers if any."""

    name: str
    longest: int = 120
    required: bool = False
    offers: Collection[str] = ()
    many: bool = False
    lines: int = 0
    autocomplete: str = ""


def fields_of(page: Page, answers: Answers) -> Sequence[Field]:
    """Return what a page asks, after what was answered on others."""
    return tuple(_FIELDS[page](answers))


def pages_of(answers: Answers) -> Sequence[Page]:
    """Return the pages that are asked, in the order in which they are offered. Any order will do."""
    asked = [page for page in Page if page is not Page.APPLICANT or kinship_of(answers) is not Kinship.SELF]
    return tuple(asked)


def kinship_of(answers: Answers) -> Kinship | None:
    """Return what the applicant is to the missing person, if it was answered."""
    chosen = answers.get(Page.KINSHIP, {}).get("kinship", "")
    return Kinship(chosen) if chosen in set(Kinship) else None


def principal_kinship(answers: Answers) -> Kinship | None:
    """Return the kinship of whom a representative or lawyer acts for, if it was answered."""
    theirs = answers.get(Page.APPLICANT, {}).get("principal-kinship", "")
    return Kinship(theirs) if theirs in set(PRINCIPALS) else None


def faults(page: Page, answers: Answers, *, today: date) -> Sequence[tuple[str, Fault]]:
    """Return what is wrong with a page, field by field in its order."""
    typed = answers.get(page, {})
    found: list[tuple[str, Fault]] = []
    for field in fields_of(page, answers):
        fault = _fault(field, typed.get(field.name, ""), typed, today)
        if fault is not None:
            found.append((field.name, fault))
    return found


def is_done(page: Page, answers: Answers, *, today: date) -> bool:
    """Say whether a page was saved and nothing is wrong with it."""
    return page in answers and not faults(page, answers, today=today)


def undone(answers: Answers, kinds: Collection[str], *, today: date) -> Sequence[Page]:
    """Return the pages that stand in the way of filing; `kinds` are those of the papers that are there."""
    return [
        page
        for page in pages_of(answers)
        if not (papers_done(answers, kinds) if page is Page.PAPERS else is_done(page, answers, today=today))
    ]


def papers_done(answers: Answers, kinds: Collection[str]) -> bool:
    """Say whether every paper is there that is asked for, or the applicant has said that some will follow."""
    return bool(answers.get(Page.PAPERS, {}).get("later")) or not missing_papers(answers, kinds)


def missing_papers(answers: Answers, kinds: Collection[str]) -> Sequence[Paper]:
    """Return the papers that are asked for and not there; where one of several is enough, all while none is there."""
    kinship = kinship_of(answers)
    if kinship is None:
        return (Paper.IDENTITY,)
    asked = evidence(kinship, principal_kinship(answers)).asked
    either = [item.paper for item in asked if item.need is Need.ANY_OF]
    has_one = any(paper in kinds for paper in either)
    return [
        item.paper
        for item in asked
        if item.paper not in kinds and (item.need is Need.ALWAYS or (item.need is Need.ANY_OF and not has_one))
    ]


def cut(typed: Mapping[str, str]) -> dict[str, str]:
    """Return what is kept of what was typed on a page."""
    return {name: text[:KEPT] for name, text in typed.items()}


def as_text(answers: Answers) -> str:
    """Return all answers as the text that `read_answers` reads."""
    return json.dumps({page.value: dict(typed) for page, typed in answers.items()}, ensure_ascii=False)


def read_answers(text: str) -> dict[Page, Typed]:
    """Read what `as_text` wrote; a page that is asked no more is dropped."""
    return {Page(page): typed for page, typed in json.loads(text or "{}").items() if page in set(Page)}


def claim(answers: Answers) -> Claim:
    """Return whom the request is about in the applicant's words. What cannot be read is left out."""
    typed = answers.get(Page.PERSON, {})
    former = _line(typed, "former")
    person = Person(
        surname=_line(typed, "surname"),
        given=_line(typed, "given"),
        patronymic=_line(typed, "patronymic"),
        former_surnames=(former,) if former else (),
        latin_surname=_line(typed, "latin-surname"),
        latin_given=_line(typed, "latin-given"),
        born=date_of(typed, "born"),
        sex=Sex(typed["sex"]) if typed.get("sex") in set(Sex) else None,
        born_in=_line(typed, "born-in"),
        missing_from=_line(typed, "missing-from"),
        missing_on=date_of(typed, "missing"),
        category=typed.get("category", "") if typed.get("category") in CATEGORIES else "",
        unit=_line(typed, "unit"),
    )
    spellings = tuple(" ".join(line.split()) for line in typed.get("spellings", "").splitlines() if line.strip())
    return Claim(
        person,
        circumstances=typed.get("circumstances", "").strip(),
        police_unit=_line(typed, "police"),
        proceeding=_line(typed, "proceeding"),
        spellings=spellings,
    )


def applicant(answers: Answers) -> Applicant:
    """Return who asks, and how they are reached. Raises ValueError while the kinship is not answered."""
    kinship = kinship_of(answers)
    if kinship is None:
        raise ValueError("the kinship is not answered")
    typed = answers.get(Page.PERSON if kinship is Kinship.SELF else Page.APPLICANT, {})
    contact = answers.get(Page.CONTACT, {})
    theirs = principal_kinship(answers) if kinship.acts_for_another else None
    principal = Principal(
        theirs,
        _line(typed, "principal-surname"),
        _line(typed, "principal-given"),
        _line(typed, "principal-patronymic"),
    ) if theirs else None  # fmt: skip
    return Applicant(
        kinship,
        surname=_line(typed, "surname"),
        given=_line(typed, "given"),
        patronymic=_line(typed, "patronymic"),
        former_surname=_line(typed, "former"),
        born=date_of(typed, "born"),
        email=email_of(answers),
        phone=_line(contact, "phone"),
        postal_address=contact.get("postal", "").strip(),
        language=contact.get("language", "") if contact.get("language") in PUBLIC else SOURCE,
        channel=Channel(contact["channel"]) if contact.get("channel") in set(Channel) else Channel.PAGE_ONLY,
        safe=SafeContact(
            do_not_call=bool(contact.get("do-not-call")),
            call_from=_hour(contact.get("call-from", "")),
            call_until=_hour(contact.get("call-until", "")),
            discreet=not contact.get("open"),
            note=contact.get("note", "").strip(),
        ),
        acts_for=principal,
        tells_newer=bool(contact.get("newer")),
    )


def folded_claim(answers: Answers) -> str:
    """Return the missing person in one form for equal spellings: names without case and apostrophes, birth date."""
    person = claim(answers).person
    return "|".join([*map(fold, (person.surname, person.given, person.patronymic)), str(person.born or "")])


def folded_contact(answers: Answers) -> str:
    """Return the applicant's contact in one form: the e-mail address, else the phone, else name and birth date."""
    contact = answers.get(Page.CONTACT, {})
    if email := email_of(answers):
        return f"email|{fold(email)}"
    if number := phone_number(contact.get("phone", "")):
        return f"phone|{number}"
    who = answers.get(Page.APPLICANT, {}) or answers.get(Page.PERSON, {})
    names = [fold(who.get(name, "")) for name in ("surname", "given", "patronymic")]
    return "|".join(["name", *names, str(date_of(who, "born") or "")])


def email_of(answers: Answers) -> str:
    """Return the e-mail address to which news may go, in its normal form; empty where there is none."""
    return _email(answers.get(Page.CONTACT, {}).get("email", "")) or ""


def phone_number(text: str) -> str:
    """Return a phone number in its international form (E.164), read as one of Ukraine where it names no country."""
    try:
        number = phonenumbers.parse(text[:60], "UA")
    except phonenumbers.NumberParseException:
        return ""
    valid = phonenumbers.is_possible_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else ""


def chosen(typed: Typed, name: str) -> Sequence[str]:
    """Return the codes chosen in a field that takes several."""
    return typed.get(name, "").split()


def date_of(typed: Typed, name: str) -> PartialDate | None:
    """Return the date in the three fields of `name`, or None where there is none that a calendar has."""
    parts = [typed.get(f"{name}-{part}", "").strip() for part in ("year", "month", "day")]
    try:
        year, month, day = (_whole(part) for part in parts)
        return None if year is None else PartialDate(year, month, day)
    except ValueError:
        return None


def _line(typed: Typed, name: str) -> str:
    return " ".join(typed.get(name, "").split())


def _hour(text: str) -> time | None:
    return time.fromisoformat(text) if text in HOURS else None


def _whole(text: str) -> int | None:
    """Return the number that up to four digits say, in whatever script; None for nothing. Raises ValueError."""
    if not text:
        return None
    if len(text) > 4:
        raise ValueError("too many digits")
    return int("".join(str(unicodedata.decimal(sign)) for sign in text))


def _fault(field: Field, text: str, typed: Typed, today: date) -> Fault | None:
    stripped = text.strip()
    if field.name.endswith("-year"):
        return _date_fault(field, typed, today)
    if not stripped:
        return Fault.MISSING if field.required else None
    if field.offers:
        given = text.split() if field.many else [text]
        return None if all(one in field.offers for one in given) else Fault.NOT_OFFERED
    if len(stripped) > field.longest:
        return Fault.TOO_LONG
    if field.name in _NAMES and not any(sign.isalpha() for sign in stripped):
        return Fault.NO_LETTER
    if field.name == "email" and _email(stripped) is None:
        return Fault.NO_EMAIL
    if field.name == "phone" and not phone_number(stripped):
        return Fault.NO_PHONE
    return None


def _date_fault(field: Field, typed: Typed, today: date) -> Fault | None:
    name = field.name.removesuffix("-year")
    parts = [typed.get(f"{name}-{part}", "").strip() for part in ("day", "month", "year")]
    if not any(parts):
        return Fault.MISSING if field.required else None
    if not parts[-1]:
        return Fault.NO_YEAR
    found = date_of(typed, name)
    if found is None:
        return Fault.NO_DATE
    if found.earliest > today:
        return Fault.NOT_YET
    return Fault.TOO_EARLY if found.year < EARLIEST else None


def _email(text: str) -> str | None:
    try:
        address = validate_email(text.strip()[:320], check_deliverability=False).normalized
        ascii_address(address)
        return address
    except (EmailNotValidError, MessageError):
        return None


_NAMES = frozenset(
    {"surname", "given", "patronymic", "former", "principal-surname", "principal-given", "principal-patronymic"}
)


def _date(name: str, *, required: bool = False) -> Iterator[Field]:
    yield Field(f"{name}-day", longest=4)
    yield Field(f"{name}-month", longest=4)
    yield Field(f"{name}-year", longest=8, required=required)


def _kinship(_: Answers) -> Iterator[Field]:
    yield Field("kinship", required=True, offers=tuple(Kinship))


def _person(_: Answers) -> Iterator[Field]:
    yield Field("surname", required=True)
    yield Field("given", required=True)
    yield Field("patronymic")
    yield from _date("born", required=True)
    yield Field("former")
    yield Field("spellings", longest=500, lines=2)
    yield Field("latin-surname")
    yield Field("latin-given")
    yield Field("sex", offers=tuple(Sex))
    yield Field("born-in")
    yield from _date("missing")
    yield Field("missing-from")
    yield Field("category", offers=CATEGORIES)
    yield Field("unit")
    yield Field("police")
    yield Field("proceeding", longest=60)
    yield Field("circumstances", longest=1000, lines=4)


def _applicant(answers: Answers) -> Iterator[Field]:
    yield Field("surname", required=True, autocomplete="family-name")
    yield Field("given", required=True, autocomplete="given-name")
    yield Field("patronymic", autocomplete="additional-name")
    kinship = kinship_of(answers)
    if kinship is not None and kinship.acts_for_another:
        yield Field("principal-surname", required=True)
        yield Field("principal-given", required=True)
        yield Field("principal-patronymic")
        yield Field("principal-kinship", required=True, offers=PRINCIPALS)
    else:
        yield from _date("born", required=True)
        yield Field("former")


def _purpose(answers: Answers) -> Iterator[Field]:
    yield Field("purposes", required=True, offers=tuple(Purpose), many=True)
    yield Field("purpose-other", longest=300, required=chosen_is(answers, Page.PURPOSE, "purposes", Purpose.OTHER))


def _contact(answers: Answers) -> Iterator[Field]:
    channel = answers.get(Page.CONTACT, {}).get("channel", "")
    yield Field("channel", required=True, offers=tuple(Channel))
    yield Field("email", longest=254, required=channel == Channel.EMAIL, autocomplete="email")
    yield Field("phone", longest=40, required=channel == Channel.PHONE, autocomplete="tel")
    yield Field("postal", longest=400, required=channel == Channel.POST, lines=3, autocomplete="street-address")
    yield Field("language", required=True, offers=tuple(PUBLIC))
    yield Field("newer", offers=("1",))
    yield Field("do-not-call", offers=("1",))
    yield Field("call-from", offers=HOURS)
    yield Field("call-until", offers=HOURS)
    yield Field("open", offers=("1",))
    yield Field("note", longest=300, lines=2)


def _papers(_: Answers) -> Iterator[Field]:
    yield Field("later", offers=("1",))
    yield Field("later-why", longest=500, lines=3)


def chosen_is(answers: Answers, page: Page, name: str, code: str) -> bool:
    """Say whether `code` is among what was chosen in a field."""
    return code in chosen(answers.get(page, {}), name)


_FIELDS = {
    Page.KINSHIP: _kinship,
    Page.PERSON: _person,
    Page.APPLICANT: _applicant,
    Page.PURPOSE: _purpose,
    Page.CONTACT: _contact,
    Page.PAPERS: _papers,
}
