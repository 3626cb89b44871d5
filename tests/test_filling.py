"""Forms for content files: what they read, and that they write nothing but what was changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config import ROOT
from app.content.library import Library
from app.curation.filling.fields import Entries, Shape, fields_of, has_form, shape_of
from app.curation.filling.model import Control, Field, Shown, filled, id_of_place, opened, typed
from app.curation.filling.patch import PatchError, parsed, patched, same

SHIPPED = Library.read(ROOT / "content").files
REGIONS = tuple(parsed(SHIPPED["regions.yaml"]))
ORGANISATION = "organisations/mia-commissioner-missing.yaml"
WHOLE = [path for path in sorted(SHIPPED) if has_form(path) and "/" in path]


def sent(shown: Sequence[Shown]) -> dict[str, list[str]]:
    """Return what a browser sends for a form as it is shown."""
    form: dict[str, list[str]] = {}
    for one in shown:
        if one.field.control is Control.WHEN and one.value:
            form[f"{one.id}-kept"] = [one.value]
        elif one.rows or one.field.control in (Control.ROWS, Control.PAIRS):
            form[f"{one.id}-row"] = [str(place) for place in range(len(one.rows))]
            for row in one.rows:
                form |= {f"{row.id}-was": [row.was]} | sent(row.fields)
        elif one.field.control is Control.HOURS:
            for place, part in enumerate(("", "-opens", "-closes")):
                form[f"{one.id}{part}"] = list(one.values[place::3])
        elif one.field.control is not Control.KEPT:
            form[one.id] = [
                text.replace("\n", "\r\n") for text in one.values if text or one.field.control is not Control.YES
            ]
    return form


def form_of(path: str, entry: str = "") -> tuple[tuple[Field, ...], dict[str, Any], dict[str, list[str]]]:
    entries = Entries(shape_of(path), SHIPPED[path])
    fields = fields_of(entries.shape, REGIONS)
    base = entries.get(entry)
    return fields, base, sent(opened(fields, base))


def saved(path: str, form: dict[str, list[str]], entry: str = "") -> str:
    entries = Entries(shape_of(path), SHIPPED[path])
    fields, base, _ = form_of(path, entry)
    return entries.with_entry(entry, filled(typed(fields, form), base))


def differing(path: str, text: str) -> tuple[list[str], list[str]]:
    """Return the lines gone and the lines come."""
    old, new = SHIPPED[path].splitlines(), text.splitlines()
    start = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return old[start : len(old) - end], new[start : len(new) - end]


def test_every_shipped_file_is_saved_unchanged_to_the_letter() -> None:
    assert len(WHOLE) > 100
    for path in WHOLE:
        fields, base, form = form_of(path)
        assert filled(typed(fields, form), base) == base, path
        assert saved(path, form) == SHIPPED[path], path


@pytest.mark.parametrize("path", ["glossary.yaml", "sources.yaml"])
def test_every_shipped_entry_is_read_back_as_it_stands(path: str) -> None:
    entries = Entries(shape_of(path), SHIPPED[path])
    fields = fields_of(entries.shape, REGIONS)
    for id_, entry in entries.all().items():
        assert same(filled(typed(fields, sent(opened(fields, entry))), entry), entry), id_


def test_a_changed_phone_changes_its_line_alone() -> None:
    _, _, form = form_of(ORGANISATION)
    form["phones-1-number"] = ["+380800339248"]
    text = saved(ORGANISATION, form)
    assert differing(ORGANISATION, text) == (["- number: '+380800339247'"], ["- number: '+380800339248'"])


def test_new_hours_stand_behind_the_status_of_their_phone() -> None:
    _, _, form = form_of(ORGANISATION)
    form |= {"phones-0-hours": ["Mo-Fr"], "phones-0-hours-opens": ["09:00"], "phones-0-hours-closes": ["18:00"]}
    text = saved(ORGANISATION, form)
    assert differing(ORGANISATION, text) == ([], ["  hours: Mo-Fr 09:00-18:00"])
    assert parsed(text)["phones"][0]["hours"] == "Mo-Fr 09:00-18:00"


FIELDS = fields_of(Shape.ORGANISATION, REGIONS)


@pytest.mark.parametrize(
    ("lines", "written"),
    [
        ([("24/7", "", "")], "24/7"),
        ([("?", "09:00", "18:00")], "09:00-18:00"),
        ([("Mo-Th", "09:00", "18:00"), ("Fr", "09:00", "16:45")], "Mo-Th 09:00-18:00; Fr 09:00-16:45"),
        ([("Mo-Fr", "09:00", "13:00"), ("Mo-Fr", "14:00", "18:00")], "Mo-Fr 09:00-13:00, 14:00-18:00"),
        # What fits no rule is written as it was typed, so that the check can speak of it.
        ([("24/7", "09:00", "")], "24/7 09:00-"),
        ([("Mo-Fr", "", "")], "Mo-Fr"),
        ([("", "09:00", "18:00")], "09:00-18:00"),
    ],
)
def test_lines_of_hours_are_written_as_the_week_they_are(lines: list[tuple[str, ...]], written: str) -> None:
    _, _, form = form_of(ORGANISATION)
    for part, column in zip(("", "-opens", "-closes"), zip(*lines, strict=True), strict=True):
        form[f"hours{part}"] = list(column)
    assert parsed(saved(ORGANISATION, form))["hours"] == written


@pytest.mark.parametrize(
    "text",
    ["24/7", "09:00-18:00", "Mo-Th 09:00-13:00, 14:00-18:00; Fr,Su 09:00-12:00", "Mo-Fr 09:00-17:00;Sa 10:00-11:00",
     "by the moon", "Mo-Fr 09:00-13:00; by the moon"],
)  # fmt: skip
def test_hours_are_read_back_as_they_stand(text: str) -> None:
    base = {"hours": text}
    assert filled(typed(FIELDS, sent(opened(FIELDS, base))), base) == base


def test_a_line_of_hours_is_added_and_taken_out() -> None:
    _, _, form = form_of(ORGANISATION)
    form |= {"hours": ["Mo-Th", "Fr"], "hours-opens": ["09:00", "10:00"], "hours-closes": ["18:00", "16:00"]}
    more = next(one for one in typed(FIELDS, form | {"add": ["hours"]}) if one.id == "hours")
    assert more.lines == [("Mo-Th", "09:00", "18:00"), ("Fr", "10:00", "16:00"), ("", "", "")]
    fewer = next(one for one in typed(FIELDS, form | {"drop": ["hours-0"]}) if one.id == "hours")
    assert fewer.lines == [("Fr", "10:00", "16:00")]


def test_an_exception_of_a_phone_is_written_as_a_day_of_the_calendar() -> None:
    _, _, form = form_of(ORGANISATION)
    form = sent(typed(FIELDS, form | {"add": ["phones-1-exceptions"]}))
    assert saved(ORGANISATION, form) == SHIPPED[ORGANISATION]
    form |= {
        "phones-1-exceptions-0-valid_from": ["2026-12-25"], "phones-1-exceptions-0-hours": ["closed"],
        "phones-1-exceptions-0-reason-uk": ["Різдво"], "phones-1-exceptions-0-reason-en": ["Christmas"],
    }  # fmt: skip
    text = saved(ORGANISATION, form)
    assert differing(ORGANISATION, text)[1] == [
        "  exceptions:", "  - valid_from: 2026-12-25", "    hours: closed", "    reason:", "      uk: Різдво",
        "      en: Christmas",
    ]  # fmt: skip
    base = parsed(text)
    assert filled(typed(FIELDS, sent(opened(FIELDS, base))), base) == base


def test_a_day_that_no_calendar_has_stays_as_it_was_typed() -> None:
    _, _, form = form_of(ORGANISATION)
    form = sent(typed(FIELDS, form | {"add": ["exceptions"]})) | {"exceptions-0-valid_from": ["30 February"]}
    assert parsed(saved(ORGANISATION, form))["exceptions"] == [{"valid_from": "30 February"}]
    shown = typed(FIELDS, form)
    assert id_of_place("exceptions.0.valid_from", shown) == "exceptions-0-valid_from"


def test_a_row_is_added_and_another_taken_out() -> None:
    _, _, form = form_of(ORGANISATION)
    shown = typed(fields_of(Shape.ORGANISATION, REGIONS), form | {"drop": ["phones-3"], "add": ["phones"]})
    phones = next(one for one in shown if one.id == "phones")
    assert [row.was for row in phones.rows] == ["0", "1", "2", ""]
    form = sent(shown) | {"phones-3-number": ["1699"], "phones-3-label-uk": ["Лінія"], "phones-3-label-en": ["Line"]}
    form |= {"phones-3-status": ["current"], "phones-3-source": ["sud-346555"]}
    found = parsed(saved(ORGANISATION, form))["phones"]
    assert found[:3] == parsed(SHIPPED[ORGANISATION])["phones"][:3]
    assert found[3]["number"] == "1699"
    assert found[3]["label"] == {"uk": "Лінія", "en": "Line"}


def test_an_empty_row_is_no_thing() -> None:
    _, _, form = form_of(ORGANISATION)
    fields = fields_of(Shape.ORGANISATION, REGIONS)
    form = sent(typed(fields, form | {"add": ["phones"]})) | {"phones-4-status": ["current"]}
    assert saved(ORGANISATION, form) == SHIPPED[ORGANISATION]


def test_a_ticked_region_is_added_and_what_the_form_does_not_offer_stays() -> None:
    fields, base, form = form_of(ORGANISATION)
    base = {**base, "regions": ["nationwide", "UA-99"]}
    form["regions"] = ["nationwide", "UA-30"]
    assert filled(typed(fields, form), base)["regions"] == ["nationwide", "UA-99", "UA-30"]


def test_a_condition_of_a_step_is_kept_when_its_sentence_is_edited() -> None:
    path = "pathways/steps/dna-sample/step.yaml"
    _, _, form = form_of(path)
    form["lines-0-kind"] = ["say"]
    gone, come = differing(path, saved(path, form))
    assert come == [gone[0].replace("kind: do", "kind: say", 1)]
    assert "when: {not: {dna: [one, spouse-only, two]}}" in come[0]


def test_comments_stay_where_they_are() -> None:
    entries = Entries(Shape.TERM, SHIPPED["glossary.yaml"])
    term = entries.get("register")
    text = entries.with_entry("register", {**term, "name": {**term["name"], "en": "Register: the one"}})
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        line for line in SHIPPED["glossary.yaml"].splitlines() if line.startswith("#")
    ]
    assert len(differing("glossary.yaml", text)[1]) == 1


def test_a_new_source_stands_last() -> None:
    entries = Entries(Shape.SOURCE, SHIPPED["sources.yaml"])
    entry = {"title": {"uk": "Назва", "en": "Title"}, "publisher": "example.org", "url": "https://example.org/x"}
    text = entries.with_entry("example-1", entry)
    assert text.startswith(SHIPPED["sources.yaml"])
    assert parsed(text)["example-1"] == entry


def test_a_fault_is_led_to_its_field() -> None:
    fields, base, _ = form_of(ORGANISATION)
    shown = opened(fields, base)
    for place, id_ in {
        "phones.1.number": "phones-1-number", "phones.0.label": "phones-0-label-uk", "name": "name-uk",
        "phones +380800339247": "phones-1-number", "regions": "regions", "checked.date": "checked-date",
        "line 3": "", "": "",
    }.items():  # fmt: skip
        assert id_of_place(place, shown) == id_, place


def test_what_is_no_yaml_is_refused() -> None:
    with pytest.raises(PatchError):
        patched("a: [", {"a": []})


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60).filter(lambda text: text == text.strip())


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([path for path in WHOLE if path.startswith("organisations/")]), st.data())
def test_one_changed_field_is_read_back_as_typed_and_touches_nothing_else(path: str, data: st.DataObject) -> None:
    fields, base, form = form_of(path)
    key = data.draw(
        st.sampled_from(["go_for-uk", "name-en", "not_for-en", "phones-0-number", "sources", "checked-date"])
    )
    if key.startswith("phones") and not base.get("phones"):
        key = "name-uk"
    said = data.draw(WORDS.filter(bool))
    text = saved(path, form | {key: [said]})
    wanted = filled(typed(fields, form | {key: [said]}), base)
    assert same(parsed(text), wanted)
    top = key.partition("-")[0]
    assert {name: value for name, value in wanted.items() if name != top} == {
        name: value for name, value in base.items() if name != top
    }
    untouched = [line for line in SHIPPED[path].splitlines() if line and not line.startswith((" ", "-", f"{top}:"))]
    assert [line for line in text.splitlines() if line in untouched] == untouched
