"""Figures: the table of what is published, and indexes by which requests and answers are counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

INDEXES = {
    "ix_extract_request_came_in": ("extract_request", ["filed_at", "kinship", "purposes"]),
    "ix_extract_request_family": ("extract_request", ["state", "claim_index", "contact_index"]),
    "ix_extract_proposal_decided": ("extract_proposal", ["verdict", "decided_at", "request_id", "outcome", "reason"]),
}


def upgrade() -> None:
    op.create_table(
        "extract_published",
        sa.Column("period", sa.String(7), primary_key=True),
        sa.Column("figures", sa.Text, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
    )
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table)
    op.drop_table("extract_published")
