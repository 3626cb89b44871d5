"""The sheet by which a volunteer hands the family its own page."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.cases import actions
from app.cases.model import Case
from app.cases.volunteer import own_address, with_case
from app.kernel.qr import qr_code
from app.web.database import now, session
from app.web.language import in_language

blueprint = in_language(Blueprint("handing", __name__))


@blueprint.get("/cases/<id_>/sheet")
@with_case
def sheet(case: Case) -> ResponseReturnValue:
    """Show the sheet, to be printed: the address as a QR code, the reference, and the passphrase while it is fresh."""
    address = own_address()
    response = make_response(
        render_template(
            "cases/family/sheet.html",
            case=case,
            opens=actions.passphrase_of(session(), case, now=now()),
            address=address.partition("://")[2],
            code=qr_code(address, gettext("QR code with the address of your page")),
        )
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response
