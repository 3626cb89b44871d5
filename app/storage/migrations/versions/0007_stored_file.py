"""Stored files: what they are, the name each was given, and the key to its bytes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "stored_file",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("pages", sa.Integer),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("key_sealed", sa.LargeBinary, nullable=False),
        sa.Column("name_sealed", sa.LargeBinary, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_stored_file_digest", "stored_file", ["digest"])


def downgrade() -> None:
    op.drop_table("stored_file")
