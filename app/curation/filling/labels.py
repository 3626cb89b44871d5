"""Words for the fields of forms and for what they offer to choose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.content.values import Confidence
from app.curation.filling.fields import Shape
from app.curation.filling.model import ANY_DAY, CLOSED, ROUND_THE_CLOCK, Control, Field
from app.directory.labels import KINDS, NEEDS, SERVES
from app.directory.model import Directory, Status
from app.kernel.languages import SOURCE
from app.pathways.model import LineKind
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
    "name": _l("Name"),
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
    "key": _l("Name of the sentence"),
    "text": _l("Text"),
}
HINTS = {
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
    return str(hint or (LINES_HINT if field.control is Control.LINES else ""))


def options_of(field: Field, within: str, chosen: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return (value, words) of what can be chosen; what stands there already can always stay."""
    if field.control is Control.HOURS:
        known: dict[str, object] = {**(SPECIAL if field.options else DAYS)}
        chosen = chosen[::3]
    elif field.name == "regions":
        regions = part(Directory).regions
        known = {"nationwide": gettext("all of Ukraine"), "abroad": gettext("abroad")}
        known |= {code: names.get(language(), names[SOURCE]) for code, names in regions.items()}
    else:
        words = OPTIONS.get(f"{within}-{field.name}") or OPTIONS.get(field.name) or {}
        known = {value: words.get(value, value) for value in field.options}
    if field.control is Control.CHOICE and not any(chosen):
        # Nothing is said of a new thing before somebody says it.
        known = {"": gettext("choose"), **known}
    kept = chosen if field.control in (Control.TICKS, Control.HOURS) else chosen[:1]
    known |= {value: value for value in kept if value not in known}
    return [(value, str(text)) for value, text in known.items()]
