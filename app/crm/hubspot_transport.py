"""Calls on behalf of one HubSpot account: its token, renewed in time; its limits; its errors in the port's words."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from app.crm.budget import HUBSPOT_CALLS, HUBSPOT_SEARCHES, Budget, unlimited
from app.crm.hubspot_errors import error_of
from app.crm.hubspot_paths import SEARCH, Endpoint
from app.crm.hubspot_tokens import EARLY, Tokens, TokenStore, introspect, refresh
from app.crm.hubspot_wire import TIMEOUT_SECONDS, Wire
from app.crm.port import AuthExpired
from app.ground.clock import Clock


class Transport:
    """Thread-safe. Processes share the tokens, through the store, and the budget."""

    def __init__(
        self,
        api_origin: str,
        client_id: str,
        client_secret: str,
        tokens: TokenStore,
        clock: Clock,
        timeout: tuple[float, float] = TIMEOUT_SECONDS,
        budget: Budget | None = None,
    ) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._store = tokens
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: Tokens | None = None
        self._budget = budget or unlimited()
        self._wire = Wire(api_origin, timeout, self._budget.tenant_id)

    def call(
        self,
        endpoint: Endpoint,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """HubSpot's answer. Raises the port's errors; a refused token is renewed once before AuthExpired."""
        with self._budget.place(HUBSPOT_SEARCHES if endpoint is SEARCH else HUBSPOT_CALLS):
            return self._call(endpoint, path, query, body)

    def renew(self) -> None:
        """The account has a new access token, whatever the old one was good for. Raises AuthExpired once the app was
        removed, Unavailable where HubSpot does not take the app's id and secret."""
        self._access_token(refused=self._access_token())

    def scopes(self) -> Sequence[str]:
        """What the account granted, by HubSpot's own word. Raises AuthExpired once the app was removed."""
        token = self._access_token()
        try:
            return introspect(self._wire, self._client_id, self._client_secret, token)
        except AuthExpired:
            token = self._access_token(refused=token)
            return introspect(self._wire, self._client_id, self._client_secret, token)

    def _call(
        self,
        endpoint: Endpoint,
        path: Mapping[str, str] | None,
        query: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        token = self._access_token()
        answer = self._wire.send(endpoint, path=path, query=query, body=body, token=token)
        if answer.status == 401:  # noqa: PLR2004 - unauthenticated
            token = self._access_token(refused=token)
            answer = self._wire.send(endpoint, path=path, query=query, body=body, token=token)
        if answer.status == 401:  # noqa: PLR2004 - unauthenticated, even with a new token
            raise AuthExpired("HubSpot no longer accepts the connection. Connect Alongside again.")
        if not answer.ok:
            raise error_of(answer.status, answer.headers, answer.body)
        return answer.body

    def _access_token(self, refused: str | None = None) -> str:
        """A token that is not about to end and is not `refused`; another process may have renewed it already."""
        with self._lock:
            if not self._usable(self._tokens, refused):
                self._tokens = self._store.load()
            if not self._usable(self._tokens, refused):
                assert self._tokens is not None
                self._tokens = refresh(
                    self._wire, self._client_id, self._client_secret, self._tokens, self._clock
                )
                self._store.save(self._tokens)
            assert self._tokens is not None
            return self._tokens.access_token

    def _usable(self, tokens: Tokens | None, refused: str | None) -> bool:
        return (
            tokens is not None
            and tokens.access_token != refused
            and tokens.expires_at - EARLY > self._clock()
        )
