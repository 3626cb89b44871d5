"""The outbox: put in with the deed, taken by one worker at a time, tried again, done or dead, and sealed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from app.audit.store import Wanted, records
from app.content.store import EditionRow, record_edition
from app.kernel.dates import KYIV
from app.kernel.logs import JsonLines
from app.outbox.actions import discard, enqueue, retry
from app.outbox.model import (
    BATCH,
    KEPT,
    LEASE,
    REQUIRED,
    TRIES,
    Job,
    Kind,
    Lease,
    Message,
    MessageError,
    PutOffError,
    RefusedError,
    State,
    UnavailableError,
    next_try,
)
from app.outbox.store import (
    JobRow,
    LeaseLostError,
    NotDeadError,
    begin,
    complete,
    counts,
    dead,
    forget_done,
    give_back,
    has_due,
    lease,
    put_off,
)
from app.storage.database import Database
from app.storage.sealed import sealings
from app.worker import SETTLING_PAUSES, Worker
from tests.test_storage import NOW

ADDRESS = "olena.kovalenko@example.org"


def news(number: int = 1, *, to: str = ADDRESS) -> Message:
    return Message(Kind.REQUEST_NEWS, to, "uk", {"path": "/uk/track", "reference": f"7F3K-{number:04}"})


def put(database: Database, number: int = 1, *, now: datetime = NOW) -> str:
    with database.writing() as session:
        return enqueue(session, news(number), key=f"news:{number}", now=now)


def take(database: Database, *, worker: str = "a", now: datetime = NOW) -> list[Lease]:
    with database.writing() as session:
        return lease(session, worker=worker, now=now)


def row(database: Database, id_: str) -> JobRow:
    with database.reading() as session:
        found = session.get_one(JobRow, id_)
        session.expunge(found)
        return found


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    time: datetime = NOW

    def __call__(self) -> datetime:
        return self.time

    def forward(self, pause: timedelta) -> None:
        self.time += pause


@dataclass
class Script:
    """Does a deed as it was told to: raises each of `errors` in turn, then does it."""

    errors: list[Exception] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def __call__(self, job: Job, content: str) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.done.append(job.id)


def worker_of(
    database: Database, deed: Callable[[Job, str], None], clock: Clock | None = None, name: str = "a"
) -> Worker:
    return Worker(database, dict.fromkeys(Kind, deed), name=name, now=clock or Clock(), jitter=lambda: 0.5)


# What may be put in


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_says_what_its_mail_must_carry(kind: Kind) -> None:
    with pytest.raises(MessageError, match="missing"):
        Message(kind, ADDRESS, "uk", {})
    assert "path" in REQUIRED[kind]


@pytest.mark.parametrize(
    "to",
    [
        "", "olena", "olena@", "@example.org", "a@b@example.org", "a@example.org, b@example.org", "<a@example.org>",
        "Olena <a@example.org>", "a@example.org\nBcc: b@example.org", "a@example.org\r\nRCPT TO:<b@example.org>",
        "a\x00@example.org", "a@exa mple.org", "a@-example.org", "a@example..org", "a@example.org>", 'a"b@example.org',
    ],
)  # fmt: skip
def test_a_recipient_is_exactly_one_plain_address(to: str) -> None:
    with pytest.raises(MessageError) as refusal:
        news(to=to)
    assert "example" not in str(refusal.value)


@pytest.mark.parametrize("to", ["olena@example.org", "o.k+ділo@пошта.укр", "a_b-c@sub.example.org", "root@localhost"])
def test_an_address_with_ukrainian_letters_is_one_too(to: str) -> None:
    assert news(to=to).to == to


@pytest.mark.parametrize(
    ("detail", "value"),
    [
        *(("path", value) for value in ("", "uk", "https://example.net/", "//example.net", "/a b", "/a\nb")),
        ("path", "/" + "a" * 500),
        *(("reference", value) for value in ("", "7f3k", "7F3K\nSubject: x", "Олена", "7F3K 0001", "A" * 80)),
    ],
)  # fmt: skip
def test_a_detail_that_could_lead_elsewhere_or_break_a_header_is_refused(detail: str, value: str) -> None:
    given = {"path": "/uk/track", "reference": "7F3K-0001", detail: value}
    with pytest.raises(MessageError, match=detail) as refusal:
        Message(Kind.REQUEST_NEWS, ADDRESS, "uk", given)
    assert not value or value not in str(refusal.value)


@pytest.mark.parametrize(
    ("detail", "value"), [("at", "2026-04-16"), ("at", "soon"), ("device", "a\x1bb"), ("device", "")]
)
def test_moments_have_an_offset_and_devices_are_plain_words(detail: str, value: str) -> None:
    given = {"path": "/uk/sign-ins", "at": NOW.isoformat(), "device": "Firefox", detail: value}
    with pytest.raises(MessageError, match=detail):
        Message(Kind.ACCOUNT_NEW_SIGN_IN, ADDRESS, "uk", given)


@pytest.mark.parametrize("language", ["", "de", "xx"])
def test_a_mail_is_written_in_a_public_language(language: str) -> None:
    with pytest.raises(MessageError):
        Message(Kind.REQUEST_NEWS, ADDRESS, language, {"path": "/uk/track", "reference": "7F3K-0001"})


@pytest.mark.parametrize("key", ["", "Олена", ADDRESS, "a b", "a\nb", "a" * 121])
def test_a_key_is_a_reference_because_it_is_kept_in_clear(database: Database, key: str) -> None:
    with database.writing() as session, pytest.raises(MessageError):
        enqueue(session, news(), key=key, now=NOW)


def test_what_is_written_in_logs_shows_neither_recipient_nor_details() -> None:
    assert ADDRESS not in repr(news())
    assert "7F3K" not in repr(news())


def test_a_message_is_read_as_it_was_put_in() -> None:
    assert Message.read(Kind.REQUEST_NEWS, news().as_text()) == news()


# With the deed or not at all


def test_a_deed_and_its_mail_are_kept_together_or_not_at_all(database: Database) -> None:
    def fail_on_the_way() -> None:
        with database.writing() as session:
            record_edition(session, "a", NOW)
            enqueue(session, news(), key="news:1", now=NOW)
            raise RuntimeError("on the way")

    with pytest.raises(RuntimeError):
        fail_on_the_way()
    with database.reading() as session:
        assert session.scalars(select(JobRow)).all() == []
    with database.writing() as session:
        record_edition(session, "a", NOW)
        enqueue(session, news(), key="news:1", now=NOW)
    with database.reading() as session:
        assert len(session.scalars(select(JobRow)).all()) == len(session.scalars(select(EditionRow)).all()) == 1


def test_a_deed_done_twice_sends_one_mail(database: Database) -> None:
    first = put(database)
    assert put(database) == first
    script = Script()
    worker_of(database, script).turn()
    assert put(database) == first
    worker_of(database, script).turn()
    assert script.done == [first]


def test_a_deed_repeated_in_its_own_transaction_is_not_undone(database: Database) -> None:
    with database.writing() as session:
        first = enqueue(session, news(), key="news:1", now=NOW)
        record_edition(session, "a", NOW)
        assert enqueue(session, news(), key="news:1", now=NOW) == first
    with database.reading() as session:
        assert session.scalars(select(EditionRow)).one().digest == "a"


def test_a_deed_done_by_many_at_once_sends_one_mail(database: Database) -> None:
    ids: list[str] = []
    threads = [threading.Thread(target=lambda: ids.append(put(database))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1


def test_a_mail_for_later_waits_for_its_moment(database: Database) -> None:
    later = NOW + timedelta(hours=1)
    with database.writing() as session:
        enqueue(session, news(), key="news:1", now=NOW, not_before=later)
    assert take(database) == []
    assert len(take(database, now=later)) == 1


# One worker at a time


def test_workers_at_once_never_do_one_job_twice(database: Database) -> None:
    wanted = {put(database, number) for number in range(60)}
    scripts = [Script() for _ in range(4)]
    begin_together = threading.Barrier(4)

    def work(name: str, script: Script) -> None:
        worker = worker_of(database, script, name=name)
        begin_together.wait()
        while worker.turn():
            pass

    threads = [threading.Thread(target=work, args=(str(n), script)) for n, script in enumerate(scripts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = Counter(id_ for script in scripts for id_ in script.done)
    assert set(done) == wanted
    assert set(done.values()) == {1}


@pytest.mark.parametrize("database_address", ["postgresql"], indirect=True)
def test_on_postgresql_workers_do_not_wait_for_each_other(database: Database) -> None:
    for number in range(2 * BATCH):
        put(database, number)
    with database.writing() as first, database.writing() as second:
        one, other = (lease(session, worker="a", now=NOW) for session in (first, second))
    assert len(one) == len(other) == BATCH
    assert not {held.id for held in one} & {held.id for held in other}


def test_a_leased_job_is_nobody_elses_until_its_lease_ends(database: Database) -> None:
    put(database)
    (held,) = take(database)
    assert take(database, worker="b", now=NOW + LEASE - timedelta(seconds=1)) == []
    (again,) = take(database, worker="b", now=NOW + LEASE)
    assert again.id == held.id
    with database.writing() as session, pytest.raises(LeaseLostError):
        begin(session, held, now=NOW + LEASE)
    with database.writing() as session, pytest.raises(LeaseLostError):
        put_off(session, held, reason="late", again_at=NOW, now=NOW + LEASE)


def test_a_try_that_begins_has_a_whole_lease_before_it(database: Database) -> None:
    put(database)
    (held,) = take(database)
    almost = NOW + LEASE - timedelta(seconds=1)
    with database.writing() as session:
        begin(session, held, now=almost)
    assert take(database, worker="b", now=NOW + LEASE) == []
    assert len(take(database, worker="b", now=almost + LEASE)) == 1


def test_a_try_that_was_cut_off_is_known_when_it_is_taken_again(database: Database) -> None:
    put(database)
    (held,) = take(database)
    with database.writing() as session:
        assert not begin(session, held, now=NOW).is_in_doubt
    (again,) = take(database, now=NOW + LEASE)
    with database.writing() as session:
        job = begin(session, again, now=NOW + LEASE)
    assert job.is_in_doubt
    assert job.tries == 2


def test_a_job_taken_and_not_begun_is_not_in_doubt_and_has_lost_no_try(database: Database) -> None:
    put(database)
    take(database)
    (again,) = take(database, now=NOW + LEASE)
    with database.writing() as session:
        job = begin(session, again, now=NOW + LEASE)
    assert (job.is_in_doubt, job.tries) == (False, 1)


def test_a_job_that_takes_every_worker_down_is_dead_in_the_end(database: Database) -> None:
    id_, clock = put(database), Clock()
    for _ in range(TRIES):
        (held,) = take(database, now=clock())
        with database.writing() as session:
            begin(session, held, now=clock())
        clock.forward(LEASE)
    assert take(database, now=clock()) == []
    assert row(database, id_).state == State.DEAD


def test_a_deed_that_was_done_counts_even_after_the_lease_has_ended(database: Database) -> None:
    id_ = put(database)
    (held,) = take(database)
    (taken_over,) = take(database, worker="b", now=NOW + LEASE)
    with database.writing() as session:
        complete(session, held, now=NOW + LEASE)
    assert row(database, id_).state == State.DONE
    with database.writing() as session, pytest.raises(LeaseLostError):
        begin(session, taken_over, now=NOW + LEASE)


def test_jobs_given_back_are_free_at_once(database: Database) -> None:
    put(database)
    held = take(database)
    with database.writing() as session:
        give_back(session, held, now=NOW)
    assert len(take(database, worker="b")) == 1


def test_a_job_that_is_somebody_elses_by_now_cannot_be_given_back(database: Database) -> None:
    put(database)
    held = take(database)
    take(database, worker="b", now=NOW + LEASE)
    with database.writing() as session:
        give_back(session, held, now=NOW + LEASE)
    assert take(database, worker="c", now=NOW + LEASE) == []


# Again, or dead


def test_pauses_double_up_to_four_hours_and_end_after_about_three_days() -> None:
    pauses = []
    for tries in range(1, TRIES):
        again_at = next_try(tries, now=NOW, jitter=0.5)
        assert again_at is not None
        pauses.append(again_at - NOW)
    assert pauses[:4] == [timedelta(seconds=seconds) for seconds in (30, 60, 120, 240)]
    assert max(pauses) == timedelta(hours=4)
    assert timedelta(days=2.5) < sum(pauses, timedelta()) < timedelta(days=3.5)
    assert next_try(TRIES, now=NOW, jitter=0.5) is None


def test_what_failed_together_comes_back_spread_by_a_quarter_either_way() -> None:
    early, late = (next_try(3, now=NOW, jitter=jitter) for jitter in (0.0, 1.0))
    assert (early, late) == (NOW + timedelta(seconds=90), NOW + timedelta(seconds=150))


def test_a_put_off_job_is_tried_again_after_its_pause_and_not_before(database: Database) -> None:
    id_, clock, script = put(database), Clock(), Script([PutOffError("451 at RCPT"), PutOffError("451 at RCPT")])
    worker = worker_of(database, script, clock)
    assert worker.turn()
    assert row(database, id_).reason == "451 at RCPT"
    clock.forward(timedelta(seconds=29))
    assert not worker.turn()
    clock.forward(timedelta(seconds=1))
    assert worker.turn()
    clock.forward(timedelta(seconds=60))
    assert worker.turn()
    assert script.done == [id_]
    assert row(database, id_).tries == 3


def test_a_job_put_off_too_often_is_dead(database: Database) -> None:
    id_, clock = put(database), Clock()
    worker = worker_of(database, Script([PutOffError("451 at RCPT")] * (TRIES + 1)), clock)
    for _ in range(TRIES):
        assert worker.turn()
        clock.forward(timedelta(hours=5))
    assert not worker.turn()
    assert row(database, id_).state == State.DEAD


def test_a_refused_job_is_dead_at_once(database: Database) -> None:
    id_ = put(database)
    worker_of(database, Script([RefusedError("550 5.1.1 at RCPT")])).turn()
    with database.reading() as session:
        (listed,) = dead(session)
    assert (listed.id, listed.reason, listed.tries) == (id_, "550 5.1.1 at RCPT", 1)


def test_where_the_server_is_out_of_reach_only_one_job_is_tried(database: Database) -> None:
    ids = [put(database, number, now=NOW - timedelta(minutes=9 - number)) for number in range(3)]
    script = Script([UnavailableError("ConnectionRefusedError at CONNECT")])
    worker = worker_of(database, script)
    with pytest.raises(UnavailableError):
        worker.turn()
    assert [row(database, id_).tries for id_ in ids] == [1, 0, 0]
    worker.turn()
    assert script.done == ids[1:]


def test_a_fault_of_ours_delays_one_mail_and_shows_nothing_of_it(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = put(database, 1), put(database, 2)
    script = Script([KeyError(ADDRESS)])
    worker_of(database, script).turn()
    (later,) = {broken, sound} - set(script.done)
    assert row(database, later).reason == "KeyError"
    said = "".join(JsonLines().format(line) for line in caplog.records)
    assert "builtins.KeyError" in said
    assert later in said
    assert ADDRESS not in said


def test_a_job_whose_kind_is_not_known_or_whose_seal_does_not_open_stops_no_other(database: Database) -> None:
    strange, damaged, sound = (put(database, number) for number in range(3))
    with database.writing() as session:
        session.execute(text("UPDATE outbox SET kind = 'from.tomorrow' WHERE id = :id"), {"id": strange})
        session.execute(text("UPDATE outbox SET content_sealed = :no WHERE id = :id"), {"id": damaged, "no": b"\x01"})
    script = Script()
    worker_of(database, script).turn()
    assert script.done == [sound]
    assert {row(database, strange).reason, row(database, damaged).reason} == {"ValueError", "BrokenSealError"}


def test_a_worker_told_to_stop_ends_its_job_and_gives_back_the_others(database: Database) -> None:
    ids = {put(database, number) for number in range(3)}
    done = []

    def stop_after_the_first(job: Job, content: str) -> None:
        done.append(job.id)
        worker.stopping.set()

    worker = worker_of(database, stop_after_the_first)
    worker.run()
    assert len(done) == 1
    with database.reading() as session:
        assert counts(session) == {("request.news", State.DONE): 1, ("request.news", State.WAITING): 2}
    assert {held.id for held in take(database, worker="b")} == ids - set(done)


def test_a_worker_whose_server_has_gone_stops(database: Database) -> None:
    put(database)
    worker_of(database, Script()).run(is_orphan=lambda: True)
    assert len(take(database)) == 1


@dataclass
class FlickeringDatabase:
    """A database that is out of reach for the next `failures` writing transactions."""

    real: Database
    failures: int = 0

    def __getattr__(self, name: str) -> object:
        if name == "writing" and self.failures:
            self.failures -= 1
            raise OSError("the database has gone")
        return getattr(self.real, name)


def test_a_mail_that_was_sent_is_recorded_as_soon_as_the_database_is_back(database: Database) -> None:
    id_, flickering, rests = put(database), FlickeringDatabase(database), list[float]()

    def send_while_the_database_goes(job: Job, content: str) -> None:
        flickering.failures = 3

    worker = Worker(
        flickering,  # type: ignore[arg-type]
        dict.fromkeys(Kind, send_while_the_database_goes), name="a", now=Clock(), rest=rests.append,
    )  # fmt: skip
    worker.turn()
    assert row(database, id_).state == State.DONE
    assert tuple(rests) == SETTLING_PAUSES[:3]


# Dead letters


def dead_job(database: Database) -> str:
    id_ = put(database)
    worker_of(database, Script([RefusedError("550 at RCPT")])).turn()
    return id_


def events(database: Database) -> Sequence[tuple[str, str, str]]:
    with database.reading() as session:
        return [(record.event, record.actor, record.subject) for record in records(session, Wanted())]


def test_a_dead_mail_can_be_tried_again_as_if_it_were_new(database: Database) -> None:
    id_, script = dead_job(database), Script()
    with database.writing() as session:
        retry(session, id_, actor="account:a", now=NOW)
    worker_of(database, script).turn()
    assert script.done == [id_]
    assert row(database, id_).tries == 1
    assert events(database) == [("message.retried", "account:a", f"message:{id_}")]


def test_a_dropped_mail_is_gone_with_the_address_it_held(database: Database) -> None:
    id_ = dead_job(database)
    with database.writing() as session:
        discard(session, id_, actor="account:a", now=NOW)
    with database.reading() as session:
        assert session.get(JobRow, id_) is None
    assert events(database) == [("message.dropped", "account:a", f"message:{id_}")]


def test_only_dead_mails_are_tried_again_or_dropped(database: Database) -> None:
    id_ = put(database)
    for wrong in (id_, "nothing"):
        with database.writing() as session, pytest.raises(NotDeadError):
            retry(session, wrong, actor="account:a", now=NOW)
        with database.writing() as session, pytest.raises(NotDeadError):
            discard(session, wrong, actor="account:a", now=NOW)
    assert events(database) == []


# What is kept, and how


def raw(database: Database) -> bytes:
    """Everything that lies in the outbox's table, as the database keeps it."""
    with database.reading() as session:
        rows = session.execute(text("SELECT * FROM outbox")).all()
        return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)


def test_neither_address_nor_details_lie_in_the_database_in_clear(database: Database) -> None:
    put(database, 4242)
    kept = raw(database)
    if database.engine.dialect.name == "sqlite":
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        with open(str(database.engine.url.database), "rb") as file:
            kept += file.read()
    assert b"request.news" in kept
    for planted in (ADDRESS, "kovalenko", "7F3K-4242", "/uk/track"):
        assert planted.encode() not in kept


def test_once_a_mail_is_sent_nothing_of_it_is_kept(database: Database) -> None:
    id_ = put(database)
    worker_of(database, Script()).turn()
    assert row(database, id_).content_sealed is None


def test_a_change_of_keys_reaches_waiting_mails(database: Database) -> None:
    put(database)
    with database.reading() as session:
        assert [(s.table, s.column, s.values) for s in sealings(session)] == [("outbox", "content_sealed", 1)]


def test_a_sent_mail_keeps_its_key_for_ninety_days(database: Database) -> None:
    first = put(database)
    worker_of(database, Script()).turn()
    with database.writing() as session:
        forget_done(session, now=NOW + KEPT)
    assert put(database) == first
    with database.writing() as session:
        forget_done(session, now=NOW + KEPT + timedelta(seconds=1))
    assert put(database) != first


def test_a_waiting_or_dead_mail_is_never_forgotten(database: Database) -> None:
    dead_job(database)
    put(database, 2)
    with database.writing() as session:
        forget_done(session, now=NOW + 9 * KEPT)
    with database.reading() as session:
        assert len(session.scalars(select(JobRow)).all()) == 2


def test_asking_whether_there_is_work_writes_nothing(database: Database) -> None:
    put(database)
    with database.reading() as session:
        assert has_due(session, now=NOW)
        assert not has_due(session, now=NOW - timedelta(seconds=1))


def test_moments_are_kept_whatever_the_offset_they_were_given_in(database: Database) -> None:
    put(database, now=NOW.astimezone(KYIV))
    (held,) = take(database, now=NOW)
    with database.writing() as session:
        assert begin(session, held, now=NOW).created_at == NOW.astimezone(UTC)
