"""Small made-up registers for tests: people drawn from a handful of names, without the dictionary."""

from __future__ import annotations

from functools import cache

from app.register.person import Person
from app.register.population import Urns, make, names_in, urns

SURNAMES = """
Коваленко\nШевченко\nБондаренко\nТкачук\nОлійник\nКравчук\nЛисенко\nГончар\nМороз\nСавчук\nПетренко\nРуденко
Марченко\nПоліщук\nЛук’яненко\nДем’янчук\nЗахарченко\nЯременко\nЩербак\nЇжакевич\nҐалаґан\nЖук\nЦиба\nХоменко
Юрченко\nЄрмоленко\nВойтюк\nФедорук\nГайдамака\nДзюба
Ковальський|Ковальська\nБілецький|Білецька\nВолошин|Волошина\nТитов|Титова
"""


@cache
def drawn() -> Urns:
    """Return what made-up people are drawn from."""
    return urns(names_in(SURNAMES))


def people(count: int, *, seed: int = 5) -> list[tuple[int, Person]]:
    """Return `count` numbered made-up people, from 1."""
    return list(enumerate(make(seed, 0, drawn(), count), 1))
