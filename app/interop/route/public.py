"""The guided route as JSON, for programs of other organisations; anybody may ask from anywhere."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, url_for

from app.directory.model import Directory
from app.interop.route.data import answers_data, plan_data, question_data
from app.pathways.model import Pathways
from app.pathways.public import plan_links, plan_of, position_asked
from app.web.edition import part
from app.web.hosts import site_address
from app.web.language import in_language, language

blueprint = in_language(Blueprint("route", __name__))


@blueprint.get("/api/route")
def route() -> Response:
    """Return what is asked next after the answers in the address, and the plan once it can be made."""
    position = position_asked()
    base = site_address()
    addresses = {"step": "pathways.step", "organisation": "directory.organisation"}
    plan = None
    if position.answers and not position.open_essentials:
        made = plan_data(plan_of(position)[1], lambda kind, id_: base + url_for(addresses[kind], id_=id_))
        plan = {"page": base + plan_links(position)["plan"], **made}
    response = jsonify(
        language=language(),
        answers=answers_data(position),
        question=question_data(part(Pathways), part(Directory), position, language()),
        plan=plan,
    )
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
