"""Handing a letter over: to a mail server by SMTP, to a folder of files, to nobody, or to a list in memory."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from app.kernel.errors import ConfigError
from app.outbox.letters import Letter, compose
from app.outbox.model import MessageError, PutOffError, RefusedError, UnavailableError, ascii_address

STEP_SECONDS = 20.0
"""Time-out of each of the at most ten steps of a conversation but the last."""

ACCEPT_SECONDS = 60.0
"""Time-out of the last step: a server may look into a mail before it takes it. All steps together fit into a lease."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")


_FROM = re.compile(r"(?:(?P<name>[^<>\"\\]*)<(?P<address>[^<>]*)>)|(?P<bare>[^<>]*)")


class Sender(Protocol):
    """Hands over letters."""

    def send(self, letter: Letter) -> None:
        """Hand over `letter`; once this returns, another has it. Raises RefusedError, PutOffError, UnavailableError."""
        ...


@dataclass
class Memory:
    """Keeps letters in a list, for tests."""

    letters: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> None:
        self.letters.append(letter)


@dataclass(frozen=True)
class Console:
    """Says on the standard output that there was a letter, and lets it go: nobody gets it, nothing of it is kept."""

    def send(self, letter: Letter) -> None:
        print(f"mail {letter.kind} {letter.id}: sent to nobody", flush=True)


@dataclass(frozen=True)
class Folder:
    """Writes each letter as a file that only its owner reads (0600), and says on the standard output where it lies.

    A letter written twice is one file.
    """

    path: Path
    sender: Address

    def send(self, letter: Letter) -> None:
        target = self.path / f"{letter.written_at:%Y-%m-%d-%H%M%S}-{letter.kind}-{letter.id}.eml"
        fresh = target.with_suffix(".new")
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(compose(letter, sender=self.sender, encoding="8bit").replace(b"\r\n", b"\n"))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(target)
        except OSError as error:
            raise UnavailableError(f"the mail folder: {error.strerror}") from None
        print(f"mail {letter.kind}: {target}", flush=True)


@dataclass(frozen=True)
class Smtp:
    """Hands letters to a mail server, one conversation each.

    `starttls` and `tls` say how the connection is encrypted; without either it is not. A server that does not offer
    what is asked for, or shows a certificate that does not hold, gets neither password nor letter.
    """

    host: str
    port: int
    sender: Address
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    starttls: bool = False
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    def send(self, letter: Letter) -> None:
        try:
            to = ascii_address(letter.to)
            whole = compose(letter, sender=self.sender)
        except (MessageError, ValueError):
            raise RefusedError("it cannot be written as a mail") from None
        server = self._connect()
        try:
            self._hand_over(server, to, whole)
        finally:
            # Goodbye is said and not waited for: an answer to it could only come between the delivery and its record.
            with suppress(OSError, smtplib.SMTPException):
                server.putcmd("quit")
            server.close()

    def _connect(self) -> smtplib.SMTP:
        server, step = None, "CONNECT"
        try:
            server = self._called()
            step = "EHLO"
            server.ehlo_or_helo_if_needed()
            if self.starttls:
                step = "STARTTLS"
                server.starttls(context=self.context)
                server.ehlo_or_helo_if_needed()
            if self.user:
                step = "AUTH"
                server.login(self.user, self.password)
        except (OSError, smtplib.SMTPException) as error:
            if server is not None:
                server.close()
            if isinstance(error, smtplib.SMTPResponseException):
                raise UnavailableError(_reason(error.smtp_code, error.smtp_error, step)) from None
            raise UnavailableError(_broken(error, step)) from None
        return server

    def _called(self) -> smtplib.SMTP:
        # The host must be given here and not to connect(): the certificate is compared with it.
        name = self.sender.domain
        if self.tls:
            return smtplib.SMTP_SSL(self.host, self.port, name, timeout=STEP_SECONDS, context=self.context)
        return smtplib.SMTP(self.host, self.port, name, timeout=STEP_SECONDS)

    def _hand_over(self, server: smtplib.SMTP, to: str, whole: bytes) -> None:
        options = [f"size={len(whole)}"] if server.has_extn("size") else []
        if not to.isascii():
            if not server.has_extn("smtputf8"):
                raise RefusedError("the server knows ASCII addresses only")
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        step = "MAIL"
        try:
            code, answer = server.mail(self.sender.addr_spec, options)
            if code != 250:
                # It is the site that the server refuses here, not this recipient: others would fare no better.
                raise UnavailableError(_reason(code, answer, step))
            step = "RCPT"
            code, answer = server.rcpt(to)
            if code not in (250, 251):
                raise _no(code, answer, step)
            step = "DATA"
            if server.sock is not None:
                server.sock.settimeout(ACCEPT_SECONDS)
            code, answer = server.data(whole)
            if code != 250:
                raise _no(code, answer, step)
        except smtplib.SMTPResponseException as error:
            raise _no(error.smtp_code, error.smtp_error, step) from None
        except (OSError, smtplib.SMTPException) as error:
            raise UnavailableError(_broken(error, step)) from None


def _no(code: int, answer: bytes | str, step: str) -> RefusedError | PutOffError | UnavailableError:
    reason = _reason(code, answer, step)
    if code == 421:
        return UnavailableError(reason)
    return RefusedError(reason) if 500 <= code < 600 else PutOffError(reason)


def _reason(code: int, answer: bytes | str, step: str) -> str:
    """Say what the server answered by its numbers alone: its words may hold the recipient's address."""
    enhanced = _ENHANCED.match(answer if isinstance(answer, bytes) else answer.encode())
    return f"{code}{' ' + enhanced[0].decode() if enhanced else ''} at {step}"


def _broken(error: Exception, step: str) -> str:
    return f"{type(error).__name__} at {step}"


def read_sender(text: str) -> Address:
    """Read MAIL_FROM: ``name@example.org`` or ``Name <name@example.org>``. Raises ConfigError."""
    found = _FROM.fullmatch(text)
    try:
        if found is None or not text.isprintable():
            raise ConfigError(_MAIL_FROM)
        address = ascii_address(found["address"] or found["bare"] or "")
        return Address(display_name=(found["name"] or "").strip(), addr_spec=address)
    except (MessageError, ValueError):
        raise ConfigError(_MAIL_FROM) from None


def open_sender(url: str, *, mail_from: str, folder: Path) -> Sender:
    """Return the sender that MAIL_URL names; where it is empty, one that writes into `folder`.

    Raises ConfigError, which shows neither address nor password.
    """
    if url and urlsplit(url).scheme in {"smtp", "smtps"}:
        if not mail_from:
            raise ConfigError("MAIL_FROM is missing; it takes the address that mails come from.")
        return _smtp(urlsplit(url), read_sender(mail_from))
    if url == "console://":
        return Console()
    sender = read_sender(mail_from or "Dorohovkaz <dorohovkaz@localhost>")
    return Folder(Path(unquote(urlsplit(url).path)) if url else folder, sender)


def _smtp(parts: SplitResult, sender: Address) -> Smtp:
    host, tls = parts.hostname or "", parts.scheme == "smtps"
    return Smtp(
        host=host, port=parts.port or (465 if tls else 587), sender=sender,
        user=unquote(parts.username or ""), password=unquote(parts.password or ""),
        tls=tls, starttls=not tls and parts.query != "starttls=no" and host not in _LOOPBACK,
    )  # fmt: skip


def checked_mail_url(text: str) -> str:
    """Return `text` if it is a MAIL_URL. Raises ConfigError, which does not show it: it may hold a password."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ConfigError(_MAIL_URL) from None
    has_rest = bool(parts.path.strip("/") or parts.fragment or port == 0)
    match parts.scheme:
        case "smtp" | "smtps" if parts.hostname and not has_rest:
            if parts.query and (parts.scheme, parts.query) != ("smtp", "starttls=no"):
                raise ConfigError(_MAIL_URL)
            if bool(parts.username) != bool(parts.password) or not unquote(parts.netloc).isprintable():
                raise ConfigError(_MAIL_URL)
            if parts.username and parts.query and parts.hostname not in _LOOPBACK:
                raise ConfigError("MAIL_URL would send a password unencrypted; leave starttls=no or the password out.")
            return text
        case "file" if not parts.netloc and parts.path.startswith("/") and not parts.query:
            return text
        case "console" if text == "console://":
            return text
    raise ConfigError(_MAIL_URL)


_MAIL_FROM = "MAIL_FROM takes an address: name@example.org, or Name <name@example.org>."
_MAIL_URL = (
    "MAIL_URL takes smtp://USER:PASSWORD@HOST:587, smtps://USER:PASSWORD@HOST:465, file:///FOLDER or console://. "
    "In USER and PASSWORD write other signs than letters and digits percent-encoded (@ as %40)."
)
