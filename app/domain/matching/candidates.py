"""Which of those that share a key with a registration are worth comparing: a bounded number, the likeliest first."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from app.domain.matching.keys import TELLING, WEIGHTS, kind

Id = TypeVar("Id", bound=Hashable)

COMMON = 16
"""A key that more companies share than this is no reason to compare them, unless it tells a company by itself."""

CROWD = 200
"""As many as are looked at of those on one domain: a customer may have a hundred open opportunities."""

NAMESAKES = 40
"""As many as are looked at of those with one name: short names have many owners."""

LIMIT = 8
"""Candidates compared for one registration, beyond those with a telling key in common."""


def bound(key: str) -> int:
    """How many entries of a key to read: one more than count, so that a common key can be told."""
    what = kind(key)
    if what in TELLING:
        return CROWD if what == "domain" else NAMESAKES
    return COMMON + 1


def rank(entries: Mapping[str, Sequence[Id]], limit: int = LIMIT) -> list[Id]:
    """Those worth comparing, the likeliest first. `entries` holds for each key up to `bound(key)` ids."""
    scores: dict[Id, float] = {}
    telling: dict[Id, None] = {}
    for key, ids in entries.items():
        what = kind(key)
        if what in TELLING:
            telling.update(dict.fromkeys(ids))
        elif len(ids) > COMMON:
            continue
        weight = WEIGHTS[what] / (1 + len(ids) / 16)
        for one in ids:
            scores[one] = scores.get(one, 0.0) + weight
    best = _best(telling, scores, CROWD)
    rest = _best((one for one in scores if one not in telling), scores, max(limit - len(best), limit // 2))
    return best + rest


def _best(ids: Iterable[Id], scores: Mapping[Id, float], limit: int) -> list[Id]:
    return sorted(ids, key=lambda one: -scores[one])[:limit]
