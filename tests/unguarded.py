"""What somebody with full rights over the database can do to the audit record."""

from __future__ import annotations

from sqlalchemy import text

from app.storage.database import Database


def without_guard(database: Database) -> None:
    """Take the guards off the audit table; what is off already stays off."""
    with database.engine.begin() as connection:
        if database.engine.dialect.name == "sqlite":
            for trigger in ("audit_no_update", "audit_no_delete", "audit_no_replace"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS {trigger}"))
        else:
            connection.execute(text("DROP TRIGGER IF EXISTS audit_no_change ON audit"))
