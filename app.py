"""Starts the site with the real server: ``python app.py``. Holds nothing that anything else needs."""

from __future__ import annotations

import logging.config
import socket
import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from app.cli import prepare
from app.config import Settings
from app.content.library import ContentError
from app.kernel.errors import ConfigError
from app.kernel.logs import log_stray_errors, logging_config
from app.site import THREADS
from app.worker import beside

HEAD_SECONDS = 15
"""How long a connection may stay open without a whole head of a request: slow senders and idle browsers alike."""

HEAD_BYTES = 2**16

CONNECTIONS = 512
"""Open connections of a worker. An idle one costs a file and no thread; systems allow 1,024 files by default."""


def main() -> int:
    """Serve until stopped. Returns 2 with a sentence on the error stream where a setting or the content is wrong."""
    try:
        settings = Settings.from_environment()
        logging.config.dictConfig(logging_config(settings.log_format))
        logging.getLogger("_granian").addFilter(is_news)
        log_stray_errors()
        check_free(settings.host, settings.port)
        worker = beside(settings)
        prepare(settings)
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
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=HEAD_BYTES),
            blocking_threads=THREADS,
            backpressure=CONNECTIONS,
            log_level=LogLevels.warning,
            log_dictconfig=logging_config(settings.log_format),
            log_access=False,
            respawn_failed_workers=True,
            # Ctrl-C reaches workers and parent at once; one that has missed its turn is ended after these seconds.
            workers_kill_timeout=3,
        ).serve()
    return 0


def is_news(record: logging.LogRecord) -> bool:
    """Say whether a line of the server is worth reading: at every start it calls `THREADS` many, as they are to be."""
    return "Python threads" not in record.getMessage()


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
