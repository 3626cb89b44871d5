"""Settings: what an operator may write, what is refused by name, and the key made once."""

from __future__ import annotations

import stat
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from app.config import ROOT, Settings, secret
from app.kernel.errors import ConfigError

KEY = "k" * 32


def read(**variables: str) -> Settings:
    return Settings.from_environment(variables)


def test_an_empty_environment_runs_the_site_here_with_the_shipped_content() -> None:
    settings = read()
    assert settings == Settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert (settings.content / "sources.yaml").is_file()


@pytest.mark.parametrize("name", [field.name.upper() for field in fields(Settings)])
def test_a_variable_left_empty_counts_as_not_set(name: str) -> None:
    assert read(**{name: "  "}) == Settings()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("HOST", "0.0.0.0", "0.0.0.0"),
        ("PORT", " 80 ", 80),
        ("WORKERS", "4", 4),
        ("INSTANCE", "/srv/dorohovkaz", Path("/srv/dorohovkaz")),
        ("INSTANCE", "~/dorohovkaz", Path.home() / "dorohovkaz"),
        ("CONTENT", str(ROOT / "content"), ROOT / "content"),
        ("DATABASE_URL", "sqlite:////srv/d.sqlite3", "sqlite:////srv/d.sqlite3"),
        ("DATABASE_URL", "postgresql://u:p@db/d", "postgresql+psycopg://u:p@db/d"),
        ("DATABASE_URL", "postgresql+psycopg://u:p@db/d", "postgresql+psycopg://u:p@db/d"),
        ("SITE_URL", "https://example.org/", "https://example.org"),
        ("SITE_URL", "http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("SECRET_KEY", KEY, KEY),
        ("HSTS", "1", True),
        ("HSTS", "Yes", True),
        ("HSTS", "0", False),
        ("HSTS", "false", False),
        ("PAGE_CACHE_MB", "4096", 4096),
        ("PDF_LIMIT", "5 per hour", "5 per hour"),
        ("FORM_LIMIT", "60 per minute;500 per day", "60 per minute;500 per day"),
        ("GUESS_LIMIT", "3/minute", "3/minute"),
        ("FILING_LIMIT", "9 per day", "9 per day"),
        ("LOG_FORMAT", "text", "text"),
        ("RATE_LIMIT_STORAGE", "redis://cache:6379", "redis://cache:6379"),
        ("SECURITY_CONTACT", "mailto:security@example.org", "mailto:security@example.org"),
        ("TRUSTED_PROXIES", "1", 1),
    ],
)
def test_a_setting_is_read_from_the_variable_of_its_name(name: str, text: str, value: object) -> None:
    assert getattr(read(**{name: text}), name.lower()) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("PORT", text) for text in ("0", "65536", "-1", "http", "80.0", "８０", "²")),
        *(("WORKERS", text) for text in ("0", "65", "two")),
        *(("PAGE_CACHE_MB", text) for text in ("0", "4097", "64MB")),
        *(("TRUSTED_PROXIES", text) for text in ("10", "-1", "all")),
        *(("HSTS", text) for text in ("2", "maybe", "max-age=1")),
        *(("SITE_URL", text) for text in ("example.org", "ftp://example.org", "https://", "https://example.org/uk", "https://[")),
        *(("DATABASE_URL", text) for text in ("mysql://u:p@db/d", "d.sqlite3", "sqlite:")),
        *(("CONTENT", text) for text in ("/nowhere", str(ROOT / "app"))),
        *(("PDF_LIMIT", text) for text in ("often", "20", "per minute", "20 per fortnight", "0 per minute")),
        *((f"{name}_LIMIT", "often") for name in ("FORM", "GUESS", "FILING")),
        *(("LOG_FORMAT", text) for text in ("JSON", "xml")),
        *(("RATE_LIMIT_STORAGE", text) for text in ("memory", "postgresql://db", "/tmp/redis")),
        ("SECRET_KEY", KEY[:-1]),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(name: str, text: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name} "):
        read(**{name: text})


@pytest.mark.parametrize(
    ("name", "text"), [("SECRET_KEY", "short-and-secret"), ("DATABASE_URL", "mysql://u:very-secret@db/d")]
)
def test_a_refusal_does_not_print_what_is_secret(name: str, text: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        read(**{name: text})
    assert "secret" not in str(refusal.value)


def test_settings_do_not_change_while_the_site_runs() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


def test_the_database_is_a_file_in_the_instance_folder_unless_another_is_named() -> None:
    assert Settings(instance=Path("/srv/d")).database == "sqlite:////srv/d/dorohovkaz.sqlite3"
    assert Settings(database_url="postgresql+psycopg://u:p@db/d").database == "postgresql+psycopg://u:p@db/d"


def test_the_secret_is_made_once_and_used_again(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path / "new" / "instance")
    made = secret(settings)
    assert len(made) >= 32
    assert secret(settings) == made
    assert (settings.instance / "secret_key").read_text() == made


def test_each_site_makes_a_secret_of_its_own(tmp_path: Path) -> None:
    assert secret(Settings(instance=tmp_path / "a")) != secret(Settings(instance=tmp_path / "b"))


def test_nobody_but_the_owner_reads_the_secret(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path / "instance")
    secret(settings)
    assert stat.S_IMODE((settings.instance / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.instance.stat().st_mode) == 0o700


def test_a_secret_that_the_operator_gives_is_used_and_not_written_down(tmp_path: Path) -> None:
    assert secret(Settings(instance=tmp_path, secret_key=KEY)) == KEY
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kept", ["", "short", "\n" * 40])
def test_a_damaged_secret_is_never_used(tmp_path: Path, kept: str) -> None:
    (tmp_path / "secret_key").write_text(kept)
    with pytest.raises(ConfigError, match="secret_key does not hold a key; remove"):
        secret(Settings(instance=tmp_path))
