"""The directory for families: list with filters, a body's page, its vCard, and "Is this number official?"."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import PurePosixPath

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.content.confirmed import Confirmed
from app.content.moved import Moved
from app.content.sources import Sources
from app.directory.cards import card, number_text
from app.directory.choose import ABROAD, Choice, choose
from app.directory.contacts import LONGEST, Verdict, recognise
from app.directory.forms import ContactForm
from app.directory.labels import KINDS, NEEDS, SERVES
from app.directory.map import RegionMap, draw_map, map_places
from app.directory.model import Directory, Kind, Need, Serves
from app.directory.outdated import contacts_changed
from app.directory.vcard import vcards
from app.web.cache import keep
from app.web.edition import part
from app.web.language import in_language, language
from app.web.pages import DAY, MINUTE, answers_page, chosen, led_on, public_page

blueprint = in_language(Blueprint("directory", __name__))


@blueprint.get("/organisations/")
def organisations() -> Response:
    """List the bodies that match the filters; the filters are links and a plain form."""
    directory = part(Directory)
    region = request.args.get("region")
    choice = Choice(
        need=chosen(Need, "need"),
        serves=chosen(Serves, "serves"),
        region=region if region == ABROAD or region in directory.regions else None,
        kind=chosen(Kind, "kind"),
        open_now=request.args.get("open") == "now",
    )
    now = datetime.now(UTC)
    found = [card(body, language(), now) for body in choose(directory, choice, now)]
    return public_page(
        "directory/organisations.html",
        fresh_for=MINUTE,
        cards=found,
        choice=choice,
        needs=NEEDS,
        serves=SERVES,
        kinds=KINDS,
        regions={code: words[language()] for code, words in directory.regions.items()},
    )


@blueprint.get("/regions")
def regions() -> Response:
    """Choose a region on the map, or in the list that does the same without it."""
    shown = map_places(part(Directory), language(), lambda code: url_for("directory.organisations", region=code))
    return public_page(
        "directory/regions.html",
        places=shown,
        picture=draw_map(part(RegionMap), shown),
        credit=part(RegionMap).credit,
    )


@blueprint.get("/organisations/<id_>")
def organisation(id_: str) -> BaseResponse:
    """Show one body with everything that may be offered; a retired one leads to what took its place."""
    body = part(Directory).organisations.get(id_)
    if body is None:
        return _successor(id_)
    regions = part(Directory).regions
    address = f"organisations/{id_}.yaml/{language()}"
    changed = part(Confirmed).changed(address)
    return public_page(
        "directory/organisation.html",
        fresh_for=MINUTE,
        card=card(body, language(), datetime.now(UTC)),
        body=body,
        changed=changed,
        contacts_changed=contacts_changed(body, changed),
        is_unread=part(Confirmed).is_unread(address),
        needs=[NEEDS[need] for need in body.needs],
        serves=[SERVES[group] for group in body.serves],
        regions=[regions[code][language()] for code in body.regions if code in regions],
        sources=[part(Sources).by_id[source] for source in body.sources],
    )


def _successor(id_: str) -> BaseResponse:
    path = PurePosixPath(part(Moved).successor_of(f"organisations/{id_}.yaml"))
    if path.stem not in part(Directory).organisations:
        abort(404)
    return led_on(url_for(".organisation", id_=path.stem))


@blueprint.get("/organisations/<id_>.vcf")
def vcard(id_: str) -> Response:
    """Hand the body's current contacts to the phone's address book."""
    body = part(Directory).organisations.get(id_)
    text = vcards([card(body, language(), datetime.now(UTC))]) if body else ""
    if not text:
        abort(404)
    response = Response(text, mimetype="text/vcard")
    response.headers["Content-Disposition"] = f"attachment; filename={id_}.vcf"
    response.headers["Cache-Control"] = "public, max-age=300"
    return keep(response, DAY)


@blueprint.get("/check-contact")
def check_contact() -> Response:
    """Tell whether a number, e-mail or web address is in the directory. The reader's text is shown back, never kept."""
    form = ContactForm(request.args, meta={"csrf": False})
    typed = (form.contact.data or "").strip()[:LONGEST]
    finding = recognise(typed, part(Directory)) if typed else None
    now = datetime.now(UTC)
    return answers_page(
        "directory/check_contact.html",
        form=form,
        typed=typed,
        known=number_text(finding.contact).replace(" ", "\u00a0") if finding else "",
        submitted="contact" in request.args,
        finding=finding,
        verdict=Verdict,
        instead=_instead(finding.use_instead) if finding and finding.use_instead else None,
        cards=[card(body, language(), now) for body in finding.bodies] if finding else [],
    )


def _instead(contact: str) -> tuple[str, str]:
    """Return (address, text) of the contact to use instead of a superseded one."""
    if "@" in contact:
        return f"mailto:{contact}", contact
    return (contact, contact) if "://" in contact else (f"tel:{contact}", number_text(contact))
