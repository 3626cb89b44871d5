"""What is claimed or recorded of a missing person, as far as matching needs it."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from app.kernel.dates import PartialDate


class Sex(StrEnum):
    """Sex as papers record it."""

    MALE = "m"
    FEMALE = "f"


@dataclass(frozen=True)
class Person:
    """One person in somebody's words: a family's claim or a register's entry. What is not known is empty or None."""

    surname: str = ""
    given: str = ""
    patronymic: str = ""
    former_surnames: tuple[str, ...] = ()
    latin_surname: str = ""
    latin_given: str = ""
    born: PartialDate | None = None
    sex: Sex | None = None
    born_in: str = ""
    lived_in: str = ""
    missing_from: str = ""
    missing_on: PartialDate | None = None
    category: str = ""
    """Code of the register's category, as `military`."""
    unit: str = ""

    def as_text(self) -> str:
        """Return the person as the JSON text that `read_person` reads; what is not known is left out."""
        known: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value:
                known[field.name] = str(value) if isinstance(value, PartialDate) else value
        return json.dumps(known, ensure_ascii=False, separators=(",", ":"))


def read_person(text: str) -> Person:
    """Read what `Person.as_text` wrote. Raises ValueError or TypeError for anything else."""
    known = json.loads(text)
    for name in ("born", "missing_on"):
        if name in known:
            known[name] = PartialDate.parse(known[name])
    if "sex" in known:
        known["sex"] = Sex(known["sex"])
    if "former_surnames" in known:
        known["former_surnames"] = tuple(known["former_surnames"])
    return Person(**known)
