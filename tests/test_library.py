"""Reading an edition: its digest, and each fault with its file, its place and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.content.library import ContentError, Library, Reader
from app.content.sources import PATH, check_sources, load_sources
from app.content.values import Source, Value, Words, say


class Notice(Value):
    """A small item with words, for reading."""

    title: Words
    pages: int = 1


def reader(**files: str) -> Reader:
    """A reader of files named without their ending: `notice` is notice.yaml."""
    return Reader(Library.of({f"{name}.yaml": text for name, text in files.items()}))


def source(**changes: object) -> dict[str, object]:
    page: dict[str, object] = {
        "id": "nib-hours",
        "title": {"uk": "Години роботи", "en": "Opening hours"},
        "publisher": "Національне інформаційне бюро",
        "url": "https://nib.gov.ua/hours",
    }
    return {**page, **changes}


def read_notice(text: str) -> tuple[Notice | None, list[str]]:
    reading = reader(notice=text)
    notice = reading.model(Notice, "notice.yaml", reading.data("notice.yaml"))
    return notice, [str(fault) for fault in reading.faults]


def test_an_edition_keeps_its_digest_while_nothing_changes() -> None:
    assert Library.of({"a.yaml": "1", "b.md": "2"}).digest == Library.of({"b.md": "2", "a.yaml": "1"}).digest


@pytest.mark.parametrize(
    "files",
    [{"a.yaml": "1", "b.md": "3"}, {"a.yaml": "1"}, {"a.yaml": "1", "c.md": "2"}, {"a.yaml": "2", "b.md": "1"}, {}],
)
def test_any_change_of_a_text_or_a_path_is_a_new_edition(files: dict[str, str]) -> None:
    assert Library.of(files).digest != Library.of({"a.yaml": "1", "b.md": "2"}).digest


def test_an_edition_does_not_change_with_the_files_it_was_made_of() -> None:
    files = {"a.yaml": "1"}
    library = Library.of(files)
    files["a.yaml"] = "2"
    assert library.files["a.yaml"] == "1"


def test_only_content_files_are_read_from_the_folder(tmp_path: Path) -> None:
    for path, text in {"sources.yaml": "{}", "pages/about/uk.md": "Про нас", "notes.txt": "x", ".swp": "x"}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    library = Library.read(tmp_path)
    assert dict(library.files) == {"sources.yaml": "{}", "pages/about/uk.md": "Про нас"}
    assert library == Library.of(library.files)


def test_files_are_listed_in_order_below_their_folder() -> None:
    library = Library.of({"b/2.yaml": "", "b/1.yaml": "", "b/1.md": "", "bc.yaml": "", "a/1.yaml": ""})
    assert list(library.paths("b/", ".yaml")) == ["b/1.yaml", "b/2.yaml"]


def test_broken_yaml_names_the_file_and_the_line() -> None:
    notice, faults = read_notice("title:\n  uk: Так\n  en: 'Yes\npages: 2\n")
    assert notice is None
    assert len(faults) == 1
    assert faults[0].startswith("content/notice.yaml (line ")
    assert "mend the syntax" in faults[0]


def test_the_line_named_is_the_line_that_is_broken() -> None:
    _, faults = read_notice("title: {uk: Так, en: 'Yes'}\npages: 1\n  more: [\n")
    assert "(line 3)" in faults[0]


@pytest.mark.parametrize("text", ["checked: 2026-02-30\n", "title: \x00\n", "!!python/object/apply:os.getcwd []\n"])
def test_yaml_that_cannot_be_a_value_is_a_fault_of_its_file(text: str) -> None:
    notice, faults = read_notice(text)
    assert notice is None
    assert len(faults) == 1
    assert faults[0].startswith("content/notice.yaml")


def test_a_missing_file_is_named() -> None:
    reading = reader()
    assert reading.data("regions.yaml") is None
    assert reading.prose("pages/about/uk.md") is None
    assert [str(fault) for fault in reading.faults] == [
        "content/regions.yaml: this file is missing; add it",
        "content/pages/about/uk.md: this file is missing; add it",
    ]


def test_an_unknown_field_is_named_with_what_stands_in_it() -> None:
    notice, faults = read_notice("title: {uk: Так, en: 'Yes'}\npagse: 7\n")
    assert notice is None
    assert len(faults) == 1
    assert "content/notice.yaml (pagse)" in faults[0]
    assert "found 7" in faults[0]


def test_all_faults_of_a_file_are_found_at_once() -> None:
    _, faults = read_notice("title: {uk: Так}\npages: many\nextra: 1\n")
    assert [fault.split("(")[1].split(")")[0] for fault in faults] == ["title", "pages", "extra"]


def test_front_matter_is_read_apart_from_the_text() -> None:
    reading = Reader(Library.of({"a.md": "---\ntitle: Заява\n---\n\nПодайте заяву.\n"}))
    assert reading.prose("a.md") == ({"title": "Заява"}, "Подайте заяву.")
    assert reading.faults == []


@pytest.mark.parametrize("head", ["title: [", "edited: 2026-02-30"])
def test_broken_front_matter_is_a_fault_of_its_file(head: str) -> None:
    reading = Reader(Library.of({"a.md": f"---\n{head}\n---\nText\n"}))
    assert reading.prose("a.md") is None
    assert [fault.path for fault in reading.faults] == ["a.md"]
    assert reading.faults[0].place == "front matter"


def test_content_that_cannot_be_served_tells_every_fault() -> None:
    reading = reader()
    reading.fault("a.yaml", "id", "is wrong; correct it")
    reading.fault("b.yaml", "", "is missing; add it")
    error = ContentError(reading.faults)
    assert str(error) == "content/a.yaml (id): is wrong; correct it\ncontent/b.yaml: is missing; add it"


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("{uk: Так}", "'en' is missing"),
        ("{en: 'Yes'}", "'uk' is missing"),
        ("{uk: Так, en: '  '}", "'en' is missing"),
        ("{uk: Так, en: TODO}", "'en' is not written yet"),
        ("{uk: Так, en: 'Yes', pl: TODO tak}", "'pl' is not written yet"),
    ],
)
def test_words_are_complete_in_every_public_language(words: str, fault: str) -> None:
    notice, faults = read_notice(f"title: {words}\n")
    assert notice is None
    assert len(faults) == 1
    assert fault in faults[0]


def test_a_language_without_a_translation_reads_the_source_language() -> None:
    notice, faults = read_notice("title: {uk: Так, en: 'Yes', pl: Tak}\n")
    assert faults == []
    assert notice is not None
    assert [say(notice.title, code) for code in ("uk", "en", "pl", "de")] == ["Так", "Yes", "Tak", "Так"]


def test_a_value_once_read_cannot_be_changed() -> None:
    notice, _ = read_notice("title: {uk: Так, en: 'Yes'}\n")
    assert notice is not None
    with pytest.raises(ValidationError):
        notice.pages = 2


def test_a_source_knows_the_address_of_its_publisher() -> None:
    assert Source.model_validate(source()).publisher_id == "національне-інформаційне-бюро"


@pytest.mark.parametrize(
    "changes",
    [{"url": "nib.gov.ua"}, {"url": "javascript:alert(1)"}, {"publisher": ""}, {"title": {"uk": "Лише так"}},
     {"id": "Has Spaces"}, {"page": 3}],
)  # fmt: skip
def test_a_source_that_cannot_be_cited_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Source.model_validate(source(**changes))


@pytest.mark.parametrize(
    ("url", "is_linked"),
    [
        ("https://nib.gov.ua/", True),
        ("https://example.ru/page", False),
        ("https://www.example.ru:443/", False),
        ("https://ru.example.org/x.ru", True),
    ],
)
def test_no_reader_is_led_to_a_russian_page(url: str, is_linked: bool) -> None:
    assert Source.model_validate(source(url=url)).is_linked is is_linked


SOURCES = """
first: {title: {uk: Перше, en: First}, publisher: НІБ, url: "https://nib.gov.ua/1"}
second: {title: {uk: Друге, en: Second}, publisher: НІБ, url: "https://nib.gov.ua/2"}
"""


def test_sources_are_read_in_the_order_of_the_file() -> None:
    reading = reader(sources=SOURCES)
    assert list(load_sources(reading).by_id) == ["first", "second"]
    assert reading.faults == []


def test_the_same_page_stands_once_among_the_sources() -> None:
    reading = reader(sources=SOURCES.replace("nib.gov.ua/2", "nib.gov.ua/1"))
    load_sources(reading)
    assert [str(fault) for fault in reading.faults] == [
        f"content/{PATH} (second): the same address stands at first; keep one"
    ]


def test_a_fact_may_name_known_sources_only() -> None:
    reading = reader(sources=SOURCES)
    check_sources(reading, load_sources(reading), "articles/a/uk.md", "sources", ("first", "third"))
    assert [str(fault) for fault in reading.faults] == [
        f"content/articles/a/uk.md (sources): source 'third' is not in {PATH}; add it or correct the id"
    ]
