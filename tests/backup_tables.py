"""Tables that only tests have: every kind of column, references within a table, numbers given by the database."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

from app.storage.engine import SCHEMA, Schema
from tests.people_rows import TestTable

EXTRA = MetaData()

kinds = Table(
    "test_kinds",
    EXTRA,
    Column("id", String(32), primary_key=True),
    Column("whole", Integer),
    Column("part", Float),
    Column("yes", Boolean),
    Column("words", String),
    Column("raw", LargeBinary),
    Column("document", JSON),
    Column("day", Date),
    Column("moment", DateTime(timezone=True)),
    Column("clock", DateTime),
)
numbered = Table(
    "test_numbered",
    EXTRA,
    Column("number", Integer, primary_key=True),
    Column("after", ForeignKey("test_numbered.number")),
    Column("words", String, nullable=False),
    sqlite_autoincrement=True,
)
pairs = Table(
    "test_pair",
    EXTRA,
    Column("id", String(40), primary_key=True),
    Column("other", String(40), nullable=False),
    Column("file", String(32)),
)


def create(connection: Connection) -> None:
    """Make these tables and that of test people."""
    for metadata in (EXTRA, TestTable.metadata):
        metadata.create_all(connection)


def drop(connection: Connection) -> None:
    """Undo `create`."""
    for metadata in (EXTRA, TestTable.metadata):
        metadata.drop_all(connection)


def with_extra_tables(folder: Path) -> Schema:
    """Return the site's schema and one migration more, which makes these tables; its file is written to `folder`."""
    folder.mkdir()
    _write(folder, "t001", SCHEMA.newest, "create(op.get_bind())", "drop(op.get_bind())")
    metadata = MetaData()
    for one in (SCHEMA.metadata, EXTRA, TestTable.metadata):
        for table in one.sorted_tables:
            table.to_metadata(metadata)
    return Schema(metadata, (*SCHEMA.versions, folder))


def with_a_later_column(schema: Schema, folder: Path) -> Schema:
    """Return `schema` and one migration more, which adds a column and fills it from another."""
    folder.mkdir()
    add = 'op.add_column("test_numbered", sa.Column("louder", sa.String))'
    fill = "op.execute(\"UPDATE test_numbered SET louder = words || '!'\")"
    _write(folder, "t002", "t001", f"{add}\n    {fill}", "pass")
    return Schema(schema.metadata, (*schema.versions, folder))


def _write(folder: Path, revision: str, down: str, up: str, back: str) -> None:
    (folder / f"{revision}.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nfrom tests.backup_tables import create, drop\n"
        f"revision = {revision!r}\ndown_revision = {down!r}\n"
        f"def upgrade():\n    {up}\n\ndef downgrade():\n    {back}\n"
    )
