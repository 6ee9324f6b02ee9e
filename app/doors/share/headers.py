"""The headers of every answer of this door, and how a page becomes one."""

from flask import Response

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""connect-src, because the script asks for its own page again while an answer is on its way."""

SECURITY = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("X-Robots-Tag", "noindex, nofollow, noarchive"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)

NO_STORE = ("Cache-Control", "private, no-store")
HTML = ("Content-Type", "text/html; charset=utf-8")

PICTURE = ("Content-Type", "image/png")
TEXT = ("Content-Type", "text/plain; charset=utf-8")

HSTS = ("Strict-Transport-Security", "max-age=31536000")
"""Sent where the share pages are served over https."""


def page(body: str | bytes, status: int = 200) -> Response:
    """An HTML page that nothing may cache."""
    return Response(body, status=status, headers=[HTML, NO_STORE])


def see_other(where: str) -> Response:
    """Leads a browser on by GET."""
    return Response(status=303, headers=[("Location", where), NO_STORE])


def finish(response: Response, *, https: bool) -> Response:
    """The answer with what every answer of this door carries."""
    for name, value in SECURITY:
        response.headers[name] = value
    if https:
        response.headers[HSTS[0]] = HSTS[1]
    response.headers.setdefault(*NO_STORE)
    return response
