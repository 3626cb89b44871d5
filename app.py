"""Starts the site with the real server: ``python app.py``. Holds nothing that anything else needs."""

from __future__ import annotations

import socket
import sys

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from app.cli import prepare
from app.config import Settings
from app.content.library import ContentError
from app.kernel.errors import ConfigError
from app.worker import beside


def main() -> int:
    """Serve until stopped. Returns 2 with a sentence on the error stream where a setting or the content is wrong."""
    try:
        settings = Settings.from_environment()
        check_free(settings.host, settings.port)
        prepare(settings)
        worker = beside(settings)
    except (ConfigError, ContentError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"Dorohovkaz on http://{settings.host}:{settings.port}", flush=True)
    with worker:
        Granian(
            "app.site:serve",
            factory=True,
            address=settings.host,
            port=settings.port,
            interface=Interfaces.WSGI,
            workers=settings.workers,
            blocking_threads=4,
            backpressure=64,
            log_level=LogLevels.warning,
            log_access=False,
            respawn_failed_workers=True,
            # Ctrl-C reaches workers and parent at once; one that has missed its turn is ended after these seconds.
            workers_kill_timeout=3,
        ).serve()
    return 0


def check_free(host: str, port: int) -> None:
    """Raise ConfigError where the port is taken: the server would share it silently with whoever listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError as error:
            raise ConfigError(f"PORT {port} on HOST {host} cannot be used: {error.strerror}.") from None


if __name__ == "__main__":
    sys.exit(main())
