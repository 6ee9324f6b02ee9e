"""Renders the admin pages from their templates; autoescape on, no script and no style inside."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from app.ground.ids import new_id
from app.reading.safelist import OBJECT_LABELS, TREATMENTS
from cards import words

STATIC = Path(__file__).parents[1] / "static" / "admin"
FILES = {
    "cards.css": Path(__file__).parents[3] / "cards" / "static" / "cards.css",
    "admin.css": STATIC / "admin.css",
    "admin.js": STATIC / "admin.js",
    "programme.js": STATIC / "programme.js",
    "icon.svg": STATIC / "icon.svg",
}
"""Everything static that an admin page asks for, by the name it asks for."""

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

HEADERS = (
    (
        "Content-Security-Policy",
        CONTENT_SECURITY_POLICY,
    ),
    # Same-origin, not none: a form's Origin would be "null" otherwise, and Origin is what tells our forms apart.
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("X-Robots-Tag", "noindex, nofollow, noarchive"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


def _version() -> str:
    digest = hashlib.sha256()
    for path in FILES.values():
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


VERSION = _version()
"""Names the static files' content, so that browsers may keep them."""

_ENVIRONMENT = Environment(
    loader=PackageLoader("app.doors", "templates/admin"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def _stamp(moment: datetime) -> str:
    return words.absolute(moment)


_ENVIRONMENT.filters |= {"stamp": _stamp, "count": words.count, "ago": words.ago}
_ENVIRONMENT.globals |= {
    "version": VERSION,
    "treatments": TREATMENTS,
    "object_labels": OBJECT_LABELS,
    "new_key": new_id,
}


def render(template: str, **values: Any) -> str:
    return _ENVIRONMENT.get_template(template).render(**values)


def page(body: str, status: int = 200) -> Response:
    """An HTML page that nothing may cache."""
    answer = Response(body, status=status, mimetype="text/html")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def see_other(path: str) -> Response:
    """Leads the browser on after a form, so that loading the page again sends nothing twice."""
    return Response(status=303, headers=[("Location", path), ("Cache-Control", "private, no-store")])
