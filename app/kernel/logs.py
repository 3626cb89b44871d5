"""Log lines without values: JSON for machines or text for a terminal, the same rules for both.

A log says what happened and where in the code, never what a person typed: exceptions are told by their type and stack,
because their messages quote values (a duplicate key, an unreadable date), and a foreign library's line is told by its
template, because what is filled into it is not ours to judge.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

WHOLE = ("app", "alembic", "_granian", "granian", "flask-limiter")
"""Loggers whose words were read and hold no value of a person; of any other only the template is told."""

SHOWN = (
    "request_id", "method", "endpoint", "status", "ms", "language", "job", "kind", "tries", "reason", "pid", "folder"
)  # fmt: skip
"""What a line may say besides its message. Anything else that a library hangs onto a line is left out."""

DEEPEST = 40
"""Frames told of one stack, the outermost and the innermost; an endless recursion is told in as many."""

CAUSES = 5
"""Exceptions told of one chain."""

_HERE = str(Path(__file__).resolve().parent.parent.parent) + "/"
_WARNED = re.compile(r"[^:]*:\d+: \w+")


def logging_config(layout: str, *, shows_values: bool = False) -> dict[str, Any]:
    """Return the `logging.config` of every process of the site, on the error stream; `layout` is json or text.

    `shows_values` is for a developer's own machine alone: messages of exceptions and libraries are told in full.
    """
    formatter = {"json": JsonLines, "text": TextLines}[layout]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": formatter, "shows_values": shows_values}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "lines"}},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {
            "app": {"level": "INFO"},
            "alembic": {"level": "INFO"},
            "_granian": {"level": "WARNING"},
            # Its access lines hold whole addresses; ours are written instead.
            "werkzeug": {"level": "INFO" if shows_values else "WARNING"},
        },
    }


def log_stray_errors() -> None:
    """Send what no one catches, in the main line or in a thread, to the log: Python itself would print its message."""

    def main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            logging.getLogger("app").critical("stopped by an error", exc_info=(kind, error, trace))

    def thread(stray: threading.ExceptHookArgs) -> None:
        if stray.exc_value is not None:
            logging.getLogger("app").error("a thread was stopped by an error", exc_info=stray.exc_value)

    sys.excepthook = main
    threading.excepthook = thread
    logging.captureWarnings(True)


def told(record: logging.LogRecord, *, shows_values: bool) -> str:
    """Return the message of a line as far as it may be told."""
    if shows_values:
        return record.getMessage()
    if record.name == "py.warnings" and (place := _WARNED.match(record.getMessage())):
        return place[0].removeprefix(_HERE)
    if record.name.split(".")[0] in WHOLE:
        # Whatever follows the first line is an exception as Python prints it, with its message.
        return record.getMessage().partition("\n")[0]
    if isinstance(record.msg, str) and record.args:
        return record.msg
    return f"(text left out, see {record.module}:{record.lineno})"


def chain(error: BaseException) -> list[dict[str, Any]]:
    """Return the exception and those it came from, each by its type and its stack of ``file:line function``."""
    found: list[dict[str, Any]] = []
    following: BaseException | None = error
    while following is not None and len(found) < CAUSES:
        kind = type(following)
        found.append({"error": f"{kind.__module__}.{kind.__qualname__}", "stack": _stack(following.__traceback__)})
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    return found


class JsonLines(JsonFormatter):
    """One JSON object a line: time, level, logger, message, what `SHOWN` names, and errors with their stacks."""

    def __init__(self, *, shows_values: bool = False) -> None:
        super().__init__(json_ensure_ascii=False)
        self._shows_values = shows_values

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = dict(_parts(record, shows_values=self._shows_values))
        return self.serialize_log_record({"time": _time(record), "level": record.levelname, **line})


class TextLines(logging.Formatter):
    """The same on lines for eyes."""

    def __init__(self, *, shows_values: bool = False) -> None:
        super().__init__()
        self._shows_values = shows_values

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and one more for every frame of a stack."""
        line = dict(_parts(record, shows_values=self._shows_values))
        errors = line.pop("errors", ())
        extra = " ".join(f"{name}={line[name]}" for name in SHOWN if name in line)
        lines = [f"{_time(record)[11:19]} {record.levelname:8} {line['logger']}: {line['message']} {extra}".rstrip()]
        for error in errors:
            lines += [f"  {error['error']} {error.get('says', '')}".rstrip()]
            lines += [f"    {frame}" for frame in error["stack"]]
        return "\n".join(lines)


def _parts(record: logging.LogRecord, *, shows_values: bool) -> Iterator[tuple[str, Any]]:
    yield "logger", record.name
    yield "message", told(record, shows_values=shows_values)
    yield from ((name, getattr(record, name)) for name in SHOWN if hasattr(record, name))
    if record.exc_info and record.exc_info[1] is not None:
        errors = chain(record.exc_info[1])
        if shows_values:
            errors[0]["says"] = str(record.exc_info[1])
        yield "errors", errors


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _stack(trace: TracebackType | None) -> list[str]:
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{_short(code.co_filename)}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    if len(frames) > DEEPEST:
        left_out = f"... {len(frames) - DEEPEST} more ..."
        frames = [*frames[: DEEPEST // 4], left_out, *frames[-(DEEPEST - DEEPEST // 4) :]]
    return frames


def _short(path: str) -> str:
    """The path without the folders above the site and above its libraries."""
    return path.rpartition("site-packages/")[2].removeprefix(_HERE)
