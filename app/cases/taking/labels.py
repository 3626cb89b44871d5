"""The copy of a case in words, section by section, for the page that a family keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from app.cases.consenting.labels import HOWS, OWN_SHARES, STANDINGS, body_name
from app.cases.labels import HAPPENED
from app.cases.model import OF_FAMILY, OF_PERSON
from app.cases.referring.labels import STATES as REFERRAL_STATES
from app.cases.referring.labels import STEPS, need_words
from app.cases.referring.model import Deed
from app.cases.referring.model import State as ReferralState
from app.cases.taking.model import Copy, Sent
from app.cases.working.labels import PROGRESS
from app.cases.working.model import Item
from app.cases.working.papers.labels import KINDS
from app.extracts.forms import answered
from app.extracts.labels import STATES as REQUEST_STATES
from app.kernel.dates import KYIV, day_and_time, in_words
from app.register.staff import full_name
from app.web.language import language


@dataclass(frozen=True)
class Section:
    """A part of the page: a heading, and rows of (label, words)."""

    title: str
    rows: Sequence[tuple[str, str]]


def sections(copy: Copy, title_of: Callable[[Item], str]) -> list[Section]:
    """Return the copy in the page's language; `title_of` names a step of the plan."""
    case, today = copy.case, copy.made_at.astimezone(KYIV).date()
    found = [
        Section(
            gettext("About you"),
            [row for page in OF_FAMILY for row in answered(page, case.answers_on(case.missing[0]))],
        ),
        *(
            Section(full_name(one.claim.person), [row for page in OF_PERSON for row in answered(page, one.answers)])
            for one in case.missing
        ),
        Section(
            gettext("What you agreed to"),
            [
                (
                    body_name(one.recipient),
                    "; ".join(
                        [
                            str(STANDINGS[one.standing(today)]),
                            *(str(words) for share, words in OWN_SHARES.items() if share in one.shares),
                            gettext("until %(day)s", day=in_words(one.until, language())),
                            str(HOWS[one.how]),
                        ]
                    ),
                )
                for one in copy.consents
            ],
        ),
        Section(gettext("To whom you were sent"), [(body_name(one.body), _sent(one)) for one in copy.sent]),
        Section(gettext("The plan"), list(_plan(copy, title_of))),
        Section(
            gettext("Requests for extracts"),
            [(one.reference, str(REQUEST_STATES[one.state])) for one in copy.requests],
        ),
        Section(gettext("Papers"), [(str(KINDS[kind]), name) for kind, name in copy.papers]),
        Section(
            gettext("Messages"),
            [
                (
                    f"{day_and_time(one.at)}, {gettext('You') if one.is_of_family else body_name(case.organisation)}",
                    one.text,
                )
                for one in copy.messages
            ],
        ),
        Section(
            gettext("What happened"),
            [(day_and_time(one.at), str(HAPPENED[one.what])) for one in copy.history],
        ),
    ]
    return [section for section in found if section.rows]


def _sent(one: Sent) -> str:
    """Return what was sent, and every thing that happened with it, in lines."""
    shares = "; ".join(str(words) for share, words in OWN_SHARES.items() if share.value in one.shares)
    steps = [
        f"{day_and_time(at)}: {STEPS[Deed(what)]}{f' — {words}' if words else ''}" for at, what, words in one.steps
    ]
    head = f"{need_words(one.need)}; {REFERRAL_STATES[ReferralState(one.state)]}"
    return "\n".join([head, shares, *([one.message] if one.message else []), *steps])


def _plan(copy: Copy, title_of: Callable[[Item], str]) -> Iterator[tuple[str, str]]:
    for one in copy.work:
        words = [str(PROGRESS[one.progress])]
        if one.days.waiting_until:
            words.append(gettext("until %(day)s", day=in_words(one.days.waiting_until, language())))
        if one.days.done:
            words.append(in_words(one.days.done, language()))
        if one.left_at:
            words.append(gettext("no longer in the plan"))
        yield title_of(one), ", ".join(words)
