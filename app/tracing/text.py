"""The mark in copied text: characters without width, after the ends of sentences. Written by the page's script,
read back here."""

import re
from collections.abc import Iterable

from app.tracing.code import PAYLOAD_BITS, Key

ALPHABET = "\u200b\u2060\u2062\u2063"
"""Four that every browser copies, no script of the world needs, and no normal form takes out: two bits each."""

LENGTH = PAYLOAD_BITS // 2

_RUN = re.compile(f"[{ALPHABET}]{{{LENGTH},}}")
_DIGIT = {character: value for value, character in enumerate(ALPHABET)}
_WRITTEN = re.compile(r"\\u(200[bB]|206[023])|&#(?:x(200[bB]|206[023])|(8203|8288|8290|8291));")

_LONGEST_RUN = 100_000
"""Characters of one run that are looked at; a mark that was repeated is read from the first of them."""


def write(key: Key, view: int) -> str:
    """The mark of a view."""
    payload = key.payload(view)
    return "".join(ALPHABET[payload >> place & 3] for place in range(PAYLOAD_BITS - 2, -1, -2))


def read(keys: Iterable[Key], text: str) -> list[int]:
    """The ids of every mark in a text, each once, in order. Marks written as JSON or HTML escapes count too."""
    known, found = tuple(keys), dict[int, None]()
    for run in _RUN.findall(_WRITTEN.sub(_unescape, text)):
        digits = [_DIGIT[character] for character in run[:_LONGEST_RUN]]
        payload = 0
        for place, digit in enumerate(digits):
            payload = (payload << 2 | digit) & ((1 << PAYLOAD_BITS) - 1)
            if place >= LENGTH - 1:
                found |= dict.fromkeys(view for key in known if (view := key.view_of(payload)) is not None)
    return list(found)


def _unescape(match: re.Match[str]) -> str:
    short, hexadecimal, decimal = match.groups()
    return chr(int(decimal) if decimal else int(short or hexadecimal, 16))
