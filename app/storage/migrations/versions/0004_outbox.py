"""The outbox: what must happen after commit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("key", sa.String(120), nullable=False, unique=True),
        sa.Column("content_sealed", sa.LargeBinary),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("not_before", moment, nullable=False),
        sa.Column("lease", sa.String(120)),
        sa.Column("begun_at", moment),
        sa.Column("ended_at", moment),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(80), nullable=False),
    )
    op.create_index("ix_outbox_state_not_before", "outbox", ["state", "not_before"])


def downgrade() -> None:
    op.drop_table("outbox")
