"""The register: entries, blocking hashes, counts of names; statuses, corrections, mergers, duplicates, imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "register_entry",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("person_sealed", sa.LargeBinary, nullable=False),
        sa.Column("rest_sealed", sa.LargeBinary),
        sa.Column("status", sa.String(30), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("merged_into", sa.Integer, index=True),
        sa.Column("demo", sa.Boolean, nullable=False),
        sa.Column("row_index", sa.LargeBinary, unique=True),
    )
    op.create_table(
        "register_block",
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("entry", sa.Integer, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "register_name",
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("entries", sa.Integer, nullable=False),
    )
    op.create_table(
        "register_status",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("entry", sa.Integer, sa.ForeignKey("register_entry.number"), nullable=False, index=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("status", sa.String(30), nullable=False),
        sa.Column("basis_sealed", sa.LargeBinary, nullable=False),
        sa.Column("recorded_at", moment, nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.UniqueConstraint("entry", "position"),
    )
    op.create_table(
        "register_correction",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("entry", sa.Integer, sa.ForeignKey("register_entry.number"), nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changes_sealed", sa.LargeBinary, nullable=False),
        sa.Column("corrected_at", moment, nullable=False),
        sa.Column("corrected_by", sa.Text, nullable=False),
    )
    op.create_table(
        "register_merger",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kept", sa.Integer, sa.ForeignKey("register_entry.number"), nullable=False, index=True),
        sa.Column("gone", sa.Integer, sa.ForeignKey("register_entry.number"), nullable=False, index=True),
        sa.Column("reason_sealed", sa.LargeBinary, nullable=False),
        sa.Column("merged_at", moment, nullable=False),
        sa.Column("merged_by", sa.Text, nullable=False),
        sa.Column("undone_reason_sealed", sa.LargeBinary),
        sa.Column("undone_at", moment),
        sa.Column("undone_by", sa.Text),
    )
    op.create_table(
        "register_import",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("file_index", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("begun_at", moment, nullable=False),
        sa.Column("begun_by", sa.Text, nullable=False),
        sa.Column("rows_done", sa.Integer, nullable=False),
        sa.Column("entered", sa.Integer, nullable=False),
        sa.Column("finished_at", moment),
    )
    op.create_table(
        "register_import_batch",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("import_id", sa.String(32), sa.ForeignKey("register_import.id"), nullable=False, index=True),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("compared", sa.Boolean, nullable=False),
    )
    op.create_table(
        "register_duplicate",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("first", sa.Integer, sa.ForeignKey("register_entry.number"), nullable=False),
        sa.Column("second", sa.Integer, sa.ForeignKey("register_entry.number"), nullable=False, index=True),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("state", sa.String(12), nullable=False, index=True),
        sa.Column("proposed_at", moment, nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary),
        sa.Column("decided_at", moment),
        sa.Column("decided_by", sa.Text),
        sa.UniqueConstraint("first", "second"),
    )


def downgrade() -> None:
    op.drop_table("register_duplicate")
    op.drop_table("register_import_batch")
    op.drop_table("register_import")
    op.drop_table("register_merger")
    op.drop_table("register_correction")
    op.drop_table("register_status")
    op.drop_table("register_name")
    op.drop_table("register_block")
    op.drop_table("register_entry")
