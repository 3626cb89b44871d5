"""Uploaded files: recognised by what they hold, and made anew so that nothing but what is seen in them is kept."""

from __future__ import annotations

import hashlib
import re
import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.storage.refusals import Refusal, UploadRefusedError

MAX_BYTES = 10_000_000
"""Bytes of the largest file that is taken."""


class MediaType(StrEnum):
    """Kinds of files that are taken, by their media type (IANA)."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    HEIC = "image/heic"


EXTENSIONS: Mapping[MediaType, str] = {MediaType.PDF: "pdf", MediaType.JPEG: "jpg", MediaType.PNG: "png"}
"""The ending of the names of files as they are kept. There is none for HEIC, which is kept as JPEG."""

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
"""Pictures coded with HEVC (ISO/IEC 23008-12, annex B)."""

_CONTAINER_BRANDS = {b"mif1", b"msf1", b"mif2"}
"""The container alone: it says nothing of how the picture in it is coded."""


@dataclass(frozen=True)
class Accepted:
    """An uploaded file as it may be kept: its bytes made anew, their type, and the pages where it is a PDF.

    `sha256` is of the bytes that were uploaded, in hexadecimal digits, so that a file sent twice is known.
    """

    content: bytes = field(repr=False)
    media_type: MediaType
    pages: int | None
    sha256: str = field(repr=False)


def recognise(content: bytes) -> MediaType:
    """Return what an uploaded file is, by its first bytes, whatever it is called.

    Raises UploadRefusedError with EMPTY, TOO_LARGE, or UNKNOWN_TYPE, which a file gets too that is a second thing
    beside: an archive at its end, or a page or a PDF at its beginning.
    """
    if not content:
        raise UploadRefusedError(Refusal.EMPTY)
    if len(content) > MAX_BYTES:
        raise UploadRefusedError(Refusal.TOO_LARGE)
    found = _first_bytes(content)
    if found is None or _ends_as_archive(content) or _begins_as_another(content, found):
        raise UploadRefusedError(Refusal.UNKNOWN_TYPE)
    return found


def clean(content: bytes) -> Accepted:
    """Return an uploaded file made anew: without metadata, without anything that acts, HEIC as JPEG.

    It decodes what a stranger sent: a site calls `app.storage.intake.accept`, which does it at arm's length. Raises
    UploadRefusedError, and no other error whatever the bytes are.
    """
    # The server itself never loads the decoders: only the process apart comes here.
    from app.storage.papers import rewrite
    from app.storage.pictures import redraw

    media_type = recognise(content)
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        match media_type:
            case MediaType.PDF:
                written, pages = rewrite(content)
                return Accepted(written, MediaType.PDF, pages, sha256)
            case MediaType.PNG:
                return Accepted(redraw(content, decoder="PNG", encoder="PNG"), MediaType.PNG, None, sha256)
            case MediaType.JPEG:
                return Accepted(redraw(content, decoder="JPEG", encoder="JPEG"), MediaType.JPEG, None, sha256)
            case MediaType.HEIC:
                return Accepted(redraw(content, decoder="HEIF", encoder="JPEG"), MediaType.JPEG, None, sha256)
    except UploadRefusedError:
        raise
    except Exception:
        # Decoders answer damaged bytes with errors of every kind, and one more with each version.
        raise UploadRefusedError(Refusal.DAMAGED) from None


def plain_name(name: str) -> str:
    """Return the name a person's device gave a file, fit to be shown and to be a file's name anywhere.

    Folders are left out, and what writes backwards, breaks lines or cannot be typed; at most 120 characters stay.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Blanks are joined last: what cannot be typed may have stood between two.
    seen = (" " if sign.isspace() else sign for sign in last if sign.isspace() or unicodedata.category(sign)[0] != "C")
    typed = " ".join("".join(seen).split())
    safe = re.sub(r'[<>:"|?*]', "_", typed).strip(" .")
    stem, dot, extension = safe.rpartition(".")
    if dot and len(extension) <= 10:
        return f"{stem[: 119 - len(extension)]}.{extension}"
    return safe[:120] or "file"


def _first_bytes(content: bytes) -> MediaType | None:
    if content.startswith(b"%PDF-"):
        return MediaType.PDF
    if content.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    if content[4:8] == b"ftyp":
        major, rest = content[8:12], content[16 : min(256, int.from_bytes(content[:4], "big"))]
        brands = {rest[at : at + 4] for at in range(0, len(rest), 4)}
        if major in _HEIC_BRANDS or (major in _CONTAINER_BRANDS and brands & _HEIC_BRANDS):
            return MediaType.HEIC
    return None


def _ends_as_archive(content: bytes) -> bool:
    """Say whether the last bytes are the end of a ZIP archive, and so of a JAR, an APK or an office document."""
    at = content.rfind(b"PK\x05\x06", -(22 + 65535))
    while at >= 0:
        if len(content) - at >= 22 and struct.unpack_from("<H", content, at + 20)[0] == len(content) - at - 22:
            return True
        at = content.rfind(b"PK\x05\x06", max(0, len(content) - 22 - 65535), at)
    return False


def _begins_as_another(content: bytes, found: MediaType) -> bool:
    """Say whether a reader that searches the first kilobyte, as browsers and PDF viewers do, would see another type."""
    head = content[:1024].lower()
    return any(mark in head for mark in (b"<html", b"<script", b"<!doctype", b"<svg", b"<?php")) or (
        found is not MediaType.PDF and b"%pdf-" in head
    )
