"""Reading back the words of a PDF as typst writes it."""

from __future__ import annotations

import io
import re

import pikepdf


def pdf_text(body: bytes) -> str:
    """Return the text of all pages in the order it is drawn, without the spaces and line breaks between its pieces.

    Fonts are expected to carry a map from two-byte codes to Unicode, as tagged PDF demands.
    """
    pieces: list[str] = []
    with pikepdf.open(io.BytesIO(body)) as pdf:
        for page in pdf.pages:
            fonts = {name: _codes(font) for name, font in page.Resources.Font.items()}
            letters: dict[int, str] = {}
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    letters = fonts[str(operands[0])]
                elif str(operator) in ("Tj", "TJ"):
                    drawn = operands[0] if isinstance(operands[0], pikepdf.Array) else [operands[0]]
                    raw = b"".join(bytes(item) for item in drawn if isinstance(item, pikepdf.String))
                    codes = (int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2))
                    pieces += [letters.get(code, "") for code in codes]
    return "".join(pieces)


def _codes(font: pikepdf.Object) -> dict[int, str]:
    """Return the map of a font's ToUnicode table (its `bfchar` and `bfrange` sections)."""
    table = font.ToUnicode.read_bytes().decode("ascii", "replace")
    found: dict[int, str] = {}
    for section in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", section):
            found[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for section in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", section):
            for step in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + step] = chr(int(text, 16) + step)
    return found
