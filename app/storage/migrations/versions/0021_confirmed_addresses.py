"""Confirmations of drafts by address, since one file may hold many translations; proposed words of the interface."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "translation_confirmation",
        sa.Column("revision_id", sa.String(32), sa.ForeignKey("revision.id"), primary_key=True),
        sa.Column("address", sa.String(200), primary_key=True),
        sa.Column("confirmed", sa.JSON, nullable=False),
    )
    op.execute(
        "INSERT INTO translation_confirmation (revision_id, address, confirmed) "
        "SELECT d.revision_id, r.path, d.confirmed FROM translation_draft d JOIN revision r ON r.id = d.revision_id"
    )
    op.drop_table("translation_draft")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "word_proposal",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("source", sa.JSON, nullable=False),
        sa.Column("context", sa.Text, nullable=False),
        sa.Column("text", sa.JSON, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("judged_by", sa.String(120), nullable=False),
        sa.Column("judged_at", moment),
    )
    op.create_index("ix_word_proposal_language", "word_proposal", ["language"])


def downgrade() -> None:
    op.drop_table("word_proposal")
    op.create_table(
        "translation_draft",
        sa.Column("revision_id", sa.String(32), sa.ForeignKey("revision.id"), primary_key=True),
        sa.Column("confirmed", sa.JSON, nullable=False),
    )
    # What is confirmed inside of files that hold all languages has no place there.
    op.execute(
        "INSERT INTO translation_draft (revision_id, confirmed) "
        "SELECT c.revision_id, c.confirmed FROM translation_confirmation c JOIN revision r ON r.id = c.revision_id "
        "WHERE r.path = c.address"
    )
    op.drop_table("translation_confirmation")
