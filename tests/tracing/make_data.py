"""Makes the stored screenshots anew: `python -m tests.tracing.make_data`. Needs Chromium; the tests do not.

Each is a quarter of a real share page, grey, since that is what the decoder looks at.
"""

import json
from pathlib import Path

from benchmarks.trace_pages import screenshots

DATA = Path(__file__).with_name("data")
WANTED = (
    "sparse-light-1280@1",
    "sparse-dark-1280@1",
    "dense-light-1440@1",
    "dense-dark-1280@1",
    "dense-light-1280@2",
    "dense-light-390@3",
    "unmarked-sparse-light-1280@1",
    "unmarked-dense-dark-1280@1",
)
SEED = 5
LARGEST = (720, 480)
LARGEST_DENSE = (960, 720)
"""Two and three device pixels make a larger tile, of which a screen holds fewer."""


def main() -> None:
    key, shots = screenshots(SEED)
    index: dict[str, str | None] = {}
    for shot in shots:
        if shot.name not in WANTED:
            continue
        most = LARGEST if shot.name.endswith("@1") else LARGEST_DENSE
        width, height = (min(side, limit) for side, limit in zip(shot.picture.size, most, strict=True))
        left, top = (shot.picture.width - width) // 2, (shot.picture.height - height) // 2
        name = shot.name.replace("@", "-at-")
        cut = shot.picture.crop((left, top, left + width, top + height)).convert("L")
        cut.save(DATA / f"{name}.png", optimize=True)
        index[name] = None if shot.view is None else f"{shot.view:016x}"
    said = {"key": key.secret.decode(), "views": index}
    (DATA / "index.json").write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
