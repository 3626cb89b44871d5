"""Translations of fact files field by field: bodies, terms, steps and questions have the states that articles have."""

from __future__ import annotations

from datetime import date

import pytest

from app.content.confirmed import (
    CONFIRMED,
    Edit,
    FieldChange,
    Standing,
    What,
    digest_of_translation,
    in_language,
    is_source,
    is_translation,
    load_confirmed,
    parts,
    prints,
    published,
    source_of,
    sources,
    standing_of,
    standings,
    with_standings,
)
from app.content.fields import fields, file_of, text_of, thing_of
from app.content.library import Library, Reader
from app.curation.model import Kind
from app.curation.translating.model import (
    State,
    Written,
    assembled,
    coverage,
    earlier_sections,
    is_only_translation,
    rows,
)

BODY, TERMS = "organisations/police.yaml", "glossary.yaml"
STEP_UK, STEP_EN = "pathways/steps/dna/uk.yaml", "pathways/steps/dna/en.yaml"
CARD = (
    "# Checked by hand.\n"
    "id: police\n"
    "name: {uk: Поліція, en: Police}\n"
    "go_for:\n  uk: Подайте заяву.\n  en: File a statement.\n"
    "phones:\n"
    "- number: '102'\n  label: {uk: Черговий, en: Duty officer}\n"
    "- number: '+380441112233'\n  label: {uk: Слідчий, en: Investigator}\n"
)
WORDS = (
    "terms:\n"
    "- id: dna\n  name: {uk: ДНК, en: DNA}\n  plain: {uk: Зразок., en: A sample.}\n  match: {uk: [днк], en: [dna]}\n"
    "- id: tcc\n  name: {uk: ТЦК}\n"
)
STEP = "title: Зразок\nlines:\n  do: 'Здайте.'\n  how: Мазок.\n"
ENGLISH = "title: Sample\nlines:\n  do: 'Give.'\n  how: A swab.\n"
FILES = {BODY: CARD, TERMS: WORDS, STEP_UK: STEP, STEP_EN: ENGLISH}
EN, DNA = f"{BODY}/en", f"{TERMS}/dna/en"
DAY = "2026-05-03"
TODAY = date(2026, 5, 4)


def item(path: str, files: dict[str, str], known: dict[str, Standing]) -> tuple[State, int, int, int]:
    library = with_standings(Library.of(files), known)
    code = path.rsplit("/", 1)[-1].partition(".")[0]
    one = next(one for one in coverage(library, code) if one.path == path)
    return one.state, one.added, one.changed, one.removed


def edited(path: str, old: str, new: str, *, minor: bool = False) -> tuple[dict[str, str], dict[str, Standing]]:
    files = {**FILES, path: FILES[path].replace(old, new)}
    assert files != FILES
    return files, published(FILES, files, {}, [Edit(path, minor, DAY)])


def test_what_a_file_says_in_all_languages_has_an_address_for_each() -> None:
    assert is_translation(EN)
    assert is_translation(DNA)
    assert source_of(DNA) == "glossary.yaml/dna/uk"
    assert in_language(EN, "pl") == "organisations/police.yaml/pl"
    assert (file_of(EN), thing_of(EN)) == (BODY, "")
    assert (file_of(DNA), thing_of(DNA)) == (TERMS, "dna")
    assert file_of(STEP_EN) == STEP_EN
    for path in (BODY, TERMS, "glossary.yaml/uk", "sources.yaml/a/uk", "pathways/steps/dna/step.yaml"):
        assert not is_source(path)
        assert not is_translation(path)


def test_every_text_in_several_languages_is_a_field_known_by_what_it_belongs_to() -> None:
    assert [(one.anchor, one.text) for one in fields(EN, CARD)] == [
        ("name", "Police"),
        ("go_for", "File a statement."),
        ("phones.102.label", "Duty officer"),
        ("phones.+380441112233.label", "Investigator"),
    ]
    assert [one.anchor for one in fields(STEP_UK, STEP)] == ["title", "lines.do", "lines.how"]
    assert [one.anchor for one in fields(DNA, WORDS)] == ["name", "plain"]
    twice = "phones:\n- number: '1'\n  label: {uk: а}\n- number: '1'\n  label: {uk: б}\n"
    assert [one.anchor for one in fields(f"{BODY}/uk", twice)] == ["phones.1.label", "phones.1-2.label"]
    assert fields(EN, "name: [") == []


def test_every_thing_is_counted_with_its_state() -> None:
    found = {one.path: (one.kind, one.state, one.added) for one in coverage(Library.of(FILES), "en")}
    assert found == {
        DNA: (Kind.GLOSSARY, State.CURRENT, 0),
        "glossary.yaml/tcc/en": (Kind.GLOSSARY, State.MISSING, 0),
        EN: (Kind.ORGANISATION, State.CURRENT, 0),
        STEP_EN: (Kind.PATHWAY, State.CURRENT, 0),
    }
    assert {one.state for one in coverage(Library.of(FILES), "pl")} == {State.MISSING}
    assert sources(FILES) == ["glossary.yaml/dna/uk", "glossary.yaml/tcc/uk", f"{BODY}/uk", STEP_UK]


def test_a_field_that_is_not_translated_counts_by_itself() -> None:
    files = {**FILES, BODY: CARD.replace(", en: Investigator", "")}
    assert item(EN, files, {}) == (State.OUTDATED, 1, 0, 0)


@pytest.mark.parametrize(
    ("path", "at", "old", "new", "expected"),
    [
        (BODY, EN, "Подайте заяву.", "Подайте заяву письмово.", (State.OUTDATED, 0, 1, 0)),
        (BODY, EN, "uk: Слідчий", "uk: Слідча", (State.OUTDATED, 0, 1, 0)),
        (BODY, EN, "'102'", "'112'", (State.CURRENT, 0, 0, 0)),
        (BODY, EN, "id: police\n", "id: police\ncost: free\n", (State.CURRENT, 0, 0, 0)),
        (TERMS, DNA, "Зразок.", "Зразок клітин.", (State.OUTDATED, 0, 1, 0)),
        (TERMS, DNA, "ТЦК", "Центр", (State.CURRENT, 0, 0, 0)),
        (STEP_UK, STEP_EN, "Мазок.", "Мазок зі щоки.", (State.OUTDATED, 0, 1, 0)),
        (STEP_UK, STEP_EN, "  how: Мазок.\n", "", (State.OUTDATED, 0, 0, 1)),
        (STEP_UK, STEP_EN, "Мазок.\n", "Мазок.\n  bring: паспорт\n", (State.OUTDATED, 1, 0, 0)),
    ],
)  # fmt: skip
def test_a_change_of_meaning_makes_those_fields_outdated_that_it_touches(
    path: str, at: str, old: str, new: str, expected: tuple[State, int, int, int]
) -> None:
    files, known = edited(path, old, new)
    assert item(at, files, known) == expected


@pytest.mark.parametrize(
    ("path", "at", "old"),
    [(BODY, EN, "заяву."), (TERMS, DNA, "Зразок."), (STEP_UK, STEP_EN, "Мазок.")],
)
def test_a_minor_edit_leaves_a_field_current(path: str, at: str, old: str) -> None:
    files, known = edited(path, old, old.replace(".", "!"), minor=True)
    assert item(at, files, known) == (State.CURRENT, 0, 0, 0)
    assert CONFIRMED not in with_standings(Library.of(files), known).files


def test_a_field_that_changes_together_with_its_source_stands_on_it_and_the_others_do_not() -> None:
    card = CARD.replace("Подайте заяву.", "Подайте дві.").replace("File a statement.", "File two.")
    both = {**FILES, BODY: card.replace("uk: Черговий", "uk: Чергова")}
    known = published(FILES, both, {}, [Edit(BODY, False, DAY)])
    assert item(EN, both, known) == (State.OUTDATED, 0, 1, 0)
    assert load_confirmed(Reader(with_standings(Library.of(both), known))).changed(EN).keys() == {"phones.102.label"}


def test_whoever_mends_a_field_later_past_the_translators_page_confirms_nothing() -> None:
    files, known = edited(BODY, "Подайте заяву.", "Подайте дві.")
    mended = {**files, BODY: files[BODY].replace("File a statement.", "File the statement.")}
    assert item(EN, mended, published(files, mended, known, [Edit(BODY, False, DAY)])) == (State.OUTDATED, 0, 1, 0)


def test_a_translator_confirms_fields_and_the_translation_is_current() -> None:
    files, known = edited(BODY, "Подайте заяву.", "Подайте дві.")
    edit = Edit(BODY, False, DAY, {EN: prints(parts(f"{BODY}/uk", files[BODY]))})
    assert item(EN, files, published(files, files, known, [edit])) == (State.CURRENT, 0, 0, 0)


def test_a_native_reading_of_a_card_ends_with_a_change_of_its_translation_only() -> None:
    sections = prints(parts(f"{BODY}/uk", CARD))
    read = {EN: Standing(digest_of_translation(text_of(EN, FILES)), sections, {}, is_native=True)}
    polish = {**FILES, BODY: CARD.replace("en: Police", "en: Police, pl: Policja")}
    assert published(FILES, polish, read, [Edit(BODY, False, DAY)])[EN].is_native
    other = {**FILES, BODY: CARD.replace("en: Police", "en: The police")}
    assert not published(FILES, other, read, [Edit(BODY, False, DAY)])[EN].is_native
    number = {**FILES, BODY: CARD.replace("'102'", "'112'")}
    assert published(FILES, number, read, [Edit(BODY, False, DAY)])[EN].is_native
    assert published(FILES, other, read, [Edit(BODY, True, DAY)])[EN].is_native


def test_standings_of_fields_are_read_back_and_end_with_another_text() -> None:
    files, known = edited(TERMS, "Зразок.", "Зразок клітин.")
    library = with_standings(Library.of(files), known)
    assert dict(standings(library)) == {DNA: known[DNA]}
    shipped = {**files, TERMS: files[TERMS].replace("A sample.", "Shipped anew.")}
    assert standing_of(DNA, shipped, known).sections == prints(parts(source_of(DNA), shipped[TERMS]))


def test_readers_are_told_field_by_field_what_changed_and_since_when() -> None:
    files, known = edited(STEP_UK, "Мазок.", "Мазок зі щоки.")
    found = load_confirmed(Reader(with_standings(Library.of(files), known)))
    assert found.changed(STEP_EN) == {"lines.how": FieldChange(What.CHANGED, date(2026, 5, 3), "Мазок зі щоки.")}
    assert found.changed(EN) == {}


def sheet(path: str, files: dict[str, str], stands_on: str) -> list[Written]:
    """Return every field of a sheet as its form would send it back untouched; `stands_on` is a file of the source."""
    source, text = source_of(path), files.get(file_of(path), "")
    found = rows(
        source, files[file_of(source)], path, text, confirmed=prints(parts(source, stands_on)),
        old=earlier_sections(source, [stands_on]),
    )  # fmt: skip
    return [Written(row, row.text, row.what is What.SAME) for row in found]


@pytest.mark.parametrize("path", [EN, DNA, STEP_EN])
def test_a_sheet_of_fields_sent_back_untouched_is_the_same_file(path: str) -> None:
    source = FILES[file_of(source_of(path))]
    text, confirmed = assembled(path, FILES[file_of(path)], sheet(path, FILES, source), today=TODAY)
    assert text == FILES[file_of(path)]
    assert confirmed == prints(parts(source_of(path), source))


@pytest.mark.parametrize(
    ("path", "anchor", "old"),
    [(EN, "go_for", "File a statement."), (EN, "phones.102.label", "Duty officer"), (DNA, "plain", "A sample."),
     (STEP_EN, "lines.do", "Give.")],
)  # fmt: skip
def test_only_the_line_of_a_translated_field_is_touched(path: str, anchor: str, old: str) -> None:
    had = FILES[file_of(path)]
    written = [
        Written(one.row, "Said: “anew”", True) if one.row.anchor == anchor else one
        for one in sheet(path, FILES, FILES[file_of(source_of(path))])
    ]
    text, _ = assembled(path, had, written, today=TODAY)
    changed = [line for line in text.splitlines() if line not in had.splitlines()]
    assert len(changed) == 1
    assert len(text.splitlines()) == len(had.splitlines())
    assert {one.anchor: one.text for one in fields(path, text)}[anchor] == "Said: “anew”"
    assert is_only_translation(path, had, text)


def test_a_row_shows_the_field_as_it_was_confirmed_and_a_renamed_line_keeps_its_translation() -> None:
    now = {**FILES, STEP_UK: STEP.replace("Мазок.", "Мазок зі щоки.").replace("how:", "way:")}
    row = next(one.row for one in sheet(STEP_EN, now, STEP) if one.row.what is not What.SAME)
    assert (row.anchor, row.before, row.source, row.text) == ("lines.way", "Мазок.", "Мазок зі щоки.", "A swab.")
    text, _ = assembled(STEP_EN, ENGLISH, [*sheet(STEP_EN, now, STEP)], today=TODAY)
    assert [one.anchor for one in fields(STEP_EN, text)] == ["title", "lines.do", "lines.way"]


def test_a_new_language_of_a_card_and_of_a_step_is_begun_field_by_field() -> None:
    card, step = f"{BODY}/pl", STEP_EN.replace("en.yaml", "pl.yaml")
    empty = sheet(card, FILES, CARD)
    assert {one.row.what for one in empty} == {What.ADDED}
    written = [Written(one.row, "Policja" if one.row.anchor == "name" else "", True) for one in empty]
    text, confirmed = assembled(card, CARD, written, today=TODAY)
    assert text.splitlines()[2] == "name: {uk: Поліція, en: Police, pl: Policja}"
    assert [anchor for anchor, _ in confirmed] == ["name"]
    written = [Written(one.row, f"{one.row.anchor}!", True) for one in sheet(step, FILES, STEP)]
    text, _ = assembled(step, "", written, today=TODAY)
    assert text == "title: title!\nlines:\n  do: lines.do!\n  how: lines.how!\n"


def test_a_draft_that_says_more_than_a_translation_is_known() -> None:
    assert not is_only_translation(EN, CARD, CARD.replace("Поліція", "Міліція"))
    assert not is_only_translation(EN, CARD, CARD.replace("en: Police", "en: Police, pl: Policja"))
    assert not is_only_translation(DNA, WORDS, WORDS.replace("{uk: ТЦК}", "{uk: ТЦК, en: TCC}"))
