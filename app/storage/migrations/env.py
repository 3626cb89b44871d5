"""Alembic's entry: runs the migrations on the engine that the caller gives."""

from __future__ import annotations

from alembic import context

from app.storage.engine import Table

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Table.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
