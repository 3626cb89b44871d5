"""The words of consents: what can travel, how the family agreed, where a consent stands, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.cases.consenting.consent import IN_FORCE, Consent, Gap, How, Share, Standing, Unfit
from app.directory.labels import NEEDS
from app.directory.model import Directory
from app.kernel.dates import KYIV, in_words
from app.web.edition import part
from app.web.language import language

SHARES: Mapping[Share, LazyString] = {
    Share.CONTACT_NAME: _l("name of the family’s contact, and the language they speak"),
    Share.CONTACT_PHONE: _l("phone number, with the hours when calls are safe"),
    Share.CONTACT_EMAIL: _l("e-mail address, with what must not be written"),
    Share.CONTACT_ADDRESS: _l("postal address"),
    Share.KINSHIP: _l("who the contact is to the missing person"),
    Share.MISSING_NAME: _l("name of the missing person, also former ones and other spellings"),
    Share.MISSING_BIRTH: _l("birth date, birthplace and sex of the missing person"),
    Share.CIRCUMSTANCES: _l("when and where contact was lost, serviceman or civilian, the unit"),
    Share.POLICE: _l("the police unit and the number of the proceeding"),
    Share.STORY: _l("what else is known, in the family’s words"),
    Share.PAPERS: _l("copies of papers; which ones is asked each time"),
    Share.PLAN: _l("what was done already, and what is planned"),
}

OWN_SHARES: Mapping[Share, LazyString] = {
    **SHARES,
    Share.CONTACT_NAME: _l("your name, and the language you speak"),
    Share.CONTACT_PHONE: _l("your phone number, and the hours when you may be called"),
    Share.CONTACT_EMAIL: _l("your e-mail address, and what must not be written to it"),
    Share.CONTACT_ADDRESS: _l("your postal address"),
    Share.KINSHIP: _l("who you are to the missing person"),
    Share.STORY: _l("what else you told"),
}
"""What can travel, said to the family."""

HOWS: Mapping[How, LazyString] = {
    How.PAPER: _l("signed on paper"),
    How.SPOKEN: _l("said before a witness"),
    How.OWN: _l("given by the family on its own page"),
}

CHOICES: Mapping[How, LazyString] = {
    How.PAPER: _l("It has signed a paper: I attach the scan"),
    How.SPOKEN: _l("It said so, and somebody else heard it"),
    How.OWN: _l("It will agree itself on its own page; until then nothing is shared"),
}

STANDINGS: Mapping[Standing, LazyString] = {
    Standing.ASKED: _l("waits for the family"),
    Standing.REFUSED: _l("not agreed to"),
    Standing.IN_FORCE: _l("in force"),
    Standing.ENDS_SOON: _l("ends soon"),
    Standing.EXPIRED: _l("has ended"),
    Standing.WITHDRAWN: _l("withdrawn"),
}

SHAPES: Mapping[Standing, str] = {
    Standing.ASKED: "waiting",
    Standing.REFUSED: "refused",
    Standing.IN_FORCE: "done",
    Standing.ENDS_SOON: "waiting",
    Standing.EXPIRED: "none",
    Standing.WITHDRAWN: "refused",
}

GAPS: Mapping[Gap, LazyString] = {
    Gap.RECIPIENT: _l("The family has not agreed that anything goes to this body."),
    Gap.PURPOSE: _l("The family agreed to share with this body for something else."),
    Gap.REFUSED: _l("The family did not agree to it."),
    Gap.ASKED: _l("The family was asked and has not answered yet."),
    Gap.EXPIRED: _l("The consent has ended. Ask the family anew."),
    Gap.WITHDRAWN: _l("The family has withdrawn its consent."),
    Gap.SHARES: _l("The consent is in force and does not hold all of it."),
}

UNFIT: Mapping[Unfit, tuple[str, LazyString]] = {
    Unfit.NO_SHARES: ("shares", _l("Tick what the family agrees to share.")),
    Unfit.NO_BODY: ("main", _l("Choose a certain body from the directory.")),
    Unfit.PAST: ("until", _l("This day is over. Choose a later one.")),
    Unfit.TOO_LONG: ("until", _l("A consent lasts at most twelve months. Then the family is asked anew.")),
    Unfit.NO_WITNESS: ("witness", _l("Write who heard it.")),
}


@dataclass(frozen=True)
class Told:
    """A consent in words."""

    id: str
    body: str
    purpose: str
    shares: list[str]
    standing: str
    shape: str
    how: str
    asked_on: str
    given_on: str
    until: str
    withdrawn_on: str
    withdrawn_by: str
    recorded_by: str
    is_asked: bool
    is_withdrawable: bool
    has_scan: bool


def consent_words(consent: Consent, on: date, spoken: Mapping[Share, LazyString] = SHARES) -> Told:
    """Return a consent in the page's language, as it stands on a day; `spoken` are the words for what may travel."""
    standing = consent.standing(on)
    return Told(
        id=consent.id,
        body=body_name(consent.recipient),
        purpose=str(NEEDS[consent.purpose]),
        shares=[str(words) for share, words in spoken.items() if share in consent.shares],
        standing=str(STANDINGS[standing]),
        shape=SHAPES[standing],
        how=str(HOWS[consent.how]),
        asked_on=_day(consent.asked_at),
        given_on=_day(consent.given_at),
        until=in_words(consent.until, language()),
        withdrawn_on=_day(consent.withdrawn_at),
        withdrawn_by=consent.withdrawn_by,
        recorded_by=consent.recorded_by,
        is_asked=standing is Standing.ASKED,
        is_withdrawable=standing in IN_FORCE,
        has_scan=bool(consent.paper),
    )


def body_name(id_: str) -> str:
    """Return the name of a body of the directory; one that stands there no more is called by its id."""
    body = part(Directory).organisations.get(id_)
    return body.name[language()] if body else id_


def _day(moment: datetime | None) -> str:
    return in_words(moment.astimezone(KYIV).date(), language()) if moment else ""
