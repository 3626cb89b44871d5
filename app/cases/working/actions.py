"""Working a plan through with a family: answer its route, note how far each step is, add own tasks, look at changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from app.audit.actions import record
from app.audit.model import Event
from app.cases.actions import Who, locked_case, told
from app.cases.model import Case, Happened, Line, State
from app.cases.store import CaseRow, find_case, lines
from app.cases.working import store
from app.cases.working.meaning import digests, edits_of, novelty
from app.cases.working.model import (
    LONGEST_REMARK,
    LONGEST_TITLE,
    Days,
    Due,
    Item,
    Novelty,
    Progress,
    UnfitError,
    Work,
    Wrong,
    due_of,
    moved,
    written,
)
from app.cases.working.route import Pairs, is_planned, kept, position
from app.content.edits import Edits
from app.kernel.dates import KYIV, as_utc
from app.pathways.model import Pathways, Phase
from app.pathways.plan import Stop, answer_by, compose
from app.pathways.walk import Position, walk
from app.storage.engine import Session

MOST_TASKS = 50
"""Own tasks of one case."""

_HAPPENED: Mapping[Progress, Happened] = {
    Progress.NONE: Happened.STEP_UNDONE,
    Progress.STARTED: Happened.STEP_STARTED,
    Progress.WAITING: Happened.STEP_WAITING,
    Progress.DONE: Happened.STEP_DONE,
}


class NoItemError(LookupError):
    """The case has no such step or task, or no longer."""


class TooManyTasksError(Exception):
    """The case has `MOST_TASKS` own tasks already."""


@dataclass(frozen=True)
class Guidance:
    """What the live edition says: the route with its steps, and what editors have published of them."""

    pathways: Pathways
    edits: Edits = field(default_factory=Edits)

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """What every step means today, by its id."""
        return digests(self.pathways)


@dataclass(frozen=True)
class Change:
    """What a helper notes at a step or task. `title` counts for an own task alone."""

    progress: Progress
    until: date | None = None
    remind: date | None = None
    remark: str = ""
    title: str = ""


# The route


def route_of(session: Session, case: Case, *, pathways: Pathways, now: datetime) -> Position:
    """Return where the guided route of a case stands."""
    row = find_case(session, case.id)
    return position(pathways, (row.route if row is not None else "") or "", today=_day(now))


def answer_route(
    session: Session, id_: str, pairs: Pairs, *, guidance: Guidance, who: Who, now: datetime
) -> Position:  # fmt: skip
    """Keep what the family answers on the guided route, whole or in part, and bring the working list in step with it.

    Answers that are impossible or unknown are dropped. Raises UnknownCaseError, ClosedError.
    """
    row = locked_case(session, id_, who=who)
    found = walk(guidance.pathways, pairs, today=_day(now))
    row.route = kept(found)
    told(session, row, Happened.ROUTE_ANSWERED, Event.CASE_WORKED, by=who.reference, now=now, part="route")
    _keep_in_step(session, row, guidance, now, seen=guidance.digests)
    return found


# The list


def work(session: Session, case: Case, *, guidance: Guidance, who: Who, now: datetime) -> Work:
    """Return the working list of a case; that of an open one is brought in step with the plan as it is today.

    Raises UnknownCaseError, ClosedError where the case was closed in this very moment.
    """
    if case.state is State.OPEN:
        _keep_in_step(session, locked_case(session, case.id, who=who), guidance, now, seen={})
    items = [item_of(row, guidance) for row in store.rows(session, case.id)]
    return Work([item for item in items if item.left_at is None], [item for item in items if item.left_at])


def item_of(row: store.StepRow, guidance: Guidance) -> Item:
    """Return a row as it stands against the live edition."""
    now_digest = guidance.digests.get(row.step, "")
    looked_at = as_utc(row.looked_at)
    if row.is_own or not now_digest:
        standing = Novelty.SAME
    else:
        edits = edits_of(row.step, guidance.edits)
        standing = novelty(row.seen_digest, now_digest, looked_at=looked_at, edits=edits)
    return Item(
        id=row.id,
        step="" if row.is_own else row.step,
        title=row.title or "",
        phase=Phase(row.phase),
        progress=Progress(row.progress),
        days=Days(row.started_on, row.waiting_until, row.done_on, row.remind_on),
        act_by=row.act_by,
        remark=row.remark or "",
        by=row.by,
        changed_at=as_utc(row.changed_at) if row.changed_at else None,
        novelty=standing,
        looked_at=looked_at,
        left_at=as_utc(row.left_at) if row.left_at else None,
    )


def find_item(session: Session, case: Case, id_: str, *, guidance: Guidance) -> Item:
    """Return one step or task of a case. Raises NoItemError."""
    row = store.find(session, case.id, id_)
    if row is None:
        raise NoItemError(id_)
    return item_of(row, guidance)


def history_of(session: Session, case: Case, item: Item) -> Sequence[Line]:
    """Return what happened with a step or task, the newest first."""
    found = [one for one in lines(session, case.id) if one.about == item.id]
    return [Line(as_utc(one.at), Happened(one.what), one.by, one.about) for one in found]


def note_step(
    session: Session, id_: str, item: str, change: Change, *, guidance: Guidance, who: Who, now: datetime
) -> None:
    """Note how far a step or task is, when to be reminded of it, and a remark.

    Waiting lasts until the day that is given, or else until the body owes its answer. Raises UnfitError, NoItemError,
    UnknownCaseError, ClosedError.
    """
    case = locked_case(session, id_, who=who)
    row = _row(session, id_, item)
    remark = written(change.remark, name="remark", longest=LONGEST_REMARK)
    days = Days(row.started_on, row.waiting_until, row.done_on, change.remind)
    step, today = guidance.pathways.steps.get(row.step), _day(now)
    again = Progress(row.progress) is change.progress
    if not again or change.until != row.waiting_until:
        due = answer_by(step, today) if step is not None else None
        days = moved(days, change.progress, until=change.until, answer_by=due, today=today)
    row.started_on, row.waiting_until, row.done_on, row.remind_on = (
        days.started,
        days.waiting_until,
        days.done,
        days.remind,
    )
    row.progress, row.remark, row.by, row.changed_at = change.progress.value, remark, who.reference, now
    if row.is_own:
        row.title = _title(change.title)
    if again:
        record(session, Event.CASE_WORKED, actor=who.reference, subject=case.subject, now=now, part="plan")
        case.changed_at = now
        session.flush()
    else:
        _tell(session, case, _HAPPENED[change.progress], item, who, now)


def look(session: Session, id_: str, item: str, *, guidance: Guidance, who: Who, now: datetime) -> None:
    """Note that somebody has looked at what the guidance says of a step now.

    Raises NoItemError, UnknownCaseError, ClosedError.
    """
    case = locked_case(session, id_, who=who)
    row = _row(session, id_, item)
    row.seen_digest, row.looked_at = guidance.digests.get(row.step, row.seen_digest), now
    record(session, Event.CASE_WORKED, actor=who.reference, subject=case.subject, now=now, part="plan")
    session.flush()


def add_task(
    session: Session, id_: str, title: str, *, phase: Phase, remind: date | None, who: Who, now: datetime
) -> str:
    """Add an own task beside the steps of the plan and return its id.

    Raises UnfitError, TooManyTasksError, UnknownCaseError, ClosedError.
    """
    case = locked_case(session, id_, who=who)
    title = _title(title)
    own = [row for row in store.rows(session, id_) if row.is_own]
    if len(own) >= MOST_TASKS:
        raise TooManyTasksError
    row = store.new_row(case, "", now=now)
    row.phase, row.number, row.remind_on = phase.value, 1 + max((one.number for one in own), default=0), remind
    row.by, row.changed_at = who.reference, now
    store.add(session, row)
    row.title = title
    _tell(session, case, Happened.TASK_ADDED, row.id, who, now)
    return row.id


def remove_task(session: Session, id_: str, item: str, *, who: Who, now: datetime) -> None:
    """Remove an own task; gone already is no error. Raises NoItemError for a step of the plan, and as `locked_case`."""
    case = locked_case(session, id_, who=who)
    row = store.find(session, id_, item)
    if row is None:
        return
    if not row.is_own:
        raise NoItemError(item)
    store.remove(session, row)
    _tell(session, case, Happened.TASK_REMOVED, item, who, now)


def due(session: Session, cases: Sequence[CaseRow], *, guidance: Guidance, today: date) -> list[Due]:
    """Return what is to be done on which day at the steps and tasks of these cases."""
    found = []
    for row in store.rows_of(session, [case.id for case in cases]):
        item = item_of(row, guidance)
        for day, why in due_of(item, today=today):
            found.append(
                Due(row.case_id, day, why, item.title, "case_plan.step", {"item": item.id}, step=item.step)
            )  # fmt: skip
    return found


def _keep_in_step(
    session: Session, case: CaseRow, guidance: Guidance, now: datetime, *, seen: Mapping[str, str]
) -> None:  # fmt: skip
    """Let the rows of a case be those of its plan today. Steps that come count as looked at as far as `seen` has them.

    So do all where the list is opened for the first time: nothing in it came by itself. A step that leaves goes without
    a trace where nothing was noted at it, and else stays apart, as it was.
    """
    here = position(guidance.pathways, case.route or "", today=_day(now))
    stops = compose(guidance.pathways, here.answers, today=_day(now)).stops if is_planned(here) else ()
    rows = {row.step: row for row in store.rows(session, case.id) if not row.is_own}
    seen = seen if rows else guidance.digests
    for number, stop in enumerate(stops):
        row = rows.pop(stop.step.id, None)
        if row is None:
            row = store.new_row(case, stop.step.id, now=now)
            row.seen_digest = seen.get(stop.step.id, "")
            store.add(session, row)
        _place(row, stop, number)
    for row in rows.values():
        if row.left_at is not None:
            continue
        if row.changed_at is None:
            store.remove(session, row)
        else:
            row.left_at = now
    session.flush()


def _place(row: store.StepRow, stop: Stop, number: int) -> None:
    row.phase, row.number, row.act_by, row.left_at = stop.phase.value, number, stop.act_by, None


def _row(session: Session, case: str, item: str) -> store.StepRow:
    row = store.find(session, case, item)
    if row is None:
        raise NoItemError(item)
    return row


def _tell(session: Session, case: CaseRow, what: Happened, item: str, who: Who, now: datetime) -> None:
    told(session, case, what, Event.CASE_WORKED, by=who.reference, now=now, about=item, part="plan")


def _title(text: str) -> str:
    text = " ".join(written(text, name="title", longest=LONGEST_TITLE).split())
    if not text:
        raise UnfitError(("title", Wrong.NO_TITLE))
    return text


def _day(now: datetime) -> date:
    return now.astimezone(KYIV).date()
