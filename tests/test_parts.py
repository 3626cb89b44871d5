"""The language of parts: a screen reader says Ukrainian words on an English page with a Ukrainian voice."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from lxml import etree

from app.web.parts import mark_parts
from tests.tour import Screen

CYRILLIC = re.compile(r"[\u0400-\u04ff]")
ENGLISH = re.compile(r"(?:^|\s)(?:the|and|of|is|are|for|not|with|from|your|this)(?=\s|$)")
"""Words that no proper name in Latin letters has, but every English sentence."""
UNMARKABLE = {"title", "option", "textarea", "script", "style"}


def texts(page: str) -> Iterator[tuple[str, str]]:
    """Yield every text of a page with the language in which it is said."""
    for text in etree.HTML(page).xpath("//text()"):
        element = text.getparent() if text.is_text else text.getparent().getparent()
        if element.tag not in UNMARKABLE:
            yield element.xpath("string(ancestor-or-self::*[@lang][1]/@lang)"), str(text)


def test_every_text_says_its_language(site: Flask, tour: list[Screen]) -> None:
    foreign = {"en": CYRILLIC, "uk": ENGLISH}
    unmarked = []
    with site.test_client() as client:
        for screen in tour:
            page = client.get(screen.address).get_data(as_text=True)
            unmarked += [(screen.address, text) for code, text in texts(page) if foreign[code].search(text)]
    assert unmarked == []


@pytest.mark.parametrize(
    ("page", "marked"),
    [
        ("<p>the extract (витяг) is free", '<p>the extract (<span lang="uk">витяг</span>) is free'),
        ("<p>«зниклий безвісти, 2024» here", '<p>«<span lang="uk">зниклий безвісти</span>, 2024» here'),
        ("<p>Схід SOS, УНН", '<p><span lang="uk">Схід</span> SOS, <span lang="uk">УНН</span>'),
        ('<p title="назва">name', '<p title="назва">name'),
        ("<title>назва</title><option>слово</option>", "<title>назва</title><option>слово</option>"),
        ('<div lang="uk"><div>слово</div>слово</div>', '<div lang="uk"><div>слово</div>слово</div>'),
        ('<div lang="uk">слово</div>слово', '<div lang="uk">слово</div><span lang="uk">слово</span>'),
        ("<svg><text>слово</text></svg>", "<svg><text>слово</text></svg>"),
        ("<p>no such word", "<p>no such word"),
    ],
)
def test_runs_of_ukrainian_words_are_marked_once(page: str, marked: str) -> None:
    assert mark_parts(f'<html lang="en">{page}', "en") == f'<html lang="en">{marked}'


def test_an_english_column_on_a_ukrainian_page_marks_its_ukrainian_words() -> None:
    page = '<p>слово</p><div lang="en"><p>word (слово)</p></div><p>слово</p>'
    assert mark_parts(page, "uk") == page.replace("(слово)", '(<span lang="uk">слово</span>)')
