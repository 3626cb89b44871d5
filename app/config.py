"""Settings: one frozen value, read once from the environment, documented here and in ``docs/operating.md``."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from app.kernel.errors import ConfigError

if TYPE_CHECKING:
    from app.documents.seal import SealSettings

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Everything an operator can set. `from_environment` reads the variable of the same name in capitals."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    instance: Path = ROOT / "instance"
    content: Path = ROOT / "content"
    database_url: str = field(default="", repr=False)
    site_url: str = ""
    secret_key: str = field(default="", repr=False)
    vault_keys: str = field(default="", repr=False)
    vault_key_file: Path | None = None
    password_memory_kib: int = 19_456
    sign_in_idle_minutes: int = 30
    sign_in_hours: int = 12
    files_storage: str = ""
    files_region: str = "us-east-1"
    files_access_key: str = field(default="", repr=False)
    files_secret_key: str = field(default="", repr=False)
    clamd: str = ""
    hsts: bool = False
    page_cache_mb: int = 64
    form_limit: str = "120 per minute"
    guess_limit: str = "20 per minute"
    filing_limit: str = "30 per hour"
    pdf_limit: str = "20 per minute"
    rate_limit_storage: str = "memory://"
    operator: str = ""
    security_contact: str = ""
    trusted_proxies: int = 0
    mail_url: str = field(default="", repr=False)
    mail_from: str = ""
    worker: str = "inside"
    log_format: str = "json"
    issuer: str = ""
    issuer_en: str = ""
    seal_key: str = ""
    seal_certificate: str = ""
    seal_password: str = field(default="", repr=False)
    seal_earlier: str = ""

    @property
    def is_tls(self) -> bool:
        """Whether browsers reach the site over TLS: `site_url` says so, or `hsts` does."""
        return self.hsts or self.site_url.startswith("https://")

    @property
    def database(self) -> str:
        """The address of the database: `database_url`, or the SQLite file in the instance folder."""
        return self.database_url or f"sqlite:///{self.instance / 'dorohovkaz.sqlite3'}"

    @property
    def key_file(self) -> Path:
        """The file of the key ring: `vault_key_file`, or the one in the instance folder."""
        return self.vault_key_file or self.instance / "vault_keys.json"

    @property
    def mail_folder(self) -> Path:
        """The folder that mails are written into while no mail server is named."""
        return self.instance / "mail"

    @property
    def own_address(self) -> str:
        """The address that links in mails lead to: `site_url`, or that of this machine."""
        return self.site_url or f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def search(self) -> Path:
        """The folder of search indexes. They are a cache: it may be deleted at any time."""
        return self.instance / "search"

    @property
    def seal(self) -> SealSettings:
        """Where the key is that signs extracts."""
        from app.documents.seal import SealSettings

        return SealSettings(self.instance, self.seal_key, self.seal_certificate, self.seal_password, self.seal_earlier)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings. Raises ConfigError that names the variable and what it takes."""
        given = os.environ if environment is None else environment
        read: dict[str, Any] = {}
        for setting in fields(cls):
            text = given.get(setting.name.upper(), "").strip()
            if text:
                read[setting.name] = _PARSERS.get(setting.name, str)(text)
        return cls(**read)


def _whole(name: str, low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise ConfigError(f"{name} is {text!r}; it takes a whole number from {low} to {high}.")
        return int(text)

    return parse


def _flag(name: str) -> Callable[[str], bool]:
    def parse(text: str) -> bool:
        if text.lower() not in {"0", "1", "true", "false", "yes", "no"}:
            raise ConfigError(f"{name} is {text!r}; it takes 1 or 0.")
        return text.lower() in {"1", "true", "yes"}

    return parse


def _site_url(text: str) -> str:
    refusal = f"SITE_URL is {text!r}; it takes an address without a path, such as https://example.org."
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ConfigError(refusal) from None
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/"):
        raise ConfigError(refusal)
    return f"{parts.scheme}://{parts.netloc}"


def _database_url(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ConfigError("DATABASE_URL takes sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME.")
    return text.replace("postgresql://", "postgresql+psycopg://", 1)


def _content(text: str) -> Path:
    path = Path(text).expanduser()
    if not (path / "sources.yaml").is_file():
        raise ConfigError(
            f"CONTENT is {text!r}; it takes a folder of content files (sources.yaml was not found in it)."
        )
    return path


def _secret_key(text: str) -> str:
    if len(text) < 32:
        raise ConfigError("SECRET_KEY is too short; it takes at least 32 characters.")
    return text


def _limit(name: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        from limits import parse_many

        try:
            if not all(rate.amount > 0 for rate in parse_many(text)):
                raise ValueError(text)
        except ValueError:
            raise ConfigError(f"{name} is {text!r}; it takes a rate such as '20 per minute'.") from None
        return text

    return parse


def _log_format(text: str) -> str:
    if text not in {"json", "text"}:
        raise ConfigError(f"LOG_FORMAT is {text!r}; it takes json or text.")
    return text


def _storage(text: str) -> str:
    if not text.startswith(("memory://", "redis://", "rediss://", "redis+unix://")):
        raise ConfigError("RATE_LIMIT_STORAGE takes memory:// or redis://HOST:PORT.")
    return text


def _mail_url(text: str) -> str:
    from app.outbox.senders import checked_mail_url

    return checked_mail_url(text)


def _mail_from(text: str) -> str:
    from app.outbox.senders import read_sender

    read_sender(text)
    return text


def _worker(text: str) -> str:
    if text not in {"inside", "none"}:
        raise ConfigError(f"WORKER is {text!r}; it takes inside or none.")
    return text


def _files_storage(text: str) -> str:
    from app.storage.bucket import read_bucket_address

    read_bucket_address(text)
    return text


def _clamd(text: str) -> str:
    from app.storage.scanner import open_scanner

    open_scanner(text)
    return text


def _issuer(name: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        from app.documents.extract import LONGEST_HEAD

        if len(text) > LONGEST_HEAD:
            raise ConfigError(f"{name} is too long; the head of an extract has room for {LONGEST_HEAD} characters.")
        return text

    return parse


def _seal_key(text: str) -> str:
    if not text.startswith("pkcs11:") and not Path(text).expanduser().is_file():
        raise ConfigError(f"SEAL_KEY is {text!r}; it takes a file (PEM or PKCS#12) or pkcs11:token=...;object=...")
    return text


def _seal_file(name: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not Path(text).expanduser().is_file():
            raise ConfigError(f"{name} is {text!r}; it takes a PEM file of certificates.")
        return text

    return parse


_PARSERS: Mapping[str, Callable[[str], Any]] = {
    "port": _whole("PORT", 1, 65535),
    "workers": _whole("WORKERS", 1, 64),
    "instance": lambda text: Path(text).expanduser(),
    "content": _content,
    "database_url": _database_url,
    "site_url": _site_url,
    "secret_key": _secret_key,
    "vault_key_file": lambda text: Path(text).expanduser(),
    "password_memory_kib": _whole("PASSWORD_MEMORY_KIB", 19_456, 1_048_576),
    "sign_in_idle_minutes": _whole("SIGN_IN_IDLE_MINUTES", 5, 120),
    "sign_in_hours": _whole("SIGN_IN_HOURS", 1, 24),
    "files_storage": _files_storage,
    "clamd": _clamd,
    "hsts": _flag("HSTS"),
    "page_cache_mb": _whole("PAGE_CACHE_MB", 1, 4096),
    "form_limit": _limit("FORM_LIMIT"),
    "guess_limit": _limit("GUESS_LIMIT"),
    "filing_limit": _limit("FILING_LIMIT"),
    "pdf_limit": _limit("PDF_LIMIT"),
    "rate_limit_storage": _storage,
    "trusted_proxies": _whole("TRUSTED_PROXIES", 0, 9),
    "mail_url": _mail_url,
    "mail_from": _mail_from,
    "worker": _worker,
    "log_format": _log_format,
    "issuer": _issuer("ISSUER"),
    "issuer_en": _issuer("ISSUER_EN"),
    "seal_key": _seal_key,
    "seal_certificate": _seal_file("SEAL_CERTIFICATE"),
    "seal_earlier": _seal_file("SEAL_EARLIER"),
}


def secret(settings: Settings) -> str:
    """Return the key that signs forms: SECRET_KEY, or the one in the instance folder, made on first use (mode 0600)."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.instance / "secret_key"
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    found = path.read_text().strip()
    if len(found) < 32:
        raise ConfigError(f"{path} does not hold a key; remove the file to have a new one made.")
    return found
