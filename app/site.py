"""The application: settings, edition, pages and middleware put together."""

from __future__ import annotations

import gc
import logging
import threading

from flask import Flask, Response, g, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

import app.accounts.invitation.public
import app.accounts.staff
import app.demo
import app.device
import app.directory.public
import app.front
import app.guidance.public
import app.pathways.public
import app.search.public
import app.styleguide
import app.wall
from app.accounts.needs import KEY as ACCOUNTS_NEED
from app.accounts.needs import Needs
from app.accounts.sign_in.public import install_accounts, new_hash
from app.accounts.sign_in.staff import install_own_account
from app.cli import install_commands
from app.config import ROOT, Settings, secret
from app.content.library import ContentError, Library
from app.directory.labels import hours_text, kind_text, open_text
from app.directory.model import Directory
from app.directory.model import Kind as BodyKind
from app.edition import read_edition, searchable
from app.kernel.dates import in_words
from app.kernel.languages import PUBLIC, SOURCE
from app.search.documents import Kind
from app.search.find import Search
from app.web.assets import install_assets
from app.web.cache import PageCache
from app.web.database import database, install_database
from app.web.edition import Edition, part, set_edition
from app.web.headers import install_headers
from app.web.language import install_language, language, this_page_in
from app.web.limits import install_limits
from app.web.parts import install_parts

log = logging.getLogger(__name__)


def create_app(settings: Settings | None = None, edition: Edition | None = None) -> Flask:
    """Return the site for `settings` (default: the environment), serving `edition` (default: the content folder).

    Raises ConfigError for a wrong setting. Content that cannot be read fails the pages, not the commands.
    """
    settings = settings or Settings.from_environment()
    site = Flask("app", static_folder=None)
    site.config.update(
        SECRET_KEY=secret(settings),
        TRANSLATIONS=ROOT / "translations",
        SITE_URL=settings.site_url,
        SECURITY_CONTACT=settings.security_contact,
        OPERATOR=settings.operator,
        MAX_CONTENT_LENGTH=1_000_000,
        SETTINGS=settings,
    )
    site.jinja_env.trim_blocks = site.jinja_env.lstrip_blocks = True
    site.jinja_env.globals.update(
        language=language, languages=PUBLIC, this_page_in=this_page_in, hours_text=hours_text, open_text=open_text,
        kind_text=kind_text, dated=lambda day: in_words(day, language()),
    )  # fmt: skip
    install_language(site)
    install_assets(site)
    install_headers(site, hsts=settings.hsts)
    install_parts(site)
    install_database(site)
    install_limits(site, storage=settings.rate_limit_storage, pdf=settings.pdf_limit)
    install_commands(site)
    site.extensions[ACCOUNTS_NEED] = Needs(
        organisations=organisations, hash_password=new_hash, sign_in=lambda: f"/{language()}/account/sign-in"
    )
    for blueprint in (
        app.front.blueprint,
        app.front.home_blueprint,
        app.pathways.public.blueprint,
        app.guidance.public.blueprint,
        app.directory.public.blueprint,
        app.search.public.blueprint,
        app.styleguide.blueprint,
        app.wall.blueprint,
        app.device.blueprint,
        app.device.pages_blueprint,
        app.accounts.invitation.public.blueprint,
        app.accounts.staff.blueprint,
    ):
        site.register_blueprint(blueprint)
    install_accounts(site, settings)
    install_own_account(site)
    _install_error_pages(site)
    try:
        whole = edition or read_edition(Library.read(settings.content))
        set_edition(site, whole if Search in whole.parts else searchable(whole, settings.search))
    except ContentError as error:
        # Commands must work on broken content: `content check` is what names the faults. The server refuses to start.
        set_edition(site, error)
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        site.wsgi_app = ProxyFix(site.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    site.wsgi_app = PageCache(site.wsgi_app, max_bytes=settings.page_cache_mb * 2**20)  # type: ignore[method-assign]
    return site


def serve() -> Flask:
    """Return the site as a worker serves it: the search is open before the first reader comes."""
    site = create_app()
    site.config["DEMO"] = app.demo.is_demo(database(site))
    with site.app_context():
        finder = part(Search).finder
    threading.Thread(target=finder.warm, name="warm-search", daemon=True).start()
    # Content, index and dictionaries stay for good: the collector need not look at them at every turn.
    gc.freeze()
    return site


def organisations(language: str) -> list[tuple[str, str]]:
    """Return (id, name) of the organisations that volunteers can belong to, by name."""
    bodies = [body for body in part(Directory) if body.kind is not BodyKind.GENERIC]
    return sorted(((body.id, body.name[language]) for body in bodies), key=lambda pair: pair[1].casefold())


def _near(path: str) -> list[tuple[str, str]]:
    """Return (address, title) of the articles that a mistyped or old address may have meant."""
    wanted = path.strip("/").rpartition("/")[2].replace("-", " ").replace("_", " ")
    try:
        found = part(Search).finder.find(wanted)
    except ContentError:
        return []
    articles = [hit.document for hit in found.hits or found.nearest if hit.document.kind is Kind.ARTICLE]
    shown = [(document, document.texts.get(g.language) or document.texts[SOURCE]) for document in articles[:3]]
    return [(url_for("guidance.article", slug=document.target), text.title) for document, text in shown]


def _install_error_pages(site: Flask) -> None:
    """Every error offers the next door, in the language of the address; nothing is ever a stack trace."""

    def page(code: int) -> tuple[str, int]:
        first = request.path.strip("/").split("/")[0]
        g.language = first if first in PUBLIC else SOURCE
        g.pop("catalogue", None)
        return render_template("error.html", code=code, near=_near(request.path) if code == 404 else []), code

    @site.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response | tuple[str, int]:
        if error.response is not None:
            return error.response  # type: ignore[return-value]
        return page(error.code or 500)

    @site.errorhandler(Exception)
    def _unexpected(error: Exception) -> tuple[str, int]:
        # The path is logged without its query and without the secret of a link: neither ever reaches a log.
        secret_part = (request.view_args or {}).get("token")
        path = request.path.replace(secret_part, "...") if secret_part else request.path
        log.exception("unexpected error at %s", path, exc_info=error)
        return page(500)
