"""Style sheet, scripts and icons: read once, named by their hash, so that a browser keeps them for a year."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, g
from markupsafe import Markup

from app.web.cache import keep

FOLDER = Path(__file__).resolve().parent.parent / "static"
YEAR = 31_536_000
SPRITE = "icons.svg"
_SYMBOL = re.compile(r'<symbol id="([a-z]+)".*?</symbol>', re.DOTALL)


@dataclass(frozen=True)
class Asset:
    """A file of the static folder: its bytes, media type and the name that carries its hash."""

    body: bytes
    media_type: str
    hashed: str


def read_assets(folder: Path = FOLDER) -> Mapping[str, Asset]:
    """Read every file of `folder` by its plain name; CSS loses comments and needless space."""
    found = {}
    for path in sorted(folder.iterdir()):
        body = path.read_bytes()
        if path.suffix == ".css":
            body = compact_css(body.decode()).encode()
        mark = hashlib.blake2b(body, digest_size=5).hexdigest()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        found[path.name] = Asset(body, kind, f"{path.stem}.{mark}{path.suffix}")
    return found


def compact_css(text: str) -> str:
    """Drop comments, line breaks and spaces around punctuation. Strings with such punctuation are not used here."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"\s*([{};,>])\s*", r"\1", text).replace(";}", "}").replace(": ", ":").strip()


def install_assets(app: Flask) -> None:
    """Serve the assets below ``/static/`` and give templates ``asset('site.css')``."""
    assets = read_assets()
    by_hash = {asset.hashed: asset for asset in assets.values()}
    blueprint = Blueprint("assets", __name__)

    @blueprint.get("/static/<name>")
    def static(name: str) -> Response:
        asset = by_hash.get(name) or assets.get(name)
        if asset is None:
            abort(404)
        response = Response(asset.body, mimetype=asset.media_type)
        if name in by_hash:
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        else:
            response.headers["Cache-Control"] = "public, max-age=300"
        return keep(response, YEAR)

    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = lambda name: f"/static/{assets[name].hashed}"
    symbols = read_symbols(assets[SPRITE].body.decode())
    app.jinja_env.globals["icon"] = lambda name: _icon(symbols, name)
    app.jinja_env.globals["icon_sheet"] = lambda: _icon_sheet(symbols)


def read_symbols(sprite: str) -> Mapping[str, str]:
    """Return the symbols of a sprite by id, as they stand in it."""
    return {found.group(1): found.group(0) for found in _SYMBOL.finditer(sprite)}


def _icon(symbols: Mapping[str, str], name: str) -> Markup:
    """Return a drawing that stands beside words and says nothing itself; its lines come once at the page's end."""
    if name not in symbols:
        raise KeyError(f"{SPRITE} has no symbol {name!r}")
    g.setdefault("icons", set()).add(name)
    return Markup('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>').format(name)


def _icon_sheet(symbols: Mapping[str, str]) -> Markup:
    """Return the lines of the icons that the page has used."""
    used = "".join(symbols[name] for name in sorted(g.get("icons", ()))).replace('id="', 'id="i-')
    # The sprite is a file of our own: nothing in it comes from anyone else.
    return Markup('<svg class="none">{}</svg>').format(Markup(used)) if used else Markup()  # noqa: S704
