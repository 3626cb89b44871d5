"""The registrars' pages of the register: search, entries, corrections, statuses, mergers, proposed duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import cast

from babel.dates import format_datetime
from flask import Blueprint, Flask, Response, abort, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import Permission
from app.accounts.store import AccountRow
from app.kernel.dates import KYIV, in_words
from app.register.entries import actions
from app.register.entries.actions import File, Found, Pair
from app.register.entries.store import Duplicate, Kept, count_duplicates
from app.register.entry import DATES, Entry, Item, Status, texts_of
from app.register.forms import (
    CLAIMED,
    PARTS,
    SINCE,
    Typed,
    names_of,
    read_basis,
    read_claim,
    read_entry_form,
    read_number,
    read_reason,
    typed_from,
    typed_of,
)
from app.register.labels import (
    CATEGORIES,
    CAUSES,
    FIELDS,
    ITEMS,
    LEVEL_SHAPES,
    LEVELS,
    REASONS,
    SEXES,
    STATUS_SHAPES,
    STATUSES,
    VERDICT_SHAPES,
    VERDICTS,
)
from app.register.linkage import Comparison, Level
from app.register.person import Person
from app.web.access import actor, requires
from app.web.database import now, session
from app.web.desk import add_desk_page
from app.web.language import in_language, language

blueprint = in_language(Blueprint("register", __name__))


@blueprint.record_once
def _list(state: BlueprintSetupState) -> None:
    add_desk_page(cast(Flask, state.app), "register.search", _l("Register"), Permission.KEEP_REGISTER)


NUMBER = "<int(max=2147483647):number>"
PAGE = 20
"""Proposals of one page."""

DONE = {
    "recorded": _l("The entry is recorded."),
    "corrected": _l("The correction is saved. The old values stay in the history."),
    "status": _l("The status is added."),
    "merged": _l("The entries are merged. Whoever looks for the other one is led here."),
    "unmerged": _l("The merger is taken back. Both entries stand for themselves again."),
    "dismissed": _l("The two entries stay two people. They are not proposed again."),
}
"""What is said once after a deed, by the word that stands in the address."""


@blueprint.route("/staff/register", methods=["GET", "POST"])
@requires(Permission.KEEP_REGISTER)
def search() -> ResponseReturnValue:
    """Look for a person by what somebody says of them. What is asked for is sent in a form, never in an address."""
    typed = typed_of(request.form, names_of(CLAIMED))
    if request.method == "GET":
        return _search_page(typed)
    check_button()
    claim = read_claim(typed, today=_today())
    if claim is None:
        return _search_page(typed), 422
    found = actions.search(session(), claim, actor=actor().reference, now=now())
    return _search_page(typed, claim=claim, found=found)


@blueprint.route("/staff/register/new", methods=["GET", "POST"])
@requires(Permission.KEEP_REGISTER)
def record() -> ResponseReturnValue:
    """Record an entry by hand."""
    typed = typed_of(request.form, names_of((*Item, "status", SINCE, "source")))
    if request.method == "GET":
        typed.values["status"] = Status.SEARCHING
        return _form_page("record", typed)
    check_button()
    entry = read_entry_form(typed, today=_today())
    missing_on = entry.person.missing_on if entry else None
    told = read_basis(typed, today=_today(), missing_on=missing_on)
    if entry is None or told is None:
        return _form_page("record", typed), 422
    number = actions.record_entry(session(), entry, *told, actor=actor().reference, now=now())
    return _to_entry(number, "recorded")


@blueprint.get(f"/staff/register/{NUMBER}")
@requires(Permission.KEEP_REGISTER)
def entry(number: int) -> ResponseReturnValue:
    """Show an entry with everything that was ever recorded of it."""
    return _entry_page(number)


@blueprint.route(f"/staff/register/{NUMBER}/correct", methods=["GET", "POST"])
@requires(Permission.KEEP_REGISTER)
def correct(number: int) -> ResponseReturnValue:
    """Put right what an entry records, with the reason."""
    file = _file(number)
    if file.kept.merged_into is not None:
        return redirect(url_for(".entry", number=number), 303)
    if request.method == "GET":
        return _form_page("correct", typed_from(texts_of(file.kept.entry)), file=file)
    check_button()
    typed = typed_of(request.form, names_of((*Item, "reason", "version")))
    found = read_entry_form(typed, today=_today())
    reason = read_reason(typed)
    if found is None or not reason:
        return _form_page("correct", typed, file=file, version=read_number(typed.get("version"))), 422
    try:
        actions.correct(
            session(),
            number,
            found,
            version=read_number(typed.get("version")),
            reason=reason,
            actor=actor().reference,
            now=now(),
        )
    except actions.StaleError:
        typed.say("main", gettext("Somebody changed this entry meanwhile. Nothing is saved yet."))
        return _form_page("correct", typed, file=file, differs=_differing(file.kept.entry, found)), 409
    except actions.UnchangedError:
        typed.say("surname", gettext("Nothing is different from what is recorded."))
        return _form_page("correct", typed, file=file), 422
    return _to_entry(number, "corrected")


@blueprint.route(f"/staff/register/{NUMBER}/status", methods=["GET", "POST"])
@requires(Permission.KEEP_REGISTER)
def set_status(number: int) -> ResponseReturnValue:
    """Add a status with its date and source."""
    file = _file(number)
    if file.kept.merged_into is not None:
        return redirect(url_for(".entry", number=number), 303)
    typed = typed_of(request.form, names_of(("status", SINCE, "source", "version")))
    if request.method == "GET":
        typed.values["status"] = file.kept.status
        return _status_page(file, typed)
    check_button()
    told = read_basis(typed, today=_today(), missing_on=file.kept.entry.person.missing_on)
    if told is None:
        return _status_page(file, typed, version=read_number(typed.get("version"))), 422
    try:
        actions.set_status(
            session(), number, *told, version=read_number(typed.get("version")), actor=actor().reference, now=now()
        )
    except actions.StaleError:
        typed.say("main", gettext("Somebody changed this entry meanwhile. Nothing is saved yet."))
        return _status_page(file, typed), 409
    return _to_entry(number, "status")


@blueprint.route(f"/staff/register/{NUMBER}/merge", methods=["GET", "POST"])
@requires(Permission.KEEP_REGISTER)
def merge(number: int) -> ResponseReturnValue:
    """Show an entry beside another of the same person, and let one lead to the other."""
    asked = (request.form if request.method == "POST" else request.args).get("other", "")
    other = read_number(asked)
    typed = Typed({"other": asked})
    if request.method == "GET" and not asked:
        return _merge_page(number, typed)
    try:
        pair = actions.compare_pair(session(), number, other, actor=actor().reference, now=now())
    except (actions.UnknownEntryError, actions.SameEntryError):
        typed.say("other", gettext("There is no other entry of this number."))
        return _merge_page(number, typed), 422
    if request.method == "GET":
        return _pair_page(pair, Typed({}))
    check_button()
    typed = typed_of(request.form, ("kept", "reason", f"version-{number}", f"version-{other}"))
    reason = read_reason(typed)
    kept = read_number(typed.get("kept"))
    if kept not in (number, other):
        typed.say(f"kept-{number}", gettext("Choose the entry that stays."))
    if typed.faults:
        return _pair_page(pair, typed), 422
    gone = other if kept == number else number
    seen = tuple(read_number(typed.get(f"version-{one}")) for one in (kept, gone))
    return _merged(pair, kept, gone, (seen[0], seen[1]), reason, typed)


def _merged(
    pair: Pair, kept: int, gone: int, versions: tuple[int, int], reason: str, typed: Typed
) -> ResponseReturnValue:
    try:
        actions.merge(
            session(), kept, gone, versions=versions, reason=reason, actor=actor().reference, now=now()
        )  # fmt: skip
    except actions.StaleError:
        typed.say("main", gettext("Somebody changed one of the entries meanwhile. Look at them again."))
    except actions.MergedError:
        typed.say("main", gettext("One of the entries is merged already. Take that merger back first."))
    else:
        return _to_entry(kept, "merged")
    return _pair_page(pair, typed), 409


@blueprint.post(f"/staff/register/{NUMBER}/unmerge")
@requires(Permission.KEEP_REGISTER)
def unmerge(number: int) -> ResponseReturnValue:
    """Take the merger of an entry back, with the reason."""
    check_button()
    typed = typed_of(request.form, ("reason", "version"))
    reason = read_reason(typed)
    if not reason:
        return _entry_page(number, typed), 422
    try:
        actions.unmerge(
            session(),
            number,
            version=read_number(typed.get("version")),
            reason=reason,
            actor=actor().reference,
            now=now(),
        )
    except actions.UnknownEntryError:
        abort(404)
    except (actions.StaleError, actions.NotMergedError):
        typed.say("main", gettext("Somebody changed this entry meanwhile. Nothing is saved yet."))
        return _entry_page(number, typed), 409
    return _to_entry(number, "unmerged")


@blueprint.get("/staff/register/duplicates")
@requires(Permission.KEEP_REGISTER)
def duplicates() -> ResponseReturnValue:
    """List entries that may be of one person, the most probable first."""
    page = max(1, min(read_number(request.args.get("page", "1")), 100_000))
    found = actions.list_duplicates(
        session(), actor=actor().reference, now=now(), after=(page - 1) * PAGE, limit=PAGE
    )  # fmt: skip
    total = count_duplicates(session())
    return render_template(
        "register/duplicates.html",
        rows=[_duplicate_row(*one) for one in found],
        total=total,
        done=_done(),
        newer=url_for(".duplicates", page=page - 1) if page > 1 else "",
        older=url_for(".duplicates", page=page + 1) if page * PAGE < total else "",
    )


@blueprint.get("/staff/register/duplicates/<id_>")
@requires(Permission.KEEP_REGISTER)
def duplicate(id_: str) -> ResponseReturnValue:
    """Show two entries that may be of one person beside each other."""
    return _pair_page(_proposed(id_), Typed({}))


@blueprint.post("/staff/register/duplicates/<id_>/dismiss")
@requires(Permission.KEEP_REGISTER)
def dismiss(id_: str) -> ResponseReturnValue:
    """Say that the two entries are of two people, with the reason."""
    check_button()
    typed = typed_of(request.form, ("why",))
    reason = read_reason(typed, "why")
    if not reason:
        return _pair_page(_proposed(id_), typed), 422
    try:
        actions.dismiss(session(), id_, reason=reason, actor=actor().reference, now=now())
    except actions.DecidedError:
        abort(404)
    return redirect(url_for(".duplicates", done="dismissed"), 303)


def _proposed(id_: str) -> Pair:
    try:
        return actions.read_duplicate(session(), id_, actor=actor().reference, now=now())
    except actions.DecidedError:
        abort(404)


def _file(number: int) -> File:
    try:
        return actions.read_entry(session(), number, actor=actor().reference, now=now())
    except actions.UnknownEntryError:
        abort(404)


def _to_entry(number: int, done: str) -> ResponseReturnValue:
    return redirect(url_for(".entry", number=number, done=done), 303)


def _done() -> object:
    return DONE.get(request.args.get("done", ""), "")


def _today() -> date:
    return now().astimezone(KYIV).date()


def _search_page(typed: Typed, *, claim: Person | None = None, found: Sequence[Found] = ()) -> Response:
    return make_response(
        render_template(
            "register/search.html",
            typed=typed,
            asked=claim is not None,
            found=[_found_row(claim, one) for one in found] if claim else [],
            proposed=count_duplicates(session()),
            **_words(),
        )
    )


def _found_row(claim: Person, found: Found) -> dict[str, object]:
    kept = found.kept
    return {
        "kept": kept,
        "name": full_name(kept.entry.person),
        "through": found.through if found.through != kept.number else 0,
        "verdict": (VERDICT_SHAPES[found.verdict], VERDICTS[found.verdict]),
        "percent": _percent(found.probability),
        "rows": compared(claim, found.match.person, found.match.comparison),
    }


def _percent(probability: float) -> str:
    """Return a probability in whole percent; only what is certain is 100."""
    return f"{min(99, int(probability * 100)) if probability < 1 else 100}"


def compared(left: Person, right: Person, comparison: Comparison) -> list[dict[str, object]]:
    """Return the fields that either side knows, with what they say, how they compare and why."""
    said, recorded = texts_of(Entry(left)), texts_of(Entry(right))
    rows: list[dict[str, object]] = []
    for finding in comparison.findings:
        item = Item(finding.field.value)
        one, other = _shown(item, said[item]), _shown(item, recorded[item])
        if not one and not other:
            continue
        rows.append(
            {
                "label": FIELDS[finding.field],
                "left": one or "–",
                "right": other or "–",
                "verdict": finding.level.value,
                "kind": LEVEL_SHAPES[finding.level],
                "words": LEVELS[finding.level],
                "reason": "" if finding.level is Level.AGREES else REASONS[finding.reason],
            }
        )
    return rows


def _form_page(
    kind: str,
    typed: Typed,
    *,
    file: File | None = None,
    version: int | None = None,
    differs: Iterable[tuple[object, str, str]] = (),
) -> Response:
    return make_response(
        render_template(
            "register/record.html",
            kind=kind,
            typed=typed,
            kept=file.kept if file else None,
            name=full_name(file.kept.entry.person) if file else "",
            current_version=version or (file.kept.version if file else 0),
            differs=list(differs),
            **_words(),
        )
    )


def _differing(recorded: Entry, typed: Entry) -> list[tuple[object, str, str]]:
    """Return (label, what is recorded now, what was typed) of what differs."""
    now_, then = texts_of(recorded), texts_of(typed)
    return [
        (ITEMS[item], _shown(item, now_[item]) or "–", _shown(item, then[item]) or "–")
        for item in Item
        if now_[item] != then[item]
    ]


def _status_page(file: File, typed: Typed, *, version: int | None = None) -> Response:
    return make_response(
        render_template(
            "register/status.html",
            typed=typed,
            kept=file.kept,
            name=full_name(file.kept.entry.person),
            current_version=version or file.kept.version,
            events=_events(file),
            **_words(),
        )
    )


def _entry_page(number: int, typed: Typed | None = None) -> Response:
    file = _file(number)
    kept = file.kept
    texts = texts_of(kept.entry)
    return make_response(
        render_template(
            "register/entry.html",
            kept=kept,
            name=full_name(kept.entry.person),
            rows=[
                {"label": ITEMS[item], "value": _shown(item, texts[item])} for item in Item if texts[item]
            ],
            lacking=[ITEMS[item] for item in Item if not texts[item]],
            events=_events(file),
            changed=_changed(file),
            merged=[(one, full_name(one.entry.person)) for one in file.merged],
            proposals=[(one, one.second if one.first == number else one.first) for one in file.duplicates],
            typed=typed or Typed({}),
            done="" if typed else _done(),
            **_words(),
        )
    )  # fmt: skip


def _events(file: File) -> list[dict[str, object]]:
    """Return the statuses of an entry as a timeline shows them, the latest first."""
    order = sorted(enumerate(file.history), key=lambda pair: (pair[1].basis.since.earliest, pair[0]), reverse=True)
    return [
        {
            "when": str(one.basis.since),
            "time": in_words(one.basis.since, language()),
            "title": STATUSES[one.status],
            "text": gettext(
                "Source: %(source)s. Recorded %(time)s, %(who)s.",
                source=one.basis.source,
                time=_time(one.recorded_at),
                who=_who(one.recorded_by),
            ),
            "kind": "" if place else "now",
        }
        for place, (_, one) in enumerate(order)
    ]


def _changed(file: File) -> list[dict[str, object]]:
    """Return corrections and mergers with who did them and why, the latest first."""
    found: list[tuple[datetime, dict[str, object]]] = []
    for correction in file.corrections:
        lines = [
            (ITEMS[one.item], _shown(one.item, one.before) or "–", _shown(one.item, one.after) or "–")
            for one in correction.changes
        ]
        what = {"title": gettext("Correction"), "lines": lines, "reason": correction.reason}
        found.append((correction.corrected_at, what | {"who": _who(correction.corrected_by)}))
    for merger in file.mergers:
        title = gettext("Entry %(gone)s was merged into entry %(kept)s", gone=merger.gone, kept=merger.kept)
        found.append((merger.merged_at, {"title": title, "reason": merger.reason, "who": _who(merger.merged_by)}))
        if merger.undone_at:
            title = gettext("The merger of entry %(gone)s was taken back", gone=merger.gone)
            what = {"title": title, "reason": merger.undone_reason, "who": _who(merger.undone_by)}
            found.append((merger.undone_at, what))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [what | {"when": at.isoformat(), "time": _time(at)} for at, what in found]


def _merge_page(number: int, typed: Typed) -> Response:
    file = _file(number)
    return make_response(
        render_template(
            "register/merge.html", kept=file.kept, name=full_name(file.kept.entry.person), typed=typed, **_words()
        )
    )


def _pair_page(pair: Pair, typed: Typed) -> Response:
    return make_response(
        render_template(
            "register/pair.html",
            first=pair.first,
            second=pair.second,
            names={one.number: full_name(one.entry.person) for one in (pair.first, pair.second)},
            rows=compared(pair.first.entry.person, pair.second.entry.person, pair.comparison),
            beside=_beside(pair),
            proposal=pair.proposal,
            typed=typed,
            **_words(),
        )
    )


def _beside(pair: Pair) -> list[tuple[object, str, str]]:
    """Return what the entries record that no comparison of persons looks at."""
    one, other = texts_of(pair.first.entry), texts_of(pair.second.entry)
    compared = {field.value for field in FIELDS}
    return [
        (ITEMS[item], _shown(item, one[item]) or "–", _shown(item, other[item]) or "–")
        for item in Item
        if item.value not in compared and (one[item] or other[item])
    ]


def _duplicate_row(proposal: Duplicate, first: Kept, second: Kept) -> dict[str, object]:
    return {
        "address": url_for(".duplicate", id_=proposal.id),
        "first": f"{full_name(first.entry.person)}, {_born(first)}",
        "second": f"{full_name(second.entry.person)}, {_born(second)}",
        "numbers": f"{proposal.first} – {proposal.second}",
        "percent": _percent(proposal.probability),
    }


def _born(kept: Kept) -> str:
    born = kept.entry.person.born
    return in_words(born, language()) if born else gettext("date of birth not known")


def full_name(person: Person) -> str:
    """Return surname, given name and patronymic as far as they are known."""
    return " ".join(part for part in (person.surname, person.given, person.patronymic) if part)


def _shown(item: Item, text: str) -> str:
    """Return what is recorded of an item as a reader sees it."""
    if item in DATES:
        return in_words(text, language()) if text else ""
    return str(_CODES.get(item, {}).get(text, text))


_CODES: Mapping[Item, Mapping[str, object]] = {
    Item.SEX: {code.value: words for code, words in SEXES.items()},
    Item.CATEGORY: {code.value: words for code, words in CATEGORIES.items()},
    Item.CAUSE: {code.value: words for code, words in CAUSES.items()},
}


def _who(reference: str) -> str:
    """Return the name of whoever recorded something; a command by its reference."""
    account = session().get(AccountRow, reference.removeprefix("account:"))
    return account.name if account else reference


def _time(at: datetime) -> str:
    """Return a moment in Kyiv time."""
    return str(format_datetime(at.astimezone(KYIV), "dd.MM.yyyy HH:mm", locale=language()))


def _words() -> dict[str, object]:
    unknown = ("", gettext("not known"))
    return {
        "form": DeedForm(),
        "ITEMS": ITEMS,
        "PARTS": tuple(zip(PARTS, (gettext("Day"), gettext("Month"), gettext("Year")), (2, 2, 4), strict=True)),
        "STATUSES": STATUSES,
        "STATUS_SHAPES": STATUS_SHAPES,
        "CHOICES": {item: [unknown, *_CODES[item].items()] for item in _CODES},
        "DATES": DATES,
    }
