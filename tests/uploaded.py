"""Files as people upload them: photographs by several cameras, PDFs of several makers, and hostile ones."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pikepdf
import pillow_heif
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image, ImageCms

pillow_heif.register_heif_opener()

SECRET = "50.4501 N, Canon EOS, Kyiv"
"""Stands in every place of a file where a camera or a program writes things that nobody sees."""


def picture(width: int = 240, height: int = 160) -> Image.Image:
    """Red in the upper left quarter, blue in the lower right one, white elsewhere."""
    image = Image.new("RGB", (width, height), "white")
    image.paste((200, 20, 20), (0, 0, width // 2, height // 2))
    image.paste((20, 20, 200), (width // 2, height // 2, width, height))
    return image


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def camera_exif(orientation: int = 1) -> bytes:
    """EXIF with an orientation, a maker and a place."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = SECRET
    exif.get_ifd(0x8825).update({1: "N", 2: (50.0, 27.0, 0.0), 29: SECRET})
    return exif.tobytes()


def xmp() -> bytes:
    return f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()


def photo(form: str, orientation: int = 1, image: Image.Image | None = None) -> bytes:
    """A photograph with everything that a camera writes beside it."""
    options: dict[str, Any] = {"exif": camera_exif(orientation), "icc_profile": profile_of_a_maker()}
    if form == "JPEG":
        options |= {"comment": SECRET, "xmp": xmp()}
    elif form == "HEIF":
        options |= {"xmp": xmp()}
    return encoded(image or picture(), form, **options)


def profile_of_a_maker() -> bytes:
    """A profile of colours; its words name who made it."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # Without the time of its making, so that every photograph here is the same each time.
    return made[:24] + bytes(12) + made[36:]


def profile_that_calls_green_red() -> bytes:
    """A profile whose first number of a pixel is its green and whose second is its red."""
    return profile_of_a_maker().replace(b"rXYZ", b"____").replace(b"gXYZ", b"rXYZ").replace(b"____", b"gXYZ")


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr("run.class", b"\xca\xfe\xba\xbe" * 10)
    return file.getvalue()


def pdf(pages: int = 1) -> Pdf:
    """A PDF with a line on each page."""
    made = pikepdf.new()
    for number in range(pages):
        made.add_blank_page(page_size=(595, 842))
        made.pages[-1].Contents = made.make_stream(f"BT /F1 12 Tf 72 700 Td (Page {number + 1}) Tj ET".encode())
        made.pages[-1].Resources = Dictionary(
            Font=Dictionary(F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        )
    return made


def written(made: Pdf, **options: Any) -> bytes:
    file = io.BytesIO()
    made.save(file, **options)
    return file.getvalue()


def script(code: str = "app.alert(1)") -> Dictionary:
    return Dictionary(Type=Name.Action, S=Name.JavaScript, JS=code)


def hostile_pdf() -> bytes:
    """A PDF with every place for scripts, actions, attachments and remarks filled."""
    made = pdf(2)
    page, root = made.pages[0], made.Root
    root.OpenAction = made.make_indirect(script())
    root.AA = Dictionary(WC=script())
    root.URI = Dictionary(Base="https://evil.example/")
    made.attachments["evil.exe"] = pikepdf.AttachedFileSpec(made, SECRET.encode(), filename="evil.exe")
    root.Names.JavaScript = Dictionary(Names=Array(["start", script()]))
    root.AcroForm = made.make_indirect(Dictionary(Fields=Array(), XFA=made.make_stream(b"<xdp>" + SECRET.encode())))
    root.PieceInfo = Dictionary(Maker=Dictionary(Private=SECRET))
    root.Outlines = made.make_indirect(Dictionary(First=Dictionary(Title=SECRET, A=script())))
    actions = [
        script(),
        Dictionary(S=Name.Launch, F="cmd.exe"),
        Dictionary(S=Name.URI, URI="https://evil.example/"),
        Dictionary(S=Name.SubmitForm, F=Dictionary(FS=Name.URL, F="https://evil.example/")),
        Dictionary(S=Name.GoToR, F="other.pdf", D=Array([0, Name.Fit])),
        Dictionary(S=Name.ImportData, F="x.fdf", Next=script()),
    ]
    page.Annots = Array(
        made.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 99, 99]), A=action, AA=Dictionary(E=script())
            )
        )
        for action in actions
    )
    page.AA = Dictionary(O=script())
    page.Metadata = made.make_stream(xmp())
    page.PieceInfo = Dictionary(Maker=Dictionary(Private=SECRET))
    page.Thumb = made.make_stream(SECRET.encode())
    image = made.make_stream(
        photo("JPEG"), Type=Name.XObject, Subtype=Name.Image, Width=240, Height=160,
        ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Filter=Name.DCTDecode, Metadata=made.make_stream(xmp()),
        OPI=Dictionary(X=Dictionary(F="https://evil.example/")),
    )  # fmt: skip
    outside = made.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 1, 1]), F="/etc/passwd")
    outside.Ref = Dictionary(F="other.pdf", Page=0)
    page.Resources.XObject = Dictionary(Im0=image, Fm0=outside)
    attached = Dictionary(Type=Name.Filespec, F="x.exe", EF=Dictionary(F=made.make_stream(SECRET.encode())))
    page.Resources.ExtGState = Dictionary(GS0=Dictionary(Type=Name.ExtGState, LW=3, Aside=script(), Beside=attached))
    page.Resources.Properties = Dictionary(MC0=Dictionary(Type=Name.OCG, Name=SECRET, Hidden=script()))
    page.contents_add(b"q 240 0 0 160 72 400 cm /Im0 Do Q /OC /MC0 BDC EMC")
    with made.open_metadata() as metadata:
        metadata["dc:creator"] = [SECRET]
    made.docinfo["/Author"] = SECRET
    return written(made, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
