"""PDFs written anew: what is seen on their pages, and nothing that acts, is attached, or tells who made them."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from app.storage.refusals import Refusal, UploadRefusedError

MAX_PAGES = 100
"""Pages of the longest PDF that is taken. Decisions of courts stay below; a book is not evidence."""

_MOST_INFLATED = 64 * 2**20
"""Bytes to which one compressed part may grow where it has to be opened."""

_PAGE = {"/Type", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group"}
"""What makes a page look as it does. Everything else goes: annotations, actions, thumbnails, private entries."""

_BESIDE = (
    "/AF", "/Alternates", "/F", "/FDecodeParms", "/FFilter", "/LastModified", "/Measure", "/Metadata", "/OC", "/OPI",
    "/PS", "/PieceInfo", "/PtData", "/Ref", "/StructParent", "/StructParents",
)  # fmt: skip
"""Entries of a stream that lead out of the file, to its history, or to what shows it or not (ISO 32000-2, 7.3.8.2)."""

_ACTIONS = {
    "/GoToE", "/GoToR", "/Hide", "/ImportData", "/JavaScript", "/Launch", "/Movie", "/Named", "/Rendition",
    "/ResetForm", "/RichMediaExecute", "/SetOCGState", "/Sound", "/SubmitForm", "/Thread", "/URI",
}  # fmt: skip
"""Kinds of actions (ISO 32000-2, 12.6.4). None can start once pages are bare; none is left lying about either."""

_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")

# These bounds hold for the whole process. None concerns a PDF that this site makes.
pikepdf.settings.set_qpdf_limits(flate_max_memory=_MOST_INFLATED, run_length_max_memory=_MOST_INFLATED)


def rewrite(content: bytes) -> tuple[bytes, int]:
    """Return the PDF in `content` written anew, the same bytes for the same PDF, and the number of its pages.

    What stands on the pages in annotations and filled-in fields becomes part of the pages. A digital signature cannot
    outlive that: only its picture stays. Raises UploadRefusedError with LOCKED (a password is needed), TOO_MANY_PAGES
    or DAMAGED (no pages, or pages that a form builds with a script), and what pikepdf raises for broken ones.
    """
    try:
        given = pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError:
        raise UploadRefusedError(Refusal.LOCKED) from None
    with given, pikepdf.new() as written:
        count = len(given.pages)
        if count > MAX_PAGES:
            raise UploadRefusedError(Refusal.TOO_MANY_PAGES)
        if count == 0 or given.Root.get(Name.NeedsRendering, False):
            raise UploadRefusedError(Refusal.DAMAGED)
        _print_annotations(given)
        for page in given.pages:
            for key in set(page.obj.keys()) - _PAGE - {"/Parent"}:
                del page.obj[key]
            written.pages.append(page)
        for found in _reachable(written.Root):
            _bare(found)
        file = io.BytesIO()
        written.save(
            file,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            # Streams that are compressed already are passed on unopened, whatever they would grow to.
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            deterministic_id=True,
        )
        return file.getvalue(), count


def _print_annotations(pdf: Pdf) -> None:
    """Make what annotations and fields show part of the pages, as they are seen on a screen."""
    form = pdf.acroform
    for page in pdf.pages:
        for widget in form.get_widget_annotations_for_page(page):
            if Name.AP not in widget.obj:
                form.get_field_for_annotation(widget).generate_appearance(widget)
    if form.exists:
        # Otherwise fields whose looks a viewer was asked to renew would be left out.
        form.needs_appearances = False
    pdf.flatten_annotations("screen")


def _reachable(root: Object) -> Iterator[Object]:
    """Yield every dictionary and stream below `root`, each before what lies in it."""
    seen: set[tuple[int, int]] = set()
    waiting = [root]
    while waiting:
        found = waiting.pop()
        if found.is_indirect:
            if found.objgen in seen:
                continue
            seen.add(found.objgen)
        if isinstance(found, Array):
            waiting.extend(child for child in found if isinstance(child, Object))
        elif isinstance(found, Dictionary | Stream):
            yield found
            waiting.extend(child for child in found.values() if isinstance(child, Object))


def _bare(found: Object) -> None:
    if isinstance(found, Stream):
        for key in _BESIDE:
            if key in found:
                del found[key]
        _bare_jpeg(found)
    elif _acts_or_attaches(found):
        for key in found.keys():  # noqa: SIM118 (a dictionary of a PDF, whose keys are listed before they go)
            del found[key]
    resources = found.get(Name.Resources)
    if isinstance(resources, Dictionary) and isinstance(properties := resources.get(Name.Properties), Dictionary):
        # Names that the contents use must stay; what they led to hid layers or described them.
        for key in properties.keys():  # noqa: SIM118
            properties[key] = Dictionary()


def _acts_or_attaches(found: Object) -> bool:
    if isinstance(kind := found.get(Name.S), Name) and str(kind) in _ACTIONS:
        return True
    if found.get(Name.Type) in (Name.Filespec, Name.Action):
        return True
    files = found.get(Name.EF)
    return isinstance(files, Dictionary) and any(isinstance(file, Stream) for file in files.values())


def _bare_jpeg(image: Stream) -> None:
    """Take out of a photograph what its camera wrote beside it: the place, the time, the device."""
    filters = image.get(Name.Filter)
    names = [str(name) for name in filters] if isinstance(filters, Array) else [str(filters)]
    if names[-1] != "/DCTDecode" or names[:-1] not in ([], ["/FlateDecode"]):
        return
    parameters = image.get(Name.DecodeParms)
    each = list(parameters) if isinstance(parameters, Array) else [parameters]
    raw = image.read_raw_bytes()
    if len(names) == 2:
        if isinstance(each[0], Dictionary) and len(each) == 2:
            return
        raw = zlib.decompressobj().decompress(raw, _MOST_INFLATED)
    image.write(without_remarks(raw), filter=Name.DCTDecode)
    if isinstance(each[-1], Dictionary) and len(each) == len(names):
        image.DecodeParms = each[-1]


def without_remarks(jpeg: bytes) -> bytes:
    """Return a JPEG without EXIF, XMP, comments, profiles, thumbnails and whatever follows its end; pixels stay.

    Kept are the two segments that say how colours are coded: JFIF and Adobe (ITU-T T.871; T.872, 6.5.3).
    """
    kept = [b"\xff\xd8"]
    at, in_scan = 2, False
    while found := _MARKER.search(jpeg, at):
        code, start = found[1][0], found.end()
        if in_scan:
            kept.append(jpeg[at : found.start()])
        if code == 0xD9:
            break
        end = start + max(2, int.from_bytes(jpeg[start : start + 2], "big"))
        segment = jpeg[start:end]
        tells_colours = (code == 0xE0 and segment[2:7] == b"JFIF\x00") or (code == 0xEE and segment[2:7] == b"Adobe")
        if not (0xE0 <= code <= 0xEF or code == 0xFE) or (tells_colours and len(segment) <= 16):
            kept.append(b"\xff" + found[1] + segment)
        at, in_scan = end, code == 0xDA
    else:
        kept.append(jpeg[at:])
    return b"".join((*kept, b"\xff\xd9"))
