"""The way in of an uploaded file: recognised, scanned, then made anew in a process of its own that has little room."""

from __future__ import annotations

import json
import logging
import resource
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from app.storage.refusals import Refusal, UploadRefusedError
from app.storage.scanner import Scanner
from app.storage.uploads import Accepted, MediaType, clean, recognise


@dataclass(frozen=True)
class Room:
    """What the process that decodes a file is given: bytes of address space, seconds of work, seconds in all."""

    memory_bytes: int = 2**30
    cpu_seconds: int = 20
    seconds: float = 60


ROOM = Room()
"""The largest pictures that are taken need 0.6 GB and 2 seconds."""

log = logging.getLogger(__name__)

_REFUSED = 3
"""Exit status of the process that refused a file; its answer is the reason."""

_ROOT = Path(__file__).resolve().parents[2]
_one_at_a_time = threading.Lock()
"""Several large pictures at once would take the memory that the site's pages need."""


def accept(content: bytes, *, scanner: Scanner | None) -> Accepted:
    """Return an uploaded file as it may be kept. Raises UploadRefusedError; nothing was kept then.

    A `scanner` is asked before anything decodes the file. One that does not answer refuses it: SCANNER_SILENT.
    """
    recognise(content)
    if scanner is not None:
        scanner.scan(content)
    with _one_at_a_time:
        return clean_apart(content)


def clean_apart(content: bytes, room: Room = ROOM) -> Accepted:
    """Do as `clean` in a process that knows no secret and writes no file.

    A file that crashes its decoder, or needs more memory or time than it is given, is DAMAGED, and the site goes on.
    """
    try:
        done = subprocess.run(  # noqa: S603 (our own module, with nothing of the file in its arguments)
            [sys.executable, "-m", __name__, str(room.memory_bytes), str(room.cpu_seconds)],
            input=content,
            capture_output=True,
            cwd=_ROOT,
            env={},
            timeout=room.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UploadRefusedError(Refusal.DAMAGED) from None
    if done.returncode == _REFUSED:
        raise UploadRefusedError(Refusal(done.stdout.decode()))
    if done.returncode != 0:
        log.warning("the process that decodes files ended with status %s; the file was refused", done.returncode)
        raise UploadRefusedError(Refusal.DAMAGED)
    head, _, cleaned = done.stdout.partition(b"\n")
    told = json.loads(head)
    return Accepted(cleaned, MediaType(told["media_type"]), told["pages"], told["sha256"])


def _main(memory_bytes: int, cpu_seconds: int) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # A dump of the memory of a crashed decoder would hold what a family sent.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        accepted = clean(sys.stdin.buffer.read())
    except UploadRefusedError as error:
        sys.stdout.write(error.refusal)
        return _REFUSED
    told = {"media_type": accepted.media_type, "pages": accepted.pages, "sha256": accepted.sha256}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + accepted.content)
    return 0


if __name__ == "__main__":
    sys.exit(_main(int(sys.argv[1]), int(sys.argv[2])))
