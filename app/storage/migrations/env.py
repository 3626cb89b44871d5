"""Alembic's entry: runs the migrations on the engine that the caller gives."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from app.storage.engine import Table, changing


def migrate(connection: Connection) -> None:
    """Run what was asked for inside the transaction of `connection`."""
    # Beginning first makes the transaction the caller's: Alembic then neither commits nor rolls back.
    if not connection.in_transaction():
        connection.begin()
    context.configure(connection=connection, target_metadata=Table.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with changing(context.config.attributes["engine"]) as connection:
        migrate(connection)
