"""To which kinds of texts, topics and languages somebody is limited at the editors' desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "desk_limit",
        sa.Column("account", sa.String(120), primary_key=True),
        sa.Column("bound", sa.String(12), primary_key=True),
        sa.Column("value", sa.String(80), primary_key=True),
    )


def downgrade() -> None:
    op.drop_table("desk_limit")
