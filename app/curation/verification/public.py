"""The page on which a body confirms or corrects its card: opened by a link that expires, without an account."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.content.values import say
from app.curation.needs import KEY, Needs
from app.curation.verification import actions
from app.curation.verification.facts import Fact, facts_of
from app.curation.verification.labels import FACTS
from app.curation.verification.store import OwnerLink
from app.directory.load import FOLDER
from app.directory.model import Directory, Organisation
from app.kernel.dates import KYIV, in_words
from app.web.database import database, now, session
from app.web.edition import part
from app.web.forgery import proved_by_link
from app.web.language import in_language, language
from app.web.limits import Budget, limited

blueprint = in_language(Blueprint("confirming", __name__))


@blueprint.get("/confirm/<token>")
@limited(Budget.CODE)
def confirm(token: str) -> ResponseReturnValue:
    """Show a body its card, fact by fact; a link that opens nothing says only that."""
    try:
        with database().reading() as reading:
            link = actions.look_at(reading, token, now=now())
        return _page(link, _body(link), token)
    except actions.LinkOverError as error:
        return _gone(error.link)
    except actions.NoOwnerLinkError:
        return _gone()


@blueprint.post("/confirm/<token>")
@limited(Budget.GUESS)
@proved_by_link
def answer(token: str) -> ResponseReturnValue:
    """Take what a body says of its card."""
    try:
        facts = _facts(_body(actions.look_at(session(), token, now=now())))
        names = {f"f{place}": fact.key for place, fact in enumerate(facts)}
        actions.answer(
            session(), token, facts,
            answers={key: request.form.get(name, "") for name, key in names.items()},
            texts={key: request.form.get(f"{name}-text", "") for name, key in names.items()},
            remark=request.form.get("remark", ""), shipped=cast(Needs, current_app.extensions[KEY]).shipped(),
            now=now(),
        )  # fmt: skip
    except actions.AnsweredError:
        pass  # its page says that it was answered, and what to do now
    except actions.LinkOverError as error:
        return _gone(error.link)
    except actions.NoOwnerLinkError:
        return _gone()
    return redirect(url_for(".confirm", token=token), 303)


def _body(link: OwnerLink) -> Organisation:
    found = part(Directory).organisations.get(link.path.removeprefix(FOLDER).removesuffix(".yaml"))
    if found is None:
        raise actions.NoOwnerLinkError
    return found


def _facts(body: Organisation) -> list[Fact]:
    return list(facts_of(body, 0))


def _page(link: OwnerLink, body: Organisation, token: str) -> Response:
    shown: list[dict[str, Any]] = [
        {"name": f"f{place}", "what": FACTS[fact.what], "text": fact.shown,
         "label": say(fact.phone.label, language()) if fact.phone else "", "hours": fact.phone and fact.phone.hours}
        for place, fact in enumerate(_facts(body))
    ]  # fmt: skip
    return _private(
        "curation/verification/confirm.html",
        body=say(body.name, language()),
        go_for=say(body.go_for, language()),
        facts=shown,
        token=token,
        until=_until(link),
        about=_about(link),
        answered=in_words(link.answered_at.astimezone(KYIV).date(), language()) if link.answered_at else "",
    )


def _gone(link: OwnerLink | None = None) -> ResponseReturnValue:
    """Say that a link opens nothing; of one that is over, since when, and how the body gets a new one."""
    page = _private(
        "curation/verification/confirm_gone.html",
        until=_until(link) if link else "",
        about=_about(link) if link else "",
    )
    return page, 422


def _until(link: OwnerLink) -> str:
    until = link.expires_at.astimezone(KYIV)
    return f"{in_words(until.date(), language())}, {until:%H:%M}"


def _about(link: OwnerLink) -> str:
    """Return the address of a body's page below its language."""
    return link.path.removesuffix(".yaml")


def _private(template: str, **values: object) -> Response:
    response = make_response(render_template(template, **values))
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response
