"""Where a pattern that repeats lies in a picture: the size and the turn of its tile, and its copies laid together."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from app.tracing.pixels import Plane, Residual
from app.tracing.tile import CELLS, SIDE

LEAST_PERIOD, MOST_PERIOD = 0.44 * SIDE, 2.12 * SIDE
"""Pixels of a tile that are looked for: a screenshot at half to double size. Other sizes are scaled first."""

PERIOD_STEP = 0.5
MOST_TURN, TURN_STEP = np.radians(2.5), np.radians(0.125)

SAMPLES = 4
"""Samples of a cell along a side in a folded tile."""

GRID = CELLS * SAMPLES

_LAGS = ((1, 0), (0, 1), (1, 1), (1, -1), (2, 0), (0, 2), (2, 1), (1, 2), (2, -1), (1, -2), (3, 0), (0, 3))
_LEAST_OVERLAP = 0.03
"""Of the picture: copies that overlap less than this are not compared."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """A tile is `width` by `height` pixels, turned by `turn`, and its height leans by `lean` more (radians)."""

    width: float
    height: float
    turn: float
    lean: float = 0.0

    def scaled(self, factor: float) -> "Lattice":
        return replace(self, width=self.width * factor, height=self.height * factor)

    def inverse(self) -> NDArray[np.float64]:
        """Takes a place in pixels (x, y) to a place in tiles."""
        down = self.turn + self.lean
        return np.linalg.inv(
            np.array(
                [
                    [self.width * np.cos(self.turn), -self.height * np.sin(down)],
                    [self.width * np.sin(self.turn), self.height * np.cos(down)],
                ]
            )
        )


class Folded(NamedTuple):
    """All copies of a tile summed up, GRID by GRID."""

    value: Plane
    weight: Plane


class Pixels:
    """The pixels of a residual that say something, ready to be folded many times."""

    def __init__(self, source: Residual, scale: int = 1) -> None:
        """`scale` says how many pixels of the picture one of `source` is wide."""
        y, x = np.nonzero(source.weight)
        self._x, self._y = (((at + 0.5) * scale).astype(np.float32) for at in (x, y))
        self._value, self._weight = source.value[y, x], source.weight[y, x]

    def fold(self, lattice: Lattice) -> Folded:
        # Row by row, since a matrix product would start threads that wait for each other on a busy machine.
        column, row = (
            np.floor(np.float32(a) * self._x + np.float32(b) * self._y).astype(np.int32) % GRID
            for a, b in lattice.inverse() * GRID
        )
        index = row * GRID + column
        planes = (
            np.bincount(index, weights=each, minlength=GRID * GRID).reshape(GRID, GRID).astype(np.float32)
            for each in (self._value, self._weight)
        )
        return Folded(*planes)


def find(source: Residual, most: int) -> list[Lattice]:
    """The likeliest lattices, best first. There is always one, whether or not there is a tile."""
    likeness = _autocorrelation(source)
    height, width = source.value.shape
    periods = np.arange(LEAST_PERIOD, MOST_PERIOD, PERIOD_STEP)
    turns = np.arange(-MOST_TURN, MOST_TURN + TURN_STEP / 2, TURN_STEP)
    score = np.zeros((len(periods), len(turns)), np.float32)
    counted = np.zeros_like(score)
    for across, down in _LAGS:
        x = np.outer(periods, across * np.cos(turns) - down * np.sin(turns))
        y = np.outer(periods, across * np.sin(turns) + down * np.cos(turns))
        inside = (1 - np.abs(x) / width).clip(0) * (1 - np.abs(y) / height).clip(0) > _LEAST_OVERLAP
        flip = np.where(y < 0, -1, 1)  # the autocorrelation is even; only its half with y >= 0 is kept
        columns = (x * flip) % likeness.shape[1]
        found = ndimage.map_coordinates(likeness, [y * flip, columns], order=1, mode="nearest")
        # One lag that is very alike, such as the pitch of a list's rows, must not outweigh all others.
        score += np.where(inside, np.sign(found) * np.log1p(np.abs(found)), 0)
        counted += inside
    even: Plane = (score / np.sqrt(np.maximum(counted, 1))).astype(np.float32)
    return [
        Lattice(width=float(periods[p]), height=float(periods[p]), turn=float(turns[t]))
        for p, t in _peaks(even, most)
    ]


def _autocorrelation(source: Residual) -> Plane:
    """How alike the residual is to itself, moved by (row, column); a column below 0 stands at the far end. In
    multiples of what chance makes."""
    value = ndimage.uniform_filter(source.value, 3)
    reach = int(3 * MOST_PERIOD)
    sizes = [fft.next_fast_len(side + min(side, reach), real=True) for side in value.shape]

    def alike(plane: Plane) -> Plane:
        spectrum = fft.rfft2(plane, sizes)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
        found: Plane = fft.irfft2(power, sizes)
        return found[: min(value.shape[0], reach)]

    chance = alike(value * value)
    floor = max(float(chance[0, 0]) * 1e-4, 1e-12)
    found: Plane = (alike(value) / np.sqrt(np.maximum(chance, floor))).astype(np.float32)
    return found


def _peaks(score: Plane, most: int) -> list[tuple[int, int]]:
    """The best places of a plane of scores, no two of them neighbours."""
    left, found = score.copy(), list[tuple[int, int]]()
    while len(found) < most:
        place = np.unravel_index(int(np.argmax(left)), left.shape)
        period, turn = int(place[0]), int(place[1])
        if not np.isfinite(left[period, turn]):
            break
        found.append((period, turn))
        left[max(0, period - 4) : period + 5, max(0, turn - 3) : turn + 4] = -np.inf
    return found
