"""After an extract was issued: since when it is out of date, who wants to hear of it, corrections, withdrawals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("extract_request", sa.Column("tells_newer", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("extract_issued", sa.Column("outdated_at", moment))
    op.create_table(
        "extract_correction",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("request_id", sa.String(32), sa.ForeignKey("extract_request.id"), nullable=False, index=True),
        sa.Column("ground", sa.String(12), nullable=False),
        sa.Column("causes", sa.String(200), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary, nullable=False),
        sa.Column("sent_at", moment, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary, nullable=False),
        sa.Column("closed_by", sa.String(120), nullable=False),
        sa.Column("closed_at", moment),
    )
    op.create_table(
        "extract_withdrawal",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("issued_id", sa.String(32), sa.ForeignKey("extract_issued.id"), nullable=False, unique=True),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn_by", sa.String(120), nullable=False),
        sa.Column("withdrawn_at", moment, nullable=False),
    )
    op.create_index("ix_extract_correction_state_sent_at", "extract_correction", ["state", "sent_at"])


def downgrade() -> None:
    op.drop_table("extract_withdrawal")
    op.drop_table("extract_correction")
    with op.batch_alter_table("extract_issued") as changed:
        changed.drop_column("outdated_at")
    with op.batch_alter_table("extract_request") as changed:
        changed.drop_column("tells_newer")
