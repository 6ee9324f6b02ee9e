"""A file as a partner may have it: drawn anew from what can be seen in it, so that nothing else travels along.

Whatever comes in was made by strangers. An image is decoded and encoded again; of a PDF only what its pages draw is
taken over, into a new document. Scripts, forms, links, attachments, names, places and dates are not removed: they are
never taken. Runs in a process of its own (app.disclosure.file_apart), because parsers of such formats break.
"""

import io
import zlib
from collections.abc import Iterable
from typing import Any

import pikepdf
from PIL import Image, ImageOps, UnidentifiedImageError

from app.disclosure.file_kind import BROKEN, Kind, Safe, check_size, ending_of, kind_of
from app.ground.errors import AppError, Reason

MOST_PIXELS = 50_000_000
"""Of an image: a picture of a phone's camera at its best. Decoded it takes 200 MB."""

LONGEST_KEPT = 4096
"""Pixels of a kept picture's longer side: sharp on any screen, and every download draws its marks anew."""

MOST_PAGES = 300
LONGEST_SIDE = 14_400.0
"""Points: what the format itself allows for a page."""

MOST_UNPACKED = 400_000_000
"""Bytes of all streams of a PDF when unpacked. One that grows further is made to harm whoever opens it."""

MOST_OBJECTS = 200_000


_STARTS = {"pdf": (b"%PDF-",), "png": (b"\x89PNG\r\n\x1a\n",), "jpg": (b"\xff\xd8\xff",), "webp": (b"RIFF",)}

NOT_WHAT = "The file is not what its name says."


def make_safe(name: str, body: bytes) -> Safe:
    """The file drawn anew. Raises AppError with a sentence for the seller where it cannot be."""
    kind = kind_of(name)
    check_size(len(body))
    ending = {"jpeg": "jpg"}.get(ending_of(name), ending_of(name))
    if not body.startswith(_STARTS[ending]):
        raise AppError(Reason.INVALID, NOT_WHAT)
    return _safe_pdf(body) if kind is Kind.PDF else _safe_image(body, ending, kind)


def _safe_image(body: bytes, ending: str, kind: Kind) -> Safe:
    wanted = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[ending]
    try:
        with Image.open(io.BytesIO(body), formats=(wanted,)) as found:
            width, height = found.size
            if width * height > MOST_PIXELS:
                raise AppError(
                    Reason.INVALID, "The picture has more than 50 million pixels. Make it smaller."
                )
            turned = ImageOps.exif_transpose(found)
            drawn = turned.convert("RGBA" if kind is Kind.PNG and turned.has_transparency_data else "RGB")
    except UnidentifiedImageError as error:
        raise AppError(Reason.INVALID, NOT_WHAT) from error
    except (OSError, ValueError, SyntaxError, zlib.error, Image.DecompressionBombError) as error:
        raise AppError(Reason.INVALID, BROKEN) from error
    # A new picture of the same points: what is not a point (place, camera, colour profile, text) stays behind.
    drawn.thumbnail((LONGEST_KEPT, LONGEST_KEPT))
    clean = Image.new(drawn.mode, drawn.size)
    clean.paste(drawn)
    return Safe(kind=kind, body=encoded(clean, kind), pages=1)


def encoded(image: Image.Image, kind: Kind) -> bytes:
    """The picture as a file without metadata."""
    out = io.BytesIO()
    if kind is Kind.JPEG:
        image.convert("RGB").save(out, "JPEG", quality=90)
    else:
        image.save(out, "PNG")
    return out.getvalue()


def _safe_pdf(body: bytes) -> Safe:
    try:
        with pikepdf.open(io.BytesIO(body)) as found:
            if found.is_encrypted:
                raise AppError(Reason.INVALID, "The PDF is protected. Save it without a password first.")
            return _drawn_anew(found)
    except pikepdf.PasswordError as error:
        raise AppError(Reason.INVALID, "The PDF is locked with a password. Save it without one.") from error
    except (
        pikepdf.PdfError,
        pikepdf.DataDecodingError,
        ValueError,
        TypeError,
        KeyError,
        RuntimeError,
    ) as error:
        raise AppError(Reason.INVALID, BROKEN) from error


def _drawn_anew(found: pikepdf.Pdf) -> Safe:
    if len(found.objects) > MOST_OBJECTS:
        raise AppError(Reason.INVALID, BROKEN)
    _check_unpacked(found.objects)
    pages = len(found.pages)
    if not pages:
        raise AppError(Reason.INVALID, BROKEN)
    if pages > MOST_PAGES:
        raise AppError(Reason.INVALID, f"The PDF has more than {MOST_PAGES} pages. Share a shorter one.")
    found.generate_appearance_streams()
    found.flatten_annotations("all")  # what was filled in or stamped stays visible
    with pikepdf.new() as made:
        for page in found.pages:
            _take_page(made, page)
        for thing in made.objects:
            _strip(thing)
        if "/Info" in made.trailer:
            del made.trailer["/Info"]
        out = io.BytesIO()
        made.save(out, fix_metadata_version=False, deterministic_id=True)
    return Safe(kind=Kind.PDF, body=out.getvalue(), pages=pages)


def _take_page(made: pikepdf.Pdf, page: pikepdf.Page) -> None:
    """The page's drawing as one closed form: it cannot reach what is drawn over it later."""
    form = page.as_form_xobject(handle_transformations=True)
    box = [float(n) for n in form.BBox]
    matrix = [float(n) for n in form.get("/Matrix", [1, 0, 0, 1, 0, 0])]
    corners = [_moved(x, y, matrix) for x in (box[0], box[2]) for y in (box[1], box[3])]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    bottom, top = min(y for _, y in corners), max(y for _, y in corners)
    if not (0 < right - left <= LONGEST_SIDE and 0 < top - bottom <= LONGEST_SIDE):
        raise AppError(Reason.INVALID, BROKEN)
    made.add_blank_page(page_size=(right - left, top - bottom))
    new = made.pages[-1]
    new.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=made.copy_foreign(form)))
    new.obj["/Contents"] = made.make_stream(f"q 1 0 0 1 {-left:.4f} {-bottom:.4f} cm /P Do Q".encode())


def _moved(x: float, y: float, m: list[float]) -> tuple[float, float]:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


_GROWING = ("/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL")


def _check_unpacked(objects: Iterable[Any]) -> None:
    """Raises AppError where the streams would grow out of all proportion. Nothing is unpacked as a whole."""
    left = MOST_UNPACKED
    for thing in objects:
        if not isinstance(thing, pikepdf.Stream):
            continue
        filters: Any = thing.get("/Filter", [])
        names = [str(f) for f in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
        if sum(name in _GROWING for name in names) > 1:
            raise AppError(Reason.INVALID, BROKEN)
        if names and names[0] in ("/FlateDecode", "/Fl"):
            left -= _unpacked(thing.read_raw_bytes(), left)
        if _pixels(thing) > MOST_PIXELS or left <= 0:
            raise AppError(Reason.INVALID, BROKEN)


def _unpacked(raw: bytes, most: int) -> int:
    """How long the bytes get, counted no further than `most`."""
    opener, size, data = zlib.decompressobj(), 0, raw
    while data and size < most and not opener.eof:
        try:
            size += len(opener.decompress(data, 1_000_000))
        except zlib.error:
            return size  # readers mend or skip it; so does what draws it anew
        data = opener.unconsumed_tail
    return size


def _pixels(stream: Any) -> int:
    try:
        return int(stream.get("/Width", 0)) * int(stream.get("/Height", 0))
    except (TypeError, ValueError):
        return MOST_PIXELS + 1


_NEVER = ("/AA", "/AF", "/EF", "/JS", "/Metadata", "/OPI", "/PieceInfo", "/PS", "/Ref", "/StructParent")
"""Keys of what a page draws with that act, point outside or say who made it."""


def _strip(thing: Any) -> None:
    if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        return
    for key in _NEVER:
        if key in thing:
            del thing[key]
    if isinstance(thing, pikepdf.Stream):
        for key in ("/F", "/FFilter", "/FDecodeParms", "/Alternates", "/Measure", "/PtData", "/LastModified"):
            if key in thing:
                del thing[key]
