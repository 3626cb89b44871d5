"""Weights of evidence after Fellegi and Sunter: how many bits a comparison that came out so speaks for one person.

I. P. Fellegi and A. B. Sunter, «A Theory for Record Linkage», Journal of the American Statistical Association 64
(1969). A grade of a field has m, its probability among pairs that are one person, and u, among all other pairs; it
speaks with log2(m / u) bits. What is missing speaks neither way.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

SAME = "same"
DIFFERS = "differs"
_FLOOR = 1e-7
"""Least probability of a grade, so that what no sample had is improbable, not impossible."""


@dataclass(frozen=True)
class FieldWeights:
    """What the grades of one field are worth."""

    m: Mapping[str, float]
    u: Mapping[str, float]

    @cached_property
    def bits(self) -> Mapping[str, float]:
        """Bits of evidence by grade. Agreement speaks no less than any other grade and never against; difference no
        more than any and never for, however a sample came out."""
        plain = {grade: math.log2(max(self.m[grade], _FLOOR) / max(self.u[grade], _FLOOR)) for grade in self.m}
        top, bottom = max(plain[SAME], 0.0), min(plain[DIFFERS], 0.0)
        bounded = {grade: min(max(bits, bottom), top) for grade, bits in plain.items()}
        return {**bounded, SAME: top, DIFFERS: bottom}

    @cached_property
    def usual_rarity(self) -> float:
        """Bits that agreement on an average value of the field is worth by its rarity alone."""
        return -math.log2(max(self.u[SAME], _FLOOR))


@dataclass(frozen=True)
class Thresholds:
    """From which probability on an entry is likely, or possibly, the person claimed."""

    likely: float
    possible: float


@dataclass(frozen=True)
class Weights:
    """The weights of every field, and what is assumed before anything is compared."""

    fields: Mapping[str, FieldWeights]
    in_register: float
    """Share of claims whose person is in the register at all."""
    thresholds: Thresholds
    made: Mapping[str, Any]
    """How they were estimated: seed, entries, claims, rounds."""

    def as_text(self) -> str:
        """Return the weights as the JSON text that `read_weights` reads."""
        return json.dumps(
            {
                "made": dict(self.made),
                "in_register": self.in_register,
                "thresholds": {"likely": self.thresholds.likely, "possible": self.thresholds.possible},
                "fields": {
                    name: {
                        "m": {grade: float(f"{value:.4g}") for grade, value in field.m.items()},
                        "u": {grade: float(f"{value:.4g}") for grade, value in field.u.items()},
                    }
                    for name, field in self.fields.items()
                },
            },
            indent=1,
        )


def read_weights(path: Path) -> Weights:
    """Read weights from a file. Raises OSError, ValueError or KeyError where it is no such file."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return Weights(
        {name: FieldWeights(field["m"], field["u"]) for name, field in found["fields"].items()},
        found["in_register"],
        Thresholds(**found["thresholds"]),
        found["made"],
    )
