"""How often one sender may ask: counted by the prefix of the address or by the account, under keys that tell neither.

An address is never stored. Its prefix (IPv4 /24, IPv6 /56: what one household or office has) goes through a keyed hash
whose key is made of the site's secret and the day, so that a count of yesterday belongs to nobody today.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask, Response, request
from flask_limiter import ApplicationLimit, Limit, Limiter

from app.web.bounds import SAFE_METHODS

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

View = TypeVar("View", bound=Callable[..., Any])
_BUDGET = "budget"


class Budget(StrEnum):
    """What is counted apart, each with a setting of its own."""

    FORM = "form"
    """Everything that is sent by POST, all forms of the site together."""

    GUESS = "guess"
    """Forms that ask for something only one person knows (passphrase, code): wrong answers count, right ones do not."""

    CODE = "code"
    """Pages that look for a code in their address: a wrong one (422) counts, a right one or none does not."""

    FILING = "filing"
    """Forms that begin something which staff must read."""

    PDF = "pdf"
    """Pages that cost more than a page."""


_OF_PAGES = frozenset({Budget.PDF, Budget.CODE})
"""What is counted when a page is read, too."""


def limited(budget: Budget) -> Callable[[View], View]:
    """Mark a view that draws on a budget of its own besides that of all forms.

    A view under `Budget.GUESS` answers a right guess with a redirect; every other answer counts as wrong.
    """

    def mark(view: View) -> View:
        setattr(view, _BUDGET, budget)
        return view

    return mark


def limit_views(app: Flask, budget: Budget, endpoints: Iterable[str]) -> None:
    """Mark views that a library made. Raises KeyError for an endpoint that `app` has not."""
    for endpoint in endpoints:
        limited(budget)(app.view_functions[endpoint])


def prefix_of(address: str | None) -> str:
    """Return the network that an address belongs to, as far as limits tell addresses apart; "-" where it is none."""
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return "-"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 56), strict=False))


class Keys:
    """Turns senders into keys that hold for one day (UTC) and lead back to nobody."""

    def __init__(self, secret: str, today: Callable[[], date] = lambda: datetime.now(UTC).date()) -> None:
        self._secret = secret.encode()
        self._today = today

    def of(self, kind: str, sender: str) -> str:
        """Return the key of a `sender` (a prefix or the id of an account) of a `kind`."""
        of_day = hmac.digest(self._secret, f"limits {self._today().isoformat()}".encode(), hashlib.sha256)
        return hmac.new(of_day, f"{kind} {sender}".encode(), hashlib.sha256).hexdigest()[:24]

    def of_address(self, environ: WSGIEnvironment) -> str:
        """Return the key of the prefix that a request came from."""
        return self.of("prefix", prefix_of(environ.get("REMOTE_ADDR")))


def install_limits(
    app: Flask,
    *,
    keys: Keys,
    storage: str,
    rates: Mapping[Budget, str],
    account: Callable[[], str],
) -> None:
    """Hold the senders of `app` to `rates`, each such as ``"20 per minute"``.

    `account` returns the id of who is signed in, or nothing; it is asked for what is sent and never for a page, which
    would tie the page to a cookie. `storage` may be Redis, which several processes share. Where Redis does not answer,
    each process counts by itself until it does again, and says so once: a limit that is too generous for a while harms
    less than a form that nobody can send.
    """

    def by_sender() -> str:
        signed_in = "" if request.method in SAFE_METHODS else account()
        return keys.of("account", signed_in) if signed_in else keys.of_address(request.environ)

    def drawn() -> Budget | None:
        return getattr(app.view_functions.get(request.endpoint or ""), _BUDGET, None)

    def is_not(budget: Budget) -> Callable[[], bool]:
        def exempt() -> bool:
            # A form is shown as often as it is asked for; only what costs more than a page is counted when read.
            return drawn() is not budget or (budget not in _OF_PAGES and request.method in SAFE_METHODS)

        return exempt

    def own(budget: Budget, deduct_when: Callable[[Response], bool] | None = None) -> Limit:
        return Limit(
            rates[budget], scope=budget.value, shared=True, exempt_when=is_not(budget), deduct_when=deduct_when
        )

    # The options of Redis keep a server that has fallen silent from holding every form with it.
    waits: dict[str, str | int] = (
        {} if storage.startswith("memory") else {"socket_connect_timeout": 1, "socket_timeout": 1}
    )
    Limiter(
        by_sender,
        app=app,
        application_limits=[ApplicationLimit(rates[Budget.FORM], exempt_when=lambda: request.method in SAFE_METHODS)],
        default_limits=[
            own(Budget.GUESS, deduct_when=lambda response: not 300 <= response.status_code < 400),
            own(Budget.CODE, deduct_when=lambda response: response.status_code == 422),
            own(Budget.FILING),
            own(Budget.PDF),
        ],
        storage_uri=storage,
        storage_options=waits,
        strategy="fixed-window",
        in_memory_fallback_enabled=True,
        headers_enabled=False,
    )


def wait_seconds(error: Any) -> int:
    """Return how long to wait after RateLimitExceeded: the whole time of the budget.

    Not what is left of it, which would tell when others behind the same address began.
    """
    return int(error.limit.limit.get_expiry())
