"""Consents of families: what may travel, to whom, for what, until when, and how it was agreed to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "case_consent",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("organisation", sa.String(80), nullable=False, index=True),
        sa.Column("case_id", sa.String(32), sa.ForeignKey("case_file.id"), nullable=False, index=True),
        sa.Column("shares", sa.String(200), nullable=False),
        sa.Column("recipient", sa.String(80), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("how", sa.String(12), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("given_at", moment),
        sa.Column("refused_at", moment),
        sa.Column("withdrawn_at", moment),
        sa.Column("withdrawn_by", sa.String(120), nullable=False),
        sa.Column("recorded_by", sa.String(120), nullable=False),
        sa.Column("witness_sealed", sa.LargeBinary),
        sa.Column("file_id", sa.String(32), sa.ForeignKey("stored_file.id"), index=True),
    )


def downgrade() -> None:
    op.drop_table("case_consent")
