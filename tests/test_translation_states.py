"""What a translation stands on: sections compared, minor edits carried over, standings kept and read back."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content.confirmed import (
    CONFIRMED,
    Edit,
    Standing,
    What,
    carried,
    compare,
    digest_of_translation,
    is_source,
    is_translation,
    load_confirmed,
    parts,
    prints,
    published,
    source_of,
    standing_of,
    standings,
    with_standings,
)
from app.content.library import Library, Reader
from app.curation.translating.model import NoTitleError, State, Written, assembled, coverage, earlier_sections, rows

UK, EN = "articles/way/uk.md", "articles/way/en.md"
SOURCE = "---\ntitle: Шлях\nsummary: Куди йти.\nsources: [a]\n---\nПочаток.\n\n## Один\n\nПерше.\n\n## Два\n\nДруге.\n"
TEXT = (
    "---\ntitle: Way\nsummary: Where to go.\nedited: 2026-01-02\n---\n"
    "Beginning.\n\n## One\n\nFirst.\n\n## Two\n\nSecond.\n"
)
FILES = {UK: SOURCE, EN: TEXT}
DAY = "2026-05-03"
TODAY = date(2026, 5, 4)


def kinds(then: str, now: str) -> list[str]:
    return [pair.what.value for pair in compare(prints(parts(UK, then)), prints(parts(UK, now)))]


def after(new: str, *, minor: bool = False, known: dict[str, Standing] | None = None) -> dict[str, Standing]:
    return published(FILES, {**FILES, UK: new}, known or {}, [Edit(UK, minor, DAY)])


def item(files: dict[str, str], known: dict[str, Standing]) -> tuple[State, int, int, int]:
    library = with_standings(Library.of(files), known)
    one = next(one for one in coverage(library, "en") if one.path == EN)
    return one.state, one.added, one.changed, one.removed


CHANGED = SOURCE.replace("Перше.", "Перше, але інше.")
LONGER = SOURCE.replace("## Два", "## Посередині\n\nНове.\n\n## Два")
SHORTER = SOURCE.replace("## Один\n\nПерше.\n\n", "")


def test_only_texts_that_have_a_file_for_each_language_have_translations() -> None:
    assert is_source(UK)
    assert is_source("pathways/steps/dna/uk.yaml")
    assert is_translation("pages/about/pl.md")
    assert source_of("pathways/words/en.yaml") == "pathways/words/uk.yaml"
    for path in ("articles/way/asks.yaml", "pathways/steps/dna/step.yaml", "organisations/uk.yaml", "glossary.yaml"):
        assert not is_source(path)
        assert not is_translation(path)


def test_a_change_of_facts_in_the_front_matter_is_none_of_the_words() -> None:
    assert kinds(SOURCE, SOURCE.replace("[a]", "[a, b]")) == ["same"] * 4


def test_blanks_at_the_ends_of_lines_change_no_section() -> None:
    assert kinds(SOURCE, SOURCE.replace("Перше.\n", "Перше.  \n\n")) == ["same"] * 4


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (CHANGED, ["same", "same", "changed", "same"]),
        (LONGER, ["same", "same", "same", "added", "same"]),
        (SHORTER, ["same", "same", "removed", "same"]),
        (SOURCE.replace("## Один", "## Перший"), ["same", "same", "changed", "same"]),
        (SOURCE.replace("Куди йти.", "Куди тепер йти."), ["changed", "same", "same", "same"]),
        (SOURCE.replace("Початок.", "Новий початок."), ["same", "changed", "same", "same"]),
    ],
)  # fmt: skip
def test_sections_are_found_again_after_a_change(now: str, expected: list[str]) -> None:
    assert kinds(SOURCE, now) == expected


TITLES = st.lists(st.text("абвгд", min_size=1, max_size=3), unique=True, max_size=6)


@given(TITLES, TITLES)
def test_every_section_of_both_sides_is_compared_once(then: list[str], now: list[str]) -> None:
    before, after_ = ([(name, name) for name in names] for names in (then, now))
    pairs = compare(before, after_)
    assert sorted(pair.then for pair in pairs if pair.then >= 0) == list(range(len(before)))
    assert [pair.now for pair in pairs if pair.now >= 0] == list(range(len(after_)))
    assert all((pair.what is What.ADDED) == (pair.then < 0) for pair in pairs)
    assert all((pair.what is What.REMOVED) == (pair.now < 0) for pair in pairs)


@given(TITLES, TITLES)
def test_what_was_confirmed_stays_confirmed_through_a_minor_edit(then: list[str], now: list[str]) -> None:
    before, after_ = ([(name, name + "!") for name in names] for names in (then, now))
    moved = carried(before, before, after_)
    assert len(moved) == len(before)
    assert all(pair.what is not What.CHANGED for pair in compare(moved, after_))


def test_a_shipped_translation_is_current() -> None:
    assert item(FILES, {}) == (State.CURRENT, 0, 0, 0)


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (CHANGED, (State.OUTDATED, 0, 1, 0)), (LONGER, (State.OUTDATED, 1, 0, 0)), (SHORTER, (State.OUTDATED, 0, 0, 1)),
    ],
)  # fmt: skip
def test_a_change_of_meaning_makes_a_translation_outdated(new: str, expected: tuple[State, int, int, int]) -> None:
    known = after(new)
    assert item({UK: new, EN: TEXT}, known) == expected
    if new != SHORTER:
        assert set(known[EN].since.values()) == {DAY}


def test_a_minor_edit_leaves_a_translation_current() -> None:
    assert item({UK: CHANGED, EN: TEXT}, after(CHANGED, minor=True)) == (State.CURRENT, 0, 0, 0)


def test_a_minor_edit_does_not_hide_an_older_change_of_meaning() -> None:
    known = after(CHANGED)
    now = CHANGED.replace("Друге.", "Друге!").replace("інше", "інакше")
    files = {UK: CHANGED, EN: TEXT}
    again = published(files, {**files, UK: now}, known, [Edit(UK, True, "2026-06-01")])
    assert item({UK: now, EN: TEXT}, again) == (State.OUTDATED, 0, 1, 0)
    changed = parts(UK, now)[2]
    assert again[EN].since[changed.hash] == DAY, "it has been outdated since the change, not since the comma"


def test_a_translator_confirms_and_the_translation_is_current() -> None:
    known, files = after(CHANGED), {UK: CHANGED, EN: TEXT}
    edit = Edit(EN, False, DAY, {EN: prints(parts(UK, CHANGED))})
    assert item(files, published(files, files, known, [edit])) == (State.CURRENT, 0, 0, 0)


def test_whoever_edits_past_the_translators_page_confirms_nothing() -> None:
    known, files = after(CHANGED), {UK: CHANGED, EN: TEXT}
    mended = {**files, EN: TEXT.replace("Second.", "The second.")}
    assert item(mended, published(files, mended, known, [Edit(EN, False, DAY)])) == (State.OUTDATED, 0, 1, 0)


def test_a_text_with_the_sections_of_the_new_source_stands_on_it() -> None:
    known, files = after(LONGER), {UK: LONGER, EN: TEXT}
    longer = {**files, EN: TEXT.replace("## Two", "## Between\n\nNew.\n\n## Two")}
    assert item(longer, published(files, longer, known, [Edit(EN, False, DAY)])) == (State.CURRENT, 0, 0, 0)


def test_a_native_reading_stays_through_a_minor_edit_and_ends_with_a_change() -> None:
    read = {EN: Standing(digest_of_translation(TEXT), prints(parts(UK, SOURCE)), {}, is_native=True)}
    mended = {**FILES, EN: TEXT.replace("First.", "First!")}
    assert published(FILES, mended, read, [Edit(EN, True, DAY)])[EN].is_native
    assert not published(FILES, mended, read, [Edit(EN, False, DAY)])[EN].is_native


def test_standings_are_read_back_as_they_were_written() -> None:
    known = after(CHANGED)
    library = with_standings(Library.of({UK: CHANGED, EN: TEXT}), known)
    assert dict(standings(library)) == known
    assert with_standings(library, known) is library


def test_an_edition_in_which_all_is_current_has_no_file_of_standings() -> None:
    known = after(CHANGED, minor=True)
    assert CONFIRMED not in with_standings(Library.of({UK: CHANGED, EN: TEXT}), known).files


def test_what_was_said_of_another_text_says_nothing() -> None:
    known = after(CHANGED)
    files = {UK: CHANGED, EN: TEXT.replace("First.", "Shipped anew.")}
    assert standing_of(EN, files, known).sections == prints(parts(UK, CHANGED))
    assert CONFIRMED not in with_standings(Library.of(files), known).files


@pytest.mark.parametrize("said", ["- a\n", "articles/way/en.md: 7\n", "articles/way/en.md: {text: a, sections: [b]}\n"])
def test_a_broken_file_of_standings_is_a_fault(said: str) -> None:
    reader = Reader(Library.of({CONFIRMED: said}))
    standings_ = standings(reader.library)
    assert standings_ == {}
    load_confirmed(reader)
    assert [fault.path for fault in reader.faults] == [CONFIRMED]


def sheet(source: str, text: str, stands_on: str) -> list[Written]:
    """Return every row of a sheet as its form would send it back untouched."""
    found = rows(UK, source, EN, text, confirmed=prints(parts(UK, stands_on)), old=earlier_sections(UK, [stands_on]))
    return [Written(row, row.text, row.what is What.SAME) for row in found]


def test_a_sheet_sent_back_untouched_is_the_same_text_and_confirms_nothing() -> None:
    text, confirmed = assembled(EN, TEXT, sheet(CHANGED, TEXT, SOURCE), today=TODAY)
    assert text == TEXT
    assert confirmed == prints(parts(UK, SOURCE))


def test_a_row_shows_what_the_source_said_when_it_was_confirmed() -> None:
    changed = next(one.row for one in sheet(CHANGED, TEXT, SOURCE) if one.row.what is What.CHANGED)
    assert (changed.before, changed.source, changed.text) == (
        "## Один\n\nПерше.", "## Один\n\nПерше, але інше.", "## One\n\nFirst.",
    )  # fmt: skip


def test_one_section_is_confirmed_and_the_others_stay_outdated() -> None:
    now = CHANGED.replace("Друге.", "Друге, теж інше.")
    written = [
        Written(one.row, "## One\n\nFirst, but other.", True) if one.row.anchor == "один" else one
        for one in sheet(now, TEXT, SOURCE)
    ]
    text, confirmed = assembled(EN, TEXT, written, today=TODAY)
    assert text == TEXT.replace("First.", "First, but other.")
    assert [pair.what.value for pair in compare(confirmed, prints(parts(UK, now)))] == ["same"] * 3 + ["changed"]


def test_an_added_section_is_translated_at_its_place_and_one_left_empty_is_left_out() -> None:
    new = [
        Written(one.row, "## Between\n\nNew." if one.row.what is What.ADDED else one.text, True)
        for one in sheet(LONGER, TEXT, SOURCE)
    ]
    text, confirmed = assembled(EN, TEXT, new, today=TODAY)
    assert text == TEXT.replace("## Two", "## Between\n\nNew.\n\n## Two")
    assert confirmed == prints(parts(UK, LONGER))
    text, confirmed = assembled(EN, TEXT, sheet(LONGER, TEXT, SOURCE), today=TODAY)
    assert (text, confirmed) == (TEXT, prints(parts(UK, SOURCE)))


def test_a_new_translation_begins_with_title_and_summary() -> None:
    empty = [Written(one.row, "", False) for one in sheet(SOURCE, "", SOURCE)]
    with pytest.raises(NoTitleError):
        assembled(EN, "", empty, today=TODAY)
    said = ["Way\n\nWhere to go.", "Beginning.", "## One\n\nFirst.", "## Two\n\nSecond."]
    written = [Written(one.row, text, True) for one, text in zip(empty, said, strict=True)]
    text, confirmed = assembled(EN, "", written, today=TODAY)
    assert text == TEXT.replace("2026-01-02", TODAY.isoformat())
    assert confirmed == prints(parts(UK, SOURCE))


@given(st.lists(st.sampled_from(["a", "b\n\nc", "- d", "1. e", "", "“f” [^g]"]), max_size=5))
def test_any_text_survives_its_sheet_to_the_letter(bodies: list[str]) -> None:
    text = "---\ntitle: T\nsummary: S\n---\n" + "".join(
        f"## {place}\n\n{body}\n\n" for place, body in enumerate(bodies)
    )
    assert assembled(EN, text, sheet(text, text, text), today=TODAY)[0] == text
