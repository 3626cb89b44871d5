"""Repeated requests: which earlier request one updates, and when the consent was given that it goes on with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    with op.batch_alter_table("extract_request") as changed:
        changed.add_column(sa.Column("repeats", sa.String(32)))
        changed.add_column(sa.Column("consented_at", sa.DateTime(timezone=True)))
        changed.create_foreign_key("fk_extract_request_repeats", "extract_request", ["repeats"], ["id"])
    op.execute("UPDATE extract_request SET consented_at = filed_at")
    with op.batch_alter_table("extract_request") as changed:
        changed.alter_column("consented_at", existing_type=sa.DateTime(timezone=True), nullable=False)
    op.create_index("ix_extract_request_repeats", "extract_request", ["repeats"])


def downgrade() -> None:
    op.drop_index("ix_extract_request_repeats", "extract_request")
    with op.batch_alter_table("extract_request") as changed:
        changed.drop_constraint("fk_extract_request_repeats", type_="foreignkey")
        changed.drop_column("consented_at")
        changed.drop_column("repeats")
