"""Splink beside the matcher, on the same data. Optional, for Splink is no dependency of ours:

    pip install splink duckdb tldextract rapidfuzz anyascii babel     # in an environment of its own
    python -m benchmarks.conflict_splink

Splink learns its weights without labels, as it is meant to, from what a careful user would hand it: names in small
letters or read as we read them, our reading of domains, addresses and countries, with rare values counting for more.
Its figure stands at even odds, and at the threshold that is best on the truth itself, which a user cannot know.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa
import splink.comparison_level_library as level
import splink.comparison_library as comparison
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from app.domain.matching.profile import Profile
from benchmarks.conflict_scores import account_profile, claim_profile, dev_world, matcher, score
from benchmarks.conflict_world import World, world
from benchmarks.conflicts import HELD_OUT

Scored = list[tuple[str, str, float]]

SHARED = [f"list_has_any(l.{field}, r.{field})" for field in ("domains", "mails", "words")]
"""Which pairs are compared: beside equal beginnings, whatever shares a domain, an address or a word."""

COMPARISONS = [
    comparison.CustomComparison(
        output_column_name="name",
        comparison_levels=[
            level.NullLevel("name"),
            level.ExactMatchLevel("name", term_frequency_adjustments=True),
            level.JaroWinklerLevel("name", 0.94),
            level.JaroWinklerLevel("name", 0.88),
            level.ArrayIntersectLevel("words", min_intersection=1),
            level.ElseLevel(),
        ],
    ),
    comparison.ArrayIntersectAtSizes("domains", [1]),
    comparison.ArrayIntersectAtSizes("mails", [1]),
    comparison.ExactMatch("country").configure(term_frequency_adjustments=True),
]


def run() -> Iterator[dict[str, Any]]:
    worlds = {"generated": [world(seed) for seed in HELD_OUT]}
    if dev := dev_world():
        worlds = {"conflict_dev": [dev], **worlds}
    for data, held in worlds.items():
        yield _figure(data, "alongside", [score(each, matcher(each)) for each in held])
        for reading in ("small letters", "our names"):
            found = [(each, _scored(each, ours=reading == "our names")) for each in held]
            yield _figure(data, f"splink, {reading}", [_at(0.5, *one) for one in found])
            best = [
                max((_at(n / 100, *one) for n in range(1, 100)), key=lambda got: got["f1"]) for one in found
            ]
            yield _figure(data, f"splink, {reading}, best threshold", best)


def _figure(data: str, method: str, scores: list[dict[str, Any]]) -> dict[str, Any]:
    means = {
        name: round(sum(one[name] for one in scores) / len(scores), 4)
        for name in ("f1", "missed_per_100", "false_alarms_per_100")
    }
    return {"benchmark": "conflict_splink", "metric": "f1", "data": data, "method": method, **means}


def _at(threshold: float, data: World, found: Scored) -> dict[str, Any]:
    return score(
        data, [(registration, account) for registration, account, chance in found if chance >= threshold]
    )


def _scored(data: World, *, ours: bool) -> Scored:
    """The pairs that Splink compares, with its probabilities, as (registration, account, probability)."""
    api = DuckDBAPI(duckdb.connect())
    sides = [
        api.register(pa.Table.from_pylist(rows), dataset_display_name=name)
        for name, rows in (
            ("a_accounts", [_row(row, account_profile(row), row["contacts"], ours) for row in data.accounts]),
            (
                "b_registrations",
                [_row(row, claim_profile(row), row["contact_email"], ours) for row in data.registrations],
            ),
        )
    ]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=COMPARISONS,
        blocking_rules_to_generate_predictions=[block_on("start"), *SHARED],
    )
    linker = Linker(sides, settings, log_level="ERROR")
    linker.training.estimate_probability_two_random_records_match(
        ["l.name = r.name and l.country = r.country", SHARED[0]], recall=0.8
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(SHARED[0])
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("name"))
    rows = linker.inference.predict(threshold_match_probability=0.001).as_record_list()
    return [(row["unique_id_r"], row["unique_id_l"], row["match_probability"]) for row in rows]


def _row(row: dict[str, str], company: Profile, mails: str, ours: bool) -> dict[str, Any]:
    small = " ".join("".join(c if c.isalnum() else " " for c in row["company"].casefold()).split())
    name = " ".join(company.name.tokens) if ours else small
    return {
        "unique_id": row["id"],
        "name": name or None,
        "words": name.split() or None,
        "start": name[:4] or None,
        "domains": sorted(company.domains) or None,
        "mails": [mail.casefold() for mail in mails.split(";") if mail] or None,
        "country": row["country"] or None,
    }


if __name__ == "__main__":
    for figure in run():
        sys.stdout.write(json.dumps(figure) + "\n")
        sys.stdout.flush()
