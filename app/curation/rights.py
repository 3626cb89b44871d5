"""Who may do what to which item: the one place that rights by kind and by topic go through."""

from __future__ import annotations

from collections.abc import Collection

from app.accounts.model import Permission
from app.content.confirmed import is_translation
from app.curation.model import CurationError, Deed

REVIEWING = frozenset(
    {Deed.RETURN, Deed.APPROVE, Deed.SCHEDULE, Deed.UNSCHEDULE, Deed.PUBLISH, Deed.FAIL}
)  # fmt: skip
"""Deeds of reviewers; all others are those of editors."""


class NotAllowedError(CurationError):
    """This person may not do this to this item."""


def may(permissions: Collection[str], path: str, deed: Deed) -> bool:
    """Say whether whoever holds `permissions` may do `deed` to the item at `path`."""
    if deed in REVIEWING:
        return Permission.REVIEW_CONTENT in permissions
    translates = Permission.TRANSLATE_CONTENT in permissions and is_translation(path)
    return translates or Permission.EDIT_CONTENT in permissions


def checked(permissions: Collection[str], path: str, deed: Deed) -> None:
    """Raise NotAllowedError where `may` says no."""
    if not may(permissions, path, deed):
        raise NotAllowedError(f"{deed} of {path}")
