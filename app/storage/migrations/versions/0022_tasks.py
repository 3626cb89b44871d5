"""Tasks of verification that somebody has taken, and processes that cannot serve the newest edition."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "verification_task",
        sa.Column("path", sa.String(200), primary_key=True),
        sa.Column("fact", sa.String(300), primary_key=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("assigned_to", sa.String(120), nullable=False, index=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "edition_fault",
        sa.Column("process", sa.String(160), primary_key=True),
        sa.Column("wanted", sa.Integer, nullable=False),
        sa.Column("shown", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("edition_fault")
    op.drop_table("verification_task")
