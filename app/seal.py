"""How extracts are drawn and signed on this site: the desk's decision, the page, the seal and the settings together."""

from __future__ import annotations

from functools import partial

from flask import Flask, url_for

from app.config import Settings
from app.documents.draw import draw
from app.documents.extract import issuer_words
from app.documents.seal import kept_seal
from app.extracts.desk.decision import Sheet
from app.extracts.desk.paper import extract_data
from app.extracts.desk.staff import DRAW
from app.web.hosts import full_address


def install_seal(site: Flask, settings: Settings) -> None:
    """Let the desk of `site` issue extracts, signed with the key of `settings`."""
    site.extensions[DRAW] = partial(_signed, settings)


def _signed(settings: Settings, sheet: Sheet) -> bytes:
    seal = kept_seal(settings.seal, now=sheet.issued_at)
    issuer = issuer_words(settings.issuer, settings.issuer_en, seal.certified)
    page = full_address(url_for("verifying.verify", language="uk"))
    drawn = draw(extract_data(sheet, issuer=issuer, verify_page=page), seal.certified)
    return seal.sign(drawn, signed_at=sheet.issued_at)
