"""What readers can say of a page without saying who they are: that something is wrong, or whether it helped."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts.address import AddressError, checked_address
from app.content.sources import Sources
from app.curation.listening import actions
from app.curation.listening.facts import Pages, Told, fact_on, facts_on
from app.curation.listening.labels import WRONG, fact_text
from app.curation.listening.model import LONGEST, SITE, Item, Said, Wrong, checked_about
from app.directory.model import Directory
from app.guidance.model import Guidance, Topics
from app.kernel.languages import SOURCE
from app.outbox.model import MessageError, ascii_address
from app.pathways.model import Pathways
from app.web.database import now, session
from app.web.edition import part
from app.web.forgery import begins_anew
from app.web.language import in_language, language
from app.web.limits import Budget, limited
from app.web.pages import public_page

blueprint = in_language(Blueprint("listening", __name__))


@blueprint.get("/report")
def report() -> ResponseReturnValue:
    """Ask what is wrong with a page. No cookie is set, and nothing is kept before it is sent."""
    return _form(request.args.get("about", ""), request.args.get("fact", ""))


@blueprint.post("/report")
@limited(Budget.FILING)
@begins_anew
def send() -> ResponseReturnValue:
    """Take in what a reader says."""
    typed = {name: request.form.get(name, "") for name in ("about", "fact", "wrong", "text", "email")}
    wrong = next((each for each in Wrong if each == typed["wrong"]), None)
    faults = _faults(wrong, typed["text"], typed["email"])
    if wrong is None or faults:
        return _form(typed["about"], typed["fact"], typed, faults), 422
    said = Said.of(
        about=typed["about"], fact=typed["fact"], wrong=wrong, text=typed["text"],
        email=checked_address(typed["email"]) if typed["email"].strip() else "", language=language(),
    )  # fmt: skip
    actions.suggest(session(), said, item_of(said.about, language()), now=now())
    return redirect(url_for(".sent"), 303)


@blueprint.get("/report/sent")
def sent() -> ResponseReturnValue:
    """Thank, and say what happens next."""
    return public_page("curation/listening/sent.html")


@blueprint.post("/useful")
@begins_anew
def useful() -> ResponseReturnValue:
    """Count whether a page was what somebody needed; whoever misses something is asked what, and may search."""
    about, answer = checked_about(request.values.get("about", "")), "no" if "no" in request.form else "yes"
    if _is_page(about):
        actions.count_answer(session(), about, answer, now=now())
    return redirect(url_for(".missed", about=about) if answer == "no" else url_for(".thanks"), 303)


@blueprint.get("/useful/thanks")
def thanks() -> ResponseReturnValue:
    """Thank for the answer."""
    return public_page("curation/listening/thanks.html")


@blueprint.get("/useful/missed")
def missed() -> ResponseReturnValue:
    """Offer the next doors to whoever did not find what they needed: search, the route, and telling us."""
    return public_page("curation/listening/missed.html", about=checked_about(request.args.get("about", "")))


def item_of(about: str, code: str) -> Item:
    """Return what the page at `about`, read in the language `code`, is about."""
    first, _, rest = about.strip("/").partition("/")
    if first == "articles" and (article := part(Guidance).articles.get(rest)):
        written = code if code in article.texts else SOURCE
        topic = next((topic.id for topic in part(Topics).groups if rest in topic.articles), SITE)
        return Item(f"articles/{rest}/{written}.md", topic)
    if first == "organisations" and rest in part(Directory).organisations:
        return Item(f"organisations/{rest}.yaml", first)
    if first in ("glossary", "sources"):
        return Item(f"{first}.yaml", first)
    if first in ("steps", "plan", "find-help"):
        is_step = first == "steps" and rest in part(Pathways).steps
        return Item(f"pathways/steps/{rest}/{code}.yaml" if is_step else "", "pathways")
    return Item("", SITE)


def title_of(about: str, code: str) -> str:
    """Return the name of the page at `about`, or nothing."""
    first, _, rest = about.strip("/").partition("/")
    if first == "articles" and (article := part(Guidance).articles.get(rest)):
        return article.texts.get(code, article.texts[SOURCE]).title
    if first == "organisations" and (body := part(Directory).organisations.get(rest)):
        return body.name[code]
    if first == "steps" and (step := part(Pathways).step_words[code].get(rest)):
        return step.title
    names = {"glossary": gettext("Glossary"), "sources": gettext("Sources"), "plan": gettext("Your plan")}
    return str(names.get(first, ""))


def pages() -> Pages:
    """Return what the pages of this edition are made of."""
    return Pages(part(Directory), part(Guidance), part(Pathways), part(Sources))


def fact_of(about: str, key: str, code: str) -> Told | None:
    """Return the fact of a page that a report speaks of, or None where it speaks of the whole page."""
    return fact_on(about, key, code, pages()) if key else None


def _is_page(about: str) -> bool:
    """Say whether a page asks whether it was useful: only these are counted."""
    return about == "plan" or (about.startswith(("articles/", "organisations/")) and bool(title_of(about, SOURCE)))


def _faults(wrong: Wrong | None, text: str, email: str) -> dict[str, str]:
    faults = {}
    if wrong is None:
        faults["wrong"] = gettext("Choose what is wrong.")
    elif wrong is Wrong.ELSE and not text.strip():
        faults["text"] = gettext("Say in a few words what is wrong.")
    if len(text) > LONGEST:
        faults["text"] = gettext("This is too long: up to %(most)s characters are read.", most=LONGEST)
    if email.strip():
        try:
            ascii_address(checked_address(email))
        except (AddressError, MessageError):
            faults["email"] = gettext("This is no e-mail address. Correct it, or leave the field empty.")
    return faults


def _choices(page: str) -> list[tuple[str, str]]:
    return [(one.key, fact_text(one)) for one in facts_on(page, language(), pages())]


def _form(about: str, fact: str, typed: dict[str, str] | None = None, faults: dict[str, str] | None = None) -> Response:
    page = checked_about(about)
    template = "curation/listening/report.html"
    values: dict[str, Any] = {
        "about": page,
        "fact": fact[:120],
        "facts": [("", gettext("the page as a whole")), *_choices(page)],
        "title": title_of(page, language()),
        "options": WRONG.items(),
        "typed": typed or {"wrong": "", "text": "", "email": ""},
        "faults": faults or {},
        "most": LONGEST,
    }
    if typed is None:
        return public_page(template, **values)
    # What somebody has typed is theirs: nobody keeps the page that shows it again.
    response = make_response(render_template(template, **values))
    response.headers["Cache-Control"] = "no-store"
    return response
