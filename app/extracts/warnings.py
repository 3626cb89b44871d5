"""What looks like a slip in a request before it is sent: shown to the applicant, never in their way."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from types import MappingProxyType

import phonenumbers
from rapidfuzz.distance import OSA

from app.extracts.model import Applicant, Claim, Kinship
from app.kernel.dates import PartialDate
from app.kernel.text import fold
from app.kernel.transliteration import System, romanise
from app.register.given import given_names as table_of_names
from app.register.names import Reason, compare, read
from app.register.person import Person, Sex


class Field(StrEnum):
    """Where in a request a warning points."""

    SURNAME = "surname"
    GIVEN = "given"
    PATRONYMIC = "patronymic"
    FORMER_SURNAMES = "former_surnames"
    LATIN_SURNAME = "latin_surname"
    LATIN_GIVEN = "latin_given"
    BORN = "born"
    MISSING_ON = "missing_on"
    SEX = "sex"
    SPELLINGS = "spellings"
    APPLICANT_SURNAME = "applicant_surname"
    APPLICANT_GIVEN = "applicant_given"
    APPLICANT_PATRONYMIC = "applicant_patronymic"
    APPLICANT_BORN = "applicant_born"
    EMAIL = "email"
    PHONE = "phone"


class Doubt(StrEnum):
    """What is unlikely. Each names the values that its sentence needs."""

    LATIN_DIFFERS = "latin_differs"
    """The Latin spelling is not one of the Cyrillic name: `typed`, `latin`, `expected`."""
    OTHER_SPELLING = "other_spelling"
    """Another paper spells the name otherwise: `typed`, `other`."""
    SURNAMES_ALMOST_ALIKE = "surnames_almost_alike"
    """Applicant and missing person have surnames that differ by a letter or two: `typed`, `other`."""
    MIXED_ALPHABETS = "mixed_alphabets"
    """Latin letters inside a Cyrillic word or the reverse: `typed`, `letters`, `meant`."""
    LATIN_NAME = "latin_name"
    """A name that papers have in Cyrillic is in Latin letters: `typed`."""
    CYRILLIC_IN_LATIN = "cyrillic_in_latin"
    """A Latin spelling is in Cyrillic letters: `typed`."""
    RUSSIAN_LETTERS = "russian_letters"
    """Letters that Ukrainian does not have: `typed`, `letters`."""
    UNUSUAL_SIGNS = "unusual_signs"
    """Digits or signs that no name has: `typed`, `letters`."""
    IN_FUTURE = "in_future"
    """`typed`, and `meant` where day and month changed places explain it."""
    BORN_AFTER_MISSING = "born_after_missing"
    """`typed`, `other`, and `meant` as above."""
    BEFORE_THE_WAR = "before_the_war"
    """Missing before 2014: `typed`."""
    VERY_OLD = "very_old"
    """Over 110 years: `age`, `typed`."""
    TOO_YOUNG_TO_SERVE = "too_young_to_serve"
    """A serviceman under 18: `age`, `typed`."""
    AGES_DO_NOT_FIT = "ages_do_not_fit"
    """A parent younger than the child, and the like: `typed`, `other`."""
    EMAIL_SLIP = "email_slip"
    """`typed`, `meant`."""
    PHONE_IMPOSSIBLE = "phone_impossible"
    """`typed`, `country` (ISO code, empty where unknown)."""
    SEX_DOES_NOT_FIT = "sex_does_not_fit"
    """The ending belongs to the other sex: `typed`."""
    ENDINGS_DISAGREE = "endings_disagree"
    """Surname and patronymic have endings of different sexes: `typed`, `other`."""
    NAMES_SWAPPED = "names_swapped"
    """Given name in the place of the surname: `typed`, `other`."""
    PATRONYMIC_IS_NO_PATRONYMIC = "patronymic_is_no_patronymic"
    """`typed`."""
    SAME_PERSON = "same_person"
    """Applicant and missing person have the same name and birth date, though the kinship says otherwise."""


@dataclass(frozen=True)
class Caution:
    """One doubt, the fields it points at, first the one to be corrected, and the values to be shown."""

    doubt: Doubt
    fields: tuple[Field, ...]
    values: Mapping[str, str] = field(default_factory=dict)


def cautions(
    claim: Claim, applicant: Applicant, *, today: date, given_names: Collection[str] = frozenset()
) -> tuple[Caution, ...]:
    """Return what looks like a slip, in the order of the form. Never a reason to refuse or to hold a request.

    `given_names` are known given names in Ukrainian, folded; without them a swapped surname is not noticed.
    """
    return tuple(_cautions(claim, applicant, today, given_names))


def _cautions(claim: Claim, applicant: Applicant, today: date, given_names: Collection[str]) -> Iterator[Caution]:
    person, relation = claim.person, applicant.relation
    yield from _names(_PERSON, (person.surname, person.given, person.patronymic), given_names)
    yield from _sexes(_PERSON, person)
    for former in person.former_surnames:
        yield from _mixed(Field.FORMER_SURNAMES, former)
    yield from _latin(Field.SURNAME, person.surname, Field.LATIN_SURNAME, person.latin_surname)
    yield from _latin(Field.GIVEN, person.given, Field.LATIN_GIVEN, person.latin_given)
    yield from _spellings(claim)
    yield from _dates(person, today)
    if applicant.kinship is not Kinship.SELF:
        yield from _names(_APPLICANT, (applicant.surname, applicant.given, applicant.patronymic), given_names)
        yield from _endings(_APPLICANT, applicant.surname, applicant.patronymic)
        if applicant.born:
            yield from _day(Field.APPLICANT_BORN, applicant.born, today)
            yield from _too_old(Field.APPLICANT_BORN, applicant.born, today)
    if not applicant.kinship.acts_for_another and relation is not Kinship.SELF:
        yield from _between(person, applicant)
    yield from _email(applicant.email)
    yield from _phone(applicant)


@dataclass(frozen=True)
class _Places:
    """Where the three parts of somebody's name stand."""

    surname: Field
    given: Field
    patronymic: Field


_PERSON = _Places(Field.SURNAME, Field.GIVEN, Field.PATRONYMIC)
_APPLICANT = _Places(Field.APPLICANT_SURNAME, Field.APPLICANT_GIVEN, Field.APPLICANT_PATRONYMIC)

_LATIN_ALIKE = dict(zip("ABCEHIKMOPTXYaceiopxy", "АВСЕНІКМОРТХУасеіорху", strict=True))
_CYRILLIC_ALIKE = {cyrillic: latin for latin, cyrillic in _LATIN_ALIKE.items()}
_RUSSIAN = re.compile("[ыэёъ]", re.IGNORECASE)
_ODD = re.compile(r"[^\w\s’.\-]|[\d_]")
_PATRONYMIC = re.compile("(?P<m>[иі]ч|огли|оглу|оглы)$|(?P<f>(?:[іїие]в|ов|ич|іч|ишн|інічн|йн)на|кизи|кызы|гизи)$")
_MALE_SURNAME = re.compile("(?:[сцз]ький|[оеє]в)$")
_FEMALE_SURNAME = re.compile("(?:[сцз]ька|[оеє]ва)$")
_EITHER = frozenset({"сова", "діброва", "голова", "підкова", "корова", "дуброва", "основа", "полова", "півнева", "лев"})
"""Surnames of both sexes that end as women's or men's do."""


def _is_cyrillic(letter: str) -> bool:
    return "\u0400" <= letter <= "\u04ff"


def _is_latin(letter: str) -> bool:
    return letter.isalpha() and letter < "\u0250"


def _names(places: _Places, names: tuple[str, str, str], given_names: Collection[str]) -> Iterator[Caution]:
    surname, given, patronymic = names
    for place, text in zip((places.surname, places.given, places.patronymic), names, strict=True):
        yield from _letters(place, text)
    if _is_named(surname, given_names) and given and not _is_named(given, given_names):
        yield _caution(Doubt.NAMES_SWAPPED, places.surname, places.given, typed=surname, other=given)
    elif _is_named(patronymic, given_names) and _father_sex(given):
        yield _caution(Doubt.NAMES_SWAPPED, places.patronymic, places.given, typed=patronymic, other=given)
    elif any(map(_is_cyrillic, patronymic)) and not _father_sex(patronymic):
        yield _caution(Doubt.PATRONYMIC_IS_NO_PATRONYMIC, places.patronymic, typed=patronymic)


@cache
@cache
def names_in_papers() -> frozenset[str]:
    """Return the given names of the register's table as papers have them, folded."""
    return frozenset(fold(form) for name in table_of_names() for form in name.full())


def _is_named(text: str, given_names: Collection[str]) -> bool:
    """Whether a text is one of `given_names`, which are folded: see `app.kernel.text.fold`."""
    return bool(text) and fold(text) in given_names


def _letters(place: Field, text: str) -> Iterator[Caution]:
    """A name that papers have in Cyrillic."""
    mixed = list(_mixed(place, text))
    yield from mixed
    letters = [letter for letter in text if letter.isalpha()]
    if letters and not mixed and all(map(_is_latin, letters)):
        yield _caution(Doubt.LATIN_NAME, place, typed=text)
    if russian := _RUSSIAN.findall(text):
        yield _caution(Doubt.RUSSIAN_LETTERS, place, typed=text, letters=_listed(russian))
    if odd := _ODD.findall(fold(text)):
        yield _caution(Doubt.UNUSUAL_SIGNS, place, typed=text, letters=_listed(odd))


def _mixed(place: Field, text: str) -> Iterator[Caution]:
    """Letters of two alphabets in one word: nobody sees them, and no register finds the name."""
    found: list[str] = []
    meant = []
    for word in re.split(r"(\s+|-)", text):
        latin, cyrillic = [*filter(_is_latin, word)], [*filter(_is_cyrillic, word)]
        if not latin or not cyrillic:
            meant.append(word)
            continue
        # Where both have as many, a Cyrillic name is the likelier in a Ukrainian form.
        few, alike = (latin, _LATIN_ALIKE) if len(latin) <= len(cyrillic) else (cyrillic, _CYRILLIC_ALIKE)
        found += few
        meant.append("".join(alike.get(letter, letter) for letter in word))
    if found:
        right = "".join(meant)
        is_whole = all(letter in _LATIN_ALIKE or letter in _CYRILLIC_ALIKE for letter in found)
        yield _caution(
            Doubt.MIXED_ALPHABETS, place, typed=text, letters=_listed(found), meant=right if is_whole else ""
        )


def _listed(letters: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(letters))


def _father_sex(patronymic: str) -> Sex | None:
    """Return the sex that the ending of a patronymic tells, None where it has none."""
    found = _PATRONYMIC.search(fold(patronymic))
    if not found or len(fold(patronymic)) < 5:
        return None
    return Sex.MALE if found["m"] else Sex.FEMALE


def _surname_sex(surname: str) -> Sex | None:
    """Return the sex that the ending of a surname tells; most tell none."""
    folded = re.split("[ -]", fold(surname))[-1]
    if folded in _EITHER:
        return None
    if _MALE_SURNAME.search(folded):
        return Sex.MALE
    return Sex.FEMALE if _FEMALE_SURNAME.search(folded) else None


def _sexes(places: _Places, person: Person) -> Iterator[Caution]:
    if person.sex is None:
        yield from _endings(places, person.surname, person.patronymic)
        return
    told = ((places.patronymic, person.patronymic, _father_sex), (places.surname, person.surname, _surname_sex))
    for place, text, sex_of in told:
        sex = sex_of(text)
        # A woman may bear a surname in its masculine form; a man never one in the feminine.
        if sex and sex is not person.sex and not (place is places.surname and sex is Sex.MALE):
            yield _caution(Doubt.SEX_DOES_NOT_FIT, place, Field.SEX, typed=text)


def _endings(places: _Places, surname: str, patronymic: str) -> Iterator[Caution]:
    if _surname_sex(surname) is Sex.FEMALE and _father_sex(patronymic) is Sex.MALE:
        yield _caution(Doubt.ENDINGS_DISAGREE, places.patronymic, places.surname, typed=patronymic, other=surname)


def _latin(place: Field, name: str, latin_place: Field, latin: str) -> Iterator[Caution]:
    """A Latin spelling beside the name that it spells."""
    if not latin:
        return
    mixed = list(_mixed(latin_place, latin))
    yield from mixed
    if not mixed and any(map(_is_cyrillic, latin)):
        yield _caution(Doubt.CYRILLIC_IN_LATIN, latin_place, typed=latin)
    elif not mixed and any(map(_is_cyrillic, name)) and compare(read(name), read(latin)) not in _ONE_NAME:
        expected = romanise(name, System.NATIONAL)
        yield _caution(Doubt.LATIN_DIFFERS, latin_place, place, typed=name, latin=latin, expected=expected)


_ONE_NAME = frozenset({Reason.SAME, Reason.APOSTROPHE, Reason.LETTERS, Reason.TRANSLITERATED, Reason.DOUBLED_LETTER})
_SLIPS = frozenset({
    Reason.LETTERS, Reason.DOUBLED_LETTER, Reason.MISSING_LETTER, Reason.EXCHANGED_LETTERS, Reason.NEXT_KEY,
    Reason.ONE_LETTER,
})  # fmt: skip


def _spellings(claim: Claim) -> Iterator[Caution]:
    person = claim.person
    full = " ".join(part for part in (person.surname, person.given, person.patronymic) if part)
    for other in claim.spellings[:_MOST_SPELLINGS]:
        yield from _mixed(Field.SPELLINGS, other)
        if full and _order_free(other) != _order_free(full):
            yield _caution(Doubt.OTHER_SPELLING, Field.SPELLINGS, Field.SURNAME, typed=full, other=other)


_MOST_SPELLINGS = 5


def _order_free(name: str) -> list[str]:
    return sorted(fold(name).split())


def _dates(person: Person, today: date) -> Iterator[Caution]:
    born, missing = person.born, person.missing_on
    if born:
        yield from _day(Field.BORN, born, today)
    if missing:
        yield from _day(Field.MISSING_ON, missing, today)
        if missing.year < WAR_SINCE:
            yield _caution(Doubt.BEFORE_THE_WAR, Field.MISSING_ON, typed=str(missing))
    if born and missing and born.earliest > missing.latest:
        meant = next((str(day) for day in _swapped(born) if day.earliest <= missing.latest), "")
        meant = meant or next((str(day) for day in _swapped(missing) if born.earliest <= day.latest <= today), "")
        yield _caution(
            Doubt.BORN_AFTER_MISSING, Field.BORN, Field.MISSING_ON, typed=str(born), other=str(missing), meant=meant
        )
    elif born:
        day = missing.latest if missing else today
        yield from _too_old(Field.BORN, born, day)
        age = _age(born.earliest, day)
        if person.category == MILITARY and missing and 0 <= age < ADULT:
            yield _caution(Doubt.TOO_YOUNG_TO_SERVE, Field.BORN, Field.MISSING_ON, typed=str(born), age=str(age))


WAR_SINCE = 2014
"""The year in which the war began; the register's law speaks of disappearances connected with it."""
ADULT = 18
OLDEST = 110
"""Years; people older than this have probably a slip in the year."""
MILITARY = "military"


def _day(place: Field, day: PartialDate, today: date) -> Iterator[Caution]:
    if day.earliest > today:
        meant = next((str(other) for other in _swapped(day) if other.earliest <= today), "")
        yield _caution(Doubt.IN_FUTURE, place, typed=str(day), meant=meant)


def _swapped(day: PartialDate) -> Iterator[PartialDate]:
    """Yield the date with day and month exchanged, where that is another day."""
    if day.day and day.month and day.day <= 12 and day.day != day.month:
        yield PartialDate(day.year, day.day, day.month)


def _too_old(place: Field, born: PartialDate, day: date) -> Iterator[Caution]:
    age = _age(born.latest, day)
    if age > OLDEST:
        yield _caution(Doubt.VERY_OLD, place, typed=str(born), age=str(age))


def _age(born: date, day: date) -> int:
    """Return the whole years from birth to a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


_OLDER_BY = {
    Kinship.PARENT: 12, Kinship.GRANDPARENT: 25, Kinship.CHILD: -12, Kinship.GRANDCHILD: -25,
    Kinship.GREAT_GRANDCHILD: -38,
}  # fmt: skip
"""Years that the applicant is at least older than the missing person; younger where below nought."""


def _between(person: Person, applicant: Applicant) -> Iterator[Caution]:
    """What does not fit between the applicant and the missing person, of the same family."""
    names = [(person.surname, applicant.surname), (person.given, applicant.given)]
    is_same = all(one and fold(one) == fold(other) for one, other in names)
    if is_same and person.born and person.born == applicant.born:
        yield _caution(Doubt.SAME_PERSON, Field.APPLICANT_SURNAME, Field.SURNAME, typed=applicant.surname)
        return
    if _is_slip(person.surname, applicant.surname) and not _is_known_otherwise(person, applicant):
        yield _caution(
            Doubt.SURNAMES_ALMOST_ALIKE,
            Field.SURNAME,
            Field.APPLICANT_SURNAME,
            typed=person.surname,
            other=applicant.surname,
        )
    apart = _OLDER_BY.get(applicant.kinship)
    if apart and person.born and applicant.born:
        older, younger = (applicant.born, person.born) if apart > 0 else (person.born, applicant.born)
        if _age(older.earliest, younger.latest) < abs(apart):
            typed, other = str(applicant.born), str(person.born)
            yield _caution(Doubt.AGES_DO_NOT_FIT, Field.APPLICANT_BORN, Field.BORN, typed=typed, other=other)


def _is_slip(one: str, other: str) -> bool:
    """Whether two surnames of one family differ by a letter, and not by the ending of the bearer's sex."""
    a, b = read(one), read(other)
    if not a or not b or a.bare == b.bare or a.is_cyrillic != b.is_cyrillic:
        return False
    if _are_a_couple(a.bare, b.bare) or _are_a_couple(b.bare, a.bare):
        return False
    return compare(a, b) in _SLIPS


def _are_a_couple(his: str, hers: str) -> bool:
    """Whether two surnames are one in the forms of a man and of a woman: Рудий and Руда, Іванов and Іванова."""
    if his.endswith(("ий", "ій")):
        return hers in (his[:-2] + "а", his[:-2] + "я")
    return his.endswith(("ов", "ев", "єв", "ін", "їн", "ин")) and hers == his + "а"


def _is_known_otherwise(person: Person, applicant: Applicant) -> bool:
    """Whether a former surname says that both spellings are meant."""
    folded = {fold(former) for former in (*person.former_surnames, applicant.former_surname) if former}
    return bool(folded & {fold(person.surname), fold(applicant.surname)})


DOMAINS = (
    "gmail.com", "ukr.net", "i.ua", "meta.ua", "bigmir.net", "email.ua", "online.ua", "ex.ua", "outlook.com",
    "hotmail.com", "live.com", "msn.com", "yahoo.com", "yahoo.de", "yahoo.fr", "yahoo.it", "yahoo.es", "ymail.com",
    "icloud.com", "me.com", "mac.com", "mail.com", "email.com", "proton.me", "protonmail.com", "tutanota.com", "pm.me",
    "wp.pl", "o2.pl", "onet.pl", "interia.pl", "op.pl", "tlen.pl", "gazeta.pl", "gmx.de", "gmx.net", "gmx.at",
    "gmx.com", "web.de", "t-online.de", "freenet.de", "outlook.de", "hotmail.de", "seznam.cz", "email.cz", "libero.it",
    "orange.fr", "free.fr", "hotmail.co.uk", "yahoo.co.uk", "outlook.es", "hotmail.fr", "hotmail.it", "centrum.cz",
    "googlemail.com", "mail.ee", "inbox.lv", "inbox.lt", "abv.bg", "aol.com", "zoho.com", "fastmail.com", "ua.fm",
)  # fmt: skip
"""Where families have their mail: in Ukraine and in the countries that most of them went to."""
_ONE_ENDING = {"gmail": "gmail.com", "ukr": "ukr.net", "icloud": "icloud.com"}
"""Names that exist under one ending only."""


def _email(address: str) -> Iterator[Caution]:
    name, _, domain = address.strip().rpartition("@")
    domain = fold(domain).strip(".")
    if not name or not domain or domain in DOMAINS:
        return
    meant = _ONE_ENDING.get(domain.partition(".")[0]) or _nearest(domain)
    if meant:
        yield _caution(Doubt.EMAIL_SLIP, Field.EMAIL, typed=address, meant=f"{name}@{meant}")


def _nearest(domain: str) -> str:
    """Return the one known domain that is one slip away, two for long ones; nothing where two are as near."""
    allowed = 2 if len(domain) >= _LONG_DOMAIN else 1
    near = sorted((OSA.distance(domain, known, score_cutoff=allowed), known) for known in DOMAINS)
    near = [(distance, known) for distance, known in near if distance <= allowed]
    if not near or (len(near) > 1 and near[0][0] == near[1][0]):
        return ""
    known = near[0][1]
    # Of a domain as short as i.ua every fourth letter would be wrong: too many real ones are as near.
    return known if len(known) > _SHORT_DOMAIN or len(known) != len(domain) else ""


_LONG_DOMAIN = 8
_SHORT_DOMAIN = 6


def _phone(applicant: Applicant) -> Iterator[Caution]:
    typed = applicant.phone.strip()
    if not typed:
        return
    try:
        number = phonenumbers.parse(typed, applicant.country or "UA")
    except phonenumbers.NumberParseException:
        yield _caution(Doubt.PHONE_IMPOSSIBLE, Field.PHONE, typed=typed, country="")
        return
    if not phonenumbers.is_valid_number(number):
        region = phonenumbers.region_code_for_country_code(number.country_code or 0)
        country = region if region and region.isalpha() and region != "ZZ" else ""
        yield _caution(Doubt.PHONE_IMPOSSIBLE, Field.PHONE, typed=typed, country=country)


def _caution(doubt: Doubt, *fields: Field, **values: str) -> Caution:
    return Caution(doubt, fields, MappingProxyType(values))
