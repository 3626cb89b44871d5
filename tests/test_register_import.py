"""Files of entries: what is read from them, what is refused and where, and that every row is taken in once."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.config import ROOT
from app.kernel.dates import PartialDate
from app.register.entries import store
from app.register.entry import Basis, Cause, Item, Status
from app.register.importing import (
    HEADS,
    Beside,
    FileError,
    FileFault,
    Layout,
    Problem,
    Ready,
    read_layout,
    read_mapping,
    read_row,
    read_table,
)
from app.register.labels import FAULTS
from app.register.person import Person, Sex
from app.register.store import BlockRow, EntryRow, every_person
from app.register.written import Fault
from app.storage.database import Database
from app.web.edition import Edition
from tests.operators import Operator

TODAY = date(2026, 4, 16)
HEAD = ("Прізвище", "Ім'я", "По батькові", "Дата народження", "Стать", "Дата зникнення", "Місце зникнення")
ROWS = (
    ("Вигаданенко", "Остап", "Северинович", "14.03.1991", "ч", "02.2023", "Бахмут"),
    ("Придуманюк", "Ярина", "Юхимівна", "1988", "ж", "01.05.2024", "Токмак"),
    ("Неіснуючий", "Зенон", "", "", "", "", ""),
)


@pytest.fixture
def operator(database_address: str, key_file: Path, tmp_path: Path, edition: Edition) -> Operator:
    return Operator.of(tmp_path / "instance", database_address, key_file.read_text(), edition)


def table(folder: Path, rows: Sequence[Sequence[str]], *, head: Sequence[str] = HEAD, name: str = "file.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def entries(database: Database) -> list[Person]:
    with database.reading() as session:
        return [person for _, person in every_person(session)]


def count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def read(cells: Mapping[str, str]) -> Ready | tuple[Problem, ...]:
    return read_row(2, list(cells.values()), read_layout(list(cells)), source="file.csv", today=TODAY)


# Reading.


def test_a_row_becomes_an_entry_with_its_status_and_where_it_comes_from() -> None:
    found = read(
        {
            "ПІБ": "Вигаданенко Остап Северинович", "Date of birth": "14.03.1991", "Стать": "чоловіча",
            "Попередні прізвища": "Примарський; Уявний", "Дата зникнення": "02.2023",
            "Особливі обставини": "бойові дії", "Статус": "полон підтверджено", "Дата статусу": "2024-01-05",
            "Джерело статусу": "лист НІБ",
        }
    )  # fmt: skip
    assert isinstance(found, Ready)
    assert found.entry.person == Person(
        surname="Вигаданенко", given="Остап", patronymic="Северинович", former_surnames=("Примарський", "Уявний"),
        born=PartialDate(1991, 3, 14), sex=Sex.MALE, missing_on=PartialDate(2023, 2),
    )  # fmt: skip
    assert found.entry.cause is Cause.HOSTILITIES
    assert (found.status, found.basis) == (Status.CAPTIVITY, Basis(PartialDate(2024, 1, 5), "лист НІБ"))


def test_a_row_without_a_status_is_searched_since_the_disappearance_and_names_its_row() -> None:
    found = read({"Прізвище": "Вигаданенко", "Дата зникнення": "02.2023"})
    assert isinstance(found, Ready)
    assert (found.status, found.basis) == (Status.SEARCHING, Basis(PartialDate(2023, 2), "file.csv, 2"))


@pytest.mark.parametrize(
    ("head", "cell", "fault"),
    [
        ("Дата народження", "31.02.1990", Fault.NO_DAY),
        ("Дата народження", "01.02.90", Fault.AMBIGUOUS_DATE),
        ("Дата народження", "колись", Fault.NO_DATE),
        ("Дата народження", "2031", Fault.FUTURE),
        ("Дата народження", "1812", Fault.TOO_EARLY),
        ("Дата народження", "2025", Fault.BORN_LATER),
        ("Стать", "так", Fault.NO_SEX),
        ("Категорія", "хтось", Fault.NO_CATEGORY),
        ("Особливі обставини", "дощ", Fault.NO_CAUSE),
        ("Статус", "невідомо", Fault.NO_STATUS),
        ("Дата статусу", "2019", Fault.BEFORE_MISSING),
        ("Ім'я", "12345", Fault.NO_NAME),
        ("По батькові", "Х" * 101, Fault.LONG),
        ("Обставини", "\x00", Fault.NOT_TEXT),
        ("Обставини", "\ufffd", Fault.NOT_TEXT),
    ],
)
def test_what_cannot_be_recorded_is_named_with_its_row_and_column(head: str, cell: str, fault: Fault) -> None:
    found = read({"Прізвище": "Вигаданенко", "Дата зникнення": "2023", head: cell})
    assert found == (Problem(2, head, fault),)


def test_everything_wrong_with_a_row_is_named_at_once() -> None:
    found = read({"ПІБ": "А Б В Г", "Дата народження": "x", "Статус": "повернувся"})
    assert found == (
        Problem(2, "ПІБ", Fault.TWO_NAMES),
        Problem(2, "Дата народження", Fault.NO_DATE),
        Problem(2, "status_since", Fault.NO_DATE),
    )


def test_a_row_with_more_cells_than_heads_is_refused() -> None:
    layout = read_layout(["Прізвище"])
    assert read_row(9, ["Вигаданенко", "", "лишнє"], layout, source="x", today=TODAY) == (
        Problem(9, "", Fault.EXTRA_CELLS),
    )


def test_columns_are_known_by_heads_in_both_languages_or_by_a_mapping() -> None:
    layout = read_layout(["№", "FAMILY NAME", "Ім`я", "Хто шукає"])
    assert layout.targets == (None, Item.SURNAME, Item.GIVEN, None)
    assert layout.ignored == ["№", "Хто шукає"]
    named = read_mapping('{"Хто": surname, "Коли": born}')
    assert read_layout(["хто", "Коли", "Прізвище"], named).targets == (Item.SURNAME, Item.BORN, None)


@pytest.mark.parametrize(
    ("heads", "mapping", "fault"),
    [
        (["Дата народження"], "", FileFault.NO_SURNAME_COLUMN),
        (["Прізвище", "surname"], "", FileFault.TWO_COLUMNS),
        (["Прізвище"], "{Ніхто: born}", FileFault.NO_SUCH_COLUMN),
        (["Прізвище"], "{Прізвище: nonsense}", FileFault.BAD_MAPPING),
        (["Прізвище"], "- a list", FileFault.BAD_MAPPING),
        (["Прізвище"], "{", FileFault.BAD_MAPPING),
    ],
)
def test_a_head_or_mapping_that_fits_no_register_is_refused(heads: list[str], mapping: str, fault: FileFault) -> None:
    with pytest.raises(FileError) as refused:
        read_layout(heads, read_mapping(mapping) if mapping else None)
    assert refused.value.fault is fault


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_are_read_in_every_usual_encoding_and_form(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "file.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([HEAD, ["", "", ""], ["Ґалаґан", "Їжак, який", "a;b\tc"]])
    assert list(read_table(path)) == [(1, list(HEAD)), (3, ["Ґалаґан", "Їжак, який", "a;b\tc"])]


def test_a_workbook_is_read_with_its_dates_and_numbers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(list(HEAD))
    book.active.append(["Вигаданенко", None, None, datetime(1991, 3, 14), "ч", 2023.0, None])
    path = tmp_path / "file.xlsx"
    book.save(path)
    head, (number, row) = read_table(path)
    assert head == (1, list(HEAD))
    assert (number, row) == (2, ["Вигаданенко", "", "", "1991-03-14", "ч", "2023"])


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"PK\x05\x06" + bytes(18), FileFault.NO_TABLE),
        (b'Surname\n"open\nNext\n', FileFault.BROKEN_ROW),
        (b'"' + b"x" * 200_000, FileFault.BROKEN_ROW),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes, fault: FileFault) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes(content)
    with pytest.raises(FileError) as refused:
        list(read_table(path))
    assert refused.value.fault is fault


_TARGETS = list(HEADS)
_CELL = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", "1990", "12.1990", "31.12.1990", "2024-02-30", "ч", "розшук", "Ім’я", "military", "0", " "]),
)


@given(st.lists(_CELL, max_size=len(_TARGETS) + 2), st.permutations(_TARGETS))
def test_any_row_is_an_entry_or_named_problems(cells: list[str], targets: list[Item | Beside]) -> None:
    layout = Layout(tuple(target.value for target in targets), tuple(targets))
    found = read_row(7, cells, layout, source="x", today=TODAY)
    if isinstance(found, Ready):
        assert found.entry.person.surname
        assert found.basis.source
    else:
        assert found
        assert all(problem.row == 7 and problem.fault in FAULTS for problem in found)


# The command.


def test_a_file_is_taken_in_and_a_second_time_changes_nothing(operator: Operator, tmp_path: Path) -> None:
    path = table(tmp_path, ROWS)
    done = operator.run("register", "import", str(path))
    assert (done.exit_code, "3 rows, 3 entered" in done.output) == (0, True), done.output
    database = operator.open()
    assert [person.surname for person in entries(database)] == ["Вигаданенко", "Придуманюк", "Неіснуючий"]
    again = operator.run("register", "import", str(path))
    assert "0 entered, 3 known already" in again.output
    assert len(entries(database)) == 3
    database.engine.dispose()


def test_a_file_that_was_put_right_adds_only_what_was_missing(operator: Operator, tmp_path: Path) -> None:
    wrong = ("Помилковий", "Іван", "", "30.02.1990", "", "", "")
    first = operator.run("register", "import", str(table(tmp_path, [ROWS[0], wrong, ROWS[1]])))
    assert (first.exit_code, "2 entered" in first.output, "1 with problems" in first.output) == (1, True, True)
    right = (*wrong[:3], "28.02.1990", *wrong[4:])
    second = operator.run("register", "import", str(table(tmp_path, [ROWS[0], right, ROWS[1]], name="right.csv")))
    assert "1 entered, 2 known already" in second.output


def test_a_dry_run_checks_and_writes_nothing(operator: Operator, tmp_path: Path) -> None:
    database = operator.open()
    report = tmp_path / "report.csv"
    path = table(tmp_path, [*ROWS, ("", "Безпрізвищний", "", "", "", "", "")])
    done = operator.run("register", "import", str(path), "--dry-run", "--report", str(report))
    assert done.exit_code == 1
    assert "nothing written" in done.output
    for one in (EntryRow, BlockRow, store.ImportRow, store.BatchRow, store.StatusRow):
        assert count(database, one) == 0
    assert len(report.read_text().splitlines()) == 2
    database.engine.dispose()


def test_the_report_names_row_and_column_in_both_languages_and_no_value(operator: Operator, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    bad = ("Вигаданенко", "Остап", "", "99.99.1991", "інколи", "", "")
    path = table(tmp_path, [ROWS[1], bad])
    done = operator.run("register", "import", str(path), "--report", str(report), "--language", "en")
    assert "Row 3, column “Дата народження”: No calendar has this day." in done.output
    with report.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["row", "column", "problem (uk)", "problem (en)"]
    assert [row[:2] for row in rows] == [["3", "Дата народження"], ["3", "Стать"]]
    for row in rows:
        assert row[2].startswith("Рядок 3, графа «")
        assert row[3].startswith("Row 3, column “")
    assert "99.99.1991" not in report.read_text()
    assert "Вигаданенко" not in report.read_text()


def test_duplicates_in_the_file_and_in_the_register_are_proposed_and_not_merged(
    operator: Operator, tmp_path: Path
) -> None:
    operator.run("register", "import", str(table(tmp_path, [ROWS[0], ROWS[2]])))
    misspelt = ("Вигаданенка", *ROWS[0][1:])
    done = operator.run("register", "import", str(table(tmp_path, [misspelt, ROWS[1], ROWS[1]], name="more.csv")))
    assert "3 entered" in done.output
    assert "2 duplicates proposed" in done.output
    database = operator.open()
    with database.reading() as session:
        assert {(one.first, one.second) for one in store.duplicates(session)} == {(1, 3), (4, 5)}
        assert session.scalar(select(func.count()).where(EntryRow.merged_into.is_not(None))) == 0
    database.engine.dispose()


def test_a_mapping_names_the_columns(operator: Operator, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("Хто: full_name\nКоли: missing_on\n", encoding="utf-8")
    path = table(tmp_path, [("Вигаданенко Остап Северинович", "02.2023")], head=("Хто", "Коли"))
    assert operator.run("register", "import", str(path)).exit_code == 1
    done = operator.run("register", "import", str(path), "--mapping", str(mapping))
    assert "1 entered" in done.output
    database = operator.open()
    assert entries(database)[0].missing_on == PartialDate(2023, 2)
    database.engine.dispose()


ROUNDS = 3


def test_an_import_killed_on_the_way_and_begun_again_doubles_and_loses_no_row(
    database: Database, database_address: str, key_file: Path, tmp_path: Path
) -> None:
    # Every tenth row is the one before it again: both are rows of the file.
    wanted = [
        (f"Прикладенко{'абвгд'[n % 5]}", f"Ім’я{'абвгде'[n % 6]}", "", str(1950 + n % 50), f"Село {n - (n % 10 == 9)}")
        for n in range(1500)
    ]
    path = table(tmp_path, [(*row[:4], "", "", row[4]) for row in wanted])
    command = [
        sys.executable, "-m", "flask", "--app", "app", "register", "import", str(path), "--batch", "10",
        "--processes", "1",
    ]  # fmt: skip
    environment = {
        **os.environ, "INSTANCE": str(tmp_path), "DATABASE_URL": database_address, "VAULT_KEY_FILE": str(key_file),
    }  # fmt: skip
    for number in range(ROUNDS):
        before = count(database, store.BatchRow)
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as running:
            while count(database, store.BatchRow) < before + 20 + 7 * number and running.poll() is None:
                pass
            os.kill(running.pid, signal.SIGKILL)
        assert running.returncode == -signal.SIGKILL, "it ended before it could be killed"
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found = sorted(person.missing_from for person in entries(database))
    assert found == sorted(row[4] for row in wanted)
    with database.reading() as session:
        assert session.scalars(select(store.ImportRow.finished_at)).one() is not None
        assert session.scalar(select(func.count()).where(store.BatchRow.compared.is_(False))) == 0
        statuses = session.scalars(select(store.StatusRow.entry)).all()
    assert len(statuses) == len(set(statuses)) == len(wanted)
