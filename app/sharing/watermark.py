"""The visible mark: who looked, when and over which link, drawn by the server across every page of a room.

It is a pattern of one tile over the whole window; fixed, so a browser repeats it on every printed page. The dark
letters show on light ground and their light edge on dark ground, so the mark is legible over anything, and both
are faint enough that text beneath keeps its contrast.
"""

import unicodedata
from datetime import datetime
from functools import lru_cache
from html import escape

from app.ground.clock import from_millis

CHARACTER = 7.5
"""The width of a letter of the mark in pixels, on average; wide scripts take two."""

_MOST = 120
"""Characters of an address that are drawn. The code names the link even if an address is longer."""


def mark(email: str, code: str, at: datetime) -> bytes:
    """The mark as inline SVG in UTF-8. Safe inside HTML whatever the address holds."""
    return _draw(email, code, int(at.timestamp()) // 60)


@lru_cache(maxsize=2048)
def _draw(email: str, code: str, minute: int) -> bytes:
    who = plain(email)
    when = f"{from_millis(minute * 60_000):%Y-%m-%d %H:%M} UTC · {plain(code)}"
    width = round(max(_length(who), _length(when)) * CHARACTER) + 56
    height = 132
    lines = "".join(
        f'<text x="28" y="{y}" unicode-bidi="isolate">{escape(text)}</text>'
        for y, text in ((62, who), (82, when))
    )
    return (
        '<svg class="mark" aria-hidden="true" focusable="false" width="100%" height="100%">'
        f'<defs><pattern id="mark" width="{width}" height="{height}" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate(-18)">{lines}</pattern></defs>'
        '<rect width="100%" height="100%" fill="url(#mark)"/></svg>'
    ).encode()


def plain(text: str) -> str:
    """The text with nothing in it that draws no letter or turns the others around; cut where it gets too long."""
    kept = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in text)
    clean = " ".join(kept.split())
    return clean if len(clean) <= _MOST else clean[: _MOST - 1] + "…"


def _length(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
