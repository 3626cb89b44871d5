"""Referrals of cases to bodies: what travels, the links that open it, what happened, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0027"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "case_referral",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("organisation", sa.String(80), nullable=False, index=True),
        sa.Column("case_id", sa.String(32), sa.ForeignKey("case_file.id"), nullable=False, index=True),
        sa.Column("body", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("need", sa.String(40), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("shares", sa.String(200), nullable=False),
        sa.Column("about", sa.String(400), nullable=False),
        sa.Column("sent_by", sa.String(120), nullable=False),
        sa.Column("sent_at", moment, nullable=False),
        sa.Column("waits_since", moment, nullable=False),
        sa.Column("answered_at", moment),
        sa.Column("accepted_at", moment),
        sa.Column("reminded", sa.Integer, nullable=False),
        sa.Column("reminded_at", moment),
        sa.Column("ended_at", moment),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("better", sa.String(80), nullable=False),
        sa.Column("doubts", sa.String(60), nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("packet_sealed", sa.LargeBinary),
        sa.Column("message_sealed", sa.LargeBinary),
        sa.Column("mail_to_sealed", sa.LargeBinary),
        sa.Column("despite_sealed", sa.LargeBinary),
    )
    op.create_index("ix_case_referral_open", "case_referral", ["state", "due_on"])
    op.create_table(
        "case_referral_link",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("organisation", sa.String(80), nullable=False, index=True),
        sa.Column("case_id", sa.String(32), sa.ForeignKey("case_file.id"), nullable=False, index=True),
        sa.Column("referral_id", sa.String(32), sa.ForeignKey("case_referral.id"), nullable=False, index=True),
        sa.Column("token_index", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("opened_at", moment),
        sa.Column("ended_at", moment),
    )
    op.create_table(
        "case_referral_step",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("organisation", sa.String(80), nullable=False, index=True),
        sa.Column("case_id", sa.String(32), sa.ForeignKey("case_file.id"), nullable=False, index=True),
        sa.Column("referral_id", sa.String(32), sa.ForeignKey("case_referral.id"), nullable=False, index=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("deed", sa.String(12), nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary),
    )
    op.create_table(
        "case_referral_outcome",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("organisation", sa.String(80), nullable=False, index=True),
        sa.Column("body", sa.String(80), nullable=False, index=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("need", sa.String(40), nullable=False),
        sa.Column("sent_on", sa.Date, nullable=False),
        sa.Column("answer_days", sa.Integer),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("better", sa.String(80), nullable=False),
        sa.Column("is_training", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    for table in ("case_referral_outcome", "case_referral_step", "case_referral_link", "case_referral"):
        op.drop_table(table)
