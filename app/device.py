"""The site on the reader's own device: keeping a plan, only for those who ask, its removal, and the installed icon."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, json, render_template, url_for
from flask_babel import gettext

from app.guidance.model import Guidance
from app.guidance.reading import teasers
from app.kernel.dates import KYIV, in_words
from app.pathways.public import asked_plan, is_long, plan_links
from app.pathways.sheet import Sheet
from app.web.assets import FOLDER
from app.web.cache import keep
from app.web.edition import live, part
from app.web.forgery import by_own_script
from app.web.language import in_language, language
from app.web.pages import DAY, MINUTE, answers_page, public_page

blueprint = Blueprint("device", __name__)
pages_blueprint = in_language(Blueprint("kept", __name__))

PAPER = "#fbf8f1"
PLAIN = "#f4f4f2"


@dataclass(frozen=True)
class KeptPage:
    """A page to be kept: its address, its title in the list, and what it is.

    A page of the kind `own` belongs to the keeping itself and stands in no list.
    """

    address: str
    title: str
    kind: str


@pages_blueprint.get("/keep")
def keep_plan() -> Response:
    """Explain what keeping the plan of this address stores and risks, and offer it, and ways without it."""
    position, sheet = asked_plan()
    links = plan_links(position)
    kinds = [page.kind for page in pages_of(sheet, links)]
    return answers_page(
        "device/keep.html",
        links=links,
        list_address=f"{url_for('kept.keep_list')}?{links['plan'].partition('?')[2]}",
        articles=kinds.count("article"),
        organisations=kinds.count("organisation"),
        steps=kinds.count("step"),
        is_occupied="occupied" in position.answers.get("family", ()),
        # Not the host asked for: the page is kept, and one reader's Host header would be told to others.
        host=urlsplit(current_app.config["SITE_URL"]).netloc,
    )


@pages_blueprint.get("/keep.json")
def keep_list() -> Response:
    """List for the worker what belongs to the plan of this address, with the words it needs.

    The list, and with it its ETag, stays the same until the edition, the site or the day is another one.
    """
    position, sheet = asked_plan()
    links = plan_links(position)
    day = in_words(datetime.now(KYIV).date(), language())
    response = _json(
        {
            "language": language(),
            "edition": _edition(),
            "address": links["plan"],
            "title": "; ".join(title for _, title, _ in sheet.situations),
            "since": gettext("Kept on %(day)s", day=day),
            "pages": [vars(page) for page in pages_of(sheet, links)],
            "offline": url_for("kept.offline"),
            "script": _asset("copy.js"),
            "disguise": {
                "name": gettext("Notes"),
                "icon": _asset("note.svg"),
                "manifest": url_for("kept.discreet_manifest"),
            },
            "words": {
                "kept": _note(gettext("Kept on this phone on %(day)s. Dates are counted from that day.", day=day)),
                "updated": _note(gettext("Updated on %(day)s. Dates are counted from that day.", day=day)),
                "refreshed": gettext("This page has been updated. Show it anew"),
                "state": gettext("How far you are"),
                "states": [
                    f"{shape} {text}"
                    for shape, text in zip(
                        "○◐◔●",
                        (gettext("Not started"), gettext("Started"), gettext("Waiting until"), gettext("Done")),
                        strict=True,
                    )
                ],
            },
        },
        "application/json",
    )
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return keep(response, 10 * MINUTE, quick=True)


@pages_blueprint.get("/kept")
def kept() -> Response:
    """Show what is kept on this device, and remove it. The list is made on the device: the site does not know it."""
    return public_page("device/kept.html")


@pages_blueprint.get("/offline")
def offline() -> Response:
    """Say that there is no connection, and offer the kept plan. Shown in place of pages that are not kept."""
    return public_page("device/offline.html")


@pages_blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """The site as an icon on the home screen."""
    name = gettext("Dorohovkaz")
    return _manifest(name, start=url_for("home.home"), icon="icon", colour=PAPER, display="minimal-ui")


@pages_blueprint.get("/notes.webmanifest")
def discreet_manifest() -> Response:
    """The same under a neutral name and icon, used on pages kept discreetly; it shows no address."""
    return _manifest(gettext("Notes"), start=url_for("kept.kept"), icon="note", colour=PLAIN, display="standalone")


@blueprint.get("/sw.js")
def worker() -> Response:
    """The worker that keeps plans. It stands at the root, so that it may answer for every page."""
    response = Response((FOLDER / "sw.js").read_bytes(), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Service-Worker-Allowed"] = "/"
    return keep(response, DAY)


@blueprint.post("/forget")
@by_own_script
def forget() -> Response:
    """Have the browser drop what it remembers of this site: stored pages as well as everything kept.

    Only pages of this site may ask, or a stranger's page could remove a family's plan.
    """
    response = Response(status=204, mimetype="text/plain")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def pages_of(sheet: Sheet, links: dict[str, str]) -> list[KeptPage]:
    """Return the pages that belong to a plan: itself, what it links to, and the pages that speak of keeping."""
    title = gettext("Your plan")
    plan = [KeptPage(links["plan"], title, "plan")]
    if is_long(sheet):
        plan.append(KeptPage(links["whole"], gettext("Your plan in full"), "plan"))
    cards = {card.id: card for station in sheet.stations for card in station.cards}
    return [
        *plan,
        *(
            KeptPage(url_for("guidance.article", slug=item.slug), item.title, "article")
            for item in teasers(part(Guidance), sheet.articles, language())
        ),
        *(
            KeptPage(url_for("directory.organisation", id_=card.id), card.name, "organisation")
            for card in cards.values()
        ),
        *(
            KeptPage(url_for("pathways.step", id_=station.id), station.title, "step")
            for station in sheet.stations
        ),
        KeptPage(url_for("kept.kept"), "", "own"),
        KeptPage(url_for("kept.offline"), "", "own"),
    ]  # fmt: skip


def _edition() -> str:
    """What a kept page depends on: the edition of the content and the files that make pages of it."""
    return hashlib.blake2b(f"{live().digest} {_make()}".encode(), digest_size=9).hexdigest()


@lru_cache(maxsize=1)
def _make() -> str:
    """The digest of templates, scripts, styles and catalogues; they change only with a new start."""
    digest = hashlib.blake2b(digest_size=16)
    for folder in (FOLDER, FOLDER.parent / "templates", FOLDER.parent.parent / "translations"):
        for path in sorted(folder.rglob("*.*")):
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _note(text: str) -> str:
    return render_template("device/note.html", text=text)


def _asset(name: str) -> str:
    address: str = current_app.jinja_env.globals["asset"](name)  # type: ignore[operator]
    return address


def _manifest(name: str, *, start: str, icon: str, colour: str, display: str) -> Response:
    icons = [{"src": _asset(f"{icon}.svg"), "sizes": "any", "type": "image/svg+xml"}]
    icons += [
        {"src": _asset(f"{icon}-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    response = _json(
        {
            "name": name,
            "short_name": name,
            "lang": language(),
            "dir": "ltr",
            "start_url": start,
            "scope": "/",
            "display": display,
            "background_color": colour,
            "theme_color": colour,
            "icons": icons,
        },
        "application/manifest+json",
    )
    response.headers["Cache-Control"] = "public, max-age=300"
    return keep(response, DAY)


def _json(values: dict[str, object], media_type: str) -> Response:
    return Response(json.dumps(values, ensure_ascii=False, separators=(",", ":")), mimetype=media_type)
