"""Runs the matcher over a world and counts how often it is right."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.matching import Index, Profile, compare, profile
from benchmarks.conflict_world import SAME, World

DEV = Path(__file__).parents[2] / "shared" / "data" / "conflict_dev"
LEFT_OUT = ("related", "unclear")


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair that was compared, and what the truth says of it."""

    registration: str
    account: str
    relation: str
    claim: Profile
    candidate: Profile
    probability: float


def dev_world(folder: Path = DEV) -> World | None:
    """The labelled development set, where it is present."""
    if not (folder / "truth.csv").exists():
        return None
    accounts, registrations, truth = (
        list(csv.DictReader((folder / f"{name}.csv").open(encoding="utf-8", newline="")))
        for name in ("accounts", "registrations", "truth")
    )
    known = {(row["registration"], row["account"]): row["relation"] for row in truth}
    return World(accounts=accounts, registrations=registrations, truth=known)


def account_profile(row: dict[str, str]) -> Profile:
    mails = [mail for mail in row["contacts"].split(";") if mail]
    return profile(row["company"], row["website"], mails, row["country"])


def claim_profile(row: dict[str, str]) -> Profile:
    mails = [row["contact_email"]] if row["contact_email"] else []
    return profile(row["company"], row["website"], mails, row["country"], partner_name=row["partner"])


def pairs(world: World) -> Iterator[Pair]:
    """Every pair that the index brings together, compared."""
    index: Index[str] = Index()
    held = {}
    for row in world.accounts:
        held[row["id"]] = account_profile(row)
        index.add(row["id"], held[row["id"]])
    for row in world.registrations:
        claim = claim_profile(row)
        for account in index.candidates(claim):
            relation = world.truth.get((row["id"], account), "different")
            match = compare(claim, held[account])
            yield Pair(row["id"], account, relation, claim, held[account], match.probability)


def score(world: World, said: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """F1, misses and false alarms per 100 registrations of the pairs that were called the same."""
    called = {pair for pair in said if world.truth.get(pair) not in LEFT_OUT}
    wanted = {pair for pair, relation in world.truth.items() if relation == SAME}
    right = len(called & wanted)
    alarms = {registration for registration, _ in called - wanted}
    missed = len(wanted) - right
    return {
        "f1": round(2 * right / (len(called) + len(wanted)), 4) if called or wanted else 1.0,
        "missed_per_100": round(100 * missed / max(1, len(wanted)), 2),
        "false_alarms_per_100": round(100 * len(alarms) / max(1, len(world.registrations)), 2),
        "n": len(wanted),
    }


def matcher(world: World, threshold: float = 0.5) -> list[tuple[str, str]]:
    return [(p.registration, p.account) for p in pairs(world) if p.probability >= threshold]


Method = Callable[[World], list[tuple[str, str]]]
