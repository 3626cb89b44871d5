"""The extract as an office receives it: one readable page, tagged for archives and ears, in two languages."""

from __future__ import annotations

import importlib.util
import io
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pikepdf
import pytest

from app.documents import words
from app.documents.code import (
    ExtractNumber,
    UnreadableNumberError,
    new_code,
    read_code,
    read_number,
    verify_address,
)
from app.documents.draw import draw, picture
from app.documents.extract import LONGEST_NAME, WrongExtractError, lines
from app.kernel.dates import PartialDate
from app.kernel.reference import UnreadableReferenceError
from app.register.entry import Category, Status
from tests.papers_issued import DEVELOPMENT, FOUND, NOT_FOUND, OFFICIAL, longest
from tests.pdf import pdf_text


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def squeezed(text: str) -> str:
    """Return a text as `pdf_text` gives it: without spaces."""
    return "".join(text.split()).replace("\u200b", "")


def read(pdf: bytes) -> str:
    return squeezed(pdf_text(pdf))


@pytest.fixture(scope="module")
def found() -> bytes:
    return draw(FOUND, OFFICIAL)


@pytest.fixture(scope="module")
def specimen() -> bytes:
    return draw(FOUND, DEVELOPMENT)


@pytest.fixture(scope="module")
def not_found() -> bytes:
    return draw(NOT_FOUND, OFFICIAL)


def test_an_extract_says_everything_in_order_in_ukrainian_and_english(found: bytes) -> None:
    text, place = read(found), 0
    said = [FOUND.issuer.uk, FOUND.issuer.en, "Витяг № 2026-000123", words.REGISTER.uk, words.REGISTER.en]
    said += ["25 листопада 2026 року", "25 November 2026", "16:58 за київським часом", words.FOUND.uk, words.FOUND.en]
    for line in lines(FOUND):
        said += [line.label.uk, line.label.en, line.value.uk, line.value.en]
    said += ["Перевірка витягу", FOUND.verify_page, FOUND.number, FOUND.code, OFFICIAL.name, words.BASIS.en]
    for part in map(squeezed, said):
        assert part in text[place:], part
        place = text.index(part, place)


def test_an_extract_shows_the_register_as_recorded(found: bytes) -> None:
    text = read(found)
    for part in (
        "Демонстраційний Остап Северинович", "Demonstratsiinyi Ostap", "березень 1987 року", "March 1987",
        "розшук триває", "search continues", "17 травня 2024 року", "Бахмут", "Bakhmut", "ДЕМО-001",
        "військовослужбовець", "мати або батько", "відстрочка від мобілізації",
    ):  # fmt: skip
        assert squeezed(part) in text, part


def test_no_information_is_an_extract_that_shows_only_what_was_asked(not_found: bytes) -> None:
    text = read(not_found)
    assert squeezed(words.NOT_FOUND.uk) in text
    assert squeezed(words.NOT_FOUND.en) in text
    assert squeezed(words.NOT_FOUND_MEANS.uk) in text
    assert squeezed("Demonstratsiinyi Ostap Severynovych (transliterated)") in text
    for label in ("status", "police_unit", "missing_on"):
        assert squeezed(words.LABELS[label].uk + words.LABELS[label].en) not in text


def test_what_is_not_recorded_is_said_so() -> None:
    assert FOUND.recorded is not None
    bare = replace(FOUND, born=None, recorded=replace(FOUND.recorded, category="", missing_from="", missing_on=None))
    values = {line.label.en: line.value for line in lines(bare)}
    for label in ("Date of birth", "Category", "Place of disappearance", "Date of disappearance"):
        assert values[label] == words.ABSENT


def test_a_year_alone_is_shown_as_a_year() -> None:
    values = {line.label.en: line.value for line in lines(replace(FOUND, born=PartialDate(1987)))}
    assert values["Date of birth"] == words.Words("1987 рік", "1987")


def test_every_purpose_is_printed_and_all_that_there_are_fit_on_one_page() -> None:
    everything = replace(FOUND, purposes=tuple(words.PURPOSES))
    for extract in (everything, replace(everything, recorded=None)):
        file = draw(extract, OFFICIAL)
        assert len(opened(file).pages) == 1
        for purpose in words.PURPOSES.values():
            assert squeezed(purpose.uk) in read(file)
            assert squeezed(purpose.en) in read(file)


def test_only_a_development_certificate_makes_a_specimen(found: bytes, specimen: bytes) -> None:
    marked, plain = read(specimen), read(found)
    for part in (words.SPECIMEN.uk, words.SPECIMEN.en, words.SPECIMEN_WHY.en):
        assert squeezed(part) in marked
        assert squeezed(part) not in plain
    assert words.SPECIMEN.uk in str(opened(specimen).docinfo.Title)
    assert "ЗРАЗОК" not in str(opened(found).docinfo.Title)


@pytest.mark.parametrize("name", ["found", "specimen", "not_found"])
def test_an_extract_is_one_a4_page_in_ukrainian_with_a_title(name: str, request: pytest.FixtureRequest) -> None:
    pdf = opened(request.getfixturevalue(name))
    assert len(pdf.pages) == 1
    assert [round(float(side)) for side in pdf.pages[0].MediaBox] == [0, 0, 595, 842]
    assert str(pdf.Root.Lang) == "uk"
    assert str(pdf.docinfo.Title).startswith("Витяг № 2026-000123 з Єдиного реєстру")
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)


@pytest.mark.parametrize("name", ["found", "specimen", "not_found"])
def test_an_extract_declares_archive_and_accessibility_standards(name: str, request: pytest.FixtureRequest) -> None:
    pdf = opened(request.getfixturevalue(name))
    assert pdf.pdf_version == "1.7"
    with pdf.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "2"
        assert metadata["pdfaid:conformance"] == "A"
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == str(pdf.docinfo.Title)
    assert str(pdf.Root.OutputIntents[0].S) == "/GTS_PDFA1"
    assert bool(pdf.Root.MarkInfo.Marked)


def test_structure_lets_a_screen_reader_walk_through(found: bytes) -> None:
    pdf = opened(found)
    tags = list(elements(pdf.Root.StructTreeRoot.K))
    kinds = [str(tag.S) for tag in tags]
    assert kinds.count("/H1") == 1
    assert "/H2" in kinds
    assert kinds.count("/Table") == 1
    assert kinds.count("/TH") == 2
    assert kinds.count("/TR") == 1 + len(lines(FOUND))
    (figure,) = [tag for tag in tags if str(tag.S) == "/Figure"]
    assert FOUND.code in str(figure.Alt)
    assert "/P" in kinds
    # English stands in pieces that say so; everything else is in the language of the document.
    assert pdf.pages[0].Contents.read_bytes().count(b"/Lang(en)") >= 2 * len(lines(FOUND))


def test_every_font_is_embedded_and_knows_its_letters(found: bytes) -> None:
    pdf = opened(found)
    fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
    assert fonts
    for font in fonts:
        described = font.DescendantFonts[0].FontDescriptor
        assert {"/FontFile2", "/FontFile3"} & set(described.keys())
        assert "/ToUnicode" in font


def test_an_extract_prints_the_same_on_grey_paper() -> None:
    """Nothing is told by colour: every colour of the page is a grey."""
    from PIL import Image

    image = Image.open(io.BytesIO(picture(FOUND, DEVELOPMENT, dots_per_inch=40))).convert("RGB")
    colours = image.getcolors(1 << 16)
    assert colours is not None
    assert all(max(colour) - min(colour) <= 2 for _, colour in colours if isinstance(colour, tuple))


def test_the_same_values_give_the_same_bytes(specimen: bytes) -> None:
    draw(NOT_FOUND, OFFICIAL)
    assert draw(FOUND, DEVELOPMENT) == specimen


def test_the_longest_values_stand_whole_on_one_page() -> None:
    extract = longest()
    pdf = draw(extract, DEVELOPMENT)
    text = read(pdf)
    assert len(opened(pdf).pages) == 1
    for line in lines(extract):
        assert squeezed(line.value.uk) in text
        assert squeezed(line.value.en) in text


def test_a_page_that_is_too_full_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.documents.draw.SIZES", (11.0,))
    with pytest.raises(WrongExtractError, match="length"):
        draw(longest(), DEVELOPMENT)


def test_words_in_the_register_cannot_be_read_as_markup() -> None:
    trick = '#read("/etc/passwd") *x* $y$ \\ <a> "q"'
    text = read(draw(replace(FOUND, patronymic=trick), OFFICIAL))
    assert squeezed(trick) in text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "2026-123"), ("purposes", ("pension", "holiday")), ("purposes", ()),
        ("purposes", ("pension", "pension")), ("kinship", "friend"), ("surname", "Я" * (LONGEST_NAME + 1)),
        ("issued_at", datetime(2026, 11, 25)),
        ("as_of", datetime(2026, 11, 25)), ("verify_page", "https://" + "x" * 400),
    ],
)  # fmt: skip
def test_an_extract_with_a_wrong_value_is_refused(field: str, value: object) -> None:
    with pytest.raises(WrongExtractError, match=field):
        replace(FOUND, **{field: value})  # type: ignore[arg-type]


def test_an_extract_about_nobody_or_of_unknown_status_is_refused() -> None:
    assert FOUND.recorded is not None
    with pytest.raises(WrongExtractError, match="surname"):
        replace(FOUND, surname="", given="")
    with pytest.raises(WrongExtractError, match="status"):
        replace(FOUND, recorded=replace(FOUND.recorded, status="gone"))


def test_every_code_of_the_register_has_its_words() -> None:
    assert set(words.STATUSES) == set(Status)
    assert set(words.CATEGORIES) == set(Category)


@pytest.mark.skipif(importlib.util.find_spec("app.extracts") is None, reason="requests are not there yet")
def test_every_code_of_a_request_has_its_words() -> None:
    model = importlib.import_module("app.extracts.model")
    assert set(words.PURPOSES) == set(model.Purpose)
    assert set(words.KINSHIPS) == set(model.Kinship)


def test_the_qr_code_leads_to_the_page_that_verifies() -> None:
    address = verify_address(FOUND.verify_page, FOUND.number, FOUND.code)
    assert address == "https://dorohovkaz.example/uk/verify?number=2026-000123&code=7K3M-9PX4-2HAC"


@pytest.mark.parametrize(
    "typed",
    ["2026-000123", " № 2026-000123 ", "2026/123", "2026 000123", "2026–000123", "No. 2026-000123", "2026 - 123"],
)
def test_a_number_is_read_as_people_type_it(typed: str) -> None:
    assert str(read_number(typed)) == "2026-000123"
    assert read_number(typed) == ExtractNumber(2026, 123)


@pytest.mark.parametrize("typed", ["", "123", "2026-", "2026-0000000", "2026-000000", "x" * 10_000, "2026-12 34"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(UnreadableNumberError):
        read_number(typed)


def test_a_code_is_read_as_people_type_it_and_a_slip_is_noticed() -> None:
    code = new_code(random.Random(4))
    assert len(code) == 14
    assert read_code(code.lower().replace("-", " ")) == code
    last = code[-1]
    for wrong in "23456789":
        if wrong != last:
            with pytest.raises(UnreadableReferenceError):
                read_code(code[:-1] + wrong)


def elements(kids: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    """Yield the elements of a structure tree in reading order."""
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            if "/K" in kid:
                yield from elements(kid.K)
