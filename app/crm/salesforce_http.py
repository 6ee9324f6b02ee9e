"""The session all Salesforce calls go through: time-outs, no redirects, a size cap, and where it may go."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests

from app.crm.port import RateLimited, Rejected, Unavailable
from app.crm.salesforce_errors import Busy

TIMEOUT = (3.0, 10.0)
"""Seconds to connect, and to wait for the next byte. The SDK itself waits for ever."""

MAX_ANSWER = 64 * 1024 * 1024
"""Bytes. A page of 2,000 rows with long texts stays far below."""

CLIENT = "AlongsideSync"
"""Names our own writes in change events (changeOrigin), so that they can be told from people's."""

DEFAULT_PAUSE = 30.0
"""Seconds to wait after a limit whose answer does not say."""

_VENDOR = (".salesforce.com", ".salesforce.mil")
_ORGS = (".my.salesforce.com", ".my.salesforce.mil", ".my.sfcrmproducts.cn")


def is_stand_in(login_origin: str) -> bool:
    """Whether the login origin is not Salesforce's own: then it receives every call."""
    return not (urlsplit(login_origin).hostname or "").endswith(_VENDOR)


def is_org_url(url: str) -> bool:
    """Whether a url is https and an org's own domain: nothing else may receive a session token."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    return parts.scheme == "https" and host.endswith(_ORGS) and port in (None, 443) and "@" not in url


class SalesforceSession(requests.Session):
    """Raises the port's errors for what is no answer, so the SDK sees only answers it can read.

    The SDK hard-codes https; where a stand-in is meant, this is what turns each call to it.
    """

    def __init__(self, login_origin: str, timeout: tuple[float, float] = TIMEOUT) -> None:
        super().__init__()
        self._timeout = timeout
        self._stand_in = login_origin if is_stand_in(login_origin) else None
        self._login_host = urlsplit(login_origin).hostname
        # A .netrc entry would replace our bearer; a proxy must not come between us and a stand-in on this machine.
        self.trust_env = self._stand_in is None
        self.headers["Sforce-Call-Options"] = f"client={CLIENT}"

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        self._direct(request)
        kwargs.update(timeout=self._timeout, allow_redirects=False, stream=True)
        try:
            response = super().send(request, **kwargs)
            _read_all(response)
        except requests.RequestException as error:
            raise Unavailable("Salesforce did not answer.") from error
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            pause = retry_after(response.headers)
            raise RateLimited("Salesforce asks us to slow down.", pause)
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            raise Busy("Salesforce is too busy.")
        if response.is_redirect or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Unavailable(f"Salesforce answered {response.status_code}.")
        return response

    def _direct(self, request: requests.PreparedRequest) -> None:
        parts = urlsplit(request.url or "")
        if self._stand_in:
            request.url = self._stand_in + (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        elif not is_org_url(request.url or "") and parts.hostname != self._login_host:
            raise Rejected("This address does not belong to Salesforce.")


def _read_all(response: requests.Response) -> None:
    """Takes the body in, up to the cap."""
    body = bytearray()
    for piece in response.iter_content(65_536):
        body += piece
        if len(body) > MAX_ANSWER:
            response.close()
            raise Unavailable("Salesforce answered more than we take.")
    response._content = bytes(body)  # noqa: SLF001 - what reading the whole body would have set


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds, from a Retry-After in either form."""
    value = headers.get("Retry-After", "")
    try:
        return max(float(value), 1.0)
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(value)
        sent = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return DEFAULT_PAUSE
    return max((until - sent).total_seconds(), 1.0)
