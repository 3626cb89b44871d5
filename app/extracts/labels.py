"""The words of a request: who asks, what for, which papers, and what each state means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.extracts.actions import NotYetError, WrongPassphraseError
from app.extracts.evidence import Paper, Unneeded, WhenLost
from app.extracts.model import Channel, Kinship, Purpose
from app.extracts.request import Happened, State
from app.extracts.term import Basis
from app.extracts.warnings import Caution, Doubt
from app.kernel.dates import KYIV, in_words
from app.kernel.reference import UnreadableReferenceError
from app.web.language import language

KINSHIPS: Mapping[Kinship, LazyString] = {
    Kinship.SPOUSE: _l("wife or husband"),
    Kinship.PARTNER: _l("we lived together without a registered marriage"),
    Kinship.CHILD: _l("son or daughter"),
    Kinship.STEPCHILD: _l("stepson or stepdaughter"),
    Kinship.PARENT: _l("mother or father"),
    Kinship.ADOPTIVE_PARENT: _l("adoptive mother or father"),
    Kinship.SIBLING: _l("brother or sister"),
    Kinship.GRANDPARENT: _l("grandmother or grandfather"),
    Kinship.GRANDCHILD: _l("grandson or granddaughter"),
    Kinship.GREAT_GRANDCHILD: _l("great-grandson or great-granddaughter"),
    Kinship.GUARDIAN: _l("guardian or carer of this person"),
    Kinship.WARD: _l("this person is my guardian or carer"),
    Kinship.SELF: _l("it is about myself: I was sought and am found"),
    Kinship.OTHER_RELATIVE: _l("another relative"),
    Kinship.REPRESENTATIVE: _l("I act for a relative: by power of attorney, or as parent or guardian of a child"),
    Kinship.LAWYER: _l("a lawyer acting for a relative"),
}

PURPOSES: Mapping[Purpose, LazyString] = {
    Purpose.BENEFITS: _l("payments and benefits"),
    Purpose.PAY: _l("money allowance of the missing serviceman"),
    Purpose.PENSION: _l("pension"),
    Purpose.DEFERRAL: _l("deferral from mobilisation, or discharge from service"),
    Purpose.GUARDIANSHIP_OF_PROPERTY: _l("guardianship of the person’s property"),
    Purpose.GUARDIANSHIP_OF_CHILD: _l("guardianship or status of a child"),
    Purpose.COURT: _l("court"),
    Purpose.SEARCH: _l("to know what the register holds, and for the search"),
    Purpose.OTHER: _l("other"),
}

CHANNELS: Mapping[Channel, LazyString] = {
    Channel.EMAIL: _l("by e-mail"),
    Channel.PHONE: _l("by phone"),
    Channel.POST: _l("by post"),
    Channel.PAGE_ONLY: _l("not at all: I look at my page myself"),
}

PAPERS: Mapping[Paper, LazyString] = {
    Paper.IDENTITY: _l("your identity document"),
    Paper.MARRIAGE_CERTIFICATE: _l("marriage certificate"),
    Paper.BIRTH_OF_MISSING: _l("birth certificate of the missing person"),
    Paper.BIRTH_OF_APPLICANT: _l("birth certificate of the relative who asks"),
    Paper.BIRTH_BETWEEN: _l("birth certificate of each generation between grandparent and grandchild"),
    Paper.MARRIAGE_OF_PARENT: _l("marriage certificate of the stepchild’s parent and the missing person"),
    Paper.ADOPTION: _l("decision on the adoption"),
    Paper.GUARDIANSHIP: _l("paper on guardianship or care"),
    Paper.SHARED_HOUSEHOLD: _l("papers that show a shared household"),
    Paper.OTHER_PROOF: _l("other papers that show the kinship"),
    Paper.NAME_CHANGE: _l("paper on a changed surname, such as a marriage certificate"),
    Paper.POWER_OF_ATTORNEY: _l("power of attorney"),
    Paper.LAWYER_ORDER: _l("lawyer’s order"),
    Paper.LAWYER_CONTRACT: _l("contract for legal help"),
    Paper.CHILD_ACTED_FOR: _l("birth certificate of the child you act for, or paper on your guardianship"),
    Paper.IDENTITY_OF_PRINCIPAL: _l("identity document of the person you act for"),
}

NOT_NEEDED: Mapping[Unneeded, LazyString] = {
    Unneeded.ORIGINALS: _l("Originals: copies are enough."),
    Unneeded.PAYMENT: _l("Money: the extract is free, and so is the way to it."),
    Unneeded.OFFICIAL_FORM: _l("An official form: there is none."),
    Unneeded.CONSENT_OF_RELATIVES: _l("Consent of other relatives: each asks for their own extract."),
    Unneeded.COURT_DECISION: _l("A court decision: the status arises when the register has the person."),
}

WHEN_LOST: Mapping[WhenLost, LazyString] = {
    WhenLost.SEND_WITHOUT: _l("Send the request without it and say why: you will be asked if it cannot go on."),
    WhenLost.DUPLICATE: _l("Ask the civil registry office (DRATS) how to get a duplicate."),
    WhenLost.CASE_EXTRACT: _l(
        "Attach the ERDR extract in which you are named. The Coordination Headquarters accepts it in place of kinship "
        "papers; whether it does for this extract is not known."
    ),
    WhenLost.ASK_HOTLINE: _l("Ask the line 1698 what will be accepted."),
}

BASES: Mapping[Basis, LazyString] = {
    Basis.PRACTICE_OF_2023: _l(
        "In July 2023 answers came within 30 calendar days, in order of arrival. No term in force today is published, "
        "so this date is not certain."
    ),
}

DOUBTS: Mapping[Doubt, LazyString] = {
    Doubt.LATIN_DIFFERS: _l("In Latin letters “%(typed)s” is usually “%(expected)s”; you wrote “%(latin)s”."),
    Doubt.OTHER_SPELLING: _l(
        "You ask about “%(typed)s”; another paper has “%(other)s”. Both spellings will be looked for."
    ),
    Doubt.SURNAMES_ALMOST_ALIKE: _l("Your surname is “%(other)s”, the person’s “%(typed)s”. Are both spelled right?"),
    Doubt.MIXED_ALPHABETS: _l(
        "“%(typed)s” has letters of two alphabets in one word: %(letters)s. Type it anew on one keyboard."
    ),
    Doubt.LATIN_NAME: _l("“%(typed)s” is in Latin letters. Papers of Ukraine have the name in Cyrillic ones."),
    Doubt.CYRILLIC_IN_LATIN: _l("“%(typed)s” should be in Latin letters, as in the passport for travel abroad."),
    Doubt.RUSSIAN_LETTERS: _l(
        "“%(typed)s” has letters that Ukrainian has not: %(letters)s. Write the name as a Ukrainian paper has it."
    ),
    Doubt.UNUSUAL_SIGNS: _l("“%(typed)s” has signs that names have not: %(letters)s"),
    Doubt.IN_FUTURE: _l("%(typed)s has not come yet."),
    Doubt.BORN_AFTER_MISSING: _l("The birth date, %(typed)s, is later than the day contact was lost, %(other)s."),
    Doubt.BEFORE_THE_WAR: _l("%(typed)s was before 2014, when the war began. Is the year right?"),
    Doubt.VERY_OLD: _l("Born %(typed)s is %(age)s years of age. Is the year right?"),
    Doubt.TOO_YOUNG_TO_SERVE: _l("Born %(typed)s and a serviceman at %(age)s. Is the year right?"),
    Doubt.AGES_DO_NOT_FIT: _l("You were born %(typed)s, the person %(other)s. Do the years fit who you are to them?"),
    Doubt.EMAIL_SLIP: _l("Your e-mail is “%(typed)s”. Did you mean “%(meant)s”?"),
    Doubt.PHONE_IMPOSSIBLE: _l("“%(typed)s” can hardly be a phone number. From abroad it begins with +."),
    Doubt.SEX_DOES_NOT_FIT: _l("The ending of “%(typed)s” does not fit the sex you chose."),
    Doubt.ENDINGS_DISAGREE: _l("“%(typed)s” and “%(other)s” have the endings of a man and of a woman."),
    Doubt.NAMES_SWAPPED: _l("“%(typed)s” and “%(other)s” may have changed places: surname, given name, patronymic."),
    Doubt.PATRONYMIC_IS_NO_PATRONYMIC: _l("“%(typed)s” does not look like a patronymic."),
    Doubt.SAME_PERSON: _l("You gave the same name and birth date for yourself and for the person you ask about."),
}

_TEXTS: Mapping[type[StrEnum], Mapping[Any, LazyString]] = {
    Kinship: KINSHIPS,
    Purpose: PURPOSES,
    Channel: CHANNELS,
    Paper: PAPERS,
    Unneeded: NOT_NEEDED,
    WhenLost: WHEN_LOST,
    Basis: BASES,
}
_DATED = ("typed", "other", "meant")


def text(code: StrEnum) -> str:
    """Return the words of a code of a closed list in the page's language."""
    return str(_TEXTS[type(code)][code])


def caution_text(caution: Caution) -> str:
    """Return in words what looks like a slip, with dates written out, and what may be meant where that is known."""
    values = {
        name: in_words(value, language()) if name in _DATED and caution.doubt in _OF_DATES else value
        for name, value in caution.values.items()
    }
    words = str(DOUBTS[caution.doubt]) % values
    if values.get("meant") and caution.doubt is not Doubt.EMAIL_SLIP:
        words += " " + str(gettext("Did you mean %(meant)s?", meant=values["meant"]))
    return words


_OF_DATES = frozenset({
    Doubt.IN_FUTURE, Doubt.BORN_AFTER_MISSING, Doubt.BEFORE_THE_WAR, Doubt.VERY_OLD, Doubt.TOO_YOUNG_TO_SERVE,
    Doubt.AGES_DO_NOT_FIT,
})  # fmt: skip


STATES: Mapping[State, LazyString] = {
    State.FILED: _l("received; it waits for its turn"),
    State.ASKED: _l("waiting for you: there is a question"),
    State.MATCHED: _l("with an officer"),
    State.PROPOSED: _l("with an officer"),
    State.ISSUED: _l("the extract is issued"),
    State.REFUSED: _l("refused; the reason and the next step are here"),
    State.WITHDRAWN: _l("withdrawn by you"),
}
"""What an applicant reads. That an entry was found, or what was proposed, is not yet an answer."""

HAPPENED: Mapping[Happened, LazyString] = {
    Happened.FILED: _l("You sent the request"),
    Happened.PAPER_ADDED: _l("You added a paper"),
    Happened.PURPOSE_ADDED: _l("You added a purpose"),
    Happened.ASKED: _l("You were asked a question"),
    Happened.ANSWERED: _l("You answered"),
    Happened.ISSUED: _l("The extract was issued"),
    Happened.REFUSED: _l("The request was refused"),
    Happened.WITHDRAWN: _l("You withdrew the request"),
    Happened.REPEATED: _l("You asked for an updated extract"),
    Happened.EXTRACT_WITHDRAWN: _l("The extract was withdrawn"),
    Happened.CORRECTION_SENT: _l("You asked to put the register right"),
    Happened.CORRECTION_ANSWERED: _l("Your correction request was answered"),
}


def state_kind(state: State) -> str:
    """Return the shape that goes with a state, one of those that the whole site has."""
    if state in (State.ISSUED,):
        return "done"
    if state in (State.REFUSED, State.WITHDRAWN):
        return "refused"
    return "waiting" if state is State.ASKED else "started"


OPENING_REFUSED = (UnreadableReferenceError, WrongPassphraseError, NotYetError)
"""Why a page of one's own does not open with a reference and a passphrase."""


def opening_fault(refused: UnreadableReferenceError | WrongPassphraseError | NotYetError) -> tuple[str, str]:
    """Return (field, text) of why reference and passphrase open nothing; which of the two is wrong is not said."""
    match refused:
        case UnreadableReferenceError():
            text = gettext(
                "This cannot be a reference: a sign is missing, or one is another. Compare it with your sheet."
            )
            return "reference", str(text)
        case WrongPassphraseError():
            text = gettext("Reference and passphrase do not fit together. Compare both with what you wrote down.")
        case NotYetError(at=opens_at):
            at = opens_at.astimezone(KYIV) + timedelta(seconds=59)
            text = gettext("Too many wrong attempts. Try again at %(at)s (Kyiv time).", at=f"{at:%H:%M}")
    return "passphrase", str(text)
