import hashlib
import struct
import zlib

from hypothesis import given
from hypothesis import strategies as st

from app.tracing import tile
from app.tracing.code import CODED_BITS, Key

KEY = Key(b"a key for tests")
views = st.integers(0, 2**64 - 1)


def test_a_tile_never_changes_for_its_key_and_view():
    """Marks out there must stay readable: whoever changes this has to add a format, not replace one."""
    said = bytes(sign & 0xFF for sign in tile.cells(KEY, 0x0123456789ABCDEF))

    assert hashlib.sha256(said).hexdigest()[:32] == "cea31287e455970a151a31f43373b511"


@given(views, views)
def test_every_view_has_a_tile_of_its_own(one, other):
    differ = sum(a != b for a, b in zip(tile.cells(KEY, one), tile.cells(KEY, other), strict=True))

    assert (differ == 0) == (one == other)
    assert one == other or differ >= 24


@given(st.binary(min_size=1, max_size=40))
def test_sync_and_coded_cells_share_the_tile_and_are_balanced(secret):
    plan = tile.layout(Key(secret))

    cells = [cell for cell, _ in (*plan.sync, *plan.coded)]
    assert sorted(cells) == list(range(tile.CELLS**2))
    assert len(plan.coded) == CODED_BITS
    assert sum(sign for _, sign in plan.sync) == sum(sign for _, sign in plan.coded) == 0


def test_another_key_has_another_layout():
    assert tile.layout(KEY) != tile.layout(Key(b"another key"))


@given(views)
def test_the_picture_is_small_and_holds_the_cells(view):
    png = tile.png(KEY, view)

    assert len(png) < 1000
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert (width, height, depth, kind) == (tile.SIDE, tile.SIDE, 1, 3)
    start = png.index(b"IDAT") + 4
    rows = zlib.decompress(png[start:-16])
    assert len(rows) == tile.SIDE * (1 + tile.CELLS)
    drawn = [1 if rows[y * 8 * 25 + 1 + x] else -1 for y in range(tile.CELLS) for x in range(tile.CELLS)]
    assert drawn == tile.cells(KEY, view)


def test_the_two_strengths_differ_in_opacity_only():
    strong, faint = (tile.png(KEY, 7, strength) for strength in (tile.STRENGTH, tile.FAINT))

    assert b"tRNS\x03\x03" in strong
    assert b"tRNS\x02\x02" in faint
