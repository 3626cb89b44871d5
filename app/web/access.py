"""Who may see a page: a view states its permission, and this asks for it before the view runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar, cast

from flask import Flask, abort, current_app
from flask.typing import ResponseReturnValue

P = ParamSpec("P")
R = TypeVar("R", bound=ResponseReturnValue)
_KEY = "dorohovkaz-access"


@dataclass(frozen=True)
class Actor:
    """Who is signed in: the id of the account, what it may do, and the organisation it belongs to (or empty)."""

    account: str
    permissions: frozenset[str]
    organisation: str = ""

    @property
    def reference(self) -> str:
        """How the audit names this person."""
        return f"account:{self.account}"


class Gate(Protocol):
    """Knows who is asking. The slice of accounts supplies it."""

    def actor(self) -> Actor | None:
        """Return who is signed in with everything that their roles ask for, or None."""
        ...

    def turn_away(self) -> ResponseReturnValue:
        """Return the answer to somebody who is not signed in: the way to do it."""
        ...


def install_access(app: Flask, gate: Gate) -> None:
    """Let `gate` say who is asking."""
    app.extensions[_KEY] = gate


def requires(permission: str) -> Callable[[Callable[P, R]], Callable[P, R | ResponseReturnValue]]:
    """Mark a view of staff or volunteers: signed out leads to the sign-in, signed in without `permission` is a 403."""

    def mark(view: Callable[P, R]) -> Callable[P, R | ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | ResponseReturnValue:
            gate = cast(Gate, current_app.extensions[_KEY])
            who = gate.actor()
            if who is None:
                return gate.turn_away()
            if permission not in who.permissions:
                abort(403)
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return mark


def actor() -> Actor:
    """Return who is signed in, inside a view marked with `requires`."""
    who = cast(Gate, current_app.extensions[_KEY]).actor()
    if who is None:
        raise LookupError("nobody is signed in: mark the view with @requires")
    return who


def account_key() -> str:
    """Return the id of the account that is signed in, or nothing: for limits, which count by account."""
    gate = cast(Gate | None, current_app.extensions.get(_KEY))
    who = gate.actor() if gate else None
    return who.account if who else ""
