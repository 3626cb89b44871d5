"""Opening a training case: the same deeds as with a real family, and nothing of it leaves the site."""

from __future__ import annotations

from datetime import datetime
from random import Random

from app.cases import store
from app.cases.actions import Who, open_case
from app.cases.training.model import FAMILIES, Family
from app.storage.engine import Session


def begin(session: Session, family: Family, *, who: Who, random: Random, now: datetime) -> str:
    """Open a case with an invented family, marked as training; return its id."""
    invented = FAMILIES[family]
    id_ = open_case(session, invented.answers, who=who, is_training=True, random=random, now=now)
    row = store.find_case(session, id_)
    if row is not None:
        row.route = invented.route
    return id_


def holds_real_families(session: Session) -> bool:
    """Say whether any organisation has a case of a family that is not invented."""
    with store.everywhere(session):
        return store.holds_real(session)


def holds_families(session: Session) -> bool:
    """Say whether there is any case."""
    with store.everywhere(session):
        return store.holds_any(session)
