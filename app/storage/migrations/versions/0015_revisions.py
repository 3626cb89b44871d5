"""The editors' desk: revisions of content files, their savings, history and comments, and who is at work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0011"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "revision",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("path", sa.String(200), nullable=False, index=True),
        sa.Column("desk_path", sa.String(200), unique=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("retires", sa.Boolean, nullable=False),
        sa.Column("successor", sa.String(200), nullable=False),
        sa.Column("change", sa.String(12), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("state", sa.String(12), nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("parent_id", sa.String(32), sa.ForeignKey("revision.id")),
        sa.Column("base", sa.Text, nullable=False),
        sa.Column("base_digest", sa.String(64), nullable=False),
        sa.Column("edition", sa.Integer, nullable=False),
        sa.Column("created_by", sa.String(120), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("saved_by", sa.String(120), nullable=False),
        sa.Column("saved_at", moment, nullable=False),
        sa.Column("publish_at", moment),
        sa.Column("published_at", moment),
        sa.Column("failure", sa.Text, nullable=False),
    )
    op.create_table(
        "revision_saving",
        sa.Column("revision_id", sa.String(32), sa.ForeignKey("revision.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("automatic", sa.Boolean, nullable=False),
        sa.Column("saved_by", sa.String(120), nullable=False),
        sa.Column("saved_at", moment, nullable=False),
    )
    op.create_table(
        "revision_step",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("revision_id", sa.String(32), sa.ForeignKey("revision.id"), nullable=False, index=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("deed", sa.String(12), nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_table(
        "revision_comment",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("revision_id", sa.String(32), sa.ForeignKey("revision.id"), nullable=False, index=True),
        sa.Column("anchor", sa.String(200), nullable=False),
        sa.Column("section_hash", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("settled_by", sa.String(120), nullable=False),
        sa.Column("settled_at", moment),
    )
    op.create_table(
        "content_editing",
        sa.Column("path", sa.String(200), primary_key=True),
        sa.Column("account", sa.String(120), primary_key=True),
        sa.Column("since", moment, nullable=False),
        sa.Column("seen_at", moment, nullable=False),
    )


def downgrade() -> None:
    for table in ("content_editing", "revision_comment", "revision_step", "revision_saving", "revision"):
        op.drop_table(table)
