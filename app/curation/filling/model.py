"""What a form shows of a content file and reads back: fields by their place, apart from words and pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import yaml

from app.curation.filling.conditions import How, Line, TooRichError, Wrong, alike, groups_of, written, wrong
from app.curation.filling.patch import PatchError, parsed
from app.kernel.languages import PUBLIC

Form = Mapping[str, Sequence[str]]
"""What was sent: names of controls to their values."""

HoursLine = tuple[str, str, str]
"""A line of opening hours: days, when it opens, when it closes."""


class Control(StrEnum):
    """What a field is filled in with."""

    LINE = "line"
    """One line of text."""
    TEXT = "text"
    """A text of several sentences."""
    LINES = "lines"
    """A list of short texts, one a line."""
    PICKS = "picks"
    """A list of short texts, each in a line of its own with what is known to choose from."""
    CHOICE = "choice"
    TICKS = "ticks"
    """Any number of choices."""
    YES = "yes"
    DATE = "date"
    """A day of the calendar."""
    HOURS = "hours"
    """Opening hours: lines of days, opening and closing time. What is to be chosen instead of days are its options."""
    ROWS = "rows"
    """A list of things with fields of their own."""
    PAIRS = "pairs"
    """Names and texts: a mapping whose names are up to the editor."""
    NUMBER = "number"
    WHEN = "when"
    """A condition on the answers of a family: a text that stays as it is, or groups of lines once it is opened."""
    KEPT = "kept"
    """Shown, never changed."""


@dataclass(frozen=True)
class Field:
    """A place in a file: the keys that lead there, and what it is filled in with.

    `options` are the values to choose from, in order. `fields` are those of a row; `bare` names the one field as which
    a row is written where it has no other. `needed` keeps an empty list or text where it would go otherwise.
    """

    path: tuple[str, ...]
    control: Control
    options: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    bare: str = ""
    needed: bool = False

    @property
    def name(self) -> str:
        return "-".join(self.path)


def in_languages(key: str, control: Control = Control.TEXT, *, codes: Iterable[str] = PUBLIC) -> tuple[Field, ...]:
    """Return a field for each language of a text."""
    return tuple(Field((key, code), control) for code in codes)


@dataclass(frozen=True)
class Shown:
    """A field as it stands on the page. `id` is its name there; `values` what is typed, or the rows' numbers."""

    field: Field
    id: str
    values: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def lines(self) -> list[HoursLine]:
        """The lines of opening hours, which stand in `values` one after the other."""
        return list(zip(self.values[::3], self.values[1::3], self.values[2::3], strict=True))


@dataclass(frozen=True)
class Row:
    """One thing of a list. `was` is its place in the file as it was opened, empty for a new one."""

    id: str
    was: str
    fields: tuple[Shown, ...] = field(default=())


def opened(fields: Sequence[Field], entry: Mapping[str, Any], prefix: str = "") -> tuple[Shown, ...]:
    """Return the fields as they stand in a file."""
    return tuple(_opened(one, _at(entry, one.path), f"{prefix}{one.name}") for one in fields)


def _opened(one: Field, value: Any, id_: str) -> Shown:
    if one.control is Control.ROWS:
        rows = [
            Row(f"{id_}-{number}", str(number), opened(one.fields, _mapping(one, item), f"{id_}-{number}-"))
            for number, item in enumerate(value or ())
        ]
        return Shown(one, id_, rows=tuple(rows))
    if one.control is Control.WHEN:
        return _folded(one, value, id_)
    if one.control is Control.PAIRS:
        rows = [
            Row(f"{id_}-{number}", key, opened(PAIR, {"key": key, "text": text}, f"{id_}-{number}-"))
            for number, (key, text) in enumerate((value or {}).items())
        ]
        return Shown(one, id_, rows=tuple(rows))
    return Shown(one, id_, _texts(one, value))


def typed(fields: Sequence[Field], form: Form, prefix: str = "") -> tuple[Shown, ...]:
    """Return the fields as they were typed, rows numbered anew in their order and without those taken out."""
    return tuple(_typed(one, form, f"{prefix}{one.name}", f"{prefix}{one.name}") for one in fields)


def _typed(one: Field, form: Form, sent: str, id_: str) -> Shown:
    if one.control is Control.WHEN and (kept := _one(form, f"{sent}-kept")):
        return _unfolded(Shown(one, id_, (kept,))) if sent in form.get("open", ()) else Shown(one, id_, (kept,))
    if one.control in LISTS:
        fields = LISTS[one.control] or one.fields
        gone = set(form.get("drop", ()))
        numbers = [number for number in form.get(f"{sent}-row", ()) if f"{sent}-{number}" not in gone]
        if sent in form.get("add", ()):
            numbers = [*numbers, ""]
            # A new group begins with an empty line, so that there is something to fill in.
            form = {**form, f"{sent}--all-row": [""]} if one.control is Control.WHEN else form
        rows = [
            Row(
                f"{id_}-{place}",
                _one(form, f"{sent}-{number}-was"),
                tuple(
                    _typed(each, form, f"{sent}-{number}-{each.name}", f"{id_}-{place}-{each.name}") for each in fields
                ),
            )
            for place, number in enumerate(numbers)
        ]
        return Shown(one, id_, rows=tuple(rows))
    values = tuple(text.replace("\r\n", "\n").replace("\r", "\n") for text in form.get(sent, ()))
    if one.control is Control.HOURS:
        return Shown(one, id_, tuple(text for line in _typed_hours(form, sent) for text in line))
    if one.control is Control.TICKS:
        return Shown(one, id_, values)
    if one.control is Control.PICKS:
        values += tuple(form.get(f"{sent}-pick", ()))
        return Shown(one, id_, tuple(text.strip() for text in values if text.strip()))
    return Shown(one, id_, (values or ("",))[:1])


def _typed_hours(form: Form, sent: str) -> list[HoursLine]:
    gone = set(form.get("drop", ()))
    columns = (form.get(f"{sent}{part}", ()) for part in ("", "-opens", "-closes"))
    typed = [(days.strip(), opens.strip(), closes.strip()) for days, opens, closes in zip(*columns, strict=False)]
    lines = [line for number, line in enumerate(typed) if any(line) and f"{sent}-{number}" not in gone]
    return [*lines, NO_HOURS] if sent in form.get("add", ()) or not lines else lines


def filled(shown: Sequence[Shown], entry: Mapping[str, Any], order: Sequence[str] = ()) -> dict[str, Any]:
    """Return `entry` with what was typed. What stands as it was opened stays as it is, whatever its way of writing.

    `order` names the keys of the file; a key that is new stands behind those that `order` names before it.
    """
    result = deepcopy(dict(entry))
    for one in shown:
        had = _at(entry, one.field.path)
        value = _filled(one, had)
        if value is _ABSENT:
            _remove(result, one.field.path)
        elif value is not had:
            _set(result, one.field.path, value)
    return _ordered(entry, result, [*order, *(one.field.path[0] for one in shown)])


_ABSENT: Any = object()


def _filled(one: Shown, had: Any) -> Any:
    """Return the value that was typed, `had` itself where it says the same, or `_ABSENT` where there is none."""
    control = one.field.control
    if control is Control.KEPT:
        return had
    if control is Control.WHEN:
        return _filled_when(one, had)
    if control is Control.ROWS:
        items = [_item(one.field, row, had) for row in one.rows]
        items = [item for item in items if item is not _ABSENT]
        return had if items == (had or []) else _or_absent(one.field, items, had)
    if control is Control.PAIRS:
        pairs = {row.fields[0].value.strip(): row.fields[1].value.strip() for row in one.rows}
        pairs = {key: text for key, text in pairs.items() if key}
        return had if pairs == (had or {}) else pairs
    if control is Control.TICKS:
        before = [str(item) for item in had or ()]
        # What the form does not offer is not taken away by it.
        chosen = set(one.values) | {item for item in before if item not in one.field.options}
        items = [item for item in before if item in chosen]
        items += [str(item) for item in one.field.options if item in chosen and item not in before]
        return had if items == before else _or_absent(one.field, items, had)
    if same_text(one, _texts(one.field, had)):
        return had
    text = _written(one)
    if control is Control.PICKS:
        return _or_absent(one.field, list(one.values), had)
    if control is Control.LINES:
        return _or_absent(one.field, [line.strip() for line in text.split("\n") if line.strip()], had)
    if control is Control.YES:
        return True if text else _ABSENT
    if control is Control.NUMBER and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    if control is Control.DATE:
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass  # what is no day is told at its field
    return text or ("" if one.field.needed and had is not None else _ABSENT)


def same_text(one: Shown, before: tuple[str, ...]) -> bool:
    """Say whether a field says what it said before, blanks around it aside."""
    trimmed = [text.strip() for text in one.values]
    return trimmed == [text.strip() for text in before] or (not any(trimmed) and not any(before))


def _item(one: Field, row: Row, had: Any) -> Any:
    number = int(row.was) if row.was.isascii() and row.was.isdigit() else -1
    before = had[number] if 0 <= number < len(had or ()) else None
    # A choice is always made, so it does not say that a row is in use.
    said = (each for each in row.fields if each.field.control not in (Control.CHOICE, Control.KEPT, Control.WHEN))
    if not any(value.strip() for each in said for value in each.values):
        return _ABSENT
    item = filled(row.fields, {} if before is None else _mapping(one, before))
    if before is not None and item == _mapping(one, before):
        return before
    return item[one.bare] if one.bare and list(item) == [one.bare] else item


def _mapping(one: Field, item: Any) -> Mapping[str, Any]:
    return item if isinstance(item, dict) else {one.bare: item}


def _or_absent(one: Field, items: list[Any], had: Any) -> Any:
    return items if items or (one.needed and had is not None) else _ABSENT


def _written(one: Shown) -> str:
    if one.field.control is not Control.HOURS:
        # A line of text in a file has no line breaks, except where the file had one.
        return one.value.strip()
    rules: dict[str, list[str]] = {}
    for days, opens, closes in one.lines:
        rules.setdefault(days, []).append(f"{opens}-{closes}" if opens or closes else "")
    written = (
        f"{days.removesuffix(ANY_DAY)} {', '.join(filter(None, times))}".strip() for days, times in rules.items()
    )
    return "; ".join(filter(None, written))


ROUND_THE_CLOCK = "24/7"
CLOSED = "closed"
ANY_DAY = "?"
"""Hours without days: the source does not say on which; or those of an exception, which has its days."""
NO_HOURS: HoursLine = ("", "", "")
_HOURS = re.compile(r"(?:(\S+) )?(\d\d:\d\d-\d\d:\d\d(?:, ?\d\d:\d\d-\d\d:\d\d)*)")


def hours_lines(text: str) -> list[HoursLine]:
    """Return hours line by line, the hours of a day before and behind its break as two; what is not written so stands
    whole in the place of the days.
    """
    lines: list[HoursLine] = []
    for rule in re.split("; ?", text):
        found = _HOURS.fullmatch(rule)
        if not found:
            lines.append((rule, "", ""))
            continue
        for span in re.split(", ?", found[2]):
            opens, _, closes = span.partition("-")
            lines.append((found[1] or ANY_DAY, opens, closes))
    return lines


def _texts(one: Field, value: Any) -> tuple[str, ...]:
    if one.control in (Control.TICKS, Control.PICKS):
        return tuple(str(item) for item in value or ())
    if one.control is Control.LINES:
        return ("\n".join(str(item) for item in value or ()),)
    if one.control is Control.YES:
        return ("yes" if value else "",)
    text = "" if value is None else str(value)
    if one.control is Control.HOURS:
        return tuple(part for line in hours_lines(text) for part in line)
    return (text,)


def _at(entry: Any, path: Sequence[str]) -> Any:
    for key in path:
        entry = entry.get(key) if isinstance(entry, Mapping) else None
    return entry


def _set(entry: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for key in path[:-1]:
        if not isinstance(entry.get(key), dict):
            entry[key] = {}
        entry = entry[key]
    entry[path[-1]] = value


def _remove(entry: dict[str, Any], path: Sequence[str]) -> None:
    """Take a value out, and what is empty without it."""
    if _at(entry, path) is None and path[-1] not in (_at(entry, path[:-1]) or {}):
        return
    parent = _at(entry, path[:-1]) if len(path) > 1 else entry
    del parent[path[-1]]
    if not parent and len(path) > 1:
        _remove(entry, path[:-1])


def _ordered(entry: Mapping[str, Any], result: dict[str, Any], order: Sequence[str]) -> dict[str, Any]:
    keys = [key for key in entry if key in result]
    for new in (key for key in result if key not in entry):
        before = order[: order.index(new)] if new in order else order
        # Never the first of those that stand there: that one names the thing.
        place = max((keys.index(key) + 1 for key in before if key in keys), default=min(1, len(keys)))
        keys.insert(place, new)
    return {key: result[key] for key in keys}


def _one(form: Form, name: str) -> str:
    return next(iter(form.get(name, ())), "")


PAIR = (Field(("key",), Control.LINE), Field(("text",), Control.TEXT))
LINE = (
    Field(("question",), Control.CHOICE),
    Field(("how",), Control.CHOICE, tuple(How)),
    Field(("answers",), Control.TICKS),
)
"""One line of a condition. Answers are ticked as ``question=answer``: those of another question do not count."""
GROUP = (Field(("all",), Control.ROWS, fields=LINE),)
LISTS: Mapping[Control, tuple[Field, ...]] = {Control.ROWS: (), Control.PAIRS: PAIR, Control.WHEN: GROUP}
"""Controls that are lists of rows, with the fields of a row where each of the control has the same."""


def _folded(one: Field, value: Any, id_: str) -> Shown:
    """Return a condition as it is first shown: as a whole, because a step has many of them."""
    if not value:
        return Shown(one, id_)
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1_000_000, default_flow_style=True)
    return Shown(one, id_, (text.strip(),))


def _unfolded(one: Shown) -> Shown:
    """Return a condition as groups of lines, or as it is where it is too rich for them."""
    try:
        groups = groups_of(parsed(one.value))
    except (PatchError, TooRichError):
        return one
    rows = [
        Row(f"{one.id}-{number}", "", opened(GROUP, {"all": list(map(_asked, group))}, f"{one.id}-{number}-"))
        for number, group in enumerate(groups)
    ]
    return Shown(one.field, one.id, rows=tuple(rows))


def _asked(line: Line) -> dict[str, Any]:
    return {
        "question": line.question,
        "how": line.how.value,
        "answers": [f"{line.question}={answer}" for answer in line.answers],
    }


def _filled_when(one: Shown, had: Any) -> Any:
    if one.value:
        return had
    try:
        before = groups_of(had)
    except TooRichError:
        return had
    groups = [tuple(line for line, _ in group) for group in _groups(one)]
    return had if alike(before, groups) else written(groups) or _ABSENT


def _groups(one: Shown) -> list[list[tuple[Line, str]]]:
    """Return the lines that name a question, with the id of each line's row, by group; empty groups are none."""
    groups = []
    for row in one.rows:
        lines = []
        for each in row.fields[0].rows:
            question, how, answers = each.fields
            mark = f"{question.value}="
            chosen = tuple(text.removeprefix(mark) for text in answers.values if text.startswith(mark))
            if question.value:
                lines.append((Line(question.value, How.NONE if how.value == How.NONE else How.ANY, chosen), each.id))
        groups += [lines] if lines else []
    return groups


def wrong_conditions(shown: Iterable[Shown]) -> list[tuple[str, Wrong]]:
    """Return every line of a condition that cannot be written so, as (id of its question, why)."""
    found = []
    for one in shown:
        if one.field.control is Control.WHEN:
            for group in _groups(one):
                found += [(f"{group[place][1]}-question", why) for place, why in wrong([line for line, _ in group])]
        else:
            found += wrong_conditions(field for row in one.rows for field in row.fields)
    return found


_MISSING = re.compile(r"text in '(\w+)' is missing")
_LED_TO = (
    ("needs a reason in every language", "reason"),
    ("needs use_instead", "use_instead"),
    ("say in how_to_find", "how_to_find"),
)
"""Faults of a thing as a whole, by what they say, and the field that mends them."""


def ids_of_fault(place: str, message: str, shown: Sequence[Shown]) -> list[str]:
    """Return the ids of the fields that mend a fault: a missing text is told at each language in which it is missing.

    The list is empty where no field does.
    """
    led_to = next((field for words, field in _LED_TO if words in message), "")
    place = ".".join(filter(None, [place, led_to]))
    found = _MISSING.search(message)
    codes = [found[1]] if found else PUBLIC if led_to or "field required" in message else []
    in_languages = [id_of_place(f"{place}.{code}", shown) for code in codes]
    ids = [id_ for id_, code in zip(in_languages, codes, strict=True) if id_.endswith(f"-{code}")]
    whole = id_of_place(place, shown)
    return ids or ([whole] if whole else [])


def id_of_place(place: str, shown: Sequence[Shown]) -> str:
    """Return the id of the field that a fault of the check speaks of, or nothing where it speaks of none.

    `place` is dotted (``phones.0.number``) or names a thing by what it says (``phones +380441112233``).
    """
    kind, _, said = place.partition(" ")
    keys = kind.split(".")
    level = list(shown)
    found = ""
    while keys:
        here = [one for one in level if tuple(keys[: len(one.field.path)]) == one.field.path]
        here = here or [one for one in level if one.field.path[0] == keys[0]]
        if not here:
            break
        one = here[0]
        found, keys = one.id, keys[len(one.field.path) :]
        if one.rows:
            row = next((row for row in one.rows if said and any(said in each.values for each in row.fields)), None)
            if keys and not keys[0].isdigit():
                row, keys = next((row for row in one.rows if row.fields[0].value == keys[0]), row), keys[1:]
            elif keys and int(keys[0]) < len(one.rows):
                row, keys = one.rows[int(keys[0])], keys[1:]
            if row is None:
                break
            found, level = row.fields[0].id, list(row.fields)
    return found
