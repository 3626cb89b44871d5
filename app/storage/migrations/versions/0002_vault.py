"""Proofs of the keys by which the database is sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "key_proof",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("proof", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("key_proof")
