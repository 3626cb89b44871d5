"""The long-lived cookie by which a device on which somebody has signed in is known again."""

from __future__ import annotations

import secrets

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from app.config import Settings
from app.web.assets import YEAR

MOST = 5
"""People of one office share a computer; beyond these the one who signed in longest ago is forgotten."""


def known_device(account: str) -> str | None:
    """Return the id of this device where `account` has signed in on it before. The cookie grants nothing else."""
    device, accounts = _read()
    return device if account in accounts else None


def remember_device(response: Response, account: str) -> Response:
    """Let this device be known for `account` from now on."""
    device, accounts = _read()
    accounts = [account, *(other for other in accounts if other != account)][:MOST]
    response.set_cookie(
        _name(),
        _serializer().dumps([device or secrets.token_hex(16), accounts]),
        max_age=YEAR,
        secure=_is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


def _read() -> tuple[str, list[str]]:
    try:
        device, accounts = _serializer().loads(request.cookies.get(_name(), ""))
    except BadSignature:
        return "", []
    return device, accounts


def _name() -> str:
    return "__Host-device" if _is_secure() else "device"


def _is_secure() -> bool:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.is_tls


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="device")
