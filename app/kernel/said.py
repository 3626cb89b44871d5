"""Sentences that are put into the reader's language later: the English sentence is their code, its values travel along.

Pure files say what is wrong without knowing any language but their own; whoever shows it has the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def N_(text: str) -> str:  # noqa: N802 (the name that catalogue tools look for)
    """Mark a sentence for the catalogue and leave it as it is."""
    return text


@dataclass(frozen=True)
class Said:
    """A sentence with ``%(name)s`` in it, and the values by name; a value may itself be such a sentence."""

    sentence: str
    values: tuple[tuple[str, str | Said], ...] = ()

    @classmethod
    def of(cls, sentence: str, /, **values: object) -> Said:
        """Return a sentence with its values."""
        return cls(sentence, tuple((name, one if isinstance(one, Said) else str(one)) for name, one in values.items()))

    def __str__(self) -> str:
        return self.in_words(str)

    def in_words(self, translate: Callable[[str], str]) -> str:
        """Return the sentence as `translate` gives it, with its values in place."""
        sentence = translate(self.sentence)
        if not self.values:
            return sentence
        return sentence % {name: one.in_words(translate) if isinstance(one, Said) else one for name, one in self.values}


class SaidError(ValueError):
    """A value that cannot be; `said` tells why."""

    def __init__(self, sentence: str, /, **values: object) -> None:
        self.said = Said.of(sentence, **values)
        super().__init__(str(self.said))
