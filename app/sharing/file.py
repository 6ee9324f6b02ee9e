"""A shared file as it leaves: the viewer's address, the time in UTC and the link's code drawn across every part of
it, and the faint tile. What comes in was drawn anew by us (app.disclosure.file); nothing leaves without the marks.
"""

import io
import math
import re
import threading
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from urllib.parse import quote

import pikepdf
import pypdfium2
from fpdf import FPDF
from PIL import Image

from app.disclosure.file_kind import Kind
from app.sharing.pdf import FONTS, MAIN, OTHERS, TILE, fonts_for

MOST_NAME = 120
"""Characters of a name that is offered; file systems take 255 bytes."""

TILE_PIXELS = 192
NORMAL_SIDE = 1_100
"""Pixels at which people look at a picture: in a larger one the marks are larger by as much, so that they are still
there when it is shown or saved smaller."""

NORMAL_POINTS = 1_200.0
"""A page's longer side up to which the marks have their own size; on a poster they grow."""

LETTERS, LINE = 13, 22
"""Points: the size of the letters, and the height that a line of any script takes."""

SLANT = math.radians(18)

_POINTS = 0.75
"""Of a pixel at 96 to the inch."""

_ONE_AT_A_TIME = threading.Lock()
"""PDFium is not made for threads."""

_RESERVED = re.compile(r"(?i:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")


def marked(body: bytes, kind: Kind, said: str, tile: bytes) -> bytes:
    """The file with `said` across all of it, and the tile where there is one: a viewing's."""
    return _marked_pdf(body, said, tile) if kind is Kind.PDF else _marked_picture(body, kind, said, tile)


def offered_name(name: str, kind: Kind) -> str:
    """A name that any system may save: no path, no direction signs, nothing that a header or a shell reads, and an
    end that says what the file is."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in last)
    stem = " ".join(re.sub(r'[<>:"|?*%;\'`$&]', "_", kept).rpartition(".")[0].split()).strip(". ")
    if not stem or _RESERVED.fullmatch(stem):
        stem = f"file {stem}".strip()
    return f"{stem[:MOST_NAME]}.{kind}"


def disposition(name: str) -> str:
    """The header that offers a download by this name (RFC 6266). `name` comes from offered_name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _marked_pdf(body: bytes, said: str, tile: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(body)) as document:
        sizes = [_size(page) for page in document.pages]
        stamps = _stamps(document, list(dict.fromkeys(sizes)), said, tile)
        for page, size in zip(document.pages, sizes, strict=True):
            page.add_overlay(stamps[size], pikepdf.Rectangle(0, 0, *size))
        out = io.BytesIO()
        document.save(out, deterministic_id=True)  # the other kind tells the second by this machine's clock
    return out.getvalue()


Size = tuple[float, float]


def _size(page: pikepdf.Page) -> Size:
    left, bottom, right, top = (float(n) for n in page.mediabox)
    return round(right - left, 2), round(top - bottom, 2)


@lru_cache(maxsize=128)
def _words(said: str, tile: bytes) -> tuple[bytes, float]:
    """A PDF of three pages: the words faintly, the words plainly, and the tile; and the width of the words. Shaping
    the words and taking what they need out of a font is most of the work, so a viewing's words are kept."""
    pdf = FPDF(unit="pt")
    pdf.set_auto_page_break(auto=False)
    pdf.add_font("room", fname=str(FONTS / MAIN))
    for font in fonts_for(said):
        pdf.add_font(font, fname=str(FONTS / font))
    pdf.set_fallback_fonts([font for font in OTHERS if font.lower() in pdf.fonts], exact_match=False)
    pdf.set_text_shaping(use_shaping_engine=True)
    pdf.set_font("room", size=LETTERS)
    width = pdf.get_string_width(said)
    pdf.add_page(format=(width + 2, LINE))
    for shade, off in ((255, 0.7), (0, 0.0)):  # dark letters with a light edge are seen on any ground
        with pdf.local_context(fill_opacity=0.16):
            pdf.set_text_color(shade, shade, shade)
            pdf.text(off, LETTERS + off, said)
    pdf.add_page(format=(width + 2, LINE))
    pdf.set_text_color(89, 99, 110)
    pdf.text(0, LETTERS, said)
    if tile:
        pdf.add_page(format=(TILE, TILE))
        pdf.image(io.BytesIO(tile), x=0, y=0, w=TILE, h=TILE)
    return bytes(pdf.output()), width


def _stamps(
    document: pikepdf.Pdf, sizes: Sequence[Size], said: str, tile: bytes
) -> Mapping[Size, pikepdf.Object]:
    """For each size of page the marks, as a form of the document."""
    body, width = _words(said, tile)
    with pikepdf.open(io.BytesIO(body)) as words:
        forms = [document.copy_foreign(page.as_form_xobject()) for page in words.pages]
    names = dict(zip(("/Faint", "/Plain", "/Tile"), forms, strict=False))
    found = {}
    for size in sizes:
        drawn = "\n".join(_placed(size, width, tiled="/Tile" in names))
        form = document.make_stream(drawn.encode())
        form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        form.BBox = pikepdf.Array([0, 0, *size])
        form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(names))
        found[size] = form
    return found


def _placed(size: Size, words: float, *, tiled: bool) -> Iterator[str]:
    """Where the forms are drawn on a page, in the words of PDF."""
    width, height = size
    grown = max(1.0, max(size) / NORMAL_POINTS)
    side, step, row_high = TILE * grown, (words + 60) * grown, 92 * grown
    reach = math.hypot(width, height) / 2
    cos, sin = math.cos(SLANT), math.sin(SLANT)
    for row in range(int(2 * reach / row_high) + 2):
        y = -reach + row * row_high
        x = -reach - (row % 2) * step / 2
        while x < reach:
            left, low = width / 2 + x * cos - y * sin, height / 2 + x * sin + y * cos
            turned = (grown * cos, grown * sin, -grown * sin, grown * cos, left, low)
            yield f"q {' '.join(f'{n:.3f}' for n in turned)} cm /Faint Do Q"
            x += step
    small = grown * 7 / LETTERS
    yield f"q {small:.3f} 0 0 {small:.3f} {8 * grown:.3f} {3 * grown:.3f} cm /Plain Do Q"
    for column, row in product(
        range(math.ceil(width / side)), range(math.ceil(height / side)) if tiled else ()
    ):
        top = height - (row + 1) * side
        yield f"q {grown:.3f} 0 0 {grown:.3f} {column * side:.3f} {top:.3f} cm /Tile Do Q"


def _marked_picture(body: bytes, kind: Kind, said: str, tile: bytes) -> bytes:
    with Image.open(io.BytesIO(body), formats=("PNG", "JPEG")) as found:
        picture = found.convert("RGBA")
    times = max(1, round(max(picture.size) / NORMAL_SIDE))
    picture.alpha_composite(_letters(picture.size, times, said))
    if tile:
        _lay(picture, _tile(tile, times))
    out = io.BytesIO()
    if kind is Kind.JPEG:
        picture.convert("RGB").save(out, "JPEG", quality=90)
    else:
        picture.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _lay(picture: Image.Image, patch: Image.Image) -> None:
    """The patch over all of the picture, side by side."""
    for y in range(0, picture.height, patch.height):
        for x in range(0, picture.width, patch.width):
            right = min(patch.width, picture.width - x)
            below = min(patch.height, picture.height - y)
            picture.alpha_composite(patch.crop((0, 0, right, below)), (x, y))


@lru_cache(maxsize=8)
def _tile(tile: bytes, times: int) -> Image.Image:
    with Image.open(io.BytesIO(tile), formats=("PNG",)) as found:
        return found.convert("RGBA").resize((TILE_PIXELS * times,) * 2, Image.Resampling.NEAREST)


def _letters(size: tuple[int, int], times: int, said: str) -> Image.Image:
    """The words alone, on nothing: shaped as in a PDF, because drawing them takes every script's own rules."""
    points = (size[0] / times * _POINTS, size[1] / times * _POINTS)
    with pikepdf.new() as document:
        document.add_blank_page(page_size=points)
        form = _stamps(document, [points], said, b"")[points]
        document.pages[0].add_overlay(form, pikepdf.Rectangle(0, 0, *points))
        out = io.BytesIO()
        document.save(out)
    stamp = out.getvalue()
    with _ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(stamp)
        try:
            drawn = document[0].render(scale=times / _POINTS, fill_color=(0, 0, 0, 0))
            letters: Image.Image = drawn.to_pil().convert("RGBA")
        finally:
            document.close()
    return letters.resize(size) if letters.size != size else letters
