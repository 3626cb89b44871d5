"""An entry as people write it down: words, dates and names of a form or of a file, read into values, faults named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.kernel.dates import PartialDate
from app.kernel.text import fold
from app.register.entry import BETWEEN, DATES, Category, Cause, Entry, Item, Status, entry_of
from app.register.person import Sex


class Fault(StrEnum):
    """Why a value cannot be recorded. Pages and reports put it into words."""

    NO_SURNAME = "no-surname"
    NO_NAME = "no-name"
    """What stands for a name has no letter, or has digits."""
    LONG = "long"
    NOT_TEXT = "not-text"
    """Characters that no text has."""
    NO_DATE = "no-date"
    NO_DAY = "no-day"
    """A day that no calendar has."""
    AMBIGUOUS_DATE = "ambiguous-date"
    """A year of two digits."""
    FUTURE = "future"
    TOO_EARLY = "too-early"
    BORN_LATER = "born-later"
    """Born after the day of the disappearance."""
    NO_SEX = "no-sex"
    NO_CATEGORY = "no-category"
    NO_CAUSE = "no-cause"
    NO_STATUS = "no-status"
    NO_SOURCE = "no-source"
    BEFORE_MISSING = "before-missing"
    """A status that holds before the person went missing."""
    TWO_NAMES = "two-names"
    """A full name that cannot be told apart into surname, given name and patronymic."""
    EXTRA_CELLS = "extra-cells"
    """More cells than the head has columns."""


class FaultError(ValueError):
    """A text that holds no such value; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


NAME_LENGTH = 100
PLACE_LENGTH = 300
TEXT_LENGTH = 4000
LENGTHS: Mapping[Item, int] = {
    **dict.fromkeys(Item, PLACE_LENGTH),
    **dict.fromkeys(
        (Item.SURNAME, Item.GIVEN, Item.PATRONYMIC, Item.LATIN_SURNAME, Item.LATIN_GIVEN, Item.PROCEEDING), NAME_LENGTH
    ),
    Item.CIRCUMSTANCES: TEXT_LENGTH,
}
"""Most characters of each item."""

EARLIEST = 1900
"""Nobody who is searched for was born before."""

_NAMES = frozenset(
    {Item.SURNAME, Item.GIVEN, Item.PATRONYMIC, Item.FORMER_SURNAMES, Item.LATIN_SURNAME, Item.LATIN_GIVEN}
)
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_DAY_FIRST = re.compile(r"(?:(?:(\d{1,2})[./-])?(\d{1,2})[./-])?(\d{4})(?: ?р\.?)?")
_SHORT_YEAR = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2}")

_SEXES = {
    **dict.fromkeys(("m", "male", "man", "ч", "чол", "чол.", "чоловік", "чоловіча", "чоловічий"), Sex.MALE),
    **dict.fromkeys(("f", "female", "woman", "ж", "жін", "жін.", "жінка", "жіноча", "жіночий"), Sex.FEMALE),
}
_CATEGORIES = {
    **{category.value: category for category in Category},
    **dict.fromkeys(("військовий", "військовослужбовець", "військовослужбовиця", "soldier"), Category.MILITARY),
    **dict.fromkeys(("цивільний", "цивільна", "цивільна особа"), Category.CIVILIAN),
    **dict.fromkeys(("дитина", "неповнолітній", "неповнолітня", "minor"), Category.CHILD),
    **dict.fromkeys(("іноземець", "іноземка", "особа без громадянства", "stateless"), Category.FOREIGNER),
}
_CAUSES = {
    **{cause.value: cause for cause in Cause},
    **dict.fromkeys(("збройний конфлікт", "armed conflict"), Cause.CONFLICT),
    **dict.fromkeys(("воєнні дії", "бойові дії"), Cause.HOSTILITIES),
    **dict.fromkeys(("окупація", "тимчасова окупація"), Cause.OCCUPATION),
    **dict.fromkeys(("надзвичайна ситуація природного характеру", "natural emergency"), Cause.NATURAL),
    **dict.fromkeys(("надзвичайна ситуація техногенного характеру", "technogenic emergency"), Cause.TECHNOGENIC),
}
_STATUSES = {
    **{status.value: status for status in Status},
    **dict.fromkeys(("розшук", "розшук триває", "у розшуку", "зниклий безвісти", "зникла безвісти"), Status.SEARCHING),
    **dict.fromkeys(("missing", "search continues"), Status.SEARCHING),
    **dict.fromkeys(("полон", "полон підтверджено", "перебування у полоні підтверджено"), Status.CAPTIVITY),
    **dict.fromkeys(("captivity", "captivity confirmed"), Status.CAPTIVITY),
    **dict.fromkeys(("оголошено померлим", "оголошено померлою", "declared dead"), Status.DECLARED_DEAD),
    **dict.fromkeys(("місцеперебування встановлено", "повернувся", "повернулася"), Status.RETURNED),
    **dict.fromkeys(("за кордоном", "місцеперебування встановлено за кордоном"), Status.ABROAD),
    **dict.fromkeys(("ідентифіковано", "загибель встановлено", "ідентифіковано як загиблого"), Status.IDENTIFIED_DEAD),
    **dict.fromkeys(("identified as dead", "identified dead"), Status.IDENTIFIED_DEAD),
}


def clean(text: str) -> str:
    """Return a text with single spaces and one apostrophe. Raises FaultError for characters that no text has."""
    text = unicodedata.normalize("NFC", text)
    # What could not be read as letters stands as U+FFFD.
    if "\ufffd" in text or any(_is_no_text(letter) for letter in text if not letter.isprintable()):
        raise FaultError(Fault.NOT_TEXT)
    return " ".join(re.sub("['ʼ`´′‘＇](?=[^\\W\\d_])", "’", text).split())


def _is_no_text(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") and letter not in "\t\r\n"


def read_date(text: str, *, today: date) -> PartialDate:
    """Read a date as people write it: 28.03.2025, 03.2025, 2025, 2025-03-28; day first. Raises FaultError.

    Two digits of a year are refused: nobody born in 23 and gone in 23 should depend on a guess.
    """
    text = text.strip()
    if iso := _ISO.fullmatch(text):
        year, month, day = iso.groups()
    elif plain := _DAY_FIRST.fullmatch(text):
        day, month, year = plain.groups()
    else:
        raise FaultError(Fault.AMBIGUOUS_DATE if _SHORT_YEAR.fullmatch(text) else Fault.NO_DATE)
    try:
        found = PartialDate(int(year), int(month) if month else None, int(day) if day else None)
    except ValueError:
        raise FaultError(Fault.NO_DAY) from None
    if found.earliest > today:
        raise FaultError(Fault.FUTURE)
    if found.year < EARLIEST:
        raise FaultError(Fault.TOO_EARLY)
    return found


def read_status(text: str) -> Status:
    """Read a status by its code or by its words in Ukrainian or English. Raises FaultError."""
    try:
        return _STATUSES[fold(text)]
    except KeyError:
        raise FaultError(Fault.NO_STATUS) from None


def _one_of(words: Mapping[str, StrEnum], fault: Fault) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            return words[fold(text)].value
        except KeyError:
            raise FaultError(fault) from None

    return read


_CHOICES = {
    Item.SEX: _one_of(_SEXES, Fault.NO_SEX),
    Item.CATEGORY: _one_of(_CATEGORIES, Fault.NO_CATEGORY),
    Item.CAUSE: _one_of(_CAUSES, Fault.NO_CAUSE),
}


def read_item(item: Item, text: str, *, today: date) -> str:
    """Return what `text` says of `item` as `entry_of` takes it. Raises FaultError."""
    text = clean(text)
    if not text:
        return ""
    if item in _CHOICES:
        return _CHOICES[item](text)
    if item in DATES:
        return str(read_date(text, today=today))
    if len(text) > LENGTHS[item]:
        raise FaultError(Fault.LONG)
    if item in _NAMES and (not any(map(str.isalpha, text)) or any(map(str.isdigit, text))):
        raise FaultError(Fault.NO_NAME)
    if item is Item.FORMER_SURNAMES:
        return BETWEEN.join(part.strip() for part in re.split("[;,]", text) if part.strip())
    return text


@dataclass(frozen=True)
class Read:
    """What was read: the entry where nothing is wrong with it, and every fault with the item it stands at."""

    entry: Entry | None
    faults: tuple[tuple[Item, Fault], ...]


def read_written(texts: Mapping[Item, str], *, today: date) -> Read:
    """Read an entry as somebody wrote it down; only a surname is needed."""
    faults: list[tuple[Item, Fault]] = []
    found: dict[Item, str] = {}
    for item, text in texts.items():
        try:
            found[item] = read_item(item, text, today=today)
        except FaultError as error:
            faults.append((item, error.fault))
    if not found.get(Item.SURNAME) and not any(item is Item.SURNAME for item, _ in faults):
        faults.append((Item.SURNAME, Fault.NO_SURNAME))
    if faults:
        return Read(None, tuple(faults))
    entry = entry_of(found)
    born, missing_on = entry.person.born, entry.person.missing_on
    if born and missing_on and born.earliest > missing_on.latest:
        return Read(None, ((Item.BORN, Fault.BORN_LATER),))
    return Read(entry, ())


def split_name(text: str) -> dict[Item, str]:
    """Return the parts of a full name in the order of Ukrainian papers: surname, given name, patronymic.

    Raises FaultError where there are more than three words.
    """
    words = clean(text).split()
    if len(words) > 3:
        raise FaultError(Fault.TWO_NAMES)
    return dict(zip((Item.SURNAME, Item.GIVEN, Item.PATRONYMIC), words, strict=False))
