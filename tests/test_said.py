"""What is wrong in a content file is said in the reader's language, with the values in their places."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from app.config import ROOT
from app.content.library import Library
from app.curation.labels import fault_text
from app.edition import check_edition
from app.kernel.said import Said, SaidError

SHIPPED = Library.read(ROOT / "content")
BODY, ARTICLE = "organisations/ombudsman.yaml", "articles/four-lists/uk.md"


def test_a_sentence_is_put_into_words_with_the_sentences_within_it() -> None:
    inner = Said.of("no %(thing)s", thing="door")
    outer = Said.of("%(problem)s (found %(given)s)", problem=inner, given="100 %")
    assert str(outer) == "no door (found 100 %)"
    words = {"no %(thing)s": "немає: %(thing)s", "%(problem)s (found %(given)s)": "%(problem)s, стоїть %(given)s"}
    assert outer.in_words(words.__getitem__) == "немає: door, стоїть 100 %"
    assert str(Said.of("100 % of it")) == "100 % of it", "a sentence without values has no places for them"
    assert str(SaidError("no %(thing)s", thing="door")) == "no door"


@pytest.mark.parametrize(
    ("path", "found", "there", "english", "ukrainian"),
    [
        (
            ARTICLE, "(article:", "(article:no-such-", "this target does not exist; correct the link",
            "того, на що веде посилання, немає; виправте посилання",
        ),
        (BODY, "kind: ", "kind: [", "not readable as YAML", "текст не читається як YAML"),
        (BODY, "\nsources:", "\nsource:", "field required (found", "це поле обов’язкове (тут стоїть"),
        (BODY, "\nsources:", "\nwrong: x\nsources:", "extra inputs are not permitted", "такого поля тут немає"),
        (BODY, "confidence: ", "confidence: x", "input should be 'high'", "тут може стояти лише 'high'"),
        (BODY, "  en: ", "  de: ", "text in 'en' is missing", "немає тексту мовою «en»"),
        (
            BODY, "sources:\n", "sources:\n- no-such\n", "source 'no-such' is not in sources.yaml",
            "джерела «no-such» немає у sources.yaml",
        ),
    ],
)  # fmt: skip
def test_faults_are_told_in_the_language_of_the_page(
    site: Flask, path: str, found: str, there: str, english: str, ukrainian: str
) -> None:
    text = SHIPPED.files[path]
    assert found in text
    faults = check_edition(Library.of({**SHIPPED.files, path: text.replace(found, there, 1)}))
    for code, words in (("en", english), ("uk", ukrainian)):
        with site.test_request_context(f"/{code}/"), force_locale(code):
            told = [fault_text(fault) for fault in faults if fault.path == path]
        assert any(words in each for each in told), told


def test_every_fault_that_a_check_can_name_is_in_the_catalogue() -> None:
    """A fault written as a plain or a composed text would be English for ever."""
    bare = []
    for file in sorted(Path(ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "fault"
                and len(node.args) == 3
                and isinstance(node.args[2], ast.Constant | ast.JoinedStr)
            ):
                bare.append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert bare == []
