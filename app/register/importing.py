"""Files of entries, CSV and XLSX: columns known by their heads, rows read into entries, every fault with its place."""

from __future__ import annotations

import codecs
import csv
import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from app.kernel.dates import PartialDate
from app.kernel.text import fold
from app.register.entry import Basis, Entry, Item, Status
from app.register.written import (
    PLACE_LENGTH,
    Fault,
    FaultError,
    clean,
    read_date,
    read_status,
    read_written,
    split_name,
)


class Beside(StrEnum):
    """What a column may hold beside the items of an entry."""

    FULL_NAME = "full_name"
    """Surname, given name and patronymic in one cell."""
    STATUS = "status"
    STATUS_SINCE = "status_since"
    STATUS_SOURCE = "status_source"


Target = Item | Beside
"""What a column holds."""

HEADS: Mapping[Target, tuple[str, ...]] = {
    Beside.FULL_NAME: ("піб", "прізвище, ім’я, по батькові", "прізвище ім’я по батькові", "full name", "name"),
    Item.SURNAME: ("прізвище", "surname", "last name", "family name"),
    Item.GIVEN: ("ім’я", "власне ім’я", "given name", "first name"),
    Item.PATRONYMIC: ("по батькові", "patronymic", "middle name"),
    Item.FORMER_SURNAMES: ("попередні прізвища", "попереднє прізвище", "former surnames", "former surname"),
    Item.LATIN_SURNAME: ("прізвище латиницею", "прізвище (лат.)", "latin surname", "surname in latin letters"),
    Item.LATIN_GIVEN: ("ім’я латиницею", "ім’я (лат.)", "latin given name", "given name in latin letters"),
    Item.BORN: ("дата народження", "народився", "народилася", "date of birth", "birth date", "born"),
    Item.SEX: ("стать", "sex", "gender"),
    Item.BORN_IN: ("місце народження", "place of birth", "birth place", "born in"),
    Item.LIVED_IN: ("місце проживання", "адреса проживання", "residence", "place of residence", "lived in"),
    Item.MISSING_ON: ("дата зникнення", "зник", "date of disappearance", "missing since", "missing on"),
    Item.MISSING_FROM: ("місце зникнення", "place of disappearance", "missing from"),
    Item.CATEGORY: ("категорія", "category"),
    Item.UNIT: ("військова частина", "частина", "підрозділ", "military unit", "unit"),
    Item.CAUSE: ("особливі обставини", "special circumstances", "cause"),
    Item.CIRCUMSTANCES: ("обставини зникнення", "обставини", "circumstances"),
    Item.POLICE_UNIT: ("підрозділ поліції", "орган поліції", "відділ поліції", "police unit"),
    Item.PROCEEDING: ("номер єрдр", "єрдр", "кримінальне провадження", "номер провадження", "proceeding number"),
    Beside.STATUS: ("статус", "status"),
    Beside.STATUS_SINCE: ("дата статусу", "статус з", "status since", "status date"),
    Beside.STATUS_SOURCE: ("джерело статусу", "джерело", "status source", "source"),
}
"""Heads by which a column is known, folded, in Ukrainian and English; the code of a target is one, too."""

_TARGETS: Mapping[str, Target] = {
    **{head: target for target, heads in HEADS.items() for head in heads},
    **{fold(target): target for target in HEADS},
}


class FileFault(StrEnum):
    """Why a file cannot be taken in at all."""

    EMPTY = "empty"
    NO_SURNAME_COLUMN = "no-surname-column"
    TWO_COLUMNS = "two-columns"
    """Two columns for one thing."""
    NO_TABLE = "no-table"
    """Neither CSV nor XLSX, or a damaged one."""
    BROKEN_ROW = "broken-row"
    """A quotation mark that nothing closes, or a cell without end."""
    BAD_MAPPING = "bad-mapping"
    NO_SUCH_COLUMN = "no-such-column"
    """The mapping names a column that the file does not have."""


class FileError(Exception):
    """The file or its mapping cannot be used; nothing was taken in. `column` or `row` says where, as far as known."""

    def __init__(self, fault: FileFault, *, column: str = "", row: int = 0) -> None:
        super().__init__(fault.value)
        self.fault, self.column, self.row = fault, column, row


@dataclass(frozen=True)
class Problem:
    """Why a row is left out: its number as a spreadsheet counts, the head of the column, the fault."""

    row: int
    column: str
    fault: Fault


@dataclass(frozen=True)
class Ready:
    """A row that became an entry. `text` is the row as it stands, by which it is known again."""

    row: int
    entry: Entry
    status: Status
    basis: Basis
    text: str


@dataclass(frozen=True)
class Layout:
    """The heads of a file's columns, and what each holds; None for a column that is left out."""

    heads: tuple[str, ...]
    targets: tuple[Target | None, ...]

    @property
    def ignored(self) -> list[str]:
        """Heads of the columns that are left out."""
        return [head for head, target in zip(self.heads, self.targets, strict=True) if target is None and head]

    def head_of(self, target: Target) -> str:
        """Return the head of the column that holds `target`; the code of the target where no column does."""
        return self.heads[self.targets.index(target)] if target in self.targets else target.value


def read_mapping(text: str) -> dict[str, Target]:
    """Read a mapping (YAML or JSON) from heads of columns to codes of `Item` and `Beside`. Raises FileError."""
    try:
        told = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError):
        raise FileError(FileFault.BAD_MAPPING) from None
    if not isinstance(told, dict) or not told:
        raise FileError(FileFault.BAD_MAPPING)
    codes: dict[str, Target] = {target.value: target for target in HEADS}
    found: dict[str, Target] = {}
    for head, code in told.items():
        if not isinstance(head, str) or not isinstance(code, str) or code not in codes:
            raise FileError(FileFault.BAD_MAPPING, column=str(head))
        found[fold(head)] = codes[code]
    return found


def read_layout(heads: Sequence[str], mapping: Mapping[str, Target] | None = None) -> Layout:
    """Return what the columns hold, by `mapping` where it names a column, else by their heads. Raises FileError."""
    mapping = mapping or {}
    folded = [fold(head) for head in heads]
    for head in mapping:
        if head not in folded:
            raise FileError(FileFault.NO_SUCH_COLUMN, column=head)
    named = set(mapping.values())
    targets: list[Target | None] = []
    for head, key in zip(heads, folded, strict=True):
        known = mapping.get(key) or _TARGETS.get(key)
        if key not in mapping and known in named:
            known = None
        if known is not None and known in targets:
            raise FileError(FileFault.TWO_COLUMNS, column=head)
        targets.append(known)
    if Item.SURNAME not in targets and Beside.FULL_NAME not in targets:
        raise FileError(FileFault.NO_SURNAME_COLUMN)
    return Layout(tuple(heads), tuple(targets))


def digest(path: Path, mapping: Mapping[str, Target]) -> str:
    """Return by what a file, read by this mapping, is known again."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256")
    found.update(json.dumps(sorted(mapping.items())).encode())
    return found.hexdigest()


def read_table(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV or XLSX file (its first sheet) that hold anything, with their numbers. Raises FileError.

    CSV may be UTF-8 (with a mark or without), UTF-16 or Windows-1251, with commas, semicolons or tabs.
    """
    rows = _sheet(path) if zipfile.is_zipfile(path) else _separated(path)
    for number, row in rows:
        if any(cell.strip() for cell in row):
            yield number, row


def _sheet(path: Path) -> Iterator[tuple[int, list[str]]]:
    # Imported when a spreadsheet comes, which is seldom: every server and worker would start a seventh later.
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    broken = (InvalidFileException, zipfile.BadZipFile, KeyError, IndexError, SyntaxError, ValueError, OSError)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except broken:
        raise FileError(FileFault.NO_TABLE) from None
    try:
        sheet = book.worksheets[0]
        # What a sheet says of its own size may be wrong; then rows would be cut.
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            yield number, [_text(value) for value in row]
    except broken:
        raise FileError(FileFault.NO_TABLE) from None
    finally:
        book.close()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    # A spreadsheet keeps the year 1990 as the number 1990.0.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _separated(path: Path) -> Iterator[tuple[int, list[str]]]:
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        head = file.readline()
        file.seek(0)
        # Strict: what follows a quotation mark that nothing closes would be taken for one cell, row by row.
        reader = csv.reader(file, delimiter=max(";\t,", key=_outside_quotes(head).count), strict=True)
        number = 0
        try:
            for number, row in enumerate(reader, 1):
                yield number, row
        except csv.Error:
            raise FileError(FileFault.BROKEN_ROW, row=number + 1) from None


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def encoding_of(path: Path) -> str:
    """Return the encoding of a text file. What is no UTF-8 is taken for Windows-1251, which old Excel writes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        begin = file.read(4)
        if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        try:
            decoder.decode(begin)
            while piece := file.read(1 << 20):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1251"
    return "utf-8-sig"


def read_row(
    number: int, cells: Sequence[str], layout: Layout, *, source: str, today: date
) -> Ready | tuple[Problem, ...]:
    """Return the entry that a row holds, or everything that is wrong with the row.

    Without a status the search goes on; without a date it does since the disappearance, else since `today`. Without a
    source it is `source`, and the number of the row.
    """
    extra = [cell for cell in cells[len(layout.heads) :] if cell.strip()]
    if extra:
        return (Problem(number, "", Fault.EXTRA_CELLS),)
    told = {
        target: cell for target, cell in zip(layout.targets, cells, strict=False) if target is not None and cell.strip()
    }
    problems: list[Problem] = []

    def fault(target: Target, found: Fault) -> None:
        problems.append(Problem(number, layout.head_of(target), found))

    texts = {target: cell for target, cell in told.items() if isinstance(target, Item)}
    if Beside.FULL_NAME in told:
        try:
            # Columns of their own say more than the full name.
            texts = {**split_name(told[Beside.FULL_NAME]), **texts}
        except FaultError as error:
            fault(Beside.FULL_NAME, error.fault)
            texts.setdefault(Item.SURNAME, "х")
    read = read_written(texts, today=today)
    for item, found in read.faults:
        whole = Beside.FULL_NAME in layout.targets and item not in layout.targets
        fault(Beside.FULL_NAME if whole and item in _PARTS else item, found)
    status, since, named = Status.SEARCHING, None, ""
    try:
        status = read_status(told[Beside.STATUS]) if Beside.STATUS in told else Status.SEARCHING
    except FaultError as error:
        fault(Beside.STATUS, error.fault)
    try:
        since = read_date(told[Beside.STATUS_SINCE], today=today) if Beside.STATUS_SINCE in told else None
    except FaultError as error:
        fault(Beside.STATUS_SINCE, error.fault)
    try:
        named = clean(told.get(Beside.STATUS_SOURCE, ""))
        if len(named) > PLACE_LENGTH:
            raise FaultError(Fault.LONG)
    except FaultError as error:
        fault(Beside.STATUS_SOURCE, error.fault)
    if status is not Status.SEARCHING and Beside.STATUS_SINCE not in told:
        fault(Beside.STATUS_SINCE, Fault.NO_DATE)
    if problems or read.entry is None:
        return tuple(problems)
    missing_on = read.entry.person.missing_on
    if since and missing_on and since.latest < missing_on.earliest:
        return (Problem(number, layout.head_of(Beside.STATUS_SINCE), Fault.BEFORE_MISSING),)
    since = since or missing_on or PartialDate(today.year, today.month, today.day)
    kept = json.dumps({target.value: " ".join(cell.split()) for target, cell in sorted(told.items())})
    return Ready(number, read.entry, status, Basis(since, named or f"{source}, {number}"), kept)


_PARTS = frozenset({Item.SURNAME, Item.GIVEN, Item.PATRONYMIC})
