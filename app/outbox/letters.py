"""Writing a mail: subject, plain text and HTML in the recipient's language, and the bytes that a mail server takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from babel.support import Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.kernel.dates import KYIV, in_words
from app.outbox.model import Message, ascii_address

TEMPLATES = Path(__file__).parent / "templates"

_SPACES = re.compile(r"[ \t]*\n[ \t]*")
_GAPS = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Letter:
    """A mail, written. Its `repr` shows nothing of what it says or to whom."""

    id: str
    kind: str
    written_at: datetime
    to: str = field(repr=False)
    language: str = field(repr=False)
    subject: str = field(repr=False)
    plain: str = field(repr=False)
    html: str = field(repr=False)


class Writer:
    """Writes mails with the interface's catalogues in `translations`; their links lead to pages of `site_url`."""

    def __init__(self, translations: Path, *, site_url: str) -> None:
        self._translations = translations
        self._site_url = site_url.rstrip("/")

    def write(self, message: Message, *, id_: str, written_at: datetime) -> Letter:
        """Return `message` as a letter: the same for the same arguments, so that a second try sends the same bytes."""
        words = {name: self._shown(name, value, message.language) for name, value in message.details.items()}
        subject = self._rendered("plain", message, "subject", words)
        whole = {"subject": subject, "language": message.language, "site_url": self._site_url}
        plain, html = (
            self._environment(form, message.language)
            .get_template(f"outbox/{form}.jinja")
            .render(whole, body=self._rendered(form, message, "body", words))
            for form in ("plain", "html")
        )
        return Letter(
            id=id_, kind=message.kind.value, written_at=written_at, to=message.to, language=message.language,
            subject=" ".join(subject.split()), plain=_tidy(plain), html=f"{html}\n",
        )  # fmt: skip

    def _rendered(self, form: str, message: Message, block: str, words: Mapping[str, str]) -> str:
        name = message.kind.value.replace(".", "-")
        template = self._environment(form, message.language).get_template(f"outbox/{name}.jinja")
        text = "".join(template.blocks[block](template.new_context(dict(words))))
        # What a block rendered with autoescape returns is safe already; the frame must not escape it again.
        return text if form == "plain" else Markup(text)  # noqa: S704

    def _environment(self, form: str, language: str) -> Environment:
        return _environment(form, language, self._translations)

    def _shown(self, name: str, value: str, language: str) -> str:
        match name:
            case "path":
                return self._site_url + value
            case "until" | "at":
                moment = datetime.fromisoformat(value).astimezone(KYIV)
                return f"{in_words(moment.date(), language)}, {moment:%H:%M}"
            case _:
                return value


@lru_cache
def _environment(form: str, language: str, translations: Path) -> Environment:
    """Both forms of a mail come from one template: `part` draws its paragraphs and links as plain text or as HTML."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), extensions=["jinja2.ext.i18n"], autoescape=form == "html",  # noqa: S701
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    catalogue = Translations.load(translations, [language])
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=catalogue.ugettext, ngettext=catalogue.ungettext, newstyle=True
    )
    environment.globals["part"] = environment.get_template(f"outbox/{form}-parts.jinja").module
    return environment


def _tidy(plain: str) -> str:
    return _GAPS.sub("\n\n", _SPACES.sub("\n", plain)).strip() + "\n"


def compose(letter: Letter, *, sender: Address, encoding: Literal["8bit"] | None = None) -> bytes:
    """Return the letter as it travels, with CR LF at line ends: the same bytes for the same letter.

    Its Message-ID is the job's id, so a letter that was delivered twice is known as one. With `encoding` "8bit" its
    parts can be read as they are. Raises MessageError, and ValueError where a header would break into two.
    """
    username, _, domain = ascii_address(letter.to).rpartition("@")
    to = Address(username=username, domain=domain)
    policy = SMTP if to.addr_spec.isascii() else SMTPUTF8
    message = EmailMessage(policy=policy.clone(cte_type="8bit") if encoding else policy)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = f"<{letter.id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    given: dict[str, Any] = {"cte": encoding} if encoding else {}
    message.set_content(letter.plain, **given)
    message.add_alternative(letter.html, subtype="html", **given)
    message.set_boundary(f"=_{letter.id}")
    # Only now: setting the content drops every header whose name begins like this one's.
    message["Content-Language"] = letter.language
    return message.as_bytes()
