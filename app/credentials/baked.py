"""What a badge image has baked into it. Source: Open Badges Baking Specification (PNG iTXt, SVG element)."""

import html
import re
import struct
import zlib

from app.credentials.port import IssuerError

PNG = b"\x89PNG\r\n\x1a\n"
KEYWORDS = (b"openbadges", b"openbadgecredential")
MAX_TEXT = 500_000
"""Bytes of an assertion; a real one has some thousands. A compressed one is unpacked no further."""

_SVG = re.compile(
    r"<openbadges:(?:assertion|credential)\b([^>]{0,4000})(?:/>|>(.*?)</openbadges:)", re.DOTALL
)
_VERIFY = re.compile(r"""\bverify\s*=\s*["']([^"']+)["']""")


def unbake(raw: bytes) -> str:
    """The assertion of a baked image; any other text as it is. Raises IssuerError for an image without one."""
    if raw.startswith(PNG):
        return _from_png(raw)
    try:
        text = raw.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise IssuerError("This is neither a badge image nor text.", retry=False) from None
    return _from_svg(text) if text.startswith("<") else text


def _from_png(raw: bytes) -> str:
    at = len(PNG)
    while at + 12 <= len(raw):
        (length,) = struct.unpack(">I", raw[at : at + 4])
        kind, body = raw[at + 4 : at + 8], raw[at + 8 : at + 8 + length]
        keyword, _, rest = body.partition(b"\0")
        if kind == b"iTXt" and keyword in KEYWORDS and len(rest) > 2:  # noqa: PLR2004 - the two compression bytes
            return _text(rest)
        at += 12 + length
    raise IssuerError("No badge is baked into this image.", retry=False)


def _text(rest: bytes) -> str:
    """After the keyword: compression flag and method, language, translated keyword, text."""
    parts = rest[2:].split(b"\0", 2)
    try:
        text = parts[2]
        if rest[0]:
            text = zlib.decompressobj().decompress(text, MAX_TEXT)
        return text[:MAX_TEXT].decode("utf-8").strip()
    except (IndexError, zlib.error, UnicodeDecodeError):
        raise IssuerError("The badge in this image cannot be read.", retry=False) from None


def _from_svg(text: str) -> str:
    """By its one element alone: no entity of the document is looked at."""
    found = _SVG.search(text)
    if found is None:
        raise IssuerError("No badge is baked into this image.", retry=False)
    inner = (found[2] or "").strip().removeprefix("<![CDATA[").removesuffix("]]>").strip()
    verify = _VERIFY.search(found[1])
    if not inner and verify is None:
        raise IssuerError("The badge in this image cannot be read.", retry=False)
    return html.unescape(inner or (verify[1] if verify else "")).strip()
