"""Renders the pages of this door from their templates; autoescape on, no script and no style inside."""

import hashlib
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

STATIC = Path(__file__).parents[1] / "static" / "share"
CARDS_STATIC = Path(__file__).parents[3] / "cards" / "static"
FILES = {
    "cards.css": CARDS_STATIC / "cards.css",
    "share.css": STATIC / "share.css",
    "share.js": STATIC / "share.js",
    "tile.css": STATIC / "tile.css",
}
"""Everything static that a share page asks for, by the name it asks for."""

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
DEFAULT_COLOR = "#3b5bdb"

Color = tuple[int, ...]
_WHITE, _BLACK, _DARK_GROUND = (255, 255, 255), (0, 0, 0), (22, 27, 33)

AA = 4.5
"""WCAG: the least contrast of text."""

LIGHT_UNDER_MARK, DARK_UNDER_MARK = 5.8, 7.1
"""What text must have without the marks, so that AA is left where a letter and the faint tile lie over it."""


def _version() -> str:
    digest = hashlib.sha256()
    for path in FILES.values():
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


VERSION = _version()
"""Names the static files' content, so that browsers may keep them."""


def color_name(color: str) -> str:
    """The colour as its stylesheet is called: six hex digits, ours where the tenant's is none."""
    return (color if _COLOR.fullmatch(color) else DEFAULT_COLOR)[1:].lower()


def brand_css(name: str) -> str:
    """The tenant's colour as CSS variables: the ink that is legible on it, and shades of it that are legible on
    light and on dark ground."""
    color = (int(name[0:2], 16), int(name[2:4], 16), int(name[4:6], 16))
    ink = "#ffffff" if _contrast(color, _WHITE) >= AA else "#000000"  # one of both always reaches AA
    light, dark = (
        _legible(color, _WHITE, _BLACK, LIGHT_UNDER_MARK),
        _legible(color, _DARK_GROUND, _WHITE, DARK_UNDER_MARK),
    )
    return (
        f":root{{--brand:#{name};--brand-ink:{ink};--al-brand:{light};"
        f"--al-brand-strong:color-mix(in srgb,{light},#000 20%);--al-focus:{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{--al-brand:{dark};"
        f"--al-brand-strong:color-mix(in srgb,{dark},#fff 25%);--al-focus:{dark}}}}}\n"
    )


def _legible(color: Color, ground: Color, towards: Color, least: float) -> str:
    """The first shade between `color` and `towards` that is legible on `ground`."""
    shades = (
        tuple(round(c + (t - c) * step / 20) for c, t in zip(color, towards, strict=True))
        for step in range(21)
    )
    found = next(shade for shade in shades if _contrast(shade, ground) >= least)
    return "#" + "".join(f"{c:02x}" for c in found)


def _contrast(one: Color, other: Color) -> float:
    """WCAG 2.2: from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    """WCAG 2.2: relative luminance of an sRGB colour."""
    low = 0.04045
    linear = [v / 12.92 if v <= low else ((v + 0.055) / 1.055) ** 2.4 for v in (c / 255 for c in color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


_ENVIRONMENT = Environment(
    loader=PackageLoader("app.doors", "templates/share"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_ENVIRONMENT.globals["version"] = VERSION
_ENVIRONMENT.filters["color_name"] = color_name


def render(template: str, **values: Any) -> str:
    return _ENVIRONMENT.get_template(template).render(**values)


def markup(html: str) -> Markup:
    """HTML that a renderer of ours made, with every text in it escaped already."""
    return Markup(html)  # noqa: S704 - only the card renderer and the mark come through here
