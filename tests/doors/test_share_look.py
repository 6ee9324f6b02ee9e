"""Contrast of the share pages' colours, also where a letter of the mark lies over them."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.doors.share.pages import AA, FILES, _contrast, brand_css, color_name
from app.tracing.tile import FAINT, STRENGTH

GROUNDS = ("--al-ground", "--al-raised", "--al-info-soft")
TEXTS = ("--al-text", "--al-muted")
SOFT = ("success", "warning", "danger", "info")


def tokens() -> tuple[dict[str, str], dict[str, str]]:
    css = FILES["cards.css"].read_text("utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    day = dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", light))
    return day, {**day, **dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", dark))}


def letters() -> tuple[float, float]:
    """How much of black the mark lays over a light page, and of white over a dark one."""
    css = FILES["share.css"].read_text("utf-8")
    day, night = re.findall(r"fill-opacity: ([\d.]+);", css)[:2]
    return float(day), float(night)


def rgb(color: str) -> tuple[int, ...]:
    return tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))


def under(color: tuple[int, ...], letter: int, alpha: float) -> tuple[int, ...]:
    return tuple(round(c * (1 - alpha) + letter * alpha) for c in color)


def worst(text: tuple[int, ...], ground: tuple[int, ...], strength: int = STRENGTH) -> float:
    """The contrast where the tile's cells take the most of it: at the edge of two cells, text under one, ground
    under the other."""
    alpha = strength / 255
    pairs = product((0, 255), (0, 255))
    return min(_contrast(under(text, one, alpha), under(ground, other, alpha)) for one, other in pairs)


@pytest.mark.parametrize("scheme", [0, 1])
def test_text_keeps_aa_contrast_beneath_the_mark_and_the_tile(scheme):
    colors, letter, alpha = tokens()[scheme], (0, 255)[scheme], letters()[scheme]
    pairs = [*product(TEXTS, GROUNDS), *((f"--al-{t}", f"--al-{t}-soft") for t in SOFT)]
    pairs += [(f"--al-{tone}", "--al-ground") for tone in SOFT]

    for text, ground in pairs:
        contrast = worst(rgb(colors[text]), under(rgb(colors[ground]), letter, alpha))
        assert contrast >= AA, f"{text} on {ground}: {contrast:.2f}"


@given(st.from_regex(r"[0-9a-f]{6}", fullmatch=True))
def test_any_brand_colour_becomes_legible(name):
    css = brand_css(name)

    brand, ink, light, dark = (
        rgb(re.search(pattern, css).group(1))
        for pattern in (
            r"--brand:(#\w+)",
            r"--brand-ink:(#\w+)",
            r"^:root.*--al-brand:(#\w+)",
            r"dark.*--al-brand:(#\w+)",
        )
    )
    assert _contrast(brand, ink) >= AA
    (day, night), white = letters(), (255, 255, 255)
    assert worst(light, under(white, 0, day)) >= AA
    assert worst(dark, under((22, 27, 33), 255, night)) >= AA


def test_who_asks_for_more_contrast_gets_a_fainter_tile():
    assert "prefers-contrast: more" in FILES["tile.css"].read_text("utf-8")
    assert FAINT < STRENGTH
    assert worst((0, 0, 0), (255, 255, 255), FAINT) > worst((0, 0, 0), (255, 255, 255))


@pytest.mark.parametrize("color", ["", "red", "#12", "#12345g", "#123456;}body{", "url(x)"])
def test_what_is_no_colour_becomes_ours(color):
    assert re.fullmatch(r"[0-9a-f]{6}", color_name(color))
