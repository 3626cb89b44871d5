"""The page on which an office checks an extract: by number and code, by QR code, or with the file itself."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from app.documents.seal import kept_seal
from app.documents.verify import MAX_BYTES, check
from app.extracts.labels import text as words_of
from app.extracts.verifying import actions
from app.extracts.verifying.labels import SHAPES, VALIDITIES, VERDICTS
from app.kernel.dates import KYIV
from app.web.database import now, session
from app.web.files import takes_files
from app.web.forgery import begins_anew
from app.web.language import in_language
from app.web.limits import Budget, limited

blueprint = in_language(Blueprint("verifying", __name__))


@blueprint.get("/verify")
@limited(Budget.CODE)
def verify() -> ResponseReturnValue:
    """Say whether an extract holds, as the QR code asks or as typed; without a code, ask for it."""
    number, code = request.args.get("number", ""), request.args.get("code", "")
    if not number and not code:
        return _page()
    try:
        found = actions.verify(session(), number, code, now=now())
    except actions.WrongCodeError:
        return _page(number=number, is_wrong=True), 422
    return _page(number=number, found=found)


@blueprint.post("/verify/file")
@takes_files(1)
@limited(Budget.GUESS)
@begins_anew
def verify_file() -> ResponseReturnValue:
    """Say of a file whether this site signed it and whether it is as it was signed. Nothing of it is kept."""
    upload = request.files.get("file")
    content = upload.stream.read(MAX_BYTES + 1) if upload else b""
    seal = kept_seal(current_app.config["SETTINGS"].seal, now=now())
    checked = check(content, seal.own)
    return _page(checked=VERDICTS[checked.verdict], sha256=checked.sha256)


def _page(**values: object) -> Response:
    shown = {"number": "", "found": None, "is_wrong": False, "checked": None, "sha256": "", **values}
    page = render_template(
        "extracts/verify.html", words=words_of, validities=VALIDITIES, shapes=SHAPES, kyiv=KYIV, **shown
    )
    response = make_response(page)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
