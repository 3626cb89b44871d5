"""Dorohovkaz: a signpost for families of missing people.

The package is named like ``app.py`` beside it and wins on import, so everything that others need lives here.
The factory is re-exported lazily: a pure module such as ``app.pathways.walk`` loads without Flask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.site import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    if name == "create_app":
        from app.site import create_app

        return create_app
    raise AttributeError(name)
