"""The guided route on the pages of others: in a frame, by a link with answers, as data."""

from __future__ import annotations

import pytest

from app.kernel.languages import PUBLIC
from app.pathways.model import Pathways
from app.web.edition import Edition
from tests.lint import LintingClient

KNOWN = "who=armed-forces&soldier=comrades-say-missing"


@pytest.mark.parametrize("language", list(PUBLIC))
def test_any_site_may_show_the_questions_and_no_other_page_can_be_framed(client: LintingClient, language: str) -> None:
    framed = client.get(f"/{language}/embed/find-help?{KNOWN}")
    assert framed.status_code == 200
    assert "frame-ancestors *" in framed.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed.headers
    assert "Set-Cookie" not in framed.headers
    for path in ("find-help", "plan", "embed"):
        page = client.get(f"/{language}/{path}?{KNOWN}")
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"], path
        assert page.headers["X-Frame-Options"] == "DENY", path


def test_whoever_answers_in_a_frame_stays_in_it_until_the_plan(client: LintingClient) -> None:
    text = client.get("/en/embed/find-help?who=child").get_data(as_text=True)
    assert 'action="/en/embed/find-help"' in text
    assert "<script" not in text
    assert text.count('target="_blank"') == text.count('rel="noopener"') > 0


def test_an_answer_in_the_address_is_not_asked_again(client: LintingClient) -> None:
    first = client.get("/en/api/route").get_json()
    assert first["question"]["id"] == "who"
    assert first["plan"] is None
    after = client.get("/en/api/route?who=armed-forces").get_json()
    assert after["answers"] == {"who": ["armed-forces"]}
    assert after["question"]["id"] != "who"


def test_an_answer_that_does_not_exist_is_asked_for(client: LintingClient) -> None:
    found = client.get("/en/api/route?who=nobody").get_json()
    assert (found["answers"], found["question"]["id"]) == ({}, "who")


def test_a_program_of_any_site_reads_the_whole_plan(client: LintingClient, edition: Edition) -> None:
    pathways = edition.part(Pathways)
    query, found = "", client.get("/uk/api/route").get_json()
    while found["question"]:
        query += f"&{found['question']['id']}={found['question']['options'][0]['id']}"
        response = client.get(f"/uk/api/route?{query[1:]}")
        found = response.get_json()
        assert found["question"] is None or f"{found['question']['id']}=" not in query
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in response.headers
    steps = found["plan"]["steps"]
    assert steps
    assert {step["id"] for step in steps} <= set(pathways.steps)
    assert any(body["phones"] for step in steps for body in step["organisations"])
    assert found["plan"]["page"].endswith(f"/uk/plan?{query[1:]}")


def test_every_question_and_answer_is_written_down_for_other_sites(client: LintingClient, edition: Edition) -> None:
    text = client.get("/en/embed").get_data(as_text=True)
    for question in edition.part(Pathways).questions:
        for option in question.options:
            assert f"<code>{option}</code>" in text, (question.id, option)
