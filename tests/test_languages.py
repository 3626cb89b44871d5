"""Which language a reader gets: the one asked for, else the nearest that is complete."""

from __future__ import annotations

import pytest

from app.kernel.languages import PUBLIC, SOURCE, other, preferred


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ([("uk", 1.0)], "uk"),
        ([("en", 1.0)], "en"),
        ([("en-GB", 1.0), ("uk", 0.8)], "en"),
        ([("UK-ua", 1.0)], "uk"),
        ([("pl", 1.0), ("uk", 0.7), ("en", 0.5)], "uk"),
        ([("de", 1.0), ("en", 0.5)], "en"),
    ],
)
def test_the_first_public_language_that_the_browser_names_is_chosen(
    accepted: list[tuple[str, float]], code: str
) -> None:
    assert preferred(accepted) == code


@pytest.mark.parametrize("tag", ["ru", "ru-UA", "be"])
def test_a_reader_of_russian_or_belarusian_gets_ukrainian(tag: str) -> None:
    assert preferred([(tag, 1.0), ("en", 0.5)]) == "uk"


@pytest.mark.parametrize("tag", ["pl", "de-DE", "zh-Hant-TW", "*"])
def test_a_reader_of_an_unknown_language_gets_english(tag: str) -> None:
    assert preferred([(tag, 1.0)]) == "en"


def test_a_browser_that_names_no_language_gets_the_source_language() -> None:
    assert preferred([]) == SOURCE


def test_a_refused_language_is_not_given() -> None:
    assert preferred([("uk", 0.0), ("en", 0.0), ("en-US", 0.3)]) == "en"
    assert preferred([("en", 0.0), ("uk", 0.1)]) == "uk"


def test_ukrainian_stands_beside_every_other_language_and_english_beside_ukrainian() -> None:
    assert other("uk") == "en"
    assert [other(code) for code in PUBLIC if code != SOURCE] == ["uk"] * (len(PUBLIC) - 1)
    assert other("pl") == "uk"
