"""Acts of verification, owners' links and what web addresses answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "verification_act",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("path", sa.String(200), nullable=False, index=True),
        sa.Column("fact", sa.String(300), nullable=False),
        sa.Column("how", sa.String(20), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("corrects", sa.String(32), sa.ForeignKey("verification_act.id"), unique=True),
    )
    op.create_table(
        "owner_link",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("token_index", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("path", sa.String(200), nullable=False, index=True),
        sa.Column("created_by", sa.String(120), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("revoked_at", moment),
        sa.Column("answered_at", moment),
        sa.Column("said", sa.Text, nullable=False),
    )
    op.create_table(
        "link_answer",
        sa.Column("url", sa.String(600), primary_key=True),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("answer", sa.String(20), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("moved_to", sa.String(600), nullable=False),
    )


def downgrade() -> None:
    for table in ("link_answer", "owner_link", "verification_act"):
        op.drop_table(table)
