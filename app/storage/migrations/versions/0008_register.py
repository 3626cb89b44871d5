"""The register's entries, the blocking hashes they are found by, and counts of common names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "register_entry",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("person_sealed", sa.LargeBinary, nullable=False),
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


def downgrade() -> None:
    op.drop_table("register_name")
    op.drop_table("register_block")
    op.drop_table("register_entry")
