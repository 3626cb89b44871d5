"""Every view against every role: who is signed out is led to the sign-in, who lacks the permission is refused."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import pytest
from flask import Flask, redirect
from flask.typing import ResponseReturnValue
from werkzeug.routing import Rule

from app.accounts.model import OF_ORGANISATION, PERMISSIONS, Permission, Role, RoleError, checked_roles, permissions
from app.config import Settings
from app.site import create_app
from app.web.access import Actor, install_access
from app.web.edition import Edition
from tests.rules import address
from tests.thorough import THOROUGH

PUBLIC = frozenset(json.loads((Path(__file__).parent / "public_endpoints.json").read_text()))
"""Endpoints that ask for no permission. Adding one is a decision: change the list by hand."""

SIGN_IN = "/uk/signs-in-here"
FAMILIES = frozenset(
    {
        Permission.ANSWER_REQUESTS,
        Permission.DECIDE_REQUESTS,
        Permission.KEEP_REGISTER,
        Permission.HELP_FAMILIES,
        Permission.LEAD_ORGANISATION,
    }
)


@dataclass
class StandIn:
    """A gate that believes what the test says."""

    who: Actor | None = None

    def actor(self) -> Actor | None:
        return self.who

    def turn_away(self) -> ResponseReturnValue:
        return redirect(SIGN_IN, 303)


@pytest.fixture(scope="module")
def gate() -> StandIn:
    return StandIn()


@pytest.fixture(scope="module")
def guarded(
    tmp_path_factory: pytest.TempPathFactory,
    settings: Settings,
    edition: Edition,
    prepared_sqlite: Path,
    key_file: Path,
    gate: StandIn,
) -> Flask:
    path = tmp_path_factory.mktemp("permissions") / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    site = create_app(replace(settings, database_url=f"sqlite:///{path}", vault_key_file=key_file), edition)
    site.config["WTF_CSRF_ENABLED"] = False
    install_access(site, gate)
    return site


def asked(site: Flask, endpoint: str) -> str | None:
    """Return the permission that a view states."""
    return getattr(site.view_functions[endpoint], "permission", None)


def holders() -> list[tuple[Role, ...]]:
    """Return every role and every pair that one person may hold."""
    found: list[tuple[Role, ...]] = []
    for size in (1, 2):
        for roles in combinations(Role, size):
            try:
                checked_roles(roles, organisation="one" if set(roles) & OF_ORGANISATION else "")
            except RoleError:
                continue
            found.append(roles)
    return found


def private(site: Flask) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in site.url_map.iter_rules()
        if rule.endpoint not in PUBLIC
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
    ]


def test_every_view_is_public_by_decision_or_states_a_permission(guarded: Flask) -> None:
    endpoints = set(guarded.view_functions)
    silent = sorted(name for name in endpoints - PUBLIC if asked(guarded, name) is None)
    assert silent == [], "mark these views with @requires, or add them to tests/public_endpoints.json"
    both = sorted(name for name in endpoints & PUBLIC if asked(guarded, name) is not None)
    assert both == [], "these ask for a permission: they are not public"
    assert sorted(PUBLIC - endpoints) == [], "these do not exist any more"


def test_every_stated_permission_is_one_of_the_table(guarded: Flask) -> None:
    stated = {name: asked(guarded, name) for name in guarded.view_functions if name not in PUBLIC}
    assert {name: word for name, word in stated.items() if word not in set(Permission)} == {}


def test_who_is_signed_out_is_led_to_the_sign_in(guarded: Flask, gate: StandIn) -> None:
    gate.who = None
    client = guarded.test_client()
    for rule, method in private(guarded):
        response = client.open(address(rule), method=method)
        assert (response.status_code, response.location) == (303, SIGN_IN), (rule.endpoint, method)


@pytest.mark.parametrize("roles", [roles for roles in holders() if len(roles) == 1 or THOROUGH], ids="+".join)
def test_a_role_opens_what_its_permissions_name_and_nothing_else(
    guarded: Flask, gate: StandIn, roles: tuple[Role, ...]
) -> None:
    held = permissions(roles)
    gate.who = Actor("somebody", frozenset(held), "one" if set(roles) & OF_ORGANISATION else "")
    client = guarded.test_client()
    for rule, method in private(guarded):
        response = client.open(address(rule), method=method)
        place = (rule.endpoint, method, response.status_code)
        if asked(guarded, rule.endpoint) in held:
            assert response.status_code < 500, place
            assert response.location != SIGN_IN, place
            # A deed may be refused for another reason than its permission; a page that is only read never is.
            assert method != "GET" or response.status_code != 403, place
        else:
            assert response.status_code == 403, place


def test_every_permission_is_held_and_everybody_has_their_own_account() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert frozenset().union(*PERMISSIONS.values()) == set(Permission)
    assert all(Permission.OWN_ACCOUNT in held for held in PERMISSIONS.values())


@pytest.mark.parametrize("roles", [roles for roles in holders() if Role.ADMINISTRATOR in roles], ids="+".join)
def test_whoever_manages_accounts_decides_and_audits_nothing(roles: tuple[Role, ...]) -> None:
    held = permissions(roles)
    if not set(roles) & OF_ORGANISATION:
        assert not held & FAMILIES
    assert Permission.READ_AUDIT not in held


def test_an_administrator_alone_sees_no_family() -> None:
    assert not PERMISSIONS[Role.ADMINISTRATOR] & FAMILIES


def test_nobody_reads_the_audit_of_their_own_deeds() -> None:
    for roles in holders():
        held = permissions(roles)
        assert not (Permission.READ_AUDIT in held and held & {Permission.DECIDE_REQUESTS, Permission.MANAGE_ACCOUNTS})
