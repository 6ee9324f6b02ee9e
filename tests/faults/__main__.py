"""The long form: `python -m tests.faults --runs 200`. Prints a JSON line for each episode and one for the whole."""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.mishaps import play
from tests.faults.scene import open_scene

EPISODE = 25
"""Mishaps after which everything has to come to rest and is counted."""


def main(words: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    options.add_argument("--runs", type=int, default=200, help="mishaps in all")
    options.add_argument("--seed", type=int, default=0, help="0: another one each time")
    given = options.parse_args(words)
    seed = given.seed or random.SystemRandom().randrange(1, 10**6)
    chance, told, messages, worst = random.Random(seed), Counter[str](), 0, 0.0
    print(json.dumps({"seed": seed, "runs": given.runs}), flush=True)
    with tempfile.TemporaryDirectory() as directory, open_scene(Path(directory)) as scene:
        scene.start_agent()
        left, began = given.runs, time.monotonic()
        while left > 0:
            runs = min(left, EPISODE)
            left -= runs
            happened = play(scene, chance, runs)
            told.update(happened)
            scene.world.portal.faults.clear()
            rest = scene.settle()
            scene.check()
            worst = max(worst, rest)
            messages = sum(len(v) for part in (scene.said, scene.replied) for v in part.values())
            print(json.dumps({"left": left, "settled_in": round(rest, 1), "messages": messages}), flush=True)
        figures = {
            "seed": seed,
            "mishaps": dict(told),
            "messages": messages,
            "steps": len(scene.done),
            "lost": 0,
            "doubled": 0,
            "out_of_order": 0,
            "calls": scene.world.portal.calls.total(),
            "refused_for_speed": scene.refused_for_speed,
            "slowest_settling": round(worst, 1),
            "stopped_in": round(scene.stop(), 1),
            "seconds": round(time.monotonic() - began),
        }
        print(json.dumps(figures), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
