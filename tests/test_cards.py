"""A body as a reader sees it: only what may be offered, numbers as people read them, open now across its lines."""

from __future__ import annotations

from datetime import datetime

import pytest
from pydantic import ValidationError

from app.directory.cards import card, number_text
from app.directory.hours import Open
from app.directory.model import Directory, Organisation
from app.kernel.dates import KYIV
from app.pathways.paper import call_text

WORDS = {"uk": "Слова", "en": "Words"}
REASON = {"uk": "Номер 2022 року.", "en": "The number is of 2022."}
MONDAY_NOON = datetime(2026, 1, 5, 12, tzinfo=KYIV)
MONDAY_NIGHT = datetime(2026, 1, 5, 23, tzinfo=KYIV)
SATURDAY_NOON = datetime(2026, 1, 10, 12, tzinfo=KYIV)


def organisation(**parts: object) -> Organisation:
    return Organisation.model_validate(
        {
            "id": "bureau", "kind": "government", "name": {"uk": "Бюро", "en": "Bureau"}, "go_for": WORDS,
            "not_for": WORDS, "how_to_find": WORDS, "serves": ["serviceman"], "needs": ["tracing"],
            "regions": ["nationwide"], "languages": ["uk"], "cost": "free", "sources": ["page"],
            "confidence": "high", "checked": {"date": "2026-03"}, **parts,
        }
    )  # fmt: skip


def phone(number: str, **changes: object) -> dict[str, object]:
    return {"number": number, "label": WORDS, "status": "current", "source": "page", **changes}


def legacy(use_instead: str = "1648") -> dict[str, object]:
    return {"status": "legacy", "reason": REASON, "use_instead": use_instead}


UNCLEAR = {"status": "unclear", "reason": REASON}


def open_at(moment: datetime, *hours: str | None) -> Open:
    """Whether a body is open whose lines have these hours."""
    lines = [phone(f"+38044000000{number}", hours=text) for number, text in enumerate(hours)]
    return card(organisation(phones=lines), "en", moment).open


def test_a_superseded_contact_stands_nowhere_on_a_card() -> None:
    body = organisation(
        phones=[phone("1648"), phone("+380800339247", **legacy())],
        emails=[{"address": "old@example.org", **legacy("new@example.org")}],
        websites=[{"url": "https://old.example.org", **legacy("https://nib.gov.ua")}],
    )
    shown = card(body, "en", MONDAY_NOON)
    assert [line.text for line in shown.phones] == ["1648"]
    assert (shown.emails, shown.websites, shown.doubts) == ((), (), ())
    assert not any(trace in repr(shown) for trace in ("339247", "339 247", "old@", "old.example"))


def test_an_unconfirmed_contact_stands_as_a_doubt_with_its_reason() -> None:
    body = organisation(
        phones=[phone("1648"), phone("+380958960421", **UNCLEAR)],
        emails=[{"address": "maybe@example.org", **UNCLEAR}],
        websites=[{"url": "https://maybe.example.org", **UNCLEAR, "source": "page"}],
    )
    shown = card(body, "en", MONDAY_NOON)
    assert [(doubt.text, doubt.label, doubt.reason, doubt.source) for doubt in shown.doubts] == [
        ("+380 95 896 0421", "Words", "The number is of 2022.", "page"),
        ("maybe@example.org", "", "The number is of 2022.", None),
        ("https://maybe.example.org", "", "The number is of 2022.", "page"),
    ]


def test_an_unconfirmed_contact_is_never_a_way_to_call() -> None:
    body = organisation(
        phones=[phone("+380958960421", **UNCLEAR, hours="24/7")], emails=[{"address": "maybe@example.org", **UNCLEAR}]
    )
    shown = card(body, "uk", MONDAY_NOON)
    assert (shown.phones, shown.emails) == ((), ())
    assert shown.open is Open.UNKNOWN
    assert "tel:" not in repr(shown)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("+380800300529", "0 800 300 529"),
        ("+380442997408", "+380 44 299 7408"),
        ("+380958960421", "+380 95 896 0421"),
        ("+48225566440", "+48 22 556 64 40"),
        ("+41227304000", "+41 22 730 40 00"),
        ("102", "102"),
        ("1648", "1648"),
        ("116000", "116 000"),
    ],
)
def test_a_number_is_written_as_people_read_it(number: str, text: str) -> None:
    assert number_text(number) == text
    assert [line.text for line in card(organisation(phones=[phone(number)]), "en", MONDAY_NOON).phones] == [text]


@pytest.mark.parametrize("address", ["https://koordshtab.gov.ua", "hotline@ombudsman.gov.ua"])
def test_an_address_that_replaces_another_is_not_cut_like_a_number(address: str) -> None:
    assert number_text(address) == address


@pytest.mark.parametrize("number", ["+380800300529", "1648"])
def test_a_number_is_dialled_without_spaces(number: str) -> None:
    shown = card(organisation(phones=[phone(number)]), "en", MONDAY_NOON)
    assert [line.href for line in shown.phones] == [f"tel:{number}"]


def test_a_body_is_open_when_any_line_answers() -> None:
    assert open_at(MONDAY_NIGHT, "Mo-Fr 09:00-17:00", "24/7") is Open.YES
    assert open_at(MONDAY_NOON, None, "Mo-Fr 09:00-17:00") is Open.YES
    assert open_at(SATURDAY_NOON, "09:00-17:00", "Mo-Su 10:00-20:00") is Open.YES


def test_a_body_is_closed_only_when_every_line_is_known_to_be() -> None:
    assert open_at(MONDAY_NIGHT, "Mo-Fr 09:00-17:00", "09:00-18:00") is Open.NO
    assert open_at(SATURDAY_NOON, "Mo-Fr 09:00-17:00", "09:00-18:00") is Open.UNKNOWN
    assert open_at(MONDAY_NIGHT, "Mo-Fr 09:00-17:00", None) is Open.UNKNOWN


def test_a_body_whose_hours_nobody_gives_is_called_neither_open_nor_closed() -> None:
    assert open_at(MONDAY_NOON, None) is Open.UNKNOWN
    assert open_at(MONDAY_NOON) is Open.UNKNOWN


def test_each_line_tells_what_it_is_for_and_how_old_it_is() -> None:
    line = phone("1648", label={"uk": "Лінія", "en": "Line"}, by_appointment=True, as_of="2025-04", hours="24/7")
    (shown,) = card(organisation(phones=[line]), "uk", MONDAY_NIGHT).phones
    assert (shown.label, shown.by_appointment, shown.as_of, shown.source) == ("Лінія", True, "2025-04", "page")
    assert shown.open is Open.YES


def test_a_card_speaks_the_language_of_the_page() -> None:
    body = organisation(abbreviation={"uk": "НІБ", "en": "NIB"}, address={"uk": "м. Київ", "en": "Kyiv"})
    uk, en = (card(body, code, MONDAY_NOON) for code in ("uk", "en"))
    assert (uk.name, uk.short_name, uk.address) == ("Бюро", "НІБ", "м. Київ")
    assert (en.name, en.short_name, en.address) == ("Bureau", "NIB", "Kyiv")


def test_a_body_without_an_abbreviation_is_called_by_its_name() -> None:
    assert card(organisation(), "en", MONDAY_NOON).short_name == "Bureau"


@pytest.mark.parametrize(
    "contact",
    [phone("1648", status="legacy", use_instead="102"), phone("1648", status="unclear"),
     phone("1648", status="legacy", reason=REASON), phone("044 299"), phone("1648", hours="always")],
)  # fmt: skip
def test_a_contact_that_leaves_a_family_without_an_answer_is_refused(contact: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        organisation(phones=[contact])


def test_a_body_that_nobody_can_reach_says_how_to_find_it() -> None:
    with pytest.raises(ValidationError, match="how_to_find"):
        organisation(how_to_find=None, phones=[phone("+380958960421", **UNCLEAR)])
    assert organisation(how_to_find=None, phones=[phone("1648")]).is_reachable


def closed(day: str, **parts: object) -> dict[str, object]:
    return {"valid_from": day, "hours": "closed", "reason": {"uk": "свято", "en": "public holiday"}, **parts}


def test_a_number_is_closed_with_its_body_unless_it_says_otherwise_or_answers_round_the_clock() -> None:
    body = organisation(
        exceptions=[closed("2026-01-05")],
        phones=[
            phone("1648", hours="Mo-Fr 09:00-17:00"),
            phone("1649", hours="24/7"),
            phone("1650", hours="Mo-Fr 09:00-17:00", exceptions=[closed("2026-01-05", hours="11:00-13:00")]),
            phone("1651"),
        ],
    )
    shown = card(body, "en", MONDAY_NOON)
    assert [line.open for line in shown.phones] == [Open.NO, Open.YES, Open.YES, Open.UNKNOWN]
    assert [bool(line.exceptions) for line in shown.phones] == [True, False, True, False]


def test_a_card_names_the_exceptions_to_come_and_no_past_ones() -> None:
    days = [closed("2026-06-01"), closed("2025-12-25"), closed("2026-01-04", valid_to="2026-01-05")]
    body = organisation(
        hours="Mo-Fr 10:00-16:00", exceptions=days, phones=[phone("1648", hours="Mo-Fr 09:00-17:00")]
    )  # fmt: skip
    shown = card(body, "en", MONDAY_NIGHT)
    assert [one.days_in_words("en") for one in shown.exceptions] == ["4 January 2026 – 5 January 2026", "1 June 2026"]
    # What is far off does not stand beside a number yet.
    assert [one.valid_from.month for one in shown.phones[0].exceptions] == [1]
    assert card(body, "en", SATURDAY_NOON).phones[0].exceptions == ()


def test_what_was_heard_of_a_number_leaves_its_exceptions() -> None:
    body = organisation(exceptions=[closed("2026-01-05")], phones=[phone("1648", hours="Mo-Fr 09:00-17:00")])
    told = Directory({body.id: body}, {}).told({})
    assert card(told[body.id], "en", MONDAY_NOON).open is Open.NO


def test_an_exception_needs_hours_that_it_is_one_from() -> None:
    with pytest.raises(ValidationError, match="needs hours"):
        organisation(phones=[phone("1648", exceptions=[closed("2026-01-05")])])


def test_a_printed_plan_names_the_days_on_which_a_number_is_closed() -> None:
    days = [closed("2026-01-05", valid_to="2026-01-06"), closed("2026-01-09", hours="09:00-13:00")]
    body = organisation(phones=[phone("1648", hours="Mo-Fr 09:00-17:00", exceptions=days)])
    (line,) = card(body, "en", MONDAY_NOON).phones
    assert call_text(line, "en", {"closed": "closed"}) == (
        "Words, Mon–Fri 09:00–17:00, 5 January 2026 – 6 January 2026: closed (public holiday), "
        "9 January 2026: 09:00–13:00 (public holiday)"
    )
