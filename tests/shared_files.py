"""Files for tests: what people share, and what somebody made to do harm."""

import io
import zlib

import pikepdf
from fpdf import FPDF
from PIL import Image

SECRET = "4711-margin"
"""Stands in every place of the harmful files that nobody sees."""


def pdf(*pages: str, size: tuple[float, float] = (595, 842)) -> bytes:
    made = FPDF(unit="pt")
    for text in pages or ("Hello",):
        made.add_page(format=size)
        made.set_font("helvetica", size=20)
        made.text(40, 60, text)
    return bytes(made.output())


def picture(
    kind: str = "PNG", size: tuple[int, int] = (1200, 800), color: str = "white", **more: object
) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind, **more)
    return out.getvalue()


def active_pdf() -> bytes:
    """Runs, opens, sends, attaches and tells who made it."""
    made = FPDF(unit="pt")
    made.set_author(SECRET)
    made.add_page()
    made.set_font("helvetica", size=20)
    made.text(40, 60, "Visible")
    made.link(10, 10, 300, 300, f"https://{SECRET}.example/")
    with pikepdf.open(io.BytesIO(bytes(made.output()))) as found:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=f"app.alert('{SECRET}')")
        launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=f"{SECRET}.exe")
        found.Root.OpenAction = script
        found.Root.AA = pikepdf.Dictionary(WC=launch)
        found.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=pikepdf.String(SECRET))
        found.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["a", script]))
        found.pages[0].obj.AA = pikepdf.Dictionary(O=launch)
        found.pages[0].obj.PieceInfo = pikepdf.Dictionary(X=pikepdf.String(SECRET))
        found.attachments["list.txt"] = SECRET.encode()
        with found.open_metadata() as told:
            told["dc:creator"] = [SECRET]
        out = io.BytesIO()
        found.save(out, compress_streams=False)
    return out.getvalue()


def clipping_pdf() -> bytes:
    """Tries to keep anything that is drawn later from being seen."""
    with pikepdf.open(io.BytesIO(pdf("Clip"))) as found:
        page = found.pages[0]
        page.contents_add(found.make_stream(b"Q Q Q 0 0 1 1 re W n"), prepend=False)
        out = io.BytesIO()
        found.save(out)
    return out.getvalue()


def locked_pdf() -> bytes:
    with pikepdf.open(io.BytesIO(pdf())) as found:
        out = io.BytesIO()
        found.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def bomb_pdf(gigabytes: float = 1.0) -> bytes:
    """A small file with one stream that grows without end."""
    squeeze = zlib.compressobj(9)
    part = b"\0" * 10_000_000
    raw = b"".join(squeeze.compress(part) for _ in range(int(gigabytes * 100))) + squeeze.flush()
    with pikepdf.new() as made:
        made.add_blank_page()
        stream = pikepdf.Stream(made, raw)
        stream.Filter = pikepdf.Name.FlateDecode
        made.pages[0].obj.Contents = made.make_indirect(stream)
        out = io.BytesIO()
        made.save(out)
    return out.getvalue()


def bomb_png(side: int = 60_000) -> bytes:
    """Says that it is enormous, in a few bytes."""
    small = bytearray(picture(size=(8, 8)))
    header = b"IHDR" + side.to_bytes(4, "big") * 2 + bytes(small[24:29])
    return bytes(small[:12]) + header + zlib.crc32(header).to_bytes(4, "big") + bytes(small[33:])
