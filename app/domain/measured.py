"""How well the matching does on the tenant's own decided cases: precision and recall at every threshold."""

from collections.abc import Sequence
from dataclasses import dataclass

STEPS = tuple(round(0.5 + step / 20, 2) for step in range(10))
"""Thresholds that are drawn: from even odds, where a match is first told, to near certainty."""

FEW = 20
"""Below so many decided cases a figure says little, and the page says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A flag that a person decided: how sure we were, and whether the two were the same customer."""

    probability: float
    same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What flagging from `threshold` on would have meant for the decided cases. None where nothing can be said."""

    threshold: float
    flagged: int
    right: int
    same: int

    @property
    def precision(self) -> float | None:
        return self.right / self.flagged if self.flagged else None

    @property
    def recall(self) -> float | None:
        return self.right / self.same if self.same else None


def point(cases: Sequence[Case], threshold: float) -> Point:
    """The figures at one threshold."""
    flagged = [case for case in cases if case.probability >= threshold]
    return Point(
        threshold=threshold,
        flagged=len(flagged),
        right=sum(case.same for case in flagged),
        same=sum(case.same for case in cases),
    )


def curve(cases: Sequence[Case]) -> tuple[Point, ...]:
    """The figures at every threshold that is drawn, the lowest first."""
    return tuple(point(cases, threshold) for threshold in STEPS)
