"""Is this number official? Only what stands in the directory is; nothing is guessed, nothing looks alike."""

from __future__ import annotations

import string
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.directory.contacts import LONGEST, Finding, Verdict, recognise
from app.directory.model import Directory, Organisation

BOTH = {"uk": "Слова", "en": "Words"}
OLD = {"status": "legacy", "reason": BOTH}


def organisation(id_: str, **contacts: object) -> Organisation:
    return Organisation.model_validate(
        {
            "id": id_, "kind": "government", "name": BOTH, "go_for": BOTH, "not_for": BOTH, "how_to_find": BOTH,
            "serves": ["serviceman"], "needs": ["tracing"], "regions": ["nationwide"], "languages": ["uk"],
            "cost": "free", "sources": ["page"], "confidence": "high", "checked": {"date": "2026-03"}, **contacts,
        }
    )  # fmt: skip


def phone(number: str, **changes: object) -> dict[str, object]:
    return {"number": number, "label": BOTH, "status": "current", "source": "page", **changes}


HQ = organisation(
    "hq",
    phones=[
        phone("+380800300529"),
        phone("+380442870000"),
        phone("+380800339247", **OLD, use_instead="+380800300529"),
        phone("+380958960421", status="unclear", reason=BOTH),
    ],
    emails=[
        {"address": "Public@koordshtab.gov.ua", "status": "current"},
        {"address": "old@koordshtab.org", **OLD, "use_instead": "public@koordshtab.gov.ua"},
    ],
    websites=[
        {"url": "https://koordshtab.gov.ua/families", "status": "current"},
        {"url": "https://koordshtab.org", **OLD, "use_instead": "https://koordshtab.gov.ua"},
    ],
    messengers=[{"app": "telegram", "address": "https://t.me/koord_shtab"}],
)
BUREAU = organisation("bureau", phones=[phone("1648", short="16480"), phone("116000"), phone("+48225566440")])
POLICE = organisation(
    "police", phones=[phone("102"), phone("1648", status="unclear", reason=BOTH), phone("+380442870000")]
)
DIRECTORY = Directory(MappingProxyType({body.id: body for body in (HQ, BUREAU, POLICE)}), MappingProxyType({}))


def look_up(text: str) -> Finding:
    return recognise(text, DIRECTORY)


@pytest.mark.parametrize(
    "typed",
    [
        "0800300529", "0 800 300 529", "0-800-300-529", "(0800) 300 529", "+380800300529", "+38 (0800) 300-529",
        "380 800 300 529", "8 0800 300 529", "00380800300529", "0.800.300.529", " 0\u00a0800\u00a0300\u202f529 ",
        "\u200b0800300529", "０８００ ３００ ５２９",
    ],
)  # fmt: skip
def test_a_current_number_is_official_however_it_is_typed(typed: str) -> None:
    finding = look_up(typed)
    assert finding.verdict is Verdict.CURRENT
    assert [body.id for body in finding.bodies] == ["hq"]
    assert finding.use_instead is None


@pytest.mark.parametrize("typed", ["тел.0800300529", "тел: 0 800 300 529", "tel:+380800300529", "№ 0800300529"])
def test_a_label_stuck_to_a_number_does_not_hide_it(typed: str) -> None:
    assert look_up(typed).verdict is Verdict.CURRENT


@pytest.mark.parametrize("typed", ["UA 21 3223 1300 0002 6007 2335 6600 1", "4149 4993 1234 5678"])
def test_a_bank_account_or_card_is_no_contact(typed: str) -> None:
    assert look_up(typed).verdict is Verdict.UNREADABLE


@pytest.mark.parametrize(
    ("typed", "contact"),
    [
        ("Переказуйте гроші: 0 800 300 529", "+380800300529"),
        ("https://koordshtab.gov.ua/pay?to=thief", "koordshtab.gov.ua"),
        ("16480", "16480"),
        ("\u202e102\u2066", "102"),
        ("095 123 45 67", ""),
    ],
)
def test_only_the_contact_itself_is_called_official(typed: str, contact: str) -> None:
    assert look_up(typed).contact == contact


@pytest.mark.parametrize("typed", ["1648", "16-48", " 1 6 4 8 ", "16480", "116 000", "102"])
def test_a_short_number_is_official_as_it_is_dialled(typed: str) -> None:
    assert look_up(typed).verdict is Verdict.CURRENT


@pytest.mark.parametrize("typed", ["+1648", "001648", "+380 1648", "01648", "16 48 0 0", "1648 102", "0441648", "+102"])
def test_digits_around_a_short_number_make_it_another_number(typed: str) -> None:
    assert look_up(typed).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("typed", ["+48 22 556 64 40", "0048225566440", "48 22 5566440"])
def test_a_number_abroad_needs_its_country(typed: str) -> None:
    assert look_up(typed).verdict is Verdict.CURRENT
    assert look_up("22 556 64 40").verdict is Verdict.UNKNOWN


def test_a_number_shared_by_two_bodies_names_both() -> None:
    assert [body.id for body in look_up("044 287 00 00").bodies] == ["hq", "police"]


def test_a_number_current_for_one_body_counts_as_current_though_another_page_doubts_it() -> None:
    finding = look_up("1648")
    assert finding.verdict is Verdict.CURRENT
    assert [body.id for body in finding.bodies] == ["bureau"]


@pytest.mark.parametrize(
    ("typed", "use_instead"),
    [
        ("0 800 339 247", "+380800300529"),
        ("+38 0800 339 247", "+380800300529"),
        ("old@koordshtab.org", "public@koordshtab.gov.ua"),
        ("https://www.koordshtab.org/contacts", "https://koordshtab.gov.ua"),
    ],
)
def test_a_superseded_contact_names_what_to_use_instead(typed: str, use_instead: str) -> None:
    finding = look_up(typed)
    assert finding.verdict is Verdict.SUPERSEDED
    assert [body.id for body in finding.bodies] == ["hq"]
    assert finding.use_instead == use_instead


def test_an_unconfirmed_contact_is_told_from_an_official_one() -> None:
    finding = look_up("095 896 04 21")
    assert finding.verdict is Verdict.UNCLEAR
    assert [body.id for body in finding.bodies] == ["hq"]


@pytest.mark.parametrize("typed", ["095 123 45 67", "0800300528", "080030052", "08003005290", "+1 800 300 529", "5294"])
def test_a_number_outside_the_directory_is_unknown(typed: str) -> None:
    finding = look_up(typed)
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.bodies == ()


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "12", "police", "Координаційний штаб", "№?!", "UA213223130000026007233566001", "тел.", "@ab", "\u200b",
     "@102", "中1648"],
)  # fmt: skip
def test_what_is_no_contact_is_unreadable(typed: str) -> None:
    assert look_up(typed).verdict is Verdict.UNREADABLE


@pytest.mark.parametrize(
    "typed",
    ["public@koordshtab.gov.ua", "PUBLIC@KoordShtab.GOV.UA", " public@koordshtab.gov.ua. ",
     "mailto:public@koordshtab.gov.ua", "<public@koordshtab.gov.ua>", "пишіть на public@koordshtab.gov.ua!"],
)  # fmt: skip
def test_an_official_e_mail_is_recognised_in_any_letter_case(typed: str) -> None:
    assert look_up(typed).verdict is Verdict.CURRENT


@pytest.mark.parametrize(
    "typed",
    [
        "public@koordshtab-gov.ua", "public@koordshtab.gov.ua.example.com", "publlc@koordshtab.gov.ua",
        "public@example.com", "public@koordshtab.gov.ua@example.com", "x.public@koordshtab.gov.ua",
        "рublic@koordshtab.gov.ua", "public@mail.koordshtab.gov.ua", "public+x@koordshtab.gov.ua",
        "public@koordshtab.gov.ua<x@example.com>",
    ],
)  # fmt: skip
def test_a_look_alike_e_mail_is_unknown(typed: str) -> None:
    assert look_up(typed).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "typed",
    [
        "koordshtab.gov.ua", "www.koordshtab.gov.ua", "https://koordshtab.gov.ua/", "HTTP://KOORDSHTAB.GOV.UA:443/a?b#c",
        "https://koordshtab.gov.ua/other/page", "(koordshtab.gov.ua)", "сайт koordshtab.gov.ua.",
        "koordshtab.gov.ua\\.example.com", "//koordshtab.gov.ua",
    ],
)  # fmt: skip
def test_every_page_of_an_official_site_is_official(typed: str) -> None:
    assert look_up(typed).verdict is Verdict.CURRENT


@pytest.mark.parametrize(
    "typed",
    [
        "koordshtab.gov.ua.example.com", "koordshtab-gov.com", "koordshtab-gov.ua", "koordshtab.gov.uа",
        "https://koordshtab.gov.ua@example.com/", "https://koordshtab.gov.ua:443@example.com/",
        "https://example.com/koordshtab.gov.ua", "https://example.com?koordshtab.gov.ua",
        "https://example.com#koordshtab.gov.ua", "https://example.com\\koordshtab.gov.ua", "вкoordshtab.gov.ua",
        "евіл.укр/koordshtab.gov.ua", "http://203.0.113.7/koordshtab.gov.ua", "_koordshtab.gov.ua",
        "-koordshtab.gov.ua", "koordshtab.gov.ua%2eexample.com", "koordshtab.gov.ua;example.com", "gov.ua",
        "my.koordshtab.gov.ua", "koordshtab.gov", "koоrdshtab.gov.ua", "koordshtab.gov.ua,example.com",
        "http://koordshtab.gov.ua.../example.com", "koordshtab.gov.ua]x", "[::1].koordshtab.gov.ua",
    ],
)  # fmt: skip
def test_a_look_alike_site_is_unknown(typed: str) -> None:
    assert look_up(typed).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "typed",
    [
        "koordshtab.gov.ua example.com", "example.com koordshtab.gov.ua", "евіл.рф koordshtab.gov.ua",
        "public@koordshtab.gov.ua thief@example.com", "koordshtab.gov.ua 095 123 45 67",
        "public@koordshtab.gov.ua <thief@example.com>", "@thief_bot koordshtab.gov.ua", "koordshtab.gov.ua t.me/thief",
    ],
)  # fmt: skip
def test_an_official_contact_does_not_vouch_for_another_beside_it(typed: str) -> None:
    assert look_up(typed).verdict is Verdict.UNREADABLE


@pytest.mark.parametrize(
    "typed", ["https://t.me/koord_shtab", "t.me/Koord_Shtab", "telegram.me/koord_shtab/", "@koord_shtab"]
)
def test_an_official_telegram_account_is_recognised(typed: str) -> None:
    finding = look_up(typed)
    assert finding.verdict is Verdict.CURRENT
    assert [body.id for body in finding.bodies] == ["hq"]


@pytest.mark.parametrize(
    "typed",
    ["t.me", "https://t.me/", "t.me/koord_shtab_help", "@koord_shtab_bot", "t.me/+koord_shtab", "koord_shtab.t.me",
     "t.me.example.com/koord_shtab", "t.me/help/koord_shtab", "example.com/t.me/koord_shtab"],
)  # fmt: skip
def test_another_account_in_the_same_messenger_is_unknown(typed: str) -> None:
    assert look_up(typed).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("hidden", ["koordshtab.gov.ua", "0800300529", "public@koordshtab.gov.ua"])
def test_a_text_too_long_to_be_a_contact_is_never_official(hidden: str) -> None:
    # Cut to the accepted length, this text would end in the official contact alone.
    text = ("-" * LONGEST)[len(hidden) + 1 :] + " " + hidden + ".example.com"
    assert look_up(text).verdict is not Verdict.CURRENT


OFFICIAL_NUMBERS = {"0800300529", "0442870000", "1648", "16480", "116000", "48225566440", "102"}
OFFICIAL_ADDRESSES = ("public@koordshtab.gov.ua", "koordshtab.gov.ua", "t.me/koord_shtab", "@koord_shtab")
PIECES = st.sampled_from(
    ["koordshtab.gov.ua", "public@", "t.me/", "koord_shtab", "example.com", "0800300529", "1648", "+38", "00", "@", "/",
     "\\", ".", ":", "//", "https:", "#", "?", "[", "]", "%2e", " ", "www.", "-", "\u200b", "\u2100", "\uff0e", "і"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=250) | st.lists(PIECES | st.text(max_size=3), max_size=8).map("".join))
def test_any_text_gets_a_verdict_and_only_what_the_directory_holds_is_official(text: str) -> None:
    finding = look_up(text)
    if finding.verdict is Verdict.CURRENT:
        plain = "".join(ch for ch in text.lower() if ch in string.ascii_lowercase + string.digits + "@./_\uff0e")
        number = "".join(ch for ch in plain if ch.isdigit())
        assert any(number.endswith(known) for known in OFFICIAL_NUMBERS) or any(
            known in plain.replace("\uff0e", ".").replace("telegram.me", "t.me") for known in OFFICIAL_ADDRESSES
        )
    assert (finding.verdict in {Verdict.UNKNOWN, Verdict.UNREADABLE}) == (finding.bodies == ())
    assert (finding.verdict is Verdict.SUPERSEDED) == (finding.use_instead is not None)


@settings(max_examples=200, deadline=None)
@given(st.text("0123456789", min_size=3, max_size=14), st.sampled_from(["", "+", " ", "(", "-"]))
def test_a_number_outside_the_directory_is_never_official(number: str, before: str) -> None:
    forms = {
        form for known in OFFICIAL_NUMBERS for form in (known, f"38{known}", f"8{known}", f"0038{known}", f"00{known}")
    }
    assert number in forms or look_up(before + number).verdict is not Verdict.CURRENT


@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"[a-z0-9-]{1,12}(\.[a-z0-9-]{1,12}){0,2}\.[a-z]{2,5}", fullmatch=True), st.sampled_from(".-"))
def test_a_name_around_an_official_site_is_never_official(name: str, joint: str) -> None:
    for typed in (f"koordshtab.gov.ua{joint}{name}", f"{name}/koordshtab.gov.ua", f"https://koordshtab.gov.ua@{name}/"):
        assert look_up(typed).verdict is not Verdict.CURRENT
