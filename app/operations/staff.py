"""The auditor's pages: who did what to whose data, what is worth a question, and whether the chain holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast
from urllib.parse import urlencode

from babel.dates import format_datetime
from flask import Blueprint, Flask, Response, abort, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.accounts.model import Permission
from app.accounts.store import all_accounts
from app.audit import store as audit
from app.audit.actions import record
from app.audit.model import DECISIONS, READS, Event, Record
from app.audit.store import Verdict, Wanted
from app.audit.unusual import AGAIN, HISTORY, MANY, RECENT, Finding, a_day, readings, unusual
from app.kernel.dates import KYIV
from app.kernel.drawing import Series, Title, columns
from app.operations.forms import PARTS, Asked, VerifyForm, read_asked
from app.operations.labels import EVENTS, REASONS, details_text, event_text, finding_text
from app.storage.engine import Session
from app.web.access import actor, requires
from app.web.database import database, now, session
from app.web.desk import add_desk_page
from app.web.downloads import spreadsheet
from app.web.language import in_language, language

blueprint = in_language(Blueprint("audit", __name__))


@blueprint.record_once
def _list(state: BlueprintSetupState) -> None:
    add_desk_page(cast(Flask, state.app), "audit.records", _l("Audit record"), Permission.READ_AUDIT)


PAGE = 50
"""Records of one page: with all their references they still fit the first flight."""

MOST = 50_000
"""Records of one download; a longer period is fetched in parts."""

COLUMNS = (
    _l("Number"), _l("Time in Kyiv"), _l("Event"), _l("In words"), _l("Person"), _l("Reference of the person"),
    _l("Subject"), _l("Details"),
)  # fmt: skip
_FORMULA = frozenset("=+-@＝＋－＠")
_CONTROL = frozenset("\t\r\n")

COLUMN = 24
"""Characters of a reference that a table shows; the filter and the download have it whole."""

MOST_FINDINGS = 40
MOST_CHARTS = 3
CHART_DAYS = 14


@blueprint.get("/staff/audit")
@requires(Permission.READ_AUDIT)
def records() -> Response:
    """Show the records that fit the filters, the newest first, and how the chain stands."""
    asked = read_asked(request.args)
    names, everybody, found, head = _page_of(asked)
    more = found[PAGE:]
    if not asked.faults:
        _tell(asked.filters, asked.wanted)
    kept = {name: value for name, value in asked.typed.items() if value and name != "before"}
    page = render_template(
        "operations/audit.html",
        asked=asked,
        people=[("", gettext("anybody")), *((reference, _shown(reference, names)) for reference in everybody)],
        events=[("", gettext("any event")), *((event.value, words) for event, words in EVENTS.items())],
        rows=[_row(item, names) for item in found[:PAGE]],
        older=_records(kept | {"before": str(found[PAGE - 1].number)}) if more else "",
        newest=_records(kept) if asked.before else "",
        download=_records(kept, "audit.download"),
        most=MOST,
        head=head,
        form=VerifyForm(),
    )
    return make_response(page, 422 if asked.faults else 200)


@blueprint.get("/staff/audit/records.csv")
@requires(Permission.READ_AUDIT)
def download() -> ResponseReturnValue:
    """Hand out the records that fit the filters as a table for a spreadsheet, the newest first."""
    asked = read_asked(request.args)
    if asked.faults:
        return redirect(_records(request.args), 303)
    with database().reading() as reading:
        names = _names(reading)
        rows = list(_table(audit.records(reading, asked.wanted, before=asked.before, limit=MOST), names))
    _tell(f"csv,{asked.filters}", asked.wanted)
    return spreadsheet(rows, name=f"audit-{now().astimezone(KYIV):%Y-%m-%d}.csv")


@blueprint.get("/staff/audit/unusual")
@requires(Permission.READ_AUDIT)
def unusual_access() -> Response:
    """List what is worth a question, with the reads a day of those concerned."""
    moment = now()
    with database().reading() as reading:
        accounts = all_accounts(reading)
        names = {f"account:{account.id}": account.name for account in accounts}
        groups = {f"account:{account.id}": ",".join(sorted(account.roles)) for account in accounts}
        found = readings(audit.by_event(reading, READS | DECISIONS, since=moment - HISTORY))
    findings = unusual(found, now=moment, groups=groups)
    today = moment.astimezone(KYIV).date()
    days = [today - timedelta(days=ago) for ago in range(CHART_DAYS - 1, -1, -1)]
    who = request.args.get("who", "")
    if who and who not in {reading.actor for reading in found}:
        abort(404)
    concerned = [who] if who else list(dict.fromkeys(finding.actor for finding in findings))[:MOST_CHARTS]
    shown = [finding for finding in findings if not who or finding.actor == who]
    _tell("unusual", Wanted(actor=who))
    page = render_template(
        "operations/unusual.html",
        who=_shown(who, names),
        findings=[_finding_row(finding, names) for finding in shown[:MOST_FINDINGS]],
        hidden=max(0, len(shown) - MOST_FINDINGS),
        people=len({reading.actor for reading in found}),
        charts=[
            (
                _shown(reference, names),
                columns(
                    [f"{day:%d.%m}" for day in days],
                    Series(gettext("Reads"), a_day(found, reference, days)),
                    Title(f"reads-{place}", gettext("Reads a day: %(name)s", name=_shown(reference, names))),
                    head=gettext("Day"),
                ),
            )
            for place, reference in enumerate(concerned, 1)
        ],
        days=CHART_DAYS,
        recent=RECENT.days,
        many=MANY,
        again=AGAIN,
        history=HISTORY.days,
    )
    return make_response(page)


@blueprint.post("/staff/audit/verify")
@requires(Permission.READ_AUDIT)
def verify() -> Response:
    """Follow the whole chain now and say in words whether it holds."""
    if not VerifyForm().validate_on_submit():
        abort(400)
    reference = actor().reference
    # The transaction of the request would hold up every other writer on SQLite for as long as the check takes.
    session().commit()
    with database().reading() as reading:
        verdict = audit.verify(reading)
        head = audit.head(reading)
    told = f"broken-after-{verdict.records}" if verdict.broken else "holds"
    record(session(), Event.AUDIT_VERIFIED, actor=reference, subject="audit", now=now(), verdict=told)
    return make_response(
        render_template("operations/verdict.html", verdict=verdict, place=_place(verdict), head=head, at=_time(now()))
    )


def _page_of(asked: Asked) -> tuple[dict[str, str], list[str], list[Record], audit.Head]:
    with database().reading() as reading:
        names = _names(reading)
        everybody = sorted(
            {*names, *audit.actors(reading)},
            key=lambda reference: (reference not in names, names.get(reference, reference)),
        )
        found = [] if asked.faults else list(audit.records(reading, asked.wanted, before=asked.before, limit=PAGE + 1))
        return names, everybody, found, audit.head(reading)


def _names(reading: Session) -> dict[str, str]:
    """Return the name of every account by its reference in the audit."""
    return {f"account:{account.id}": account.name for account in all_accounts(reading)}


def _tell(filters: str, wanted: Wanted) -> None:
    """Record that the audit was read: the subject that was asked for, else the audit itself."""
    subject = wanted.subject or "audit"
    record(session(), Event.AUDIT_READ, actor=actor().reference, subject=subject, now=now(), filters=filters)


def _row(item: Record, names: Mapping[str, str]) -> dict[str, object]:
    at = datetime.fromisoformat(item.at)
    return {
        "number": item.number,
        "machine": item.at,
        "time": _time(at),
        "who": _shown(item.actor, names),
        "event": event_text(item.event),
        "subject": item.subject,
        "whose": _shown(item.subject, names),
        "details": details_text(item.details),
    }


def _finding_row(finding: Finding, names: Mapping[str, str]) -> dict[str, object]:
    day = finding.first.astimezone(KYIV).date()
    until = finding.last.astimezone(KYIV).date()
    period = {f"{end}-{part}": str(getattr(at, part)) for end, at in (("from", day), ("to", until)) for part in PARTS}
    only = {"subject": finding.subject} if finding.subject else {}
    return {
        "reason": REASONS[finding.reason],
        "kind": finding.reason.value,
        "actor": finding.actor,
        "who": _shown(finding.actor, names),
        "words": finding_text(finding),
        "subject": _shown(finding.subject, names),
        "first": _time(finding.first),
        "last": _time(finding.last),
        "examples": [
            (number, url_for(".records", actor=finding.actor, before=number + 1)) for number in finding.examples
        ],
        "address": _records({"actor": finding.actor} | only | period),
    }


def _records(values: Mapping[str, str], endpoint: str = "audit.records") -> str:
    """Return the address of the records that `values` ask for."""
    # The names of the fields have hyphens, so they cannot be taken for arguments of url_for itself.
    address, query = url_for(endpoint), urlencode(values)
    return f"{address}?{query}" if query else address


def _place(verdict: Verdict) -> int:
    """Return the number of the first record that does not hold, 0 where all hold."""
    return verdict.records + 1 if verdict.broken else 0


def _shown(reference: str, names: Mapping[str, str]) -> str:
    """Return the name behind a reference, else the reference, cut to what a column of a table takes."""
    return names.get(reference) or (reference if len(reference) <= COLUMN else f"{reference[: COLUMN - 1]}…")


def _time(at: datetime) -> str:
    """Return a moment in Kyiv time."""
    return str(format_datetime(at.astimezone(KYIV), "dd.MM.yyyy HH:mm:ss", locale=language()))


def _table(found: Iterable[Record], names: Mapping[str, str]) -> Iterator[Sequence[object]]:
    yield COLUMNS
    for item in found:
        at = datetime.fromisoformat(item.at).astimezone(KYIV).isoformat(timespec="seconds")
        words = (
            event_text(item.event),
            names.get(item.actor, ""),
            item.actor,
            item.subject,
            details_text(item.details),
        )
        yield [item.number, at, item.event, *map(harmless, words)]


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: a name may begin as one (OWASP, CSV Injection)."""
    return f"'{cell}" if cell[:1] in _CONTROL or cell.lstrip()[:1] in _FORMULA else cell
