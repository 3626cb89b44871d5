"""Reads the route from a library (``pathways/``) and checks that it can be walked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from app.content.library import Reader
from app.content.sources import Sources, check_sources
from app.content.style import Banned, check_words
from app.directory.load import check_contacts
from app.directory.model import Directory
from app.kernel.languages import PUBLIC
from app.kernel.said import N_
from app.pathways.conditions import UNKNOWN, Answered, Condition, Is
from app.pathways.model import LineKind, Pathways, PathwayWords, Question, QuestionKind, Situation, Step, StepWords
from app.pathways.predicates import PREDICATES

GRAPH = "pathways/graph.yaml"
SITUATIONS = "pathways/situations/"
STEPS = "pathways/steps/"
WORDS = "pathways/words/"


def load_pathways(reader: Reader, regions: Mapping[str, object]) -> Pathways:
    """Read questions, situations, steps and their words; faults go to the reader.

    Questions of kind `region` accept the codes of `regions` before their own options.
    """
    questions = []
    for number, entry in enumerate((reader.data(GRAPH) or {}).get("questions", [])):
        if isinstance(entry, dict) and entry.get("kind") == QuestionKind.REGION:
            entry = {**entry, "options": [*regions, *entry.get("options", [])]}
        question = reader.model(Question, GRAPH, entry)
        if question is None:
            reader.fault(GRAPH, f"questions.{number}", N_("this question is not readable, see above"))
            continue
        questions.append(question)

    situations = []
    for path in reader.library.paths(SITUATIONS, ".yaml"):
        situation = reader.model(Situation, path, reader.data(path))
        if situation is not None:
            if path != f"{SITUATIONS}{situation.id}.yaml":
                reader.fault(path, "id", N_("differs from the file's name; make them equal"))
            situations.append(situation)

    steps: dict[str, Step] = {}
    step_words: dict[str, dict[str, StepWords]] = {code: {} for code in PUBLIC}
    for path in reader.library.paths(STEPS, "/step.yaml"):
        folder = path.removesuffix("/step.yaml")
        step = reader.model(Step, path, reader.data(path))
        if step is None:
            continue
        if folder != f"{STEPS}{step.id}":
            reader.fault(path, "id", N_("differs from the folder's name; make them equal"))
        steps[step.id] = step
        for code in PUBLIC:
            spoken = f"{folder}/{code}.yaml"
            texts = reader.model(StepWords, spoken, reader.data(spoken))
            if texts is not None:
                step_words[code][step.id] = texts

    words = {}
    for code in PUBLIC:
        read = reader.model(PathwayWords, f"{WORDS}{code}.yaml", reader.data(f"{WORDS}{code}.yaml"))
        words[code] = read or PathwayWords(questions={}, situations={})
    return Pathways(
        tuple(questions),
        tuple(situations),
        MappingProxyType(steps),
        MappingProxyType(words),
        MappingProxyType({code: MappingProxyType(texts) for code, texts in step_words.items()}),
    )


def check_pathways(
    reader: Reader,
    pathways: Pathways,
    directory: Directory,
    sources: Sources,
    articles: Mapping[str, object],
    banned: Sequence[Banned],
) -> None:
    """Record what no single file shows: unknown ids, texts missing in a language, steps that no situation uses."""
    _check_questions(reader, pathways)
    used: set[str] = set()
    ids = {situation.id for situation in pathways.situations}
    for situation in pathways.situations:
        path = f"{SITUATIONS}{situation.id}.yaml"
        _check_condition(reader, pathways, path, "when", situation.when)
        for phase, steps in situation.steps.items():
            used.update(steps)
            for id_ in steps:
                if id_ not in pathways.steps:
                    reader.fault(
                        path, f"steps.{phase}", N_("there is no step '%(id)s'; write it or take it out"), id=id_
                    )
        for slug in situation.articles:
            if slug not in articles:
                reader.fault(path, "articles", N_("there is no article '%(id)s'; write it or take it out"), id=slug)
        for other in situation.may_change_into:
            if other not in ids:
                reader.fault(path, "may_change_into", N_("there is no situation '%(id)s'"), id=other)
    for step in pathways.steps.values():
        _check_step(reader, pathways, step, directory, sources, articles, banned)
        if step.id not in used:
            reader.fault(
                f"{STEPS}{step.id}/step.yaml", "", N_("no situation uses this step; add it to one or remove it")
            )
        if step.id in _waited_for(step, pathways.steps):
            reader.fault(f"{STEPS}{step.id}/step.yaml", "after", N_("this step waits for itself in a circle; open it"))


def _waited_for(step: Step, steps: Mapping[str, Step]) -> set[str]:
    """Return every step that `step` waits for, also through others."""
    found: set[str] = set()
    left = list(step.after)
    while left:
        other = left.pop()
        if other in steps and other not in found:
            found.add(other)
            left += steps[other].after
    return found


def _check_questions(reader: Reader, pathways: Pathways) -> None:
    seen: set[str] = set()
    for question in pathways.questions:
        for term in question.when.terms():
            if isinstance(term, Answered):
                needed = [term.question]
            else:
                needed = [PREDICATES[name].question for name in term.predicates]
            for other in needed:
                if other not in seen:
                    reader.fault(
                        GRAPH,
                        question.id,
                        N_("asked depending on '%(other)s', which is not asked before it"),
                        other=other,
                    )
        _check_condition(reader, pathways, GRAPH, question.id, question.when)
        seen.add(question.id)
        for code in PUBLIC:
            words = pathways.words[code].questions.get(question.id)
            path = f"{WORDS}{code}.yaml"
            if words is None:
                reader.fault(path, question.id, N_("this question has no words; add them"))
                continue
            expected = set() if question.kind is QuestionKind.DATE else set(question.options) | {UNKNOWN}
            if question.kind is QuestionKind.REGION:
                expected = {option for option in expected if not option.startswith("UA-")}
            for option in sorted(expected - set(words.options)):
                reader.fault(path, f"{question.id}.{option}", N_("this option has no words; add them"))
            for option in sorted(set(words.options) - expected - {UNKNOWN}):
                reader.fault(path, f"{question.id}.{option}", N_("words for an option that the graph does not have"))
    for code in PUBLIC:
        for situation in pathways.situations:
            if situation.id not in pathways.words[code].situations:
                reader.fault(f"{WORDS}{code}.yaml", situation.id, N_("this situation has no words; add them"))


def _check_condition(reader: Reader, pathways: Pathways, path: str, place: str, condition: Condition) -> None:
    known = {question.id: question for question in pathways.questions}
    for term in condition.terms():
        if isinstance(term, Is):
            for name in term.predicates:
                if PREDICATES[name].question not in known:
                    reader.fault(
                        path, place, N_("predicate '%(name)s' needs a question that does not exist"), name=name
                    )
            continue
        question = known.get(term.question)
        if question is None:
            reader.fault(path, place, N_("there is no question '%(question)s'"), question=term.question)
            continue
        for option in sorted(term.options):
            if not question.accepts(option):
                reader.fault(
                    path,
                    place,
                    N_("question '%(question)s' has no option '%(option)s'"),
                    question=term.question,
                    option=option,
                )


def _check_step(
    reader: Reader,
    pathways: Pathways,
    step: Step,
    directory: Directory,
    sources: Sources,
    articles: Mapping[str, object],
    banned: Sequence[Banned],
) -> None:
    path = f"{STEPS}{step.id}/step.yaml"
    _check_condition(reader, pathways, path, "when", step.when)
    lines = [line.id for line in step.lines]
    if len(set(lines)) < len(lines):
        reader.fault(path, "lines", N_("two lines have one id; rename one"))
    for line in step.lines:
        _check_condition(reader, pathways, path, f"lines.{line.id}", line.when)
        check_sources(reader, sources, path, f"lines.{line.id}", line.sources)
        if not line.sources and line.kind is not LineKind.SAY:
            reader.fault(
                path, f"lines.{line.id}", N_("no source stands behind this line; name one or take the line out")
            )
    for body in step.bodies:
        _check_condition(reader, pathways, path, f"bodies.{body.id}", body.when)
        if body.id not in directory.organisations:
            reader.fault(path, "bodies", N_("there is no organisation '%(id)s'"), id=body.id)
    for door in step.wrong_doors:
        _check_condition(reader, pathways, path, f"wrong_doors.{door.id}", door.when)
        if door.id not in directory.organisations:
            reader.fault(path, "wrong_doors", N_("there is no organisation '%(id)s'"), id=door.id)
        if door.line not in lines:
            reader.fault(
                path, f"wrong_doors.{door.id}", N_("there is no line '%(line)s' that says why"), line=door.line
            )
    for other in step.after:
        if other not in pathways.steps:
            reader.fault(path, "after", N_("there is no step '%(id)s'; write it or take it out"), id=other)
    for slug in step.articles:
        if slug not in articles:
            reader.fault(path, "articles", N_("there is no article '%(id)s'; write it or take it out"), id=slug)
    check_sources(reader, sources, path, "sources", step.sources)
    for code in PUBLIC:
        words = pathways.step_words[code].get(step.id)
        if words is None:
            continue
        spoken = f"{STEPS}{step.id}/{code}.yaml"
        check_words(reader, spoken, "", {code: "\n\n".join((words.title, *words.lines.values()))}, banned)
        check_contacts(reader, directory, spoken, "title", words.title)
        for line_id, text in words.lines.items():
            check_contacts(reader, directory, spoken, f"lines.{line_id}", text)
        for line_id in sorted(set(lines) - set(words.lines)):
            reader.fault(spoken, f"lines.{line_id}", N_("this line has no words; add them"))
        for line_id in sorted(set(words.lines) - set(lines)):
            reader.fault(spoken, f"lines.{line_id}", N_("words for a line that step.yaml does not have"))
