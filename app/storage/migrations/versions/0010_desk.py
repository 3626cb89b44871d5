"""The registrars' desk: who has a request and which entry it is matched to; questions, proposals, issued extracts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("extract_request", sa.Column("assigned_to", sa.String(32)))
    op.add_column("extract_request", sa.Column("entry", sa.Integer))
    op.create_index("ix_extract_request_assigned_to", "extract_request", ["assigned_to", "state", "filed_at"])
    op.create_index("ix_extract_request_entry", "extract_request", ["entry"])
    op.create_table(
        "extract_question",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("request_id", sa.String(32), sa.ForeignKey("extract_request.id"), nullable=False, index=True),
        sa.Column("text_sealed", sa.LargeBinary, nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary),
        sa.Column("asked_by", sa.String(120), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("answered_at", moment),
    )
    op.create_table(
        "extract_proposal",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("request_id", sa.String(32), sa.ForeignKey("extract_request.id"), nullable=False, index=True),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("entry", sa.Integer),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary, nullable=False),
        sa.Column("verdict", sa.String(12), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary, nullable=False),
        sa.Column("proposed_by", sa.String(120), nullable=False),
        sa.Column("proposed_at", moment, nullable=False),
        sa.Column("decided_by", sa.String(120), nullable=False),
        sa.Column("decided_at", moment),
    )
    op.create_table(
        "extract_counter",
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer, nullable=False),
    )
    op.create_table(
        "extract_issued",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("code_index", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("code_sealed", sa.LargeBinary, nullable=False),
        sa.Column("request_id", sa.String(32), sa.ForeignKey("extract_request.id"), nullable=False, unique=True),
        sa.Column("entry", sa.Integer, index=True),
        sa.Column("person_sealed", sa.LargeBinary, nullable=False),
        sa.Column("rest_sealed", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("file_id", sa.String(32), sa.ForeignKey("stored_file.id"), nullable=False, index=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("issued_by", sa.String(120), nullable=False),
        sa.Column("issued_at", moment, nullable=False),
        sa.UniqueConstraint("year", "number"),
    )


def downgrade() -> None:
    for table in ("extract_issued", "extract_counter", "extract_proposal", "extract_question"):
        op.drop_table(table)
    op.drop_index("ix_extract_request_entry", "extract_request")
    op.drop_index("ix_extract_request_assigned_to", "extract_request")
    with op.batch_alter_table("extract_request") as changed:
        changed.drop_column("entry")
        changed.drop_column("assigned_to")
