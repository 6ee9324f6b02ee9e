"""How often the hidden tile is read back from manipulated screenshots of real share pages, and whether ever wrongly.

Needs Chromium. 770 manipulations in an order that is drawn, so that the first of them (`--manipulations 500`) stand
for all. The seeds are fixed, the ids and the key are new in every run. A wrong attribution, or any at all in a page
without the tile, ends the run with an error: the figure must be zero.
"""

import argparse
import io
import multiprocessing
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from PIL import Image

from app.tracing.code import Key
from benchmarks.trace_pages import Shot, screenshots

SEED = 20261122
MARKED_ROUNDS, UNMARKED_ROUNDS = 4, 3
PROCESSES = 2

Change = Callable[[Image.Image, random.Random], Image.Image]


def crop(picture: Image.Image, rng: random.Random) -> Image.Image:
    """A quarter of the area from any place, in another shape."""
    shape = rng.uniform(0.67, 1.5) ** 0.5
    width = min(picture.width, int(picture.width / 2 * shape))
    height = min(picture.height, int(picture.height / 2 / shape))
    left, top = rng.randint(0, picture.width - width), rng.randint(0, picture.height - height)
    return picture.crop((left, top, left + width, top + height))


def scale(picture: Image.Image, rng: random.Random) -> Image.Image:
    """To anything from half to double."""
    return _scaled(picture, 2 ** rng.uniform(-1, 1), rng)


def halve(picture: Image.Image, rng: random.Random) -> Image.Image:
    return _scaled(picture, 0.5, rng)


def _scaled(picture: Image.Image, factor: float, rng: random.Random) -> Image.Image:
    how = rng.choice((Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS))
    return picture.resize((round(picture.width * factor), round(picture.height * factor)), how)


def jpeg(picture: Image.Image, _: random.Random) -> Image.Image:
    """Quality 60 with the usual halved colours."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=60)
    return Image.open(io.BytesIO(file.getvalue()))


def grey(picture: Image.Image, _: random.Random) -> Image.Image:
    return picture.convert("L")


CATEGORIES: dict[str, tuple[Change, ...]] = {
    "none": (),
    "crop25": (crop,),
    "scale": (scale,),
    "jpeg60": (jpeg,),
    "grey": (grey,),
    "crop25+jpeg60": (crop, jpeg),
    "scale+jpeg60": (scale, jpeg),
    "crop25+scale+grey": (crop, scale, grey),
    "crop25+scale+jpeg60+grey": (crop, scale, grey, jpeg),
    "crop25+half+jpeg60": (crop, halve, jpeg),
}

Outcome = tuple[str, bool, bool, int, float]
"""Category, whether there was a mark, whether it was read, how many wrong ones were, CPU seconds."""

_key: Key
_shots: list[Shot]


def _ready(key: Key, shots: list[Shot]) -> None:
    global _key, _shots
    _key, _shots = key, shots


def _try(job: tuple[str, int, int]) -> Outcome:
    from app.tracing.decode import read

    category, number, _ = job
    shot, rng = _shots[number], random.Random(f"{SEED} {job}")
    picture = shot.picture
    for change in CATEGORIES[category]:
        picture = change(picture, rng)
    began = time.process_time()
    found = [mark.view for mark in read(picture, [_key])]
    took = time.process_time() - began
    return (
        category,
        shot.view is not None,
        shot.view in found,
        len([v for v in found if v != shot.view]),
        took,
    )


def run(argv: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    options = argparse.ArgumentParser("python -m benchmarks trace")
    options.add_argument("--manipulations", type=int, default=None)
    given = options.parse_args(argv)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    key, shots = screenshots(SEED)
    jobs = [
        (category, number, turn)
        for category, changes in CATEGORIES.items()
        for number, shot in enumerate(shots)
        # What is not random is tried once.
        for turn in range(
            (UNMARKED_ROUNDS if shot.view is None else MARKED_ROUNDS)
            if set(changes) & {crop, scale, halve}
            else 1
        )
    ]
    random.Random(SEED).shuffle(jobs)
    jobs = jobs[: given.manipulations]
    with multiprocessing.get_context("spawn").Pool(PROCESSES, _ready, (key, shots)) as pool:
        outcomes = list(pool.imap_unordered(_try, jobs))
    if wrong := sum(outcome[3] for outcome in outcomes):
        raise SystemExit(f"benchmark trace: {wrong} wrong attributions; there must be none")
    for category in CATEGORIES:
        if mine := [o for o in outcomes if o[0] == category and o[1]]:
            yield _figure("recovered", category, mine)
    yield _figure("recovered", "all", [o for o in outcomes if o[1]])
    unmarked = [o for o in outcomes if not o[1]]
    yield {
        "benchmark": "trace",
        "metric": "wrong_attributions",
        "value": 0,
        "unit": "marks that name a view that was not shown",
        "n": len(outcomes),
        "unmarked": len(unmarked),
        "unmarked_median_cpu_seconds": round(statistics.median(o[4] for o in unmarked), 2),
    }


def _figure(metric: str, category: str, outcomes: list[Outcome]) -> dict[str, Any]:
    times = sorted(outcome[4] for outcome in outcomes)
    return {
        "benchmark": "trace",
        "metric": metric,
        "category": category,
        "value": round(sum(outcome[2] for outcome in outcomes) / len(outcomes), 4),
        "unit": "of the manipulated screenshots",
        "n": len(outcomes),
        "read": sum(outcome[2] for outcome in outcomes),
        "median_cpu_seconds": round(statistics.median(times), 2),
        "p95_cpu_seconds": round(times[int(len(times) * 0.95)], 2),
    }
