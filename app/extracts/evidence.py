"""Which papers are asked for each kinship, what is not needed, and what to do when a paper is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from app.extracts.model import Kinship


class Paper(StrEnum):
    """A paper that may be asked for, always as a copy."""

    IDENTITY = "identity"
    MARRIAGE_CERTIFICATE = "marriage_certificate"
    BIRTH_OF_MISSING = "birth_of_missing"
    BIRTH_OF_APPLICANT = "birth_of_applicant"
    """Of the relative whose kinship counts: the applicant, or the person they act for."""
    BIRTH_BETWEEN = "birth_between"
    """Birth certificate of the parent, or of each generation, between grandparent and grandchild."""
    MARRIAGE_OF_PARENT = "marriage_of_parent"
    """Marriage certificate of the applicant's parent and the missing step-parent."""
    ADOPTION = "adoption"
    GUARDIANSHIP = "guardianship"
    """Between the missing person and the relative whose kinship counts."""
    SHARED_HOUSEHOLD = "shared_household"
    OTHER_PROOF = "other_proof"
    NAME_CHANGE = "name_change"
    """Marriage certificate or other paper on a changed surname."""
    POWER_OF_ATTORNEY = "power_of_attorney"
    LAWYER_ORDER = "lawyer_order"
    LAWYER_CONTRACT = "lawyer_contract"
    CHILD_ACTED_FOR = "child_acted_for"
    """Birth certificate of the child, or paper on guardianship over the person, for whom a representative acts."""
    IDENTITY_OF_PRINCIPAL = "identity_of_principal"


class Certainty(StrEnum):
    """Whether a source says so, or whether it follows from common practice and the desk may ask for another paper."""

    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"


class Need(StrEnum):
    """How firmly a paper is asked for. Nothing blocks a request: a missing paper is asked for later."""

    ALWAYS = "always"
    IF_NAMES_DIFFER = "if_names_differ"
    ANY_OF = "any_of"
    """One of several papers is enough."""


@dataclass(frozen=True)
class Asked:
    """A paper, how firmly it is asked for, and the source ids that say so."""

    paper: Paper
    certainty: Certainty
    sources: tuple[str, ...] = ()
    need: Need = Need.ALWAYS


class Unneeded(StrEnum):
    """What families are often told to bring and need not."""

    ORIGINALS = "originals"
    PAYMENT = "payment"
    OFFICIAL_FORM = "official_form"
    CONSENT_OF_RELATIVES = "consent_of_relatives"
    COURT_DECISION = "court_decision"


class WhenLost(StrEnum):
    """What can be done when a paper is lost or out of reach."""

    SEND_WITHOUT = "send_without"
    DUPLICATE = "duplicate"
    CASE_EXTRACT = "case_extract"
    """The ERDR extract that names the applicant; another body accepts it, for this extract it is not known."""
    ASK_HOTLINE = "ask_hotline"


@dataclass(frozen=True)
class Advice:
    """A thing not needed, or a way out, with how certain it is."""

    kind: Unneeded | WhenLost
    certainty: Certainty
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """All that is asked of one applicant."""

    asked: tuple[Asked, ...]
    not_needed: tuple[Advice, ...]
    when_lost: tuple[Advice, ...]
    may_ask: Certainty
    """Whether a source says that such an applicant may ask at all."""
    may_ask_sources: tuple[str, ...] = ()

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The papers in the order in which they are asked for."""
        return tuple(item.paper for item in self.asked)


_OFFICE = "mvs-sekretariat-upovnovazenogoz-pitan-osib"
_CHILDREN_SEARCH = "missingchildren-alhorytm-diy-dlya-rozshuku"
_GUIDE = "radabershad-6683"
_LAW = "finance-novyny-live-284433"
_FREE = "minre-2023-a64f"
_SEVERAL = "menafn-62000"
_STATUS = ("court-1468050", "pravo-ua-family-pravovyj-status-osoby")
_CABINET = "hlyniany-rada-30375777"
_HOTLINE = "sud-346555"


def _sure(paper: Paper, *sources: str) -> Asked:
    return Asked(paper, Certainty.CONFIRMED, sources or (_OFFICE, _GUIDE))


def _unsure(paper: Paper, need: Need = Need.ALWAYS) -> Asked:
    return Asked(paper, Certainty.NOT_CONFIRMED, (), need)


_IDENTITY = _sure(Paper.IDENTITY, _OFFICE, _CHILDREN_SEARCH)
_BIRTHS = (_sure(Paper.BIRTH_OF_MISSING), _sure(Paper.BIRTH_OF_APPLICANT))
_UNSURE_BIRTHS = (_unsure(Paper.BIRTH_OF_MISSING), _unsure(Paper.BIRTH_OF_APPLICANT))

_KINSHIP_PAPERS: Mapping[Kinship, tuple[Asked, ...]] = MappingProxyType({
    Kinship.SPOUSE: (_sure(Paper.MARRIAGE_CERTIFICATE),),
    Kinship.PARTNER: (_unsure(Paper.SHARED_HOUSEHOLD),),
    Kinship.CHILD: _BIRTHS,
    Kinship.STEPCHILD: (_unsure(Paper.BIRTH_OF_APPLICANT), _unsure(Paper.MARRIAGE_OF_PARENT)),
    Kinship.PARENT: (_sure(Paper.BIRTH_OF_MISSING),),
    Kinship.ADOPTIVE_PARENT: (_unsure(Paper.BIRTH_OF_MISSING), _unsure(Paper.ADOPTION)),
    Kinship.SIBLING: _BIRTHS,
    Kinship.GRANDPARENT: (_unsure(Paper.BIRTH_OF_MISSING), _unsure(Paper.BIRTH_BETWEEN)),
    Kinship.GRANDCHILD: (_unsure(Paper.BIRTH_OF_APPLICANT), _unsure(Paper.BIRTH_BETWEEN)),
    Kinship.GREAT_GRANDCHILD: (_unsure(Paper.BIRTH_OF_APPLICANT), _unsure(Paper.BIRTH_BETWEEN)),
    Kinship.GUARDIAN: (_unsure(Paper.GUARDIANSHIP),),
    Kinship.WARD: (_unsure(Paper.GUARDIANSHIP),),
    Kinship.SELF: (),
    Kinship.OTHER_RELATIVE: (*_UNSURE_BIRTHS, _unsure(Paper.OTHER_PROOF)),
})  # fmt: skip

_AUTHORITY: Mapping[Kinship, tuple[Asked, ...]] = MappingProxyType({
    Kinship.REPRESENTATIVE: (
        _unsure(Paper.POWER_OF_ATTORNEY, Need.ANY_OF), _unsure(Paper.CHILD_ACTED_FOR, Need.ANY_OF),
        _unsure(Paper.IDENTITY_OF_PRINCIPAL),
    ),
    Kinship.LAWYER: (
        _unsure(Paper.LAWYER_ORDER), _unsure(Paper.LAWYER_CONTRACT), _unsure(Paper.IDENTITY_OF_PRINCIPAL),
    ),
})  # fmt: skip

_NAMES_MAY_DIFFER = frozenset({
    Kinship.SPOUSE, Kinship.CHILD, Kinship.STEPCHILD, Kinship.PARENT, Kinship.SIBLING, Kinship.GRANDPARENT,
    Kinship.GRANDCHILD, Kinship.GREAT_GRANDCHILD, Kinship.SELF, Kinship.OTHER_RELATIVE,
})  # fmt: skip

_CONFIRMED_APPLICANTS: Mapping[Kinship, tuple[str, ...]] = MappingProxyType({
    Kinship.SPOUSE: (_OFFICE, _GUIDE, _SEVERAL),
    Kinship.PARENT: (_OFFICE, _GUIDE, _SEVERAL),
    Kinship.CHILD: (_OFFICE, _GUIDE),
    Kinship.SIBLING: (_OFFICE, _GUIDE),
    Kinship.SELF: (_OFFICE,),
})  # fmt: skip
_NOT_IN_LAW = frozenset({Kinship.OTHER_RELATIVE, Kinship.REPRESENTATIVE, Kinship.LAWYER, Kinship.SELF})

_NOT_NEEDED = (
    Advice(Unneeded.PAYMENT, Certainty.CONFIRMED, (_OFFICE, _CHILDREN_SEARCH, _FREE)),
    Advice(Unneeded.OFFICIAL_FORM, Certainty.CONFIRMED, (_OFFICE, _CHILDREN_SEARCH)),
    Advice(Unneeded.ORIGINALS, Certainty.CONFIRMED, (_OFFICE, _CHILDREN_SEARCH)),
    Advice(Unneeded.CONSENT_OF_RELATIVES, Certainty.CONFIRMED, (_SEVERAL,)),
    Advice(Unneeded.COURT_DECISION, Certainty.CONFIRMED, _STATUS),
)
_WHEN_LOST = (
    Advice(WhenLost.SEND_WITHOUT, Certainty.NOT_CONFIRMED),
    Advice(WhenLost.DUPLICATE, Certainty.NOT_CONFIRMED),
    Advice(WhenLost.CASE_EXTRACT, Certainty.NOT_CONFIRMED, (_CABINET,)),
    Advice(WhenLost.ASK_HOTLINE, Certainty.CONFIRMED, (_HOTLINE,)),
)


def evidence(kinship: Kinship, acts_for: Kinship | None = None) -> Evidence:
    """Return what is asked of an applicant; `acts_for` is the kinship of the person whom a representative acts for.

    A representative or lawyer shows their authority first, then what the person they act for would show; as long as
    it is not known for whom they act, their authority alone.
    """
    relation = acts_for if kinship.acts_for_another else kinship
    asked = (_IDENTITY, *_AUTHORITY.get(kinship, ()), *_KINSHIP_PAPERS.get(relation or kinship, ()))
    if relation in _NAMES_MAY_DIFFER:
        asked = (*asked, _unsure(Paper.NAME_CHANGE, Need.IF_NAMES_DIFFER))
    sources = _CONFIRMED_APPLICANTS.get(kinship, ())
    return Evidence(
        asked=asked,
        not_needed=_NOT_NEEDED,
        when_lost=() if len(asked) == 1 else _WHEN_LOST,
        may_ask=Certainty.CONFIRMED if sources else Certainty.NOT_CONFIRMED,
        may_ask_sources=sources or (() if kinship in _NOT_IN_LAW else (_LAW,)),
    )
