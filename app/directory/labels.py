"""Words for the directory's enums and for opening hours."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.content.values import say
from app.directory.cards import Card
from app.directory.hours import Exceptional, Hours, Open, in_days
from app.directory.model import Kind, Need, Serves
from app.web.language import language

KINDS = {
    Kind.GOVERNMENT: _l("Government body"),
    Kind.MILITARY: _l("Military body"),
    Kind.HOTLINE: _l("Hotline"),
    Kind.NGO: _l("Non-governmental organisation"),
    Kind.LEGAL_AID: _l("Legal help"),
    Kind.PSYCHOSOCIAL: _l("Psychological support"),
    Kind.INTERNATIONAL: _l("International organisation"),
    Kind.ABROAD: _l("Help abroad"),
    Kind.GENERIC: _l("Find yours"),
}
SERVES = {
    Serves.SERVICEMAN: _l("Servicemen of the Armed Forces"),
    Serves.POLICE_OR_GUARD: _l("Police, National Guard, border guards"),
    Serves.CIVILIAN_DETAINED: _l("Detained civilians"),
    Serves.CIVILIAN_MISSING: _l("Missing civilians"),
    Serves.CHILD: _l("Children"),
    Serves.EVACUEE: _l("Evacuees"),
    Serves.FOREIGNER: _l("Foreigners"),
    Serves.DECEASED: _l("Identification of the dead"),
    Serves.FAMILY: _l("Families"),
    Serves.RETURNED: _l("People who returned"),
}
NEEDS = {
    Need.REPORT: _l("Report a disappearance"),
    Need.EXTRACT: _l("Extract from the Unified Register"),
    Need.TRACING: _l("Tracing"),
    Need.DNA: _l("DNA"),
    Need.BODY: _l("Identification"),
    Need.CRIMINAL_CASE: _l("Criminal case"),
    Need.CAPTIVITY: _l("Confirming captivity"),
    Need.CIVILIAN_DETENTION: _l("Detention of civilians"),
    Need.LETTERS: _l("Letters to captives"),
    Need.EXCHANGE: _l("Exchange"),
    Need.CHILDREN: _l("Deported children"),
    Need.ABROAD: _l("Relatives abroad"),
    Need.LEGAL_AID: _l("Legal help"),
    Need.PSYCHOLOGICAL: _l("Psychological support"),
    Need.BENEFITS: _l("Payments and pensions"),
    Need.HUMANITARIAN: _l("Humanitarian aid"),
    Need.EVACUATION: _l("Evacuation"),
    Need.CONSULTATION: _l("Advice"),
    Need.COMPLAINT: _l("Complaints"),
    Need.WAR_CRIMES: _l("Documenting war crimes"),
    Need.COMPENSATION: _l("Compensation"),
    Need.ADVOCACY: _l("Speaking up for captives"),
    Need.REPATRIATION: _l("Return of the dead"),
}
_DAYS = (_l("Mon"), _l("Tue"), _l("Wed"), _l("Thu"), _l("Fri"), _l("Sat"), _l("Sun"))


def hours_text(hours: Hours | None) -> str:
    """Return opening hours in words, always in Kyiv time."""
    if hours is None:
        return ""
    if hours.is_round_the_clock:
        return str(gettext("round the clock"))
    only = hours.rules[0]
    if only.days is not None and len(only.days) == 7:
        return str(gettext("daily %(times)s", times=only.times))
    return in_days(hours.rules, [str(day) for day in _DAYS])


def exception_text(one: Exceptional) -> str:
    """Return in words on which days other hours hold, which, and why."""
    days, reason = one.days_in_words(language()), say(one.reason, language())
    if one.is_closed:
        return str(gettext("%(days)s: closed (%(reason)s)", days=days, reason=reason))
    times = gettext("round the clock") if one.is_round_the_clock else one.times
    return str(gettext("%(days)s: %(times)s (%(reason)s)", days=days, times=times, reason=reason))


def open_text(state: Open) -> str:
    return str({Open.YES: gettext("open now"), Open.NO: gettext("closed now"), Open.UNKNOWN: ""}[state])


def kind_text(card: Card) -> str:
    return str(KINDS[card.kind])
