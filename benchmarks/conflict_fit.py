"""Fits the table of weights and prints it: `python -m benchmarks.conflict_fit > app/domain/matching/weights.py`.

A logistic model over the levels of `features`, by Newton's method with a ridge, on generated worlds and on the
development set. Pairs with the same levels are counted together, so that plain Python is fast enough.
"""

import math
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping

from app.domain.matching.features import features
from benchmarks.conflict_scores import LEFT_OUT, dev_world, pairs
from benchmarks.conflict_world import SAME, World, world

SEEDS = range(1, 13)
"""Worlds to fit on; the benchmark is printed for others."""

BARE = 4
"""Worlds where registrations name no country, as a form without that field leaves them."""

RIDGE = 1.0
Pattern = tuple[str, ...]


def patterns(worlds: list[World]) -> dict[Pattern, Counter[bool]]:
    """How often each combination of levels was the same company, and how often not."""
    found: dict[Pattern, Counter[bool]] = defaultdict(Counter)
    for each in worlds:
        for pair in pairs(each):
            if pair.relation not in LEFT_OUT:
                found[features(pair.claim, pair.candidate)[0].active()][pair.relation == SAME] += 1
    return found


def fit(found: Mapping[Pattern, Counter[bool]], rounds: int = 25) -> dict[str, float]:
    """Weights by entry; the bias is under ""."""
    names = ["", *sorted({entry for pattern in found for entry in pattern})]
    place = {name: number for number, name in enumerate(names)}
    rows = [
        ([0, *(place[entry] for entry in pattern)], counts[True], counts[True] + counts[False])
        for pattern, counts in found.items()
    ]
    weights = [0.0] * len(names)
    for _ in range(rounds):
        gradient = [0.0 if n == 0 else -RIDGE * w for n, w in enumerate(weights)]
        hessian = [[RIDGE * (a == b) + 1e-9 for b in range(len(names))] for a in range(len(names))]
        for active, right, count in rows:
            chance = 1 / (1 + math.exp(-max(-30, min(30, sum(weights[a] for a in active)))))
            for a in active:
                gradient[a] += right - count * chance
                for b in active:
                    hessian[a][b] += count * chance * (1 - chance)
        step = _solve(hessian, gradient)
        weights = [w + max(-2.0, min(2.0, s)) for w, s in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-4:
            break
    return dict(zip(names, weights, strict=True))


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gauss's elimination; the matrix is positive definite."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for i in range(size):
        for j in range(i + 1, size):
            factor = rows[j][i] / rows[i][i]
            if factor:
                rows[j] = [a - factor * b for a, b in zip(rows[j], rows[i], strict=True)]
    found = [0.0] * size
    for i in reversed(range(size)):
        found[i] = (rows[i][size] - sum(rows[i][j] * found[j] for j in range(i + 1, size))) / rows[i][i]
    return found


def generated() -> list[World]:
    """The worlds to fit on, with little noise and with much."""
    worlds = [world(seed, noise=0.6 + 0.1 * (seed % 8)) for seed in SEEDS]
    for each in worlds[-BARE:]:
        for row in each.registrations:
            row["country"] = ""
    return worlds


def main() -> None:
    worlds = generated()
    if dev := dev_world():
        worlds += [dev] * 2
    weights = fit(patterns(worlds))
    out = sys.stdout
    out.write(
        '"""What each piece of evidence is worth, in log-odds: 0.7 doubles the odds, -0.7 halves them.\n\n'
    )
    out.write(
        'Fitted by `python -m benchmarks.conflict_fit`; a level that is not listed is worth nothing.\n"""\n\n'
    )
    out.write(f"BIAS = {weights.pop(''):.2f}\nWEIGHTS: dict[str, float] = {{\n")
    for entry, weight in sorted(weights.items(), key=lambda pair: (pair[0].partition(":")[0], -pair[1])):
        out.write(f'    "{entry}": {weight:.2f},\n')
    out.write("}\n")


if __name__ == "__main__":
    main()
