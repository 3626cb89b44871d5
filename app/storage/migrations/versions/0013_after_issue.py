"""What happens after an extract was issued: since when it is out of date, and who wants to hear of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0010"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("extract_request", sa.Column("tells_newer", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("extract_issued", sa.Column("outdated_at", moment))


def downgrade() -> None:
    with op.batch_alter_table("extract_issued") as changed:
        changed.drop_column("outdated_at")
    with op.batch_alter_table("extract_request") as changed:
        changed.drop_column("tells_newer")
