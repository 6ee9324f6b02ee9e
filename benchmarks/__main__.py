"""Prints one JSON object per figure: `python -m benchmarks` for all, `python -m benchmarks share …` for some."""

import importlib
import json
import sys

NAMES = ("share", "panel", "sync", "publish", "agent", "conflicts", "trace", "exposure", "blast", "events")
"""Each is a module here with a function run() that yields dicts: benchmark, metric, value, unit, n, …"""


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        print(f"There is no benchmark called {unknown[0]!r}. There are: {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    for name in wanted or NAMES:
        try:
            module = importlib.import_module(f"benchmarks.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"benchmarks.{name}" or name in wanted:
                raise
            continue
        for figure in module.run():
            print(json.dumps(figure), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
