"""The library's forms, bounded: what was refused is counted, and too much of it is not looked at for a while."""

# The library types its forms loosely; what it promises is written down where it is used.
# mypy: disable-error-code="misc, assignment, no-any-return"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for
from flask_security import hash_password
from flask_security.forms import (
    ForgotPasswordForm,
    LoginForm,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
)
from flask_security.recovery_codes import MfRecoveryForm
from flask_security.tf_plugin import TwoFactorSelectForm
from flask_security.webauthn import WebAuthnRegisterForm
from wtforms import HiddenField

from app.accounts.sign_in import actions
from app.accounts.sign_in.labels import LOCKED
from app.accounts.store import AccountRow, find_by_email, fold_email
from app.web.database import now, session
from app.web.devices import known_device


def place_of(account: AccountRow | None, typed: str = "") -> str:
    """Return the key on which attempts are counted: this device where the account knows it, else the address.

    Strangers can lock only devices on which nobody has signed in; the address counts whether or not it has an account.
    """
    device = known_device(account.id) if account else None
    if account and device:
        return f"device:{device}:{account.id}"
    return f"unknown:{fold_email(account.email if account else typed)}"


class SignInForm(LoginForm):
    """E-mail address and password. The same work is done, and the same said, whether or not there is an account."""

    remember = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Without a page to go back to the library would lead to the sign-in again.
        self.next.data = self.next.data or url_for("own_account.arrived")

    def validate(self, **kwargs: Any) -> bool:
        typed = self.email.data if isinstance(self.email.data, str) else ""
        account = find_by_email(session(), typed)
        place, subject = place_of(account, typed), account.id if account else "unknown"
        if actions.locked(session(), "password", place, now=now()):
            hash_password(str(self.password.data or ""))
            actions.record_refusal(session(), subject, reason="locked", now=now())
            self.form_errors.append(str(LOCKED))
            return False
        passed = super().validate(**kwargs)
        if not passed and "csrf_token" not in self.errors and typed and self.password.data:
            is_last = actions.refuse(session(), "password", place, subject=subject, now=now())
            if is_last and account:
                path = url_for("account.forgot_password", language=account.language)
                actions.warn_of_lock(session(), account, path=path, now=now())
        return passed


class AskResetForm(ForgotPasswordForm):
    """The address to which a link goes; at most ten letters in a quarter of an hour go to one account."""

    def validate(self, **kwargs: Any) -> bool:
        if not super(ForgotPasswordForm, self).validate(**kwargs):
            if "csrf_token" not in self.errors and self.email.data:
                actions.reset_asked(session(), "unknown", now=now())
            return False
        assert isinstance(self.user, AccountRow)
        actions.reset_asked(session(), self.user.id, now=now())
        if not self.user.is_active or actions.locked(session(), "reset", self.user.id, now=now()):
            # Any error: the page says the same as if the letter had gone out.
            self.email.errors.append(str(LOCKED))
            return False
        actions.count(session(), "reset", self.user.id, now=now())
        return True


class CodeForm(TwoFactorVerifyCodeForm):
    """The code of an authenticator."""

    def validate(self, **kwargs: Any) -> bool:
        return _bounded(self, self.code, self.user, "code", lambda: super(CodeForm, self).validate(**kwargs))


class RecoveryForm(MfRecoveryForm):
    """A recovery code. Spaces and capitals do not matter."""

    def validate(self, **kwargs: Any) -> bool:
        if isinstance(self.code.data, str):
            self.code.data = self.code.data.strip().replace(" ", "").lower()
        return _bounded(
            self, self.code, self.user, "recovery-code", lambda: super(RecoveryForm, self).validate(**kwargs)
        )


class PasswordAgainForm(VerifyForm):
    """The password once more, before something sensitive."""

    def validate(self, **kwargs: Any) -> bool:
        return _bounded(
            self, self.password, self.user, "password-again", lambda: super(PasswordAgainForm, self).validate(**kwargs)
        )


class OneOf(HiddenField):
    """One of a few, as the library offers them; our pages draw a button for each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices: list[tuple[str, str]] = []


class SetUpForm(TwoFactorSetupForm):
    """Which second factor is set up."""

    setup = OneOf()


class ChooseFactorForm(TwoFactorSelectForm):
    """Which of several second factors is used now."""

    which = OneOf()


class NoCodeForm(TwoFactorRescueForm):
    """What the library asks a person without a code; our page leads to the recovery codes at once."""

    help_setup = OneOf()


class PasskeyForm(WebAuthnRegisterForm):
    """The name of a new passkey."""

    usage = OneOf(default="secondary")


def _bounded(form: Any, field: Any, user: Any, reason: str, validate: Callable[[], bool]) -> bool:
    account: AccountRow = user._get_current_object() if hasattr(user, "_get_current_object") else user
    place = place_of(account)
    if actions.locked(session(), reason, place, now=now()):
        actions.record_refusal(session(), account.id, reason="locked", now=now())
        field.errors = [str(LOCKED)]
        return False
    passed = validate()
    if not passed and "csrf_token" not in form.errors and field.data:
        actions.refuse(session(), reason, place, subject=account.id, now=now())
    return passed
