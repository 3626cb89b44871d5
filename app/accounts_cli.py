"""Commands on accounts: ``flask --app app account ...``; with them a fresh site gets its first administrator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from app.accounts import actions
from app.accounts.address import AddressError
from app.accounts.model import FourEyesError, Role, RoleError, State, roles_text
from app.accounts.needs import KEY
from app.kernel.languages import PUBLIC, SOURCE
from app.web.database import database

account = AppGroup("account", help="People who sign in.")


@account.command("invite")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
@click.option("--organisation", default="", help="Id of the organisation, for coordinators and volunteers.")
@click.option("--language", default=SOURCE, type=click.Choice(list(PUBLIC)))
def invite(email: str, name: str, roles: tuple[str, ...], organisation: str, language: str) -> None:
    """Invite EMAIL and print the link: it opens once and for seven days."""
    if organisation and organisation not in dict(current_app.extensions[KEY].organisations(SOURCE)):
        raise click.BadParameter("there is no such organisation in the directory", param_hint="--organisation")
    with _said_plainly(email), database().writing() as session:
        invited = actions.invite(
            session,
            address=email,
            name=name,
            roles=[Role(role) for role in roles],
            organisation=organisation,
            language=language,
            actor="command:account-invite",
            now=datetime.now(UTC),
        )
    click.echo(f"{current_app.config['SITE_URL']}/{language}/account/join/{invited.token}")


@account.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Let EMAIL sign in no more, and end all sign-ins."""
    click.echo(f"disabled: {_done(email, actions.disable, 'command:account-disable')}")


@account.command("enable")
@click.argument("email")
def enable(email: str) -> None:
    """Let a disabled person sign in again."""
    click.echo(f"enabled: {_done(email, actions.enable, 'command:account-enable')}")


@account.command("list")
@click.option("--addresses", is_flag=True, help="Show e-mail addresses, too; that is recorded.")
def list_(addresses: bool) -> None:
    """List accounts: id, roles, state, second factor."""
    shown: dict[str, str] = {}
    with database().writing() as session:
        found = actions.standings(session)
        if addresses:
            people = actions.list_people(session, actor="command:account-list", now=datetime.now(UTC))
            shown = {person.id: person.address for person in people}
    for standing in found:
        factor = "second-factor" if standing.second_factor else "no-second-factor"
        state = State.DISABLED if standing.state is State.DISABLED else State.ACTIVE
        cells = [standing.id, roles_text(standing.roles), state.value, factor, *(["demo"] if standing.demo else [])]
        click.echo("\t".join([*cells, *([shown[standing.id]] if addresses else [])]))


def _done(email: str, deed: Callable[..., Any], actor: str) -> str:
    with _said_plainly(email), database().writing() as session:
        id_ = actions.find_account(session, email)
        deed(session, id_, actor=actor, now=datetime.now(UTC))
    return id_


@contextmanager
def _said_plainly(email: str) -> Iterator[None]:
    """Turn what went wrong into a sentence and exit status 1."""
    try:
        yield
    except actions.UnknownAccountError:
        raise click.ClickException(f"nobody has the address {email}") from None
    except actions.AddressTakenError:
        raise click.ClickException(f"{email} has an account already") from None
    except actions.LastAdministratorError:
        raise click.ClickException("this is the last administrator; invite another one first") from None
    except (AddressError, RoleError, FourEyesError) as error:
        raise click.ClickException(str(error)) from None
