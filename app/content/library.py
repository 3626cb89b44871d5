"""One edition of the content as text at paths, and the faults found in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import frontmatter
import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.kernel.said import N_, Said, SaidError

M = TypeVar("M", bound=BaseModel)

_PROBLEMS = {
    "missing": N_("field required"),
    "extra_forbidden": N_("extra inputs are not permitted"),
    "string_type": N_("input should be a valid string"),
    "list_type": N_("input should be a valid list"),
    "tuple_type": N_("input should be a valid list"),
    "dict_type": N_("input should be a valid dictionary"),
    "model_type": N_("input should be a valid dictionary"),
    "int_parsing": N_("input should be a whole number"),
    "bool_parsing": N_("input should be true or false"),
    "enum": N_("input should be %(expected)s"),
    "literal_error": N_("input should be %(expected)s"),
    "string_pattern_mismatch": N_("string should match pattern '%(pattern)s'"),
    "string_too_short": N_("string should have at least %(min_length)s characters"),
    "string_too_long": N_("string should have at most %(max_length)s characters"),
    "too_short": N_("at least %(min_length)s items are needed"),
}
"""What the validator's own kinds of errors say, for those that editors cause."""

_SUFFIXES = {".yaml", ".md"}


@dataclass(frozen=True)
class Fault:
    """Something wrong in a content file: where it stands and what to do about it."""

    path: str
    place: str
    words: Said | str

    @property
    def message(self) -> str:
        """What is wrong, in English."""
        return str(self.words)

    def __str__(self) -> str:
        place = f" ({self.place})" if self.place else ""
        return f"content/{self.path}{place}: {self.message}"


class ContentError(Exception):
    """The content cannot be served. Carries every fault found; an editor mends the named files."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(frozen=True)
class Library:
    """The files of one edition: path below ``content/`` to text. Frozen; a new edition is a new library."""

    files: Mapping[str, str]
    digest: str = field(default="", compare=False)

    @classmethod
    def of(cls, files: Mapping[str, str]) -> Library:
        """Make a library of `files`, with a digest that changes when any path or text does."""
        running = hashlib.sha256()
        for path in sorted(files):
            running.update(path.encode() + b"\0" + files[path].encode() + b"\0")
        return cls(MappingProxyType(dict(files)), running.hexdigest()[:16])

    @classmethod
    def read(cls, root: Path) -> Library:
        """Read every YAML and Markdown file below `root`."""
        return cls.of(
            {
                # As bytes: every line ends as it does in the file, so that it can be written back to the letter.
                path.relative_to(root).as_posix(): path.read_bytes().decode("utf-8")
                for path in sorted(root.rglob("*"))
                if path.suffix in _SUFFIXES and path.is_file()
            }
        )

    def write(self, root: Path) -> None:
        """Write every file below `root` as it was read; content files there that this edition has not are removed.

        Raises OSError.
        """
        for old in Library.read(root).files.keys() - self.files.keys():
            (root / old).unlink()
        for path, text in self.files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode("utf-8"))

    def paths(self, prefix: str, suffix: str) -> Iterator[str]:
        """Yield the paths below `prefix` that end in `suffix`, in order."""
        return (path for path in sorted(self.files) if path.startswith(prefix) and path.endswith(suffix))


def _problem(error: ErrorDetails) -> Said:
    """Return what the validator says of a field."""
    context = error.get("ctx", {})
    if isinstance(own := context.get("error"), SaidError):
        return own.said
    known = _PROBLEMS.get(error["type"])
    return Said.of(known, **context) if known else Said.of(error["msg"].lower())


class Reader:
    """Reads items of a library into models and collects faults instead of stopping at the first."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.faults: list[Fault] = []

    def fault(self, path: str, place: str, words: Said | str, /, **values: object) -> None:
        """Record a fault. `words` is an English sentence of the catalogue; `values` stand in it by name."""
        self.faults.append(Fault(path, place, Said.of(words, **values) if isinstance(words, str) else words))

    def data(self, path: str) -> Any:
        """Return the YAML of the file at `path`, or None with a fault recorded."""
        text = self.library.files.get(path)
        if text is None:
            self.fault(path, "", N_("this file is missing; add it"))
            return None
        try:
            return yaml.load(text, Loader=yaml.CSafeLoader)
        except (yaml.YAMLError, ValueError) as error:  # ValueError: a day such as 2026-02-30
            mark = getattr(error, "problem_mark", None)
            line = f"line {mark.line + 1}" if mark else ""
            self.fault(
                path,
                line,
                N_("not readable as YAML: %(problem)s; mend the syntax"),
                problem=getattr(error, "problem", error),
            )
            return None

    def prose(self, path: str) -> tuple[dict[str, Any], str] | None:
        """Return (front matter, Markdown body) of the file at `path`, or None with a fault recorded."""
        text = self.library.files.get(path)
        if text is None:
            self.fault(path, "", N_("this file is missing; add it"))
            return None
        try:
            post = frontmatter.loads(text)
        except (yaml.YAMLError, ValueError) as error:  # ValueError: a day such as 2026-02-30
            self.fault(path, "front matter", N_("not readable as YAML: %(problem)s; mend the syntax"), problem=error)
            return None
        return dict(post.metadata), str(post.content)

    def model(self, kind: type[M], path: str, data: Any) -> M | None:
        """Validate `data` as `kind`; every fault is recorded with its field."""
        if data is None:
            return None
        try:
            return kind.model_validate(data)
        except ValidationError as error:
            for item in error.errors():
                place = ".".join(str(part) for part in item["loc"])
                given = repr(item["input"])[:60]
                self.fault(
                    path,
                    place,
                    N_("%(problem)s (found %(given)s); correct this field"),
                    problem=_problem(item),
                    given=given,
                )
            return None
