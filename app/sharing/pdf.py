"""The one writer of PDFs, and the room as one, marked for its viewer: the address, the time in UTC and the link's
code across every page, and the faint tile beneath everything an eye notices.

It says what the narrowed content says and nothing else. The same viewing makes the same marks as the page.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

from fontTools.ttLib import TTFont
from fpdf import FPDF

from app.disclosure.snapshot import Content
from app.sharing.watermark import plain

WIDTH, HEIGHT, MARGIN = 595, 842, 48
"""A4 in points."""

TILE = 144
"""Points: the tile's 192 pixels at 96 to the inch, so that its cells are as large as on a screen."""

MOST_MESSAGES = 500
"""The newest; a thread longer than that is no document any more."""

FONTS = files("weblate_fonts") / "static" / "weblate_fonts" / "kurinto" / "ttf"
MAIN = "KurintoSans-Rg.ttf"
OTHERS = ("KurintoSansSC-Rg.ttf", "KurintoSansKR-Rg.ttf", "KurintoSansJP-Rg.ttf")
"""Chinese, Korean and Japanese. Each is 6 to 10 MB, so it is loaded for texts that need it alone."""

INK, QUIET = (31, 38, 45), (89, 99, 110)


@lru_cache
def _letters(font: str) -> frozenset[int]:
    with (FONTS / font).open("rb") as file, TTFont(file, lazy=True) as opened:
        return frozenset(opened.getBestCmap())


def fonts_for(text: str) -> Sequence[str]:
    """The fonts beside the main one that this text needs, the fewest first found. What no font has is drawn as an
    empty box."""
    missing = {ord(c) for c in text if ord(c) > 127} - _letters(MAIN)  # noqa: PLR2004 - ASCII is in every font
    needed = []
    for font in OTHERS:
        if missing & _letters(font):
            needed.append(font)
            missing -= _letters(font)
    return needed


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


class Marked(FPDF):
    """Draws the marks over each page when it is finished, whatever stands on it. `code` says of which link it is, or
    for whom; without a `tile` there is the visible mark alone."""

    def __init__(self, email: str, code: str, at: datetime, tile: bytes = b"") -> None:
        super().__init__(unit="pt", format=(WIDTH, HEIGHT))
        self._said = f"{plain(email)} · {at:%Y-%m-%d %H:%M} UTC · {plain(code)}"
        self._tile = tile
        self.set_auto_page_break(auto=True, margin=MARGIN)
        self.set_margin(MARGIN)

    def footer(self) -> None:
        with self.local_context(fill_opacity=0.13):
            self.set_font("room", size=15)
            self.set_text_color(0, 0, 0)
            step = self.get_string_width(self._said) + 60
            with self.rotation(18, WIDTH / 2, HEIGHT / 2):
                for row, y in enumerate(range(-160, HEIGHT + 200, 92)):
                    x = -260.0 - (row % 2) * step / 2
                    while x < WIDTH + 260:
                        self.text(x, y, self._said)
                        x += step
        for y in range(0, HEIGHT if self._tile else 0, TILE):
            for x in range(0, WIDTH, TILE):
                self.image(io.BytesIO(self._tile), x=x, y=y, w=TILE, h=TILE)
        self.set_y(-34)
        self.set_font("room", size=8)
        self.set_text_color(*QUIET)
        self.cell(0, 10, f"{self._said} · {self.page_no()}", align="C")


def room_pdf(content: Content, *, email: str, code: str, at: datetime, tile: bytes) -> bytes:
    """The PDF of what this viewer may see now."""
    pdf = Marked(email, code, at, tile)
    begin(pdf, "Shared page", at, "".join((*_texts(content), email)))
    vendor = content.get("vendor", {}).get("name", "")
    line(pdf, f"Shared by {vendor}", 9, QUIET)
    line(pdf, content.get("deal", {}).get("name", "") or "Shared page", 18, after=10)
    _fields(pdf, content)
    _registration(pdf, content)
    _steps(pdf, content)
    _messages(pdf, content)
    _files(pdf, content)
    return bytes(pdf.output())


def begin(pdf: Marked, title: str, at: datetime, text: str) -> None:
    """The first page is open, with the fonts that its text needs."""
    pdf.add_font("room", fname=str(FONTS / MAIN))
    for font in fonts_for(text):
        pdf.add_font(font, fname=str(FONTS / font))
    pdf.set_fallback_fonts([font for font in OTHERS if font.lower() in pdf.fonts], exact_match=False)
    pdf.set_text_shaping(use_shaping_engine=True)
    pdf.set_title(title)
    pdf.set_creation_date(at)
    pdf.add_page()


def line(pdf: FPDF, text: str, size: float, color: tuple[int, int, int] = INK, after: float = 2) -> None:
    pdf.set_font("room", size=size)
    pdf.set_text_color(*color)
    shown = "".join(c for c in text if c == "\n" or c.isprintable())
    pdf.multi_cell(0, size * 1.4, shown, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(after)


def heading(pdf: FPDF, text: str) -> None:
    pdf.ln(8)
    line(pdf, text, 12)


def _fields(pdf: FPDF, content: Content) -> None:
    for field in content.get("fields", ()):
        line(pdf, f"{field['label']}: {field['value']}", 10)
    stage = next((s["label"] for s in content.get("stages", ()) if s["state"] == "current"), "")
    if stage:
        line(pdf, f"Where it stands: {stage}", 10)


def _registration(pdf: FPDF, content: Content) -> None:
    held = content.get("registration")
    if held:
        until = f", protected until {held['protected_until'][:10]}" if held.get("protected_until") else ""
        heading(pdf, "Deal registration")
        line(pdf, f"{str(held['state']).capitalize()}{until}", 10)


def _steps(pdf: FPDF, content: Content) -> None:
    steps = content.get("steps", ())
    if steps:
        heading(pdf, "Plan")
    for step in steps:
        box = "done" if step["status"] == "done" else "open"
        who = "you" if step["side"] == "partner" else content.get("vendor", {}).get("name", "us")
        due = f", due {step['due']}" if step.get("due") else ""
        line(pdf, f"{step['title']} ({box}, {who}{due})", 10)


def _messages(pdf: FPDF, content: Content) -> None:
    messages = list(content.get("messages", ()))[-MOST_MESSAGES:]
    if messages:
        heading(pdf, "Messages")
    for message in messages:
        line(pdf, f"{message['author']} · {message['at'][:16].replace('T', ' ')} UTC", 8, QUIET, after=0)
        line(pdf, message["body"], 10, INK, after=5)


def _files(pdf: FPDF, content: Content) -> None:
    shared = content.get("files", ())
    if shared:
        heading(pdf, "Files")
    for file in shared:
        line(pdf, f"{file['name']} ({max(1, round(file['size'] / 1000)):,} kB)", 10)
