"""Metrics 4 and 5: how often the matcher is right, and what a registration costs as accounts grow.

Quality is measured on generated worlds that no weight was fitted on, and on the labelled development set where it is
present; that one took part in the fit, so beside it stands the figure of a fit without it. Cost is CPU time of this
process, with cold caches, and counts only if the pairs that were found are the same at every size.
BENCHMARK_ACCOUNTS=1000000 adds that size to the growth; it takes ten minutes.
"""

import copy
import os
import random
import statistics
import time
from collections.abc import Iterator
from typing import Any

from app.domain.matching import Index, Profile, compare, domains, names
from app.domain.matching import weights as table
from app.domain.matching.compare import chance
from app.domain.matching.keys import keys_of
from benchmarks import conflict_baselines as baselines
from benchmarks import conflict_fit as fitting
from benchmarks.conflict_scores import (
    LEFT_OUT,
    account_profile,
    claim_profile,
    dev_world,
    matcher,
    pairs,
    score,
)
from benchmarks.conflict_world import SAME, World, crowd, world

HELD_OUT = range(901, 907)
"""Nobody has looked at the errors in these; whoever does takes other seeds here."""

SIZES = (2_000, 20_000, 100_000)
ROUNDS = 7
METHODS = {
    "alongside": matcher,
    "exact_host": baselines.exact_host,
    "registrable_domain": baselines.registrable_domain,
    "rapidfuzz_token_set_95": baselines.token_set,
}


def run() -> Iterator[dict[str, Any]]:
    worlds = [world(seed) for seed in HELD_OUT]
    if dev := dev_world():
        yield from _quality("conflict_dev", [dev])
        yield _without_dev(dev)
        yield _calibration("conflict_dev", [dev])
    yield from _quality(f"generated, seeds {HELD_OUT[0]} to {HELD_OUT[-1]}", worlds)
    yield _calibration(f"generated, seeds {HELD_OUT[0]} to {HELD_OUT[-1]}", worlds)
    yield from _growth()


def _quality(name: str, worlds: list[World]) -> Iterator[dict[str, Any]]:
    for method, match in METHODS.items():
        scores = [score(each, match(each)) for each in worlds]
        yield _figure(name, method, scores)


def _figure(name: str, method: str, scores: list[dict[str, Any]]) -> dict[str, Any]:
    mean = {
        key: round(statistics.fmean(each[key] for each in scores), 4)
        for key in ("f1", "missed_per_100", "false_alarms_per_100")
    }
    return {
        "benchmark": "conflicts",
        "metric": "f1",
        "method": method,
        "value": mean["f1"],
        "unit": "F1 of the pairs called the same, probability from 0.5",
        "n": sum(each["n"] for each in scores),
        "lowest": min(each["f1"] for each in scores),
        "missed_per_100": mean["missed_per_100"],
        "false_alarms_per_100": mean["false_alarms_per_100"],
        "data": name,
    }


def _without_dev(dev: World) -> dict[str, Any]:
    """The development set judged by weights that never saw it."""
    kept = dict(table.WEIGHTS)
    fitted = fitting.fit(fitting.patterns(fitting.generated()))
    try:
        bias = fitted.pop("")
        table.WEIGHTS.clear()
        table.WEIGHTS.update(fitted)
        shift = bias - table.BIAS  # each pair has exactly one level of name, so the bias may sit there
        table.WEIGHTS.update({e: w + shift for e, w in fitted.items() if e.startswith("name: ")})
        chance.cache_clear()
        return _figure("conflict_dev, weights fitted without it", "alongside", [score(dev, matcher(dev))])
    finally:
        table.WEIGHTS.clear()
        table.WEIGHTS.update(kept)
        chance.cache_clear()


def _calibration(name: str, worlds: list[World]) -> dict[str, Any]:
    """How far probabilities are from how often they come true, over ten bins of the pairs that were compared."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for each in worlds:
        for pair in pairs(each):
            if pair.relation not in LEFT_OUT:
                place = min(9, int(pair.probability * 10))
                bins.setdefault(place, []).append((pair.probability, pair.relation == SAME))
    count = sum(map(len, bins.values()))
    error = sum(abs(sum(p for p, _ in held) - sum(right for _, right in held)) for held in bins.values())
    return {
        "benchmark": "conflicts",
        "metric": "calibration_error",
        "value": round(error / count, 4),
        "unit": "mean distance of a probability from the share that came true",
        "n": count,
        "data": name,
    }


def _growth() -> Iterator[dict[str, Any]]:
    base = world(7_000, accounts=1_000, registrations=500)
    extra = int(os.environ.get("BENCHMARK_ACCOUNTS", "0"))
    sizes = [*SIZES, extra] if extra > SIZES[-1] else list(SIZES)
    claims = base.registrations
    wanted = {key for row in claims for key in keys_of(claim_profile(row))}
    index: Index[str] = Index(wanted)
    held: dict[str, Profile] = {}
    filed, small, truth = 0, index, {pair for pair, relation in base.truth.items() if relation == SAME}
    source = crowd(random.Random(7_001), base)
    for size in sizes:
        for row in (next(source) for _ in range(size - filed)):
            company = account_profile(row)
            if index.add(row["id"], company):
                held[row["id"]] = company
        if not filed:
            small = copy.deepcopy(index)
        filed = size
        # In turns, so that what else runs on the machine weighs on both alike.
        spent = [(_spend(claims, small, held)[0], _spend(claims, index, held)) for _ in range(ROUNDS)]
        cost = statistics.median(seconds for _, (seconds, _) in spent)
        found = set(spent[0][1][1])
        yield {
            "benchmark": "conflicts",
            "metric": "cpu_growth",
            "value": round(statistics.median(seconds / first for first, (seconds, _) in spent), 2),
            "unit": f"CPU per registration / CPU per registration against {sizes[0]} accounts",
            "n": len(claims) * ROUNDS,
            "accounts": size,
            "ms_per_registration": round(1000 * cost / len(claims), 3),
            "compared_per_registration": round(
                sum(len(index.candidates(claim_profile(row))) for row in claims) / len(claims), 2
            ),
            "missed_per_100": round(100 * len(truth - found) / len(truth), 2),
        }


def _spend(
    claims: list[dict[str, str]], index: Index[str], held: dict[str, Profile]
) -> tuple[float, list[tuple[str, str]]]:
    """CPU seconds to match all of them from the raw row on, with nothing remembered; and what was found."""
    for remembered in (names.normalise, names.normalise_all, domains.registrable, domains.is_hosted):
        remembered.cache_clear()
    started = time.process_time()
    found = [
        (row["id"], account)
        for row in claims
        for claim in [claim_profile(row)]
        for account in index.candidates(claim)
        if compare(claim, held[account]).probability >= 0.5
    ]
    return time.process_time() - started, found
