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

M = TypeVar("M", bound=BaseModel)

_SUFFIXES = {".yaml", ".md"}


@dataclass(frozen=True)
class Fault:
    """Something wrong in a content file: where it stands and what to do about it."""

    path: str
    place: str
    message: str

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


class Reader:
    """Reads items of a library into models and collects faults instead of stopping at the first."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.faults: list[Fault] = []

    def fault(self, path: str, place: str, message: str) -> None:
        self.faults.append(Fault(path, place, message))

    def data(self, path: str) -> Any:
        """Return the YAML of the file at `path`, or None with a fault recorded."""
        text = self.library.files.get(path)
        if text is None:
            self.fault(path, "", "this file is missing; add it")
            return None
        try:
            return yaml.load(text, Loader=yaml.CSafeLoader)
        except (yaml.YAMLError, ValueError) as error:  # ValueError: a day such as 2026-02-30
            mark = getattr(error, "problem_mark", None)
            line = f"line {mark.line + 1}" if mark else ""
            self.fault(path, line, f"not readable as YAML: {getattr(error, 'problem', error)}; mend the syntax")
            return None

    def prose(self, path: str) -> tuple[dict[str, Any], str] | None:
        """Return (front matter, Markdown body) of the file at `path`, or None with a fault recorded."""
        text = self.library.files.get(path)
        if text is None:
            self.fault(path, "", "this file is missing; add it")
            return None
        try:
            post = frontmatter.loads(text)
        except (yaml.YAMLError, ValueError) as error:  # ValueError: a day such as 2026-02-30
            self.fault(path, "front matter", f"not readable as YAML: {error}; mend the syntax")
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
                self.fault(path, place, f"{item['msg'].lower()} (found {given}); correct this field")
            return None
