"""The forms of referrals: what a volunteer sends, and what a body answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask import request
from flask_babel import gettext

from app.cases.consenting.consent import Share
from app.cases.consenting.labels import SHARES
from app.cases.model import Case
from app.cases.referring.labels import ANSWERS, KIND_CHOICES, REASONS
from app.cases.referring.model import Declined, Deed, Kind
from app.cases.referring.packet import OFFERED, Order
from app.directory.choose import ABROAD
from app.directory.labels import NEEDS
from app.directory.model import Directory, Need, Organisation
from app.extracts.forms import Control
from app.kernel.languages import PUBLIC, SOURCE
from app.kernel.text import fold
from app.register.forms import Typed, typed_of
from app.register.staff import full_name
from app.web.language import language

_SENT = ("kind", "need", "region", "message", "mail_to", "language", "despite")


class UnreadError(ValueError):
    """The form does not say enough; its `Typed` says what is wrong with which field."""


def proposed(case: Case, body: Organisation, agreed: Collection[Share], need: str) -> Typed:
    """Return a form that is still empty but for what is near: what was agreed to, and the body's address."""
    return Typed(
        {
            "kind": Kind.REFER.value,
            "need": need,
            "shares": " ".join(share for share in OFFERED if share in agreed),
            "about": " ".join(one.id for one in case.missing),
            "mail_to": next((email.address for email in body.current_emails), ""),
            "language": SOURCE,
            "region": request.args.get("region", ""),
        }
    )


def entered() -> Typed:
    """Return what was typed."""
    typed = typed_of(request.form, _SENT)
    typed.values["shares"] = " ".join(request.form.getlist("shares"))[:400]
    typed.values["about"] = " ".join(request.form.getlist("about"))[:400]
    return typed


def read_order(typed: Typed, body: str, case: Case) -> Order:
    """Return the referral as it was written. Raises UnreadError; `typed` then says all that is wrong."""
    if typed.get("need") not in set(Need):
        typed.say("need", gettext("Choose what it is for."))
    if typed.get("kind") not in set(Kind):
        typed.say("kind", gettext("Choose whether the case stays with you."))
    about = typed.get("about").split() if len(case.missing) > 1 else [one.id for one in case.missing]
    if not about:
        typed.say("about", gettext("Tick whom it is about."))
    shares = _shares(typed)
    if not shares:
        typed.say("shares", gettext("Tick what the body is to be told."))
    if typed.faults:
        raise UnreadError
    return Order(
        body=body,
        kind=Kind(typed.get("kind")),
        need=Need(typed.get("need")),
        shares=shares,
        about=about,
        language=typed.get("language") if typed.get("language") in PUBLIC else SOURCE,
        region=typed.get("region"),
        message=typed.get("message"),
        mail_to=typed.get("mail_to").strip(),
        despite=typed.get("despite"),
    )


def entered_shares() -> frozenset[Share]:
    """Return the fields that were ticked."""
    return frozenset(Share(code) for code in request.form.getlist("shares") if code in set(OFFERED))


def _shares(typed: Typed) -> frozenset[Share]:
    return frozenset(Share(code) for code in typed.get("shares").split() if code in set(OFFERED))


def controls(
    typed: Typed, case: Case, body: Organisation, directory: Directory, *, agreed: Collection[Share]
) -> dict[str, Control]:  # fmt: skip
    """Return the fields of the form by name, with what was typed. Of what travels, what was agreed to comes first."""
    needs = [*body.needs, *(need for need in Need if need not in body.needs)]
    shares = sorted(OFFERED, key=lambda share: share not in agreed)
    fields = [
        Control(
            id="kind",
            kind="radio",
            label=gettext("Does the case stay with you?"),
            value=typed.get("kind"),
            options=[(kind.value, str(words)) for kind, words in KIND_CHOICES.items()],
            error=typed.wrong("kind"),
        ),
        Control(
            id="need",
            kind="select",
            label=gettext("What for?"),
            value=typed.get("need"),
            options=[(need.value, str(NEEDS[need])) for need in needs],
            error=typed.wrong("need"),
        ),
        Control(
            id="region",
            kind="select",
            label=gettext("Where is the family?"),
            hint=gettext("It is compared with where the body works, and not sent."),
            value=typed.get("region"),
            options=regions(directory),
        ),
        Control(
            id="shares",
            kind="several",
            label=gettext("What is the body to be told?"),
            hint=gettext("Tick as little as it needs. What no consent covers is not sent."),
            values=typed.get("shares").split(),
            options=[(share.value, str(SHARES[share])) for share in shares],
            error=typed.wrong("shares"),
        ),
        Control(
            id="message",
            kind="lines",
            lines=4,
            label=gettext("What do you ask of the body?"),
            hint=gettext(
                "It is read together with what is shared. Write nothing of the family that no consent covers."
            ),
            value=typed.get("message"),
        ),
        Control(
            id="mail_to",
            kind="text",
            type="email",
            label=gettext("E-mail of the body"),
            hint=gettext("Leave it empty to hand the link over yourself. The letter says nothing of the family."),
            value=typed.get("mail_to"),
            error=typed.wrong("mail_to"),
        ),
        Control(
            id="language",
            kind="select",
            label=gettext("Language of the letter"),
            value=typed.get("language"),
            options=[(code, one.own_name) for code, one in PUBLIC.items()],
        ),
        Control(
            id="despite",
            kind="lines",
            lines=2,
            label=gettext("Why this body all the same?"),
            value=typed.get("despite"),
            error=typed.wrong("despite"),
        ),
    ]
    if len(case.missing) > 1:
        people = [(one.id, full_name(one.claim.person)) for one in case.missing]
        fields.append(
            Control(
                id="about",
                kind="several",
                label=gettext("Whom is it about?"),
                values=typed.get("about").split(),
                options=people,
                error=typed.wrong("about"),
            )
        )
    return {control.id: control for control in fields}


def regions(directory: Directory) -> list[tuple[str, str]]:
    """Return the regions to choose from, by name, and abroad."""
    names = sorted(((code, words[language()]) for code, words in directory.regions.items()), key=lambda one: one[1])
    return [*names, (ABROAD, str(gettext("Abroad")))]


def more(agreed: Collection[Share], sent: Collection[Share]) -> Control:
    """Return the field by which more is told: what was not sent before comes first."""
    shares = sorted(OFFERED, key=lambda share: (share in sent, share not in agreed))
    return Control(
        id="shares",
        kind="several",
        label=gettext("What is the body to be told besides?"),
        hint=gettext("It is sent as it stands in the case now. What no consent covers is not sent."),
        options=[(share.value, str(SHARES[share])) for share in shares],
    )


# What a body answers

_ANSWERED = ("answer", "reason", "better", "words")


def entered_answer() -> Typed:
    """Return what a body typed."""
    return typed_of(request.form, _ANSWERED)


def read_answer(typed: Typed) -> tuple[Deed, Declined | None]:
    """Return the answer with its reason. Raises UnreadError."""
    offered = set(ANSWERS)
    if typed.get("answer") not in offered:
        typed.say("answer", gettext("Choose an answer."))
        raise UnreadError
    deed = Deed(typed.get("answer"))
    if deed is not Deed.DECLINE:
        return deed, None
    if typed.get("reason") not in set(Declined):
        typed.say("reason", gettext("Choose why you cannot help."))
        raise UnreadError
    return deed, Declined(typed.get("reason"))


def answer_controls(typed: Typed, offered: Sequence[Deed], directory: Directory, body: str) -> dict[str, Control]:
    """Return the fields of an answer by name."""
    names = {one.id: one.name[language()] for one in directory if one.id != body}
    fields = (
        Control(
            id="answer",
            kind="radio",
            label=gettext("Your answer"),
            value=typed.get("answer"),
            options=[(deed.value, str(ANSWERS[deed])) for deed in offered],
            error=typed.wrong("answer"),
        ),
        Control(
            id="reason",
            kind="select",
            label=gettext("If you cannot help: why?"),
            value=typed.get("reason"),
            options=[(reason.value, str(words)) for reason, words in REASONS.items()],
            error=typed.wrong("reason"),
        ),
        Control(
            id="better",
            kind="select",
            label=gettext("If it is not what you do: who does it?"),
            hint=gettext("Only if you know. The volunteer then asks there."),
            value=typed.get("better"),
            options=sorted(names.items(), key=lambda one: fold(one[1])),
        ),
        Control(
            id="words",
            kind="lines",
            lines=4,
            label=gettext("In your words"),
            hint=gettext("Such as what you need to know, or what comes next. The volunteer and the family read it."),
            value=typed.get("words"),
            error=typed.wrong("words"),
        ),
    )
    return {control.id: control for control in fields}
