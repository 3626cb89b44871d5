"""Passwords: long ones are taken, easy ones and those made of one's own name are not."""

from __future__ import annotations

import pytest

from app.accounts.passwords import PasswordFault, password_fault

NAMES = ("Олена Прикладенко", "olena.prykladenko@example.org")


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("коротко", PasswordFault.SHORT),
        ("довгий" * 30, PasswordFault.LONG),
        ("aaaaaaaaaaaaaaa", PasswordFault.EASY),
        ("123456789012345", PasswordFault.EASY),
        ("qwertyuiopasdfgh", PasswordFault.EASY),
        ("парольпароль1", PasswordFault.EASY),
        ("Прикладенко-2026!", PasswordFault.OWN_NAME),
        ("olena.prykladenko-1", PasswordFault.OWN_NAME),
        ("три зелені чайники", None),
        ("correct horse battery", None),
    ],
)
def test_a_password_is_refused_for_the_right_reason(password: str, fault: PasswordFault | None) -> None:
    assert password_fault(password, NAMES) == fault
