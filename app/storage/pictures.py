"""Pictures made anew: upright, in plain colours, no larger than a certificate needs, and without any metadata."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Mapping

import pillow_heif
from PIL import Image, ImageCms, ImageOps

from app.storage.refusals import Refusal, UploadRefusedError

MAX_PIXELS = 64_000_000
"""Pixels of the largest picture that is decoded (256 MB of memory). The 50-megapixel cameras of phones stay below."""

KEPT_PIXELS = 16_000_000
"""Pixels above which a picture is made smaller. A page of A4 at 300 dots an inch, at which the smallest print of a
certificate is read and recognised, takes 8.7 million: it stays so sharp where it fills little more than half of the
picture."""

_HOW: Mapping[str, dict[str, int | bool]] = {
    # Chroma is kept at full size, or a coloured stamp over black letters blurs them.
    "JPEG": {"quality": 85, "subsampling": 0, "optimize": True},
    "PNG": {"compress_level": 6},
}
_SRGB = ImageCms.createProfile("sRGB")

# A thumbnail in the file may show something else than its picture; a depth map or another layer is never looked at.
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


def redraw(content: bytes, *, decoder: str, encoder: str) -> bytes:
    """Return the picture in `content` drawn anew: the same bytes for the same picture, holding pixels and no more.

    `decoder` and `encoder` are names of Pillow's formats. Raises UploadRefusedError with TOO_MANY_PIXELS, and whatever
    a decoder raises for a picture that is damaged.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return _encoded(_plain(_decoded(content, decoder)), encoder)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise UploadRefusedError(Refusal.TOO_MANY_PIXELS) from None


def _decoded(content: bytes, decoder: str) -> Image.Image:
    image = Image.open(io.BytesIO(content), formats=[decoder])
    _bound(image)
    width, height = image.size
    if width * height > KEPT_PIXELS:
        scale = math.sqrt(KEPT_PIXELS / (width * height))
        # `thumbnail` lets a JPEG be decoded at a half or a quarter of its size where that is still large enough.
        image.thumbnail((max(1, int(width * scale)), max(1, int(height * scale))), Image.Resampling.LANCZOS)
    image.load()
    # The header of a HEIC may promise another size than its picture has.
    _bound(image)
    return image


def _bound(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise UploadRefusedError(Refusal.TOO_MANY_PIXELS)


def _plain(image: Image.Image) -> Image.Image:
    """Return the picture upright, on white where it was transparent, in greys or in sRGB."""
    image, profile = _upright(image), image.info.get("icc_profile")
    if image.mode in {"I", "I;16"}:
        # Greys of 16 bits: `convert` alone would cut off all but the darkest.
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "1":
        return image.convert("L")
    if image.has_transparency_data:
        over = image.convert("RGBA")
        image = Image.new("RGB", over.size, "white")
        image.paste(over, mask=over.getchannel("A"))
    if image.mode not in {"L", "RGB", "CMYK"}:
        image = image.convert("RGB")
    if profile and image.mode != "L":
        image = _in_srgb(image, profile)
    return image if image.mode == "L" else image.convert("RGB")


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        # Cameras write damaged EXIF too; a picture that lies on its side is still read.
        return image


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture with its colours as they were meant. The profile itself goes: it may name the device."""
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, own, _SRGB, outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def _encoded(image: Image.Image, encoder: str) -> bytes:
    # Savers copy comments and profiles from the picture they are given, so they are given one that has none.
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    file = io.BytesIO()
    bare.save(file, encoder, **_HOW[encoder])
    return file.getvalue()
