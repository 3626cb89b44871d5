"""The invented families. Each bears the surname that no real family has, and phone numbers that reach nobody."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.extracts.draft import Answers, Page


class Family(StrEnum):
    """An invented family, by what there is to learn with it."""

    MOTHER = "mother"
    """A son who serves is missing; the mother must not be called."""
    WIFE = "wife"
    """A husband seen in captivity; the wife lives abroad."""
    GRANDMOTHER = "grandmother"
    """A grandchild taken from an occupied town; the grandmother is still there."""


@dataclass(frozen=True)
class Invented:
    """What an invented family tells, and how it answers the guided route (a query)."""

    answers: Answers
    route: str


FAMILIES = {
    Family.MOTHER: Invented(
        {
            Page.KINSHIP: {"kinship": "parent"},
            Page.PERSON: {
                "surname": "Демонстраційний", "given": "Тарас", "patronymic": "Олегович",
                "born-day": "3", "born-month": "5", "born-year": "1996", "sex": "m", "category": "military",
                "missing-month": "3", "missing-year": "2026", "missing-from": "Донецька область",
            },
            Page.APPLICANT: {"surname": "Демонстраційна", "given": "Ганна", "patronymic": "Іванівна"},
            Page.CONTACT: {
                "channel": "email", "email": "demo-mother@example.org", "phone": "+380 00 000 00 01", "language": "uk",
                "do-not-call": "1", "note": "Телефон бере й чоловік, який ще не знає.",
            },
        },
        "who=armed-forces&soldier=comrades-say-missing&when=2026-03&place=UA-14&done=nothing&kin=parent&need=search",
    ),
    Family.WIFE: Invented(
        {
            Page.KINSHIP: {"kinship": "spouse"},
            Page.PERSON: {
                "surname": "Демонстраційний", "given": "Остап", "patronymic": "Петрович", "former": "",
                "born-year": "1988", "sex": "m", "category": "military", "missing-year": "2025",
            },
            Page.APPLICANT: {"surname": "Демонстраційна", "given": "Марія", "patronymic": "Степанівна"},
            Page.CONTACT: {
                "channel": "email", "email": "demo-wife@example.org", "language": "uk", "call-from": "18:00",
                "call-until": "21:00",
            },
        },
        "who=armed-forces&soldier=seen-captive&when=2025&done=police&family=abroad&country=pl&kin=spouse&need=legal",
    ),
    Family.GRANDMOTHER: Invented(
        {
            Page.KINSHIP: {"kinship": "grandparent"},
            Page.PERSON: {"surname": "Демонстраційна", "given": "Соломія", "born-year": "2017", "sex": "f"},
            Page.APPLICANT: {"surname": "Демонстраційна", "given": "Віра"},
            Page.CONTACT: {
                "channel": "page_only", "language": "uk", "do-not-call": "1",
                "note": "Живе в окупації: жодних листів і дзвінків, лише особисто через доньку.",
            },
        },
        "who=child&child=taken&when=2024&family=occupied&kin=grandparent&need=search",
    ),
}  # fmt: skip
