"""Style and script of the share pages, and the tenant's colour as a stylesheet: the CSP allows no inline style.
Nothing here depends on a link, so browsers may keep it."""

import re

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from app.doors.share.pages import FILES, VERSION, brand_css

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_COLOR = re.compile(r"[0-9a-f]{6}")


def asset_door() -> Blueprint:
    door = Blueprint("assets", __name__)

    @door.get("/s/static/<name>")
    def static(name: str) -> Response:
        path = FILES.get(name)
        if path is None:
            raise NotFound
        return _kept(path.read_bytes(), _TYPES[path.suffix])

    @door.get("/s/room/<code>/tile.css")
    def tile(code: str) -> Response:  # noqa: ARG001 - the same bytes for every code, so it tells nothing of any
        return static("tile.css")

    @door.get("/s/look/<name>.css")
    def look(name: str) -> Response:
        if not _COLOR.fullmatch(name):
            raise NotFound
        return _kept(brand_css(name), _TYPES[".css"])

    return door


def _kept(body: bytes | str, content_type: str) -> Response:
    """For a year where the address names the content, for a minute where it does not."""
    age = 31_536_000 if request.args.get("v") == VERSION else 60
    headers = [("Content-Type", content_type), ("Cache-Control", f"public, max-age={age}")]
    return Response(body, headers=headers)
