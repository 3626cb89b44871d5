"""What a change touches, a family's plan before and after it, and the guided route as a graph."""

from __future__ import annotations

from datetime import date
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import ROOT
from app.content.library import Fault, Library
from app.curation.graph.layout import crossings, in_order, layered
from app.curation.graph.route import around, graph_of, marked
from app.curation.impact.plans import Fate, NoAnswersError, compare, sample
from app.curation.impact.staff import whole_of
from app.curation.impact.things import Thing, What, Whole
from app.curation.impact.touching import together, touched
from app.curation.previewing.inside import kept_inside
from app.edition import read_edition
from app.pathways.plan import compose
from app.pathways.sheet import Sheet
from app.web.edition import Edition
from tests.small_route import line, question, route, sheet_for, situation, step

SHIPPED = Library.read(ROOT / "content")
TODAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def whole(edition: Edition) -> Whole:
    return whole_of(edition)


def changed(path: str, old: str, new: str) -> Whole:
    assert old in SHIPPED.files[path]
    return whole_of(read_edition(Library.of({**SHIPPED.files, path: SHIPPED.files[path].replace(old, new, 1)})))


def test_a_changed_body_touches_its_steps_and_through_them_the_plans(whole: Whole) -> None:
    found = touched(whole, whole, "organisations/national-police.yaml")
    steps = {use.thing.id: use for use in found.of(What.STEP)}
    assert found.is_direct(steps["police-statement"])
    plans = {use.thing.id: use for use in found.of(What.SITUATION)}
    assert Thing(What.STEP, "police-statement") in plans["awol_dispute"].through
    assert not found.is_direct(plans["awol_dispute"])
    assert "dna-sample" in {use.thing.id for use in found.of(What.ARTICLE)}
    assert found.languages == ("uk", "en")


def test_an_article_touches_what_links_to_it_and_a_translation_its_language_alone(whole: Whole) -> None:
    found = touched(whole, whole, "articles/dna-sample/uk.md")
    assert "erdr-extract" in {use.thing.id for use in found.of(What.ARTICLE)}
    assert [use.thing.id for use in found.of(What.TOPIC)] == ["dna"]
    assert found.languages == ("uk", "en")
    assert touched(whole, whole, "articles/dna-sample/en.md").languages == ("en",)


def test_what_is_published_together_touches_each_thing_once_through_all_of_them(whole: Whole) -> None:
    paths = ("organisations/national-police.yaml", "articles/dna-sample/uk.md")
    each = [touched(whole, whole, path) for path in paths]
    both = together(each)
    assert both.changed == (Thing(What.ORGANISATION, "national-police"), Thing(What.ARTICLE, "dna-sample"))
    things = [use.thing for use in both.uses]
    assert len(things) == len(set(things))
    assert set(things) == {use.thing for found in each for use in found.uses}
    through = next(use.through for use in both.uses if use.thing == Thing(What.ARTICLE, "erdr-extract"))
    assert set(both.changed) <= set(through)
    assert both.languages == ("uk", "en")


def test_of_a_file_that_says_many_things_those_count_that_differ(whole: Whole) -> None:
    after = changed("glossary.yaml", "Людина, про яку нічого", "Особа, про яку нічого")
    found = touched(whole, after, "glossary.yaml")
    assert found.changed == (Thing(What.TERM, "missing_special"),)
    assert found.of(What.ARTICLE)
    assert touched(whole, whole, "glossary.yaml").changed == ()


def test_a_source_touches_everything_that_cites_it(whole: Whole) -> None:
    cited = "censor-3530630"
    url = whole.sources.by_id[cited].url
    found = touched(whole, changed("sources.yaml", url, f"{url}?a=b"), "sources.yaml")
    assert found.changed == (Thing(What.SOURCE, cited),)
    assert "dna-sample" in {use.thing.id for use in found.of(What.ARTICLE) if found.is_direct(use)}


def test_a_situation_touches_its_own_plan(whole: Whole) -> None:
    found = touched(whole, whole, "pathways/situations/awol_dispute.yaml")
    assert "awol_dispute" in {use.thing.id for use in found.of(What.SITUATION)}


def test_answers_are_found_that_lead_to_every_situation(whole: Whole) -> None:
    for one in whole.pathways.situations:
        answers = sample(whole.pathways, one.id, today=TODAY)
        assert one.id in {met.id for met in compose(whole.pathways, answers, today=TODAY).situations}
    with pytest.raises(NoAnswersError):
        sample(whole.pathways, "no-such-situation", today=TODAY)


def test_a_plan_says_of_each_step_what_becomes_of_it() -> None:
    asked = [question("who", "one")]
    steps = [step("stays"), step("goes"), step("moves"), step("comes"), step("says", line("go"))]

    def made(*ids: str, said: str = "Підіть сьогодні.") -> Sheet:
        here = situation("met", {"who": "one"}, now=ids)
        return sheet_for(route(asked, [here], steps, {"go": said}), {"who": ("one",)})

    rows = compare(made("stays", "goes", "moves"), made("moves", "stays", "comes"))
    assert {row.step: row.fate for row in rows} == {
        "stays": Fate.SAME, "goes": Fate.REMOVED, "moves": Fate.MOVED, "comes": Fate.ADDED,
    }  # fmt: skip
    [row] = compare(made("says"), made("says", said="Підіть завтра."))
    assert row.fate is Fate.CHANGED
    assert [piece.text for one in row.lines for piece in one.right if piece.differs] == ["завтра"]


NODES = st.lists(st.integers(0, 9), max_size=9)


@given(st.lists(NODES, max_size=4), st.data())
def test_no_two_nodes_of_a_layout_overlap(sizes: list[list[int]], data: st.DataObject) -> None:
    columns = [[(place, number) for number in range(len(column))] for place, column in enumerate(sizes)]
    pairs = [(left, right) for one, other in pairwise(columns) for left in one for right in other]
    edges = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    heights = {(place, n): 20 + height for place, column in enumerate(sizes) for n, height in enumerate(column)}
    made = layered(columns, edges, heights, width=100, between=30, gap=4, margin=6)
    assert set(made.boxes) == set(heights)
    for one, other in combinations(made.boxes.values(), 2):
        apart = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert apart or one.y + one.height + 4 <= other.y + 1e-6 or other.y + other.height + 4 <= one.y + 1e-6
    for box in made.boxes.values():
        assert 0 <= box.x <= made.width - box.width
        assert 0 <= box.y <= made.height - box.height + 1e-6
    assert crossings(in_order(columns, edges), edges) <= crossings(columns, edges)


def test_crossing_lines_are_untangled() -> None:
    edges = [("a", "z"), ("b", "y"), ("c", "x")]
    assert crossings(in_order([["a", "b", "c"], ["x", "y", "z"]], edges), edges) == 0


def test_the_graph_has_every_question_situation_and_step_and_looks_around_one(whole: Whole) -> None:
    graph = graph_of(whole)
    assert {node.id for node in graph.nodes if node.what is What.STEP} == set(whole.pathways.steps)
    near = around(graph, Thing(What.STEP, "police-statement"), 1)
    assert Thing(What.ORGANISATION, "national-police") in near.nodes
    assert Thing(What.SITUATION, "awol_dispute") in near.nodes
    assert len(near.nodes) < len(around(graph, Thing(What.STEP, "police-statement"), 2).nodes) <= len(graph.nodes)
    with pytest.raises(KeyError):
        around(graph, Thing(What.STEP, "no-such"), 1)


@pytest.mark.parametrize(
    ("path", "place", "node"),
    [
        ("pathways/steps/police-statement/uk.yaml", "lines.go", "step:police-statement"),
        ("pathways/situations/awol_dispute.yaml", "when", "situation:awol_dispute"),
        ("pathways/graph.yaml", "who", "question:who"),
        ("pathways/words/en.yaml", "who.child", "question:who"),
        ("pathways/words/en.yaml", "awol_dispute", "situation:awol_dispute"),
        ("organisations/national-police.yaml", "phones.0", "organisation:national-police"),
    ],
)
def test_a_finding_stands_at_its_node(whole: Whole, path: str, place: str, node: str) -> None:
    fault, stray = Fault(path, place, "wrong"), Fault("topics.yaml", "", "wrong")
    marks, rest = marked(graph_of(whole), [fault, stray])
    assert {str(thing): list(faults) for thing, faults in marks.items()} == {node: [fault]}
    assert rest == [stray]


def test_links_of_a_previewed_page_stay_in_the_preview() -> None:
    page = '<a href="/uk/search"><a href="/en/p/1/uk/plan"><link href="/static/a.css"><form action="/en/find-help">'
    assert kept_inside(page, "/en/p/1") == (
        '<a href="/en/p/1/uk/search"><a href="/en/p/1/uk/plan"><link href="/static/a.css">'
        '<form action="/en/p/1/en/find-help">'
    )
