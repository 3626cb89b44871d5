"""Style sheet, scripts and icons: read once, named by their hash, so that a browser keeps them for a year."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort

from app.web.cache import keep

FOLDER = Path(__file__).resolve().parent.parent / "static"
YEAR = 31_536_000


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
