"""Reads the tiles that lie over a picture. Blind: it needs the key, and no list of what it might find.

Nothing here decides by how alike things look: a mark counts only when its check word is right.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import fft, ndimage

from app.tracing import tile, viterbi
from app.tracing.code import Key, encode
from app.tracing.lattice import GRID, SAMPLES, Folded, Lattice, Pixels, find
from app.tracing.pixels import Plane, ground, residual
from app.tracing.tile import CELLS

GROUNDS = (41, 21)
"""Pixels around which the ground is looked for: the wider one first, the narrower for pages full of text."""

CANDIDATES, REFINED = 10, 4
SMALLER = 0.4
"""A second look at the picture at this size reads cells that are larger than a plain screenshot's."""

COARSE = 7.0
"""Pixels of a cell above which a quarter of the pixels is enough to find the lattice."""

LARGE = 1400
"""Pixels along the longer side from which the smaller look comes first."""

MOST_PIXELS = 3_000_000
"""Of a picture, that are looked at: the middle of what is larger."""

LEAST_SIDE = 64
"""Pixels: less cannot hold a tile of the smallest size that is read."""

WORTH_A_LOOK, WORTH_ANOTHER = 5.0, 12.0
"""How far sync cells must stand out for a place to be looked at closely. In pictures without a mark some place
reaches 12 by chance, marks reach 20 to 40; so a second mark has to be plainer than the first."""

SAME_SIZE = 0.01

STEPS = {"width": 0.3, "height": 0.3, "turn": float(np.radians(0.07)), "lean": float(np.radians(0.07))}
"""How far the lattice is moved at first to make it fit, in pixels and radians."""

MOST_MARKS = 4
"""Marks that are looked for in one picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A mark that was read. `agreement` is the share of its 416 bits that came out of the picture as they were
    written; half of them do by chance."""

    view: int
    key: Key
    agreement: float


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    """A folded tile and where in it the tile begins; `sign` is -1 in an inverted picture."""

    lattice: Lattice
    folded: Folded
    row: int
    column: int
    sign: int
    score: float


def read(picture: Image.Image, keys: Iterable[Key]) -> list[Found]:
    """Every mark in the picture, each once. An empty list for a picture without one."""
    grey, known = _grey(picture), tuple(keys)
    for size in (SMALLER, 1.0) if max(grey.shape) > LARGE else (1.0, SMALLER):
        sized = _middle(_resized(grey, size))
        if known and min(sized.shape) >= LEAST_SIDE and (found := _read_at(sized, known)):
            return found
    return []


def _read_at(grey: Plane, keys: tuple[Key, ...]) -> list[Found]:
    """The marks at one size of the picture. After each, its tile is taken out of the picture to see what else is
    there."""
    known: list[tuple[Found, _Placed]] = []
    for window in GROUNDS:
        level = ground(grey, window)
        while len(known) < MOST_MARKS and (hit := _next(grey, level, window, keys, known)):
            known.append(hit)
            grey = _without(grey, level, *hit)
        if known:
            break
    return [mark for mark, _ in known]


def _next(
    grey: Plane, level: Plane, window: int, keys: tuple[Key, ...], known: list[tuple[Found, _Placed]]
) -> tuple[Found, _Placed] | None:
    """A mark that is not known yet."""
    source = residual(grey, level, window)
    pixels, coarse = Pixels(source), Pixels(source.half(), 2)
    folds = [(lattice, pixels.fold(lattice)) for lattice in find(source, CANDIDATES)]
    least = WORTH_ANOTHER if known else WORTH_A_LOOK
    for key in keys:
        placed = sorted(
            (place for lattice, folded in folds for place in _placed(lattice, folded, key)),
            key=lambda place: -place.score,
        )
        places = [place for place in placed if place.score >= least and not _seen(place, known, grey)]
        for place in places[:REFINED]:
            for best in _closer(grey, level, coarse, pixels, place, key):
                mark = _said(best, key)
                if mark is not None and all(mark.view != before.view for before, _ in known):
                    return mark, best
    return None


def _closer(
    grey: Plane, level: Plane, coarse: Pixels, pixels: Pixels, place: _Placed, key: Key
) -> Iterator[_Placed]:
    """The place as it was found, and then as exactly as it can be told."""
    yield place
    cell = place.lattice.width / CELLS
    best = _refined(coarse if cell > COARSE else pixels, place, key)
    finer = residual(grey, level, max(9, round(5 * cell) | 1))
    yield _replaced(Pixels(finer), best.lattice, best, key)


def _seen(place: _Placed, known: list[tuple[Found, _Placed]], grey: Plane) -> bool:
    """Whether this is what is left of a mark that was taken out: the same tile in the same place."""
    middle = np.array([grey.shape[1] / 2, grey.shape[0] / 2])

    def beginning(one: _Placed) -> NDArray[np.float64]:
        begins: NDArray[np.float64] = one.lattice.inverse() @ middle
        return begins - np.array([one.column, one.row]) / GRID

    for _, before in known:
        apart = beginning(place) - beginning(before)
        near = np.all(np.abs(apart - np.round(apart)) < 1.5 / CELLS)
        if near and abs(place.lattice.width / before.lattice.width - 1) < SAME_SIZE:
            return True
    return False


def _placed(lattice: Lattice, folded: Folded, key: Key) -> Iterator[_Placed]:
    """The likeliest beginning of the tile, for a picture as it is and for an inverted one."""
    value = _centred(folded)
    template = _template(key)
    spectrum = np.conj(fft.rfft2(template))
    match = fft.irfft2(fft.rfft2(value) * spectrum, value.shape)
    chance = fft.irfft2(fft.rfft2(value * value) * np.conj(fft.rfft2(template * template)), value.shape)
    match /= np.sqrt(np.maximum(chance, 1e-9 * float(np.max(chance)) + 1e-12))
    for sign in (1, -1):
        place = int(np.argmax(match * sign))
        row, column = divmod(place, GRID)
        yield _Placed(lattice, folded, row, column, sign, float(match.flat[place]) * sign)


def _replaced(pixels: Pixels, lattice: Lattice, like: _Placed, key: Key) -> _Placed:
    both = _placed(lattice, pixels.fold(lattice), key)
    return next(place for place in both if place.sign == like.sign)


def _refined(pixels: Pixels, start: _Placed, key: Key) -> _Placed:
    """The lattice nearby under which the sync cells stand out most."""
    best = _replaced(pixels, start.lattice, start, key)
    for halved in range(3):
        for name, step in STEPS.items():
            for move in (step / 2**halved, -step / 2**halved):
                moved = True
                while moved:
                    there = replace(best.lattice, **{name: getattr(best.lattice, name) + move})
                    tried = _replaced(pixels, there, best, key)
                    moved = tried.score > best.score
                    best = tried if moved else best
    return best


def _said(place: _Placed, key: Key) -> Found | None:
    """The mark, if its check word is right."""
    plan = tile.layout(key)
    order = np.array([cell for cell, _ in plan.coded])
    signs = np.array([sign for _, sign in plan.coded], np.float32)
    soft = _cells(place)[order] * signs * place.sign
    strength = float(np.mean(np.abs(soft)))
    if strength == 0:
        return None
    soft = np.clip(soft / strength, -3, 3).astype(np.float32)
    payload = viterbi.decode(soft)
    view = key.view_of(payload)
    if view is None:
        return None
    written = np.array(encode(payload)) > 0
    return Found(view=view, key=key, agreement=float(np.mean((soft > 0) == written)))


def _cells(place: _Placed) -> NDArray[np.float32]:
    """What each cell says, row by row from the tile's beginning."""
    value = np.roll(_centred(place.folded), (-place.row, -place.column), (0, 1))
    cells: NDArray[np.float32] = value.reshape(CELLS, SAMPLES, CELLS, SAMPLES).sum(axis=(1, 3)).reshape(-1)
    return cells


def _centred(folded: Folded) -> Plane:
    total = float(np.sum(folded.weight))
    mean = float(np.sum(folded.value)) / total if total else 0.0
    return folded.value - np.float32(mean) * folded.weight


def _template(key: Key) -> Plane:
    """The sync cells as they stand in a folded tile."""
    signs = np.zeros(CELLS * CELLS, np.float32)
    for cell, sign in tile.layout(key).sync:
        signs[cell] = sign
    return _enlarged(signs)


def _enlarged(cells: NDArray[np.float32]) -> Plane:
    square = cells.reshape(CELLS, CELLS)
    enlarged: Plane = np.repeat(np.repeat(square, SAMPLES, axis=0), SAMPLES, axis=1)
    return enlarged


def _without(grey: Plane, level: Plane, mark: Found, place: _Placed) -> Plane:
    """The picture less this mark, as strong as it is in each neighbourhood: what else lies there then stands out."""
    signs = np.array(tile.cells(mark.key, mark.view), np.float32) * place.sign
    drawn = np.roll(_enlarged(signs), (place.row, place.column), (0, 1))
    y, x = np.indices(grey.shape, np.float32) + np.float32(0.5)
    column, row = (
        np.floor(np.float32(a) * x + np.float32(b) * y).astype(np.int32) % GRID
        for a, b in place.lattice.inverse() * GRID
    )
    pattern = drawn[row, column]
    window = round(place.lattice.width) | 1
    source = residual(grey, level, window)
    told = ndimage.uniform_filter(source.value * pattern, window, mode="constant")
    weight = ndimage.uniform_filter(source.weight, window, mode="constant")
    strength = np.maximum(told, 0) / np.maximum(weight, 1e-6)
    left: Plane = (grey - strength * pattern).astype(np.float32)
    return left


def _grey(picture: Image.Image) -> Plane:
    """Luma with the fractions that eight bits would round away."""
    flat = picture.convert("RGBA") if "transparency" in picture.info or "A" in picture.mode else picture
    if flat.mode == "RGBA":
        flat = Image.alpha_composite(Image.new("RGBA", flat.size, "white"), flat)
    red, green, blue = (np.asarray(band, np.float32) for band in flat.convert("RGB").split())
    grey: Plane = (0.299 * red + 0.587 * green + 0.114 * blue).astype(np.float32)
    return grey


def _resized(grey: Plane, size: float) -> Plane:
    if size == 1:
        return grey
    height, width = (max(1, round(side * size)) for side in grey.shape)
    small = Image.fromarray(grey).resize((width, height), Image.Resampling.HAMMING)
    return np.asarray(small, np.float32)


def _middle(grey: Plane) -> Plane:
    excess = (grey.size / MOST_PIXELS) ** 0.5
    if excess <= 1:
        return grey
    height, width = (int(side / excess) for side in grey.shape)
    top, left = (grey.shape[0] - height) // 2, (grey.shape[1] - width) // 2
    return grey[top : top + height, left : left + width]
