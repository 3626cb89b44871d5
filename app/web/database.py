"""The transaction of a request: one session, committed before the answer leaves, undone where the page fails."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from flask import Flask, Response, current_app, g
from sqlalchemy.orm import Session

from app.config import Settings
from app.storage.database import Database, open_database

_KEY = "dorohovkaz-database"


def install_database(app: Flask) -> None:
    """Give every request of `app` a session when it first asks for one; reading pages never do."""

    @app.after_request
    def _commit(response: Response) -> Response:
        # Committed before the first byte leaves: what a person was told is done stays done after a crash.
        session: Session | None = g.get("session")
        if session is not None:
            if response.status_code < 500:
                session.commit()
            else:
                session.rollback()
        return response

    @app.teardown_request
    def _end(_: BaseException | None) -> None:
        session: Session | None = g.pop("session", None)
        if session is not None:
            session.close()


def database(app: Flask | None = None) -> Database:
    """Return the site's database, opened when first asked for. Raises ConfigError where keys or database do not fit."""
    app = app or current_app
    if _KEY not in app.extensions:
        settings: Settings = app.config["SETTINGS"]
        app.extensions[_KEY] = open_database(settings.database, keys=settings.vault_keys, key_file=settings.key_file)
    return cast(Database, app.extensions[_KEY])


def session() -> Session:
    """Return the session of this request. Whoever asks for it may write: reading personal data is recorded, too."""
    if "session" not in g:
        g.session = database().session(writes=True)
    return cast(Session, g.session)


def now() -> datetime:
    """Return the moment of this request, the same for everything that it does."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    return cast(datetime, g.now)
