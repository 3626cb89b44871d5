"""Drawing an extract: one A4 page as PDF/A-2a and PDF/UA-1, the same bytes for the same values."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from textwrap import wrap
from threading import Lock
from typing import Any, Literal

import segno
import typst

from app.documents import words
from app.documents.code import verify_address
from app.documents.extract import Certified, ExtractData, WrongExtractError, issue_day, lines, moment
from app.documents.words import Words

TEMPLATE = Path(__file__).resolve().parent / "layout" / "extract.typ"

SIZES = (11.0, 10.2, 9.4, 8.6, 7.8, 7.0, 6.6)
"""Sizes of the rows in points; the first at which everything stands on one page is taken."""

_ONE_PAGE = re.compile(rb"<xmpTPg:NPages>1<")

# Only the fonts inside the package: the same bytes on every machine. One compiler reads them once for all documents,
# and one document is drawn at a time, because the compiler's inputs are its own.
_compiler: typst.Compiler | None = None
_one_at_a_time = Lock()


def draw(extract: ExtractData, certified: Certified) -> bytes:
    """Return the page of `extract` as PDF, not yet signed; `certified` is the certificate that will sign it.

    A development certificate marks the page as a specimen. Raises WrongExtractError where the words do not fit on
    one page even in the smallest type.
    """
    return _compiled(extract, certified, "pdf")


def picture(extract: ExtractData, certified: Certified, *, dots_per_inch: int = 144) -> bytes:
    """Return the same page as PNG, for a preview. Raises WrongExtractError as `draw` does."""
    return _compiled(extract, certified, "png", dots_per_inch)


def _compiled(
    extract: ExtractData, certified: Certified, form: Literal["pdf", "png"], dots_per_inch: int | None = None
) -> bytes:
    global _compiler
    page = _page(extract, certified)
    for points in SIZES:
        inputs = {"extract": json.dumps({**page, "points": points}, ensure_ascii=False)}
        with _one_at_a_time:
            if _compiler is None:
                _compiler = typst.Compiler(str(TEMPLATE), root=str(TEMPLATE.parent), ignore_system_fonts=True)
            made = _compiler.compile(
                format=form,
                ppi=dots_per_inch,
                sys_inputs=inputs,
                # Tagged as both standards ask: PDF/A for archives, PDF/UA for people who listen to a page.
                pdf_standards=["a-2a", "ua-1"] if form == "pdf" else [],
                timestamp=int(extract.issued_at.timestamp()),
            )
        # Several pages come as a list of pictures, or as a PDF whose metadata counts them.
        if isinstance(made, bytes) and (form == "png" or _ONE_PAGE.search(made)):
            return made
    raise WrongExtractError("length")


def _page(extract: ExtractData, certified: Certified) -> dict[str, Any]:
    found = extract.recorded is not None
    signed = Words(*(text.format(name=certified.name, serial=certified.serial) for text in _pair(words.SIGNED)))
    page: dict[str, Words | None] = {
        "issuer": extract.issuer,
        "title": words.TITLE,
        "register": words.REGISTER,
        "statement": words.FOUND if found else words.NOT_FOUND,
        "means": None if found else words.NOT_FOUND_MEANS,
        "item": words.LABELS["item"],
        "record": words.LABELS["record"],
        "verify": words.LABELS["verify"],
        "verify_how": words.VERIFY,
        "code_label": words.LABELS["code"],
        "signed": signed,
        "basis": words.BASIS,
        "specimen": words.SPECIMEN if certified.is_development else None,
        "specimen_why": words.SPECIMEN_WHY,
    }
    dates = (("issued", issue_day(extract)), ("as_of", moment(extract.as_of)))
    mark = f" ({words.SPECIMEN.uk})" if certified.is_development else ""
    return {
        **{name: asdict(value) if value else None for name, value in page.items()},
        "document_title": f"{words.TITLE.uk} № {extract.number} {words.REGISTER.uk}{mark}",
        "number": extract.number,
        "code": extract.code,
        "verify_page": extract.verify_page,
        "dates": [{"label": asdict(words.LABELS[name]), "value": asdict(value)} for name, value in dates],
        "lines": [
            {"label": asdict(line.label), "value": _breakable(line.value), "strong": line.is_strong}
            for line in lines(extract)
        ],
        "qr": _qr(verify_address(extract.verify_page, extract.number, extract.code)),
        "qr_alt": f"QR-код: {extract.verify_page}, № {extract.number}, {extract.code}",
    }


def _breakable(value: Words) -> dict[str, str]:
    """Let a word of more than 30 letters break: cut at the page's edge it would be wrong, and it can hardly be real."""
    return {
        language: re.sub(r"\w{31,}", lambda word: "\N{ZERO WIDTH SPACE}".join(wrap(word.group(), 15)), text)
        for language, text in asdict(value).items()
    }


def _pair(pair: Words) -> tuple[str, str]:
    return pair.uk, pair.en


def _qr(address: str) -> str:
    """Return the QR code of an address as SVG. A quarter of it may be lost: paper is folded, stamped and copied.

    Weighing the eight masks takes longer than drawing the rest of the code; readers undo any of them.
    """
    drawn: str = segno.make_qr(address, error="q", boost_error=False, mask=2).svg_inline(
        omitsize=True, border=1, lineclass=None, svgclass=None
    )
    return drawn.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
