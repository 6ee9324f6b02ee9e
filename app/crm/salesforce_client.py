"""Speaks with one org through simple-salesforce, around its faults: one version, one new login, bounded retries.

The SDK is given a session token and never logs in itself: its own retry on a 401 drops the caller's headers and
recurses without bound.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import jwt
import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession

from app.crm.budget import Budget, unlimited
from app.crm.port import AuthExpired, Conflict, CrmError, NotFound, RateLimited, Rejected, Unavailable
from app.crm.salesforce_errors import Busy, error_of
from app.crm.salesforce_http import TIMEOUT, SalesforceSession, is_org_url, is_stand_in
from app.ground.clock import Clock
from app.ground.log import get_logger
from app.ground.metrics import count_call, outcome_of

API_VERSION = "68.0"
ROOT = f"/services/data/v{API_VERSION}/"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
JWT_LIFE = timedelta(minutes=3)
PAUSES = (0.5, 2.0)
"""Seconds before the second and the third try of a call that met a moment's trouble."""

_WORDS: tuple[tuple[type[CrmError], str], ...] = (
    (AuthExpired, "auth"),
    (RateLimited, "limited"),
    (NotFound, "missing"),
    (Rejected, "refused"),
    (Conflict, "refused"),
    (Unavailable, "unavailable"),
)

log = get_logger()
T = TypeVar("T")
_USAGE = re.compile(r"api-usage=(\d{1,12})/(\d{1,12})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a logged-in user is known by outside REST. Never shown: the token opens the org."""

    token: str = field(repr=False)
    instance_url: str
    user_id: str


class SalesforceClient:
    """Every method raises the port's errors. `sleep` is what waits between tries."""

    def __init__(
        self,
        *,
        login_origin: str,
        consumer_key: str,
        private_key: str,
        username: str,
        instance_url: str,
        clock: Clock,
        timeout: tuple[float, float] = TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
        budget: Budget | None = None,
    ) -> None:
        self.login_origin = login_origin
        self.instance_url = instance_url
        self.user_id = ""
        """The user we write as, once we are logged in."""
        self._consumer_key = consumer_key
        self._private_key = private_key
        self._username = username
        self._clock = clock
        self._sleep = sleep
        self._budget = budget or unlimited()
        self._session = SalesforceSession(login_origin, timeout)
        self._session.hooks["response"].append(self._note_usage)
        self._lock = threading.Lock()
        self._connection: Salesforce | None = None

    def call(
        self, method: str, path: str, body: object = None, *, operation: str = "", take: str = ""
    ) -> Any:
        """The answer of one REST resource, or what it holds under `take`; None where it is empty."""
        data = None if body is None else json.dumps(body)

        def work(connection: Salesforce) -> Any:
            answer: Any = connection.restful(path, method=method, data=data)
            return answer[take] if take else answer

        return self._run(operation or f"{method} {path}", work)

    def download(self, path: str, *, operation: str) -> bytes:
        """The bytes of one REST resource that is no JSON."""

        def work(connection: Salesforce) -> bytes:
            url = connection.base_url + path
            answer: requests.Response = connection._call_salesforce("GET", url, name=operation)  # noqa: SLF001 - the SDK has no public call that leaves bytes alone
            return answer.content

        return self._run(operation, work)

    def query(self, statement: str, *, deleted: bool = False) -> list[dict[str, Any]]:
        """Every row, page after page."""
        rows, more = self._run("query", lambda c: _page(c.query(statement, include_deleted=deleted)))
        while more:
            found, more = self._run("query", partial(_next_page, more))
            rows += found
        return rows

    def queries(self, statements: Sequence[str], *, deleted: int = 0) -> list[list[dict[str, Any]]]:
        """The first pages of up to five queries, in one call; the first `deleted` of them see deleted rows too."""
        parts = [
            {
                "method": "GET",
                "url": f"{ROOT}{'queryAll' if index < deleted else 'query'}?{_query(statement)}",
                "referenceId": f"q{index}",
            }
            for index, statement in enumerate(statements)
        ]
        body = {"compositeRequest": parts}
        answers = self.call("POST", "composite", body, operation="queries", take="compositeResponse")
        for part in answers:
            if part["httpStatusCode"] >= HTTPStatus.MULTIPLE_CHOICES:
                raise error_of(part["httpStatusCode"], part["body"])
        return [part["body"]["records"] for part in answers]

    def session(self) -> Session:
        """The session of our calls, for what does not go through them. Raises CrmError when we are not let in."""
        connection = self._connected()
        return Session(
            token=str(connection.session_id),
            instance_url=f"https://{connection.sf_instance}",
            user_id=self.user_id,
        )

    def forget(self, session: Session) -> None:
        """The session is dead: the next call logs in anew."""
        with self._lock:
            if self._connection is not None and self._connection.session_id == session.token:
                self._connection = None

    def pause(self, attempt: int) -> bool:
        """Waits before the next try; False when there is none left."""
        if attempt >= len(PAUSES):
            return False
        self._sleep(PAUSES[attempt])
        return True

    def _run(self, operation: str, work: Callable[[Salesforce], T]) -> T:
        attempt = 0
        renewed = False
        while True:
            self._budget.check_day()
            connection = self._connected()
            try:
                return self._once(operation, work, connection)
            except AuthExpired:
                if renewed:
                    raise
                renewed = True
                self._forget(connection)
            except Busy:
                if not self.pause(attempt):
                    raise
                attempt += 1

    def _once(self, operation: str, work: Callable[[Salesforce], T], connection: Salesforce) -> T:
        """One call with one log line, its outcome in the port's words."""
        started = time.monotonic()
        outcome = "ok"
        try:
            return work(connection)
        except SalesforceExpiredSession as error:
            outcome = "auth"
            raise AuthExpired("Salesforce no longer accepts our session.") from error
        except SalesforceError as error:
            translated = error_of(error.status, error.content)
            outcome = _word(translated)
            raise translated from error
        except CrmError as error:
            outcome = _word(error)
            raise
        except (ValueError, KeyError, TypeError) as error:
            outcome = "unavailable"
            raise Unavailable("Salesforce's answer could not be read.") from error
        finally:
            count_call("salesforce", operation, outcome, self._budget.tenant_id)
            log.info(
                "crm.call",
                provider="salesforce",
                operation=operation,
                duration=round(time.monotonic() - started, 3),
                outcome=outcome,
            )

    def _note_usage(self, response: requests.Response, **_: object) -> None:
        """Salesforce says with every answer how much of the day's allowance the whole org has used."""
        found = _USAGE.search(response.headers.get("Sforce-Limit-Info", ""))
        if found:
            self._budget.note_usage(int(found[1]), int(found[2]))

    def _connected(self) -> Salesforce:
        with self._lock:
            if self._connection is None:
                self._connection = self._log_in()
            return self._connection

    def _forget(self, connection: Salesforce) -> None:
        with self._lock:
            if self._connection is connection:
                self._connection = None

    def _log_in(self) -> Salesforce:
        """A connection by JWT bearer. Raises AuthExpired with Salesforce's own words when it is not granted."""
        form = {"grant_type": JWT_BEARER, "assertion": self._assertion()}
        response = self._session.post(f"{self.login_origin}/services/oauth2/token", data=form)
        count_call("salesforce", "login", outcome_of(response.status_code), self._budget.tenant_id)
        try:
            answer = response.json()
        except ValueError as error:
            raise Unavailable("Salesforce's answer could not be read.") from error
        if response.status_code != HTTPStatus.OK or not answer.get("access_token"):
            log.warning("crm.login", provider="salesforce", outcome=str(answer.get("error")))
            raise AuthExpired(
                f"Salesforce does not let us in: {answer.get('error_description') or answer.get('error')}."
            )
        self.user_id = str(answer.get("id") or "").rpartition("/")[2]
        instance = str(answer.get("instance_url") or self.instance_url)
        if not is_stand_in(self.login_origin) and not is_org_url(instance):
            raise Rejected("Salesforce named an instance that is not one of its own.")
        return Salesforce(
            session_id=answer["access_token"],
            instance_url=instance,
            version=API_VERSION,
            session=self._session,
        )

    def _assertion(self) -> str:
        claims = {
            "iss": self._consumer_key,
            "sub": self._username,
            "aud": audience(self.login_origin),
            "exp": int((self._clock() + JWT_LIFE).timestamp()),
        }
        try:
            return jwt.encode(claims, self._private_key, algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            raise AuthExpired("SALESFORCE_PRIVATE_KEY is not an RSA key in PEM.") from error


def _word(error: CrmError) -> str:
    """How the counters call it."""
    return next((word for kind, word in _WORDS if isinstance(error, kind)), "failed")


def audience(login_origin: str) -> str:
    """Whom the JWT is for: a sandbox org's assertions are for test.salesforce.com."""
    host = urlsplit(login_origin).hostname or ""
    in_test = host == "test.salesforce.com" or ".sandbox.my." in host
    return "https://test.salesforce.com" if in_test else "https://login.salesforce.com"


def _query(statement: str) -> str:
    return urlencode({"q": statement})


def _page(answer: Any) -> tuple[list[dict[str, Any]], str]:
    """The rows, and where the next ones are."""
    return list(answer["records"]), "" if answer["done"] else str(answer["nextRecordsUrl"])


def _next_page(more: str, connection: Salesforce) -> tuple[list[dict[str, Any]], str]:
    return _page(connection.query_more(more, identifier_is_url=True))
