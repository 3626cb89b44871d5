"""An address as a QR code, drawn as SVG."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_code(address: str, title: str) -> Markup:
    """Return the QR code of `address`, named `title`: black on white with its quiet zone, whatever the page's colours.

    A quarter of it may be lost: sheets on a wall get torn, stained and drawn on.
    """
    drawn = segno.make_qr(address, error="q").svg_inline(
        omitsize=True, border=4, light="#fff", svgclass="qr", lineclass=None
    )
    name = Markup(' role="img" aria-label="{}"').format(title)
    # segno writes numbers and its own attributes alone; the address is in the squares, not in the markup.
    return Markup(drawn.replace("<svg", f"<svg{name}", 1))  # noqa: S704
