"""Conflicts between requests on one person, and what a supervisor ruled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "extract_conflict",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("request_id", sa.String(32), sa.ForeignKey("extract_request.id"), nullable=False, index=True),
        sa.Column("ground", sa.String(20), nullable=False),
        sa.Column("entry", sa.Integer),
        sa.Column("note_sealed", sa.LargeBinary, nullable=False),
        sa.Column("raised_by", sa.String(120), nullable=False),
        sa.Column("raised_at", moment, nullable=False),
        sa.Column("ruling", sa.String(12), nullable=False, index=True),
        sa.Column("ruling_note_sealed", sa.LargeBinary, nullable=False),
        sa.Column("ruled_by", sa.String(120), nullable=False),
        sa.Column("ruled_at", moment),
    )


def downgrade() -> None:
    op.drop_table("extract_conflict")
