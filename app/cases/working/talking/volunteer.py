"""The page of notes and messages of a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts.forms import check_button
from app.cases.actions import ClosedError
from app.cases.model import Case
from app.cases.volunteer import back, case_page, who, with_case
from app.cases.working.talking import actions
from app.cases.working.talking.model import NoWordsError
from app.cases.working.volunteer import persons
from app.web.database import now, session
from app.web.language import in_language

blueprint = in_language(Blueprint("case_talk", __name__))


@blueprint.get("/cases/<id_>/talk")
@with_case
def talk(case: Case) -> ResponseReturnValue:
    """Show the messages between helpers and family, and apart from them the notes of helpers."""
    return _talk(case, {})


@blueprint.post("/cases/<id_>/notes")
@with_case
def note(case: Case) -> ResponseReturnValue:
    """Write a note that helpers alone read."""
    return _written(case, "note", actions.write_note)


@blueprint.post("/cases/<id_>/messages")
@with_case
def message(case: Case) -> ResponseReturnValue:
    """Write a message to the family."""
    return _written(case, "message", actions.write_message)


def _written(case: Case, name: str, write: Callable[..., None]) -> ResponseReturnValue:
    check_button()
    try:
        write(session(), case.id, request.form.get(name, ""), who=who(), now=now())
    except NoWordsError:
        return _talk(case, {name: gettext("Write something, at most 2,000 characters.")}), 422
    except ClosedError:
        return back(case.id, "closed-before")
    return redirect(url_for(".talk", id_=case.id), 303)


def _talk(case: Case, wrong: Mapping[str, str]) -> Response:
    return case_page(
        "cases/working/talk.html",
        case,
        messages=actions.read_messages(session(), case, now=now()),
        notes=actions.notes_of(session(), case),
        person=persons(),
        wrong=wrong,
        problems=list(wrong.items()),
        typed={name: request.form.get(name, "") for name in ("note", "message")},
    )
