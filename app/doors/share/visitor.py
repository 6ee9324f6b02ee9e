"""What a request says of its sender. Headers are claims: only the socket's address counts against a limit."""

import hashlib
import re

from flask import Request

from app.ground.errors import AppError, Reason

ZONE_COOKIE = "alongside-zone"

_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]{1,63}")
_KEY = re.compile(r"[A-Za-z0-9._-]{8,128}")
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def session_cookie(code: str, *, https: bool) -> str:
    """The name of a link's session cookie. The __Host- prefix binds it to this very host, over https."""
    return f"{'__Host-' if https else ''}alongside-{code}"


def cookie(header: str, name: str) -> str:
    """The value of the first cookie of this name, or nothing."""
    for part in header.split(";"):
        key, found, value = part.strip().partition("=")
        if found and key == name:
            return value
    return ""


def zone_of(header: str) -> str:
    """The viewer's time zone as the page's script noted it; UTC before it ran."""
    zone = cookie(header, ZONE_COOKIE)
    return zone if _ZONE.fullmatch(zone) else "UTC"


def device(user_agent: str) -> str:
    """The likes of "Chrome on Android": enough to recognise one's own visit, too little to follow a person."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "Another browser")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "another system")
    return f"{browser} on {system}"


def address_hash(link_id: str, address: str) -> str:
    """Tells two visits over one link from the same address, and nothing more."""
    return hashlib.sha256(f"{link_id}\n{address}".encode()).hexdigest()


def require_same_origin(asked: Request, origin: str) -> None:
    """Raises AppError for a form that another site sent.

    Browsers send Sec-Fetch-Site; under our no-referrer policy their Origin is "null" even from our own pages, so it
    only decides where the better header is missing. A client that sends neither is no browser, and has no cookie
    it was tricked into sending.
    """
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise _foreign()
    elif asked.headers.get("Origin", origin) != origin:
        raise _foreign()


def _foreign() -> AppError:
    return AppError(
        Reason.FORBIDDEN,
        "This form was sent from another page. Open your link again, then send it from there.",
    )


def form_key(value: str) -> str:
    """The form's idempotency key. Raises AppError for one that our forms do not make."""
    if not _KEY.fullmatch(value):
        raise AppError(
            Reason.MALFORMED, "This form is incomplete. Load the page again, then send it once more."
        )
    return value
