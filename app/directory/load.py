"""Reads the directory from a library: ``organisations/*.yaml`` and ``regions.yaml``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType

from app.content.library import Reader
from app.content.sources import Sources, check_sources
from app.content.style import Banned, check_words
from app.directory.model import Contact, Directory, Organisation, Status, national
from app.kernel.said import N_

FOLDER = "organisations/"
REGIONS = "regions.yaml"


# A run of digits with phone punctuation, long enough to be a subscriber's number.
_PHONE = re.compile(r"(?<![\d/-])\+?\(?\d[\d\s()\u00a0-]{8,16}\d(?![\d/])")
_SUBSCRIBER_DIGITS = range(9, 14)


def load_directory(reader: Reader) -> Directory:
    """Read every organisation; faults go to the reader."""
    found: dict[str, Organisation] = {}
    for path in reader.library.paths(FOLDER, ".yaml"):
        body = reader.model(Organisation, path, reader.data(path))
        if body is None:
            continue
        if f"{FOLDER}{body.id}.yaml" != path:
            reader.fault(path, "id", N_("'%(id)s' differs from the file's name; make them equal"), id=body.id)
        found[body.id] = body
    regions = reader.data(REGIONS) or {}
    return Directory(MappingProxyType(found), MappingProxyType(regions))


def check_directory(reader: Reader, directory: Directory, sources: Sources, banned: Sequence[Banned]) -> None:
    """Record what no single file shows: unknown sources and regions, a superseded number offered elsewhere."""
    current = directory.current_numbers
    for body in directory:
        path = f"{FOLDER}{body.id}.yaml"
        check_sources(reader, sources, path, "sources", body.sources)
        for field in ("name", "go_for", "not_for", "how_to_find", "successor_of", "not_known"):
            check_words(reader, path, field, getattr(body, field), banned)
            for text in (getattr(body, field) or {}).values():
                check_contacts(reader, directory, path, field, text)
        for place, exceptions in (
            ("exceptions", body.exceptions), *((f"phones {phone.number}", phone.exceptions) for phone in body.phones),
        ):  # fmt: skip
            for exception in exceptions:
                check_words(reader, path, place, exception.reason, banned)
        for region in body.regions:
            if region not in directory.regions and region not in {"nationwide", "abroad"}:
                reader.fault(
                    path,
                    "regions",
                    N_("'%(region)s' is not in %(regions)s; use an ISO 3166-2 code"),
                    region=region,
                    regions=REGIONS,
                )
        contacts: list[tuple[str, Contact]] = [
            *((f"phones {phone.number}", phone) for phone in body.phones),
            *((f"emails {email.address}", email) for email in body.emails),
            *((f"websites {site.url}", site) for site in body.websites),
        ]
        for place, contact in contacts:
            if contact.source:
                check_sources(reader, sources, path, place, (contact.source,))
        for phone in body.phones:
            if phone.status is Status.LEGACY:
                if national(phone.number) in current:
                    reader.fault(path, f"phones {phone.number}", N_("superseded here but current elsewhere; decide"))
                if phone.use_instead and national(phone.use_instead) not in current:
                    reader.fault(path, f"phones {phone.number}", N_("use_instead is not a current number of any body"))


def check_contacts(reader: Reader, directory: Directory, path: str, place: str, text: str) -> None:
    """Record phones in `text` that are no current phone of any body, and superseded addresses."""
    for found in _PHONE.findall(text):
        if len(national(found)) in _SUBSCRIBER_DIGITS and national(found) not in directory.current_numbers:
            reader.fault(
                path, place or found, N_("%(found)s is no current phone of any organisation; take it out"), found=found
            )
    for address in directory.superseded_addresses:
        if address in text:
            reader.fault(path, place, N_("%(address)s is superseded; take it out"), address=address)
