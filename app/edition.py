"""Puts an edition together: every slice reads its part of a library, every slice checks it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from app.content.confirmed import Confirmed, load_confirmed
from app.content.evidence import load_evidence, unsupported
from app.content.library import ContentError, Fault, Library, Reader
from app.content.markdown import without_citations
from app.content.moved import Moved, check_moved, load_moved
from app.content.sources import Sources, load_sources
from app.content.style import load_banned, measure
from app.directory.load import check_directory, load_directory
from app.directory.map import RegionMap, check_map, load_map
from app.directory.model import Directory
from app.guidance.figures import Figures, check_figures, load_figures
from app.guidance.load import check_guidance, check_topics, load_guidance, load_topics
from app.guidance.model import Guidance, Topics
from app.pathways.check import check_route
from app.pathways.load import check_pathways, load_pathways
from app.pathways.model import Pathways
from app.search.documents import documents
from app.search.find import Search
from app.search.synonyms import Synonyms, check_synonyms, load_synonyms
from app.web.edition import Edition


def read_edition(library: Library) -> Edition:
    """Read all parts. Raises ContentError with every fault that makes a file unreadable."""
    reader = Reader(library)
    edition = _read(reader)
    if reader.faults:
        raise ContentError(reader.faults)
    return edition


def searchable(edition: Edition, folder: Path) -> Edition:
    """Return `edition` with its search, whose index lies below `folder` and is opened when first asked for."""
    found = documents(edition.part(Directory), edition.part(Guidance), edition.part(Pathways))
    search = Search(found, edition.part(Synonyms), edition.digest, folder)
    return Edition(edition.digest, {**edition.parts, Search: search})


def check_edition(library: Library) -> list[Fault]:
    """Return every fault of an edition: unreadable files, broken references, missing texts, dead ends."""
    return judge_edition(library)[1]


def judge_edition(library: Library, sound: Collection[Pathways] = ()) -> tuple[Edition, list[Fault]]:
    """Read and check an edition at once. With faults, what was read may lack what could not be read.

    A route that equals one of those known to be `sound` is not walked again, which is a third of the work.
    """
    reader = Reader(library)
    edition = _read(reader)
    sources, directory = edition.part(Sources), edition.part(Directory)
    guidance, pathways = edition.part(Guidance), edition.part(Pathways)
    situations = [situation.id for situation in pathways.situations]
    banned = load_banned(reader)
    check_directory(reader, directory, sources, banned)
    check_map(reader, edition.part(RegionMap), directory)
    check_guidance(reader, guidance, directory, sources, situations, edition.part(Figures).by_id, banned)
    check_figures(reader, edition.part(Figures), sources, banned)
    check_topics(reader, edition.part(Topics), guidance)
    check_synonyms(reader)
    check_moved(reader, edition.part(Moved))
    check_pathways(reader, pathways, directory, sources, guidance.articles, banned)
    if not reader.faults and pathways not in sound:
        check_route(reader, pathways)
    return edition, reader.faults


def report(library: Library) -> list[tuple[str, ...]]:
    """Return a row per article for the editor: lengths, sources, confidence, numbers that none of its sources has."""
    reader = Reader(library)
    evidence = load_evidence(reader)
    rows: list[tuple[str, ...]] = []
    for slug, article in _read(reader).part(Guidance).articles.items():
        measures = {code: measure(text.body) for code, text in article.texts.items()}
        loose = [
            f"{code}: {', '.join(found)}"
            for code, text in article.texts.items()
            if (found := unsupported(without_citations(text.body), article.facts.sources, evidence))
        ]
        uk, en = measures["uk"], measures.get("en", measures["uk"])
        pace = f"{uk.words_per_sentence:.1f} / {en.words_per_sentence:.1f}"
        longest = f"{uk.longest_sentence} / {en.longest_sentence}"
        counts = (slug, str(uk.words), str(en.words), pace, longest, str(len(article.facts.sources)))
        rows.append((*counts, article.facts.confidence.value, "; ".join(loose)))
    return rows


def _read(reader: Reader) -> Edition:
    directory = load_directory(reader)
    guidance = load_guidance(reader)
    parts = {
        Sources: load_sources(reader),
        Directory: directory,
        RegionMap: load_map(reader),
        Guidance: guidance,
        Synonyms: load_synonyms(reader, guidance),
        Figures: load_figures(reader),
        Topics: load_topics(reader),
        Pathways: load_pathways(reader, directory.regions),
        Moved: load_moved(reader),
        Confirmed: load_confirmed(reader),
    }
    return Edition(reader.library.digest, parts)
