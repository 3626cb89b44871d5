"""Any public page as it would be with a draft."""

from __future__ import annotations

import sys
from io import BytesIO
from typing import Any, cast

from flask import Response, abort, current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from app.accounts.model import Permission
from app.content.library import ContentError
from app.curation import actions, store
from app.curation.previewing.inside import kept_inside
from app.curation.reviewing.staff import revision_page
from app.curation.staff import Said, blueprint, supplied
from app.web.access import requires
from app.web.cache import MARK
from app.web.database import database, now
from app.web.edition import bind
from app.web.tally import MARK as COUNT


@blueprint.get("/staff/content/preview/<id_>/<path:address>")
@requires(Permission.EDIT_CONTENT)
def preview(id_: str, address: str) -> ResponseReturnValue:
    """Show any public page as it would be with this revision. Nobody's cookie reaches the page, and none leaves it."""
    needs = supplied()
    try:
        with database().reading() as reading:
            library = actions.candidate(reading, [id_], shipped=needs.shipped(), now=now())
        edition = needs.edition(library)
    except store.NoRevisionError:
        abort(404)
    except ContentError as error:
        said = Said()
        said.say("main", gettext("With this draft the edition cannot be read."))
        return revision_page(id_, said, error.faults), 422
    start = url_for(".preview", id_=id_, address="-").removesuffix("/-")
    environ: dict[str, Any] = {
        name: value
        for name, value in request.environ.items()
        if isinstance(value, str) and not name.startswith("HTTP_") and name not in ("CONTENT_TYPE", "CONTENT_LENGTH")
    }
    environ |= {
        "SCRIPT_NAME": start, "PATH_INFO": f"/{address}", "REQUEST_METHOD": "GET", "HTTP_HOST": request.host,
        "wsgi.input": BytesIO(), "wsgi.errors": sys.stderr, "wsgi.url_scheme": request.scheme,
    }  # fmt: skip
    app = cast(Any, current_app)._get_current_object()
    # A context of its own: nothing of this request (session, language, who is signed in) is seen there.
    with app.app_context(), app.request_context(environ):
        bind(edition)
        page: Response = app.full_dispatch_request()
    leads_on = page.status_code in (301, 303) and str(page.location).startswith(f"{start}/")
    if MARK not in page.headers and not leads_on:
        abort(404)
    for name in (MARK, COUNT, "Set-Cookie", "ETag"):
        page.headers.pop(name, None)
    page.headers["Cache-Control"] = "no-store"
    page.headers["X-Robots-Tag"] = "noindex"
    if page.mimetype == "text/html":
        back = url_for(".revision", id_=id_)
        mark = Markup('<p class="note" role="status"><b>{}</b> <a href="{}">{}</a></p>').format(
            gettext("Draft preview: nobody else sees this page."), back, gettext("Back to the draft")
        )
        before, head, rest = kept_inside(page.get_data(as_text=True), start).partition('<header class="top">')
        page.set_data(f"{before}{mark}{head}{rest}")
    return page
