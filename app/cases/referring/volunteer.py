"""The part “Referrals” of a case: choosing a body, sending, following, telling more, taking back; and the report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.accounts.forms import check_button
from app.accounts.model import Permission
from app.cases.actions import ClosedError
from app.cases.consenting.actions import consents_of
from app.cases.consenting.consent import IN_FORCE, Consent, NotCoveredError, Share
from app.cases.consenting.labels import GAPS, SHARES, body_name, consent_words
from app.cases.consenting.volunteer import bodies
from app.cases.model import Case, Closing
from app.cases.referring import actions, forms
from app.cases.referring.fitting import works_in
from app.cases.referring.labels import (
    DOUBTS,
    REASONS_TOLD,
    STATES,
    need_words,
    referral_words,
    step_title,
    time_of,
)
from app.cases.referring.model import NotNowError, State
from app.cases.referring.packet import NothingSharedError
from app.cases.referring.report import Report, report
from app.cases.volunteer import back, by_whom, case_page, people_names, who, with_case
from app.directory.labels import NEEDS
from app.directory.model import Directory, Need, Organisation
from app.directory.model import Kind as BodyKind
from app.kernel.dates import KYIV
from app.outbox.model import MessageError
from app.register.forms import Typed
from app.web.access import requires
from app.web.database import now, session
from app.web.downloads import spreadsheet
from app.web.edition import part
from app.web.hosts import full_address
from app.web.language import in_language, language
from app.web.pages import chosen

blueprint = in_language(Blueprint("referring", __name__))

SAID = {
    "sent": _l("The letter with the link is on its way. You are told when the body answers."),
    "renewed": _l("A new link is on its way. The one before opens nothing any more."),
    "supplied": _l("The body is told."),
    "revoked": _l("The referral is taken back. What was shared can be opened no longer."),
    "moved": _l("This cannot be done any more: look at the referral as it is now."),
    "no-mail": _l("This address takes no mail. Nothing was changed."),
    "nothing": _l("Tick something, or write something. Nothing was sent."),
    "not-covered": _l("No consent covers all of this any more. Nothing was sent. Ask the family first."),
}


@blueprint.get("/cases/<id_>/referrals")
@with_case
def listed(case: Case) -> ResponseReturnValue:
    """List the referrals of a case with where they stand."""
    found = actions.referrals(session(), case)
    return case_page(
        "cases/referring/list.html",
        case,
        referrals=[{"told": referral_words(one, now()), "until": _until(one)} for one in found],
        said=SAID.get(request.args.get("said", "")),
    )


@blueprint.get("/cases/<id_>/referrals/new")
@with_case
def choose(case: Case) -> ResponseReturnValue:
    """Find the body to send the family to, by words, need and region."""
    directory = part(Directory)
    typed, need = request.args.get("q", "").strip()[:200], chosen(Need, "need")
    region = request.args.get("region", "")
    regions = forms.regions(directory)
    region = region if region in dict(regions) else ""
    found = [body for body in bodies(typed, need) if works_in(body, region)]
    return case_page(
        "cases/referring/choose.html",
        case,
        typed=typed,
        need=need.value if need else "",
        region=region,
        needs=[("", gettext("Any")), *((one.value, words) for one, words in NEEDS.items())],
        regions=[("", gettext("Any")), *regions],
        bodies=[_card(body, need, region) for body in found],
        agreed=[
            {"told": consent_words(one, _today()), "body": one.recipient, "need": one.purpose.value}
            for one in _in_force(case)
        ],
        is_asked=bool(typed or need),
    )


@blueprint.route("/cases/<id_>/referrals/new/<body>", methods=["GET", "POST"])
@with_case
def write(case: Case, body: str) -> ResponseReturnValue:
    """Write a referral to a body, and send it."""
    directory = part(Directory)
    one = directory.organisations.get(body)
    if one is None or one.kind is BodyKind.GENERIC:
        abort(404)
    agreed = [consent for consent in _in_force(case) if consent.recipient == body]
    if request.method != "POST":
        return _form(case, one, _proposed(case, one, agreed), agreed)
    check_button()
    typed = forms.entered()
    try:
        order = forms.read_order(typed, body, case)
        with session().begin_nested():
            made = actions.send(session(), case.id, order, directory=directory, who=who(), now=now())
    except forms.UnreadError:
        return _form(case, one, typed, agreed), 422
    except NotCoveredError as refused:
        missing = "; ".join(str(SHARES[share]) for share in SHARES if share in refused.missing)
        typed.say("shares", gettext("%(why)s Not covered: %(what)s.", why=str(GAPS[refused.gap]), what=missing))
        return _form(case, one, typed, agreed, asks_consent=True), 422
    except NothingSharedError:
        typed.say("shares", gettext("Tick what the body is to be told."))
        return _form(case, one, typed, agreed), 422
    except actions.DoubtsError as refused:
        typed.say("despite", gettext("Say why you go on all the same, or choose another body."))
        return _form(case, one, typed, agreed, doubts=[str(DOUBTS[doubt]) for doubt in refused.doubts]), 422
    except MessageError:
        typed.say("mail_to", gettext("This is not one e-mail address. Correct it, or leave it empty."))
        return _form(case, one, typed, agreed), 422
    except actions.AlreadySentError as before:
        return redirect(url_for(".show", id_=case.id, referral=before.referral, said="moved"), 303)
    except actions.TooManyOpenError:
        typed.say("main", gettext("Twenty referrals of this case are open. Take one back, or wait for an answer."))
        return _form(case, one, typed, agreed), 422
    except ClosedError:
        return back(case.id, "closed-before")
    return _made(case, made, "sent")


@blueprint.get("/cases/<id_>/referrals/<referral>")
@with_case
def show(case: Case, referral: str) -> ResponseReturnValue:
    """Show a referral with everything that happened."""
    return _page(case, referral, said=SAID.get(request.args.get("said", "")))


@blueprint.post("/cases/<id_>/referrals/<referral>/renew")
@with_case
def renew(case: Case, referral: str) -> ResponseReturnValue:
    """Make a new link, mailed or to be handed over."""
    mail_to = request.form.get("mail_to", "").strip()[:320]
    return _pressed(
        case,
        referral,
        "renewed",
        lambda: actions.renew(session(), case.id, referral, mail_to=mail_to, who=who(), now=now()),
    )


@blueprint.post("/cases/<id_>/referrals/<referral>/more")
@with_case
def supply(case: Case, referral: str) -> ResponseReturnValue:
    """Tell the body what it needs to know."""
    shares, words = forms.entered_shares(), request.form.get("words", "")
    return _pressed(
        case,
        referral,
        "supplied",
        lambda: actions.supply(session(), case.id, referral, shares, words, who=who(), now=now()),
    )


@blueprint.post("/cases/<id_>/referrals/<referral>/revoke")
@with_case
def revoke(case: Case, referral: str) -> ResponseReturnValue:
    """Take a referral back."""
    check_button()
    try:
        with session().begin_nested():
            actions.revoke(session(), case.id, referral, who=who(), now=now())
    except actions.UnknownReferralError:
        abort(404)
    except NotNowError:
        return _back(case, referral, "moved")
    except ClosedError:
        return back(case.id, "closed-before")
    return _back(case, referral, "revoked")


def _pressed(case: Case, referral: str, said: str, deed: Callable[[], actions.Made]) -> ResponseReturnValue:
    """Do what makes a new link, and show the link once where it is not mailed."""
    check_button()
    try:
        with session().begin_nested():
            made = deed()
    except actions.UnknownReferralError:
        abort(404)
    except NotNowError:
        said = "moved"
    except NotCoveredError:
        said = "not-covered"
    except NothingSharedError:
        said = "nothing"
    except MessageError:
        said = "no-mail"
    except ClosedError:
        return back(case.id, "closed-before")
    else:
        return _made(case, made, said)
    return _back(case, referral, said)


def _made(case: Case, made: actions.Made, said: str) -> ResponseReturnValue:
    if made.is_mailed:
        return _back(case, made.referral, said)
    link = full_address(url_for("receiving.look", token=made.token, language=language()))
    return _page(case, made.referral, made=link)


def _back(case: Case, referral: str, said: str) -> ResponseReturnValue:
    return redirect(url_for(".show", id_=case.id, referral=referral, said=said), 303)


def _page(case: Case, referral: str, **values: object) -> Response:
    try:
        one = actions.referral(session(), case, referral)
    except actions.UnknownReferralError:
        abort(404)
    names = people_names(who())
    agreed = {share for consent in _in_force(case) if consent.recipient == one.body for share in consent.shares}
    return case_page(
        "cases/referring/show.html",
        case,
        one=referral_words(one, now()),
        standing=one.standing,
        message=one.message,
        mail_to=one.mail_to,
        doubts=[str(DOUBTS[doubt]) for doubt in one.doubts],
        despite=one.despite,
        better=_known(one.better),
        until=_until(one),
        events=[
            {
                "when": step.at.isoformat(timespec="seconds"),
                "time": time_of(step.at),
                "title": step_title(step, one),
                "text": step.words or (by_whom(step.by, names) if step.by.startswith("account:") else ""),
            }
            for step in one.steps
        ],
        more=forms.more(agreed, one.shares),
        moved=Closing.MOVED.value,
        **values,
    )


def _form(
    case: Case,
    body: Organisation,
    typed: Typed,
    agreed: list[Consent],
    *,
    doubts: list[str] | None = None,
    asks_consent: bool = False,
) -> Response:
    shares: set[Share] = {share for one in agreed for share in one.shares}
    return case_page(
        "cases/referring/write.html",
        case,
        body=body.id,
        name=body.name[language()],
        go_for=body.go_for[language()],
        not_for=body.not_for[language()],
        pace=body.pace,
        has_mail=bool(body.current_emails),
        agreed=[consent_words(one, _today()) for one in agreed],
        controls=forms.controls(typed, case, body, part(Directory), agreed=shares),
        doubts=doubts or [],
        asks_consent=asks_consent or not agreed,
        problems=typed.faults,
    )


def _proposed(case: Case, body: Organisation, agreed: list[Consent]) -> Typed:
    """Propose what was agreed to for the need that is asked about, or for the first that fits."""
    need = request.args.get("need", "")
    fitting = [one for one in agreed if one.purpose.value == need] or agreed
    first = fitting[0] if fitting else None
    return forms.proposed(
        case, body, first.shares if first else frozenset(), need or (first.purpose.value if first else "")
    )


def _in_force(case: Case) -> list[Consent]:
    return [one for one in consents_of(session(), case.id) if one.standing(_today()) in IN_FORCE]


def _card(body: Organisation, need: Need | None, region: str) -> dict[str, object]:
    return {
        "id": body.id,
        "name": body.name[language()],
        "go_for": body.go_for[language()],
        "not_for": body.not_for[language()],
        "pace": body.pace,
        "need": need.value if need else "",
        "region": region,
    }


def _known(id_: str) -> tuple[str, str] | None:
    return (id_, body_name(id_)) if id_ in part(Directory).organisations else None


def _until(one: actions.Referral) -> str:
    until = one.opens_until(now())
    return time_of(until) if until else ""


def _today() -> date:
    return now().astimezone(KYIV).date()


# For those who lead


@blueprint.get("/cases/organisation/referrals")
@requires(Permission.LEAD_ORGANISATION)
def reported() -> ResponseReturnValue:
    """Show what became of the referrals of an organisation."""
    found = _report()
    response = make_response(
        render_template(
            "cases/referring/report.html", report=found, STATES=STATES, REASONS=REASONS_TOLD, body_name=body_name,
            need_words=need_words,
        )
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/cases/organisation/referrals.csv")
@requires(Permission.LEAD_ORGANISATION)
def reported_csv() -> ResponseReturnValue:
    """Hand the same out as a table, one line for each body."""
    head = [
        gettext("Id"), gettext("Body"), gettext("Referrals"), gettext("Answered"), STATES[State.DONE],
        STATES[State.DECLINED], *(f"{STATES[State.DECLINED]}: {words}" for words in REASONS_TOLD.values()),
        STATES[State.SILENT], STATES[State.REVOKED], STATES[State.WITHDRAWN],
        gettext("Working days to the first answer, median"),
    ]  # fmt: skip
    rows = (
        [
            one.body, body_name(one.body), one.count, one.answered, one.done, one.declined,
            *(one.reasons.get(reason, 0) for reason in REASONS_TOLD), one.silent, one.revoked, one.withdrawn,
            "" if one.median_days is None else f"{one.median_days:g}",
        ]
        for one in _report().bodies
    )  # fmt: skip
    return spreadsheet([head, *rows], name="referrals.csv")


def _report() -> Report:
    asking = who()
    return report(actions.outcomes(session(), who=asking, now=now()), waiting=actions.waiting(session()))
