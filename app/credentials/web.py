"""The only way out to issuers: https to public addresses, no redirects, bounded in time and size.

A name is resolved once, every address is judged, and the connection goes to the address that was judged: a name that
changes its mind in between (DNS rebinding) leads nowhere.
"""

import ipaddress
import json
import re
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.util import Timeout

from app.credentials.port import IssuerError

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 3.0, 5.0, 15.0
MAX_BYTES = 2_000_000
"""A badge image with its assertion baked in is some 200 kB."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_HTTPS = 443
_HOST = re.compile(r"[a-z0-9._:-]{1,253}")

Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes

    def json(self) -> Any:
        """Raises IssuerError for what is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise IssuerError("The issuer's answer is not JSON.", retry=False) from None


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the system's resolver gives them. Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet's. What is mapped, tunnelled or special is not."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and (
        ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip in _NAT64
    ):
        return False
    return ip.is_global and not ip.is_multicast


class Web:
    """Safe to share between threads. `stand_ins` are origins (scheme, host and port) that tests serve themselves."""

    def __init__(self, resolver: Resolve = resolve, stand_ins: frozenset[str] = frozenset()) -> None:
        self._resolve = resolver
        self._stand_ins = stand_ins

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer, whatever its status but a redirect. Raises IssuerError, before it connects, for an address
        that is not public."""
        return self._send(url, headers or {})

    def post_form(self, url: str, fields: Mapping[str, str]) -> Answer:
        """Like `get`, for the exchange of a client's secret for a token."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send(url, headers, "POST", urlencode(fields))

    def _send(
        self, url: str, headers: Mapping[str, str], method: str = "GET", body: str | None = None
    ) -> Answer:
        scheme, host, port, path = self._target(url)
        origin = f"{scheme}://{host}:{port}"
        address = host if origin in self._stand_ins else self._judged(host, port)
        limits = Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        pool: urllib3.HTTPConnectionPool
        if scheme == "https":
            pool = urllib3.HTTPSConnectionPool(
                address,
                port,
                timeout=limits,
                server_hostname=host,
                assert_hostname=host,
                cert_reqs="CERT_REQUIRED",
            )
        else:
            pool = urllib3.HTTPConnectionPool(address, port, timeout=limits)
        named = host if port == _HTTPS else f"{host}:{port}"
        sent = {"Accept": "application/json, */*;q=0.1", **headers, "Host": named, "User-Agent": "Alongside"}
        try:
            answer = pool.request(
                method, path, body=body, headers=sent, redirect=False, retries=False, preload_content=False
            )
            return self._read(answer)
        except (urllib3.exceptions.HTTPError, OSError):
            raise IssuerError("The issuer does not answer.", retry=True) from None
        finally:
            pool.close()

    def _target(self, url: str) -> tuple[str, str, int, str]:
        refusal = IssuerError("This is no public https address.", retry=False)
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip(".").lower(), parts.port
            host = host if host.isascii() else host.encode("idna").decode()
        except (ValueError, UnicodeError):
            raise refusal from None
        port = port or {"https": _HTTPS, "http": 80}.get(parts.scheme, 0)
        stands_in = f"{parts.scheme}://{host}:{port}" in self._stand_ins
        if (
            parts.username
            or parts.password
            or not _HOST.fullmatch(host)
            or not (stands_in or (parts.scheme == "https" and port == _HTTPS))
        ):
            raise refusal
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if not path.isascii() or any(c in path for c in " \r\n\t\\"):
            raise refusal
        return parts.scheme, host, port, path

    def _judged(self, host: str, port: int) -> str:
        """The address to connect to. One that is not public spoils the name: no server has both."""
        try:
            found = list(self._resolve(host, port))
        except (OSError, UnicodeError):
            raise IssuerError("The issuer's address is not known.", retry=True) from None
        if not found or not all(is_public(address) for address in found):
            raise IssuerError("This is no public https address.", retry=False)
        return found[0]

    def _read(self, answer: urllib3.BaseHTTPResponse) -> Answer:
        if 300 <= answer.status < 400:  # noqa: PLR2004 - a redirect could lead anywhere
            raise IssuerError("The issuer redirects, which is not followed.", retry=False)
        until, body = time.monotonic() + WHOLE_SECONDS, bytearray()
        for piece in answer.stream(65_536, decode_content=False):
            body += piece
            if len(body) > MAX_BYTES or time.monotonic() > until:
                raise IssuerError("The issuer's answer is too large or too slow.", retry=False)
        return Answer(answer.status, bytes(body))
