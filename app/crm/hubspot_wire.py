"""The SDK's own transport, speaking the dated API: one request, its answer, and nothing decided about it.

hubspot-api-client 12 knows only the paths that end in 2027, but its transport takes any path. It has no time-out,
follows redirects and does not retry a POST unless told, so all three are told here.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hubspot import HubSpot
from hubspot.crm.objects.exceptions import ApiException
from urllib3 import Retry
from urllib3.exceptions import HTTPError

from app.crm.hubspot_paths import Endpoint
from app.crm.port import Unavailable
from app.ground.log import get_logger
from app.ground.metrics import count_call, outcome_of

TIMEOUT_SECONDS = (3.0, 10.0)
"""To connect, and between two bytes of an answer: a card has to answer within HubSpot's 15 seconds."""

_ANSWERS = dict.fromkeys((200, 201, 202, 204, 207), "object")
_log = get_logger()


def _retry() -> Retry:
    """Two more tries where the gateway says it did not reach the API. All our writes bear our own id, so a POST
    may be repeated. 429 is not repeated here: the caller knows better how long to wait."""
    return Retry(
        total=2,
        connect=2,
        read=0,
        status=2,
        other=0,
        redirect=False,
        status_forcelist=(502, 503, 504),
        allowed_methods=None,
        backoff_factor=0.2,
        respect_retry_after_header=False,
        raise_on_status=False,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 - 2xx


class Wire:
    """A connection pool to one API origin."""

    def __init__(
        self, api_origin: str, timeout: tuple[float, float] = TIMEOUT_SECONDS, tenant_id: str = ""
    ) -> None:
        self._timeout = timeout
        self._tenant_id = tenant_id
        self._client = HubSpot(host=api_origin, retry=_retry()).crm.objects.basic_api.api_client

    def send(
        self,
        endpoint: Endpoint,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        token: str = "",
    ) -> Answer:
        """HubSpot's answer, whatever its status. Raises Unavailable if there is none, or only half of one."""
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        started = time.monotonic()
        outcome = "unavailable"
        try:
            answer = self._exchange(
                endpoint, dict(path or {}), list((query or {}).items()), headers, body, form
            )
            outcome = outcome_of(answer.status)
            return answer
        finally:
            count_call("hubspot", endpoint.name, outcome, self._tenant_id)
            _log.debug(
                "crm.called",
                provider="hubspot",
                operation=endpoint.name,
                seconds=round(time.monotonic() - started, 3),
                outcome=outcome,
            )

    def _exchange(
        self,
        endpoint: Endpoint,
        path: dict[str, str],
        query: list[tuple[str, str]],
        headers: dict[str, str],
        body: Mapping[str, Any] | None,
        form: Mapping[str, str] | None,
    ) -> Answer:
        try:
            found, status, answered = self._client.call_api(
                endpoint.path,
                endpoint.method,
                path,
                query,
                headers,
                body=body,
                post_params=list(form.items()) if form is not None else None,
                response_types_map=_ANSWERS,
                auth_settings=[],
                _request_timeout=self._timeout,
            )
        except ApiException as refused:
            return Answer(
                status=int(refused.status or 0),
                headers=dict(refused.headers or {}),
                body=_parsed(refused.body),
            )
        except HTTPError as error:
            raise Unavailable(f"HubSpot did not answer ({type(error).__name__}).") from error
        except (UnicodeDecodeError, AttributeError) as error:
            # The SDK trips over its own error when an answer is not UTF-8 or the TLS handshake failed.
            raise Unavailable("HubSpot's answer could not be read.") from error
        if status == 204 and not found:  # noqa: PLR2004 - no content
            return Answer(status=status, headers=dict(answered), body={})
        if not isinstance(found, dict):
            raise Unavailable("HubSpot's answer stopped half-way.")
        return Answer(status=status, headers=dict(answered), body=found)


def _parsed(text: object) -> dict[str, Any]:
    try:
        found = json.loads(text) if isinstance(text, str) else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
