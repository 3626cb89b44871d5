"""What a consent covers, for any consents and any wish; and which of what was told travels with a share."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.consenting.consent import (
    FIELDS,
    IN_FORCE,
    NEVER,
    SAFETY,
    Consent,
    Gap,
    How,
    NotCoveredError,
    Share,
    Standing,
    carried,
    covers,
)
from app.cases.model import OF_FAMILY, OF_PERSON
from app.directory.model import Need
from app.extracts.draft import Page, fields_of
from app.extracts.model import Kinship
from tests.families import TOLD

DAY = date(2026, 11, 25)
AT = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
GIVEN = Consent(
    "a", frozenset({Share.CONTACT_NAME, Share.CONTACT_PHONE}), "legal-aid", Need.LEGAL_AID, DAY + timedelta(days=90),
    How.PAPER, AT, AT, None, None, "", "account:a", "file",
)  # fmt: skip

bodies = st.sampled_from(["legal-aid", "icrc", "police"])
needs = st.sampled_from([Need.LEGAL_AID, Need.TRACING])
shares = st.frozensets(st.sampled_from(Share))
days = st.dates(DAY - timedelta(days=40), DAY + timedelta(days=40))
moments = st.none() | st.just(AT)
consents = st.builds(
    Consent, id=st.text("abc", min_size=1, max_size=3), shares=shares, recipient=bodies, purpose=needs, until=days,
    how=st.sampled_from(How), asked_at=st.just(AT), given_at=moments, refused_at=moments, withdrawn_at=moments,
    withdrawn_by=st.just(""), recorded_by=st.just("account:a"),
)  # fmt: skip


@given(st.lists(consents, max_size=6), shares, bodies, needs, days)
def test_nothing_outside_what_was_agreed_ever_passes(
    found: list[Consent], wanted: frozenset[Share], recipient: str, purpose: Need, on: date
) -> None:
    def agreed(one: Consent) -> bool:
        said_yes = one.given_at is not None and one.refused_at is None and one.withdrawn_at is None
        return (
            said_yes
            and on <= one.until
            and (one.recipient, one.purpose) == (recipient, purpose)
            and wanted <= one.shares
        )

    if any(map(agreed, found)):
        one = covers(found, wanted, recipient, purpose=purpose, on=on)
        assert one in found
        assert agreed(one)
    else:
        with pytest.raises(NotCoveredError) as refused:
            covers(found, wanted, recipient, purpose=purpose, on=on)
        assert refused.value.missing <= wanted


@given(st.lists(consents, min_size=1, max_size=4), shares, bodies, needs, days)
def test_withdrawing_everything_leaves_nothing(
    found: list[Consent], wanted: frozenset[Share], recipient: str, purpose: Need, on: date
) -> None:
    with pytest.raises(NotCoveredError):
        covers([replace(one, withdrawn_at=AT) for one in found], wanted, recipient, purpose=purpose, on=on)


@pytest.mark.parametrize(
    ("change", "recipient", "purpose", "gap"),
    [
        ({}, "icrc", Need.LEGAL_AID, Gap.RECIPIENT),
        ({}, "legal-aid", Need.TRACING, Gap.PURPOSE),
        ({"withdrawn_at": AT}, "legal-aid", Need.LEGAL_AID, Gap.WITHDRAWN),
        ({"until": DAY - timedelta(days=1)}, "legal-aid", Need.LEGAL_AID, Gap.EXPIRED),
        ({"given_at": None}, "legal-aid", Need.LEGAL_AID, Gap.ASKED),
        ({"given_at": None, "refused_at": AT}, "legal-aid", Need.LEGAL_AID, Gap.REFUSED),
        ({"shares": frozenset({Share.CONTACT_NAME})}, "legal-aid", Need.LEGAL_AID, Gap.SHARES),
    ],
)
def test_a_refusal_says_what_is_missing_and_why(
    change: dict[str, object], recipient: str, purpose: Need, gap: Gap
) -> None:
    with pytest.raises(NotCoveredError) as refused:
        covers([replace(GIVEN, **change)], [Share.CONTACT_PHONE], recipient, purpose=purpose, on=DAY)  # type: ignore[arg-type]
    assert refused.value.gap is gap
    assert refused.value.missing == {Share.CONTACT_PHONE}


def test_two_consents_are_not_added_up() -> None:
    both = [replace(GIVEN, shares=frozenset({one})) for one in (Share.STORY, Share.CONTACT_NAME)]
    with pytest.raises(NotCoveredError) as refused:
        covers(both, [Share.STORY, Share.CONTACT_NAME], "legal-aid", purpose=Need.LEGAL_AID, on=DAY)
    assert len(refused.value.missing) == 1


def test_a_consent_holds_on_its_last_day_and_is_said_to_end_two_weeks_before() -> None:
    assert GIVEN.standing(GIVEN.until) is Standing.ENDS_SOON
    assert GIVEN.standing(GIVEN.until - timedelta(days=14)) is Standing.IN_FORCE
    assert GIVEN.standing(GIVEN.until + timedelta(days=1)) is Standing.EXPIRED
    assert replace(GIVEN, withdrawn_at=AT).standing(DAY) is Standing.WITHDRAWN
    assert {Standing.IN_FORCE, Standing.ENDS_SOON} == IN_FORCE


def test_everything_that_is_told_travels_with_a_share_or_never() -> None:
    told = {
        (page, field.name)
        for kinship in Kinship
        for page in (*OF_FAMILY, *OF_PERSON)
        for field in fields_of(page, {Page.KINSHIP: {"kinship": kinship}})
    }
    with_shares = {pair for pairs in FIELDS.values() for pair in pairs}
    assert with_shares | NEVER == told
    assert not with_shares & NEVER


def test_only_agreed_fields_are_carried_and_a_phone_takes_its_rules_along() -> None:
    assert carried(TOLD, [Share.MISSING_NAME]) == {Page.PERSON: {"surname": "Демонстраційний", "given": "Тарас"}}
    assert carried(TOLD, []) == {}
    assert carried(TOLD, [Share.CONTACT_PHONE]) == {Page.CONTACT: {"phone": "050 000 00 01", "do-not-call": "1"}}
    for way in (Share.CONTACT_PHONE, Share.CONTACT_EMAIL, Share.CONTACT_ADDRESS):
        assert {(Page.CONTACT, name) for name in SAFETY} < set(FIELDS[way])
