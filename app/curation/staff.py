"""The editors' pages."""

from __future__ import annotations

from flask import Blueprint

from app.web.language import in_language

blueprint = in_language(Blueprint("curation", __name__))
