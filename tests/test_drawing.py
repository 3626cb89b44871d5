"""Pictures: as long as their numbers, named, told apart without colour, and said again in a table."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from markupsafe import Markup

from app.config import ROOT
from app.kernel.drawing import (
    DASHES,
    PATTERNS,
    WIDTH,
    Bar,
    Series,
    Stack,
    Title,
    bars,
    columns,
    lines,
    progress,
    stacked,
)

TITLE = Title("waiting", "Waiting time", "How many days an extract takes, by month.")
KINDS = {"wife": "wives", "mother": "mothers"}
WEEKS = ["week 1", "week 2", "week 3", "week 4"]
WHOLES = [
    Stack("May", {"wife": 30, "mother": 10}, "40"),
    Stack("June", {"wife": 10, "mother": 10}, "20"),
]


def tree(markup: Markup) -> Any:
    return etree.HTML(str(markup))


def cells(table: Markup) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in tree(table).findall(".//tr")]


def widths(svg: Markup) -> list[int]:
    return [int(bar.get("width")) for bar in tree(svg).findall(".//rect")]


def test_a_picture_has_a_name_and_a_description_of_its_own() -> None:
    drawn = bars([Bar("May", 12, "12")], TITLE, kinds={"": "days"}, head=("Month", "Days"))
    svg = tree(drawn.svg).find(".//svg")
    named, described = svg.get("aria-labelledby").split()
    assert svg.get("role") == "img"
    assert svg.find(f"title[@id='{named}']").text == "Waiting time"
    assert svg.find(f"desc[@id='{described}']").text == "How many days an extract takes, by month."


def test_a_caption_names_a_picture_once() -> None:
    drawn = bars([Bar("May", 1, "1")], Title("a", "Days", named_by="caption"), kinds={"": "days"}, head=("", ""))
    assert "<title" not in drawn.svg
    assert 'aria-labelledby="caption"' in drawn.svg


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=12))
def test_bars_keep_the_proportion_of_their_numbers(numbers: list[int]) -> None:
    drawn = bars([Bar(str(n), n, str(n)) for n in numbers], TITLE, kinds={"": "days"}, head=("", ""))
    for width, number in zip(widths(drawn.svg), numbers, strict=True):
        assert width == pytest.approx((WIDTH - 2) * number / max(numbers), abs=2)


def test_the_table_says_what_the_bars_show() -> None:
    rows = [Bar("May", 12, "about 12", "wife"), Bar("June", 9, "9", "mother")]
    drawn = bars(rows, TITLE, kinds=KINDS, head=("Month", "Days"))
    assert cells(drawn.table) == [["Month", "Days", ""], ["May", "about 12", "wives"], ["June", "9", "mothers"]]
    assert tree(drawn.table).find(".//caption").text == "Waiting time"


def test_parts_of_a_whole_stand_side_by_side() -> None:
    drawn = stacked(WHOLES, TITLE, kinds=KINDS, head=("Month", "All"))
    whole = widths(drawn.svg)[len(KINDS) :]
    assert whole[0] + whole[1] == WIDTH - 2
    assert whole[0] == pytest.approx(3 * whole[1], abs=2)
    assert whole[2] + whole[3] == pytest.approx((WIDTH - 2) / 2, abs=1)
    assert cells(drawn.table) == [
        ["Month", "wives", "mothers", "All"],
        ["May", "30", "10", "40"],
        ["June", "10", "10", "20"],
    ]


def test_columns_rise_with_their_numbers_and_leave_the_unknown_empty() -> None:
    drawn = columns(WEEKS, Series("requests", [10, None, 0, 20]), TITLE, head="Week")
    high = [int(column.get("height")) for column in tree(drawn.svg).findall(".//rect")]
    assert high == [60, 0, 120]
    assert cells(drawn.table)[2] == ["week 2", "–"]
    assert cells(drawn.table)[3] == ["week 3", "0"]


def test_a_line_is_broken_where_the_number_is_unknown() -> None:
    drawn = lines(WEEKS, [Series("asked", [1, 2, None, 4]), Series("issued", [0, 1, 1, 2])], TITLE, head="Week")
    paths = {path.get("class"): path.get("d") for path in tree(drawn.svg).findall(".//path")}
    assert re.sub(r"[\d .]", "", paths["whole"]) == "MLM"
    assert re.sub(r"[\d .]", "", paths["dashed"]) == "MLLL"
    assert cells(drawn.table)[0] == ["Week", "asked", "issued"]
    assert cells(drawn.table)[3] == ["week 3", "–", "1"]


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    drawn = columns(["a"], Series("n", [1500]), TITLE, head="", number=lambda n: f"{n:,}".replace(",", " "))
    assert "2 000" in drawn.svg
    assert "1 500" in drawn.table


@pytest.mark.parametrize(("done", "of", "filled"), [(0, 12, 0), (5, 12, 5), (12, 12, 12), (1, 90, 1), (89, 90, 29)])
def test_progress_fills_a_segment_for_every_step(done: int, of: int, filled: int) -> None:
    svg = progress(done, of, Title("plan", f"{done} of {of} steps"))
    segments = [segment.get("class") for segment in tree(svg).findall(".//rect")]
    assert segments.count("solid") == filled
    assert len(segments) == min(of, 30)
    assert tree(svg).find(".//text").text == tree(svg).find(".//title").text == f"{done} of {of} steps"


@pytest.mark.parametrize(("done", "of"), [(-1, 3), (4, 3), (0, 0)])
def test_progress_that_cannot_be_is_refused(done: int, of: int) -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        progress(done, of, TITLE)


def test_an_empty_period_is_drawn_without_numbers() -> None:
    assert widths(bars([], TITLE, kinds={"": "days"}, head=("", "")).svg) == []
    assert widths(columns([], Series("requests", []), TITLE, head="Week").svg) == []
    assert widths(lines(WEEKS, [Series("asked", [None] * 4)], TITLE, head="Week").svg) == []


def test_more_kinds_than_eyes_tell_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="nobody tells more than 4 apart"):
        stacked([], TITLE, kinds={str(n): str(n) for n in range(5)}, head=("", ""))


def test_words_from_outside_are_never_markup() -> None:
    evil = "<script>alert(1)</script>"
    title = Title("x", evil, evil)
    drawn = [
        bars([Bar(evil, 1, evil, "k")], title, kinds={"k": evil, "l": evil}, head=(evil, evil)),
        stacked([Stack(evil, {"k": 1}, evil)], title, kinds={"k": evil, "l": evil}, head=(evil, evil)),
        columns([evil], Series(evil, [1]), title, head=evil, number=lambda _: evil),
        lines([evil, evil], [Series(evil, [1, 2])], title, head=evil, number=lambda _: evil),
    ]
    for one in drawn:
        assert "<script" not in one.svg + one.table
    assert "<script" not in progress(1, 2, title)


def test_every_kind_has_a_look_beyond_its_colour() -> None:
    """Patterns differ in fill or outline, lines in their dash; in forced colours the style sheet gives the reader's."""
    style = (ROOT / "app" / "static" / "pictures.css").read_text(encoding="utf-8")
    assert "forced-colors: active" in style
    for name in (*PATTERNS[1:], *DASHES):
        assert f".figure .{name}" in style
    dashes = re.findall(r"\.figure \.(?:dashed|dotted|mixed) \{ stroke-dasharray: ([\d ]+);", style)
    assert len(set(dashes)) == len(DASHES) - 1
