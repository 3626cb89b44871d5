"""Reads the directory from a library: ``organisations/*.yaml`` and ``regions.yaml``."""

from __future__ import annotations

from types import MappingProxyType

from app.content.library import Reader
from app.content.sources import Sources, check_sources
from app.directory.model import Contact, Directory, Organisation, Status, national

FOLDER = "organisations/"
REGIONS = "regions.yaml"


def load_directory(reader: Reader) -> Directory:
    """Read every organisation; faults go to the reader."""
    found: dict[str, Organisation] = {}
    for path in reader.library.paths(FOLDER, ".yaml"):
        body = reader.model(Organisation, path, reader.data(path))
        if body is None:
            continue
        if f"{FOLDER}{body.id}.yaml" != path:
            reader.fault(path, "id", f"'{body.id}' differs from the file's name; make them equal")
        found[body.id] = body
    regions = reader.data(REGIONS) or {}
    return Directory(MappingProxyType(found), MappingProxyType(regions))


def check_directory(reader: Reader, directory: Directory, sources: Sources) -> None:
    """Record what no single file shows: unknown sources and regions, a superseded number offered elsewhere."""
    current = {national(phone.number) for body in directory for phone in body.current_phones}
    for body in directory:
        path = f"{FOLDER}{body.id}.yaml"
        check_sources(reader, sources, path, "sources", body.sources)
        for region in body.regions:
            if region not in directory.regions and region not in {"nationwide", "abroad"}:
                reader.fault(path, "regions", f"'{region}' is not in {REGIONS}; use an ISO 3166-2 code")
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
                    reader.fault(path, f"phones {phone.number}", "superseded here but current elsewhere; decide")
                if phone.use_instead and national(phone.use_instead) not in current:
                    reader.fault(path, f"phones {phone.number}", "use_instead is not a current number of any body")
