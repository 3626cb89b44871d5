"""Places as families and registers write them, read against the codifier of settlements, and how two of them differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

from app.kernel.text import fold
from app.register.names import Reason, Word, compare, frame, read, skeletons

TABLES = Path(__file__).parent / "tables"


@dataclass(frozen=True)
class Settlement:
    """A settlement of the codifier. Community, district and region are their names' numbers in the table."""

    name: str
    community: int
    district: int
    region: int
    is_city: bool


@dataclass(frozen=True)
class Gazetteer:
    """Every settlement, and which of them a skeleton can mean."""

    settlements: tuple[Settlement, ...]
    districts: tuple[str, ...]
    regions: tuple[str, ...]
    """Adjectives as the codifier has them: Донецька; the two cities of special status by their names."""
    by_skeleton: Mapping[str, tuple[int, ...]]
    by_stem: Mapping[str, tuple[int, ...]]
    by_frame: Mapping[str, tuple[int, ...]]
    renamed: Mapping[str, tuple[int, ...]]
    """What is meant by the skeleton of an old name."""


@cache
def gazetteer() -> Gazetteer:
    """Read the codifier (31,000 lines; a third of a second) and the table of renamed places."""
    settlements: list[Settlement] = []
    districts: list[str] = []
    regions: list[str] = []
    community = -1
    for line in (TABLES / "settlements.txt").read_text(encoding="utf-8").splitlines():
        kind, rest = line[:2], line[2:]
        if kind in ("= ", "! "):
            regions.append(rest)
            if kind == "! ":
                community += 1
                districts.append(rest)
                settlements.append(Settlement(rest, community, len(districts) - 1, len(regions) - 1, is_city=True))
        elif kind == "- ":
            districts.append(rest)
        else:
            community += 1
            for name in line.partition(": ")[2].split("|"):
                place = (community, len(districts) - 1, len(regions) - 1)
                settlements.append(Settlement(name.removeprefix("*"), *place, is_city=name.startswith("*")))
    by_skeleton: dict[str, list[int]] = {}
    for number, settlement in enumerate(settlements):
        by_skeleton.setdefault(skeletons(fold(settlement.name))[0], []).append(number)
    by_stem: dict[str, list[int]] = {}
    for skeleton, numbers in by_skeleton.items():
        by_stem.setdefault(_stem(skeleton), []).extend(numbers)
    by_frame: dict[str, list[int]] = {}
    for skeleton, numbers in by_skeleton.items():
        by_frame.setdefault(frame(skeleton), []).extend(numbers)
    renamed: dict[str, list[int]] = {}
    for old, new, region in _renamings():
        meant = [
            number
            for number in by_skeleton[skeletons(fold(new))[0]]
            if settlements[number].name == new and regions[settlements[number].region] == region
        ]
        renamed.setdefault(skeletons(fold(old))[0], []).extend(meant)
    indexes = (by_skeleton, by_stem, by_frame, renamed)
    return Gazetteer(
        tuple(settlements),
        tuple(districts),
        tuple(regions),
        *({key: tuple(numbers) for key, numbers in index.items()} for index in indexes),
    )


def _renamings() -> Iterator[tuple[str, str, str]]:
    table = yaml.load((TABLES / "renamed_places.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    for act in table["acts"]:
        yield from ((old, new, region) for old, new, region in act["places"])


@cache
def renamings() -> tuple[tuple[str, str, str], ...]:
    """Return the renamed settlements: old name, new name, region."""
    return tuple(_renamings())


_CASE_ENDING = re.compile(r"(?:oho|omu|[aeiou]m|[aeiou]h|[aeiou])$")


def _stem(skeleton: str) -> str:
    """Return a place's skeleton without the ending of its case: Роботиним and Роботине are one."""
    return _CASE_ENDING.sub("", skeleton) if len(skeleton) > 4 else skeleton


@dataclass(frozen=True)
class Place:
    """A place as written: the settlements it can mean, and the levels above them."""

    word: Word
    settlements: frozenset[int]
    is_old_name: bool
    communities: frozenset[int]
    districts: frozenset[int]
    regions: frozenset[int]

    def __bool__(self) -> bool:
        return bool(self.word) or bool(self.regions)


_REGION = re.compile(r"([\w’-]+(?:ськ|цьк|зьк)\w*)\s+обл\w*\.?|область\s+([\w’-]+)|([\w’-]+)\s+(?:oblast|region)")
_DISTRICT = re.compile(r"([\w’-]+(?:ськ|цьк|зьк)\w*)\s+(?:р-н\w*|район\w*)|([\w’-]+)\s+(?:raion|district)")
_COMMUNITY = re.compile(r"[\w’-]+(?:ськ|цьк|зьк)\w*\s+(?:міськ\w+\s+|селищн\w+\s+|сільськ\w+\s+)?(?:тг|отг|громад\w*)")
_NOISE = re.compile(
    r"(?<![\w’])(?:м|місто|міста|місті|с|село|села|селі|смт|сел|селище|селища|селищі|хутір|х|станція|ст|г|город|пгт|нп|н\.п|"
    r"населен\w+\s+пункт\w*|біля|поблизу|під|район[іу]?|в|у|на|околиц\w*|напрям\w*|city|village|near)(?![\w’])\.?"
)


@lru_cache(maxsize=50_000)
def read_place(text: str) -> Place:
    """Read a place as people write it: «с. Роботине, Запорізька обл.», «поблизу Бахмута», Bakhmut."""
    table = gazetteer()
    folded = fold(text)
    regions, rest = _taken(_REGION, folded)
    districts, rest = _taken(_DISTRICT, rest)
    rest = _COMMUNITY.sub(" ", rest)
    in_region = frozenset(n for n, name in enumerate(table.regions) for hint in regions if _same_adjective(hint, name))
    in_district = frozenset(
        n for n, name in enumerate(table.districts) for hint in districts if name and _same_adjective(hint, name)
    )
    segments = [segment.strip(" .") for segment in re.split(r"[,;()/]", _NOISE.sub(" ", rest))]
    word = read(next((segment for segment in segments if segment), ""))
    numbers, is_old = _meant(word, table)
    for hint, level in ((in_region, "region"), (in_district, "district")):
        fitting = frozenset(n for n in numbers if getattr(table.settlements[n], level) in hint)
        numbers = fitting or numbers
    found = [table.settlements[n] for n in numbers]
    return Place(
        word,
        numbers,
        is_old,
        frozenset(settlement.community for settlement in found),
        frozenset(settlement.district for settlement in found) or in_district,
        frozenset(settlement.region for settlement in found) or in_region,
    )


def _taken(pattern: re.Pattern[str], text: str) -> tuple[list[str], str]:
    hints = ["".join(part or "" for part in found.groups()) for found in pattern.finditer(text)]
    return hints, pattern.sub(" ", text)


def _same_adjective(hint: str, name: str) -> bool:
    """Whether a word is a form of a region's or district's name: Донецької, Donetsk, Донецкая; Донецька."""
    wanted = _adjective_stem(skeletons(fold(name))[0])
    return any(wanted in (_adjective_stem(form), *_from_city(form)) for form in skeletons(hint))


def _from_city(skeleton: str) -> tuple[str, ...]:
    """Return the stems of the adjective that a city's name gives, as English has it: Kharkiv oblast, Odesa region."""
    bare = re.sub("[aeiou]$", "", skeleton)
    return (bare, bare + "s") if len(bare) > 2 else ()


def _adjective_stem(skeleton: str) -> str:
    return re.sub(r"k(?:[aeiou]+m?[aeiou]*|[aeiou]*)$", "", re.sub(r"h[aeiou]*$", "", skeleton))


def _meant(word: Word, table: Gazetteer) -> tuple[frozenset[int], bool]:
    """Return the settlements that a name can mean, and whether it is an old name of theirs."""
    for form in word.skeletons:
        exact, old = table.by_skeleton.get(form, ()), table.renamed.get(form, ())
        if exact or old:
            return frozenset((*exact, *old)), bool(old) and not exact
    # Then by the stem, for a name in another case, and by the consonants, for a Russian form (Авдеевка, Артемовск).
    for form in word.skeletons:
        if near := table.by_stem.get(_stem(form)):
            return frozenset(near), False
        if old := _old_name(_stem, form):
            return frozenset(old), True
    for form in word.skeletons:
        if len(frame(form)) >= _LONG_FRAME:
            if near := table.by_frame.get(frame(form)):
                return frozenset(near), False
            if old := _old_name(frame, form):
                return frozenset(old), True
    return frozenset(), False


_LONG_FRAME = 4


def _old_name(part: Callable[[str], str], form: str) -> tuple[int, ...]:
    return next((numbers for name, numbers in gazetteer().renamed.items() if part(name) == part(form)), ())


def compare_places(a: Place, b: Place) -> Reason:
    """Return how two places relate: SAME, a spelling, SAME_PLACE, RENAMED, NEIGHBOUR, a larger area, or DIFFERS.

    Neighbours are settlements of one territorial community. The same in both directions.
    """
    if not a or not b:
        return Reason.MISSING
    spelling = compare(a.word, b.word) if a.word and b.word else Reason.MISSING
    if a.settlements and b.settlements:
        if a.settlements & b.settlements:
            if a.is_old_name != b.is_old_name:
                return Reason.RENAMED
            return spelling if spelling in _SPELLINGS else Reason.SAME_PLACE
        if a.communities & b.communities:
            return Reason.NEIGHBOUR
    elif spelling in _SPELLINGS or spelling in _SLIPS:
        return spelling
    if a.districts & b.districts:
        return Reason.SAME_DISTRICT
    if a.regions & b.regions:
        return Reason.SAME_REGION
    if spelling in _SLIPS:
        return spelling
    return Reason.DIFFERS


_SPELLINGS = frozenset({Reason.SAME, Reason.APOSTROPHE, Reason.LETTERS, Reason.TRANSLITERATED, Reason.DOUBLED_LETTER})
_SLIPS = frozenset({Reason.MISSING_LETTER, Reason.EXCHANGED_LETTERS, Reason.NEXT_KEY, Reason.ONE_LETTER})
