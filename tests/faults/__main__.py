"""The long form: `python -m tests.faults --runs 200`: so many deaths of processes at least on each database, and the
bad days of the CRM that fall in between. Prints a JSON line for each episode and for each database."""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.mishaps import BOUND_OF_CALLS, DEATHS, kill_postgres, kill_web, play
from tests.faults.scene import open_scene
from tests.postgres import Postgres

EPISODE = 25
"""Mishaps after which everything has to come to rest and is counted."""

DATABASES = ("sqlite", "postgresql")
DEADLY = frozenset(one.__name__ for one in (*DEATHS, kill_web, kill_postgres))


def main(words: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    options.add_argument("--runs", type=int, default=200, help="deaths on each database, at least")
    options.add_argument("--seed", type=int, default=0, help="0: another one each time")
    options.add_argument("--database", choices=DATABASES, help="this one alone")
    given = options.parse_args(words)
    seed = given.seed or random.SystemRandom().randrange(1, 10**6)
    for database in [given.database] if given.database else DATABASES:
        print(json.dumps({"database": database, "seed": seed, "runs": given.runs}), flush=True)
        print(json.dumps(suffer(database, seed, given.runs)), flush=True)
    return 0


def suffer(database: str, seed: int, runs: int) -> dict[str, object]:
    """What happened and what it cost. Raises AssertionError at the first thing lost, doubled or out of order."""
    chance, told, messages, worst, calls = random.Random(seed), Counter[str](), 0, 0.0, 0
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        postgres = Postgres(directory, fsync=False) if database == "postgresql" else None
        with open_scene(directory, postgres) as scene:
            scene.start_web()
            scene.start_agent()
            deaths, began = 0, time.monotonic()
            while deaths < runs:
                scene.world.portal.calls.reset()
                told.update(play(scene, chance, EPISODE))
                deaths = sum(times for name, times in told.items() if name in DEADLY)
                scene.world.portal.faults.clear()
                rest = scene.settle()
                scene.check()
                worst = max(worst, rest)
                asked = scene.world.portal.calls.total()
                assert asked <= BOUND_OF_CALLS * EPISODE, f"{asked} calls for {EPISODE} mishaps"
                calls += asked
                messages = sum(len(v) for part in (scene.said, scene.replied) for v in part.values())
                line = {"deaths": deaths, "settled_in": round(rest, 1), "messages": messages, "calls": asked}
                print(json.dumps(line), flush=True)
            return {
                "database": database,
                "seed": seed,
                "deaths": deaths,
                "mishaps": dict(told),
                "messages": messages,
                "steps": len(scene.done),
                "lost": 0,
                "doubled": 0,
                "out_of_order": 0,
                "calls": calls,
                "refused_for_speed": scene.refused_for_speed,
                "slowest_settling": round(worst, 1),
                "stopped_in": round(scene.stop(), 1),
                "seconds": round(time.monotonic() - began),
            }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
