"""Sign-in: the library set up for this site, and what happens before anybody is signed in."""

# The library and the modules under it carry few types.
# mypy: disable-error-code="misc, no-untyped-call, no-any-return, arg-type, untyped-decorator"

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property, partial
from typing import Any, cast

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, abort, after_this_request, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, user_logged_out
from flask_login.utils import _user_context_processor
from flask_security import (
    MailUtil,
    MfRecoveryCodesUtil,
    PasswordUtil,
    Security,
    SQLAlchemySessionUserDatastore,
    WebauthnUtil,
    hash_password,
    password_changed,
    password_reset,
    tf_code_confirmed,
    tf_profile_changed,
    user_authenticated,
    wan_deleted,
    wan_registered,
)
from flask_security.mail_util import EmailValidateException
from flask_security.totp import Totp
from passlib.exc import TokenError
from passlib.totp import TOTP
from webauthn.helpers.structs import AuthenticatorSelectionCriteria, UserVerificationRequirement
from werkzeug.local import LocalProxy

from app.accounts import store
from app.accounts.address import AddressError, checked_address
from app.accounts.device import describe
from app.accounts.labels import PASSWORD_FAULTS
from app.accounts.model import Permission, needs_second_factor, permissions
from app.accounts.passwords import password_fault
from app.accounts.sign_in import actions
from app.accounts.sign_in.forms import (
    AskResetForm,
    ChooseFactorForm,
    CodeForm,
    NoCodeForm,
    PasskeyForm,
    PasswordAgainForm,
    RecoveryForm,
    SetUpForm,
    SignInForm,
    place_of,
)
from app.accounts.sign_in.labels import MESSAGES
from app.accounts.timeout import Limits
from app.config import Settings
from app.kernel.languages import PUBLIC, SOURCE
from app.kernel.qr import qr_code
from app.outbox.model import Kind
from app.web import database as web_database
from app.web.access import Actor, install_access, requires
from app.web.database import now
from app.web.devices import known_device, remember_device
from app.web.headers import forget_pages
from app.web.hosts import own_origin
from app.web.language import language

BLUEPRINT = "account"
OWN = (
    "logout", "change_password", "verify", "two_factor_setup_validate", "mf_recovery_codes", "wan_register",
    "wan_register_response", "wan_delete", "wan_verify", "wan_verify_response",
)  # fmt: skip
"""Pages of the library that only somebody who is signed in may open."""

RESET_LASTS = timedelta(hours=1)
"""How long the link of a reset opens."""

FACTORS: Mapping[str, str] = {
    "two_factor_token_validation": "totp",
    "mf_recovery": "recovery-code",
    "wan_signin_response": "passkey",
}
"""By which second factor a sign-in ends on each page of the library; on any other page it was the password alone."""

_OWN_ADDRESS = re.compile(rf"/(?:{'|'.join(PUBLIC)})/[^\\\x00-\x20]*")


class Accounts(SQLAlchemySessionUserDatastore):
    """The accounts as the library looks for them, in the transaction of the request."""

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Any:
        """Return the account with this attribute; an e-mail address is found by its keyed hash."""
        if "email" in kwargs:
            return store.find_by_email(web_database.session(), kwargs["email"])
        return super().find_user(**kwargs)

    def commit(self) -> None:
        """Leave it to the request: the deed and its record are committed together, or not at all."""


class Passwords(PasswordUtil):
    """What a password must be."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """Return what is wrong with a new password, and its normal form."""
        normal, account = self.normalize(password), kwargs["user"]
        fault = password_fault(normal, (account.name, account.email))
        return ([str(PASSWORD_FAULTS[fault])] if fault else None), normal


class Letters(MailUtil):
    """Puts the library's letters into the outbox, in the transaction of the deed and in the language of the account."""

    def send_mail(self, template: str, subject: str, recipient: Any, *args: Any, **kwargs: Any) -> None:
        """Send the link of a reset, or word that the password is a new one; the library has no others.

        The outbox joins the site's own address to the path: a forged Host header would otherwise send the secret of
        the link to somebody else's site.
        """
        account, token = _real(kwargs["user"]), kwargs.get("reset_token")
        if token is None:
            _warn_of_change(account, Kind.ACCOUNT_PASSWORD_CHANGED)
            return
        path = url_for(f"{BLUEPRINT}.reset_password", token=token, language=account.language)
        actions.send_reset(web_database.session(), account, path=path, until=now() + RESET_LASTS, now=now())

    def normalize(self, email: str) -> str:
        """Return an address in its normal form; no mail server is asked."""
        try:
            return checked_address(email)
        except AddressError:
            raise EmailValidateException(str(MESSAGES["INVALID_EMAIL_ADDRESS"])) from None

    validate = normalize


class Authenticator(Totp):
    """Codes of an authenticator app (RFC 6238). Secrets are sealed with a key of the vault; a code opens once."""

    def __init__(self, secrets: Any, issuer: str) -> None:
        self._issuer = issuer

    @cached_property
    def _totp(self) -> Any:
        return TOTP.using(issuer=self._issuer, secrets={1: derived_key("totp").hex()})

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:
        """Say whether `token` is right now, or was 30 seconds ago or ahead, and not used before."""
        account = store.refreshed(web_database.session(), _real(user))
        # A secret that is only just being set up has not been used: its codes count from nothing.
        last = account.tf_counter if totp_secret == account.tf_totp_secret else None
        try:
            found = self._totp.verify(
                str(token), totp_secret, time=int(now().timestamp()), window=window, last_counter=last
            )
        except (TokenError, ValueError):
            return False
        account.tf_counter = found.counter
        return True

    def generate_qrcode(self, username: str, totp: str) -> str:
        """Return the code that an authenticator app reads, as drawn by the site itself."""
        return qr_code(self.get_totp_uri(username, totp), gettext("The secret as a QR code"))


class RecoveryCodes(MfRecoveryCodesUtil):
    """Recovery codes: shown once, kept as keyed hashes, used once."""

    def setup_cryptor(self, keys: list[bytes]) -> None:
        """Keep no cipher: nothing is ever opened again."""

    def get_recovery_codes(self, user: Any) -> list[str]:
        """Return none: what was shown once is not shown again."""
        return []

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Say whether the account has this code and has not used it."""
        return self._hashed(code) in (store.refreshed(web_database.session(), _real(user)).mf_recovery_codes or [])

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        """Let the code open nothing any more."""
        user.mf_recovery_codes.remove(self._hashed(code))
        return True

    def _encrypt_codes(self, codes: list[str]) -> list[str]:
        return [self._hashed(code) for code in codes]

    def _hashed(self, code: str) -> str:
        return hmac.digest(self._key, code.encode(), hashlib.sha256).hex()

    @cached_property
    def _key(self) -> bytes:
        return derived_key("recovery-codes")


class Passkeys(WebauthnUtil):
    """Passkeys as a second factor, bound to the site's own address."""

    def origin(self) -> str:
        """Return the address that the browser must name."""
        return own_origin()

    def name_svn(self, value: str) -> tuple[str | None, str | None]:
        """Return what is wrong with the name of a passkey, and its normal form. Markup cannot stand in it."""
        name = " ".join(unicodedata.normalize("NFKC", value).split())
        if not re.fullmatch(r"[\w '’-]{1,64}", name):
            return str(MESSAGES["WEBAUTHN_NAME_DISALLOWED_CHARACTERS"]), None
        return None, name

    def authenticator_selection(self, user: Any, usage: str) -> AuthenticatorSelectionCriteria:
        """Ask for no more than a touch: the password has been typed."""
        return AuthenticatorSelectionCriteria(user_verification=UserVerificationRequirement.DISCOURAGED)


class Library(Security):
    """The library, without a demand that does not hold here."""

    def _check_modules(self, module: str, config_name: str) -> Any:
        # It wants nh3 to clean the names of passkeys; `Passkeys.name_svn` lets nothing in that would need it.
        return module == "nh3" or super()._check_modules(module, config_name)


class SignInGate:
    """Knows who is asking: an active account, a sign-in that lasts, and the second factor that the roles ask for."""

    def actor(self) -> Actor | None:
        """Return who is signed in with everything that their roles ask for, or None."""
        if not current_user.is_authenticated:
            return None
        account: store.AccountRow = _real(current_user)
        if needs_second_factor(account.roles) and session.get("factor") not in FACTORS.values():
            return None
        return Actor(account.id, permissions(account.roles), account.organisation)

    def turn_away(self) -> ResponseReturnValue:
        """Lead to the sign-in, and afterwards back to the page asked for where it was only to be read."""
        back = {"next": request.full_path.rstrip("?")} if request.method == "GET" else {}
        return redirect(url_for(f"{BLUEPRINT}.login", **back), 303)


def install_accounts(site: Flask, settings: Settings) -> None:
    """Let people sign in to `site`."""
    site.config.update(_config(settings))
    _addresses(site)
    security = Library(
        site,
        Accounts(LocalProxy(web_database.session), store.AccountRow, store.RoleRow, store.PasskeyRow),
        login_form=SignInForm,
        verify_form=PasswordAgainForm,
        forgot_password_form=AskResetForm,
        two_factor_verify_code_form=CodeForm,
        two_factor_setup_form=SetUpForm,
        two_factor_select_form=ChooseFactorForm,
        two_factor_rescue_form=NoCodeForm,
        wan_register_form=PasskeyForm,
        mf_recovery_form=RecoveryForm,
        mail_util_cls=Letters,
        password_util_cls=Passwords,
        totp_cls=Authenticator,
        mf_recovery_codes_util_cls=RecoveryCodes,
        webauthn_util_cls=Passkeys,
    )
    # A reset link carries a hash of the old password; the library's own choice for it takes ten times as long as
    # what is done for an address without an account, which would tell the two apart.
    security.hashing_context = security.pwd_context
    security.i18n_domain.gettext = _own_words  # type: ignore[method-assign, assignment]
    security.want_json(lambda _: False)
    _leave_readers_alone(site, security)
    gate = SignInGate()
    install_access(site, gate)
    security.unauthn_handler(lambda *_, **__: gate.turn_away())
    site.extensions[_LIMITS] = Limits(
        timedelta(minutes=settings.sign_in_idle_minutes), timedelta(hours=settings.sign_in_hours)
    )
    _only_lasting_sign_ins(security)
    for name in OWN:
        endpoint = f"{BLUEPRINT}.{name}"
        site.view_functions[endpoint] = requires(Permission.OWN_ACCOUNT)(site.view_functions[endpoint])
    site.view_functions[f"{BLUEPRINT}.two_factor_rescue"] = _rescue
    _listen(site)


_LIMITS = "dorohovkaz-sign-in-limits"


def limits() -> Limits:
    """Return how long a sign-in lasts on this site."""
    return cast(Limits, current_app.extensions[_LIMITS])


def new_hash(password: str) -> str:
    """Return the hash of a new password, in the form in which it is asked for at sign-in."""
    security: Security = current_app.extensions["security"]
    return hash_password(security._password_util.normalize(password))


def derived_key(label: str) -> bytes:
    """Return 32 bytes for one use, derived from the vault's index key, which is never rotated (RFC 5869)."""
    ring = web_database.database().vault.ring
    return HKDF(SHA256(), 32, salt=None, info=f"dorohovkaz/{label}".encode()).derive(ring.index)


def _config(settings: Settings) -> dict[str, Any]:
    addresses = {
        "LOGIN": "sign-in", "LOGOUT": "sign-out", "RESET": "reset", "CHANGE": "password", "VERIFY": "confirm",
        "TWO_FACTOR_SETUP": "second-factor", "TWO_FACTOR_TOKEN_VALIDATION": "code", "TWO_FACTOR_RESCUE": "no-code",
        "TWO_FACTOR_SELECT": "choose-factor", "MULTI_FACTOR_RECOVERY_CODES": "recovery-codes",
        "MULTI_FACTOR_RECOVERY": "recovery", "WAN_REGISTER": "passkeys", "WAN_SIGNIN": "passkey",
        "WAN_DELETE": "remove-passkey", "WAN_VERIFY": "confirm-passkey",
    }  # fmt: skip
    templates = {
        "LOGIN_USER": "sign_in", "LOGOUT_USER": "sign_out", "FORGOT_PASSWORD": "reset_ask", "RESET_PASSWORD": "reset",
        "CHANGE_PASSWORD": "password", "VERIFY": "confirm", "TWO_FACTOR_SETUP": "second_factor",
        "TWO_FACTOR_VERIFY_CODE": "code", "TWO_FACTOR_SELECT": "choose_factor",
        "MULTI_FACTOR_RECOVERY_CODES": "recovery_codes", "MULTI_FACTOR_RECOVERY": "recovery",
        "WAN_REGISTER": "passkeys", "WAN_SIGNIN": "passkey", "WAN_VERIFY": "passkey",
    }  # fmt: skip
    chosen = {
        "BLUEPRINT_NAME": BLUEPRINT,
        "URL_PREFIX": f"/<any({','.join(PUBLIC)}):language>/account",
        "STATIC_FOLDER": None,
        # Every page that is not public says no-store already.
        "CACHE_CONTROL": None,
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
        "JOIN_USER_ROLES": False,
        "API_ENABLED_METHODS": ["session"],
        "RETURN_GENERIC_RESPONSES": True,
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_SINGLE_HASH": {"argon2"},
        # OWASP's password storage cheat sheet: argon2id with 19 MiB, two turns, one lane.
        "PASSWORD_HASH_PASSLIB_OPTIONS": {
            "argon2__type": "ID",
            "argon2__memory_cost": settings.password_memory_kib,
            "argon2__time_cost": 2,
            "argon2__parallelism": 1,
        },
        "PASSWORD_NORMALIZE_FORM": "NFKC",
        "RECOVERABLE": True,
        "RESET_PASSWORD_WITHIN": RESET_LASTS,
        "CHANGEABLE": True,
        "EMAIL_PLAINTEXT": False,
        "EMAIL_HTML": False,
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "TWO_FACTOR_POST_SETUP_VIEW": "own_account.account",
        # The keys come from the vault when the first code is made; the library asks only whether there are any.
        "TOTP_SECRETS": {"vault": "derived"},
        "TOTP_ISSUER": "Dorohovkaz",
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_N": 10,
        "WEBAUTHN": True,
        "WAN_RP_NAME": "Dorohovkaz",
        "WAN_ALLOW_AS_FIRST_FACTOR": False,
        "WAN_ALLOW_AS_MULTI_FACTOR": False,
        "WAN_ALLOW_USER_HINTS": True,
        "FRESHNESS": timedelta(minutes=15),
        "FRESHNESS_GRACE_PERIOD": timedelta(minutes=5),
        "LOGOUT_CSRF": True,
        "POST_LOGIN_VIEW": "own_account.arrived",
        "POST_LOGOUT_VIEW": f"{BLUEPRINT}.login",
        "POST_CHANGE_VIEW": "own_account.account",
        "POST_RESET_VIEW": f"{BLUEPRINT}.login",
        "POST_VERIFY_VIEW": "own_account.account",
        "WAN_POST_REGISTER_VIEW": f"{BLUEPRINT}.wan_register",
        **{f"{name}_URL": f"/{path}" for name, path in addresses.items()},
        **{f"{name}_TEMPLATE": f"accounts/sign_in/{file}.html" for name, file in templates.items()},
        **{f"MSG_{name}": (text, "error") for name, text in MESSAGES.items()},
    }
    return {f"SECURITY_{name}": value for name, value in chosen.items()}


def _addresses(site: Flask) -> None:
    """Give the library's addresses the language, as `in_language` does for blueprints of our own."""

    @site.url_value_preprocessor
    def _take(endpoint: str | None, values: dict[str, Any] | None) -> None:
        if endpoint and endpoint.startswith(f"{BLUEPRINT}."):
            g.language = (values or {}).pop("language", SOURCE)
            back = request.args.get("next") or request.form.get("next")
            if back and not _OWN_ADDRESS.fullmatch(back):
                abort(400)

    @site.url_defaults
    def _give(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint.startswith(f"{BLUEPRINT}."):
            values.setdefault("language", language())


def _leave_readers_alone(site: Flask, security: Security) -> None:
    """Take off what the libraries do at every request: who only reads has no session, and none is looked for."""
    security.principal.identity_loaders.clear()
    manager = security.login_manager
    manager.session_protection = None
    site.template_context_processors[None].remove(_user_context_processor)
    site.after_request_funcs[None].remove(manager._update_remember_cookie)


def _only_lasting_sign_ins(security: Security) -> None:
    """Let a cookie open something only while its sign-in lasts; the end is noted for the sign-in page."""
    manager = security.login_manager
    load: Callable[[str], Any] = manager._user_callback

    @manager.user_loader
    def _lasting(uniquifier: str) -> Any:
        account = load(uniquifier)
        id_ = session.get("sign_in", "")
        why = "ended"
        if account is not None:
            click = request.endpoint != "own_account.time_out" or request.method == "POST"
            why = actions.lasts(web_database.session(), account.id, id_, limits=limits(), now=now(), click=click)
        if not why:
            return account
        if id_:
            session.clear()
            session["over"] = why
        return None


def _listen(site: Flask) -> None:
    """Do our part when the library has done something: rows, records, ends of other sign-ins."""
    user_authenticated.connect(_signed_in, site)
    user_logged_out.connect(_signed_out, site)
    password_changed.connect(_changed, site)
    password_reset.connect(_changed, site)
    for signal, change in (
        (tf_code_confirmed, "totp-confirmed"), (tf_profile_changed, "totp-set"), (wan_registered, "passkey-added"),
        (wan_deleted, "passkey-removed"),
    ):  # fmt: skip
        signal.connect(partial(_factor, change), site, weak=False)


def _signed_in(site: Flask, user: Any, authn_via: list[str] | None = None, **_: Any) -> None:
    account, here = _real(user), web_database.session()
    agent, old, factor = describe(request.user_agent.string), session.get("sign_in", ""), session.get("factor", "")
    # Nothing from before the sign-in stays in the session, and the cookie is a new one.
    kept = {name: session[name] for name in ("_user_id", "_fresh", "fs_paa") if name in session}
    was_setup = session.get("tf_state") == "validating_profile"
    session.clear()
    session.update(kept)
    if authn_via == ["change"]:
        session["sign_in"] = actions.begin_anew(here, account, old, device=agent, now=now())
        session["factor"] = factor
        return
    name = (request.endpoint or "").partition(".")[2]
    session["factor"] = FACTORS.get(name, "password")
    if session["factor"] == "recovery-code":
        _factor("recovery-code-used", site, account)
    elif was_setup:
        _factor("totp-set", site, account)
    is_new = account.signed_in_at is not None and known_device(account.id) is None
    session["sign_in"] = actions.begin(here, account, device=agent, factor=session["factor"], now=now())
    if is_new:
        path = url_for("own_account.account", language=account.language)
        actions.warn_of_new_device(here, account, session["sign_in"], device=agent, path=path, now=now())
    for kind in ("password", "code", "recovery-code", "password-again"):
        actions.forgive(here, kind, place_of(account))
    after_this_request(partial(remember_device, account=account.id))


def _signed_out(site: Flask, user: Any, **_: Any) -> None:
    id_ = session.get("sign_in")
    if id_ and hasattr(user, "fs_uniquifier"):
        actions.sign_out(web_database.session(), user.id, id_, now=now())
        after_this_request(forget_pages)
    session.clear()


def _changed(site: Flask, user: Any, **_: Any) -> None:
    account = _real(user)
    this = session.get("sign_in", "") if current_user.is_authenticated and current_user.id == account.id else ""
    actions.password_changed(web_database.session(), account.id, this, now=now())


def _factor(change: str, site: Flask, user: Any, **_: Any) -> None:
    if change != "totp-confirmed":
        account = _real(user)
        actions.factor_changed(web_database.session(), account.id, change, now=now())
        _warn_of_change(account, Kind.ACCOUNT_SECOND_FACTOR_CHANGED)


def _warn_of_change(account: store.AccountRow, kind: Kind) -> None:
    path = url_for(f"{BLUEPRINT}.forgot_password", language=account.language)
    actions.warn_of_change(web_database.session(), account, kind, path=path, now=now())


def _rescue() -> ResponseReturnValue:
    return redirect(url_for(f"{BLUEPRINT}.mf_recovery"), 303)


def _own_words(text: Any, **values: Any) -> str:
    return str(text) % values if values else str(text)


def _real(user: Any) -> Any:
    return user._get_current_object() if hasattr(user, "_get_current_object") else user
