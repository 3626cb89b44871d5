"""Places as families and papers write them, and how two of them relate."""

from __future__ import annotations

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from app.register.names import Reason
from app.register.places import compare_places, gazetteer, read_place, renamings


def relate(a: str, b: str) -> Reason:
    return compare_places(read_place(a), read_place(b))


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        ("с. Роботине, Запорізька обл.", "Роботине", Reason.SAME),
        ("Бахмут Донецької області", "Бахмут", Reason.SAME),
        ("с.Мала Токмачка", "Мала Токмачка Пологівського району", Reason.SAME),
        ("н.п. Времівка", "Времівка", Reason.SAME),
        ("м. Київ", "Київ", Reason.SAME),
        ("смт Велика Новосілка", "селище Велика Новосілка", Reason.SAME),
        ("Камянське", "Кам’янське", Reason.APOSTROPHE),
        ("Bakhmut", "Бахмут", Reason.TRANSLITERATED),
        ("Nikopol", "Нікополь", Reason.TRANSLITERATED),
        ("поблизу Бахмута", "м. Бахмут", Reason.SAME_PLACE),
        ("під Бахмутом", "Бахмут, Донецька область", Reason.SAME_PLACE),
        ("в районі Роботиного", "Роботине", Reason.SAME_PLACE),
        ("Авдеевка", "Авдіївка", Reason.SAME_PLACE),
        ("Марівполь", "Маріуполь", Reason.NEXT_KEY),
        ("Кліщіївка", "Іванівське", Reason.NEIGHBOUR),
        ("Кліщіївка", "Бахмут", Reason.NEIGHBOUR),
        ("Авдіївка", "Маріуполь", Reason.SAME_REGION),
        ("Бахмут", "Донецька область", Reason.SAME_REGION),
        ("Бахмут", "Donetsk region", Reason.SAME_REGION),
        ("Kharkiv oblast", "Харківська область", Reason.SAME_REGION),
        ("Odesa region", "Одеська обл.", Reason.SAME_REGION),
        ("Авдіївка", "Київ", Reason.DIFFERS),
        ("Бахмут", "Київська область", Reason.DIFFERS),
        ("", "Бахмут", Reason.MISSING),
        ("?", "Бахмут", Reason.MISSING),
    ],
)
def test_places_are_one_however_they_are_written(a: str, b: str, reason: Reason) -> None:
    assert relate(a, b) is reason
    assert relate(b, a) is reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Артемівськ", "Бахмут"), ("Артемовск", "Бахмут"), ("Дзержинськ", "Торецьк"), ("Красноармійськ", "Покровськ"),
        ("Дніпропетровськ", "Дніпро"), ("Кіровоград", "Кропивницький"), ("Сєвєродонецьк", "Сіверськодонецьк"),
        ("Комсомольськ", "Горішні Плавні"),
    ],
)  # fmt: skip
def test_a_renamed_settlement_is_known_by_both_names(old: str, new: str) -> None:
    assert relate(old, new) is Reason.RENAMED


def test_every_renamed_settlement_stands_in_the_codifier_in_its_region() -> None:
    table = gazetteer()
    there = {(settlement.name, table.regions[settlement.region]) for settlement in table.settlements}
    assert [(old, new) for old, new, region in renamings() if (new, region) not in there] == []


def test_of_namesakes_the_one_in_the_region_named_is_meant() -> None:
    everywhere, in_region = read_place("Павлівка"), read_place("Павлівка, Донецька область")
    assert len(in_region.settlements) < len(everywhere.settlements)
    assert len(in_region.regions) == 1


def test_the_codifier_holds_the_whole_country() -> None:
    table = gazetteer()
    assert len(table.settlements) > 28_000
    # 24 regions, Crimea, and the two cities of special status.
    assert len(table.regions) == 27


@drawn(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_compare_as_places_the_same_both_ways(a: str, b: str) -> None:
    assert relate(a, b) is relate(b, a)
