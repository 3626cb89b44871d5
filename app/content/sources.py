"""The sources of every fact: ``sources.yaml``, each page once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.content.library import Reader
from app.content.values import Source
from app.kernel.said import N_

PATH = "sources.yaml"


@dataclass(frozen=True)
class Sources:
    """All sources by id, in the order of the file."""

    by_id: Mapping[str, Source]


def load_sources(reader: Reader) -> Sources:
    """Read all sources; faults go to the reader."""
    found: dict[str, Source] = {}
    addresses: dict[str, str] = {}
    for id_, entry in (reader.data(PATH) or {}).items():
        source = reader.model(Source, f"{PATH}", {"id": id_, **(entry or {})})
        if source is None:
            continue
        if source.url in addresses:
            reader.fault(PATH, id_, N_("the same address stands at %(other)s; keep one"), other=addresses[source.url])
        addresses[source.url] = id_
        found[id_] = source
    return Sources(MappingProxyType(found))


def check_sources(reader: Reader, sources: Sources, path: str, place: str, ids: tuple[str, ...]) -> None:
    """Record a fault for each id that is not in ``sources.yaml``."""
    for id_ in ids:
        if id_ not in sources.by_id:
            reader.fault(
                path, place, N_("source '%(id)s' is not in %(path)s; add it or correct the id"), id=id_, path=PATH
            )
