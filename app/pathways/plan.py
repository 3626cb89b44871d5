"""Composing the plan: the union of all situations that match, equal steps merged, ordered by urgency and dependency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.kernel.dates import PartialDate, add_months
from app.pathways.conditions import Answers, Evidence
from app.pathways.model import Line, LineKind, Pathways, Phase, Situation, Step

PHASES = tuple(Phase)


@dataclass(frozen=True)
class Stop:
    """A step on the way of one family: its phase, the answers that put it there, and what of it concerns them.

    `answer_by` is the day an answer is due if the request goes out today; `act_by` the last day to take the step.
    """

    step: Step
    phase: Phase
    reasons: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    bodies: tuple[str, ...]
    wrong_doors: tuple[str, ...]
    answer_by: date | None
    act_by: date | None

    def of_kind(self, *kinds: LineKind) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.kind in kinds)


@dataclass(frozen=True)
class Plan:
    """What one family is told: the situations that match (most urgent first), the stops in order, what to read."""

    situations: tuple[Situation, ...]
    stops: tuple[Stop, ...]
    articles: tuple[str, ...]
    may_change_into: tuple[str, ...]

    def of_phase(self, phase: Phase) -> tuple[Stop, ...]:
        return tuple(stop for stop in self.stops if stop.phase is phase)


def compose(pathways: Pathways, answers: Answers, *, today: date) -> Plan:
    """Return the plan for `answers`. Empty only where no situation matches."""
    matched = sorted(
        ((situation, evidence) for situation in pathways.situations
         if (evidence := situation.when.match(answers, today)) is not None),
        key=lambda pair: pair[0].urgency,
    )  # fmt: skip
    situations = [situation for situation, _ in matched]
    own = {step.id: evidence for step in pathways.steps.values()
           if (evidence := step.when.match(answers, today)) is not None}  # fmt: skip

    phases: dict[str, Phase] = {}
    for situation in situations:
        for phase, steps in situation.steps.items():
            for step in steps:
                if step in own:
                    phases[step] = min(phases.get(step, phase), phase, key=PHASES.index)

    order: list[str] = []
    for phase in PHASES:
        lists = [
            [step for listed in PHASES for step in situation.steps.get(listed, ()) if phases.get(step) is phase]
            for situation in situations
        ]
        order += weave(lists)
    order = settle(order, phases, pathways.steps)

    rank = {question.id: place for place, question in enumerate(pathways.questions)}
    stops = []
    for id_ in order:
        evidence = own[id_].union(*(why for situation, why in matched if situation.phase_of(id_)))
        stops.append(_stop(pathways.steps[id_], phases[id_], _ordered(evidence, rank), answers, today))

    articles = dict.fromkeys(
        [article for stop in stops for article in stop.step.articles]
        + [article for situation in situations for article in situation.articles]
    )
    here = {situation.id for situation in situations}
    changes = dict.fromkeys(other for situation in situations for other in situation.may_change_into)
    return Plan(tuple(situations), tuple(stops), tuple(articles), tuple(id_ for id_ in changes if id_ not in here))


def weave(lists: Iterable[list[str]]) -> list[str]:
    """Merge ordered lists into one: the first keeps its order, later ones put their own steps beside their neighbours.

    A new step stands right after the nearest step before it in its own list that is already placed, else right before
    the nearest step after it, else at the end.
    """
    woven: list[str] = []
    for steps in lists:
        for place, step in enumerate(steps):
            if step in woven:
                continue
            before = next((other for other in reversed(steps[:place]) if other in woven), None)
            after = next((other for other in steps[place + 1 :] if other in woven), None)
            if before is not None:
                woven.insert(woven.index(before) + 1, step)
            elif after is not None:
                woven.insert(woven.index(after), step)
            else:
                woven.append(step)
    return woven


def settle(order: list[str], phases: Mapping[str, Phase], steps: Mapping[str, Step]) -> list[str]:
    """Move a step behind every step of the same or an earlier phase that it depends on, otherwise keeping the order.

    Raises ValueError where dependencies form a circle.
    """
    settled: list[str] = []
    waiting = list(order)
    while waiting:
        for step in waiting:
            needed = [
                other for other in steps[step].after
                if other in waiting and PHASES.index(phases[other]) <= PHASES.index(phases[step])
            ]  # fmt: skip
            if not needed:
                settled.append(step)
                waiting.remove(step)
                break
        else:
            raise ValueError(f"steps depend on each other in a circle: {', '.join(waiting)}")
    return settled


def _ordered(evidence: Evidence, rank: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(evidence, key=lambda pair: (rank[pair[0]], pair[1])))


def _stop(step: Step, phase: Phase, reasons: tuple[tuple[str, str], ...], answers: Answers, today: date) -> Stop:
    lines = tuple(line for line in step.lines if line.when.match(answers, today) is not None)
    return Stop(
        step=step,
        phase=phase,
        reasons=reasons,
        lines=lines,
        bodies=tuple(body.id for body in step.bodies if body.when.match(answers, today) is not None),
        wrong_doors=tuple(
            door.id for door in step.wrong_doors
            if door.when.match(answers, today) is not None and any(line.id == door.line for line in lines)
        ),
        answer_by=_answer_by(step, today),
        act_by=_act_by(step, answers, today),
    )  # fmt: skip


def _answer_by(step: Step, today: date) -> date | None:
    """The day an answer is due, counted from the day after the request (working days: Monday to Friday)."""
    if step.answer_due is None:
        return None
    if step.answer_due.counted == "calendar":
        return today + timedelta(days=step.answer_due.days)
    day, left = today, step.answer_due.days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def _act_by(step: Step, answers: Answers, today: date) -> date | None:
    """The last day for a step with a deadline, if the day of the disappearance was given in full or by month."""
    given = answers.get("when", ())
    if step.deadline is None or not given:
        return None
    try:
        day = PartialDate.parse(given[0])
    except ValueError:
        return None
    if not day.month:
        return None
    # Counted from the earliest day it can have been: a family that remembers only the month must not be late. Nor must
    # it give up while the latest day still leaves time: then the last day is today.
    return min(max(add_months(day.earliest, step.deadline.months), today), add_months(day.latest, step.deadline.months))
