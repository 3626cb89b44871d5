"""Given names and patronymics: which forms are one name, and how two of them differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from pathlib import Path

import yaml

from app.register.names import Reason, Word, compare, read, skeletons
from app.register.person import Sex

TABLE = Path(__file__).parent / "tables" / "given_names.yaml"


class Form(IntEnum):
    """What a spelling is to its name; the lower, the nearer to the name in documents."""

    FULL = 0
    ALSO = 1
    RUSSIAN = 2
    FOREIGN = 3
    SHORT = 4


_REASON = {
    Form.FULL: Reason.LETTERS,
    Form.ALSO: Reason.OTHER_FORM,
    Form.RUSSIAN: Reason.RUSSIAN_FORM,
    Form.FOREIGN: Reason.OTHER_FORM,
    Form.SHORT: Reason.SHORT_FORM,
}
_FIELDS = {"also": Form.ALSO, "ru": Form.RUSSIAN, "foreign": Form.FOREIGN, "short": Form.SHORT}
_SLIPS = frozenset({
    Reason.DOUBLED_LETTER, Reason.MISSING_LETTER, Reason.EXCHANGED_LETTERS, Reason.NEXT_KEY, Reason.ONE_LETTER,
    Reason.LETTERS, Reason.TRANSLITERATED,
})  # fmt: skip


@dataclass(frozen=True)
class Given:
    """One given name with all its forms."""

    name: str
    sex: Sex
    forms: Mapping[Form, tuple[str, ...]]

    def full(self) -> tuple[str, ...]:
        """Return the forms that stand in documents: Ukrainian, other Ukrainian, Russian."""
        return tuple(form for kind in (Form.FULL, Form.ALSO, Form.RUSSIAN) for form in self.forms.get(kind, ()))


@cache
def given_names() -> tuple[Given, ...]:
    """Return the table of given names, men's first."""
    table = yaml.load(TABLE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    found = []
    for group, sex in (("male", Sex.MALE), ("female", Sex.FEMALE)):
        for entry in table[group]:
            forms = {Form.FULL: (entry["name"],)}
            forms |= {kind: tuple(entry[field]) for field, kind in _FIELDS.items() if field in entry}
            found.append(Given(entry["name"], sex, forms))
    return tuple(found)


def patronymics(father: str, sex: Sex | None = None) -> tuple[str, ...]:
    """Return the Ukrainian patronymics of a father's name, usual one first, of one or of both sexes."""
    son, daughter = _UKRAINIAN.get(father) or _regular(father)
    if sex is None:
        return (son, daughter)
    return (son if sex is Sex.MALE else daughter,)


_UKRAINIAN = {
    "Ілля": ("Ілліч", "Іллівна"), "Кузьма": ("Кузьмич", "Кузьмівна"), "Лука": ("Лукич", "Луківна"),
    "Яків": ("Якович", "Яківна"), "Федір": ("Федорович", "Федорівна"), "Лев": ("Львович", "Львівна"),
    "Григорій": ("Григорович", "Григорівна"), "Микола": ("Миколайович", "Миколаївна"),
    "Антін": ("Антонович", "Антонівна"), "Тиміш": ("Тимошович", "Тимошівна"), "Прокіп": ("Прокопович", "Прокопівна"),
    "Павло": ("Павлович", "Павлівна"), "Ігор": ("Ігорович", "Ігорівна"), "Михайло": ("Михайлович", "Михайлівна"),
    "Сава": ("Савич", "Савівна"), "Хома": ("Хомич", "Хомівна"), "Кость": ("Костьович", "Костівна"),
    "Марко": ("Маркович", "Марківна"), "Ярема": ("Яремович", "Яремівна"), "Микита": ("Микитович", "Микитівна"),
    "Олекса": ("Олексович", "Олексівна"), "Григір": ("Григорович", "Григорівна"),
}  # fmt: skip


def _regular(father: str) -> tuple[str, str]:
    if father.endswith(("ій", "ей", "ай", "ой", "уй", "яй")):
        return father[:-1] + "йович", father[:-1] + "ївна"
    if father.endswith(("о", "а", "я", "ь")):
        return father[:-1] + "ович", father[:-1] + "івна"
    return father + "ович", father + "івна"


def russian_patronymics(father: str) -> Iterator[str]:
    """Yield the patronymics of a father's Russian name: usual ones of both sexes, then spoken ones."""
    if father.endswith("ий"):
        for stem in (father[:-2] + "ь", father[:-1]):
            yield from (stem + "евич", stem + "евна")
        yield from (father[:-2] + "ьич", father[:-2] + "ич")
    elif father.endswith(("ей", "ай")):
        yield from (father[:-1] + "евич", father[:-1] + "евна", father[:-1] + "ич")
    elif father.endswith("ья"):
        yield from (father[:-2] + "ьич", father[:-2] + "ьинична")
    elif father.endswith("а"):
        yield from (father[:-1] + "ич", father[:-1] + "ична", father[:-1] + "ович", father[:-1] + "овна")
    elif father.endswith("ь"):
        yield from (father[:-1] + "евич", father[:-1] + "евна")
    elif father in ("Павел", "Лев", "Пётр"):
        stem = {"Павел": "Павл", "Лев": "Льв", "Пётр": "Петр"}[father]
        yield from (stem + "ович", stem + "овна", stem + "ович")
    else:
        yield from (father + "ович", father + "овна", father + "ыч")


@cache
def _given_index() -> Mapping[str, Mapping[str, Form]]:
    """Return the names that each skeleton can stand for, with what it is to them."""
    index: dict[str, dict[str, Form]] = {}
    for given in given_names():
        for kind, forms in given.forms.items():
            for form in forms:
                _enter(index, form, _key(given), kind)
    return index


@cache
def _patronymic_index() -> Mapping[str, Mapping[str, Form]]:
    index: dict[str, dict[str, Form]] = {}
    for given in given_names():
        if given.sex is Sex.MALE:
            for kind, form in _patronymic_forms(given):
                _enter(index, form, _key(given), kind)
    return index


def _patronymic_forms(given: Given) -> Iterator[tuple[Form, str]]:
    for kind in (Form.FULL, Form.ALSO):
        for father in given.forms.get(kind, ()):
            yield from ((kind, form) for form in patronymics(father))
    for father in given.forms.get(Form.RUSSIAN, ()):
        yield from ((Form.RUSSIAN, form) for form in russian_patronymics(father))


def _enter(index: dict[str, dict[str, Form]], form: str, name: str, kind: Form) -> None:
    word = read(form)
    # The skeletons of Аня and Анна are one; what is written in full is known by its letters first.
    for skeleton in (f"={word.bare}", *word.skeletons):
        if len(skeleton) > 1:
            names = index.setdefault(skeleton, {})
            names[name] = min(kind, names.get(name, kind))


def _key(given: Given) -> str:
    return f"{given.sex}:{given.name}"


@cache
def _by_key() -> Mapping[str, Given]:
    return {_key(given): given for given in given_names()}


def names_of(word: Word) -> Mapping[str, Form]:
    """Return the keys of the given names that `word` is a form of, with what it is to each; empty if unknown."""
    return _known(word.bare, word.skeletons, of_father=False)


def fathers_of(word: Word) -> Mapping[str, Form]:
    """Return the keys of the fathers' names that a patronymic is made from; empty if unknown."""
    return _known(word.bare, word.skeletons, of_father=True)


@lru_cache(maxsize=20_000)
def _known(bare: str, found: tuple[str, ...], *, of_father: bool) -> Mapping[str, Form]:
    index = _patronymic_index() if of_father else _given_index()
    if (written := index.get(f"={bare}")) is not None:
        return written
    names: dict[str, Form] = {}
    for skeleton in found:
        for name, kind in index.get(skeleton, {}).items():
            names[name] = min(kind, names.get(name, kind))
    return names


def is_patronymic(word: Word) -> bool:
    """Whether a word has the ending of a patronymic."""
    return any(form.endswith(_PATRONYMIC_ENDINGS) and len(form) > 5 for form in word.skeletons)


def _ending(patronymic: Word) -> bool:
    return patronymic.bare.endswith(("а", "a"))


_PATRONYMIC_ENDINGS = tuple(
    dict.fromkeys(form for ending in ("ович", "евич", "івна", "овна", "евна", "ївна") for form in skeletons(ending))
)


def compare_given(a: Word, b: Word) -> Reason:
    """Return how two given names relate; a table of forms stands behind SHORT_FORM, RUSSIAN_FORM and OTHER_FORM."""
    return _compare(a, b, names_of(a), names_of(b), _full_words)


def compare_patronymics(a: Word, b: Word) -> Reason:
    """Return how two patronymics relate: by the father's name, whatever gender and language the ending has."""
    found = _compare(a, b, fathers_of(a), fathers_of(b), _patronymic_words)
    return Reason.GENDER_FORM if found is Reason.LETTERS and _ending(a) != _ending(b) else found


def _compare(a: Word, b: Word, of_a: Mapping[str, Form], of_b: Mapping[str, Form], variants: _Variants) -> Reason:
    """Compare by the names that two words are forms of; where one is of none, by their letters and variants."""
    plain = compare(a, b)
    if plain in (Reason.SAME, Reason.APOSTROPHE, Reason.MISSING, Reason.INITIAL):
        return plain
    if of_a and of_b:
        common = of_a.keys() & of_b.keys()
        if not common:
            # A slip that turns one name into another (Інна, Анна) is far rarer than two people with these names.
            return Reason.DIFFERS
        if plain in (Reason.LETTERS, Reason.TRANSLITERATED, Reason.DOUBLED_LETTER):
            return plain
        return _REASON[min(max(of_a[name], of_b[name]) for name in common)]
    if plain not in _SLIPS:
        for names, other in ((of_a, b), (of_b, a)):
            for variant in variants(tuple(names)):
                near = compare(variant, other)
                if near in _SLIPS:
                    return near
    return plain


class _Variants:
    """The words that a set of names may also be written as."""

    def __init__(self, *, of_father: bool) -> None:
        self._of_father = of_father

    def __call__(self, names: tuple[str, ...]) -> Iterable[Word]:
        return _words(names, of_father=self._of_father)


@lru_cache(maxsize=2_000)
def _words(names: tuple[str, ...], *, of_father: bool) -> tuple[Word, ...]:
    found: dict[str, None] = {}
    for name in names:
        given = _by_key()[name]
        forms = (form for _, form in _patronymic_forms(given)) if of_father else iter(given.full())
        found.update(dict.fromkeys(forms))
    return tuple(read(form) for form in found)


_full_words = _Variants(of_father=False)
_patronymic_words = _Variants(of_father=True)
