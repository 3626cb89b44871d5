"""Forms for content files as an editor without knowledge of YAML meets them."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from app.curation import store
from app.web.database import database
from tests.lint import LintingClient, page
from tests.test_curation_pages import AUTHOR, COLLEAGUE, DESK, SHIPPED, client, gate, site
from tests.test_permissions import StandIn

__all__ = ["client", "gate", "site"]

PATH = "organisations/kharkiv-regional-psych-service.yaml"
FORM = f"{DESK}/form"


def controls(text: str) -> dict[str, list[str]]:
    """Return what a browser would send from the form of a page, without its buttons."""
    form = text.partition('<form id="filling"')[2].partition("</form>")[0]
    sent: dict[str, list[str]] = {}
    for found in re.finditer(
        r"<input ([^>]*)>|<textarea ([^>]*)>\n?(.*?)</textarea>|<select ([^>]*)>(.*?)</select>", form, re.S
    ):
        attributes = found[1] or found[2] or found[4]
        name = re.search(r'name="([^"]*)"', attributes)
        assert name
        value = re.search(r'value="([^"]*)"', attributes)
        if found[2]:
            said = found[3]
        elif found[4]:
            chosen = re.search(r'value="([^"]*)" selected', found[5]) or re.search(r'value="([^"]*)"', found[5])
            said = chosen[1] if chosen else ""
        elif re.search(r'type="(checkbox|radio)"', attributes) and " checked" not in attributes:
            continue
        else:
            said = value[1] if value else ""
        sent.setdefault(name[1], []).append(unescape(said))
    return sent


def opened(client: LintingClient, query: str = f"path={PATH}", language: str = "en") -> dict[str, list[str]]:
    answer = client.get(f"/{language}/staff/content/form?{query}")
    assert answer.status_code == 200
    return controls(answer.get_data(as_text=True))


def draft(site: Flask, path: str = PATH) -> str:
    with database(site).reading() as session:
        return store.get_revision(session, store.on_desk(session, path)).text


def test_a_phone_is_changed_in_the_form_and_nothing_else_in_the_file(site: Flask, client: LintingClient) -> None:
    assert "Edit in a form" in page(client, f"{DESK}/item?path={PATH}")
    form = opened(client)
    form |= {"phones-1-number": ["+380500719920"], "change": ["meaning"], "do": ["save"]}
    answer = client.post(FORM, data=form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert draft(site) == SHIPPED.files[PATH].replace("+380500719929", "+380500719920")


def test_saving_without_a_change_says_so(client: LintingClient) -> None:
    text = page(client, FORM, 422, data=opened(client) | {"change": ["minor"], "do": ["save"]})  # type: ignore[arg-type]
    assert "nothing was changed" in text


def test_rows_are_added_and_taken_out_without_script(client: LintingClient) -> None:
    form = opened(client)
    form["name-en"] = ["A name typed before"]
    more = page(client, FORM, data=form | {"add": ["phones"]})  # type: ignore[arg-type]
    assert 'id="phones-3-number"' in more
    assert "A name typed before" in more
    fewer = page(client, FORM, data=controls(more) | {"drop": ["phones-0"]})  # type: ignore[arg-type]
    assert 'id="phones-3-number"' not in fewer
    assert 'name="phones-0-was" value="1"' in fewer


@pytest.mark.parametrize(("language", "title"), [("uk", "Помилка"), ("en", "Error")])
def test_a_fault_stands_at_its_field_and_nothing_typed_is_lost(
    site: Flask, client: LintingClient, language: str, title: str
) -> None:
    form = opened(client, language=language)
    form |= {"phones-0-number": ["sixteen 98"], "go_for-en": ["What I typed"], "change": ["minor"], "do": ["save"]}
    answer = client.post(f"/{language}/staff/content/form", data=form)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f"<title>{title}" in text
    assert 'href="#phones-0-number"' in text
    assert 'id="phones-0-number-wrong"' in text
    assert controls(text)["go_for-en"] == ["What I typed"]
    again = client.post(f"/{language}/staff/content/form", data=controls(text) | {"do": ["keep"]})
    assert again.status_code == 303
    assert "sixteen 98" in draft(site)


def test_the_form_asks_whether_the_meaning_changes(client: LintingClient) -> None:
    form = opened(client) | {"name-en": ["Another name"], "do": ["save"]}
    assert "Say whether the meaning changes." in page(client, FORM, 422, data=form)  # type: ignore[arg-type]


def test_the_second_of_two_who_fill_in_one_form_is_shown_both_texts(client: LintingClient, gate: StandIn) -> None:
    first = opened(client) | {"name-en": ["Name by the author"], "change": ["minor"], "do": ["save"]}
    gate.who = COLLEAGUE
    second = opened(client) | {"go_for-en": ["Words by the colleague"], "change": ["minor"], "do": ["save"]}
    gate.who = AUTHOR
    assert client.post(FORM, data=first).status_code == 303
    gate.who = COLLEAGUE
    text = page(client, FORM, 409, data=second)  # type: ignore[arg-type]
    assert "Name by the author" in text
    assert "Words by the colleague" in text


NEW_BODY = {
    "kind": ["ngo"], "name-uk": ["Дім"], "name-en": ["House"], "go_for-uk": ["Прийдіть."], "go_for-en": ["Come."],
    "not_for-uk": ["Не розшукує."], "not_for-en": ["It does not trace."], "serves": ["family-support"],
    "needs": ["legal-aid"], "regions": ["UA-63"], "languages": ["uk", "en"], "cost": ["free"],
    "sources": ["0522-2025"], "confidence": ["medium"], "checked-date": ["2026-03"], "checked-how": ["page"],
    "how_to_find-uk": ["На площі."], "how_to_find-en": ["On the square."], "change": ["meaning"], "do": ["save"],
}  # fmt: skip


def test_a_new_organisation_is_begun_in_a_form(site: Flask, client: LintingClient) -> None:
    assert "A new organisation" in page(client, DESK)
    form = opened(client, "path=organisations/") | NEW_BODY | {"id": ["house"]}
    assert client.post(FORM, data=form).status_code == 303
    text = draft(site, "organisations/house.yaml")
    assert text.startswith("id: house\nkind: ngo\nname:\n  uk: Дім\n  en: House\ngo_for:\n")
    assert opened(client, "path=organisations/house.yaml")["name-en"] == ["House"]
    taken = page(client, FORM, 422, data=form)  # type: ignore[arg-type]
    assert "taken by a draft" in taken


@pytest.mark.parametrize(
    ("id_", "said"), [("", "Latin letters"), ("Дім", "Latin letters"), ("../house", "Latin letters"),
                      ("ombudsman", "There is an organisation with this short name")],
)  # fmt: skip
def test_a_new_organisation_has_a_name_of_its_own(client: LintingClient, id_: str, said: str) -> None:
    form = opened(client, "path=organisations/") | NEW_BODY | {"id": [id_]}
    text = page(client, FORM, 422, data=form)  # type: ignore[arg-type]
    assert 'href="#id"' in text
    assert said in text
    assert controls(text)["name-uk"] == ["Дім"]


def test_what_a_new_organisation_lacks_is_told_at_each_field(client: LintingClient) -> None:
    form = opened(client, "path=organisations/") | NEW_BODY | {"id": ["house"]}
    for name in ("kind", "name-en", "go_for-uk", "go_for-en", "cost", "confidence"):
        form[name] = [""]
    for name in ("serves", "regions", "languages", "sources"):
        form[name] = []
    text = page(client, FORM, 422, data=form)  # type: ignore[arg-type]
    for id_ in ("kind", "name-en", "go_for-uk", "go_for-en", "serves", "regions", "languages", "cost", "sources",
                "confidence"):  # fmt: skip
        assert f'href="#{id_}"' in text, id_
    assert 'href="#name-uk"' not in text


def test_hours_and_exceptions_are_filled_in_line_by_line(site: Flask, client: LintingClient) -> None:
    form = opened(client) | {"add": ["exceptions"]}
    form = controls(page(client, FORM, data=form)) | {"add": ["hours"]}  # type: ignore[arg-type]
    form |= {"hours": ["Mo-Th"], "hours-opens": ["09:00"], "hours-closes": ["18:00"]}
    form = controls(page(client, FORM, data=form))  # type: ignore[arg-type]
    assert form["hours"] == ["Mo-Th", ""]
    form |= {"hours": ["Mo-Th", "Fr"], "hours-opens": ["09:00", "09:00"], "hours-closes": ["18:00", "08:00"]}
    form |= {"exceptions-0-valid_from": ["2026-12-25"], "exceptions-0-hours": ["closed"], "do": ["save"]}
    form |= {"exceptions-0-reason-uk": ["Різдво"], "change": ["meaning"]}
    text = page(client, FORM, 422, data=form)  # type: ignore[arg-type]
    assert 'href="#hours"' in text
    assert 'href="#exceptions-0-reason-en"' in text
    form |= {"hours-closes": ["18:00", "16:45"], "exceptions-0-reason-en": ["Christmas"]}
    assert client.post(FORM, data=form).status_code == 303
    assert "hours: Mo-Th 09:00-18:00; Fr 09:00-16:45\nexceptions:\n- valid_from: 2026-12-25" in draft(site)


def test_a_form_saves_itself_as_a_draft_and_on_into_it(site: Flask, client: LintingClient) -> None:
    form = opened(client) | {"name-en": ["First words"]}
    begun = client.post(f"{FORM}/autosave", data=form).get_json()
    form |= {name: [str(value)] for name, value in begun.items()} | {"name-en": ["Second words"]}
    assert client.post(f"{FORM}/autosave", data=form).get_json()["revision"] == begun["revision"]
    assert draft(site) == re.sub(r"  en: .*\n", "  en: Second words\n", SHIPPED.files[PATH], count=1)


def test_what_a_colleague_saved_meanwhile_is_not_overwritten_on_the_way(
    site: Flask, client: LintingClient, gate: StandIn
) -> None:
    first, second = opened(client), opened(client) | {"name-en": ["Name by the colleague"]}
    assert client.post(f"{FORM}/autosave", data=first).get_json() == {}
    gate.who = COLLEAGUE
    theirs = client.post(f"{FORM}/autosave", data=second).get_json()
    gate.who = AUTHOR
    mine = first | {"name-en": ["Name by the author"]}
    assert client.post(f"{FORM}/autosave", data=mine).status_code == 409
    of_theirs = mine | {"revision": [theirs["revision"]], "version": ["0"]}
    assert client.post(f"{FORM}/autosave", data=of_theirs).status_code == 409
    elsewhere = {**of_theirs, **opened(client, "path=organisations/zmina.yaml"), "revision": [theirs["revision"]]}
    assert client.post(f"{FORM}/autosave", data=elsewhere).status_code == 404
    assert "Name by the colleague" in draft(site)


def test_a_new_organisation_saves_itself_once_it_has_a_name_and_is_then_saved_as_it_is(
    site: Flask, client: LintingClient
) -> None:
    form = opened(client, "path=organisations/") | NEW_BODY
    answer = client.post(f"{FORM}/autosave", data=form)
    assert answer.status_code == 422
    assert "Latin letters" in answer.get_json()["said"]
    form |= {"id": ["house"], "name-en": ["Hou"]}
    form |= {k: [str(v)] for k, v in client.post(f"{FORM}/autosave", data=form).get_json().items()}
    assert client.post(FORM, data=form | {"name-en": ["House"]}).status_code == 303
    text = draft(site, "organisations/house.yaml")
    assert text.startswith("id: house\n")
    assert "Hou\n" not in text


def test_a_term_is_found_and_changed_in_its_own_lines(site: Flask, client: LintingClient) -> None:
    assert "entry=register" in page(client, f"{FORM}?path=glossary.yaml&q=unified+register")
    form = opened(client, "path=glossary.yaml&entry=register")
    form |= {"name-en": ["The Unified Register"], "change": ["minor"], "do": ["save"]}
    assert client.post(FORM, data=form).status_code == 303
    old, new = SHIPPED.files["glossary.yaml"].splitlines(), draft(site, "glossary.yaml").splitlines()
    assert [(a, b) for a, b in zip(old, new, strict=True) if a != b] == [
        ("    en: Unified Register of Persons Missing under Special Circumstances", "    en: The Unified Register")
    ]


def test_a_new_source_needs_a_name_of_its_own(site: Flask, client: LintingClient) -> None:
    form = opened(client, "path=sources.yaml&new=1")
    form |= {
        "id": ["0522-2025"], "title-uk": ["Назва"], "title-en": ["Title"], "publisher": ["example.org"],
        "url": ["https://example.org/page"], "change": ["minor"], "do": ["save"],
    }  # fmt: skip
    assert 'href="#id"' in page(client, FORM, 422, data=form)  # type: ignore[arg-type]
    assert client.post(FORM, data=form | {"id": ["example-page"]}).status_code == 303
    assert draft(site, "sources.yaml").startswith(SHIPPED.files["sources.yaml"])
    assert "example-page:\n" in draft(site, "sources.yaml")


@pytest.mark.parametrize("path", ["pathways/steps/dna-sample/step.yaml", "pathways/steps/dna-sample/uk.yaml"])
def test_a_step_has_forms_for_its_course_and_its_words(client: LintingClient, path: str) -> None:
    assert "lines-0" in str(opened(client, f"path={path}"))


@pytest.mark.parametrize("query", ["path=topics.yaml", "path=sources.yaml&entry=none", "path=organisations/none.yaml"])
def test_what_has_no_form_is_not_there(client: LintingClient, query: str) -> None:
    page(client, f"{FORM}?{query}", 404)


def test_what_is_inserted_is_found_without_script_and_the_text_stays(client: LintingClient) -> None:
    form = {"path": "articles/four-lists/en.md", "text": "What I typed", "sought": "ombudsman", "do": "find"}
    text = page(client, f"{DESK}/edit", data=form)
    assert "What I typed" in text
    assert "(org:ombudsman)" in text


def test_a_script_finds_what_is_inserted(client: LintingClient) -> None:
    found = client.get(f"{DESK}/insertions.json?q=0522-2025&path=articles/four-lists/en.md").get_json()
    assert [one["mark"] for one in found] == ["[^0522-2025]"]
    assert client.get(f"{DESK}/insertions.json?q=").get_json() == []
