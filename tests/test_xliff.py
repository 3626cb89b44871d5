"""XLIFF 2.0: round trips to the letter, units whose source changed or whose insertions are lost are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content.confirmed import in_language, sources
from app.content.library import Library
from app.curation.actions import submit
from app.curation.translating import actions
from app.curation.translating.model import State
from app.curation.translating.xliff import (
    Exchange,
    SegmentState,
    TextFile,
    Unit,
    UnwritableError,
    XliffError,
    judged,
    lost,
    read,
    written,
)
from app.storage.database import Database
from tests.test_translating import NOW, PL, SHIPPED, TRANSLATOR, Desk, desk
from tests.test_translation_states import CHANGED, EN, TEXT, UK

__all__ = ["desk"]

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=30)
TEXTS = st.lists(WORDS | st.sampled_from(["\n", "\t", "\r\n", "<b>&amp;", "[^a]", "](org:b)"]), max_size=6).map("".join)
UNITS = st.builds(Unit, WORDS, WORDS, TEXTS, TEXTS, st.sampled_from(SegmentState))


@given(st.lists(st.builds(TextFile, WORDS.filter(bool), st.lists(UNITS, max_size=4).map(tuple)), max_size=3))
def test_what_is_written_is_read_back_to_the_letter(files: list[TextFile]) -> None:
    exchange = Exchange("uk", "pl", tuple(files))
    document = written(exchange)
    assert read(document) == exchange
    assert written(read(document)) == document


def test_every_shipped_text_survives_the_round_trip(library: Library, database: Database) -> None:
    paths = [in_language(source, "en") for source in sources(library.files)]
    with database.reading() as session:
        exchange = actions.taken_out(session, "en", paths, shipped=library)
        assert read(written(exchange)) == exchange
        units = [unit for file in exchange.files for unit in file.units]
        assert all(unit.state is SegmentState.FINAL or not unit.source for unit in units)
        assert all(not lost(unit.source, unit.target) for unit in units)
        taken = actions.take_in(session, exchange, shipped=library, actor=TRANSLATOR, now=NOW)
        assert taken == actions.TakenIn((), (), ())


def test_a_character_that_xml_cannot_hold_is_named() -> None:
    unit = Unit("one", "", "a\x0bb", "", SegmentState.INITIAL)
    with pytest.raises(UnwritableError, match="one"):
        written(Exchange("uk", "pl", (TextFile("a/uk.md", (unit,)),)))


HEAD = '<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="uk" trgLang="pl">'
FILE = f'{HEAD}<file id="f" original="articles/way/uk.md">'


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("", "XML"), ("<a", "XML"), ("<a/>", "outermost"),
        ('<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0"/>', "srcLang"),
        (f'{HEAD}<file id="f"/></xliff>', "original"),
        (f'{FILE}<unit id="u"/></file></xliff>', "segment"),
        (f'{FILE}<unit id="u"><segment state="done"/></unit></file></xliff>', "state"),
        (f'{FILE}<unit id="u"><segment><source>a<ph id="1"/></source></segment></unit></file></xliff>', "inline"),
        (f'<!DOCTYPE xliff [<!ENTITY a SYSTEM "file:///etc/hosts">]>{HEAD}</xliff>', "document type"),
    ],
)  # fmt: skip
def test_what_is_no_such_document_is_refused(document: str, said: str) -> None:
    with pytest.raises(XliffError, match=said):
        read(document.encode())


def test_segments_that_a_tool_split_are_put_together_again() -> None:
    note = '<notes><note category="source-hash">h</note></notes>'
    first = '<segment state="final"><source>Раз.</source><target>Raz.</target></segment>'
    gap = "<ignorable><source> </source></ignorable>"
    second = '<segment state="translated"><source>Два.</source><target>Dwa.</target></segment>'
    document = f'{FILE}<unit id="u" name="x">{note}{first}{gap}{second}</unit></file></xliff>'
    whole = Unit("x", "h", "Раз. Два.", "Raz. Dwa.", SegmentState.TRANSLATED)
    assert read(document.encode()).files[0].units == (whole,)


@pytest.mark.parametrize("insertion", ["[^mvs-1]", "](org:police)", "{figure:way}", "{{org:police}}"])
def test_an_insertion_that_is_lost_is_named_with_its_unit(insertion: str) -> None:
    unit = Unit("one", "h", f"[Текст {insertion} і далі", "Tekst i dalej", SegmentState.FINAL)
    taken, refused = judged(TextFile(UK, (unit,)), [("one", "h")])
    assert taken == []
    assert (refused[0].anchor, refused[0].lost, refused[0].has_changed) == ("one", (insertion,), False)


def exchange_of(desk: Desk, path: str, **targets: str) -> Exchange:
    """Return what a tool would send back of the sections that `targets` translates."""
    code = path.rsplit("/", 1)[-1].removesuffix(".md")
    with desk.database.reading() as session:
        out = actions.taken_out(session, code, [path], shipped=SHIPPED)
    (file,) = out.files
    units = [
        Unit(unit.anchor, unit.hash, unit.source, targets[unit.anchor], SegmentState.TRANSLATED)
        if unit.anchor in targets
        else unit
        for unit in file.units
    ]
    return read(written(Exchange("uk", code, (TextFile(file.path, tuple(units)),))))


def take_in(desk: Desk, exchange: Exchange) -> actions.TakenIn:
    with desk.database.writing() as session:
        return actions.take_in(session, exchange, shipped=SHIPPED, actor=TRANSLATOR, now=NOW)


POLISH = {
    "front-matter": "Droga\n\nDokąd iść.",
    "": "Początek.",
    "один": "## Raz\n\nPierwsze.",
    "два": "## Dwa\n\nDrugie.",
}


def test_a_translation_made_elsewhere_becomes_a_draft_and_is_current_once_published(desk: Desk) -> None:
    taken = take_in(desk, exchange_of(desk, PL, **POLISH))
    assert [draft.path for draft in taken.drafts] == [PL]
    desk.publish(taken.drafts[0])
    assert desk.item(PL).state is State.CURRENT


def test_units_whose_source_has_changed_are_refused_and_the_others_taken(desk: Desk) -> None:
    sent = exchange_of(desk, EN, один="## One\n\nMine.", два="## Two\n\nMine too.")
    desk.edit(CHANGED)
    taken = take_in(desk, sent)
    assert [(one.anchor, one.has_changed) for one in taken.refused] == [("один", True)]
    assert taken.drafts[0].text == TEXT.replace("Second.", "Mine too.")
    desk.publish(taken.drafts[0])
    assert desk.item().changed == 1


def test_a_text_in_review_is_left_alone(desk: Desk) -> None:
    draft = desk.translate({"один": "## One\n\nMine."})
    with desk.database.writing() as session:
        submit(session, draft.id, actor=TRANSLATOR, now=NOW)
    assert take_in(desk, exchange_of(desk, EN, два="## Two\n\nYours.")).left == (EN,)


def test_a_new_language_without_a_title_is_left_alone(desk: Desk) -> None:
    assert take_in(desk, exchange_of(desk, PL, один="## Raz\n\nPierwsze.")).left == (PL,)


def test_a_document_for_another_language_is_refused(desk: Desk) -> None:
    with pytest.raises(XliffError):
        take_in(desk, Exchange("uk", "fr", ()))
