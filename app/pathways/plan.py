"""Composing the plan: the union of all situations that match, equal steps merged, ordered by urgency and dependency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.kernel.dates import PartialDate, add_months
from app.pathways.conditions import Answered, Answers, Condition, Evidence
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
    """Return the plan for `answers`. Empty only where no situation matches.

    Where several people are missing, it is the union of the plans for each of them: what is known about one never
    takes away a step that another needs.
    """
    views = [_View.of(pathways, about_one, today) for about_one in people(pathways, answers)]
    situations = sorted(
        (situation for situation in pathways.situations if any(situation.id in view.why for view in views)),
        key=lambda situation: situation.urgency,
    )

    phases: dict[str, Phase] = {}
    for view in views:
        for step, phase in view.phases.items():
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
        concerned = [view for view in views if id_ in view.phases]
        reasons = _ordered(frozenset().union(*(view.reasons(id_, situations) for view in concerned)), rank)
        stops.append(_stop(pathways.steps[id_], phases[id_], reasons, [view.answers for view in concerned], today))

    articles = dict.fromkeys(
        [article for stop in stops for article in stop.step.articles]
        + [article for situation in situations for article in situation.articles]
    )
    here = {situation.id for situation in situations}
    changes = dict.fromkeys(other for situation in situations for other in situation.may_change_into)
    return Plan(tuple(situations), tuple(stops), tuple(articles), tuple(id_ for id_ in changes if id_ not in here))


def people(pathways: Pathways, answers: Answers) -> list[Answers]:
    """Return the answers as they stand for each missing person: those about the others are left out.

    A question marked `person` is about one person; the options that made it be asked are that person's own.
    """
    about = [question for question in pathways.questions if question.person and question.id in answers]
    if len(about) < 2:
        return [answers]
    views: list[Answers] = []
    for question in about:
        others = {other.id for other in about if other is not question}
        view = {id_: options for id_, options in answers.items() if id_ not in others}
        for term in question.when.terms():
            if isinstance(term, Answered) and term.question in view:
                view[term.question] = tuple(option for option in view[term.question] if option in term.options)
        views.append(view)
    return views


@dataclass(frozen=True)
class _View:
    """What the answers about one person lead to: why each situation matches, why each step holds, and its phase."""

    answers: Answers
    why: Mapping[str, Evidence]
    own: Mapping[str, Evidence]
    phases: Mapping[str, Phase]

    @classmethod
    def of(cls, pathways: Pathways, answers: Answers, today: date) -> _View:
        why = _matching(pathways.situations, answers, today)
        own = _matching(pathways.steps.values(), answers, today)
        phases: dict[str, Phase] = {}
        for situation in pathways.situations:
            for phase, steps in situation.steps.items() if situation.id in why else ():
                for step in steps:
                    if step in own:
                        phases[step] = min(phases.get(step, phase), phase, key=PHASES.index)
        return cls(answers, why, own, phases)

    def reasons(self, step: str, situations: Iterable[Situation]) -> Evidence:
        """The answers that put `step` into the plan: those of the step itself and of the situations that list it."""
        listing = (situation.id for situation in situations if situation.phase_of(step))
        return self.own[step].union(*(self.why.get(id_, frozenset()) for id_ in listing))


def _matching(items: Iterable[Situation | Step], answers: Answers, today: date) -> dict[str, Evidence]:
    found = ((item.id, item.when.match(answers, today)) for item in items)
    return {id_: evidence for id_, evidence in found if evidence is not None}


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


def _stop(
    step: Step, phase: Phase, reasons: tuple[tuple[str, str], ...], people: Sequence[Answers], today: date
) -> Stop:
    def holds(condition: Condition) -> bool:
        return any(condition.match(answers, today) is not None for answers in people)

    lines = tuple(line for line in step.lines if holds(line.when))
    told = {line.id for line in lines}
    return Stop(
        step=step,
        phase=phase,
        reasons=reasons,
        lines=lines,
        bodies=tuple(body.id for body in step.bodies if holds(body.when)),
        wrong_doors=tuple(door.id for door in step.wrong_doors if door.line in told and holds(door.when)),
        answer_by=answer_by(step, today),
        act_by=_act_by(step, people[0], today),
    )


def answer_by(step: Step, today: date) -> date | None:
    """Return the day an answer is due, if any is, counted from the day after the request goes out, which is `today`.

    Working days are Monday to Friday.
    """
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
