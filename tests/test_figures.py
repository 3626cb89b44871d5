"""Pictures drawn on the server: true to their numbers, readable as text, wrapped to fit a phone."""

from __future__ import annotations

import pytest
from lxml import etree

from app.guidance.figures import WIDTH, Bars, Figures, Papers, wrap
from app.kernel.languages import PUBLIC
from app.web.edition import Edition


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_bar_is_as_long_as_its_number(edition: Edition, language: str) -> None:
    figures = edition.part(Figures)
    for figure in figures.by_id.values():
        if isinstance(figure, Bars):
            svg = etree.HTML(str(figures.draw(figure.id, language))).find(".//svg")
            bars = svg.findall("rect")[len(figure.counts) :]
            most = max(point.value for point in figure.points)
            for bar, point in zip(bars, figure.points, strict=True):
                assert int(bar.get("width")) == pytest.approx((WIDTH - 2) * point.value / most, abs=2)


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_way_of_papers_says_the_same_in_words(edition: Edition, language: str) -> None:
    figures = edition.part(Figures)
    for figure in figures.by_id.values():
        if isinstance(figure, Papers):
            items = etree.HTML(str(figures.draw(figure.id, language))).findall(".//li")
            assert len(items) == len(figure.papers)
            for item, paper in zip(items, figure.papers, strict=True):
                text = "".join(item.itertext())
                assert paper.giver[language] in text
                assert paper.receiver[language] in text


def test_lines_break_between_words() -> None:
    assert list(wrap("Секретаріат Уповноваженого МВС", 17)) == ["Секретаріат", "Уповноваженого", "МВС"]
