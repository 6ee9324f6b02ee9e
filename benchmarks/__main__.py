"""Prints one JSON object per figure: `python -m benchmarks` for all, `python -m benchmarks share …` for some.

What follows a name and begins with a dash is for that benchmark: `python -m benchmarks scale --records 1000000`.
"""

import importlib
import json
import sys

NAMES = (
    *(
        "share",
        "panel",
        "sync",
        "idle",
        "rebuild",
        "agent",
        "conflicts",
        "trace",
        "exposure",
        "blast",
        "events",
    ),
    *("scale", "hosts", "lag"),
)
"""Each is a module here with a function run() that yields dicts: benchmark, metric, value, unit, n, …"""


def main(words: list[str]) -> int:
    wanted, options = _parted(words)
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
        for figure in module.run(options) if options else module.run():
            print(json.dumps(figure), flush=True)
    return 0


def _parted(words: list[str]) -> tuple[list[str], list[str]]:
    """Names, and what is meant for the one benchmark that is named."""
    first = next((place for place, word in enumerate(words) if word.startswith("-")), len(words))
    return words[:first], words[first:]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
