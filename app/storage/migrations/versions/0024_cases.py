"""Cases of families: what is told once, who is missing, who helps, what happened, and the words that find them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "case_file",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("organisation", sa.String(80), nullable=False, index=True),
        sa.Column("reference", sa.String(24), nullable=False, unique=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("is_training", sa.Boolean, nullable=False),
        sa.Column("passphrase_index", sa.LargeBinary, nullable=False),
        sa.Column("passphrase_sealed", sa.LargeBinary),
        sa.Column("passphrase_at", moment, nullable=False),
        sa.Column("answers_sealed", sa.LargeBinary),
        sa.Column("route_sealed", sa.LargeBinary),
        sa.Column("opened_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("closed_at", moment),
        sa.Column("closing", sa.String(12)),
        sa.Column("erase_on", sa.Date, index=True),
        sa.Column("noticed_at", moment),
    )
    op.create_index("ix_case_file_state", "case_file", ["organisation", "state", "changed_at"])
    op.create_table(
        "case_missing",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("organisation", sa.String(80), nullable=False, index=True),
        sa.Column("case_id", sa.String(32), sa.ForeignKey("case_file.id"), nullable=False, index=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("answers_sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "case_helper",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("organisation", sa.String(80), nullable=False, index=True),
        sa.Column("case_id", sa.String(32), sa.ForeignKey("case_file.id"), nullable=False, index=True),
        sa.Column("account", sa.String(32), nullable=False, index=True),
        sa.Column("since", moment, nullable=False),
        sa.Column("until", moment),
    )
    op.create_table(
        "case_line",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("organisation", sa.String(80), nullable=False, index=True),
        sa.Column("case_id", sa.String(32), sa.ForeignKey("case_file.id"), nullable=False, index=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("about", sa.String(120), nullable=False),
    )
    op.create_table(
        "case_word",
        sa.Column("organisation", sa.String(80), nullable=False, index=True),
        sa.Column("case_id", sa.String(32), sa.ForeignKey("case_file.id"), primary_key=True),
        sa.Column("word", sa.LargeBinary, primary_key=True, index=True),
    )


def downgrade() -> None:
    for table in ("case_word", "case_line", "case_helper", "case_missing", "case_file"):
        op.drop_table(table)
