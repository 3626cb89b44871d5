"""Text typed by people: apostrophes, invisible marks, digits of any script, fragment identifiers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.text import digits, fold, slug


@pytest.mark.parametrize("apostrophe", "'’ʼ`´′‘＇")
def test_every_apostrophe_of_a_keyboard_is_the_same(apostrophe: str) -> None:
    assert fold(f"зв{apostrophe}язок") == "зв’язок"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("  Єдиний   РЕЄСТР\t\n", "єдиний реєстр"),
        ("по\u0301лон", "полон"),
        ("без\u00adвісти", "безвісти"),
        ("\ufeffДНК\u200b", "днк"),
        ("1545\u00a01547", "1545 1547"),
        ("0\u202f800", "0 800"),
        ("ＤＮＡ", "dna"),
        ("и\u0306", "й"),
        ("", ""),
    ],
)
def test_what_cannot_be_seen_does_not_matter(typed: str, folded: str) -> None:
    assert fold(typed) == folded


def test_letters_that_differ_for_a_reader_stay_different() -> None:
    assert fold("і") != fold("и")
    assert fold("ґ") != fold("г")
    assert fold("ї") != fold("і")


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("0 800 300-529", "0800300529"),
        ("+38 (044) 299-74-08", "380442997408"),
        ("٠٨٠٠", "0800"),
        ("０８００", "0800"),
        ("n/a", ""),
        ("½ ² 5", "5"),
    ],
)
def test_digits_of_any_script_are_read(typed: str, plain: str) -> None:
    assert digits(typed) == plain


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("Куди йти спершу?", "куди-йти-спершу"),
        ("Зв'язок із частиною", "зв-язок-із-частиною"),
        ("  First 72 hours — what to do ", "first-72-hours-what-to-do"),
        ("a_b", "a-b"),
        ("«»", ""),
    ],
)
def test_a_heading_becomes_a_readable_address(text: str, anchor: str) -> None:
    assert slug(text) == anchor


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_safe_address_and_plain_digits(text: str) -> None:
    assert re.fullmatch(r"(?:[^\W_]+(?:-[^\W_]+)*)?", slug(text))
    assert re.fullmatch(r"[0-9]*", digits(text))
    folded = fold(text)
    assert folded == " ".join(folded.split())
