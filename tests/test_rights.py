"""Rights at the editors' desk: by role, and within limits to kinds of texts, topics and languages."""

from __future__ import annotations

import pytest
from flask import Flask

from app.accounts.model import PERMISSIONS, FourEyesError, Role
from app.audit.store import Wanted, records
from app.curation import actions as curation
from app.curation import store as desk
from app.curation.limiting import actions
from app.curation.limiting.model import Bound, Limit, limits_of, lines_of
from app.curation.listening.actions import suggest
from app.curation.listening.model import Item, Said, Wrong
from app.curation.model import Change, Deed
from app.curation.rights import (
    EVERYTHING,
    SITE,
    Area,
    Limits,
    NotAllowedError,
    Rights,
    area_of,
    checked,
    may,
    topics_of,
)
from app.guidance.model import Guidance, Topics
from app.pathways.model import Pathways
from app.storage.database import Database
from app.web.access import Actor
from app.web.database import database as database_of
from app.web.edition import Edition
from tests.lint import LintingClient, page
from tests.test_curation_pages import CHANGED, DESK, PATH, SHIPPED, client, gate, saved, site
from tests.test_people_pages import desk_client, joined, people
from tests.test_permissions import StandIn
from tests.test_revisions import NOW

__all__ = ["client", "desk_client", "gate", "people", "site"]

ADMINISTRATOR = "account:chief"
STEP = "pathways/steps/dna-sample/step.yaml"
WORDS = Limits(areas=frozenset({Area.TERMS, Area.SOURCES}))
DNA = Limits(topics=frozenset({"dna"}))


def rights(limits: Limits, role: Role = Role.REVIEWER, topics: tuple[str, ...] = ()) -> Rights:
    return Rights(PERMISSIONS[role], limits, lambda _: topics)


def limit(site: Flask, limits: Limits, account: str = "account:author") -> None:
    with database_of(site).writing() as session:
        actions.limit(session, account, limits, actor=ADMINISTRATOR, now=NOW)


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("articles/four-lists/uk.md", Area.ARTICLES), ("articles/four-lists/en.md", Area.TRANSLATIONS),
        ("articles/four-lists/asks.yaml", Area.ARTICLES), ("organisations/ombudsman.yaml", Area.ORGANISATIONS),
        (STEP, Area.PATHWAYS), ("glossary.yaml", Area.TERMS), ("sources.yaml", Area.SOURCES),
        ("pages/about/uk.md", Area.PAGES), ("pages/about/en.md", Area.TRANSLATIONS), ("topics.yaml", Area.OTHER),
    ],
)  # fmt: skip
def test_every_text_has_a_kind(path: str, area: Area) -> None:
    assert area_of(path) is area
    assert may(rights(Limits(areas=frozenset({area}))), path, Deed.PUBLISH)
    assert not may(rights(Limits(areas=frozenset(Area) - {area})), path, Deed.PUBLISH)


def test_without_limits_everybody_may_what_the_role_allows() -> None:
    for path in SHIPPED.files:
        assert may(rights(EVERYTHING), path, Deed.APPROVE)
        assert may(rights(EVERYTHING, Role.EDITOR), path, Deed.SAVE)
        assert not may(rights(EVERYTHING, Role.EDITOR), path, Deed.APPROVE)


def test_limits_never_allow_what_the_role_does_not() -> None:
    everything = Limits(areas=frozenset(Area))
    assert not may(rights(everything, Role.TRANSLATOR), "glossary.yaml", Deed.SAVE)
    assert not may(rights(everything, Role.EDITOR), "glossary.yaml", Deed.PUBLISH)


def test_a_topic_bounds_what_is_about_topics_and_nothing_else() -> None:
    assert may(rights(DNA, topics=("register", "dna")), PATH, Deed.SAVE)
    assert not may(rights(DNA, topics=("register",)), PATH, Deed.SAVE)
    assert may(rights(DNA, topics=()), "glossary.yaml", Deed.SAVE)
    with pytest.raises(NotAllowedError):
        checked(rights(DNA, topics=("register",)), PATH, Deed.SAVE)


def test_a_language_bounds_translations_and_nothing_else() -> None:
    english = rights(Limits(languages=frozenset({"en"})))
    assert may(english, "articles/four-lists/en.md", Deed.SAVE)
    assert not may(english, "articles/four-lists/de.md", Deed.SAVE)
    assert may(english, "articles/four-lists/uk.md", Deed.SAVE)


def test_items_take_their_topics_from_the_articles_that_go_with_them(edition: Edition) -> None:
    topics, guidance, route = edition.part(Topics), edition.part(Guidance), edition.part(Pathways)

    def of(path: str) -> frozenset[str]:
        return topics_of(path, topics, guidance, route)

    assert of("articles/dna-sample/en.md") == {"dna"}
    assert "dna" in of(STEP)
    assert of("pathways/steps/dna-sample/uk.yaml") == of(STEP)
    assert of("pathways/situations/awol_dispute.yaml") == {"money"}
    named = next(iter(guidance.articles["dna-sample"].facts.organisations))
    assert "dna" in of(f"organisations/{named}.yaml")
    for path in ("glossary.yaml", "articles/new/uk.md", "pathways/steps/new/step.yaml", "organisations/new.yaml"):
        assert of(path) == set()


def test_what_readers_say_is_bound_by_the_same_topics() -> None:
    assert DNA.let_topic("dna")
    assert not DNA.let_topic("register")
    assert DNA.let_topic("organisations")
    assert WORDS.let_topic("glossary")
    assert not WORDS.let_topic("organisations")
    assert not WORDS.let_topic("dna")
    assert WORDS.let_topic(SITE)
    assert EVERYTHING.let_topic("dna")


def test_limits_are_kept_as_lines_and_read_back() -> None:
    limits = Limits(frozenset({Area.TERMS}), frozenset({"dna", "law"}), frozenset({"en"}))
    assert limits_of(lines_of(limits)) == limits
    assert limits_of([Limit(Bound.AREA, "gone")]) == EVERYTHING


def test_limits_are_set_and_lifted_line_by_line_in_the_record(database: Database) -> None:
    with database.writing() as session:
        actions.limit(session, "account:a", WORDS, actor=ADMINISTRATOR, now=NOW)
        actions.limit(session, "account:a", Limits(areas=frozenset({Area.TERMS})), actor=ADMINISTRATOR, now=NOW)
        actions.limit(session, "account:a", Limits(areas=frozenset({Area.TERMS})), actor=ADMINISTRATOR, now=NOW)
    with database.reading() as session:
        assert actions.limits(session, "account:a").areas == {Area.TERMS}
        assert actions.limits(session, "account:b") == EVERYTHING
        found = [(one.event, one.details["limit"]) for one in records(session, Wanted())]
    assert sorted(found) == [
        ("limit.lifted", "area:sources"), ("limit.set", "area:sources"), ("limit.set", "area:terms"),
    ]  # fmt: skip


def test_nobody_changes_their_own_limits(database: Database) -> None:
    with database.writing() as session, pytest.raises(FourEyesError):
        actions.limit(session, ADMINISTRATOR, WORDS, actor=ADMINISTRATOR, now=NOW)


def test_a_limited_editor_is_refused_on_a_clear_page_and_nothing_is_written(site: Flask, client: LintingClient) -> None:
    limit(site, WORDS)
    form = {"path": PATH, "text": CHANGED, "revision": "", "version": "", "change": "meaning", "do": "save"}
    for text in (page(client, f"{DESK}/edit", 403, data=form), page(client, f"{DESK}/edit?path={PATH}", 403)):
        assert "not among yours" in text
        assert "Words explained, Sources" in text
    for address in (
        f"{DESK}/form?path=organisations/ombudsman.yaml", f"{DESK}/retire?path={PATH}", f"{DESK}/steps/new",
        "/en/staff/verification/bodies/ombudsman",
    ):  # fmt: skip
        assert "not among yours" in page(client, address, 403)
    with database_of(site).reading() as session:
        assert list(desk.open_revisions(session)) == []
    page(client, f"{DESK}/edit?path=glossary.yaml")


def test_a_limited_editor_sees_their_own_texts_and_reads_the_others_without_buttons(
    site: Flask, client: LintingClient
) -> None:
    address = saved(client, CHANGED)
    limit(site, WORDS)
    text = page(client, DESK)
    assert "glossary.yaml" in text
    assert PATH not in text
    assert "A new step" not in text
    assert "A new term" in text
    assert PATH in page(client, f"{DESK}?whose=all&q=four-lists")
    assert "Retire" not in page(client, f"{DESK}/item?path={PATH}")
    shown = page(client, address)
    assert "not among yours" in shown
    assert "Send to review" not in shown
    for deed in ("submit", "discard", "merge", "restore", "comments"):
        assert "not among yours" in page(client, f"{address}/{deed}", 403, data={"comment": "Words"})


def test_a_reviewer_publishes_and_approves_only_within_their_topics(
    site: Flask, client: LintingClient, gate: StandIn
) -> None:
    limit(site, DNA, "account:reviewer")
    with database_of(site).writing() as session:
        one = curation.begin_draft(
            session, PATH, CHANGED, shipped=SHIPPED, change=Change.MINOR, note="", actor="account:author", now=NOW
        )
        curation.submit(session, one.id, actor="account:author", now=NOW)
    gate.who = Actor("reviewer", frozenset(PERMISSIONS[Role.REVIEWER]))
    for address, data in (
        (f"{DESK}/revisions/{one.id}/approve", {}), (f"{DESK}/revisions/{one.id}/return", {"reason": "Because"}),
        (f"{DESK}/publish", {"revision": one.id}),
    ):  # fmt: skip
        assert "not among yours" in page(client, address, 403, data=data)


def test_a_translator_is_limited_to_a_language(site: Flask, client: LintingClient, gate: StandIn) -> None:
    gate.who = Actor("translator", frozenset(PERMISSIONS[Role.TRANSLATOR]))
    limit(site, Limits(languages=frozenset({"de"})), "account:translator")
    assert "four-lists" not in page(client, "/en/staff/translations?into=en")
    assert "Save the draft" not in page(client, "/en/staff/translations/edit?path=articles/four-lists/uk.md&into=en")
    assert "not among yours" in page(
        client, "/en/staff/translations/edit", 403, data={"path": "articles/four-lists/uk.md", "into": "en"}
    )


def test_reports_of_readers_are_listed_and_answered_within_the_limits(site: Flask, client: LintingClient) -> None:
    limit(site, WORDS)
    ids = {}
    with database_of(site).writing() as session:
        for about, item in (
            ("articles/four-lists", Item(PATH, "register")), ("glossary", Item("glossary.yaml", "glossary")),
        ):  # fmt: skip
            said = Said.of(about=about, fact="", wrong=Wrong.UNCLEAR, text=about, email="", language="uk")
            ids[about] = suggest(session, said, item, now=NOW)
    for query in ("", "?topics=all"):
        text = page(client, f"/en/staff/suggestions{query}")
        assert ids["glossary"] in text
        assert ids["articles/four-lists"] not in text
    address = f"/en/staff/suggestions/{ids['articles/four-lists']}"
    assert "not answer it" in page(client, address)
    for deed in ("assign", "answer", "draft"):
        assert "not among yours" in page(client, f"{address}/{deed}", 403, data={"words": "An answer"})
    assert client.post(f"/en/staff/suggestions/{ids['glossary']}/assign", data={}).status_code == 303
    assert "not among yours" in page(client, "/en/staff/suggestions/topics", 403, data={"topic": "dna"})


def test_verification_shows_and_takes_what_is_within_the_limits(site: Flask, client: LintingClient) -> None:
    text = page(client, "/en/staff/verification?what=phone")
    path, key = (text.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("path", "fact"))
    assert path.startswith("organisations/")
    limit(site, Limits(areas=frozenset({Area.TERMS})))
    assert path not in page(client, "/en/staff/verification?what=phone")
    fact = {"path": path, "fact": key, "how": "answered"}
    assert "not among yours" in page(client, "/en/staff/verification", 403, data=fact)


def test_an_administrator_limits_an_editor_and_nobody_else(people: Flask, desk_client: LintingClient) -> None:
    editor = joined(database_of(people), "editor@example.org", Role.EDITOR)
    address = f"/en/staff/people/{editor}/limits"
    assert address in page(desk_client, f"/en/staff/people/{editor}")
    text = page(desk_client, address)
    assert "checked" not in text
    typed = {"area": ["terms", "no-such"], "topic": ["dna", "no-such"], "language": ["en", "uk"]}
    assert desk_client.post(address, data=typed).status_code == 303
    text = page(desk_client, address)
    assert text.count(" checked>") == 3
    with database_of(people).reading() as session:
        assert actions.limits(session, f"account:{editor}") == Limits(
            frozenset({Area.TERMS}), frozenset({"dna"}), frozenset({"en"})
        )
    page(desk_client, "/en/staff/people/nobody/limits", 404)
