"""Words for the fields of forms and for what they offer to choose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from babel import Locale
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.content.library import Fault
from app.content.sources import Sources
from app.content.values import Confidence, say
from app.curation.filling.conditions import RULE, How, Wrong
from app.curation.filling.fields import Shape
from app.curation.filling.model import ANY_DAY, CLOSED, ROUND_THE_CLOCK, Control, Field
from app.curation.labels import fault_text
from app.directory.labels import KINDS, NEEDS, SERVES
from app.directory.model import Directory, Status
from app.kernel.languages import SOURCE
from app.pathways.conditions import UNKNOWN, Answered, Condition, Is, Not
from app.pathways.model import LineKind, Pathways, QuestionKind
from app.pathways.predicates import PREDICATES
from app.pathways.sheet import option_text
from app.web.edition import part
from app.web.language import language

LANGUAGES = {
    "uk": _l("in Ukrainian"),
    "en": _l("in English"),
    "ru": _l("in Russian"),
    "pl": _l("in Polish"),
    "de": _l("in German"),
}
LABELS = {
    "id": _l("Short name in addresses and links"),
    "kind": _l("Kind"),
    "name": _l("What it is called"),
    "abbreviation": _l("Short name"),
    "alternate_names": _l("What families type when they search"),
    "go_for": _l("Competent for"),
    "not_for": _l("Not competent for"),
    "how_to_find": _l("How to find it"),
    "successor_of": _l("What was before it"),
    "not_known": _l("What we do not know"),
    "serves": _l("Whom it serves"),
    "needs": _l("What it helps with"),
    "regions": _l("Regions"),
    "languages": _l("Languages spoken"),
    "cost": _l("Cost"),
    "phones": _l("Phones"),
    "emails": _l("E-mail addresses"),
    "websites": _l("Websites"),
    "messengers": _l("Messengers"),
    "number": _l("Number"),
    "label": _l("Whose number"),
    "status": _l("Can it be used?"),
    "hours": _l("When its office receives people, Kyiv time"),
    "phones-hours": _l("When it is answered, Kyiv time"),
    "exceptions": _l("Days with other hours"),
    "valid_from": _l("First day"),
    "valid_to": _l("Last day"),
    "exceptions-hours": _l("Hours on these days, Kyiv time"),
    "exceptions-reason": _l("Why, in a few words"),
    "short": _l("Short number"),
    "by_appointment": _l("By appointment only"),
    "reason": _l("Why it is doubted or out of date"),
    "use_instead": _l("Use instead"),
    "source": _l("Source where it was seen"),
    "as_of": _l("As of"),
    "app": _l("Messenger"),
    "address": _l("Address"),
    "address_unconfirmed": _l("Address that is not confirmed"),
    "url": _l("Web address"),
    "sources": _l("Sources"),
    "confidence": _l("How sure are we?"),
    "checked": _l("Checked on"),
    "checked-date": _l("Checked on"),
    "checked-how": _l("How it was checked"),
    "also": _l("Other words for it"),
    "plain": _l("In plain words"),
    "match": _l("How it is found in texts"),
    "title": _l("Title"),
    "publisher": _l("Publisher"),
    "date": _l("Date of the page"),
    "after": _l("Steps that come first"),
    "bodies": _l("Where to turn"),
    "lines": _l("Sentences"),
    "when": _l("Shown only when"),
    "articles": _l("Articles"),
    "answer_due-days": _l("An answer is due after so many days"),
    "answer_due-counted": _l("How these days are counted"),
    "answer_due-from": _l("These days begin with"),
    "answer_due-sources": _l("Sources of the term for the answer"),
    "deadline-months": _l("The step can be taken within so many months"),
    "deadline-from": _l("These months begin with"),
    "deadline-sources": _l("Sources of the last day"),
    "wrong_doors": _l("Where families are sent by mistake"),
    "line": _l("Name of the sentence that says why"),
    "question": _l("Question of the route"),
    "how": _l("What was answered"),
    "answers": _l("Answers"),
    "key": _l("Name of the sentence"),
    "text": _l("Text"),
}
HINTS = {
    "bodies-id": _l("Short name of the organisation, as it stands in its address"),
    "wrong_doors-id": _l("Short name of the organisation, as it stands in its address"),
    "answer_due-days": _l("A number; leave it empty where no term is known"),
    "deadline-months": _l("A number; leave it empty where the step can be taken at any time"),
    "id": _l("Latin letters, digits and hyphens, such as red-cross. It stands in addresses and does not change later."),
    "abbreviation": _l("As people call it, where that is shorter"),
    "alternate_names": _l("Other names, wrong spellings, questions; one a line. Only the search reads them."),
    "go_for": _l("What a family gets done there. One or two sentences that say what to do."),
    "not_for": _l("What families come with in vain, and where to go instead"),
    "how_to_find": _l("Needed where there is no current phone, address or website"),
    "not_known": _l("What the sources do not say, so that nobody takes it for granted"),
    "source": _l("Its short name; you find it under “Sources” below."),
    "emails-use_instead": _l("Only for an address that is out of date"),
    "use_instead": _l("Only for a contact that is out of date: the current one"),
    "reason": _l("Only where it is not current: families read it beside the contact"),
    "emails-address": _l("Such as help@example.org"),
    "messengers-address": _l("A link such as https://t.me/name"),
    "url": _l("The whole address with https://"),
    "short": _l("As people know it, such as 0 800 300 529"),
    "exceptions": _l("Such as a public holiday. A day that is over is not shown any more."),
    "exceptions-valid_to": _l("Leave it empty where it is one day"),
    "exceptions-reason": _l("Such as: public holiday"),
    "hours": _l("Hours before and after a break are two lines with the same days."),
    "exceptions-hours": _l("Fill in the times only where it is open at other hours."),
    "phones-number": _l("With the country code and without spaces, as +380441234567, or a short number as 1698"),
    "as_of": _l("Year, year and month, or day: 2026, 2026-03 or 2026-03-15"),
    "checked-date": _l("Year, year and month, or day: 2026, 2026-03 or 2026-03-15"),
    "match": _l("One pattern a line; * stands for any ending"),
}
PICKS_HINT = _l("The short names of sources, one in each line; an empty line more appears with every check.")
LINES_HINT = _l("One a line")
OPTIONS: Mapping[str, Mapping[Any, object]] = {
    "kind": KINDS,
    "serves": SERVES,
    "needs": NEEDS,
    "cost": {"free": _l("free of charge"), "not-stated": _l("not stated")},
    "status": {
        Status.CURRENT: _l("Yes, it is current"),
        Status.UNCLEAR: _l("Not confirmed"),
        Status.LEGACY: _l("No, it is out of date"),
    },
    "confidence": {
        Confidence.HIGH: _l("We are sure"),
        Confidence.MEDIUM: _l("Fairly sure"),
        Confidence.LOW: _l("Not sure"),
    },
    "checked-how": {"page": _l("read on a page"), "call": _l("called")},
    "answer_due-counted": {"": "–", "calendar": _l("calendar days"), "working": _l("working days")},
    "answer_due-from": {"": "–", "request": _l("the day of the request")},
    "deadline-from": {"": "–", "disappearance": _l("the day of the disappearance")},
    "how": {How.ANY: _l("one of these"), How.NONE: _l("none of these")},
    "lines-kind": {
        LineKind.SAY: _l("What to know"),
        LineKind.DO: _l("What to do"),
        LineKind.HOW: _l("How to do it"),
        LineKind.BRING: _l("What to bring"),
        LineKind.GET: _l("What you get"),
        LineKind.TERM: _l("How long it takes"),
        LineKind.SILENCE: _l("If there is no answer"),
        LineKind.BEWARE: _l("What to beware of"),
        LineKind.WRONG_DOOR: _l("Where not to turn"),
        LineKind.UNKNOWN: _l("What is not known"),
    },
}
DAYS = {
    "": _l("not known"),
    ROUND_THE_CLOCK: _l("round the clock"),
    ANY_DAY: _l("the source names no days"),
    "Mo-Fr": _l("Monday to Friday"),
    "Mo-Th": _l("Monday to Thursday"),
    "Mo-Sa": _l("Monday to Saturday"),
    "Mo-Su": _l("every day"),
    "Sa-Su": _l("Saturday and Sunday"),
    "Mo": _l("Monday"),
    "Tu": _l("Tuesday"),
    "We": _l("Wednesday"),
    "Th": _l("Thursday"),
    "Fr": _l("Friday"),
    "Sa": _l("Saturday"),
    "Su": _l("Sunday"),
}
SPECIAL = {
    "": _l("choose"),
    CLOSED: _l("closed"),
    ROUND_THE_CLOCK: _l("round the clock"),
    ANY_DAY: _l("open at these hours"),
}
ADD = {
    "phones": _l("Add a phone"),
    "emails": _l("Add an e-mail address"),
    "websites": _l("Add a website"),
    "messengers": _l("Add a messenger"),
    "exceptions": _l("Add days with other hours"),
    "bodies": _l("Add a place to turn to"),
    "lines": _l("Add a sentence"),
    "wrong_doors": _l("Add a place where not to turn"),
}
RULES = {
    "silent-3-days": _l("three days ago or earlier"),
    "silent-10-days": _l("ten days ago or earlier"),
    "within-three-months": _l("less than three months ago, as far as is known"),
    "before-full-scale-invasion": _l("before 24 February 2022"),
    "since-september-2025": _l("on 1 September 2025 or later"),
}
"""What the rules with arithmetic on dates say of the day that was answered."""

WRONG_CONDITIONS = {
    Wrong.NO_ANSWER: _l("Tick at least one answer, or take this line out."),
    Wrong.TWICE: _l("Another line here asks the same question. Tick all answers that fit in one of them."),
    Wrong.RULE_BESIDE: _l("Tick one of these alone. For “or” add another case."),
}
NEW = {Shape.TERM: _l("Add a term"), Shape.SOURCE: _l("Add a source")}


def label_of(field: Field, within: str) -> str:
    """Return what a field is called; `within` is the list of things that it belongs to, if any."""
    first, last = field.path[0], field.path[-1]
    label = LABELS.get(f"{within}-{first}") if within else None
    if last in LANGUAGES:
        return f"{label or LABELS[first]}, {LANGUAGES[last]}"
    return str(label or LABELS.get(field.name, LABELS.get(last, last)))


def hint_of(field: Field, within: str) -> str:
    """Return how a field is filled in; `within` is the list of things that it belongs to, if any."""
    hint = HINTS.get(f"{within}-{field.path[0]}") or HINTS.get(field.path[0]) or HINTS.get(field.name)
    by_control = {Control.LINES: LINES_HINT, Control.PICKS: PICKS_HINT}
    return str(hint or by_control.get(field.control, ""))


def options_of(field: Field, within: str, chosen: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return (value, words) of what can be chosen; what stands there already can always stay."""
    if field.control is Control.HOURS:
        known: dict[str, object] = {**(SPECIAL if field.options else DAYS)}
        chosen = chosen[::3]
    elif field.name == "languages":
        known = {code: Locale.parse(language()).languages.get(code, code) for code in field.options}
    elif field.name == "regions":
        regions = part(Directory).regions
        known = {"nationwide": gettext("all of Ukraine"), "abroad": gettext("abroad")}
        known |= {code: names.get(language(), names[SOURCE]) for code, names in regions.items()}
    else:
        words = OPTIONS.get(f"{within}-{field.name}") or OPTIONS.get(field.name) or {}
        known = {value: words.get(value, value) for value in field.options}
    return _with_chosen(field, known, chosen)


def line_options(field: Field, question: str, chosen: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return (value, words) of what can be chosen in a line of a condition that looks at `question`."""
    route, words = part(Pathways), part(Pathways).words[language()].questions
    if field.name == "question":
        known: dict[str, object] = {"": "–", **{one.id: words[one.id].short for one in route.questions}}
        return _with_chosen(field, known, chosen)
    if field.name != "answers":
        return options_of(field, "", tuple(filter(None, chosen)))
    asked = next((one for one in route.questions if one.id == question), None)
    if asked is None:
        return []
    answers = [*(f"{RULE}{name}" for name, rule in PREDICATES.items() if rule.question == question)]
    answers += [*asked.options, *([] if UNKNOWN in asked.options else [UNKNOWN])]
    known = {f"{question}={answer}": answer_text(question, answer) for answer in answers}
    return _with_chosen(field, known, tuple(text for text in chosen if text.startswith(f"{question}=")))


def answer_text(question: str, answer: str) -> str:
    """Return the words of an answer, or of a rule, at a question; what has none is shown as it is written."""
    if answer.startswith(RULE):
        name = answer.removeprefix(RULE)
        return str(RULES.get(name, name))
    route = part(Pathways)
    try:
        asked = route.question(question)
        if asked.kind is QuestionKind.DATE and answer != UNKNOWN:
            return answer
        return option_text(route, part(Directory), asked, answer, language())
    except KeyError:
        return answer


def condition_text(condition: Condition) -> str:
    """Return a condition in words, however rich it is."""
    cases = [_both([_term_text(term) for term in group]) for group in condition.alternatives]
    return str(gettext(" — or ")).join(cases)


def _term_text(term: Answered | Is | Not) -> str:
    match term:
        case Answered(question, options):
            return _asked_text(question, sorted(options))
        case Is(predicates):
            return _both([_asked_text(PREDICATES[name].question, [f"{RULE}{name}"]) for name in predicates])
        case Not(condition):
            return str(gettext("not (%(what)s)", what=condition_text(condition)))


def _asked_text(question: str, answers: Iterable[str]) -> str:
    words = part(Pathways).words[language()].questions
    name = words[question].short if question in words else question
    return f"{name}: {_either([answer_text(question, answer) for answer in answers])}"


def _both(texts: list[str]) -> str:
    return str(gettext("; and ")).join(texts)


def _either(texts: list[str]) -> str:
    return str(gettext(" or ")).join(texts)


def _with_chosen(field: Field, known: dict[str, object], chosen: tuple[str, ...]) -> list[tuple[str, str]]:
    if field.control is Control.CHOICE and not any(chosen) and "" not in known:
        # Nothing is said of a new thing before somebody says it.
        known = {"": gettext("choose"), **known}
    kept = chosen if field.control in (Control.TICKS, Control.HOURS) else chosen[:1]
    known |= {value: value for value in kept if value not in known}
    return [(value, str(text)) for value, text in known.items()]


FAULTS = (
    (re.compile("field required|should have at least 1 item"), _l("Fill this in: it is needed.")),
    (re.compile(r"text in '(?P<code>\w+)' is missing"), _l("Write it in this language too.")),
    (re.compile(r"^source '(?P<name>[^']*)' is not in"),
     _l("There is no source called “%(name)s”. Choose one from the list, or add it to the sources first.")),
    (re.compile("needs a reason in every language"),
     _l("Say in every language why it is doubted or out of date.")),
    (re.compile("needs use_instead|use_instead is not a current"),
     _l("Name the current contact that takes its place. It has to stand in the directory.")),
    (re.compile("superseded here but current elsewhere"),
     _l("Another organisation gives this number as current. Find out which is true.")),
    (re.compile("say in how_to_find"),
     _l("There is no current contact: say here how a family reaches this organisation.")),
    (re.compile("hours are written|hours of an exception are written"),
     _l("Choose the days, and give both times.")),
    (re.compile("hours run forward"),
     _l("The closing time comes after the opening time, and hours of one day do not overlap.")),
    (re.compile("is named twice"),
     _l("A day is part of two lines. Lines may share days only where all their days are the same.")),
    (re.compile("say of all hours"), _l("Say for every line on which days it holds.")),
    (re.compile("a day is written as"), _l("Give a day of the calendar.")),
    (re.compile("the last day is before"), _l("The last day comes before the first one.")),
    (re.compile("a year at most"), _l("This is longer than a year. Is the year right?")),
    (re.compile(r"two exceptions speak of (?P<day>\S+);"), _l("Two entries speak of %(day)s. Keep one.")),
    (re.compile("an exception needs hours"), _l("First say when the number is answered on other days.")),
    (re.compile(r"^(?P<number>\S.*) is no current phone of any"),
     _l("%(number)s is no current phone of any organisation: take it out of the text.")),
    (re.compile(r"string should match pattern '\^\(\\+"),
     _l("Write the number with the country code and without spaces, or as a short number.")),
    (re.compile("string should match pattern"), _l("This is not written as it has to be. See the example.")),
)  # fmt: skip
"""What the check says of a file, in the words of the form."""


def form_text(fault: Fault) -> str:
    """Return in words what is wrong with a field: in those of the form, where it has its own, else in the check's."""
    for pattern, words in FAULTS:
        if found := pattern.search(fault.message):
            return str(words) % found.groupdict()
    return fault_text(fault)


MOST_SOURCES = 10
"""Sources that one search shows."""


def source_titles() -> dict[str, str]:
    """Return the title of every source by its id."""
    return {one.id: say(one.title, language()) for one in part(Sources).by_id.values()}


def found_sources(query: str) -> list[tuple[str, str]]:
    """Return the (id, title) of sources in which every word of `query` stands."""
    words = query.casefold().split()
    found = []
    for one in part(Sources).by_id.values():
        said = " ".join([one.id, one.publisher, one.url, *one.title.values()]).casefold()
        if all(word in said for word in words):
            found.append((one.id, say(one.title, language())))
    return found[:MOST_SOURCES]
