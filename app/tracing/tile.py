"""The faint tile: a square of cells, each a shade lighter or darker, that lies over a page and repeats.

White cells are white and black cells are black with almost no opacity, so that one tile serves every ground: on
white only the dark cells show, on dark only the light ones. The picture is a PNG of two colours.
"""

import hashlib
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache

from app.tracing.code import CODED_BITS, Key, encode

CELLS = 24
"""Cells along a side."""

CELL = 8
"""A cell's side in CSS pixels. Smaller cells do not live through scaling to half and JPEG."""

SIDE = CELLS * CELL
SYNC_CELLS = CELLS * CELLS - CODED_BITS

STRENGTH = 3
"""Of 255: the least that lives through scaling to half and then JPEG of quality 60."""

FAINT = 2
"""For viewers who ask for more contrast: lives through everything but small scales with JPEG."""

FORMAT = b"alongside tile 1\0"
"""Names how a layout follows from a key. Another format needs another name, and the old one stays readable."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a tile, as (cell, sign): the sync cells that are always the same, and the cells of the
    coded bits in their order. Both sorts have as many white as black signs."""

    sync: tuple[tuple[int, int], ...]
    coded: tuple[tuple[int, int], ...]


@lru_cache(maxsize=16)
def layout(key: Key) -> Layout:
    """The key's layout; the same in every process and every version."""
    count = CELLS * CELLS
    stream = hashlib.shake_256(FORMAT + key.secret).digest(count * 8)
    cells = sorted(range(count), key=lambda n: (stream[n * 8 : n * 8 + 8], n))
    # The order is random, so signs that alternate along it are random over the tile, and balanced.
    signed = tuple((cell, 1 if n % 2 else -1) for n, cell in enumerate(cells))
    return Layout(sync=signed[:SYNC_CELLS], coded=signed[SYNC_CELLS:])


def cells(key: Key, view: int) -> list[int]:
    """The tile of a view, row by row: 1 for white, -1 for black."""
    plan, signs = layout(key), [0] * (CELLS * CELLS)
    for cell, sign in plan.sync:
        signs[cell] = sign
    for (cell, sign), bit in zip(plan.coded, encode(key.payload(view)), strict=True):
        signs[cell] = sign if bit else -sign
    return signs


def png(key: Key, view: int, strength: int = STRENGTH) -> bytes:
    """The tile of a view as a PNG of about half a kilobyte."""
    signs = cells(key, view)
    rows = []
    for y in range(CELLS):
        row = bytes(255 if sign > 0 else 0 for sign in signs[y * CELLS : (y + 1) * CELLS])
        rows.append(
            (b"\0" + row) * CELL
        )  # a cell is eight pixels wide, which are eight bits, which are one byte
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 1, 3, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", bytes((0, 0, 0, 255, 255, 255))),
            _chunk(b"tRNS", bytes((strength, strength))),
            _chunk(b"IDAT", zlib.compress(b"".join(rows), 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
