"""Words for the route's enums."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.directory.model import Directory
from app.kernel.said import N_
from app.pathways.model import Phase, QuestionKind
from app.pathways.walk import Problem
from app.web.language import catalogue_of

PHASES = {
    Phase.NOW: _l("Today"),
    Phase.WEEK: _l("This week"),
    Phase.THEN: _l("Then"),
}
_PROBLEMS = {
    Problem.NOTHING_CHOSEN: _l("Choose an answer. If you are not sure, choose “I don’t know”."),
    Problem.IMPOSSIBLE: _l("This answer does not exist. Choose one of those below."),
    Problem.CONTRADICTION: _l("“%(alone)s” contradicts the other answers. Leave either it or the others."),
    Problem.NO_SUCH_DATE: _l("There is no such date. Check the day and the month, and write the year in four digits."),
    Problem.YEAR_MISSING: _l("Write the year, for example 2026."),
    Problem.IN_THE_FUTURE: _l("This date is in the future. Check the year."),
    Problem.TOO_EARLY: _l("Write a year from 2014 on: the date of the disappearance, not of birth."),
}
_DATE_PROBLEMS = {
    Problem.NOTHING_CHOSEN: _l("Write the date, or at least the year. If you do not know it, choose “I don’t know”."),
    Problem.CONTRADICTION: _l("You wrote a date and chose “I don’t know”. Leave one of the two."),
}


def problem_text(problem: Problem, kind: QuestionKind, *, alone: str = "") -> str:
    """Say what is wrong with an answer; `alone` is the chosen option that rules out all others."""
    texts = _PROBLEMS | _DATE_PROBLEMS if kind is QuestionKind.DATE else _PROBLEMS
    return str(texts[problem]) % {"alone": alone}


_PAPER = {
    "title": N_("Your plan"),
    "now": N_("Today"),
    "week": N_("This week"),
    "then": N_("Then"),
    "where": N_("Where"),
    "bring": N_("Bring"),
    "get": N_("You receive"),
    "beware": N_("Watch out"),
    "why": N_("Why you are told this"),
    "answers": N_("Your answers"),
    "answer-due": N_("If you ask today, the answer is due by"),
    "last-day": N_("Last day"),
    "hotlines": N_("Phones"),
    "not-dialled": N_(
        "Compiled from public pages up to March 2026; no number has been dialled. "
        "Everything listed here is free of charge."
    ),
    "dialled": N_(
        "Compiled from public pages up to March 2026; a number that was called has the day beside it. "
        "Everything listed here is free of charge."
    ),
    "by-appointment": N_("by appointment"),
    "closed": N_("closed"),
    "silent": N_("has not answered lately"),
    "answered-on": N_("answered on"),
    "confirmed-on": N_("confirmed by the body on"),
    "made": N_("Printed on"),
}


def paper_words(code: str, directory: Directory) -> dict[str, str]:
    """Return the words of the printed plan in the language `code`, whatever the language of the page.

    Whether a number of `directory` was ever called decides what is said of their `origin`.
    """
    catalogue = catalogue_of(code)
    words = {key: str(catalogue.ugettext(text)) for key, text in _PAPER.items()}
    origin = words["dialled" if directory.is_dialled else "not-dialled"]
    return {**words, "origin": origin}
