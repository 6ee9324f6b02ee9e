"""Stored screenshots, and what befalls pictures on their way."""

import io
import json
from functools import cache
from pathlib import Path

from PIL import Image

from app.tracing import tile
from app.tracing.code import Key

DATA = Path(__file__).with_name("data")
_INDEX = json.loads((DATA / "index.json").read_text("utf-8"))
KEY = Key(_INDEX["key"].encode())
MARKED = {name: int(view, 16) for name, view in _INDEX["views"].items() if view}
UNMARKED = [name for name, view in _INDEX["views"].items() if not view]


@cache
def stored(name: str) -> Image.Image:
    picture = Image.open(DATA / f"{name}.png")
    picture.load()
    return picture


def scaled(picture: Image.Image, factor: float) -> Image.Image:
    return picture.resize([round(side * factor) for side in picture.size], Image.Resampling.BICUBIC)


def saved(picture: Image.Image, kind: str, **options: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def jpeg(picture: Image.Image, quality: int = 60) -> Image.Image:
    return Image.open(io.BytesIO(saved(picture, "JPEG", quality=quality)))


def overlaid(picture: Image.Image, key: Key, view: int, strength: int = tile.STRENGTH) -> Image.Image:
    """The picture under somebody's tile, as a browser lays it."""
    one = Image.open(io.BytesIO(tile.png(key, view, strength))).convert("RGBA")
    layer = Image.new("RGBA", picture.size)
    for x in range(0, picture.width, one.width):
        for y in range(0, picture.height, one.height):
            layer.paste(one, (x, y))
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")
