"""The site with a few forms more, one for each thing that stands before a view: so that each can be tried by itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, abort, redirect, render_template_string, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm
from werkzeug.test import Client, TestResponse
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.config import Settings
from app.site import create_app
from app.web.bounds import accepts_bytes
from app.web.edition import Edition
from app.web.headers import forget_pages
from app.web.hosts import any_host
from app.web.language import in_language
from app.web.limits import Budget, limited

PAGE = """{% extends "base.html" %}
{% block title %}{{ heading }}{% endblock %}
{% block main %}<h1>{{ heading }}</h1>
<form method="post" enctype="{{ enctype or 'application/x-www-form-urlencoded' }}">
<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
{% for field in fields %}<p><label for="{{ field.id }}">{{ field.label.text }}</label> {{ field() }}
{{ field.errors | join }}</p>
{% endfor %}<p class="act"><button type="submit">{{ heading }}</button></p>
</form>{% endblock %}"""


class TrialForm(FlaskForm):
    """A form as the site has them."""

    name = StringField("Name", validators=[InputRequired()])
    kin = SelectField("Kin", choices=[SelectChoice("wife", "Wife"), SelectChoice("mother", "Mother")])
    notes = TextAreaField("Notes")


def trial_site(folder: Path, edition: Edition, **settings: Any) -> Flask:
    """Return the site with the forms below ``/<language>/trial/``."""
    site = create_app(Settings(instance=folder, **settings), edition)
    blueprint = in_language(Blueprint("trial", __name__))

    @blueprint.route("/trial/form", methods=["GET", "POST"])
    def form() -> ResponseReturnValue:
        filled = TrialForm()
        if filled.validate_on_submit():
            return redirect(f"{request.path}/done", 303)
        return render_template_string(PAGE, heading=gettext("Search"), fields=[filled.name, filled.kin, filled.notes])

    @blueprint.get("/trial/form/done")
    def done() -> ResponseReturnValue:
        return "sent"

    @blueprint.route("/trial/accident", methods=["GET", "POST"])
    def accident() -> ResponseReturnValue:
        filled = TrialForm()
        if filled.is_submitted():
            try:
                int(request.form["name"])
            except ValueError as error:
                raise KeyError(f"cannot use {filled.name.data}") from error
        return render_template_string(PAGE, heading=gettext("Search"), fields=[filled.name])

    @blueprint.route("/trial/file", methods=["GET", "POST"])
    @accepts_bytes(3_000_000)
    def file() -> ResponseReturnValue:
        if request.method == "POST":
            return {"bytes": sum(len(part.read()) for part in request.files.values())}
        return render_template_string(PAGE, heading=gettext("Search"), fields=[], enctype="multipart/form-data")

    @blueprint.post("/trial/guess")
    @limited(Budget.GUESS)
    def guess() -> ResponseReturnValue:
        return redirect("/uk/", 303) if request.form.get("word") == "right" else "wrong"

    @blueprint.post("/trial/filing")
    @limited(Budget.FILING)
    def filing() -> ResponseReturnValue:
        return "filed"

    @blueprint.post("/trial/json")
    def read_json() -> ResponseReturnValue:
        return {"read": type(request.get_json()).__name__}

    @blueprint.get("/trial/refused/<int:code>")
    def refused(code: int) -> ResponseReturnValue:
        abort(code)

    @blueprint.get("/trial/signed-in")
    def signed_in() -> ResponseReturnValue:
        session["account"] = "somebody"
        return "signed in"

    @blueprint.get("/trial/signed-out")
    def signed_out() -> ResponseReturnValue:
        session.clear()
        return forget_pages(site.make_response("signed out"))

    @blueprint.get("/trial/probe")
    @any_host
    def probe() -> ResponseReturnValue:
        return "here"

    site.register_blueprint(blueprint)
    return site


def token_of(client: Client, address: str = "/en/trial/form", **kwargs: Any) -> str:
    """Return the token of a fresh form; the client keeps the cookie that belongs to it."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address, **kwargs).get_data(as_text=True))
    assert found
    return found[1]


def send(
    client: Client, address: str, fields: dict[str, Any], *, token: str | None = None, **kwargs: Any
) -> TestResponse:
    """Send a form as a browser does that loaded it first."""
    base = {key: value for key, value in kwargs.items() if key in {"base_url", "environ_base"}}
    return client.post(address, data={**fields, "csrf_token": token_of(client, **base)}, **kwargs)
