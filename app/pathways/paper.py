"""The plan as a PDF: one column, or two languages side by side; typeset by typst, tagged for screen readers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import typst

from app.content.values import say
from app.directory.cards import CallLine
from app.directory.hours import ROUND_THE_CLOCK, Exceptional
from app.kernel.dates import in_words
from app.pathways.model import LineKind, Phase
from app.pathways.sheet import Sheet, Station

TEMPLATE = Path(__file__).resolve().parent.parent / "templates" / "pathways" / "plan.typ"


def plan_pdf(columns: Sequence[tuple[Sheet, dict[str, str]]], *, day: date) -> bytes:
    """Return the PDF of one or two sheets with their interface words.

    Data reaches the template as JSON, so nothing in it can be read as markup.
    """
    content = {
        "language": columns[0][0].language,
        "columns": [
            {
                "language": sheet.language,
                "words": words,
                "made": in_words(day, sheet.language),
                "situations": [{"title": title, "summary": summary} for _, title, summary in sheet.situations],
                "answers": [{"label": answer.label, "values": ", ".join(answer.values)} for answer in sheet.answers],
                "phases": [
                    {
                        "title": words[phase.value],
                        "stations": [_station(item, sheet.language, words) for item in sheet.of_phase(phase)],
                    }
                    for phase in Phase
                    if sheet.of_phase(phase)
                ],
            }
            for sheet, words in columns
        ],
    }
    made = typst.compile(
        str(TEMPLATE),
        sys_inputs={"plan": json.dumps(content, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        # Only the fonts inside the package: the same bytes on every machine.
        ignore_system_fonts=True,
        timestamp=0,
    )
    assert isinstance(made, bytes)
    return made


def call_text(line: CallLine, language: str, words: dict[str, str]) -> str:
    """Say on paper what a number is for and when it answers."""
    hours = line.hours.written(language) if line.hours else ""
    appointment = words["by-appointment"] if line.by_appointment else ""
    exceptions = (_exception_text(one, language, words) for one in line.exceptions)
    return ", ".join(filter(None, [line.label, hours, *exceptions, appointment, _heard_text(line, language, words)]))


def _exception_text(one: Exceptional, language: str, words: dict[str, str]) -> str:
    times = words["closed"] if one.is_closed else ROUND_THE_CLOCK if one.is_round_the_clock else one.times
    return f"{one.days_in_words(language)}: {times} ({say(one.reason, language)})"


def _heard_text(line: CallLine, language: str, words: dict[str, str]) -> str:
    if line.is_silent:
        return words["silent"]
    for day, said in ((line.heard.answered_on, "answered-on"), (line.heard.confirmed_on, "confirmed-on")):
        if day:
            return f"{words[said]} {in_words(day, language)}"
    return ""


def _station(station: Station, language: str, words: dict[str, str]) -> dict[str, Any]:
    def plain(*kinds: LineKind) -> list[str]:
        return [text.striptags() for text in station.texts(*kinds)]

    return {
        "number": station.number,
        "title": station.title,
        "do": plain(LineKind.SAY, LineKind.DO, LineKind.HOW, LineKind.TERM, LineKind.SILENCE),
        "bring": plain(LineKind.BRING),
        "get": plain(LineKind.GET),
        "beware": plain(LineKind.BEWARE, LineKind.WRONG_DOOR, LineKind.UNKNOWN),
        "answer_by": station.answer_by,
        "act_by": station.act_by,
        "bodies": [
            {
                "name": card.name,
                "phones": [f"{line.text} — {call_text(line, language, words)}" for line in card.printed[:3]],
                "how": "" if card.phones else card.how_to_find,
            }
            for card in station.cards
        ],
    }
