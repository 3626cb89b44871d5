"""The accessibility statement says no more of the texts than is measured."""

from __future__ import annotations

import re

import pytest

from app.content.style import Measure, measure
from app.guidance.model import Guidance
from app.kernel.languages import PUBLIC
from app.web.edition import Edition

SAID = {
    "uk": (r"в середньому близько (\d+) слів, а в англійському тексті — близько (\d+)", r"Понад (\d+) слів немає"),
    "en": (r"has about (\d+) words on average.* In Ukrainian it has about (\d+)", r"No sentence has more than (\d+)"),
}


def measures(edition: Edition, language: str) -> list[Measure]:
    return [measure(article.texts[language].body) for article in edition.part(Guidance).articles.values()]


def average(edition: Edition, language: str) -> int:
    found = measures(edition, language)
    return round(sum(one.words for one in found) / sum(one.sentences for one in found))


@pytest.mark.parametrize("language", list(PUBLIC))
def test_sentences_are_as_short_as_the_statement_says(edition: Edition, language: str) -> None:
    text = edition.part(Guidance).pages["accessibility"][language].body
    averages, longest = (re.search(pattern, text) for pattern in SAID[language])
    assert averages is not None
    assert longest is not None
    others = [code for code in PUBLIC if code != language]
    assert [int(number) for number in averages.groups()] == [average(edition, code) for code in (language, *others)]
    found = [one.longest_sentence for code in PUBLIC for one in measures(edition, code)]
    assert max(found) <= int(longest.group(1))
