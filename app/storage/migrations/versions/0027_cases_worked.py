"""Working on cases: the plan as a list, notes, messages, papers, requests for extracts on a family's behalf."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0025"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _of_case(
        "case_step",
        sa.Column("step", sa.String(80), nullable=False),
        sa.Column("is_own", sa.Boolean, nullable=False),
        sa.Column("title_sealed", sa.LargeBinary),
        sa.Column("phase", sa.String(8), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("progress", sa.String(12), nullable=False),
        sa.Column("started_on", sa.Date),
        sa.Column("waiting_until", sa.Date),
        sa.Column("done_on", sa.Date),
        sa.Column("remind_on", sa.Date),
        sa.Column("act_by", sa.Date),
        sa.Column("remark_sealed", sa.LargeBinary),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("changed_at", MOMENT),
        sa.Column("seen_digest", sa.String(64), nullable=False),
        sa.Column("looked_at", MOMENT, nullable=False),
        sa.Column("left_at", MOMENT),
        sa.UniqueConstraint("case_id", "step"),
    )
    _of_case(
        "case_note",
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary, nullable=False),
    )
    _of_case(
        "case_message",
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary, nullable=False),
        sa.Column("read_at", MOMENT),
    )
    _of_case(
        "case_paper",
        sa.Column("file_id", sa.String(32), sa.ForeignKey("stored_file.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
    )
    _of_case(
        "case_request",
        sa.Column("missing_id", sa.String(32), nullable=False),
        sa.Column("manner", sa.String(16), nullable=False),
        sa.Column("draft", sa.String(32), nullable=False, unique=True),
        sa.Column("request_id", sa.String(32), sa.ForeignKey("extract_request.id"), index=True),
        sa.Column("begun_by", sa.String(120), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("filed_at", MOMENT),
    )


def downgrade() -> None:
    for table in ("case_request", "case_paper", "case_message", "case_note", "case_step"):
        op.drop_table(table)


def _of_case(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("organisation", sa.String(80), nullable=False, index=True),
        sa.Column("case_id", sa.String(32), sa.ForeignKey("case_file.id"), nullable=False, index=True),
        *columns,
    )
