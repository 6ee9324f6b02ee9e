"""What is left of a picture once its contents are taken away: the small deviations from flat ground, with a weight
for how much each pixel tells."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Plane = NDArray[np.float32]

_STEP = 4
"""The ground is the median of every fourth pixel each way: the same answer as all of them, sixteen times as fast."""

NEAR = 5.5
"""Levels from the ground that still may be the tile on it, noise of JPEG included. More is text or a picture."""

_LEAST_FLAT = 0.12
"""Where less than this share of a window is flat, its mean says nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Residual:
    """`value` is weighted by `weight` already; both are 0 where the picture is not flat."""

    value: Plane
    weight: Plane

    def half(self) -> "Residual":
        """The same with a quarter of the pixels."""
        return Residual(_paired(self.value), _paired(self.weight))


def residual(grey: Plane, level: Plane, window: int) -> Residual:
    """The deviations of `grey` from the mean around them, `window` pixels wide, where it is near its ground."""
    lifted = grey - level
    flat = ndimage.minimum_filter((np.abs(lifted) <= NEAR).astype(np.uint8), 3).astype(np.float32)
    lifted *= flat
    share = ndimage.uniform_filter(flat, window, mode="constant")
    safe = np.maximum(share, _LEAST_FLAT)
    mean = ndimage.uniform_filter(lifted, window, mode="constant") / safe
    square = ndimage.uniform_filter(lifted * lifted, window, mode="constant") / safe
    # Where the ground is restless a deviation says less: the largest single gain of all.
    weight = flat * (share > _LEAST_FLAT) / (np.maximum(square - mean * mean, 0) + 0.5)
    return Residual(
        value=((lifted - mean) * weight).astype(np.float32),
        weight=weight.astype(np.float32),
    )


def ground(grey: Plane, window: int) -> Plane:
    """What a page would be without anything on it: the median of `window` pixels around."""
    size = max(3, round(window / _STEP) | 1)
    coarse = ndimage.median_filter(grey[_STEP // 2 :: _STEP, _STEP // 2 :: _STEP], size, mode="nearest")
    fine = np.repeat(np.repeat(coarse, _STEP, axis=0), _STEP, axis=1)
    missing = [max(0, want - have) for want, have in zip(grey.shape, fine.shape, strict=True)]
    fine = np.pad(fine, ((0, missing[0]), (0, missing[1])), mode="edge")
    return fine[: grey.shape[0], : grey.shape[1]].astype(np.float32)


def _paired(plane: Plane) -> Plane:
    even = plane[: plane.shape[0] // 2 * 2, : plane.shape[1] // 2 * 2]
    return (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]).astype(np.float32)
