"""The pages of staff and volunteers as their header lists them: each slice adds its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app

from app.web.access import actor

_KEY = "dorohovkaz-desk"


@dataclass(frozen=True)
class DeskPage:
    """A page in the header: its endpoint, its name (a lazy string), and the permission without which it is left out."""

    endpoint: str
    title: Any
    permission: str


def add_desk_page(app: Flask, endpoint: str, title: Any, permission: str) -> None:
    """List a page in the header of everybody who may open it."""
    app.extensions.setdefault(_KEY, []).append(DeskPage(endpoint, title, permission))


def desk_pages() -> list[DeskPage]:
    """Return the pages that whoever is signed in may open."""
    pages = cast(list[DeskPage], current_app.extensions.get(_KEY, []))
    return [page for page in pages if page.permission in actor().permissions]
