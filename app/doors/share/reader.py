"""The short way to a room: reading it is what viewers do most, so it runs before Flask and builds no request
object. The decisions are the same ones: Rooms asks the gate; anything but an admitted GET goes on to Flask."""

import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

from app.doors.share.headers import HSTS, HTML, NO_STORE, SECURITY
from app.doors.share.house import House
from app.doors.share.visitor import cookie, session_cookie, zone_of
from app.ground.clock import to_iso
from app.ground.log import get_logger

log = get_logger(__name__)

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_ROOM = "/s/room/"
_CODE = re.compile(r"[A-Z0-9]{4,8}")


class RoomReader:
    def __init__(self, house: House, rest: Wsgi) -> None:
        self._house = house
        self._rest = rest
        self._headers = [HTML, NO_STORE, *SECURITY, *([HSTS] if house.https else [])]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"].startswith(_ROOM):
            code = environ["PATH_INFO"][len(_ROOM) :]
            body = self._read(code, environ) if _CODE.fullmatch(code) else None
            if body is not None:
                self._note(code, len(body))
                start_response("200 OK", [*self._headers, ("Content-Length", str(len(body)))])
                return [body]
        return self._rest(environ, start_response)

    def _note(self, code: str, octets: int) -> None:
        """The access log's line. Written straight, since a structured logger costs as much as the whole page; a
        link's code holds letters and digits only, so the line is JSON as it stands."""
        at = to_iso(self._house.clock())
        sys.stderr.write(
            f'{{"event": "share.read", "link": "{code}", "octets": {octets}, "timestamp": "{at}"}}\n'
        )

    def _read(self, code: str, environ: dict[str, Any]) -> bytes | None:
        """The page, or None: then Flask asks the same gate again and answers the refusal or the failure."""
        house = self._house
        cookies = environ.get("HTTP_COOKIE", "")
        session = cookie(cookies, session_cookie(code, https=house.https))
        if not session or "json" in environ.get("HTTP_ACCEPT", ""):
            return None
        try:
            body = house.rooms.serve(code, session, zone_of(cookies), house.clock())
        except Exception as error:  # noqa: BLE001 - Flask meets the same failure and makes a page of it
            log.warning("share.read_failed", link=code, error=type(error).__name__)
            return None
        return body if isinstance(body, bytes) else None
