"""Drafts of requests, requests, their papers and history, and wrong guesses at passphrases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "extract_draft",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("code_index", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("code_sealed", sa.LargeBinary, nullable=False),
        sa.Column("answers_sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("filed", sa.Boolean, nullable=False),
    )
    op.create_index("ix_extract_draft_changed_at", "extract_draft", ["changed_at"])
    op.create_table(
        "extract_request",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("draft", sa.String(32), nullable=False, unique=True),
        sa.Column("reference", sa.String(24), nullable=False, unique=True),
        sa.Column("passphrase_index", sa.LargeBinary, nullable=False),
        sa.Column("passphrase_sealed", sa.LargeBinary),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("kinship", sa.String(40), nullable=False),
        sa.Column("purposes", sa.String(400), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("consent", sa.String(20), nullable=False),
        sa.Column("claim_sealed", sa.LargeBinary, nullable=False),
        sa.Column("answers_sealed", sa.LargeBinary, nullable=False),
        sa.Column("email_sealed", sa.LargeBinary, nullable=False),
        sa.Column("claim_index", sa.LargeBinary, nullable=False),
        sa.Column("contact_index", sa.LargeBinary, nullable=False),
        sa.Column("filed_at", moment, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
    )
    op.create_index("ix_extract_request_state_filed_at", "extract_request", ["state", "filed_at"])
    op.create_index("ix_extract_request_claim_index", "extract_request", ["claim_index"])
    op.create_index("ix_extract_request_contact_index", "extract_request", ["contact_index"])
    op.create_table(
        "extract_paper",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("draft_id", sa.String(32), sa.ForeignKey("extract_draft.id"), index=True),
        sa.Column("request_id", sa.String(32), sa.ForeignKey("extract_request.id"), index=True),
        sa.Column("file_id", sa.String(32), sa.ForeignKey("stored_file.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("added_at", moment, nullable=False),
    )
    op.create_table(
        "extract_event",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("request_id", sa.String(32), sa.ForeignKey("extract_request.id"), nullable=False, index=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
    )
    op.create_table(
        "extract_guess",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("last", moment, nullable=False),
    )


def downgrade() -> None:
    for table in ("extract_guess", "extract_event", "extract_paper", "extract_request", "extract_draft"):
        op.drop_table(table)
