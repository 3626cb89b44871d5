"""Words of the interface as PO: round trips, plural forms, fuzzy and broken messages."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog
from hypothesis import given
from hypothesis import strategies as st

from app.curation.translating.words import PoError, blank, brought, read, written
from app.translations import FOLDER

TEMPLATE = Catalog()
TEMPLATE.add("Call %(name)s")
TEMPLATE.add(("%(count)s text", "%(count)s texts"))
TEMPLATE.add("<b>Now</b>")
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"]), min_size=1, max_size=20)


def said(catalogue: Catalog) -> list[tuple[object, object, bool]]:
    return [(message.id, message.string, message.fuzzy) for message in catalogue if message.id]


def polish(**texts: object) -> Catalog:
    new = Catalog(locale="pl")
    new.add("Call %(name)s", str(texts.get("call", "")))
    new.add(("%(count)s text", "%(count)s texts"), texts.get("count", ("", "", "")))
    return new


FORMS = ("%(count)s tekst", "%(count)s teksty", "%(count)s tekstów")


def test_the_shipped_catalogue_survives_the_round_trip() -> None:
    known = read((FOLDER / "uk" / "LC_MESSAGES" / "messages.po").read_bytes())
    again = read(written(known))
    assert said(again) == said(known)
    assert again.num_plurals == known.num_plurals
    assert written(again) == written(known)


@given(st.dictionaries(TEXT, TEXT, max_size=5), st.tuples(TEXT, TEXT, TEXT))
def test_any_words_survive_the_round_trip(words: dict[str, str], forms: tuple[str, str, str]) -> None:
    catalogue = Catalog(locale="pl")
    for id_, text in words.items():
        catalogue.add(id_, text, flags={"fuzzy"} if len(text) % 2 else ())
    catalogue.add(("one thing at all", "many things at all"), forms)
    again = read(written(catalogue))
    assert {repr(one) for one in said(again)} == {repr(one) for one in said(catalogue)}


def test_a_new_language_gets_every_message_with_its_number_of_plural_forms() -> None:
    new = read(written(blank(TEMPLATE, Catalog(locale="pl"))))
    assert new.num_plurals == 3
    assert len(new) == 3
    assert all(not any(message.string) for message in new if message.id)


def test_what_is_translated_is_taken_in_and_the_rest_stays() -> None:
    known = polish(call="Zadzwoń: %(name)s")
    found = brought(TEMPLATE, known, polish(count=FORMS))
    assert (found.taken, found.refused) == (1, ())
    assert said(found.catalogue)[:2] == [
        ("Call %(name)s", "Zadzwoń: %(name)s", False),
        (("%(count)s text", "%(count)s texts"), FORMS, False),
    ]


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ({"call": "Zadzwoń"}, "placeholders differ"),
        ({"call": "Zadzwoń: %(nazwa)s"}, "placeholders differ"),
        ({"call": "<i>%(name)s</i>"}, "tags differ"),
        ({"count": FORMS[:2]}, "has 2 plural forms of 3"),
        ({"count": (*FORMS[:2], "")}, "not translated"),
    ],
)
def test_a_message_that_does_not_fit_is_named_and_left_out(texts: dict[str, object], why: str) -> None:
    found = brought(TEMPLATE, Catalog(locale="pl"), polish(**texts))
    assert [one.why for one in found.refused] == [why]
    assert found.taken == 0


def test_a_fuzzy_message_is_not_taken_for_a_translation() -> None:
    other = Catalog(locale="pl")
    other.add("Call %(name)s", "Zadzwoń: %(name)s", flags={"fuzzy"})
    assert [one.why for one in brought(TEMPLATE, Catalog(locale="pl"), other).refused] == ["marked fuzzy"]


def test_words_that_the_interface_has_no_more_are_named() -> None:
    other = Catalog(locale="pl")
    other.add("Gone", "Nie ma")
    found = brought(TEMPLATE, Catalog(locale="pl"), other)
    assert [(one.text, one.why) for one in found.refused] == [("Gone", "no longer used")]


@pytest.mark.parametrize("document", [b"\xff\xfe", b'msgid "a"\nnonsense here\n'])
def test_what_is_no_catalogue_is_refused(document: bytes) -> None:
    with pytest.raises(PoError):
        read(document)
