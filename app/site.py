"""The application: settings, edition, pages and middleware put together."""

from __future__ import annotations

import gc
import logging.config
import threading
from typing import TYPE_CHECKING

from flask import Flask, url_for
from flask.helpers import get_debug_flag
from werkzeug.middleware.proxy_fix import ProxyFix

import app.accounts.invitation.public
import app.accounts.staff
import app.cases.asking.volunteer
import app.cases.consenting.volunteer
import app.cases.family.public
import app.cases.family.volunteer
import app.cases.keeping.volunteer
import app.cases.leading.volunteer
import app.cases.referring.public
import app.cases.referring.volunteer
import app.cases.taking.public
import app.cases.taking.volunteer
import app.cases.today.volunteer
import app.cases.training.volunteer
import app.cases.volunteer
import app.cases.working.papers.volunteer
import app.cases.working.talking.volunteer
import app.cases.working.volunteer
import app.curation.beginning.staff
import app.curation.changes.public
import app.curation.comparing.staff
import app.curation.counting.staff
import app.curation.editing.staff
import app.curation.filling.staff
import app.curation.graph.staff
import app.curation.impact.staff
import app.curation.items.staff
import app.curation.limiting.staff
import app.curation.listening.public
import app.curation.listening.staff
import app.curation.merging.staff
import app.curation.previewing.staff
import app.curation.publishing.staff
import app.curation.reviewing.staff
import app.curation.staff
import app.curation.translating.staff
import app.curation.verification.public
import app.curation.verification.staff
import app.curation.wording.staff
import app.demo
import app.device
import app.directory.public
import app.extracts.correcting.public
import app.extracts.correcting.staff
import app.extracts.desk.staff
import app.extracts.figures.staff
import app.extracts.following.public
import app.extracts.newer.public
import app.extracts.public
import app.extracts.repeating.public
import app.extracts.seen.public
import app.extracts.statistics.public
import app.extracts.verifying.public
import app.extracts.withdrawing.staff
import app.front
import app.guidance.public
import app.interop.feeds.public
import app.interop.route.public
import app.operations.mail.staff
import app.operations.staff
import app.pathways.embedding.public
import app.pathways.public
import app.register.staff
import app.search.public
import app.styleguide
import app.wall
from app.accounts.needs import KEY as ACCOUNTS_NEED
from app.accounts.needs import Needs
from app.accounts.sign_in.public import BLUEPRINT as SIGN_IN
from app.accounts.sign_in.public import install_accounts, new_hash
from app.accounts.sign_in.staff import install_own_account
from app.cli import install_commands
from app.config import ROOT, Settings, secret
from app.content.library import ContentError
from app.content.store import Unserved, unserved
from app.counting import Recorder
from app.curation.labels import fault_text
from app.curation.needs import KEY as CURATION_NEEDS
from app.curation.needs import Needs as CurationNeeds
from app.curation.verification.facts import key_of
from app.directory.labels import exception_text, hours_text, kind_text, open_text
from app.directory.model import Directory
from app.directory.model import Kind as BodyKind
from app.edition import searchable
from app.errors import install_error_pages
from app.files import open_shelf
from app.kernel.dates import day_and_time, in_words
from app.kernel.languages import PUBLIC
from app.kernel.logs import log_stray_errors, logging_config
from app.live import FOLLOWER, Follower, Press
from app.seal import install_seal
from app.search.find import Search
from app.storage.scanner import open_scanner
from app.web.access import account_key
from app.web.assets import install_assets
from app.web.bounds import Bodies, Door, install_bounds, install_field_bounds
from app.web.cache import PageCache
from app.web.cookies import install_cookies
from app.web.database import database, install_database, now, session
from app.web.edition import Edition, part, set_edition
from app.web.files import install_files
from app.web.forgery import ask_for_tokens, refuse_strangers
from app.web.headers import Headers
from app.web.hosts import install_hosts
from app.web.journal import Journal, install_journal
from app.web.language import install_language, language, this_page_in
from app.web.limits import Budget, Keys, install_limits, limit_views
from app.web.parts import install_parts
from app.web.tally import install_tally, tally

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS = 32
"""Threads of a worker. They are started as they are needed."""

BODIES = 24
"""Bodies that a worker takes in at once: however slowly they are sent, threads are left for readers."""

GUESSED = tuple(
    f"account.{name}"
    for name in ("login", "two_factor_token_validation", "mf_recovery", "verify", "wan_signin_response",
                 "wan_verify_response", "reset_password", "change_password")
)  # fmt: skip
"""Views of the sign-in that ask for something only one person knows or has."""

MAILED = ("account.forgot_password",)
"""Views by which a stranger has letters sent."""


def create_app(settings: Settings | None = None, edition: Edition | None = None) -> Flask:
    """Return the site for `settings` (default: the environment), serving `edition` (default: the content folder).

    Raises ConfigError for a wrong setting. Content that cannot be read fails the pages, not the commands.
    """
    if settings is None:
        settings = Settings.from_environment()
        logging.config.dictConfig(logging_config(settings.log_format, shows_values=get_debug_flag()))
    site = Flask("app", static_folder=None)
    site.config.update(
        SECRET_KEY=secret(settings),
        TRANSLATIONS=ROOT / "translations",
        SITE_URL=settings.site_url,
        SECURITY_CONTACT=settings.security_contact,
        OPERATOR=settings.operator,
        SETTINGS=settings,
    )
    site.jinja_env.trim_blocks = site.jinja_env.lstrip_blocks = True
    site.jinja_env.globals.update(
        language=language, languages=PUBLIC, this_page_in=this_page_in, hours_text=hours_text, open_text=open_text,
        exception_text=exception_text, kind_text=kind_text, fact_key=key_of, was_dialled=was_dialled,
        unserved=unserved_editions, fault_text=fault_text, dated=lambda day: in_words(day, language()),
    )  # fmt: skip
    install_language(site)
    install_assets(site)
    install_parts(site)
    install_tally(site)
    install_database(site)
    install_files(site, shelf=open_shelf(settings), scanner=open_scanner(settings.clamd))
    keys = Keys(site.config["SECRET_KEY"])
    _install_edges(site, settings, keys)
    install_commands(site)
    site.extensions[ACCOUNTS_NEED] = Needs(
        organisations=organisations,
        hash_password=new_hash,
        sign_in=lambda: url_for(f"{SIGN_IN}.login"),
        has_mail=bool(settings.mail_url),
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
        app.extracts.public.blueprint,
        app.extracts.following.public.blueprint,
        app.extracts.repeating.public.blueprint,
        app.extracts.newer.public.blueprint,
        app.extracts.seen.public.blueprint,
        app.extracts.correcting.public.blueprint,
        app.extracts.verifying.public.blueprint,
        app.extracts.statistics.public.blueprint,
        app.accounts.invitation.public.blueprint,
        app.accounts.staff.blueprint,
        app.operations.staff.blueprint,
        app.extracts.desk.staff.blueprint,
        app.extracts.correcting.staff.blueprint,
        app.extracts.withdrawing.staff.blueprint,
        app.extracts.figures.staff.blueprint,
        app.register.staff.blueprint,
        app.operations.mail.staff.blueprint,
        app.cases.volunteer.blueprint,
        app.cases.leading.volunteer.blueprint,
        app.cases.training.volunteer.blueprint,
        app.cases.taking.volunteer.blueprint,
        app.cases.taking.public.blueprint,
        app.cases.keeping.volunteer.blueprint,
        app.cases.working.volunteer.blueprint,
        app.cases.working.talking.volunteer.blueprint,
        app.cases.working.papers.volunteer.blueprint,
        app.cases.asking.volunteer.blueprint,
        app.cases.today.volunteer.blueprint,
        app.cases.referring.volunteer.blueprint,
        app.cases.referring.public.blueprint,
        app.cases.consenting.volunteer.blueprint,
        app.cases.family.volunteer.blueprint,
        app.cases.family.public.blueprint,
        app.curation.staff.blueprint,
        app.curation.verification.staff.blueprint,
        app.curation.verification.public.blueprint,
        app.curation.listening.public.blueprint,
        app.curation.listening.staff.blueprint,
        app.curation.counting.staff.blueprint,
        app.curation.changes.public.blueprint,
        app.interop.feeds.public.blueprint,
        app.interop.route.public.blueprint,
        app.pathways.embedding.public.blueprint,
        app.curation.translating.staff.blueprint,
        app.curation.wording.staff.blueprint,
        app.curation.impact.staff.blueprint,
        app.curation.graph.staff.blueprint,
        app.curation.filling.staff.blueprint,
        app.curation.limiting.staff.blueprint,
        app.curation.beginning.staff.blueprint,
    ):
        site.register_blueprint(blueprint)
    install_error_pages(site)
    install_accounts(site, settings)
    install_own_account(site)
    install_seal(site, settings)
    limit_views(site, Budget.GUESS, GUESSED)
    limit_views(site, Budget.FILING, MAILED)
    press, digest = Press(settings.content, settings.search), ""
    try:
        whole = edition or press.edition(press.shipped)
        digest = whole.digest
        set_edition(site, whole if Search in whole.parts else searchable(whole, settings.search))
    except ContentError as error:
        # Commands must work on broken content: `content check` is what names the faults. The server refuses to start.
        set_edition(site, error)
    kept = _wrap(site, settings, keys)
    follower = Follower(site, press, lambda: database(site), kept.clear, digest)
    site.extensions[FOLLOWER] = follower
    site.extensions[CURATION_NEEDS] = CurationNeeds(
        shipped=lambda: press.shipped,
        check=press.check,
        ready=press.ready,
        edition=press.edition,
        look=follower.look,
    )
    return site


def _install_edges(site: Flask, settings: Settings, keys: Keys) -> None:
    """What every request passes before its view, in this order."""
    install_cookies(site, is_tls=settings.is_tls)
    install_journal(site)
    install_bounds(site)
    install_hosts(site, site_url=settings.site_url)
    refuse_strangers(site)
    rates = {
        Budget.FORM: settings.form_limit,
        Budget.GUESS: settings.guess_limit,
        Budget.CODE: settings.guess_limit,
        Budget.FILING: settings.filing_limit,
        Budget.PDF: settings.pdf_limit,
    }
    install_limits(site, keys=keys, storage=settings.rate_limit_storage, rates=rates, account=account_key)
    ask_for_tokens(site)
    install_field_bounds(site)


def _wrap(site: Flask, settings: Settings, keys: Keys) -> PageCache:
    """Put the middleware around the views, the innermost first, and return the pages that are kept."""
    views: WSGIApplication = Bodies(site.wsgi_app, at_once=BODIES, from_one=BODIES // 4, sender=keys.of_address)
    proxies = settings.trusted_proxies
    views = Headers(Journal(views, site, trusts_ids=bool(proxies)), hsts=settings.hsts)
    if proxies:
        # Not X-Forwarded-Host: proxies pass it through from anyone unless told otherwise. They set Host instead.
        views = ProxyFix(views, x_for=proxies, x_proto=proxies, x_host=0)
    kept = PageCache(views, max_bytes=settings.page_cache_mb * 2**20, count=tally(site).add)
    site.wsgi_app = Door(kept, views)  # type: ignore[method-assign]
    return kept


def serve() -> Flask:
    """Return the site as a worker serves it: the search is open before the first reader comes."""
    log_stray_errors()
    site = create_app()
    site.config["DEMO"] = app.demo.is_demo(database(site))
    follower: Follower = site.extensions[FOLLOWER]
    follower.step()
    with site.app_context():
        finder = part(Search).finder
    follower.start()
    Recorder(site, lambda: database(site)).start()
    threading.Thread(target=finder.warm, name="warm-search", daemon=True).start()
    # Content, index and dictionaries stay for good: the collector need not look at them at every turn.
    gc.freeze()
    return site


def unserved_editions() -> list[tuple[Unserved, str]]:
    """Return the processes that cannot serve the newest edition, and since when, for those who can mend it."""
    return [(one, day_and_time(one.since)) for one in unserved(session(), now())]


def was_dialled() -> bool:
    """Say whether any number of this edition was ever called; of content that cannot be read, none was."""
    try:
        return part(Directory).is_dialled
    except ContentError:
        return False


def organisations(language: str) -> list[tuple[str, str]]:
    """Return (id, name) of the organisations that volunteers can belong to, by name."""
    bodies = [body for body in part(Directory) if body.kind is not BodyKind.GENERIC]
    return sorted(((body.id, body.name[language]) for body in bodies), key=lambda pair: pair[1].casefold())
