"""How likely two descriptions mean the same customer, and why in sentences."""

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from app.domain.matching.features import Features, features
from app.domain.matching.profile import Profile
from app.domain.matching.weights import BIAS, WEIGHTS


class Band(StrEnum):
    """What to do with a match: act on it, let a person look, or leave it."""

    SAME = "same"
    POSSIBLE = "possible"
    DIFFERENT = "different"


SAME_FROM = 0.8
POSSIBLE_FROM = 0.5
"""Probabilities at which the bands begin: from even odds on somebody has to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """`evidence` holds one sentence for each thing that was found, for or against."""

    probability: float
    evidence: tuple[str, ...]
    band: Band


def compare(claim: Profile, candidate: Profile) -> Match:
    """How likely the claim means the candidate. Never fails; the probability does not depend on the order."""
    found, evidence = features(claim, candidate)
    probability = chance(found)
    return Match(probability=probability, evidence=evidence, band=band(probability))


@lru_cache(maxsize=16_384)
def chance(found: Features) -> float:
    """The probability that the table of weights gives to what was found. There are few combinations of levels, so it
    is summed once for each; whoever changes the table clears this cache."""
    log_odds = BIAS + sum(WEIGHTS.get(entry, 0.0) for entry in found.active())
    return round(min(max(1 / (1 + math.exp(-log_odds)), 0.0001), 0.9999), 4)


def band(probability: float) -> Band:
    if probability >= SAME_FROM:
        return Band.SAME
    return Band.POSSIBLE if probability >= POSSIBLE_FROM else Band.DIFFERENT
