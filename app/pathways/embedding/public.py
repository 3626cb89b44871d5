"""The route within another site's page, and the page that tells other sites how to show it."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response, render_template

from app.directory.model import Directory
from app.pathways.model import Pathways, QuestionKind
from app.pathways.public import Frame, ask
from app.pathways.sheet import option_text
from app.web.edition import part
from app.web.headers import let_frame
from app.web.hosts import site_address
from app.web.language import in_language, language
from app.web.pages import public_page

blueprint = in_language(Blueprint("embedding", __name__))

FOREIGN = Frame("embedding.find_help", "pathways/embedding/frame.html", is_foreign=True)


@blueprint.get("/embed/find-help")
def find_help() -> Response:
    """Ask the next question within another site's page: no cookie, no script; the plan opens in a page of its own."""
    return let_frame(ask(FOREIGN))


@blueprint.get("/embed")
def embed() -> Response:
    """Tell other sites how to show the route, how to answer questions before, and what can be read as data."""
    pathways, directory = part(Pathways), part(Directory)
    questions = [
        {
            "id": question.id,
            "text": pathways.words[language()].questions[question.id].ask,
            "several": question.kind is QuestionKind.SEVERAL,
            "date": question.kind is QuestionKind.DATE,
            "options": [
                (option, option_text(pathways, directory, question, option, language())) for option in question.options
            ],
        }
        for question in pathways.questions
    ]
    base = site_address()
    if current_app.config["SITE_URL"]:
        return public_page("pathways/embedding/embed.html", questions=questions, base=base)
    # The address comes from the request: kept, one reader's Host header would be told to everyone.
    return make_response(render_template("pathways/embedding/embed.html", questions=questions, base=base))
