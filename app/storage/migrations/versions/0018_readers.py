"""What readers say: suggestions and who looks after which topic; counts per day; queries without an answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "suggestion",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("about", sa.String(160), nullable=False),
        sa.Column("fact", sa.String(120), nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("topic", sa.String(80), nullable=False),
        sa.Column("wrong", sa.String(20), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False, index=True),
        sa.Column("text_sealed", sa.LargeBinary, nullable=False),
        sa.Column("email_sealed", sa.LargeBinary),
        sa.Column("answer_sealed", sa.LargeBinary),
        sa.Column("sent_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("assigned_to", sa.String(120), nullable=False),
        sa.Column("revision_id", sa.String(32), sa.ForeignKey("revision.id")),
    )
    op.create_index("ix_suggestion_state_sent_at", "suggestion", ["state", "sent_at"])
    op.create_table(
        "topic_owner",
        sa.Column("topic", sa.String(80), primary_key=True),
        sa.Column("account", sa.String(120), primary_key=True),
    )
    op.create_table(
        "day_count",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("what", sa.String(160), primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
    )
    op.create_table(
        "search_gap",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("text", sa.String(400)),
        sa.Column("last", sa.Date, nullable=False, index=True),
    )
    op.create_table(
        "search_gap_day",
        sa.Column("key", sa.LargeBinary, sa.ForeignKey("search_gap.key"), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    for table in ("search_gap_day", "search_gap", "day_count", "topic_owner", "suggestion"):
        op.drop_table(table)
