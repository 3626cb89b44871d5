"""A text changes, its reader is told, a translator confirms, a native approves: the pages of all four."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import escape
from io import BytesIO
from urllib.parse import urlencode

import brotli
import pytest
from flask import Flask

from app.accounts.model import PERMISSIONS, Role
from app.config import Settings
from app.content.confirmed import Edit, Standing, parts, prints, prose_parts, published, with_standings
from app.content.library import Library
from app.curation import store as revisions
from app.curation.actions import begin_draft
from app.curation.model import Change
from app.edition import check_edition, read_edition
from app.guidance.model import ArticleText
from app.guidance.outdated import MOST_SHOWN, marks
from app.live import FOLLOWER
from app.site import create_app
from app.web.access import Actor
from app.web.database import database as database_of
from tests.lint import LintingClient, page
from tests.test_curation_pages import AUTHOR, REVIEWER, SHIPPED, approved, client, gate, hidden, press, site
from tests.test_permissions import StandIn

__all__ = ["client", "gate", "site"]
TRANSLATOR = Actor("translator", frozenset(PERMISSIONS[Role.TRANSLATOR]))
UK, EN = "articles/four-lists/uk.md", "articles/four-lists/en.md"
TEXT = SHIPPED.files[UK]
SECOND = parts(UK, TEXT)[2]
"""The first section that has a heading."""
CHANGED = TEXT.replace(SECOND.text, SECOND.text.rstrip() + "\n\nЦе речення нове.\n\n", 1)
READ = "/en/articles/four-lists"
DESK = "/en/staff/translations"
EDIT = f"{DESK}/edit?{urlencode({'path': UK, 'into': 'en'})}"
MARK = "This part has changed in Ukrainian on"
UNREAD = "No native reader has approved this translation yet."


def shown(site: Flask, client: LintingClient, address: str = READ) -> str:
    """Return a page of the edition that is live by now."""
    site.extensions[FOLLOWER].step()
    return client.get(address).get_data(as_text=True)


def publish(client: LintingClient, gate: StandIn, text: str, path: str = UK) -> None:
    address = approved(client, gate, text, path)
    press(client, "/en/staff/content/publish", revision=address.rsplit("/", 1)[-1])


def form_of(text: str) -> dict[str, str]:
    """Return what a browser would send of a translator's form that nobody touched."""
    found = {
        name: re.sub(r"^\n", "", value)
        for name, value in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', text, re.S)
    }
    for name in ("path", "into", "version", "sheet"):
        found[name] = hidden(text, name)
    found["anchors"] = hidden(text, "anchors")
    return found


def test_a_reader_is_told_what_changed_until_a_translator_confirms_it(
    site: Flask, client: LintingClient, gate: StandIn
) -> None:
    assert MARK not in shown(site, client)
    publish(client, gate, CHANGED)
    text = shown(site, client)
    assert text.count(MARK) == 1
    before, _, after = text.partition(MARK)
    assert re.search(r'<details><summary>The Ukrainian text</summary><div lang="uk">.*Це речення нове\.', after, re.S)
    assert before.rstrip().endswith('<div class="note"><p>'), "the mark stands in a note"
    heading = parts(EN, SHIPPED.files[EN])[2].title
    assert re.search(rf"{re.escape(escape(heading))}</h2>\s*<div class=\"note\"><p>$", before), "below its heading"
    assert "Це речення нове" in shown(site, client, READ.replace("/en/", "/uk/"))

    gate.who = TRANSLATOR
    sheet = page(client, EDIT)
    assert "1 section to look at" in sheet
    assert "<ins>Це речення нове.</ins>" in sheet
    typed = form_of(sheet)
    typed["text-2"] += "\n\nThis sentence is new."
    address = press(client, f"{DESK}/edit", **typed, **{"ok-2": "1", "do": "submit"})
    assert "in review" in page(client, address)
    with database_of(site).reading() as session:
        id_ = revisions.on_desk(session, EN)
    gate.who = REVIEWER
    press(client, f"/en/staff/content/revisions/{id_}/approve")
    press(client, "/en/staff/content/publish", revision=id_)
    text = shown(site, client)
    assert MARK not in text
    assert "This sentence is new." in text


def test_a_page_says_that_no_native_reader_approved_it_until_one_has(
    site: Flask, client: LintingClient, gate: StandIn
) -> None:
    assert UNREAD in shown(site, client)
    assert "носій мови" not in shown(site, client, READ.replace("/en/", "/uk/")), "the source is no translation"
    gate.who = REVIEWER
    native = {"path": UK, "into": "en"}
    assert "Say that it is your mother tongue." in page(client, f"{DESK}/native", 422, data=native)
    assert "Your approval is noted." in page(client, press(client, f"{DESK}/native", **native, native="1"))
    assert UNREAD not in shown(site, client)


def test_a_translator_does_not_approve_as_a_native_reader(client: LintingClient, gate: StandIn) -> None:
    gate.who = TRANSLATOR
    assert client.post(f"{DESK}/native", data={"path": UK, "into": "en", "native": "1"}).status_code == 403
    assert "Approve as a native reader" not in page(client, EDIT)


def test_a_text_that_changed_while_somebody_wrote_is_not_saved_over(
    site: Flask, client: LintingClient, gate: StandIn
) -> None:
    gate.who = TRANSLATOR
    first, second = form_of(page(client, EDIT)), form_of(page(client, EDIT))
    first["text-2"] += "\n\nMine."
    second["text-2"] += "\n\nYours."
    press(client, f"{DESK}/edit", **first, do="save")
    text = page(client, f"{DESK}/edit", 409, data={**second, "do": "save"})
    assert "Nothing was saved" in text
    assert "Yours." in form_of(text)["text-2"]
    assert re.search(r"What stands in the draft now</summary><pre[^>]*>.*Mine\.", text, re.S)
    press(client, f"{DESK}/edit", **form_of(text), do="save")


def test_a_draft_is_saved_on_the_way_and_the_form_can_save_again(client: LintingClient, gate: StandIn) -> None:
    gate.who = TRANSLATOR
    typed = form_of(page(client, EDIT))
    for number in (1, 2):
        typed["text-2"] += f"\n\nSentence {number}."
        said = client.post(f"{DESK}/autosave", data=typed).get_json()
        assert (said["saved"], said["version"]) == (True, number)
        typed |= {"version": str(said["version"]), "sheet": said["sheet"]}
    assert client.post(f"{DESK}/autosave", data={**typed, "version": "1"}).status_code == 409


def test_a_translation_in_review_is_shown_and_not_changed(client: LintingClient, gate: StandIn) -> None:
    gate.who = TRANSLATOR
    typed = form_of(page(client, EDIT))
    typed["text-2"] += "\n\nNew."
    press(client, f"{DESK}/edit", **typed, do="submit")
    text = page(client, EDIT)
    assert "Save the draft" not in text
    assert "not open to changes" in page(client, f"{DESK}/edit", 409, data={**form_of(text), "do": "save"})


def test_a_new_translation_needs_a_title(client: LintingClient, gate: StandIn) -> None:
    gate.who = TRANSLATOR
    sheet = page(client, EDIT.replace("into=en", "into=pl"))
    text = page(client, f"{DESK}/edit", 422, data={**form_of(sheet), "do": "save"})
    assert "Write the title and, below it, the summary." in text


@pytest.mark.parametrize("asked", ["path=articles/four-lists/en.md&into=en", f"path={UK}&into=uk", ""])
def test_no_other_text_has_a_translators_page(client: LintingClient, gate: StandIn, asked: str) -> None:
    gate.who = TRANSLATOR
    assert client.get(f"{DESK}/edit?{asked}").status_code == 404


@pytest.mark.parametrize("language", ["uk", "en"])
def test_the_dashboard_counts_by_language_and_lists_what_is_outdated(
    site: Flask, client: LintingClient, gate: StandIn, language: str
) -> None:
    publish(client, gate, CHANGED)
    site.extensions[FOLLOWER].step()
    gate.who = TRANSLATOR
    desk = DESK.replace("/en/", f"/{language}/")
    text = page(client, f"{desk}?into=en&state=outdated")
    assert text.count('<tr class="late">') == 1
    assert UK in text
    assert "+0 ~1 −0" in text
    assert page(client, f"{desk}?into=pl&state=outdated").count('<tr class="late">') == 0
    assert "100" not in re.findall(r'<progress max="100" value="(\d+)" aria-label="English"', text)
    assert page(client, f"{desk}?into=crh&state=missing&from=100")


def test_the_heaviest_article_fits_a_weak_signal_when_all_of_it_is_outdated(
    library: Library, settings: Settings
) -> None:
    heaviest = max((path for path in library.paths("articles/", "/uk.md")), key=lambda path: len(library.files[path]))
    english = heaviest.replace("uk.md", "en.md")
    new = re.sub(r"^(#{2,3} .+\n)", r"\1\nНове.\n", library.files[heaviest], flags=re.M)
    files = {**library.files, heaviest: new}
    known = published(library.files, files, {}, [Edit(heaviest, False, "2026-05-03")])
    outdated = with_standings(Library.of(files), known)
    assert check_edition(outdated) == []
    response = LintingClient(create_app(settings, read_edition(outdated))).get(
        f"/en/{english.removesuffix('/en.md')}", headers={"Accept-Encoding": "br"}
    )
    text = brotli.decompress(response.data).decode()
    assert text.count(MARK) == len(prints(parts(heaviest, new))) - 2
    assert len(response.data) < 14 * 1024
    assert "<script" not in text.partition('<div class="prose">')[2].partition("</article>")[0]


def test_what_one_page_does_not_take_in_is_one_tap_away() -> None:
    body = "".join(f"## Розділ {number}\n\n{'слово ' * 300}\n\n" for number in range(6))
    source = ArticleText("Назва", "Зміст", body, date(2026, 5, 3))
    stands_on = tuple((section.anchor, "other") for section in prose_parts("Назва", "Зміст", body))
    found = marks(source, Standing("", stands_on, {}, is_native=False))
    assert len(found) == 8
    assert sum(len(mark.body) for mark in found if mark.is_shown) <= MOST_SHOWN
    assert [mark.is_shown for mark in found] == [True] * 5 + [False] * 3


def test_a_new_section_is_read_in_ukrainian_at_its_place_and_a_removed_one_marked(
    library: Library, settings: Settings
) -> None:
    third = parts(UK, TEXT)[3]
    new = TEXT.replace(SECOND.text, "", 1).replace(
        third.text, f"## Зовсім нове\n\nПро це ще не було.\n\n{third.text}", 1
    )
    files = {**library.files, UK: new}
    known = published(library.files, files, {}, [Edit(UK, False, "2026-05-03")])
    outdated = with_standings(Library.of(files), known)
    assert check_edition(outdated) == [], "an older translation has the sections of the source that it stands on"
    broken = {**outdated.files, EN: outdated.files[EN] + "\n## One too many\n\nWords.\n"}
    assert "headings" in [fault.place for fault in check_edition(Library.of(broken))]
    site = create_app(settings, read_edition(outdated))
    text = LintingClient(site).get(READ).get_data(as_text=True)
    assert text.count("This part has changed in Ukrainian") + text.count("no longer in the Ukrainian") >= 1
    assert "Про це ще не було." in text


def test_a_text_that_is_not_translated_is_no_fault(library: Library) -> None:
    assert check_edition(Library.of({path: text for path, text in library.files.items() if path != EN})) == []


def test_every_shipped_article_is_translated(library: Library) -> None:
    for path in library.paths("articles/", "/uk.md"):
        assert path.replace("/uk.md", "/en.md") in library.files


def test_an_editor_sees_translations_too(client: LintingClient, gate: StandIn) -> None:
    gate.who = AUTHOR
    assert "Coverage by language" in page(client, DESK)


def test_a_text_goes_out_as_xliff_and_comes_back_as_a_draft(client: LintingClient, gate: StandIn) -> None:
    gate.who = TRANSLATOR
    assert "This text as XLIFF" in page(client, EDIT)
    document = client.get(f"{DESK}/xliff/en?{urlencode({'path': UK})}").data
    heading = parts(EN, SHIPPED.files[EN])[2].title
    changed = document.decode().replace(f"## {heading}", f"## {heading} indeed")
    upload = {"into": "en", "file": (BytesIO(changed.encode()), "en.xlf")}
    response = client.post(f"{DESK}/xliff", data=upload, content_type="multipart/form-data")
    assert "1 draft was saved." in response.get_data(as_text=True)
    assert f"## {heading} indeed" in form_of(page(client, EDIT))["text-2"]


@pytest.mark.parametrize("kind", ["xliff", "words"])
def test_a_file_of_another_kind_is_refused(client: LintingClient, gate: StandIn, kind: str) -> None:
    gate.who = TRANSLATOR
    data = {"into": "pl", "file": (BytesIO(b"\xff\x00 no such file"), "x")}
    response = client.post(f"{DESK}/{kind}", data=data, content_type="multipart/form-data")
    assert response.status_code == 422


BODY = "organisations/national-police.yaml"
CARD = f"{DESK}/edit?{urlencode({'path': f'{BODY}/uk', 'into': 'en'})}"


def test_a_card_is_translated_field_by_field_without_its_file(client: LintingClient, gate: StandIn) -> None:
    gate.who = TRANSLATOR
    sheet = page(client, CARD)
    assert "Competent for" in sheet
    typed = form_of(sheet)
    place = typed["anchors"].split("\n").index("go_for")
    typed[f"text-{place}"] = "File the statement here."
    assert "in review" in page(client, press(client, f"{DESK}/edit", **typed, do="submit"))
    assert f"{BODY}/uk" in page(client, f"{DESK}?into=en&kind=organisation&q=national-police")


def test_a_translator_does_not_send_what_an_editor_has_begun_to_review(
    site: Flask, client: LintingClient, gate: StandIn
) -> None:
    gate.who = AUTHOR
    with database_of(site).writing() as session:
        begin_draft(
            session, BODY, SHIPPED.files[BODY].replace("cost: free", "cost: not-stated"), shipped=SHIPPED,
            change=Change.MEANING, note="", actor="account:editor", now=datetime(2026, 5, 3, tzinfo=UTC),
        )  # fmt: skip
    gate.who = TRANSLATOR
    text = page(client, press(client, f"{DESK}/edit", **form_of(page(client, CARD)), do="submit"))
    assert "The editor sends both to review together." in text
    assert "in review" not in text


def test_words_of_the_route_and_steps_have_a_translators_page(client: LintingClient, gate: StandIn) -> None:
    gate.who = TRANSLATOR
    for source, said in (("pathways/words/uk.yaml", "who: Question"), ("pathways/steps/dna-sample/uk.yaml", "(two)")):
        text = page(client, f"{DESK}/edit?{urlencode({'path': source, 'into': 'en'})}")
        assert said in text
        assert "<details><summary><h2" in text
    typed = form_of(page(client, f"{DESK}/edit?{urlencode({'path': 'pathways/words/uk.yaml', 'into': 'en'})}"))
    press(client, f"{DESK}/edit", **typed, do="all")
