"""What looks like a slip in a request before it is sent: shown to the applicant, never in their way."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.extracts.model import Applicant, Claim


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

    `given_names` are known given names in Ukrainian, in any case; without them a swapped surname is not noticed.
    """
    return tuple(_cautions(claim, applicant, today, given_names))


def _cautions(claim: Claim, applicant: Applicant, today: date, given_names: Collection[str]) -> Iterator[Caution]:
    yield from ()
