"""The section on an issued extract on the page of a request, and the form by which a supervisor withdraws it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import FourEyesError, Permission
from app.accounts.store import AccountRow
from app.extracts.actions import UnknownRequestError
from app.extracts.verifying.labels import SHAPES, VALIDITIES
from app.extracts.withdrawing import actions
from app.extracts.withdrawing.labels import REASONS
from app.extracts.withdrawing.withdrawal import Reason
from app.kernel.dates import day_and_time
from app.register.forms import typed_of
from app.web.access import actor, requires
from app.web.database import now, session
from app.web.language import in_language

blueprint = in_language(Blueprint("withdrawing", __name__))


@blueprint.post("/staff/requests/<id_>/extract/withdraw")
@requires(Permission.DECIDE_REQUESTS)
def withdraw(id_: str) -> ResponseReturnValue:
    """Withdraw the extract that was issued on a request; where it cannot be done, say why and lose nothing typed."""
    check_button()
    typed = typed_of(request.form, ("why", "withdrawal"))
    if typed.get("why") not in set(Reason):
        abort(400)
    try:
        with session().begin_nested():
            actions.withdraw(
                session(), id_, Reason(typed.get("why")), typed.get("withdrawal"), actor=actor().reference, now=now()
            )
    except (UnknownRequestError, actions.NothingIssuedError):
        abort(404)
    except actions.NoReasonError:
        typed.say("withdrawal", gettext("Write what was wrong, and what the applicant can do now."))
    except actions.WithdrawnError:
        typed.say("main", gettext("The extract was withdrawn already."))
    except FourEyesError:
        typed.say("main", gettext("You issued this extract yourself: another supervisor withdraws it."))
    else:
        return redirect(url_for("requests.show", id_=id_, done="withdrawn"), 303)
    page = render_template("extracts/desk/withdraw.html", typed=typed, form=DeedForm(), **issued_section(id_))
    return page, 422


def issued_section(id_: str) -> Mapping[str, object]:
    """Return what the section on the issued extract of a request shows, for the officer who asks."""
    found = actions.issued(session(), id_)
    if found is None:
        return {"issued": None}
    withdrawal = found.withdrawal
    return {
        "issued": {
            "request": id_,
            "number": found.number,
            "at": day_and_time(found.issued_at),
            "by": _who(found.issued_by),
            "kind": SHAPES[found.validity],
            "state": VALIDITIES[found.validity],
            "is_outdated": found.is_outdated,
            "is_own": found.issued_by == actor().reference,
            "may_withdraw": withdrawal is None and Permission.DECIDE_REQUESTS in actor().permissions,
            "reasons": [(reason.value, words) for reason, words in REASONS.items()],
            "why": REASONS[withdrawal.reason] if withdrawal else "",
            "text": withdrawal.text if withdrawal else "",
            "withdrawn": day_and_time(withdrawal.withdrawn_at) if withdrawal else "",
            "withdrawn_by": _who(withdrawal.withdrawn_by) if withdrawal else "",
        }
    }


def _who(reference: str) -> str:
    account = session().get(AccountRow, reference.removeprefix("account:"))
    return account.name if account else reference
