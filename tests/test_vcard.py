"""Contacts for the phone's address book: whole, readable by others, and only what may be offered."""

from __future__ import annotations

from datetime import datetime

import vobject

from app.directory.cards import Card, card
from app.directory.model import Organisation
from app.directory.vcard import vcards
from app.kernel.dates import KYIV

WORDS = {"uk": "Слова", "en": "Words"}
NOW = datetime(2026, 1, 5, 12, tzinfo=KYIV)
REFUSED = (
    {"status": "legacy", "reason": WORDS, "use_instead": "1648"},
    {"status": "unclear", "reason": WORDS},
)


def phone(number: str, **changes: object) -> dict[str, object]:
    label = {"uk": "Гаряча лінія", "en": "Hotline"}
    return {"number": number, "label": label, "status": "current", "source": "page", **changes}


def shown(language: str = "uk", **parts: object) -> Card:
    """The card of a body with these contacts."""
    body = Organisation.model_validate(
        {
            "id": "bureau", "kind": "government", "name": {"uk": "Бюро; «зв’язок», Київ", "en": "Bureau; link, Kyiv"},
            "go_for": {"uk": "Запитайте:\nчи підтверджено полон.", "en": "Ask whether captivity is confirmed."},
            "not_for": WORDS, "how_to_find": WORDS, "serves": ["serviceman"], "needs": ["tracing"],
            "regions": ["nationwide"], "languages": ["uk"], "cost": "free", "sources": ["page"],
            "confidence": "high", "checked": {"date": "2026-03"}, **parts,
        }
    )  # fmt: skip
    return card(body, language, NOW)


WITH_ALL = {
    "phones": [
        phone("+380800300529"),
        phone("1648"),
        *(phone(f"+38095000000{number}", **status) for number, status in enumerate(REFUSED)),
    ],
    "emails": [
        {"address": "public@nib.gov.ua", "status": "current"},
        *({"address": f"refused{number}@nib.gov.ua", **status} for number, status in enumerate(REFUSED)),
    ],
    "websites": [
        {"url": "https://nib.gov.ua/a,b;c", "status": "current"},
        *({"url": f"https://refused{number}.example.org", **status} for number, status in enumerate(REFUSED)),
    ],
}


def test_an_address_book_reads_every_current_contact() -> None:
    (entry,) = vobject.readComponents(vcards([shown(**WITH_ALL)]))
    assert entry.name == "VCARD"
    assert entry.version.value == "3.0"
    assert [line.value for line in entry.tel_list] == ["+380800300529", "1648"]
    assert [line.value for line in entry.email_list] == ["public@nib.gov.ua"]
    assert [line.value for line in entry.url_list] == ["https://nib.gov.ua/a,b;c"]


def test_no_superseded_or_unconfirmed_contact_reaches_an_address_book() -> None:
    text = vcards([shown(**WITH_ALL)]).replace("\r\n ", "")
    assert "95000000" not in text.replace(" ", "")
    assert "refused" not in text


def test_a_name_with_commas_and_semicolons_stays_whole() -> None:
    (entry,) = vobject.readComponents(vcards([shown(**WITH_ALL)]))
    assert entry.fn.value == "Бюро; «зв’язок», Київ"
    assert entry.n.value.family == "Бюро; «зв’язок», Київ"
    assert entry.org.value == ["Бюро; «зв’язок», Київ"]


def test_the_note_tells_what_the_body_and_each_number_are_for() -> None:
    (entry,) = vobject.readComponents(vcards([shown(**WITH_ALL)]))
    assert entry.note.value.split("\n") == [
        "Запитайте:",
        "чи підтверджено полон.",
        "0 800 300 529: Гаряча лінія",
        "1648: Гаряча лінія",
    ]


def test_a_contact_is_saved_in_the_language_of_the_page() -> None:
    (entry,) = vobject.readComponents(vcards([shown("en", phones=[phone("1648")])]))
    assert entry.fn.value == "Bureau; link, Kyiv"
    assert entry.note.value.endswith("1648: Hotline")


def test_several_bodies_make_one_file() -> None:
    text = vcards([shown(phones=[phone("1648")]), shown(phones=[phone("102")])])
    assert [entry.tel.value for entry in vobject.readComponents(text)] == ["1648", "102"]


def test_a_body_without_a_current_contact_makes_no_entry() -> None:
    doubted = phone("+380958960421", **REFUSED[1])
    assert vcards([shown(phones=[doubted])]) == ""
    assert vcards([]) == ""


def test_lines_are_short_enough_for_old_phones() -> None:
    text = vcards([shown(**WITH_ALL)])
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
