"""What stands behind hubspot.fetch: takes a card's request, signs it as HubSpot does and forwards it.

Lossy on purpose: HubSpot hides statuses and headers, so a card that leaned on them would break here too.
"""

import http.client
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from app.ground.clock import Clock
from app.sandbox.hubspot.signing import proxied_url, signed_headers

MAX_BYTES = 1_000_000
"""HubSpot's cap on a request and on an answer."""

MAX_TIMEOUT_MS = 15_000
"""The limit of HubSpot's older documents. Newer ones allow more; a card that keeps to this works with both."""

MAX_CONCURRENT = 20
"""Requests in flight per app and account; one more is answered 429."""

METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmUser:
    """Someone who is signed in to the portal. `role` is what the page says of them."""

    id: int
    email: str
    first_name: str
    last_name: str
    role: str = "Seller"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class ProxyAnswer:
    status: int
    body: str


class ProxyRefusalError(Exception):
    """HubSpot's own no, before anything is forwarded."""

    def __init__(self, message: str, status: int = 400, category: str = "VALIDATION_ERROR") -> None:
        super().__init__(message)
        self.status = status
        self.category = category

    def answer(self) -> ProxyAnswer:
        return ProxyAnswer(
            self.status,
            json.dumps({"status": "error", "message": str(self), "category": self.category}),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    method: str
    url: str
    body: bytes
    headers: dict[str, str]
    timeout: float


class SigningProxy:
    """Forwards what a card asks for, as `user`, with HubSpot's signature over the public address.

    `permitted` are the address prefixes that the app's project file lists. `forward_to` is where the first of them
    is really reached from here; empty if it is reached under its own name.
    """

    def __init__(
        self,
        *,
        client_secret: str,
        portal_id: int,
        app_id: int,
        permitted: tuple[str, ...],
        forward_to: str,
        clock: Clock,
    ) -> None:
        self._secret = client_secret
        self._portal_id = portal_id
        self._app_id = app_id
        self._permitted = permitted
        self._forward_to = forward_to
        self._clock = clock
        self._slots = threading.BoundedSemaphore(MAX_CONCURRENT)

    def forward(self, wanted: Mapping[str, Any], user: CrmUser) -> ProxyAnswer:
        """The backend's answer as a card would get it. Never raises for what a card or a backend does wrong."""
        try:
            call = self._checked(wanted, user)
        except ProxyRefusalError as refusal:
            return refusal.answer()
        if not self._slots.acquire(blocking=False):
            return ProxyRefusalError("Too many requests in flight.", 429, "RATE_LIMITS").answer()
        try:
            return self._send_twice(call)
        finally:
            self._slots.release()

    def _checked(self, wanted: Mapping[str, Any], user: CrmUser) -> _Call:
        headers = wanted.get("requestHeaders") or {}
        if not isinstance(headers, dict) or any(name.lower() != "authorization" for name in headers):
            raise ProxyRefusalError("Only the Authorization header may be set.")
        method = str(wanted.get("method") or "GET").upper()
        if method not in METHODS:
            raise ProxyRefusalError(f"Unsupported method: {method[:20]}")
        address = str(wanted.get("requestUri") or "")
        if not self._is_permitted(address):
            raise ProxyRefusalError(
                f"{address[:200]} is not among the app's permittedUrls.", 403, "FORBIDDEN"
            )
        given = wanted.get("requestBody")
        body = b"" if given is None else json.dumps(given, separators=(",", ":"), ensure_ascii=False).encode()
        if len(body) > MAX_BYTES:
            raise ProxyRefusalError("The request is larger than 1 MB.", 413)
        url = proxied_url(address, user.id, self._portal_id, user.email, self._app_id)
        signed = signed_headers(self._secret, method, url, body, int(self._clock().timestamp() * 1000))
        content = {"Content-Type": "application/json"} if body else {}
        return _Call(
            method=method,
            url=url,
            body=body,
            headers={**headers, **content, **signed},
            timeout=_timeout(wanted.get("requestTimeoutMillis")),
        )

    def _is_permitted(self, address: str) -> bool:
        """Whether one of the listed prefixes covers `address`, origin exactly and path by whole segments."""
        asked = urlsplit(address)
        for prefix in self._permitted:
            allowed = urlsplit(prefix)
            path = allowed.path.rstrip("/")
            if (asked.scheme, asked.netloc) == (allowed.scheme, allowed.netloc) and (
                asked.path == path or asked.path.startswith(f"{path}/")
            ):
                return True
        return False

    def _send_twice(self, call: _Call) -> ProxyAnswer:
        """HubSpot tries once more after a failed connection or a 5xx: a backend must be idempotent."""
        status = 0
        for _attempt in range(2):
            try:
                status, body = self._send(call)
            except TimeoutError:
                return _bad_gateway(504)
            except (OSError, http.client.HTTPException):
                continue
            if 200 <= status < 300:
                return ProxyAnswer(status, body)
            if status < 500:
                break
        return _bad_gateway(status)

    def _send(self, call: _Call) -> tuple[int, str]:
        public = urlsplit(call.url)
        reached = urlsplit(self._forward_to or call.url)
        kind = http.client.HTTPSConnection if reached.scheme == "https" else http.client.HTTPConnection
        connection = kind(reached.hostname or "", reached.port, timeout=call.timeout)
        target = f"{public.path}?{public.query}"
        try:
            connection.request(
                call.method, target, call.body or None, {**call.headers, "Host": public.netloc}
            )
            answer = connection.getresponse()
            body = answer.read(MAX_BYTES + 1)
        finally:
            connection.close()
        if len(body) > MAX_BYTES:
            return 502, ""
        return answer.status, body.decode("utf-8", "replace")


def _timeout(asked: Any) -> float:
    millis = asked if isinstance(asked, int | float) and asked > 0 else MAX_TIMEOUT_MS
    return min(millis, MAX_TIMEOUT_MS) / 1000


def _bad_gateway(status: int) -> ProxyAnswer:
    """HubSpot's development proxy turns every other answer into this, with 200; production is no kinder."""
    context = {"appServerStatusCode": [str(status)]}
    body = {
        "status": "error",
        "message": "The app server did not answer with success.",
        "category": "BAD_GATEWAY",
        "context": context,
    }
    return ProxyAnswer(200, json.dumps(body))
