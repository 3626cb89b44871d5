"""Two changes of one text put together, what differs between two texts, and the sections of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content.sections import FRONT_MATTER, sections
from app.curation.diff import What, diff, words
from app.curation.merge import has_marks, merge

BASE = "one\ntwo\nthree\nfour\n"
TEXTS = st.lists(st.sampled_from(["a", "b", "c", "d", ""]), max_size=8).map(
    lambda lines: "".join(f"{x}\n" for x in lines)
)


def test_changes_in_different_places_are_both_kept() -> None:
    merged = merge(BASE, "ONE\ntwo\nthree\nfour\n", "one\ntwo\nthree\nfour\nfive\n")
    assert merged.is_clean
    assert merged.text == "ONE\ntwo\nthree\nfour\nfive\n"


def test_two_changes_of_one_line_stand_both_between_marks() -> None:
    merged = merge(BASE, "one\nTWO\nthree\nfour\n", "one\n2\nthree\nfour\n")
    assert merged.clashes == 1
    assert merged.text == "one\n<<<<<<<\nTWO\n=======\n2\n>>>>>>>\nthree\nfour\n"
    assert has_marks(merged.text)


def test_the_same_change_on_both_sides_is_taken_once() -> None:
    assert merge(BASE, "one\nthree\nfour\n", "one\nthree\nfour\n").text == "one\nthree\nfour\n"


def test_a_line_that_one_side_removed_and_the_other_changed_is_for_a_person() -> None:
    assert merge(BASE, "one\nthree\nfour\n", "one\nTWO\nthree\nfour\n").clashes == 1


@pytest.mark.parametrize("ours", ["one", "one\n", ""])
def test_a_last_line_without_an_end_is_kept_as_it_is(ours: str) -> None:
    assert merge("one\n", ours, "one\n").text == ours


@given(TEXTS, TEXTS)
def test_a_side_that_changed_nothing_yields_to_the_other(base: str, other: str) -> None:
    assert merge(base, base, other).text == other
    assert merge(base, other, base).text == other
    assert merge(base, other, other).text == other


@given(TEXTS, TEXTS, TEXTS)
def test_nothing_that_either_side_wrote_is_lost(base: str, ours: str, theirs: str) -> None:
    merged = merge(base, ours, theirs).text.splitlines()
    for side in (ours, theirs):
        new = set(side.splitlines()) - set(base.splitlines())
        assert new <= set(merged)


@given(TEXTS, TEXTS)
def test_a_difference_shows_both_texts_whole(before: str, after: str) -> None:
    lines = diff(f"first {before}\n{before}", f"last {after}\n{after}", context=100)
    before, after = f"first {before}\n{before}", f"last {after}\n{after}"
    left = ["".join(piece.text for piece in line.left) for line in lines if line.left_number]
    right = ["".join(piece.text for piece in line.right) for line in lines if line.right_number]
    assert (left, right) == (before.splitlines(), after.splitlines())


def test_a_changed_word_is_marked_and_not_its_line() -> None:
    old, new = words("Подайте заяву до поліції.", "Подайте скаргу до поліції.")
    assert [piece.text for piece in old if piece.differs] == ["заяву"]
    assert [piece.text for piece in new if piece.differs] == ["скаргу"]


def test_unchanged_lines_far_from_a_change_are_left_out() -> None:
    text = "".join(f"{number}\n" for number in range(20))
    lines = diff(text, text.replace("10\n", "ten\n"))
    assert [(line.what, line.count) for line in lines if line.count] == [(What.SKIPPED, 8), (What.SKIPPED, 7)]
    assert sum(line.what is What.SAME for line in lines) == 4


ARTICLE = "---\ntitle: Шлях\n---\nВступ.\n\n## Що робити\n\nПодайте.\n\n## Що робити\n\nЩе.\n"


def test_an_article_is_divided_at_its_headings() -> None:
    found = sections("articles/way/uk.md", ARTICLE)
    assert [one.anchor for one in found] == [FRONT_MATTER, "", "що-робити", "що-робити-2"]
    assert "".join(one.text for one in found) == ARTICLE


def test_facts_are_divided_at_their_keys() -> None:
    found = sections("organisations/x.yaml", "id: x\nname:\n  uk: Так\n  en: Yes\nphones: []\n")
    assert [(one.anchor, one.text) for one in found] == [
        ("id", "id: x\n"), ("name", "name:\n  uk: Так\n  en: Yes\n"), ("phones", "phones: []\n"),
    ]  # fmt: skip


def test_a_section_keeps_its_hash_while_its_words_stay() -> None:
    before, after = sections("a.md", ARTICLE), sections("a.md", ARTICLE.replace("Вступ.", "Інший вступ.  "))
    assert [one.hash == other.hash for one, other in zip(before, after, strict=True)] == [True, False, True, True]


@given(st.text(max_size=200))
def test_sections_are_the_whole_text(text: str) -> None:
    for path in ("a.md", "a.yaml"):
        found = sections(path, text)
        assert "".join(one.text for one in found) == text
        assert len({one.anchor for one in found}) == len(found)
