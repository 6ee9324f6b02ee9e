"""The stylesheet's promises: contrast, the 4 px grid, three sizes, nothing from outside."""

import re
from pathlib import Path

import pytest

from cards import html

SHEET = (Path(html.__file__).parent / "static" / "cards.css").read_text(encoding="utf-8")

LEAST = 4.75
"""AA asks for 4.5; the rest is for screens in sunlight and for the watermark laid over it."""

PAIRS = [
    ("text", "ground"),
    ("text", "raised"),
    ("muted", "ground"),
    ("muted", "raised"),
    ("brand", "ground"),
    ("brand-strong", "ground"),
    ("on-brand", "brand"),
    ("on-brand", "brand-strong"),
    ("danger", "ground"),
    ("danger", "info-soft"),
    ("team", "team-soft"),
    *((f"{tone}", f"{tone}-soft") for tone in ("info", "success", "warning", "danger")),
    *(("text", f"{tone}-soft") for tone in ("info", "success", "warning", "danger", "team")),
    *(("muted", f"{tone}-soft") for tone in ("info", "team", "danger")),
    *((tone, "ground") for tone in ("info", "success", "warning", "team")),
]


def tokens(scheme: str) -> dict[str, str]:
    light, dark = re.findall(r":root \{(.*?)\}", SHEET, re.DOTALL)
    found = dict(re.findall(r"--al-([\w-]+): (#[0-9a-f]{6})", light))
    return found | (dict(re.findall(r"--al-([\w-]+): (#[0-9a-f]{6})", dark)) if scheme == "dark" else {})


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(text, ground, scheme):
    found = tokens(scheme)

    assert contrast(found[text], found[ground]) >= LEAST


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_controls_stand_out_from_their_ground(scheme):
    found = tokens(scheme)

    assert contrast(found["control"], found["ground"]) >= 3
    assert contrast(found["focus"], found["ground"]) >= 3


def test_distances_keep_to_the_grid():
    distances = re.findall(r"(?:gap|margin[\w-]*|padding[\w-]*):([^;]+);", SHEET)
    pixels = {int(n) for value in distances for n in re.findall(r"(\d+)px", value)}

    # A border takes part of the grid cell it stands in, so 1, 2, 5, 6, 7 and 9 complete a border to a multiple of 4.
    assert {n for n in pixels if n % 4} <= {1, 2, 5, 6, 7, 9}


def test_there_are_three_sizes_of_text():
    assert len(re.findall(r"--al-size-\w+:", SHEET)) == 3
    assert set(re.findall(r"font-size: ([^;]+);", SHEET)) <= {
        "var(--al-size-s)",
        "var(--al-size-l)",
        "16px",
    }


def test_nothing_is_fetched_from_outside():
    assert not re.search(r"url\(|@import|@font-face", SHEET)


def test_colours_stand_in_tokens_only():
    body = re.sub(r":root \{.*?\}", "", SHEET, flags=re.DOTALL)

    assert not re.search(r"#[0-9a-f]{3,8}\b|rgb|hsl", body)
