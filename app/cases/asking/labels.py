"""The words of requests that are made from a case."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.cases.asking.model import Manner, Stage
from app.cases.labels import SPOKEN as OF_CASE
from app.extracts.draft import Page
from app.extracts.forms import Spoken
from app.extracts.request import State

MANNERS: Mapping[Manner, LazyString] = {
    Manner.APPLICANT: _l("The family’s contact asks, and agrees in their own words; you write it down"),
    Manner.REPRESENTATIVE: _l("Somebody asks for the contact with a power of attorney"),
    Manner.LAWYER: _l("A lawyer asks for the contact with a lawyer’s order"),
}

STAGES: Mapping[Stage, LazyString] = {
    Stage.BEGUN: _l("not sent yet"),
    Stage.GONE: _l("not sent within two weeks, and deleted"),
    Stage.FILED: _l("sent"),
}

STATES: Mapping[State, LazyString] = {
    State.FILED: _l("received; it waits for its turn"),
    State.ASKED: _l("the desk asks something back"),
    State.MATCHED: _l("with an officer"),
    State.PROPOSED: _l("with an officer"),
    State.ISSUED: _l("the extract is issued"),
    State.REFUSED: _l("refused; the reason and the next step are here"),
    State.WITHDRAWN: _l("withdrawn by the family"),
}
"""What a helper reads of a request. That an entry was found, or what was proposed, is not yet an answer."""

TITLES: Mapping[Page, LazyString] = {
    Page.PERSON: _l("Who is missing"),
    Page.APPLICANT: _l("Who asks"),
    Page.PURPOSE: _l("What the extract is for"),
    Page.CONTACT: _l("Where the answer goes"),
    Page.PAPERS: _l("If a paper is missing"),
}

_ALWAYS: Spoken = {
    **{key: words for key, words in OF_CASE.items() if key[0] is Page.CONTACT},
    (Page.PURPOSE, "purposes"): (_l("What does the family need the extract for?"), ""),
    (Page.APPLICANT, "principal-kinship"): (_l("Who is the family’s contact to the missing person?"), ""),
    (Page.APPLICANT, "principal-surname"): (_l("Surname of the contact"), ""),
    (Page.APPLICANT, "principal-given"): (_l("Given name of the contact"), ""),
    (Page.APPLICANT, "principal-patronymic"): (_l("Patronymic of the contact"), ""),
    (Page.PAPERS, "later"): (_l("Some papers will follow"), ""),
}

SPOKEN: Mapping[Manner, Spoken] = {
    Manner.APPLICANT: {**OF_CASE, **_ALWAYS},
    **{
        manner: {
            **_ALWAYS,
            (Page.APPLICANT, "surname"): (_l("Surname of whoever asks for the family"), ""),
            (Page.APPLICANT, "given"): (_l("Given name of whoever asks for the family"), ""),
            (Page.APPLICANT, "patronymic"): (_l("Patronymic of whoever asks for the family"), ""),
        }
        for manner in (Manner.REPRESENTATIVE, Manner.LAWYER)
    },
}
"""Words of fields where those for an applicant do not fit."""
