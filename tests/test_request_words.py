"""Every code of a request has words in every language, and warnings are whole sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

import pytest
from flask import Flask
from flask_babel import force_locale

from app.extracts.evidence import Paper, Unneeded, WhenLost
from app.extracts.labels import DOUBTS, caution_text, text
from app.extracts.model import Channel, Kinship, Purpose
from app.extracts.term import Basis
from app.extracts.warnings import Caution, Doubt, Field
from app.kernel.languages import PUBLIC

CODES: list[Iterable[StrEnum]] = [Kinship, Purpose, Channel, Paper, Unneeded, WhenLost, Basis]
NAMED = ("typed", "other", "meant", "latin", "expected", "letters", "age", "country")


@pytest.mark.parametrize("language", PUBLIC)
@pytest.mark.parametrize("codes", CODES, ids=lambda codes: codes.__name__)
def test_every_code_has_words_of_its_own(site: Flask, language: str, codes: Iterable[StrEnum]) -> None:
    with site.test_request_context(f"/{language}/extract"), force_locale(language):
        words = [text(code) for code in codes]
    assert len(set(words)) == len(words)
    assert all(re.search("[а-яіїєґ]" if language == "uk" else "[a-z]", word.lower()) for word in words)


@pytest.mark.parametrize("language", PUBLIC)
@pytest.mark.parametrize("doubt", Doubt)
def test_every_warning_says_what_was_typed(site: Flask, language: str, doubt: Doubt) -> None:
    values = {name: f"<{name}>" for name in NAMED}
    with site.test_request_context(f"/{language}/extract"), force_locale(language):
        told = caution_text(Caution(doubt, (Field.SURNAME,), values))
        plain = caution_text(Caution(doubt, (Field.SURNAME,), values | {"meant": ""}))
    assert "%(" not in told
    assert doubt is Doubt.SAME_PERSON or "<typed>" in told
    assert "<meant>" in told
    assert plain != told
    assert set(DOUBTS) == set(Doubt)


def test_dates_in_warnings_are_written_out(site: Flask) -> None:
    with site.test_request_context("/uk/extract"), force_locale("uk"):
        told = caution_text(
            Caution(Doubt.IN_FUTURE, (Field.MISSING_ON,), {"typed": "2026-12-03", "meant": "2026-03-12"})
        )
    assert told == "Дата 3 грудня 2026 ще не настала. Може, 12 березня 2026?"
