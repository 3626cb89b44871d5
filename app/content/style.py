"""The editor's eye: typography, banned words, leftovers of another language, and how long sentences are.

`style_faults` finds what must be mended; `measure` only reports. Both are pure and know texts, not files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from app.content.library import Reader
from app.content.values import Value
from app.kernel.said import N_, Said
from app.kernel.text import wildcard

LONGEST_SENTENCE = 60
"""Words. A sentence beyond is a mistake whatever it says; the aim is below 20."""

LONGEST_PARAGRAPH = 150

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"»”’)]*\s+(?=[A-ZА-ЯІЇЄҐ«“\"(0-9])")
_MARKUP = re.compile(r"\[\^[^\]]*\]|\]\([^)]*\)|[*_`#>|\[\]]|^\s*(?:\d+\.|-)\s+", re.MULTILINE)
_CYRILLIC = r"А-Яа-яІіЇїЄєҐґ"
_TYPOGRAPHY = {
    "uk": (
        (re.compile(rf"[{_CYRILLIC}]['ʼ`][{_CYRILLIC}]"), N_("write the apostrophe ’")),
        (re.compile(r'"'), N_("write quotation marks «…»")),
        (re.compile(r"[{c}] - [{c}]".replace("{c}", _CYRILLIC)), N_("write a long dash —")),
        (re.compile(r"[ыэъёЫЭЪЁ]"), N_("a letter that Ukrainian does not have")),
    ),
    "en": ((re.compile(r"\w'\w"), N_("write the apostrophe ’")),),
}
_DOUBLE_SPACE = re.compile(r"\S  +\S")


class Banned(Value):
    """A word or phrase that our texts do not use, and the right one. `wrong` may end words with ``*``."""

    language: str = Field(pattern=r"^(uk|en)$")
    wrong: str = Field(min_length=2)
    right: str = Field(min_length=1)


@dataclass(frozen=True)
class Measure:
    """How a text reads: words, sentences, the longest sentence and paragraph in words."""

    words: int
    sentences: int
    longest_sentence: int
    longest_paragraph: int

    @property
    def words_per_sentence(self) -> float:
        return self.words / max(self.sentences, 1)


WORDS = "words.yaml"


def load_banned(reader: Reader) -> tuple[Banned, ...]:
    """Read the banned words; faults go to the reader."""
    entries = (reader.data(WORDS) or {}).get("banned", [])
    found = [reader.model(Banned, WORDS, entry) for entry in entries]
    return tuple(phrase for phrase in found if phrase is not None)


def check_words(
    reader: Reader, path: str, place: str, words: Mapping[str, str] | None, banned: Sequence[Banned]
) -> None:
    """Record the style faults of a text given in several languages."""
    for language, text in (words or {}).items():
        for fault in style_faults(text, language, banned):
            reader.fault(path, place, fault)


def plain(text: str) -> str:
    """Return Markdown without its marks, links and citations."""
    return _MARKUP.sub("", text)


def paragraphs(text: str) -> list[str]:
    """Return paragraphs, list items and headings of a Markdown text as plain texts. Tables are left out."""
    found = []
    for block in re.split(r"\n\s*\n", text):
        lines = [line for line in block.splitlines() if not line.lstrip().startswith("|")]
        items = re.split(r"\n(?=\s*(?:\d+\.|-)\s)", "\n".join(lines))
        found += [" ".join(plain(item).split()) for item in items if item.strip()]
    return found


def sentences(paragraph: str) -> list[str]:
    return [part for part in _SENTENCE_END.split(paragraph) if part.strip()]


def measure(text: str) -> Measure:
    """Count words, sentences and the longest of them."""
    found = paragraphs(text)
    lengths = [len(sentence.split()) for paragraph in found for sentence in sentences(paragraph)]
    return Measure(
        sum(lengths),
        len(lengths),
        max(lengths, default=0),
        max((len(paragraph.split()) for paragraph in found), default=0),
    )


def style_faults(text: str, language: str, banned: Sequence[Banned]) -> Iterator[Said]:
    """Yield what must be mended in a text of `language`: each with the place it was found."""
    bare = plain(text)
    for pattern, advice in _TYPOGRAPHY.get(language, ()):
        # What stands in quotation marks is quoted as it was met.
        for found in pattern.finditer(re.sub(r"«[^»]*»", "«»", bare)):
            yield Said.of(N_("%(advice)s: …%(what)s…"), advice=Said.of(advice), what=_around(found.string, found))
    for line in text.splitlines():
        double = None if line.lstrip().startswith("|") else _DOUBLE_SPACE.search(line)
        if double:
            yield Said.of(N_("two spaces: …%(what)s…"), what=_around(line, double))
    for phrase in banned:
        if phrase.language == language:
            for found in re.finditer(wildcard(phrase.wrong), bare, re.IGNORECASE):
                yield Said.of(
                    N_("write “%(right)s” for “%(wrong)s”: …%(what)s…"),
                    right=phrase.right,
                    wrong=found.group(),
                    what=_around(bare, found),
                )
    result = measure(text)
    if result.longest_sentence > LONGEST_SENTENCE:
        yield Said.of(
            N_("a sentence of %(words)s words; split it (at most %(most)s)"),
            words=result.longest_sentence,
            most=LONGEST_SENTENCE,
        )
    if result.longest_paragraph > LONGEST_PARAGRAPH:
        yield Said.of(
            N_("a paragraph of %(words)s words; split it (at most %(most)s)"),
            words=result.longest_paragraph,
            most=LONGEST_PARAGRAPH,
        )
    if language == "en":
        yield from _leftovers(text)


def _leftovers(text: str) -> Iterator[Said]:
    """Yield Ukrainian words in English text that stand outside brackets, quotation marks and emphasis."""
    bare = re.sub(r"\([^()]*\)|“[^”]*”|«[^»]*»|\*[^*]*\*|\[[^\]]*\]\([^)]*\)", " ", text)
    for found in re.finditer(rf"[{_CYRILLIC}]{{3,}}", bare):
        yield Said.of(N_("Ukrainian left in English text: …%(what)s…"), what=_around(bare, found))


def _around(text: str, found: re.Match[str]) -> str:
    return " ".join(text[max(0, found.start() - 20) : found.end() + 20].split())
