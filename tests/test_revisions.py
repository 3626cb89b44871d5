"""Revisions of content: drafted, reviewed by another person, published once, never broken, never lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from app.audit.store import Wanted, records
from app.content.library import Fault, Library
from app.content.moved import MOVED, moves_of
from app.content.store import live_digest, live_number, record_edition
from app.curation import actions, store
from app.curation.model import Change, Deed, NoReasonError, OwnWorkError, PathError, Revision, State, StateError
from app.curation.overlay import Check
from app.storage.database import Database

NOW = datetime(2026, 4, 16, 12, tzinfo=UTC)
AUTHOR, REVIEWER, OTHER = "account:author", "account:reviewer", "account:other"
SHIPPED = Library.of(
    {
        "sources.yaml": "a: 1\nb: 2\nc: 3\n",
        "articles/way/uk.md": "---\ntitle: Шлях\n---\nПерший.\n",
        "articles/way/en.md": "---\ntitle: Way\n---\nFirst.\n",
        "organisations/old.yaml": "id: old\n",
        "organisations/new.yaml": "id: new\n",
    }
)
PATH = "sources.yaml"


def sound(_: Library) -> Sequence[Fault]:
    return ()


def no_broken(library: Library) -> Sequence[Fault]:
    """Every text that says BROKEN is a fault at its path."""
    return [Fault(path, "line 1", "is broken; mend it") for path, text in library.files.items() if "BROKEN" in text]


@pytest.fixture
def desk(database: Database) -> Desk:
    with database.writing() as session:
        record_edition(session, SHIPPED.digest, NOW)
    return Desk(database)


class Desk:
    """A desk on a database: every deed in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.shipped = SHIPPED
        self.now = NOW

    def draft(self, text: str, path: str = PATH, by: str = AUTHOR) -> Revision:
        with self.database.writing() as session:
            return actions.begin_draft(
                session, path, text, shipped=self.shipped, change=Change.MEANING, note="", actor=by, now=self.now
            )

    def save(self, one: Revision, text: str, by: str = AUTHOR) -> Revision:
        with self.database.writing() as session:
            return actions.save(
                session, one.id, text, version=one.version, change=Change.MINOR, note="", actor=by, now=self.now
            )

    def do(self, deed: Callable[..., Revision], one: Revision, by: str = AUTHOR) -> Revision:
        with self.database.writing() as session:
            return deed(session, one.id, actor=by, now=self.now)

    def approved(self, text: str, path: str = PATH) -> Revision:
        one = self.draft(text, path)
        self.do(actions.submit, one)
        return self.do(actions.approve, one, REVIEWER)

    def publish(self, *ones: Revision, check: Check = sound) -> int:
        with self.database.writing() as session:
            return actions.publish(
                session, [one.id for one in ones], shipped=self.shipped, check=check, actor=REVIEWER, now=self.now
            )

    def published(self, text: str, path: str = PATH) -> Revision:
        one = self.approved(text, path)
        self.publish(one)
        return self.read(one)

    def read(self, one: Revision) -> Revision:
        with self.database.reading() as session:
            return store.get_revision(session, one.id)

    @property
    def live(self) -> Library:
        with self.database.reading() as session:
            return actions.live_library(session, self.shipped)

    @property
    def number(self) -> int:
        with self.database.reading() as session:
            return live_number(session)


def test_what_is_published_stands_in_the_place_of_what_shipped(desk: Desk) -> None:
    before = desk.number
    one = desk.published("a: 1\n")
    assert desk.live.files == {**SHIPPED.files, PATH: "a: 1\n"}
    assert (one.state, one.edition) == (State.PUBLISHED, before + 1)
    with desk.database.reading() as session:
        assert live_digest(session) == desk.live.digest
        assert live_number(session) == before + 1


def test_the_newest_published_text_is_the_live_one(desk: Desk) -> None:
    for text in ("a: 2\n", "a: 3\n", "a: 2\n"):
        desk.published(text)
    assert desk.live.files[PATH] == "a: 2\n"
    assert desk.number == 4


def test_a_new_item_is_added_at_its_path(desk: Desk) -> None:
    desk.published("id: third\n", "organisations/third.yaml")
    assert desk.live.files["organisations/third.yaml"] == "id: third\n"


def test_nobody_approves_a_text_of_which_they_wrote_a_part(desk: Desk) -> None:
    one = desk.draft("a: 1\n")
    one = desk.save(one, "a: 12\n", by=OTHER)
    desk.do(actions.submit, one)
    for author in (AUTHOR, OTHER):
        with pytest.raises(OwnWorkError):
            desk.do(actions.approve, one, author)
    assert desk.do(actions.approve, one, REVIEWER).state is State.APPROVED


def test_a_text_that_nobody_approved_is_not_published(desk: Desk) -> None:
    one = desk.draft("a: 1\n")
    with pytest.raises(StateError):
        desk.publish(one)
    desk.do(actions.submit, one)
    with pytest.raises(StateError):
        desk.publish(one)
    assert desk.live == SHIPPED


def test_a_return_says_why_and_the_text_is_a_draft_again(desk: Desk) -> None:
    one = desk.draft("a: 1\n")
    desk.do(actions.submit, one)
    with desk.database.writing() as session:
        with pytest.raises(NoReasonError):
            actions.send_back(session, one.id, "  ", actor=REVIEWER, now=NOW)
        returned = actions.send_back(session, one.id, "Джерело застаріло.", actor=REVIEWER, now=NOW)
        last = store.steps(session, one.id)[-1]
    assert returned.state is State.DRAFT
    assert (last.deed, last.by, last.note) == (Deed.RETURN, REVIEWER, "Джерело застаріло.")


def test_a_broken_edition_is_refused_with_the_place_and_nothing_changes(desk: Desk) -> None:
    good, bad = desk.approved("a: 1\n"), desk.approved("BROKEN\n", "organisations/new.yaml")
    with pytest.raises(actions.FaultsError) as refused:
        desk.publish(good, bad, check=no_broken)
    assert str(refused.value) == "content/organisations/new.yaml (line 1): is broken; mend it"
    assert desk.live == SHIPPED
    assert desk.number == 1
    assert desk.read(good).state is State.APPROVED


def test_what_is_published_together_is_checked_together(desk: Desk) -> None:
    """Two texts that fit each other only, such as an article and the list that names it."""

    def both(library: Library) -> Sequence[Fault]:
        alone = ("b" in library.files[PATH]) == ("organisations/third.yaml" in library.files)
        return [Fault(PATH, "", "lists what is not there")] if alone else []

    one, other = desk.approved("a: 1\n"), desk.approved("id: third\n", "organisations/third.yaml")
    for single in (one, other):
        with pytest.raises(actions.FaultsError):
            desk.publish(single, check=both)
    assert desk.publish(one, other, check=both) == 2


def test_a_text_published_twice_at_once_is_live_once(desk: Desk) -> None:
    one = desk.approved("a: 1\n")
    together = threading.Barrier(2)

    def press(_: int) -> str:
        together.wait(timeout=10)
        try:
            return str(desk.publish(one))
        except StateError:
            return "too late"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, range(2))) == ["2", "too late"]
    assert desk.number == 2


def test_of_two_published_at_once_the_second_is_checked_with_the_first(desk: Desk) -> None:
    """Each alone is sound, both together are not: one of them is refused."""

    def not_both(library: Library) -> Sequence[Fault]:
        changed = [path for path in SHIPPED.files if library.files[path] != SHIPPED.files[path]]
        return [Fault(changed[1], "", "does not fit the other")] if len(changed) > 1 else []

    ones = [desk.approved("a: 1\n"), desk.approved("id: newer\n", "organisations/new.yaml")]
    together = threading.Barrier(2)

    def press(one: Revision) -> str:
        together.wait(timeout=10)
        try:
            return str(desk.publish(one, check=not_both))
        except actions.FaultsError:
            return "refused"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, ones)) == ["2", "refused"]
    assert not_both(desk.live) == []


def test_of_two_editors_the_second_to_save_is_shown_both_texts(desk: Desk) -> None:
    seen = desk.draft("a: 1\nb: 2\nc: 3\nd: 4\n")
    desk.save(seen, "a: 10\nb: 2\nc: 3\nd: 4\n")
    with pytest.raises(actions.ConflictError) as conflict:
        desk.save(seen, "a: 1\nb: 2\nc: 3\nd: 40\n", by=OTHER)
    assert conflict.value.theirs.text == "a: 10\nb: 2\nc: 3\nd: 4\n"
    assert conflict.value.merged.is_clean
    assert conflict.value.merged.text == "a: 10\nb: 2\nc: 3\nd: 40\n"
    assert desk.read(seen).text == "a: 10\nb: 2\nc: 3\nd: 4\n"
    with pytest.raises(actions.ConflictError) as clash:
        desk.save(seen, "a: 99\nb: 2\nc: 3\nd: 4\n", by=OTHER)
    assert clash.value.merged.clashes == 1
    with pytest.raises(actions.MarksError):
        desk.do(actions.submit, desk.save(clash.value.theirs, clash.value.merged.text, by=OTHER))


def test_an_item_has_one_draft_at_a_time(desk: Desk) -> None:
    first = desk.draft("a: 1\n")
    with pytest.raises(store.OpenRevisionError) as busy:
        desk.draft("a: 2\n", by=OTHER)
    assert busy.value.id == first.id
    desk.do(actions.discard, first)
    assert desk.draft("a: 2\n", by=OTHER).state is State.DRAFT


def test_saving_on_the_way_is_one_line_of_history(desk: Desk) -> None:
    one = desk.draft("a: 1\n")
    with desk.database.writing() as session:
        for number in range(2, 6):
            one = actions.autosave(session, one.id, f"a: {number}\n", version=one.version, actor=OTHER, now=NOW)
        assert [step.deed for step in store.steps(session, one.id)] == [Deed.CREATE, Deed.SAVE]
        assert store.saved_text(session, one.id, 3) is None
        assert store.saved_text(session, one.id, 1) == "a: 1\n"
    with desk.database.reading() as session:
        events = [record.event for record in records(session, Wanted(subject=f"revision:{one.id}"))]
    assert events == ["revision.saved", "revision.begun"]
    assert one.text == "a: 5\n"


def test_a_text_begun_from_another_than_the_live_one_is_merged_before_it_is_published(desk: Desk) -> None:
    late = desk.approved("a: 1\nb: 2\nc: 30\n")
    desk.published("a: 10\nb: 2\nc: 3\n")
    with pytest.raises(actions.StaleError):
        desk.publish(late)
    with desk.database.writing() as session:
        assert actions.is_stale(session, late, shipped=desk.shipped)
        merged = actions.bring_up_to_date(session, late.id, shipped=desk.shipped, actor=OTHER, now=NOW)
    assert merged.text == "a: 10\nb: 2\nc: 30\n"
    assert merged.state is State.DRAFT
    desk.do(actions.submit, merged)
    desk.do(actions.approve, merged, REVIEWER)
    desk.publish(merged)
    assert desk.live.files[PATH] == "a: 10\nb: 2\nc: 30\n"


def upgraded(desk: Desk, text: str = "") -> list[actions.ToMerge]:
    desk.shipped = Library.of({**SHIPPED.files, PATH: text or SHIPPED.files[PATH]})
    with desk.database.reading() as session:
        return actions.to_merge(session, desk.shipped)


def test_an_upgrade_of_a_text_that_editors_changed_waits_to_be_merged(desk: Desk) -> None:
    desk.published("a: 1\nb: 2\nc: 30\n")
    assert upgraded(desk) == []
    [waiting] = upgraded(desk, text="a: 10\nb: 2\nc: 3\n")
    assert desk.live.files[PATH] == "a: 1\nb: 2\nc: 30\n"
    assert waiting.merged.is_clean
    assert waiting.merged.text == "a: 10\nb: 2\nc: 30\n"
    with desk.database.writing() as session:
        one = actions.begin_merge(
            session, PATH, waiting.merged.text, shipped=desk.shipped, change=Change.MINOR, note="", actor=AUTHOR,
            now=NOW,
        )  # fmt: skip
    desk.do(actions.submit, one)
    desk.do(actions.approve, one, REVIEWER)
    desk.publish(one)
    with desk.database.reading() as session:
        assert actions.to_merge(session, desk.shipped) == []
    assert desk.live.files[PATH] == "a: 10\nb: 2\nc: 30\n"


def test_an_upgrade_that_says_what_the_editors_said_needs_no_merging(desk: Desk) -> None:
    desk.published("a: 1\nb: 2\nc: 30\n")
    assert upgraded(desk, text="a: 1\nb: 2\nc: 30\n") == []


def test_an_edit_after_an_upgrade_does_not_hide_what_the_upgrade_changed(desk: Desk) -> None:
    desk.published("a: 1\nb: 2\nc: 30\n")
    upgraded(desk, text="a: 10\nb: 2\nc: 3\n")
    desk.published("a: 1\nb: 2\nc: 31\n")
    with desk.database.reading() as session:
        [waiting] = actions.to_merge(session, desk.shipped)
    assert waiting.merged.text == "a: 10\nb: 2\nc: 31\n"


def retire(desk: Desk, path: str, successor: str) -> list[Revision]:
    with desk.database.writing() as session:
        begun = actions.begin_retirement(
            session, path, successor=successor, shipped=desk.shipped, note="", actor=AUTHOR, now=NOW
        )
    for one in begun:
        desk.do(actions.submit, one)
        desk.do(actions.approve, one, REVIEWER)
    return begun


def test_a_retired_body_leads_to_its_successor(desk: Desk) -> None:
    [one] = retire(desk, "organisations/old.yaml", "organisations/new.yaml")
    desk.publish(one)
    assert desk.read(one).state is State.RETIRED
    assert "organisations/old.yaml" not in desk.live.files
    assert moves_of(desk.live) == {"organisations/old.yaml": "organisations/new.yaml"}


@pytest.mark.parametrize("successor", ["", "organisations/none.yaml", "organisations/old.yaml", PATH])
def test_a_body_is_not_retired_without_a_successor_of_its_kind(desk: Desk, successor: str) -> None:
    with pytest.raises(actions.SuccessorError):
        retire(desk, "organisations/old.yaml", successor)


def test_an_article_is_retired_in_all_its_languages(desk: Desk) -> None:
    begun = retire(desk, "articles/way/uk.md", "")
    assert [one.path for one in begun] == ["articles/way/en.md", "articles/way/uk.md"]
    desk.publish(*begun)
    assert set(desk.live.files) == set(SHIPPED.files) - {"articles/way/uk.md", "articles/way/en.md"}


def test_a_retired_item_can_be_brought_back(desk: Desk) -> None:
    [gone] = retire(desk, "organisations/old.yaml", "organisations/new.yaml")
    desk.publish(gone)
    desk.published("id: old\n", "organisations/old.yaml")
    assert desk.live == SHIPPED


def test_an_old_text_is_restored_as_a_new_draft(desk: Desk) -> None:
    first = desk.published("a: 2\n")
    desk.published("a: 3\n")
    with desk.database.writing() as session:
        again = actions.restore(session, first.id, shipped=desk.shipped, note="", actor=OTHER, now=NOW)
    assert (again.state, again.text) == (State.DRAFT, "a: 2\n")
    assert desk.live.files[PATH] == "a: 3\n"


SOON = NOW + timedelta(hours=1)


def scheduled(desk: Desk, text: str, path: str = PATH) -> Revision:
    one = desk.approved(text, path)
    with desk.database.writing() as session:
        return actions.schedule(session, one.id, SOON, actor=REVIEWER, now=NOW)


def at(desk: Desk, moment: datetime, check: Check = sound) -> int:
    return actions.publish_due(
        desk.database, shipped=lambda: desk.shipped, check=check, ready=lambda _: None, actor="command:work", now=moment
    )


def test_a_scheduled_text_is_published_at_its_moment_and_once(desk: Desk) -> None:
    one = scheduled(desk, "a: 1\n")
    assert at(desk, SOON - timedelta(seconds=1)) == 0
    assert desk.live == SHIPPED
    assert at(desk, SOON) == 1
    assert at(desk, SOON) == 0
    assert desk.read(one).state is State.PUBLISHED
    assert desk.number == 2


def test_what_cannot_be_published_at_its_moment_stays_approved_and_says_why(desk: Desk) -> None:
    bad, good = scheduled(desk, "BROKEN\n"), scheduled(desk, "id: newer\n", "organisations/new.yaml")
    assert at(desk, SOON, no_broken) == 1
    left = desk.read(bad)
    assert (left.state, left.publish_at) == (State.APPROVED, None)
    assert left.failure == "content/sources.yaml (line 1): is broken; mend it"
    assert desk.read(good).state is State.PUBLISHED
    assert at(desk, SOON, no_broken) == 0


def test_a_publication_called_off_does_not_happen(desk: Desk) -> None:
    one = scheduled(desk, "a: 1\n")
    desk.do(actions.unschedule, one, REVIEWER)
    assert at(desk, SOON) == 0
    assert desk.read(one).state is State.APPROVED


def test_no_text_is_scheduled_for_a_moment_that_has_passed(desk: Desk) -> None:
    one = desk.approved("a: 1\n")
    with desk.database.writing() as session, pytest.raises(actions.PastError):
        actions.schedule(session, one.id, NOW, actor=REVIEWER, now=NOW)


@pytest.mark.parametrize("path", [MOVED, "../secret.yaml", "/etc/passwd", "a.txt", "Articles/x.md", "a//b.md", ""])
def test_no_text_is_drafted_where_no_content_can_stand(desk: Desk, path: str) -> None:
    with pytest.raises(PathError):
        desk.draft("a: 1\n", path)


def test_the_live_text_is_nothing_to_propose(desk: Desk) -> None:
    with pytest.raises(actions.UnchangedError):
        desk.draft(SHIPPED.files[PATH])


def test_files_are_proposed_as_drafts_of_what_differs(desk: Desk) -> None:
    busy = desk.draft("a: 9\n")
    files = {
        **SHIPPED.files,
        PATH: "a: 8\n",
        "articles/way/uk.md": "Інше.\n",
        "organisations/third.yaml": "id: third\n",
    }
    del files["organisations/old.yaml"]
    files[MOVED] = "organisations/old.yaml: organisations/new.yaml\n"
    with desk.database.writing() as session:
        proposed = actions.propose_files(
            session, Library.of(files), shipped=desk.shipped, change=Change.MEANING, note="", actor=OTHER, now=NOW
        )
    assert [(one.path, one.text, one.retires, one.successor) for one in proposed.drafts] == [
        ("articles/way/uk.md", "Інше.\n", False, ""),
        ("organisations/old.yaml", "", True, "organisations/new.yaml"),
        ("organisations/third.yaml", "id: third\n", False, ""),
    ]
    assert proposed.busy == (PATH,)
    assert desk.read(busy).text == "a: 9\n"


def test_every_deed_is_recorded(desk: Desk) -> None:
    one = desk.draft("a: 1\n")
    desk.do(actions.submit, one)
    desk.do(actions.recall, one)
    desk.do(actions.submit, one)
    with desk.database.writing() as session:
        actions.comment(session, one.id, "Звідки це?", anchor="", section_hash="", actor=REVIEWER, now=NOW)
        [said] = store.comments(session, one.id)
        actions.settle(session, one.id, said.id, actor=AUTHOR, now=NOW)
    desk.do(actions.approve, one, REVIEWER)
    desk.publish(one)
    with desk.database.reading() as session:
        found = [(r.event, r.actor, dict(r.details)) for r in records(session, Wanted(subject=f"revision:{one.id}"))]
    assert found[::-1] == [
        ("revision.begun", AUTHOR, {}),
        ("revision.submitted", AUTHOR, {}),
        ("revision.recalled", AUTHOR, {}),
        ("revision.submitted", AUTHOR, {}),
        ("revision.commented", REVIEWER, {}),
        ("comment.settled", AUTHOR, {}),
        ("revision.approved", REVIEWER, {}),
        ("revision.published", REVIEWER, {"edition": "2"}),
    ]


def test_editors_of_one_item_are_told_of_each_other(desk: Desk) -> None:
    def opened(by: str, now: datetime) -> list[tuple[str, datetime]]:
        with desk.database.writing() as session:
            return [(one.account, one.since) for one in actions.open_form(session, PATH, actor=by, now=now)]

    assert opened(AUTHOR, NOW) == []
    later = NOW + timedelta(minutes=5)
    assert opened(OTHER, later) == [(AUTHOR, NOW)]
    assert opened(AUTHOR, later) == [(OTHER, later)]
    assert opened(AUTHOR, later + timedelta(hours=1)) == []
