"""Uploaded files: known by what they hold, made anew without what their makers wrote beside, refused by name."""

from __future__ import annotations

import io
import json
import random
import zlib

import pikepdf
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name
from PIL import Image

from app.storage.intake import Room, accept, clean_apart
from app.storage.papers import MAX_PAGES, without_remarks
from app.storage.pictures import KEPT_PIXELS, MAX_PIXELS
from app.storage.refusals import Refusal, UploadRefusedError
from app.storage.uploads import MAX_BYTES, MediaType, clean, plain_name, recognise
from tests.uploaded import (
    SECRET,
    archive,
    camera_exif,
    encoded,
    hostile_pdf,
    pdf,
    photo,
    picture,
    profile_that_calls_green_red,
    script,
    written,
    xmp,
)


def refusal(content: bytes) -> Refusal:
    with pytest.raises(UploadRefusedError) as refused:
        clean(content)
    return refused.value.refusal


def seen(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image.convert("RGB")


def near(found: object, wanted: tuple[int, int, int], by: int = 12) -> bool:
    assert isinstance(found, tuple)
    return all(abs(a - b) <= by for a, b in zip(found, wanted, strict=True))


# What a file is


@pytest.mark.parametrize(
    ("content", "is_"),
    [
        (written(pdf()), MediaType.PDF),
        (photo("JPEG"), MediaType.JPEG),
        (photo("PNG"), MediaType.PNG),
        (photo("HEIF"), MediaType.HEIC),
        (b"\x00\x00\x00\x18ftypheix\x00\x00\x00\x00mif1heix" + b"\x00" * 40, MediaType.HEIC),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic" + b"\x00" * 40, MediaType.HEIC),
        (b"\x00\x00\x00\x18ftypmsf1\x00\x00\x00\x00hevcmsf1" + b"\x00" * 40, MediaType.HEIC),
    ],
)
def test_a_file_is_known_by_its_bytes(content: bytes, is_: MediaType) -> None:
    assert recognise(content) is is_


@pytest.mark.parametrize(
    "content",
    [
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a" + b"\x00" * 20,
        b"MZ\x90\x00",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        archive(),
        b"\xef\xbb\xbf" + written(pdf()),
        b"junk before\n" + written(pdf()),
        b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif" + b"\x00" * 40,
        b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isomheic" + b"\x00" * 40,
        "Свідоцтво про шлюб".encode(),
    ],
)
def test_other_kinds_of_files_are_refused(content: bytes) -> None:
    assert refusal(content) is Refusal.UNKNOWN_TYPE


@pytest.mark.parametrize("form", ["JPEG", "PNG", "HEIF"])
def test_a_picture_that_is_an_archive_too_is_refused(form: str) -> None:
    assert refusal(photo(form) + archive()) is Refusal.UNKNOWN_TYPE


def test_a_pdf_that_is_an_archive_too_is_refused() -> None:
    assert refusal(written(pdf()) + archive()) is Refusal.UNKNOWN_TYPE


@pytest.mark.parametrize("remark", [b"<html><script>alert(1)</script>", b"<SCRIPT src=x>", b"%PDF-1.7"])
def test_a_picture_that_a_browser_or_viewer_may_take_for_a_page_is_refused(remark: bytes) -> None:
    assert refusal(encoded(picture(), "JPEG", comment=remark)) is Refusal.UNKNOWN_TYPE


def test_what_a_phone_appends_to_a_photograph_is_left_out() -> None:
    film = b"\x00\x00\x00\x18ftypmp42" + SECRET.encode() * 20
    assert SECRET.encode() not in clean(photo("JPEG") + film).content


def test_an_empty_file_is_refused() -> None:
    assert refusal(b"") is Refusal.EMPTY


def test_a_file_of_ten_megabytes_is_taken_and_one_byte_more_is_not() -> None:
    whole = photo("JPEG") + bytes(MAX_BYTES)
    assert clean(whole[:MAX_BYTES]).media_type is MediaType.JPEG
    assert refusal(whole[: MAX_BYTES + 1]) is Refusal.TOO_LARGE


# Pictures


@pytest.mark.parametrize(("form", "becomes"), [("JPEG", "JPEG"), ("PNG", "PNG"), ("HEIF", "JPEG")])
def test_a_photograph_is_kept_without_anything_that_its_camera_wrote_beside(form: str, becomes: str) -> None:
    given_ = photo(form)
    assert SECRET.encode() in given_
    accepted = clean(given_)
    kept = Image.open(io.BytesIO(accepted.content))
    assert kept.format == becomes
    assert SECRET.encode() not in accepted.content
    assert dict(kept.getexif()) == {}
    assert not {"exif", "xmp", "icc_profile", "comment", "XML:com.adobe.xmp", "thumbnails"} & set(kept.info)
    assert accepted.pages is None


@pytest.mark.parametrize("form", ["JPEG", "PNG", "HEIF"])
@pytest.mark.parametrize(
    ("orientation", "size", "red", "blue"),
    [
        (1, (240, 160), (40, 30), (200, 130)),
        (3, (240, 160), (200, 130), (40, 30)),
        (6, (160, 240), (130, 40), (30, 200)),
        (8, (160, 240), (30, 200), (130, 40)),
    ],
)
def test_a_photograph_stands_upright(
    form: str, orientation: int, size: tuple[int, int], red: tuple[int, int], blue: tuple[int, int]
) -> None:
    kept = seen(clean(photo(form, orientation)).content)
    assert kept.size == size
    assert near(kept.getpixel(red), (200, 20, 20))
    assert near(kept.getpixel(blue), (20, 20, 200))


def test_photographs_in_the_forms_of_newer_phones_are_taken() -> None:
    """In tiles and turned; in 10 bits a colour; with a second picture behind the first."""
    tiles = encoded(picture(600, 400), "HEIF", tile_size=256, exif=camera_exif(6))
    assert b"grid" in tiles
    assert seen(clean(tiles).content).size == (400, 600)
    deep = io.BytesIO()
    pillow_heif.from_bytes("RGB;16", (64, 64), b"\x00\x80\x00\x10\x00\x10" * 4096).save(deep)
    assert near(seen(clean(deep.getvalue()).content).getpixel((9, 9)), (128, 16, 16))
    double = encoded(picture(), "MPO", save_all=True, append_images=[Image.new("RGB", (90, 90), "green")])
    assert Image.open(io.BytesIO(clean(double).content)).format == "JPEG"


def test_a_picture_with_damaged_exif_is_still_taken() -> None:
    assert seen(clean(encoded(picture(), "JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff")).content).size == (
        240,
        160,
    )


def test_a_transparent_picture_is_laid_on_white() -> None:
    drawn = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    drawn.paste((20, 20, 200, 255), (0, 0, 30, 40))
    kept = clean(encoded(drawn, "PNG")).content
    assert seen(kept).getpixel((50, 20)) == (255, 255, 255)
    assert seen(kept).getpixel((10, 20)) == (20, 20, 200)
    assert Image.open(io.BytesIO(kept)).mode == "RGB"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_scans_in_every_mode_of_png_are_readable(mode: str) -> None:
    drawn = Image.new("L", (60, 40), 255)
    drawn.paste(0, (0, 0, 30, 40))
    if mode == "I;16":
        scan = Image.frombytes("I;16", drawn.size, b"".join(bytes((grey, grey)) for grey in drawn.tobytes()))
    else:
        scan = drawn.convert("RGB").convert(mode) if mode in {"LA", "P", "RGBA"} else drawn.convert(mode)
    kept = seen(clean(encoded(scan, "PNG")).content)
    assert kept.getpixel((10, 20)) == (0, 0, 0)
    assert kept.getpixel((50, 20)) == (255, 255, 255)


def test_greys_of_sixteen_bits_stay_greys() -> None:
    scan = Image.frombytes("I;16", (60, 40), b"\x34\x80" * 2400)
    assert seen(clean(encoded(scan, "PNG")).content).getpixel((30, 20)) == (128, 128, 128)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "HEIF"])
def test_colours_are_kept_as_the_profile_of_the_camera_meant_them(form: str) -> None:
    photograph = encoded(picture(), form, icc_profile=profile_that_calls_green_red())
    assert near(seen(clean(photograph).content).getpixel((40, 30)), (20, 200, 20), by=25)


def test_a_photograph_with_a_damaged_profile_is_still_taken() -> None:
    photograph = encoded(picture(), "JPEG", icc_profile=b"no profile" * 30)
    assert near(seen(clean(photograph).content).getpixel((40, 30)), (200, 20, 20))


def test_a_cmyk_photograph_keeps_its_colours() -> None:
    kept = seen(clean(encoded(picture().convert("CMYK"), "JPEG", quality=95)).content)
    assert near(kept.getpixel((40, 30)), (200, 20, 20), by=20)


def test_a_picture_at_the_bound_keeps_every_pixel_and_a_larger_one_is_made_smaller() -> None:
    side = int(KEPT_PIXELS**0.5)
    assert seen(clean(encoded(Image.new("L", (side, side), 90), "PNG")).content).size == (side, side)
    width, height = seen(clean(encoded(Image.new("L", (side * 2, side + 2), 90), "PNG")).content).size
    assert KEPT_PIXELS * 0.99 < width * height <= KEPT_PIXELS
    assert width / height == pytest.approx(2, rel=0.01)


@pytest.mark.parametrize("side", [int(MAX_PIXELS**0.5) + 1, 14_000])
def test_a_picture_that_would_burst_memory_is_refused_unread(side: int) -> None:
    assert refusal(encoded(Image.new("1", (side, side)), "PNG")) is Refusal.TOO_MANY_PIXELS


@pytest.mark.parametrize("form", ["JPEG", "PNG", "HEIF"])
def test_a_picture_cut_off_on_its_way_is_refused_as_damaged(form: str) -> None:
    assert refusal(photo(form)[:-900]) is Refusal.DAMAGED


@pytest.mark.parametrize("form", ["JPEG", "PNG", "HEIF"])
def test_the_same_file_gives_the_same_bytes(form: str) -> None:
    assert clean(photo(form)) == clean(photo(form))


def test_a_file_sent_twice_has_one_fingerprint_and_another_file_has_another() -> None:
    assert clean(photo("JPEG")).sha256 == clean(photo("JPEG")).sha256
    assert clean(photo("JPEG")).sha256 != clean(photo("JPEG", 3)).sha256


# PDFs


def entries(content: bytes) -> list[str]:
    """Return every key and name in a PDF, wherever it stands."""
    found: list[str] = []
    with pikepdf.open(io.BytesIO(content)) as opened:
        waiting = [*opened.objects, opened.trailer]
        while waiting:
            one = waiting.pop()
            if isinstance(one, Name):
                found.append(str(one))
            elif isinstance(one, Array):
                waiting.extend(child for child in one if isinstance(child, pikepdf.Object) and not child.is_indirect)
            elif isinstance(one, Dictionary | pikepdf.Stream):
                found.extend(one.keys())
                waiting.extend(
                    child for child in one.values() if isinstance(child, pikepdf.Object) and not child.is_indirect
                )
    return found


def test_nothing_in_a_kept_pdf_acts_or_is_attached() -> None:
    accepted = clean(hostile_pdf())
    assert accepted.media_type is MediaType.PDF
    assert accepted.pages == 2
    forbidden = {
        "/A", "/AA", "/OpenAction", "/JavaScript", "/JS", "/Launch", "/URI", "/SubmitForm", "/GoToR", "/ImportData",
        "/EmbeddedFiles", "/EF", "/Filespec", "/XFA", "/AcroForm", "/Annots", "/Outlines", "/Names", "/F", "/OPI",
        "/Metadata", "/PieceInfo", "/Thumb", "/Ref", "/Info", "/Author", "/Hidden",
    }  # fmt: skip
    assert set(entries(hostile_pdf())) >= forbidden - {"/Outlines"}
    assert set(entries(accepted.content)) & forbidden == set()


def test_a_kept_pdf_tells_nothing_of_who_made_it() -> None:
    kept = clean(hostile_pdf()).content
    with pikepdf.open(io.BytesIO(kept)) as opened:
        plain = written(opened, qdf=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert SECRET.encode() in hostile_pdf()
    assert SECRET.encode() not in plain


def test_the_pages_of_a_kept_pdf_are_what_they_were() -> None:
    with pikepdf.open(io.BytesIO(clean(hostile_pdf()).content)) as opened:
        assert b"(Page 2) Tj" in opened.pages[1].Contents.read_bytes()
        first = b"".join(part.read_bytes() for part in opened.pages[0].Contents)
        assert b"(Page 1) Tj" in first
        image = pikepdf.PdfImage(opened.pages[0].Resources.XObject.Im0).as_pil_image()
    assert image.tobytes() == seen(photo("JPEG")).tobytes()


def test_entries_that_pages_inherit_are_kept() -> None:
    made = pdf(1)
    del made.pages[0].obj["/MediaBox"]
    made.Root.Pages.MediaBox = Array([0, 0, 300, 400])
    made.Root.Pages.Rotate = 90
    with pikepdf.open(io.BytesIO(clean(written(made)).content)) as opened:
        assert list(opened.pages[0].obj.MediaBox) == [0, 0, 300, 400]
        assert opened.pages[0].obj.Rotate == 90


@pytest.mark.parametrize("renewed", [False, True])
def test_what_was_filled_in_or_stamped_becomes_part_of_the_page(renewed: bool) -> None:
    made = pdf(1)
    looks = made.make_stream(
        b"/Tx BMC (Filled in) pop EMC", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 100, 20])
    )
    field = made.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="name", V="Filled in", F=4,
            Rect=Array([100, 100, 200, 120]), AP=Dictionary(N=looks), AA=Dictionary(K=script()),
        )
    )  # fmt: skip
    made.pages[0].Annots = Array([field])
    made.Root.AcroForm = Dictionary(Fields=Array([field]), NeedAppearances=renewed)
    with pikepdf.open(io.BytesIO(clean(written(made)).content)) as opened:
        drawn = opened.pages[0].Resources.XObject
        assert [b"(Filled in)" in drawn[name].read_bytes() for name in drawn.keys()] == [True]  # noqa: SIM118
        assert "/Annots" not in opened.pages[0].obj


def test_a_field_that_was_filled_in_by_a_program_and_never_drawn_is_drawn() -> None:
    made = pdf(1)
    field = made.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="name", V="Filled in", F=4, DA="/Helv 10 Tf 0 g",
            Rect=Array([100, 100, 200, 120]),
        )
    )  # fmt: skip
    fonts = Dictionary(Font=Dictionary(Helv=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)))
    made.pages[0].Annots = Array([field])
    made.Root.AcroForm = Dictionary(Fields=Array([field]), DR=fonts)
    with pikepdf.open(io.BytesIO(clean(written(made)).content)) as opened:
        drawn = opened.pages[0].Resources.XObject
        assert [b"(Filled in)" in drawn[name].read_bytes() for name in drawn.keys()] == [True]  # noqa: SIM118


def test_a_pdf_that_asks_for_a_password_is_refused() -> None:
    locked = written(pdf(), encryption=pikepdf.Encryption(owner="o", user="u"))
    assert refusal(locked) is Refusal.LOCKED


def test_a_pdf_that_anybody_may_read_but_not_change_is_taken() -> None:
    protected = written(pdf(), encryption=pikepdf.Encryption(owner="o", user=""))
    with pikepdf.open(io.BytesIO(clean(protected).content)) as opened:
        assert not opened.is_encrypted


def test_a_pdf_of_too_many_pages_is_refused() -> None:
    assert clean(written(pdf(MAX_PAGES))).pages == MAX_PAGES
    assert refusal(written(pdf(MAX_PAGES + 1))) is Refusal.TOO_MANY_PAGES


def test_a_pdf_without_pages_or_with_pages_that_a_script_builds_is_refused() -> None:
    assert refusal(written(pdf(0))) is Refusal.DAMAGED
    form = pdf(1)
    form.Root.NeedsRendering = True
    assert refusal(written(form)) is Refusal.DAMAGED


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF", b"%PDF-" + b"\x00" * 3000])
def test_a_pdf_that_cannot_be_read_is_refused(content: bytes) -> None:
    assert refusal(content) is Refusal.DAMAGED


def test_the_same_pdf_gives_the_same_bytes() -> None:
    assert clean(hostile_pdf()).content == clean(hostile_pdf()).content


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_a_photograph_inside_a_pdf_loses_its_remarks_and_no_pixel(options: dict[str, bool]) -> None:
    jpeg = encoded(picture(), "JPEG", exif=camera_exif(), comment=SECRET, xmp=xmp(), **options)
    bare = without_remarks(jpeg + SECRET.encode())
    assert SECRET.encode() not in bare
    assert seen(bare).tobytes() == seen(jpeg).tobytes()


def test_a_compressed_photograph_inside_a_pdf_loses_its_remarks_too() -> None:
    made = pdf(1)
    image = made.make_stream(
        zlib.compress(photo("JPEG")), Type=Name.XObject, Subtype=Name.Image, Width=240, Height=160,
        ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Filter=Array([Name.FlateDecode, Name.DCTDecode]),
    )  # fmt: skip
    made.pages[0].Resources.XObject = Dictionary(Im0=image)
    with pikepdf.open(io.BytesIO(clean(written(made)).content)) as opened:
        kept = opened.pages[0].Resources.XObject.Im0
        assert SECRET.encode() not in kept.read_raw_bytes()
        assert pikepdf.PdfImage(kept).as_pil_image().tobytes() == seen(photo("JPEG")).tobytes()


# A process of its own


@pytest.mark.parametrize("content", [photo("JPEG", 6), photo("PNG"), photo("HEIF"), hostile_pdf()])
def test_a_process_apart_makes_the_same_of_a_file(content: bytes) -> None:
    assert clean_apart(content) == clean(content)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (photo("JPEG")[:-900], Refusal.DAMAGED),
        (written(pdf(), encryption=pikepdf.Encryption(owner="o", user="u")), Refusal.LOCKED),
        (encoded(Image.new("1", (8_100, 8_100)), "PNG"), Refusal.TOO_MANY_PIXELS),
    ],
)
def test_a_process_apart_refuses_for_the_same_reason(content: bytes, why: Refusal) -> None:
    with pytest.raises(UploadRefusedError) as refused:
        clean_apart(content)
    assert refused.value.refusal is why


def test_a_pdf_that_grows_without_bound_is_refused_and_the_site_goes_on() -> None:
    # An object stream of 300 MB of zeros: every reader has to open it to find the pages.
    bomb = zlib.compress(b"1 0 " + bytes(300 * 2**20), 9)
    head = b"%%PDF-1.5\n1 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n" % len(bomb)
    assert refusal(head + bomb + b"\nendstream\nendobj\ntrailer<</Root 2 0 R>>\n%%EOF") is Refusal.DAMAGED
    with pytest.raises(UploadRefusedError):
        clean_apart(head + bomb + b"\nendstream\nendobj\n%%EOF")


@pytest.mark.parametrize("room", [Room(memory_bytes=2**20), Room(seconds=0.001)])
def test_a_file_that_needs_more_memory_or_time_than_it_is_given_is_refused(room: Room) -> None:
    with pytest.raises(UploadRefusedError) as refused:
        clean_apart(photo("JPEG"), room)
    assert refused.value.refusal is Refusal.DAMAGED


class Found:
    """A scanner that finds what it is told to find, and remembers what it was shown."""

    def __init__(self, refusal: Refusal | None = None) -> None:
        self.refusal = refusal
        self.shown: list[bytes] = []

    def scan(self, content: bytes) -> None:
        self.shown.append(content)
        if self.refusal:
            raise UploadRefusedError(self.refusal)


def test_the_scanner_sees_the_bytes_as_they_were_uploaded() -> None:
    scanner = Found()
    assert accept(photo("JPEG"), scanner=scanner) == clean(photo("JPEG"))
    assert scanner.shown == [photo("JPEG")]


@pytest.mark.parametrize("why", [Refusal.INFECTED, Refusal.SCANNER_SILENT])
def test_a_file_that_the_scanner_does_not_pass_is_refused_before_anything_opens_it(why: Refusal) -> None:
    with pytest.raises(UploadRefusedError) as refused:
        accept(photo("JPEG")[:-900], scanner=Found(why))
    assert refused.value.refusal is why


def test_a_file_of_no_known_type_is_not_even_scanned() -> None:
    scanner = Found()
    with pytest.raises(UploadRefusedError):
        accept(b"MZ", scanner=scanner)
    assert scanner.shown == []


# Names


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Свідоцтво про шлюб.pdf", "Свідоцтво про шлюб.pdf"),
        ("C:\\Users\\Оля\\скан.jpg", "скан.jpg"),
        ("../../etc/passwd", "passwd"),
        ("..", "file"),
        ("", "file"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("fdp\u202egpj.exe", "fdpgpj.exe"),
        ("нуль\x00.png", "нуль.png"),
        ('<img src=x>".png', "_img src=x__.png"),
        ("е\u0308.png", "ё.png"),
        ("\ud800.png", "png"),
        ("д" * 300 + ".jpeg", "д" * 115 + ".jpeg"),
    ],
)
def test_the_name_of_a_file_is_fit_to_be_shown_and_saved(given_name: str, kept: str) -> None:
    assert plain_name(given_name) == kept


# Anything at all

GENUINE = [photo("JPEG", 6), photo("PNG"), photo("HEIF"), hostile_pdf(), written(pdf(3))]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A genuine file of which bytes were changed, left out or doubled."""
    content = bytearray(draw(st.sampled_from(GENUINE)))
    rng = random.Random(draw(st.integers(0, 2**32)))
    for _ in range(draw(st.integers(1, 40))):
        at = rng.randrange(len(content))
        match rng.randrange(3):
            case 0:
                content[at] = rng.randrange(256)
            case 1:
                del content[at : at + rng.randrange(40)]
            case _:
                content[at:at] = content[at : at + rng.randrange(40)]
    return bytes(content)


def taken_or_refused(content: bytes) -> None:
    try:
        accepted = clean(content)
    except UploadRefusedError:
        return
    assert recognise(accepted.content[:MAX_BYTES]) is accepted.media_type


@given(st.binary(max_size=4096))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_taken_or_refused_by_name(content: bytes) -> None:
    taken_or_refused(content)


@given(st.sampled_from([b"%PDF-1.7\n", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"\0\0\0\x18ftypheic"]), st.binary())
@settings(max_examples=200, deadline=None)
def test_any_bytes_after_a_right_beginning_are_taken_or_refused_by_name(head: bytes, rest: bytes) -> None:
    taken_or_refused(head + rest)


@given(damaged())
@settings(max_examples=150, deadline=None)
def test_a_damaged_file_is_taken_or_refused_by_name(content: bytes) -> None:
    taken_or_refused(content)


@given(st.text(max_size=300))
def test_any_name_can_be_shown_and_saved(name: str) -> None:
    kept = plain_name(name)
    assert 0 < len(kept) <= 120
    assert plain_name(kept) == kept
    assert json.loads(json.dumps(kept)) == kept
    kept.encode()
    assert not set(kept) & set('/\\<>:"|?*\n\r\0')
