"""The shipped content: sound in every file, and each kind of fault found with its place."""

from __future__ import annotations

import re

from app.content.library import Library
from app.directory.model import Directory
from app.edition import check_edition
from app.guidance.model import Guidance
from app.kernel.languages import PUBLIC
from app.pathways.model import Pathways
from app.web.edition import Edition


def test_the_shipped_content_has_no_fault(library: Library) -> None:
    assert [str(fault) for fault in check_edition(library)] == []


def test_the_edition_holds_what_families_need(edition: Edition) -> None:
    bodies = [body for body in edition.part(Directory) if body.kind != "generic"]
    situations = [situation for situation in edition.part(Pathways).situations if situation.kind == "situation"]
    assert len(bodies) == 100
    assert len(situations) == 22
    assert len(edition.part(Guidance).terms) == 83
    for article in edition.part(Guidance).articles.values():
        assert set(article.texts) == set(PUBLIC)


def broken(library: Library, path: str, old: str, new: str) -> list[str]:
    """Return the faults after replacing `old` in one file."""
    text = library.files[path]
    assert old in text
    return [str(fault) for fault in check_edition(Library.of({**library.files, path: text.replace(old, new, 1)}))]


def test_a_reference_to_nowhere_is_found(library: Library) -> None:
    found = broken(library, "pathways/steps/police-statement/step.yaml", "national-police", "national-polise")
    assert any("steps/police-statement/step.yaml" in fault and "national-polise" in fault for fault in found)


def test_a_missing_source_text_is_found_and_a_missing_translation_is_a_state(library: Library) -> None:
    """An article that nobody has translated yet is shown in Ukrainian, and says so; without Ukrainian it is none."""
    for code, is_fault in (("uk", True), ("en", False)):
        files = {path: text for path, text in library.files.items() if path != f"articles/police-statement/{code}.md"}
        found = [str(fault) for fault in check_edition(Library.of(files))]
        assert any("police-statement" in fault for fault in found) is is_fault


def test_a_fact_without_a_source_is_found(library: Library) -> None:
    path = "articles/police-statement/en.md"
    head, text = library.files[path].split("\n---\n", 1)
    bare = head + "\n---\n" + "\n".join(line.split("[^")[0] for line in text.splitlines())
    found = [str(fault) for fault in check_edition(Library.of({**library.files, path: bare}))]
    assert any("no statement is cited" in fault for fault in found)


def test_a_superseded_number_in_an_article_is_found(library: Library) -> None:
    path = "articles/police-statement/uk.md"
    found = [
        str(fault)
        for fault in check_edition(Library.of({**library.files, path: library.files[path] + "\n0 800 339 247\n"}))
    ]
    assert any("0 800 339 247" in fault for fault in found)


def test_a_superseded_number_in_a_step_is_found(library: Library) -> None:
    path = "pathways/steps/nib-report/uk.yaml"
    text = re.sub("(?m)^title: .*$", "title: Телефонуйте 0 800 339 247", library.files[path], count=1)
    found = [str(fault) for fault in check_edition(Library.of({**library.files, path: text}))]
    assert any("nib-report/uk.yaml" in fault and "0 800 339 247" in fault for fault in found)


def test_a_question_that_nobody_reaches_is_found(library: Library) -> None:
    path = "pathways/graph.yaml"
    found = broken(library, path, "when: {family: abroad}", "when: {family: abroad, not: {family: abroad}}")
    assert any("country" in fault and "no answers lead" in fault for fault in found)


def test_an_option_without_words_is_found(library: Library) -> None:
    found = broken(library, "pathways/words/en.yaml", "      spouse-only: Only the wife or husband\n", "")
    assert any("words/en.yaml" in fault and "spouse-only" in fault for fault in found)


def test_broken_yaml_names_the_line(library: Library) -> None:
    found = broken(library, "organisations/ombudsman.yaml", "id: ombudsman", "id: [ombudsman")
    assert any("organisations/ombudsman.yaml" in fault and "line" in fault for fault in found)
