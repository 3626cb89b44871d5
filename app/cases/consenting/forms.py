"""The form by which a volunteer writes down what a family agreed to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import request
from flask_babel import gettext

from app.cases.consenting.consent import How, Share, Terms, Unfit
from app.cases.consenting.labels import CHOICES, SHARES, UNFIT
from app.directory.labels import NEEDS
from app.directory.model import Need, Organisation
from app.extracts.draft import date_of
from app.extracts.forms import Control
from app.register.forms import Typed, typed_of
from app.storage.refusals import UploadRefusedError
from app.storage.uploads import Accepted
from app.web.files import accept_upload, why

SCAN = "scan"
_NAMES = ("body", "purpose", "until-day", "until-month", "until-year", "how", "witness")


class UnreadError(ValueError):
    """The form does not say enough; its `Typed` says what is wrong with which field."""


def entered() -> tuple[Typed, Sequence[tuple[str, Accepted]]]:
    """Return what was typed, and the scan if one was sent. It takes its time: call it before the transaction begins."""
    typed = typed_of(request.form, _NAMES)
    typed.values["shares"] = " ".join(request.form.getlist("shares"))[:400]
    upload = request.files.get(SCAN)
    if upload is None or not upload.filename:
        return typed, ()
    try:
        return typed, [(upload.filename, accept_upload(upload))]
    except UploadRefusedError as error:
        typed.say(SCAN, why(error.refusal))
        return typed, ()


def proposed(body: str, until: date) -> Typed:
    """Return a form that is still empty but for the body and the end that is proposed."""
    return Typed(
        {"body": body, "until-day": str(until.day), "until-month": str(until.month), "until-year": str(until.year)}
    )


def read(typed: Typed, scan: Sequence[tuple[str, Accepted]]) -> tuple[Terms, How]:
    """Return the terms and how they were agreed to. Raises UnreadError; `typed` then says all that is wrong."""
    shares = frozenset(Share(code) for code in typed.get("shares").split() if code in set(Share))
    until = date_of(typed.values, "until")
    if not shares:
        say(typed, [Unfit.NO_SHARES])
    if typed.get("purpose") not in set(Need):
        typed.say("purpose", gettext("Choose what it is for."))
    if until is None or not until.is_exact:
        typed.say("until", gettext("Write day, month and year in numbers, such as 28 3 2027."))
    if typed.get("how") not in set(How):
        typed.say("how", gettext("Choose how the family agreed."))
    if typed.get("how") == How.PAPER and not scan and not typed.wrong(SCAN):
        typed.say(SCAN, gettext("Attach the scan of the signed paper, or a photo of it."))
    if typed.get("how") == How.SPOKEN and not typed.get("witness").strip():
        say(typed, [Unfit.NO_WITNESS])
    if typed.faults or until is None:
        raise UnreadError
    return Terms(shares, typed.get("body"), Need(typed.get("purpose")), until.earliest), How(typed.get("how"))


def say(typed: Typed, faults: Sequence[Unfit]) -> None:
    """Say what is wrong with the terms beside its fields."""
    for fault in faults:
        name, text = UNFIT[fault]
        typed.say(name, str(text))


def controls(typed: Typed, body: Organisation) -> dict[str, Control]:
    """Return the fields of the form by name, with what was typed; what the body is there for comes first."""
    needs = [*body.needs, *(need for need in Need if need not in body.needs)]
    fields = (
        Control(
            id="shares",
            kind="several",
            label=gettext("What may be shared?"),
            hint=gettext("Read the lines to the family. Tick only what it agrees to; nothing else is sent."),
            values=typed.get("shares").split(),
            options=[(share.value, str(words)) for share, words in SHARES.items()],
            error=typed.wrong("shares"),
        ),
        Control(
            id="purpose",
            kind="select",
            label=gettext("What for?"),
            value=typed.get("purpose"),
            options=[(need.value, str(NEEDS[need])) for need in needs],
            error=typed.wrong("purpose"),
        ),
        Control(
            id="until",
            kind="date",
            label=gettext("Until what day?"),
            hint=gettext("This day included; at most twelve months from today."),
            values=[typed.get(f"until-{unit}") for unit in ("day", "month", "year")],
            error=typed.wrong("until"),
        ),
        Control(
            id="how",
            kind="radio",
            label=gettext("How did the family agree?"),
            value=typed.get("how"),
            options=[(how.value, str(words)) for how, words in CHOICES.items()],
            error=typed.wrong("how"),
        ),
        Control(
            id="witness",
            kind="text",
            label=gettext("Who heard it?"),
            hint=gettext("Only if it was said: name of the witness, and how they are found. It is kept sealed."),
            value=typed.get("witness"),
            error=typed.wrong("witness"),
        ),
    )
    return {control.id: control for control in fields}
