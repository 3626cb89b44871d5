"""Mail in tests: a server of our own that answers what a test tells it to, and a postman who keeps what is due."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.config import ROOT
from app.outbox.letters import Letter, Writer
from app.outbox.model import Kind
from app.outbox.senders import Memory
from app.storage.database import Database
from app.worker import Worker, mail

SITE = "https://example.org"
"""Where links in mails of tests lead."""

USER, PASSWORD = "site", "s3cret/pass:word@"


@dataclass(frozen=True)
class Taken:
    """A mail that the server took: from whom and to whom in the envelope, and its bytes."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    was_encrypted: bool

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)  # type: ignore[return-value]

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"])


@dataclass
class MailServer:
    """`taken` grows with every mail taken. `answer` sets the next answers to a step, `at` is called at each.

    The steps are EHLO, AUTH, MAIL, RCPT, DATA (a mail has arrived whole), TAKEN and ANSWERED (it was said to be taken).
    """

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    at: Callable[[str], None] = lambda step: None
    moment: float = 0.005
    """Seconds from an answer to ANSWERED."""
    _answers: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))

    def answer(self, step: str, *answers: str) -> None:
        """Give each of `answers` once at ``MAIL``, ``RCPT``, ``DATA`` or ``AUTH``; after them the server says yes."""
        self._answers[step].extend(answers)

    def _say(self, step: str) -> str | None:
        self.heard.append(step)
        self.at(step)
        return self._answers[step].popleft() if self._answers[step] else None

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self._say("EHLO")
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := self._say("MAIL"):
            return refusal
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := self._say("RCPT"):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if refusal := self._say("DATA"):
            return refusal
        sender, content = envelope.mail_from, envelope.original_content
        assert sender is not None
        assert content is not None
        is_encrypted = server.transport.get_extra_info("ssl_object") is not None
        self.taken.append(Taken(sender, tuple(envelope.rcpt_tos), content, is_encrypted))
        self.at("TAKEN")
        # The answer is on its way as soon as this returns; whoever asked has about as long to note it.
        asyncio.get_running_loop().call_later(self.moment, self.at, "ANSWERED")
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
    ) -> AuthResult:
        if refusal := self._say("AUTH"):
            return AuthResult(success=False, handled=False, message=refusal)
        is_right = isinstance(given, LoginPassword) and (given.login, given.password) == (
            USER.encode(),
            PASSWORD.encode(),
        )
        return AuthResult(success=is_right, handled=False)


class _Controller(Controller):
    """Binds its own socket, so that the port is free for certain."""

    def __init__(self, handler: MailServer, **options: Any) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        super().__init__(handler, hostname="127.0.0.1", port=self._socket.getsockname()[1], **options)

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._socket, ssl=self.ssl_context)


@contextmanager
def mail_server(*, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """Run a mail server while the body runs. With a context it demands encryption, and offers to take a password."""
    server = MailServer()
    # With `tls` everything is encrypted before the server speaks, which it does not know itself.
    options: dict[str, Any] = {"ssl_context": tls, "auth_require_tls": False} if tls else {}
    if starttls:
        options = {"tls_context": starttls, "require_starttls": True}
        options |= {"auth_required": True}
    if starttls or tls:
        options |= {"authenticator": server.authenticate}
    controller = _Controller(server, enable_SMTPUTF8=True, **options)
    controller.start()
    server.port = controller.port
    try:
        yield server
    finally:
        controller.stop()


def certificate(folder: Path, *, host: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """Make a certificate for `host`; return the server's context, and the file that a client has to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    today = datetime.now(UTC)
    names: list[x509.GeneralName] = [x509.DNSName(host), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "certificate.pem", folder / "key.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    return context, trusted


def post(database: Database, *, now: datetime) -> list[Letter]:
    """Send everything that is due at `now` in `database`, and return it as it was written, oldest first."""
    memory = Memory()
    deed = mail(Writer(ROOT / "translations", site_url=SITE), memory)
    worker = Worker(database, dict.fromkeys(Kind, deed), name="test", now=lambda: now)
    while worker.turn():
        pass
    return memory.letters
