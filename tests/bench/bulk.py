"""Fills a database with invented entries and a year of requests in every state, quickly: ``fill(database, ...)``.

Rows are as the site would have written them: sealed texts open, families can be found, extracts are numbered without
gaps. What a measurement does not need is left out: letters, audit records, and the bytes of the issued documents (one
row of a stored file stands for all of them).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from multiprocessing import get_context
from random import Random
from typing import Any

from sqlalchemy import insert

from app.documents.code import new_code
from app.extracts import store as filed
from app.extracts.desk import store as desk
from app.extracts.desk.decision import Outcome, Reason, Step, Validity, Verdict
from app.extracts.draft import Answers, Page, as_text, claim, email_of, folded_claim, folded_contact
from app.extracts.model import CONSENTS, Channel, Kinship, Purpose
from app.extracts.request import OPEN, Happened, State
from app.extracts.term import term
from app.kernel.dates import KYIV, PartialDate
from app.kernel.passphrase import fold_passphrase
from app.kernel.reference import new_reference, read_reference
from app.kernel.working_days import ukraine
from app.register.actions import count_names
from app.register.entries import store as register
from app.register.entry import Basis, Cause, Entry, Status
from app.register.person import Person
from app.register.population import CHUNK, Urns, dictionary_names, everyone, make, urns
from app.storage.database import Database
from app.storage.engine import Table
from app.storage.files import StoredFileRow
from app.storage.sealed import new_id
from app.storage.vault import Place, Vault

PHRASE = "вигадана фраза для вимірювань"
"""Opens every request, with its reference."""

FIRST, SECOND = "bulk-first", "bulk-second"
"""Ids of the officers who proposed and decided; there are no such accounts."""

BATCH = 5_000
"""Rows of one transaction."""

_KINSHIPS = {
    Kinship.SPOUSE: 40, Kinship.PARENT: 34, Kinship.CHILD: 8, Kinship.SIBLING: 9, Kinship.PARTNER: 2,
    Kinship.LAWYER: 3, Kinship.REPRESENTATIVE: 2, Kinship.GRANDPARENT: 1, Kinship.OTHER_RELATIVE: 1,
}  # fmt: skip
_PURPOSES = {
    Purpose.BENEFITS: 40, Purpose.PAY: 30, Purpose.SEARCH: 20, Purpose.DEFERRAL: 12, Purpose.PENSION: 8,
    Purpose.COURT: 6, Purpose.GUARDIANSHIP_OF_CHILD: 3, Purpose.GUARDIANSHIP_OF_PROPERTY: 2, Purpose.OTHER: 2,
}  # fmt: skip
_TIMES = (1, 1, 1, 1, 1, 1, 2, 2, 3, 5)
"""How often families ask, each as likely as the other."""

_LONGEST = timedelta(days=365)


@dataclass(frozen=True)
class Filled:
    """What was added: numbers of entries, and ids of requests by their state."""

    entries: range
    requests: Mapping[State, Sequence[str]]


def from_dictionary() -> Urns:
    """Return what people are drawn from for large registers; reading the dictionary takes some seconds."""
    return urns(dictionary_names())


def fill(
    database: Database,
    *,
    entries: int,
    requests: int,
    seed: int,
    now: datetime,
    drawn: Callable[[], Urns] = from_dictionary,
) -> Filled:
    """Add invented entries, and requests on them of the year before `now`, to a database that has no requests yet.

    The same seed makes the same people and days. `drawn` gives the names: small tests take those of tests.made_up.
    """
    names = drawn()
    numbers = _add_entries(database, entries, seed, names, now)
    people = dict(zip(numbers, (person for _, person in everyone(seed, entries, names)), strict=True))
    made = _Requests(database.vault, Random(seed), now, _add_file(database, now))
    made.make(requests, people)
    made.add(database)
    return Filled(numbers, {state: made.ids[state] for state in State})


# Entries


def entry_of(person: Person, number: int) -> Entry:
    """Return an invented entry of a person."""
    unit, proceeding = f"Вигаданий РВП {number % 400}", f"1202317{number:010}"
    return Entry(person, Cause.HOSTILITIES, "Вигаданий запис: не вийшов на зв’язок.", unit, proceeding)


def _add_entries(database: Database, count: int, seed: int, names: Urns, now: datetime) -> range:
    chunks = [(seed, chunk, min(CHUNK, count - chunk * CHUNK)) for chunk in range((count + CHUNK - 1) // CHUNK)]
    first = last = 0
    # Forked, so that the urns need not be sent; sealing is what takes long.
    _Sealing.names, _Sealing.vault = names, database.vault
    database.engine.dispose()
    with get_context("fork").Pool(2 if len(chunks) > 1 else 1) as pool:
        for prepared in pool.imap(_sealed, chunks):
            with database.writing() as session:
                added = register.add(session, prepared, actor="command:bulk", now=now)
            first, last = first or added.start, added.stop
    with database.writing() as session:
        count_names(session)
    return range(first, last)


class _Sealing:
    """What the forked processes find in their memory."""

    names: Urns
    vault: Vault


def _sealed(chunk: tuple[int, int, int]) -> list[register.Prepared]:
    seed, number, count = chunk
    basis = Basis(PartialDate(2025), "вигадане джерело")
    return [
        register.prepared(_Sealing.vault, entry_of(person, number * CHUNK + place), Status.SEARCHING, basis)
        for place, person in enumerate(make(seed, number, _Sealing.names, count))
    ]


def _add_file(database: Database, now: datetime) -> str:
    id_ = new_id()
    with database.writing() as session:
        row = StoredFileRow(
            id=id_, media_type="application/pdf", size_bytes=1, pages=1, received_at=now,
            digest=database.vault.blind(StoredFileRow.__tablename__, id_),
            key_sealed=database.vault.seal_bytes(bytes(32), Place(StoredFileRow.__tablename__, "key_sealed", id_)),
        )  # fmt: skip
        session.add(row)
        row.name = "vytiah.pdf"
    return id_


# Requests


@dataclass(frozen=True)
class _Family:
    """One contact that asks about one person, as often as it needs."""

    entry: int
    person: Person
    answers: Answers
    claim_text: str
    answers_text: str
    email: str
    claim_index: bytes
    contact_index: bytes
    filed_at: Sequence[datetime]


@dataclass
class _Requests:
    """Gathers the rows of all tables, then adds them."""

    vault: Vault
    rng: Random
    now: datetime
    file: str
    rows: dict[type[Table], list[dict[str, Any]]] = field(default_factory=dict)
    ids: dict[State, list[str]] = field(default_factory=lambda: {state: [] for state in State})
    issued: list[tuple[datetime, str, _Family, bool]] = field(default_factory=list)
    references: set[str] = field(default_factory=set)

    def make(self, count: int, people: Mapping[int, Person]) -> None:
        """Make the rows of `count` requests."""
        numbers = list(people)
        each = ((family, at) for family in self._families(numbers, people) for at in family.filed_at)
        for family, at in islice(each, count):
            self._request(family, at)
        self._number()

    def add(self, database: Database) -> None:
        """Add all rows, those first that others refer to."""
        order = (filed.RequestRow, filed.EventRow, desk.QuestionRow, desk.ProposalRow, desk.IssuedRow, desk.CounterRow)
        for table in order:
            rows = self.rows.get(table, [])
            for start in range(0, len(rows), BATCH):
                with database.writing() as session:
                    session.execute(insert(table.__table__), rows[start : start + BATCH])  # type: ignore[arg-type]

    def _families(self, numbers: Sequence[int], people: Mapping[int, Person]) -> Iterator[_Family]:
        while True:
            number = self.rng.choice(numbers)
            yield self._family(number, people[number])

    def _family(self, number: int, person: Person) -> _Family:
        kinship = self.rng.choices(list(_KINSHIPS), list(_KINSHIPS.values()))[0]
        answers = self._answers(person, kinship, self.rng.randrange(10**9))
        first = self.now - _LONGEST * self.rng.random()
        days = [first]
        for _ in range(1, self.rng.choice(_TIMES)):
            days.append(days[-1] + timedelta(days=self.rng.uniform(35, 130)))
        return _Family(
            number,
            person,
            answers,
            claim(answers).person.as_text(),
            as_text(answers),
            email_of(answers),
            self.vault.blind(filed.CLAIM, folded_claim(answers)),
            self.vault.blind(filed.CONTACT, folded_contact(answers)),
            [_by_day(at, self.rng) for at in days if at < self.now - timedelta(days=1)],
        )

    def _answers(self, person: Person, kinship: Kinship, number: int) -> Answers:
        many = self.rng.choice((1, 1, 2))
        purposes = dict.fromkeys(self.rng.choices(list(_PURPOSES), list(_PURPOSES.values()), k=many))
        typed = {"surname": person.surname, "given": person.given, "patronymic": person.patronymic}
        if self.rng.random() < 0.1:
            typed["given"] = typed["given"].replace("і", "и", 1)
        missing = {"missing-from": person.missing_from} if self.rng.random() < 0.5 else {}
        asking = {"surname": person.surname, "given": "Взірця", "patronymic": "Тестівна"}
        acts = kinship.acts_for_another
        principal = {"principal-surname": person.surname, "principal-given": "Зразка", "principal-kinship": "spouse"}
        return {
            Page.KINSHIP: {"kinship": kinship.value},
            Page.PERSON: {**typed, **_parts("born", person.born), **missing},
            Page.APPLICANT: {**asking, **(principal if acts else _parts("born", PartialDate(1988, 5, 17)))},
            Page.PURPOSE: {
                "purposes": " ".join(purpose.value for purpose in sorted(purposes, key=list(Purpose).index))
            },
            Page.CONTACT: {"channel": "email", "email": f"family-{number}@example.org", "language": "uk"},
            Page.PAPERS: {"later": "1"},
        }

    def _request(self, family: _Family, at: datetime) -> None:
        state, days = self._fate(at)
        id_, reference = new_id(), self._reference()
        self.ids[state].append(id_)
        events = self._life(state, at, days)
        signs = read_reference(reference)
        table = filed.RequestRow.__tablename__
        matched = state in (State.MATCHED, State.PROPOSED, State.ISSUED) and self.rng.random() < 0.97
        entry = family.entry if matched or state is State.MATCHED else None
        has_officer = state is not State.FILED or self.rng.random() < 0.3
        self._row(
            filed.RequestRow,
            id=id_,
            draft=new_id(),
            reference=reference,
            passphrase_index=self.vault.blind(filed.PASSPHRASE, f"{signs}:{fold_passphrase(PHRASE)}"),
            passphrase_sealed=None,
            state=state.value,
            language="uk",
            kinship=family.answers[Page.KINSHIP]["kinship"],
            purposes=family.answers[Page.PURPOSE]["purposes"],
            channel=Channel.EMAIL.value,
            consent=f"{CONSENTS[-1].version}/uk",
            consented_at=at,
            claim_sealed=self.vault.seal(family.claim_text, Place(table, "claim_sealed", id_)),
            answers_sealed=self.vault.seal(family.answers_text, Place(table, "answers_sealed", id_)),
            email_sealed=self.vault.seal(family.email, Place(table, "email_sealed", id_)),
            claim_index=family.claim_index,
            contact_index=family.contact_index,
            filed_at=at,
            due_on=_due(at.astimezone(KYIV).date()),
            changed_at=events[-1][1],
            assigned_to=FIRST if has_officer else None,
            entry=entry,
        )
        for number, (what, moment) in enumerate(events, 1):
            self._row(filed.EventRow, id=new_id(), request_id=id_, number=number, at=moment, what=what.value)
        if state is State.ASKED:
            self._question(id_, events[-1][1])
        if state in (State.PROPOSED, State.ISSUED, State.REFUSED):
            self._proposal(id_, state, entry, events)
        if state is State.ISSUED:
            self.issued.append((events[-1][1], id_, family, entry is not None))

    def _fate(self, at: datetime) -> tuple[State, float]:
        """Return what has become of a request filed at a moment, and after how many days."""
        wait = min(self.rng.lognormvariate(2.9, 0.45), 120)
        if at + timedelta(days=wait) < self.now - timedelta(days=1):
            outcome = self.rng.choices((State.ISSUED, State.REFUSED, State.WITHDRAWN), (89, 7, 4))[0]
            return outcome, wait
        age = (self.now - at) / timedelta(days=1)
        if age < 4:
            return State.FILED, age
        return self.rng.choices(sorted(OPEN), (12, 50, 22, 16))[0], self.rng.uniform(1, age - 0.5)

    def _life(self, state: State, at: datetime, days: float) -> list[tuple[Happened, datetime]]:
        if state is State.FILED:
            return [(Happened.FILED, at)]
        end = _by_day(at + timedelta(days=days), self.rng)
        end = max(end, at + timedelta(minutes=30))
        path = {
            State.ASKED: (Happened.ASKED,),
            State.MATCHED: (Happened.MATCHED,),
            State.PROPOSED: (Happened.MATCHED, Happened.PROPOSED),
            State.ISSUED: (Happened.MATCHED, Happened.PROPOSED, Happened.ISSUED),
            State.REFUSED: (Happened.PROPOSED, Happened.REFUSED),
            State.WITHDRAWN: (Happened.WITHDRAWN,),
        }[state]
        steps = [(what, at + (end - at) * (place / len(path))) for place, what in enumerate(path, 1)]
        return [(Happened.FILED, at), *steps]

    def _question(self, request: str, at: datetime) -> None:
        id_ = new_id()
        text = self.vault.seal("Яке прізвище було до шлюбу?", Place(desk.QuestionRow.__tablename__, "text_sealed", id_))
        self._row(
            desk.QuestionRow, id=id_, request_id=request, text_sealed=text, answer_sealed=None,
            asked_by=f"account:{FIRST}", asked_at=at, answered_at=None,
        )  # fmt: skip

    def _proposal(
        self, request: str, state: State, entry: int | None, events: Sequence[tuple[Happened, datetime]]
    ) -> None:
        id_, moments = new_id(), dict(events)
        is_refusal, is_open = state is State.REFUSED, state is State.PROPOSED
        outcome = Outcome.REFUSAL if is_refusal else Outcome.EXTRACT if entry else Outcome.NO_ENTRY
        table = desk.ProposalRow.__tablename__
        self._row(
            desk.ProposalRow,
            id=id_,
            request_id=request,
            outcome=outcome.value,
            entry=entry,
            reason=self.rng.choices(list(Reason), (60, 20, 15, 5))[0].value if is_refusal else "",
            step=Step.FILE_AGAIN.value if is_refusal else "",
            text_sealed=self.vault.seal("Бракує паперів." if is_refusal else "", Place(table, "text_sealed", id_)),
            verdict=(Verdict.OPEN if is_open else Verdict.CARRIED).value,
            note_sealed=self.vault.seal("", Place(table, "note_sealed", id_)),
            proposed_by=f"account:{FIRST}",
            proposed_at=moments[Happened.PROPOSED],
            decided_by="" if is_open else f"account:{SECOND}",
            decided_at=None if is_open else events[-1][1],
        )

    def _number(self) -> None:
        """Number the extracts in the order of their issue, each year from 1."""
        last: dict[int, int] = {}
        codes: set[str] = set()
        table = desk.IssuedRow.__tablename__
        for at, request, family, has_entry in sorted(self.issued, key=lambda one: one[:2]):
            year = at.astimezone(KYIV).year
            last[year] = last.get(year, 0) + 1
            code = next(code for code in iter(lambda: new_code(self.rng), "") if code not in codes)
            codes.add(code)
            id_ = new_id()
            entry = entry_of(family.person, family.entry)
            person, rest = (entry.person.as_text(), entry.rest_text) if has_entry else ("", "")
            self._row(
                desk.IssuedRow,
                id=id_,
                year=year,
                number=last[year],
                code_index=self.vault.blind(desk.CODE, code),
                code_sealed=self.vault.seal(code, Place(table, "code_sealed", id_)),
                request_id=request,
                entry=family.entry if has_entry else None,
                person_sealed=self.vault.seal(person, Place(table, "person_sealed", id_)),
                rest_sealed=self.vault.seal(rest, Place(table, "rest_sealed", id_)),
                status=Status.SEARCHING.value if has_entry else "",
                file_id=self.file,
                sha256=f"{len(codes):064x}",
                state=Validity.VALID.value,
                issued_by=f"account:{SECOND}",
                issued_at=at,
            )
        for year, number in last.items():
            self._row(desk.CounterRow, year=year, last=number)

    def _reference(self) -> str:
        reference = next(one for one in iter(lambda: new_reference(self.rng), "") if one not in self.references)
        self.references.add(reference)
        return reference

    def _row(self, table: type[Table], **values: object) -> None:
        self.rows.setdefault(table, []).append(values)


def _by_day(at: datetime, rng: Random) -> datetime:
    """Return a moment of the same day at which people are awake; it is in UTC, as `at` is."""
    return datetime.combine(at.date(), time(6 + rng.randrange(11), rng.randrange(60), rng.randrange(60)), at.tzinfo)


_dues: dict[date, date] = {}


def _due(received: date) -> date:
    if received not in _dues:
        _dues[received] = term(received, ukraine()).due_on
    return _dues[received]


def _parts(name: str, day: PartialDate | None) -> dict[str, str]:
    if day is None:
        return {}
    parts = {"day": day.day, "month": day.month, "year": day.year}
    return {f"{name}-{part}": str(value) for part, value in parts.items() if value is not None}
