"""The demo people: one for every role, plainly marked, at addresses that reach nobody."""

from __future__ import annotations

from dataclasses import dataclass

from app.accounts.model import Role

ADDRESSES = "@example.org"
"""Reserved by RFC 2606: no mail to it reaches anybody."""


@dataclass(frozen=True)
class DemoPerson:
    """An invented person with one role."""

    role: Role
    name: str

    @property
    def address(self) -> str:
        return f"demo-{self.role}{ADDRESSES}"


PEOPLE = (
    DemoPerson(Role.ADMINISTRATOR, "Демо Адміністратор"),
    DemoPerson(Role.SUPERVISOR, "Демо Керівник"),
    DemoPerson(Role.REGISTRAR, "Демо Реєстратор"),
    DemoPerson(Role.AUDITOR, "Демо Аудитор"),
    DemoPerson(Role.EDITOR, "Демо Редактор"),
    DemoPerson(Role.REVIEWER, "Демо Рецензент"),
    DemoPerson(Role.TRANSLATOR, "Демо Перекладач"),
    DemoPerson(Role.COORDINATOR, "Демо Координатор"),
    DemoPerson(Role.VOLUNTEER, "Демо Волонтер"),
)
