"""The guided route for families: questions, check of the answers, the plan and its prints, calendar and contacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from flask_babel import gettext

from app.content.confirmed import Confirmed, FieldChange
from app.content.sources import Sources
from app.directory.cards import card
from app.directory.map import RegionMap, draw_map, map_places
from app.directory.model import Directory
from app.directory.vcard import vcards
from app.guidance.model import Guidance
from app.guidance.reading import marker, teasers, words
from app.kernel.dates import KYIV, PartialDate, in_words
from app.kernel.languages import other
from app.kernel.tally import ANSWERED, SHOWN
from app.pathways.calendar import deadlines
from app.pathways.conditions import UNKNOWN
from app.pathways.labels import PHASES, paper_words, problem_text
from app.pathways.load import STEPS, WORDS
from app.pathways.model import LineKind, Pathways, Phase, Question, QuestionKind
from app.pathways.outdated import outdated_lines
from app.pathways.paper import call_text, plan_pdf
from app.pathways.plan import Plan, compose
from app.pathways.sheet import Sheet, choices, option_text, put_in_words
from app.pathways.walk import DATE_PARTS, Position, as_pairs, walk
from app.pathways.way import places
from app.web.edition import part
from app.web.language import in_language, language
from app.web.limits import Budget, limited
from app.web.pages import MINUTE, answers_page, public_page
from app.web.tally import counted

blueprint = in_language(Blueprint("pathways", __name__))

MOST_PAIRS = 80
LONG_PLAN = 15
"""Stations above which the last phase is shown in brief first, so that the page fits into one flight of TCP."""
LONGEST_QUERY = 2000
LARGE = ("size", "large")
HEAVIEST_FILE = 60_000
"""Bytes of a plan as one file, so that it goes through a messenger on a weak signal."""
SHORTER_AND_SHORTER: Sequence[tuple[bool, frozenset[Phase]]] = (
    (True, frozenset()),
    (False, frozenset()),
    (False, frozenset({Phase.THEN})),
    (False, frozenset({Phase.THEN, Phase.WEEK})),
    (False, frozenset(Phase)),
)
"""What a file that would be too heavy goes without: first the reasons and sources, then the later steps in full."""


@dataclass(frozen=True)
class Option:
    """An option of a question as the page shows it."""

    id: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class Frame:
    """Where the questions are asked: by which endpoint, within which page, and whether that is another site's."""

    endpoint: str
    base: str
    is_foreign: bool


OWN = Frame("pathways.find_help", "base.html", is_foreign=False)


@blueprint.get("/find-help")
def find_help() -> Response:
    """Ask the next question; when there is none left, show the answers for checking."""
    return ask(OWN)


def ask(frame: Frame) -> Response:
    """Ask the next question in a frame, or show the answers for checking."""
    position = position_asked()
    if position.question is None:
        checking = answers_page(
            "pathways/check_answers.html",
            choices=choices(part(Pathways), part(Directory), position.pairs(), language()),
            position=position,
            plan_address=_with_answers("pathways.plan", position),
            query=urlencode(position.pairs()),
            change_address=lambda question: _address(frame.endpoint, [*position.pairs(), ("change", question)]),
            frame=frame,
        )
        return counted(checking, *_answered_now(position))
    asking = _question_page(frame, position, position.question)
    return counted(asking, f"{SHOWN}:{position.question.id}", *_answered_now(position))


def _answered_now(position: Position) -> list[str]:
    """Return what counts the question whose answer was just sent, if it was accepted: no answer, and no person."""
    asked = request.args.get("asked", "")
    return [f"{ANSWERED}:{asked}"] if asked in position.answers else []


@blueprint.get("/find-help/map")
def find_help_map() -> Response:
    """Let a region question be answered on a map. What is chosen stands in the question's field, to be looked at."""
    position = position_asked()
    question = next((item for item in position.asked if item.id == request.args.get("question")), None)
    if question is None or question.kind is not QuestionKind.REGION:
        abort(redirect(_address("pathways.find_help", as_pairs(position.kept)), 303))
    pathways, directory = part(Pathways), part(Directory)
    others = [pair for pair in as_pairs(position.kept) if pair[0] != question.id]

    def address_of(option: str) -> str:
        return _address("pathways.find_help", [*others, (question.id, option), ("change", question.id)])

    shown = map_places(directory, language(), address_of, chosen=next(iter(position.kept.get(question.id, ())), ""))
    return answers_page(
        "pathways/map.html",
        text=pathways.words[language()].questions[question.id],
        places=shown,
        picture=draw_map(part(RegionMap), shown),
        credit=part(RegionMap).credit,
        options=[
            (option_text(pathways, directory, question, option, language()), address_of(option))
            for option in (*question.options, UNKNOWN)
            if option not in directory.regions
        ],
        back=_address("pathways.find_help", [*as_pairs(position.kept), ("change", question.id)]),
    )


@blueprint.get("/plan")
def plan() -> Response:
    """Show the plan as a drawn route; without the essential answers, go back to the question."""
    position = _answered()
    made, sheet = plan_of(position)
    guidance = part(Guidance)
    articles = teasers(guidance, sheet.articles, language())
    return answers_page(
        "pathways/plan.html",
        sheet=sheet,
        plan=made,
        older_lines=outdated_lines(made, sheet, part(Confirmed)),
        phases=PHASES,
        kind=LineKind,
        position=position,
        articles=articles,
        titles={item.slug: item.title for item in articles},
        words=words(guidance, sheet.terms, language()),
        brief=is_long(sheet) and "whole" not in request.args,
        links=plan_links(position),
        query=urlencode(position.pairs()),
    )


def asked_plan() -> tuple[Position, Sheet]:
    """Return the plan that the present address asks for; without the essential answers, go back to the question."""
    position = _answered()
    return position, plan_of(position)[1]


def is_long(sheet: Sheet) -> bool:
    """Whether the page shows the last phase in brief first."""
    return len(sheet.stations) > LONG_PLAN


def plan_links(position: Position) -> dict[str, str]:
    """Return the addresses of a plan in all its forms, by the names that templates use."""
    pairs = position.pairs()
    names = ("find_help", "plan", "plan_print", "plan_pdf_file", "plan_ics", "plan_vcf", "plan_file")
    return {name: _address(f"pathways.{name}", pairs) for name in names} | {
        "whole": _address("pathways.plan", [*pairs, ("whole", "1")]),
        "columns": _address("pathways.plan_print", [*pairs, ("columns", "2")]),
        "large": _address("pathways.plan_print", [*pairs, LARGE]),
    }


@blueprint.get("/plan/print")
def plan_print() -> Response:
    """Show the plan for paper: one column, two with the other language beside, or one in large print."""
    position = _answered()
    large = request.args.get("size") == "large"
    two = not large and request.args.get("columns") == "2"
    languages = [language(), other(language())] if two else [language()]
    return answers_page(
        "pathways/plan_print.html",
        columns=[(plan_of(position, code)[1], paper_words(code, part(Directory))) for code in languages],
        phases=Phase,
        kind=LineKind,
        call_text=call_text,
        large=large,
        back=_with_answers("pathways.plan", position),
        other_size=_address("pathways.plan_print", [*position.pairs(), *([] if large else [LARGE])]),
        now=datetime.now(KYIV),
    )


@blueprint.get("/plan.html")
def plan_file() -> Response:
    """Hand out the plan as one file that opens without a connection, to be sent by messenger."""
    position = _answered()
    _, sheet = plan_of(position)
    site = str(current_app.config["SITE_URL"])
    body = b""
    for with_reasons, brief in SHORTER_AND_SHORTER:
        body = render_template(
            "pathways/plan_file.html",
            sheet=sheet,
            words=paper_words(language(), part(Directory)),
            phases=PHASES,
            kind=LineKind,
            call_text=call_text,
            publishers=_publishers,
            with_reasons=with_reasons,
            brief=brief,
            address=f"{site}{_with_answers('pathways.plan', position)}" if site else "",
            day=in_words(_today(), language()),
        ).encode()
        if len(body) <= HEAVIEST_FILE:
            break
    return _file(body, "text/html", "plan.html")


@blueprint.get("/plan.pdf")
@limited(Budget.PDF)
def plan_pdf_file() -> Response:
    """Hand out the plan as a tagged PDF."""
    position = _answered()
    two = request.args.get("columns") == "2"
    languages = [language(), other(language())] if two else [language()]
    columns = [(plan_of(position, code)[1], paper_words(code, part(Directory))) for code in languages]
    body = plan_pdf(columns, day=_today())
    return _file(body, "application/pdf", "plan.pdf")


@blueprint.get("/plan.ics")
def plan_ics() -> Response:
    """Hand out the plan's deadlines for the phone's calendar."""
    position = _answered()
    made, sheet = plan_of(position)
    labels = {
        "last-day": gettext("Last day"),
        "answer-due": gettext("Answer due"),
        "review": gettext("Look at the plan again"),
    }
    now = datetime.now(UTC)
    return _file(deadlines(made, sheet, labels=labels, today=_today(), now=now), "text/calendar", "plan.ics")


@blueprint.get("/plan.vcf")
def plan_vcf() -> Response:
    """Hand out the contacts of the plan's bodies for the phone's address book."""
    position = _answered()
    _, sheet = plan_of(position)
    cards = {card.id: card for station in sheet.stations for card in station.cards}
    return _file(vcards(cards.values()).encode(), "text/vcard", "contacts.vcf")


@blueprint.app_template_global()
def way_of(slug: str, situations: Sequence[str]) -> list[dict[str, str | None]]:
    """Where an article stands on the way, in words: the situation, and the titles of the steps around it by id."""
    pathways = part(Pathways)
    titles = pathways.step_words[language()]
    return [
        {
            "situation": pathways.words[language()].situations[place.situation].title,
            "before": place.before,
            "before_title": titles[place.before].title if place.before else None,
            "step": place.step,
            "step_title": titles[place.step].title,
            "after": place.after,
            "after_title": titles[place.after].title if place.after else None,
        }
        for place in places(pathways, slug, situations)
    ]


@blueprint.app_template_global()
def situation_titles() -> dict[str, str]:
    """The situations in words, by id, for choosing articles."""
    pathways = part(Pathways)
    words_here = pathways.words[language()].situations
    return {item.id: words_here[item.id].title for item in pathways.situations if item.kind == "situation"}


@blueprint.app_template_global()
def need_titles() -> dict[str, str]:
    """The needs in words, by id, for choosing articles."""
    options = part(Pathways).words[language()].questions["need"].options
    return {id_: text for id_, text in options.items() if id_ != UNKNOWN}


@blueprint.get("/steps/<id_>")
def step(id_: str) -> Response:
    """Show one step by itself, with everything it can say and every source behind it."""
    pathways = part(Pathways)
    found = pathways.steps.get(id_)
    if found is None:
        abort(404)
    text = pathways.step_words[language()][id_]
    now = datetime.now(UTC)
    ids = dict.fromkeys((*found.sources, *(source for line in found.lines for source in line.sources)))
    return public_page(
        "pathways/step.html",
        fresh_for=MINUTE,
        step=found,
        text=text,
        changed=part(Confirmed).changed(f"{STEPS}{id_}/{language()}.yaml"),
        is_unread=part(Confirmed).is_unread(f"{STEPS}{id_}/{language()}.yaml"),
        kind=LineKind,
        cards=[card(part(Directory)[body.id], language(), now) for body in found.bodies],
        sources=[part(Sources).by_id[source] for source in ids],
        articles=teasers(part(Guidance), found.articles, language()),
        situations=[
            pathways.words[language()].situations[situation.id].title
            for situation in pathways.situations
            if situation.kind == "situation" and situation.phase_of(id_)
        ],
    )


def position_asked() -> Position:
    """Read the address. Over-long or malformed queries are refused with 400."""
    raw = request.query_string
    pairs = list(request.args.items(multi=True))
    if len(raw) > LONGEST_QUERY or len(pairs) > MOST_PAIRS or b"\x00" in raw or b"%00" in raw:
        abort(400)
    return walk(
        part(Pathways),
        pairs,
        today=_today(),
        submitted=request.args.get("asked"),
        change=request.args.get("change"),
    )


def _answered() -> Position:
    """Read the address of a plan; where essential answers are open, go back to their question."""
    position = position_asked()
    if position.open_essentials or not position.answers:
        abort(redirect(_address("pathways.find_help", as_pairs(position.kept)), 303))
    return position


def _today() -> date:
    return datetime.now(KYIV).date()


def plan_of(position: Position, code: str | None = None) -> tuple[Plan, Sheet]:
    """Return the plan for a position, and the same in words of a language, that of the page unless another is named."""
    code = code or language()
    made = compose(part(Pathways), position.answers, today=_today())
    sheet = put_in_words(
        made,
        position.answers,
        pathways=part(Pathways),
        directory=part(Directory),
        marker=marker(part(Guidance), code),
        language=code,
        now=datetime.now(UTC),
    )
    return made, sheet


def _publishers(sources: Sequence[str]) -> list[str]:
    """Who published the sources, each once; Russian pages, which the site only warns of, are left out."""
    found = (part(Sources).by_id[source] for source in sources)
    return list(dict.fromkeys(source.publisher for source in found if source.is_linked))


def _question_page(frame: Frame, position: Position, question: Question) -> Response:
    pathways, directory = part(Pathways), part(Directory)
    known = position.kept.get(question.id, ())
    # What was chosen stays chosen while it is being put right.
    given = request.args.getlist(question.id) if position.problem else known
    texts = {
        option: option_text(pathways, directory, question, option, language())
        for option in (*question.options, UNKNOWN)
    }
    alone = next((texts[option] for option in (*question.alone, UNKNOWN) if option in given), "")
    hidden = [(key, value) for key, value in as_pairs(position.kept) if key != question.id]
    number = position.asked.index(question) + 1
    return answers_page(
        "pathways/question.html",
        question=question,
        changed=_changed(question),
        kinds=QuestionKind,
        text=pathways.words[language()].questions[question.id],
        options=[Option(option, text, option in given) for option, text in texts.items()],
        hidden=hidden,
        typed=_typed_date(question, known),
        problem=problem_text(position.problem, question.kind, alone=alone) if position.problem else None,
        number=number,
        back=_previous(frame, position, question),
        frame=frame,
        plan_address=None if position.open_essentials else _with_answers("pathways.plan", position),
        unknown=UNKNOWN,
        map_address=_address("pathways.find_help_map", [*as_pairs(position.kept), ("question", question.id)]),
    )


def _changed(question: Question) -> list[FieldChange]:
    """Return what the words of a question say in the source since they were translated."""
    changed = part(Confirmed).changed(f"{WORDS}{language()}.yaml")
    return [one for anchor, one in changed.items() if anchor.startswith(f"questions.{question.id}.") and one.text]


def _typed_date(question: Question, given: Sequence[str]) -> dict[str, str]:
    """What the three date fields show: what was typed, else the accepted answer."""
    if question.kind is not QuestionKind.DATE:
        return {}
    typed = {name: request.args.get(f"{question.id}-{name}", "")[:8] for name in DATE_PARTS}
    if any(typed.values()) or not given or given[0] == UNKNOWN:
        return typed
    known = PartialDate.parse(given[0])
    return {
        "day": str(known.day or ""),
        "month": str(known.month or ""),
        "year": str(known.year),
    }


def _previous(frame: Frame, position: Position, question: Question) -> str | None:
    """The address that asks the question before this one again, keeping all answers."""
    place = position.asked.index(question)
    if place == 0:
        return None
    return _address(frame.endpoint, [*as_pairs(position.kept), ("change", position.asked[place - 1].id)])


def _address(endpoint: str, pairs: Sequence[tuple[str, str]]) -> str:
    query = urlencode(pairs)
    return f"{url_for(endpoint)}?{query}" if query else url_for(endpoint)


def _with_answers(endpoint: str, position: Position) -> str:
    return _address(endpoint, position.pairs())


def _file(body: bytes, media_type: str, name: str) -> Response:
    response = Response(body, mimetype=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
