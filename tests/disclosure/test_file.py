"""A file as a partner may have it: what can be seen, and nothing that came along with it."""

import io

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from app.disclosure import file as made_safe
from app.disclosure.file import make_safe
from app.disclosure.file_apart import make_safe_apart
from app.disclosure.file_kind import BROKEN, ONLY, Kind
from app.ground.errors import AppError
from tests import shared_files
from tests.shared_files import SECRET


def refusal(name: str, body: bytes) -> str:
    with pytest.raises(AppError) as refused:
        make_safe(name, body)
    return refused.value.message


def everything_in(body: bytes) -> bytes:
    """The bytes with every stream unpacked."""
    with pikepdf.open(io.BytesIO(body)) as found:
        out = io.BytesIO()
        found.save(out, qdf=True, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.all)
    return out.getvalue()


def text_of(body: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(body)
    said = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return said


def test_of_a_pdf_only_what_its_pages_draw_is_taken_over():
    hostile = shared_files.active_pdf()
    assert SECRET.encode() in everything_in(hostile)

    safe = make_safe("Offer.pdf", hostile)

    assert (safe.kind, safe.pages, text_of(safe.body)) == (Kind.PDF, 1, ["Visible"])
    inside = everything_in(safe.body)
    for word in (
        SECRET,
        "/JavaScript",
        "/Launch",
        "/OpenAction",
        "/AA",
        "/EmbeddedFile",
        "/URI",
        "/Annots",
        "/Author",
    ):
        assert word.encode() not in inside, word


def test_a_turned_page_keeps_its_shape_and_what_was_filled_in_stays_visible():
    with pikepdf.open(io.BytesIO(shared_files.pdf("Wide", size=(600, 300)))) as found:
        found.pages[0].obj.Rotate = 90
        out = io.BytesIO()
        found.save(out)

    safe = make_safe("a.PDF", out.getvalue())

    document = pypdfium2.PdfDocument(safe.body)
    assert document[0].get_size() == (300, 600)
    document.close()
    assert text_of(safe.body) == ["Wide"]


@pytest.mark.parametrize(("name", "kind", "kept"), [
    ("a.jpg", "JPEG", Kind.JPEG), ("a.JPEG", "JPEG", Kind.JPEG), ("a.png", "PNG", Kind.PNG), ("a.webp", "WEBP", Kind.PNG),
])  # fmt: skip
def test_a_picture_is_drawn_anew_without_where_and_by_whom_it_was_taken(name, kind, kept):
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = SECRET, 6  # the maker, and a turn by a quarter
    body = shared_files.picture(kind, (40, 20), exif=exif.tobytes()) + SECRET.encode()

    safe = make_safe(name, body)

    assert safe.kind is kept
    assert SECRET.encode() not in safe.body
    with Image.open(io.BytesIO(safe.body)) as found:
        assert found.size == (20, 40)
        assert not found.getexif()


def test_a_large_picture_is_kept_as_large_as_screens_are(monkeypatch):
    monkeypatch.setattr(made_safe, "LONGEST_KEPT", 100)

    safe = make_safe("a.png", shared_files.picture(size=(400, 200)))

    with Image.open(io.BytesIO(safe.body)) as found:
        assert found.size == (100, 50)


@pytest.mark.parametrize(
    "name", ["a.docx", "a.csv", "a.svg", "a.html", "a.pdf.exe", "pdf", "", "a.gif", "a.tiff", "a.eps"]
)
def test_what_cannot_bear_a_name_is_refused(name):
    assert refusal(name, b"%PDF-1.7") == ONLY


@pytest.mark.parametrize(("name", "body"), [
    ("a.pdf", b"MZ\x90\x00 %PDF-1.7"), ("a.pdf", shared_files.picture()), ("a.png", shared_files.pdf()),
    ("a.jpg", shared_files.picture("PNG")), ("a.png", b"<svg onload=alert(1)>"), ("a.webp", b"RIFF\x00\x00\x00\x00WAVE"),
    ("a.pdf", b""), ("a.jpg", b"GIF89a"),
], ids=range(8))  # fmt: skip
def test_a_file_that_is_not_what_its_name_says_is_refused(name, body):
    assert "not what its name says" in refusal(name, body)


def test_of_a_file_that_is_two_things_at_once_only_the_named_one_is_kept():
    archive = b"PK\x03\x04" + SECRET.encode()

    for name, body in (("a.png", shared_files.picture()), ("a.pdf", shared_files.pdf())):
        assert SECRET.encode() not in make_safe(name, body + archive).body


@pytest.mark.parametrize("body", [
    b"%PDF-1.7\n", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj trailer<</Root 1 0 R>>",
], ids=range(2))  # fmt: skip
def test_a_damaged_pdf_is_refused(body):
    assert refusal("a.pdf", body) == BROKEN


def test_a_damaged_picture_is_refused():
    assert refusal("a.png", shared_files.picture()[:60]) == BROKEN


def test_a_locked_pdf_says_what_to_do():
    assert "without one" in refusal("a.pdf", shared_files.locked_pdf())


def test_what_grows_out_of_proportion_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(made_safe, "MOST_UNPACKED", 20_000_000)

    assert refusal("a.pdf", shared_files.bomb_pdf(0.05)) == BROKEN
    assert "pixels" in refusal("a.png", shared_files.bomb_png(9_000))
    assert refusal("a.png", shared_files.bomb_png()) != ""


def test_too_many_pages_are_refused(monkeypatch):
    monkeypatch.setattr(made_safe, "MOST_PAGES", 1)

    assert "more than 1 pages" in refusal("a.pdf", shared_files.pdf("1", "2"))


def test_apart_the_answers_are_the_same_and_a_crash_is_a_refusal(monkeypatch):
    body = shared_files.picture(size=(30, 20))

    assert make_safe_apart("a\n.png", body) == make_safe("a.png", body)
    with pytest.raises(AppError, match="PDF, PNG"):
        make_safe_apart("a.docx", body)
    monkeypatch.setattr("app.disclosure.file_apart.sys.executable", "/bin/false")
    with pytest.raises(AppError, match="damaged"):
        make_safe_apart("a.png", body)
