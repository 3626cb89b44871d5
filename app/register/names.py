"""Names in comparable forms: one skeleton for every script and spelling habit, and how two names differ."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from app.search.fold import is_cyrillic, normalise, switch


class Reason(StrEnum):
    """How two values of a field relate. Pages put it into words."""

    SAME = "same"
    APOSTROPHE = "apostrophe"
    """Only apostrophe, hyphen, ґ/г or ё/е differ."""
    LETTERS = "letters"
    """Letters that are taken for each other: и, і, ї, й; е, є, э; a soft sign."""
    TRANSLITERATED = "transliterated"
    """The same sounds in Latin and in Cyrillic letters."""
    RUSSIAN_FORM = "russian_form"
    OTHER_FORM = "other_form"
    """Another full form of the same name: Ганна and Анна, Олександр and Aleksander."""
    SHORT_FORM = "short_form"
    GENDER_FORM = "gender_form"
    """The other gender's form of one surname: Ковальський, Ковальська."""
    FORMER_SURNAME = "former_surname"
    HALF_OF_DOUBLE = "half_of_double"
    SWAPPED_NAMES = "swapped_names"
    """Surname stands for given name and the other way round."""
    LAYOUT = "layout"
    """The same keys under another keyboard layout."""
    DOUBLED_LETTER = "doubled_letter"
    MISSING_LETTER = "missing_letter"
    """One letter too few or too many."""
    EXCHANGED_LETTERS = "exchanged_letters"
    NEXT_KEY = "next_key"
    """One letter is the neighbour of the right one on the keyboard."""
    ONE_LETTER = "one_letter"
    VOWELS = "vowels"
    """The same consonants, other vowels: Ковальов, Ковалев."""
    TWO_LETTERS = "two_letters"
    INITIAL = "initial"
    """Only the first letter is given, and it fits."""
    AS_FAR_AS_KNOWN = "as_far_as_known"
    """A date that agrees where both know it."""
    DAY_AND_MONTH_SWAPPED = "day_and_month_swapped"
    ONE_DIGIT = "one_digit"
    YEAR_OFF = "year_off"
    """The same but for one year more or less."""
    NEAR = "near"
    """A few days apart."""
    SAME_MONTH = "same_month"
    SAME_YEAR = "same_year"
    SAME_PLACE = "same_place"
    """The same settlement, named in another case or language: під Бахмутом, Авдеевка."""
    RENAMED = "renamed"
    """The place has a new name."""
    NEIGHBOUR = "neighbour"
    """Another settlement of the same community."""
    SAME_DISTRICT = "same_district"
    SAME_REGION = "same_region"
    DIFFERS = "differs"
    MISSING = "missing"


_CYRILLIC = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "h", "д": "d", "е": "e", "є": "e", "ё": "o", "ж": "Z", "з": "z",
    "и": "i", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "C", "ш": "S", "щ": "SC", "ь": "", "ъ": "",
    "ы": "i", "э": "e", "ю": "u", "я": "a", "ў": "u", "’": "",
})  # fmt: skip
_LATIN = str.maketrans({
    "ą": "a", "ć": "ц", "ę": "e", "ł": "l", "ń": "n", "ó": "o", "ś": "s", "ź": "z", "ż": "Z", "ž": "Z", "š": "S",
    "č": "C", "ř": "r", "ě": "e", "á": "a", "à": "a", "â": "a", "ä": "a", "ā": "a", "é": "e", "è": "e", "ê": "e",
    "ë": "e", "í": "i", "ì": "i", "î": "i", "ï": "i", "ö": "o", "ô": "o", "ú": "u", "ù": "u", "ü": "u", "û": "u",
    "ů": "u", "ý": "y", "ß": "s", "ğ": "g", "ñ": "n", "ş": "S", "ș": "S", "ț": "ц", "ç": "C", "ı": "i", "’": "",
})  # fmt: skip
_ENGLISH = (
    ("shch", "SC"), ("tsch", "C"), ("szcz", "SC"), ("sch", "SC"), ("tch", "C"), ("zgh", "zh"), ("kh", "h"),
    ("gh", "h"), ("zh", "Z"), ("ts", "ц"), ("tz", "ц"), ("ch", "C"), ("sh", "S"), ("sz", "S"), ("cz", "C"),
    ("ph", "f"), ("th", "t"), ("ck", "k"), ("ou", "u"), ("ce", "цe"), ("ci", "цi"), ("cy", "цi"), ("c", "k"),
    ("q", "k"), ("x", "ks"), ("w", "v"), ("g", "h"), ("y", "i"), ("j", "i"),
)  # fmt: skip
_POLISH = (
    ("szcz", "SC"), ("sz", "S"), ("cz", "C"), ("ch", "h"), ("sh", "S"), ("zh", "Z"), ("kh", "h"), ("ts", "ц"),
    ("c", "ц"), ("x", "ks"), ("w", "v"), ("g", "h"), ("y", "i"), ("j", "i"), ("q", "k"),
)  # fmt: skip
_GERMAN = (("tsch", "C"), ("sch", "S"), *_POLISH)


def _table(pairs: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    return re.compile("|".join(sound for sound, _ in pairs)), dict(pairs)


_READINGS = {"english": _table(_ENGLISH), "polish": _table(_POLISH), "german": _table(_GERMAN)}
_LOOKS_POLISH = re.compile("[włżśćńąęj]|sz|cz")
_GLIDE = re.compile(r"i+(?=[aeou])|(?<=[aeou])i+")
_DOUBLE = re.compile(r"(.)\1+")
_FEMALE_ENDING = re.compile(r"(?<=[sczC]k)(?:aa|a|oi|oa)$|(?<=[oe]v)a$|(?<=in)a$")
_MALE_ENDING = re.compile(r"(?<=[sczC]k)(?:i|oi|ei)$")
_VOWELS = re.compile("[aeiou]")


def _sounds(text: str) -> str:
    return _DOUBLE.sub(r"\1", _GLIDE.sub("", text.replace("ц", "c")))


@lru_cache(maxsize=100_000)
def skeletons(word: str) -> tuple[str, ...]:
    """Return what stays of a folded name when every habit of writing its sounds is taken away, likeliest first.

    Шевченко, Shevchenko, Szewczenko and Schewtschenko share a skeleton; a Latin name that several languages read
    differently has one for each reading (ch is ч or х). Glides, soft signs and doubled letters are not kept.
    """
    word = re.sub(r"[^\w’]|[\d_]", "", word)
    if not word:
        return ()
    if is_cyrillic(word):
        return (_sounds(word.translate(_CYRILLIC)),)
    order = ["english"]
    if "c" in word or "h" in word:
        order = ["polish", "english"] if _LOOKS_POLISH.search(word) else ["english", "polish"]
        if "sch" in word:
            order.append("german")
    plain = word.translate(_LATIN)
    found = []
    for reading in order:
        pattern, table = _READINGS[reading]
        found.append(_sounds(pattern.sub(lambda sound, table=table: table[sound.group()], plain)))  # type: ignore[misc]
    return tuple(dict.fromkeys(found))


def skeleton(word: str) -> str:
    """Return the likeliest skeleton of a folded name; of an empty one, nothing."""
    return next(iter(skeletons(word)), "")


def frame(skeleton: str) -> str:
    """Return the consonants of a skeleton, by which names are gathered however their vowels are written."""
    return _VOWELS.sub("", skeleton)


_EN_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_UK_ROWS = ("йцукенгшщзхї", "фівапролджє", "ячсмитьбю")
_RU_ROWS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")


def _neighbours() -> dict[str, frozenset[str]]:
    """Return for each letter those beside, above and below it, on the layouts people type Ukrainian and Latin with."""
    found: dict[str, set[str]] = {}
    for rows in (_EN_ROWS, _UK_ROWS, _RU_ROWS):
        for number, row in enumerate(rows):
            for place, letter in enumerate(row):
                near = list(row[max(place - 1, 0) : place]) + list(row[place + 1 : place + 2])
                # A lower row stands half a key to the right: the keys above are at the same place and the next.
                if number > 0:
                    near += rows[number - 1][place : place + 2]
                if number + 1 < len(rows):
                    near += rows[number + 1][max(place - 1, 0) : place + 1]
                found.setdefault(letter, set()).update(near)
    return {letter: frozenset(near) for letter, near in found.items()}


NEIGHBOURS = _neighbours()


@dataclass(frozen=True)
class Word:
    """A name in its comparable forms. An empty name is false."""

    text: str
    """Folded: case, spaces, invisible marks, look-alike letters."""
    bare: str
    """Without apostrophe, hyphen and space; ґ as г, ё as е."""
    is_cyrillic: bool
    skeletons: tuple[str, ...]
    frames: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.bare)


_BARE = str.maketrans({"ґ": "г", "ё": "е", "’": None, "-": None, " ": None, ".": None})
_TO_LATIN = str.maketrans("асеіорху", "aceiopxy")
_TO_CYRILLIC = str.maketrans("aceiopxyABCEHIKMOPTXYi", "асеіорхуАВСЕНІКМОРТХУі")
_MIXED = re.compile(r"[^\W\d_]+")


def _one_script(found: re.Match[str]) -> str:
    """Return a word of both scripts in one: in Cyrillic where each of its Latin letters looks like a Cyrillic one.

    It may have more Latin letters than Cyrillic ones, as Oлeкcaндp has; only what no Latin word can hold decides.
    """
    word = found.group()
    if not word.isascii() and re.search("[a-zA-Z]", word):
        cyrillic = word.translate(_TO_CYRILLIC)
        if not re.search("[a-zA-Z]", cyrillic) and re.search("[^асеіорхуАВСЕНІКМОРТХУ]", cyrillic):
            return cyrillic
    return word


@lru_cache(maxsize=100_000)
def read(text: str) -> Word:
    """Return a name in its comparable forms."""
    text = _MIXED.sub(_one_script, re.sub(r"[‐-―−]", "-", text))
    folded = re.sub(r"[^\w’\- ]|[\d_]", " ", normalise(text))
    folded = re.sub(r" *- *", "-", " ".join(folded.split())).strip("-’ ")
    if is_cyrillic(folded) and re.search("[a-z]", folded):
        # What stays mixed has more Latin letters than Cyrillic ones: a Latin name with Cyrillic look-alikes.
        folded = folded.translate(_TO_LATIN)
    found = skeletons(folded)
    frames = tuple(dict.fromkeys(frame(form) for form in found))
    return Word(folded, folded.translate(_BARE), is_cyrillic(folded), found, frames)


def parts(word: Word) -> tuple[Word, ...]:
    """Return the parts of a double name, or the one."""
    if "-" not in word.text and " " not in word.text:
        return (word,)
    return tuple(read(piece) for piece in re.split("[- ]", word.text) if piece)


@lru_cache(maxsize=100_000)
def typed_elsewhere(text: str) -> tuple[Word, ...]:
    """Return what a name may be when it was typed under another keyboard layout (Rjdfktyrj: Коваленко)."""
    typed = " ".join(text.lower().split()).replace("’", "'").replace("ʼ", "'")
    layouts = ("uk-en", "ru-en") if is_cyrillic(typed) else ("en-uk", "en-ru")
    return tuple(word for layout in layouts if (word := read(switch(typed, layout))))


@lru_cache(maxsize=50_000)
def masculine(skeleton: str) -> str:
    """Return the skeleton of a surname without the ending that its bearer's gender gives it."""
    return _MALE_ENDING.sub("", _FEMALE_ENDING.sub("", skeleton))


def compare(a: Word, b: Word) -> Reason:
    """Return how two spellings relate: SAME down to TWO_LETTERS, INITIAL, DIFFERS; MISSING where one is empty.

    The same in both directions.
    """
    if not a or not b:
        return Reason.MISSING
    if a.text == b.text:
        return Reason.SAME
    if a.bare == b.bare:
        return Reason.APOSTROPHE
    if len(a.bare) == 1 or len(b.bare) == 1:
        first = any(x[:1] == y[:1] for x in a.skeletons for y in b.skeletons if x and y)
        return Reason.INITIAL if first and len(a.bare) != len(b.bare) else Reason.DIFFERS
    same_script = a.is_cyrillic == b.is_cyrillic
    if any(form and form in b.skeletons for form in a.skeletons):
        if not same_script:
            return Reason.TRANSLITERATED
        doubled = _DOUBLE.sub(r"\1", a.bare) == _DOUBLE.sub(r"\1", b.bare)
        return Reason.DOUBLED_LETTER if doubled else Reason.LETTERS
    return _slip(a, b, same_script=same_script)


def _slip(a: Word, b: Word, *, same_script: bool) -> Reason:
    same_frame = any(len(form) >= 3 and form in b.frames for form in a.frames)
    if not same_frame and min(abs(len(x) - len(y)) for x in a.skeletons or ("",) for y in b.skeletons or ("",)) > 2:
        return Reason.DIFFERS
    pairs: Iterable[tuple[str, str]] = [(x, y) for x in a.skeletons for y in b.skeletons]
    if same_script:
        pairs = [(a.bare, b.bare), *pairs]
    best, pair = 9, ("", "")
    for x, y in pairs:
        distance = OSA.distance(x, y, score_cutoff=2)
        if distance < best:
            best, pair = distance, (x, y)
    shorter, longer = sorted(map(len, pair))
    if best == 1 and longer >= 4:
        reason = _one_slip(*pair)
        # Keys lie beside each other for letters that were typed, not for the sounds of a skeleton.
        return Reason.ONE_LETTER if reason is Reason.NEXT_KEY and pair != (a.bare, b.bare) else reason
    if same_frame:
        return Reason.VOWELS
    if best <= 2 and shorter >= 6:
        return Reason.TWO_LETTERS
    return Reason.DIFFERS


def _one_slip(x: str, y: str) -> Reason:
    """Name the one slip between two texts whose distance is 1."""
    if len(x) != len(y):
        return Reason.MISSING_LETTER
    unlike = [(first, second) for first, second in zip(x, y, strict=True) if first != second]
    if len(unlike) == 2:
        return Reason.EXCHANGED_LETTERS
    first, second = unlike[0]
    return (
        Reason.NEXT_KEY
        if second in NEIGHBOURS.get(first, ()) or first in NEIGHBOURS.get(second, ())
        else (Reason.ONE_LETTER)
    )
