"""OAuth: codes, refresh tokens and access tokens of the one app that is installed here."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.sandbox.hubspot.config import HubspotSandboxConfig
from app.sandbox.hubspot.db import Database
from app.sandbox.hubspot.errors import HubError, expired_token, unauthenticated

CODE_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    access_token: str
    refresh_token: str
    expires_at: datetime


class Grants:
    def __init__(self, db: Database, config: HubspotSandboxConfig) -> None:
        self._db = db
        self._config = config

    def _now(self) -> int:
        return int(self._config.clock().timestamp() * 1000)

    def issue(self) -> Granted:
        """A fresh pair, as after an installation."""
        refresh = f"na1-{secrets.token_hex(16)}"
        with self._db.transaction() as db:
            db.execute("INSERT INTO refresh_tokens (token) VALUES (?)", (refresh,))
        return self._access(refresh)

    def _access(self, refresh: str) -> Granted:
        access = "C" + secrets.token_urlsafe(48)
        with self._db.transaction() as db:
            expires = self._now() + self._config.token_seconds * 1000
            db.execute("DELETE FROM access_tokens WHERE expires < ?", (self._now() - 86_400_000,))
            db.execute("INSERT INTO access_tokens VALUES (?, ?, ?)", (access, refresh, expires))
        return Granted(
            access_token=access,
            refresh_token=refresh,
            expires_at=self._config.clock() + timedelta(seconds=self._config.token_seconds),
        )

    def code(self, redirect_uri: str) -> str:
        code = secrets.token_urlsafe(24)
        with self._db.transaction() as db:
            db.execute(
                "INSERT INTO codes VALUES (?, ?, ?)", (code, redirect_uri, self._now() + CODE_SECONDS * 1000)
            )
        return code

    def redeem(self, code: str, redirect_uri: str) -> Granted:
        """Tokens for a code, once. Raises HubError 400."""
        with self._db.transaction() as db:
            row = db.execute("SELECT redirect_uri, expires FROM codes WHERE code = ?", (code,)).fetchone()
            db.execute("DELETE FROM codes WHERE code = ?", (code,))
        if row is None or row["expires"] < self._now():
            raise oauth_error("invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code")
        if row["redirect_uri"] != redirect_uri:
            raise oauth_error("invalid_grant", "BAD_REDIRECT_URI", "redirect URI mismatch")
        return self.issue()

    def refresh(self, refresh: str) -> Granted:
        """A new access token. Raises HubError 400 BAD_REFRESH_TOKEN once the app was removed."""
        if not self.is_live(refresh):
            raise oauth_error("invalid_grant", "BAD_REFRESH_TOKEN", "missing or unknown refresh token")
        return self._access(refresh)

    def is_live(self, refresh: str) -> bool:
        with self._db.transaction() as db:
            row = db.execute("SELECT revoked FROM refresh_tokens WHERE token = ?", (refresh,)).fetchone()
        return row is not None and not row["revoked"]

    def revoke(self, refresh: str | None = None) -> None:
        """One refresh token and its access tokens, or all of them: the app is uninstalled."""
        with self._db.transaction() as db:
            if refresh is None:
                db.execute("UPDATE refresh_tokens SET revoked = 1")
                db.execute("DELETE FROM access_tokens")
            else:
                db.execute("UPDATE refresh_tokens SET revoked = 1 WHERE token = ?", (refresh,))
                db.execute("DELETE FROM access_tokens WHERE refresh_token = ?", (refresh,))

    def expire_access(self) -> None:
        """Every access token is too old from now on."""
        with self._db.transaction() as db:
            db.execute("UPDATE access_tokens SET expires = ?", (self._now() - 1,))

    def check(self, header: str) -> None:
        """Raises HubError 401 unless the header bears a live access token."""
        if not header.startswith("Bearer "):
            raise unauthenticated()
        with self._db.transaction() as db:
            row = db.execute(
                "SELECT expires FROM access_tokens WHERE token = ?", (header.removeprefix("Bearer "),)
            ).fetchone()
        if row is None:
            raise unauthenticated()
        if row["expires"] <= self._now():
            raise expired_token()

    def consenting_user(self) -> int:
        """Who agreed to the app: the portal's first person."""
        with self._db.transaction() as db:
            first = db.execute("SELECT user_id FROM owners ORDER BY id LIMIT 1").fetchone()
        return int(first["user_id"]) if first else 1

    def introspect(self, token: str) -> dict[str, Any]:
        with self._db.transaction() as db:
            access = db.execute("SELECT expires FROM access_tokens WHERE token = ?", (token,)).fetchone()
        live = access is not None and access["expires"] > self._now()
        if not live and not self.is_live(token):
            return {"active": False}
        facts: dict[str, Any] = {
            "active": True,
            "hub_id": self._config.portal_id,
            "app_id": self._config.app_id,
            "client_id": self._config.client_id,
            "user_id": self.consenting_user(),
            "scopes": list(self._config.scopes),
            "token_type": "access" if live else "refresh",
        }
        return facts | ({"expires_in": (access["expires"] - self._now()) // 1000} if access else {})


def oauth_error(error: str, status: str, message: str, http_status: int = 400) -> HubError:
    """The token endpoint's own error body."""
    made = HubError(http_status, "OAUTH", message, error=error, error_description=message)
    made.extra["status"] = status
    return made
