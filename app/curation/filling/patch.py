"""Writes values into the text of a YAML file so that only the lines of what differs are touched.

Comments, order, quotes and line breaks of everything else stay to the letter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

import yaml

WIDTH = 120
"""Where long texts break, in files that break them at all."""

_ENDLESS = 1_000_000


class PatchError(Exception):
    """The text is no YAML, so nothing can be written into it."""


@dataclass(frozen=True)
class _Edit:
    start: int
    end: int
    text: str


@dataclass
class _Draft:
    """The edits of one text as they are found."""

    text: str
    width: int
    edits: list[_Edit] = field(default_factory=list)

    def replace(self, start: int, end: int, text: str) -> None:
        self.edits.append(_Edit(start, end, text))

    def applied(self) -> str:
        parts, last = [], 0
        for edit in sorted(self.edits, key=lambda one: (one.start, one.end)):
            parts += [self.text[last : edit.start], edit.text]
            last = edit.end
        return "".join([*parts, self.text[last:]])

    def line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Return the place behind the end of the line of `at`."""
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found + 1


def parsed(text: str) -> Any:
    """Return the value of a YAML text. Raises PatchError."""
    try:
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a day such as 2026-02-30
        raise PatchError(str(error)) from error


def patched(text: str, wanted: Any) -> str:
    """Return `text` changed so that it reads as `wanted`.

    What cannot be written in place is written anew as a whole, which loses its comments but never a value. Raises
    PatchError where `text` is not YAML.
    """
    had = parsed(text)
    if same(had, wanted):
        return text
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    if root is None:
        return text + _dumped(wanted, _ENDLESS)
    draft = _Draft(text, WIDTH if _breaks(root) else _ENDLESS)
    _write(draft, root, had, wanted, 0)
    result = draft.applied()
    try:
        if same(parsed(result), wanted):
            return result
    except PatchError:
        pass
    return _dumped(wanted, draft.width)


def same(left: Any, right: Any) -> bool:
    """Say whether two values are written alike: also of one type, and with their keys in one order."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def _write(draft: _Draft, node: yaml.Node, had: Any, wanted: Any, column: int) -> None:
    """Write what differs below `node`, whose own place cannot be moved; `column` is where its block would stand."""
    if same(had, wanted):
        return
    if isinstance(node, yaml.MappingNode) and isinstance(wanted, dict) and wanted and had:
        if node.flow_style:
            _write_flow(draft, node, had, wanted)
        else:
            _write_mapping(draft, node, had, wanted)
    elif isinstance(node, yaml.SequenceNode) and isinstance(wanted, list) and wanted and had and not node.flow_style:
        _write_sequence(draft, node, had, wanted)
    else:
        style = node.style if isinstance(node, yaml.ScalarNode) else None
        draft.replace(node.start_mark.index, _end(node), _flow(wanted, style))


def _write_flow(draft: _Draft, node: yaml.MappingNode, had: dict[str, Any], wanted: dict[str, Any]) -> None:
    if list(had) != list(wanted):
        draft.replace(node.start_mark.index, _end(node), _flow(wanted, None))
        return
    for (_, value), key in zip(node.value, had, strict=True):
        _write(draft, value, had[key], wanted[key], 0)


def _write_mapping(draft: _Draft, node: yaml.MappingNode, had: dict[str, Any], wanted: dict[str, Any]) -> None:
    column = node.start_mark.column
    entries = list(zip(node.value, had, strict=True))
    # The first key may stand behind the dash of a list, so its line is never taken out or moved.
    kept = [key for key in had if key in wanted]
    if kept[:1] != list(had)[:1] or [key for key in wanted if key in had] != kept:
        _rewrite(draft, node, wanted)
        return
    for (name, value), key in entries:
        if key not in wanted:
            draft.replace(draft.line_start(name.start_mark.index), draft.line_end(_end(value)), "")
        elif not same(had[key], wanted[key]):
            if _fits(value, wanted[key]):
                _write(draft, value, had[key], wanted[key], column)
            else:
                start = name.start_mark.index
                draft.replace(start, _end(value), _entry(key, wanted[key], column, draft.width, _style(value)))
    behind = {key: _end(value) for (_, value), key in entries}
    last = next(iter(had))
    added: dict[str, list[str]] = {}
    for key in wanted:
        if key in had:
            last = key
        else:
            added.setdefault(last, []).append(key)
    for after, keys in added.items():
        lines = "".join(" " * column + _entry(key, wanted[key], column, draft.width, None) + "\n" for key in keys)
        _insert(draft, draft.line_end(behind[after]), lines)


def _write_sequence(draft: _Draft, node: yaml.SequenceNode, had: list[Any], wanted: list[Any]) -> None:
    column = node.start_mark.column
    # The dash of the first item is where the list begins.
    dash = [draft.text.rfind("-", 0, item.start_mark.index + 1) for item in node.value]
    ends = [_end(item) for item in node.value]

    def lines(items: Iterable[Any]) -> str:
        return "".join(" " * column + _item(item, column, draft.width, draft.text[dash[0] :]) for item in items)

    for what, start, end, first, stop in _aligned(had, wanted):
        if what == "equal":
            continue
        pairs = min(end - start, stop - first)
        for offset in range(pairs):
            _write_item(draft, node, dash, start + offset, had[start + offset], wanted[first + offset], column)
        for gone in range(start + pairs, end):
            draft.replace(draft.line_start(dash[gone]), draft.line_end(ends[gone]), "")
        if first + pairs < stop:
            place = start + pairs
            at = draft.line_start(dash[place]) if place < len(dash) else draft.line_end(ends[-1])
            _insert(draft, at, lines(wanted[first + pairs : stop]))


def _write_item(
    draft: _Draft, node: yaml.SequenceNode, dash: list[int], place: int, had: Any, wanted: Any, column: int
) -> None:
    item = node.value[place]
    if _fits(item, wanted) and not _moves(item, had, wanted):
        _write(draft, item, had, wanted, column + 2)
    else:
        in_line = isinstance(item, yaml.ScalarNode) or item.flow_style
        written = _flow(wanted, _style(item)) if in_line else _item(wanted, column, draft.width, "")[2:].rstrip("\n")
        draft.replace(item.start_mark.index, _end(item), written)


def _aligned(had: list[Any], wanted: list[Any]) -> list[tuple[str, int, int, int, int]]:
    left, right = [repr(item) for item in had], [repr(item) for item in wanted]
    return list(SequenceMatcher(None, left, right, autojunk=False).get_opcodes())


def _fits(node: yaml.Node, wanted: Any) -> bool:
    """Say whether `wanted` can be written where `node` stands, piece by piece."""
    if isinstance(node, yaml.ScalarNode):
        return False
    if isinstance(node, yaml.CollectionNode) and node.flow_style:
        return True
    return bool(wanted) and isinstance(wanted, dict if isinstance(node, yaml.MappingNode) else list)


def _moves(node: yaml.Node, had: Any, wanted: Any) -> bool:
    """Say whether a mapping loses its first key or has its keys in another order."""
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        return False
    kept = [key for key in had if key in wanted]
    return kept[:1] != list(had)[:1] or [key for key in wanted if key in had] != kept


def _rewrite(draft: _Draft, node: yaml.MappingNode, wanted: dict[str, Any]) -> None:
    column = node.start_mark.column
    pieces = [_entry(key, value, column, draft.width, None) for key, value in wanted.items()]
    draft.replace(node.start_mark.index, _end(node), ("\n" + " " * column).join(pieces))


def _insert(draft: _Draft, at: int, lines: str) -> None:
    if at and draft.text[at - 1] != "\n":
        lines = "\n" + lines.removesuffix("\n")
    draft.replace(at, at, lines)


def _entry(key: str, value: Any, column: int, width: int, style: str | None) -> str:
    """Return ``key: value`` as it is written at `column`, without the indentation of its first line."""
    nested: Any = {key: _Styled(value, style) if isinstance(value, str) and style in ("'", '"') else value}
    depth = column // 2
    for _ in range(depth):
        nested = {"-": nested}
    lines = _dumped(nested, width).rstrip("\n").split("\n")[depth:]
    # Only an odd column differs from what nesting gives.
    odd = " " * (column - 2 * depth)
    return "\n".join([lines[0].lstrip(" "), *(odd + line if line else line for line in lines[1:])])


def _item(value: Any, column: int, width: int, sample: str) -> str:
    """Return a line or more of a list, the first from its dash on, in the shape of `sample`."""
    if sample.startswith(("- {", "-   {", "- [")):
        return f"- {_flow(value, None)}\n"
    if isinstance(value, dict) and value:
        pieces = [_entry(key, one, column + 2, width, None) for key, one in value.items()]
        return "- " + ("\n" + " " * (column + 2)).join(pieces) + "\n"
    return f"- {_flow(value, None)}\n"


class _Styled(str):
    """A text with the quotes that it had."""

    style: str | None

    def __new__(cls, text: str, style: str | None) -> _Styled:
        made = super().__new__(cls, text)
        made.style = style
        return made


class _Dumper(yaml.SafeDumper):
    """Writes as the shipped files are written."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(
    _Styled, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), text.style)
)


def _dumped(value: Any, width: int, *, flow: bool = False) -> str:
    return str(
        yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=width, default_flow_style=flow)
    )


def _flow(value: Any, style: str | None) -> str:
    """Return a value in one line, as it may stand within brackets."""
    if isinstance(value, str) and style in ("'", '"'):
        value = _Styled(value, style)
    return _dumped([value], _ENDLESS, flow=True).strip()[1:-1]


def _style(node: yaml.Node) -> str | None:
    return node.style if isinstance(node, yaml.ScalarNode) else None


def _end(node: yaml.Node) -> int:
    """Return where what is written for `node` ends. A block ends with its last piece, not where the next begins."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _end(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _end(node.value[-1])
    return int(node.end_mark.index)


def _breaks(node: yaml.Node) -> bool:
    """Say whether any text below `node` goes on in a second line."""
    if isinstance(node, yaml.ScalarNode):
        return bool(node.end_mark.line > node.start_mark.line)
    children = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
    return any(map(_breaks, children))
