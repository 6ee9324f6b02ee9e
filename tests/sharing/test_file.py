"""A shared file as it leaves: the viewer's marks all over it, and a name that harms nobody."""

import io

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from app.disclosure.file import make_safe
from app.disclosure.file_kind import Kind
from app.sharing.file import disposition, marked, offered_name
from app.tracing import tile
from app.tracing.code import Key
from app.tracing.decode import read
from tests import shared_files

SAID = "mira@northwind.example · 2026-11-22 10:15 UTC · ACEFHJKL"
KEY = Key(b"k" * 32)
VIEW = 0x1234_5678_9ABC_DEF0
TILE = tile.png(KEY, VIEW)


def drawn(body: bytes, page: int = 0, scale: float = 1.0) -> Image.Image:
    document = pypdfium2.PdfDocument(body)
    picture = document[page].render(scale=scale).to_pil().convert("RGB")
    document.close()
    return picture


def darkest_of_each_part(picture: Image.Image) -> np.ndarray:
    """By how much each ninth of the picture differs from what it was: never nothing."""
    points = np.asarray(picture.convert("L"), dtype=int)
    rows = np.array_split(points, 3)
    return np.array([[part.max() - part.min() for part in np.array_split(row, 3, axis=1)] for row in rows])


def test_every_page_bears_the_words_whatever_its_size_and_however_it_tries_to_hide_them():
    for body in (
        shared_files.pdf("One", "Two"),
        shared_files.pdf(size=(300, 200)),
        shared_files.clipping_pdf(),
    ):
        safe = make_safe("a.pdf", body)

        out = marked(safe.body, Kind.PDF, SAID, TILE)

        document = pypdfium2.PdfDocument(out)
        assert all(SAID in page.get_textpage().get_text_range() for page in document)
        document.close()
        for page in range(safe.pages):
            assert darkest_of_each_part(drawn(out, page)).min() > 20


@pytest.mark.parametrize("color", ["white", "black", "#808080"])
@pytest.mark.parametrize("kind", [Kind.PNG, Kind.JPEG])
def test_every_part_of_a_picture_bears_the_words_on_any_ground(kind, color):
    safe = make_safe(f"a.{kind}", shared_files.picture({"jpg": "JPEG"}.get(kind, "PNG"), (900, 600), color))

    out = marked(safe.body, safe.kind, SAID, TILE)

    with Image.open(io.BytesIO(out)) as found:
        assert found.size == (900, 600)
        assert darkest_of_each_part(found).min() > 20


def test_words_in_any_script_are_drawn():
    said = "مرحبا@שלום.example · हिन्दी ไทย"
    safe = make_safe("a.png", shared_files.picture(size=(700, 400)))

    with Image.open(io.BytesIO(marked(safe.body, safe.kind, said, TILE))) as found:
        assert darkest_of_each_part(found).min() > 20


def test_the_tile_is_read_back_from_a_picture_and_from_a_page():
    png = make_safe("a.png", shared_files.picture(size=(2000, 900)))
    pdf = make_safe("a.pdf", shared_files.pdf())
    with Image.open(io.BytesIO(marked(png.body, png.kind, SAID, TILE))) as found:
        smaller = found.convert("RGB").resize((1000, 450))

    for picture in (smaller, drawn(marked(pdf.body, pdf.kind, SAID, TILE), scale=1.5)):
        assert {found.view for found in read(picture, [KEY])} == {VIEW}


@pytest.mark.parametrize(("name", "offered"), [
    ("Offer.pdf", "Offer.pdf"), ("../../etc/passwd.pdf", "passwd.pdf"), ("C:\\boot\\x.pdf", "x.pdf"), ("CON.pdf", "file CON.pdf"),
    (".pdf", "file.pdf"), ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie_ x=1.pdf"), ("abc\u202egnp.pdf", "abc gnp.pdf"),
    ('a";evil="b.pdf', "a__evil=_b.pdf"), ("Übersicht 李.pdf", "Übersicht 李.pdf"), ("a.webp", "a.pdf"), ("~$x..pdf", "~_x.pdf"),
    ("x" * 400 + ".pdf", "x" * 120 + ".pdf"), ("nul\x00.exe.pdf", "nul .exe.pdf"),
], ids=range(13))  # fmt: skip
def test_a_name_is_offered_without_paths_signs_and_tricks(name, offered):
    assert offered_name(name, Kind.PDF) == offered

    header = disposition(offered)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
