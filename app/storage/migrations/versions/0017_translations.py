"""Translations: against which source each was confirmed, by whom a native reading was done, and drafts of both."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "translation_standing",
        sa.Column("path", sa.String(200), primary_key=True),
        sa.Column("standing", sa.JSON, nullable=False),
        sa.Column("read_by", sa.String(120), nullable=False),
        sa.Column("read_at", moment),
    )
    op.create_table(
        "translation_draft",
        sa.Column("revision_id", sa.String(32), sa.ForeignKey("revision.id"), primary_key=True),
        sa.Column("confirmed", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    for table in ("translation_draft", "translation_standing"):
        op.drop_table(table)
