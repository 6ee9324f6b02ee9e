"""Feeds with their seals opened: what the doors check messages with, and what the agent asks issuers with."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.credentials.badge import Recipient, check
from app.credentials.issuers import ORIGINS, connect
from app.credentials.port import Access, Issuer, IssuerError
from app.credentials.web import Web
from app.domain.certification import Source
from app.ground.bell import Bell
from app.ground.clock import Clock
from app.ground.errors import AppError, Reason
from app.ground.ids import new_token
from app.identity.standard_webhooks import PREFIX
from app.identity.vault import Vault
from app.storage import credential_feed
from app.storage.credential_feed import Feed
from app.storage.engine import Database

SECRETS_KEPT = 2
"""The newest and the one before, so that a sender can change over in its own time."""


class Feeds:
    def __init__(self, vault: Vault, web: Web) -> None:
        self._vault = vault
        self._web = web

    def secrets_of(self, feed: Feed) -> Sequence[str]:
        """What a message of the feed may be signed with, the newest first."""
        kept = self._open(feed).get("secrets", ())
        return [str(secret) for secret in kept]

    def issuer_of(self, feed: Feed) -> Issuer:
        """The issuer behind the feed. Raises KeyError for a feed that has none."""
        kept = self._open(feed)
        access = Access(
            origin=kept["origin"],
            token=kept["token"],
            organisation=kept.get("organisation", ""),
            months=int(kept.get("months", 0)),
        )
        return connect(feed.kind, access, self._web)

    def seal(self, kind: Source, typed: Mapping[str, str], before: Feed | None = None) -> tuple[str, str]:
        """A new secret and the seal that holds it beside the one before; or no secret, and the seal of an issuer's
        access. Raises AppError for an access that cannot be."""
        if kind in (Source.WEBHOOK, Source.XAPI):
            secret = PREFIX + base64.b64encode(hashlib.sha256(new_token().encode()).digest()).decode()
            kept = [secret, *(self.secrets_of(before) if before else ())]
            return secret, self._vault.seal(json.dumps({"secrets": kept[:SECRETS_KEPT]}))
        return "", self._vault.seal(json.dumps(_access(kind, typed)))

    def badge(self, raw: bytes, name: str, email: str) -> dict[str, object]:
        """A badge as a statement, once it is proven. Raises AppError saying what is not."""
        try:
            found = check(raw, self._web, Recipient(name=name.strip()[:200], email=email.strip()[:320]))
        except IssuerError as error:
            raise AppError(Reason.INVALID, error.message, field="badge") from None
        return {**found, "source": str(Source.OPEN_BADGE)}

    def _open(self, feed: Feed) -> dict[str, Any]:
        kept: dict[str, Any] = json.loads(self._vault.open(feed.sealed))
        return kept


def _access(kind: Source, typed: Mapping[str, str]) -> dict[str, object]:
    origin = ORIGINS.get(kind) or typed.get("origin", "").strip().rstrip("/")
    organisation, months = typed.get("organisation", "").strip(), typed.get("months", "").strip() or "0"
    if not re.fullmatch(r"https://[A-Za-z0-9.-]{3,253}", origin):
        raise AppError(
            Reason.INVALID, "Give the platform's address, such as https://learn.acme.com.", field="origin"
        )
    if not typed.get("token", "").strip():
        raise AppError(Reason.INVALID, "Enter the issuer's token.", field="token")
    if kind is Source.CREDLY and not re.fullmatch(r"[0-9a-fA-F-]{8,64}", organisation):
        raise AppError(Reason.INVALID, "Enter the id of your organisation at Credly.", field="organisation")
    if not re.fullmatch(r"[0-9]{1,3}", months):
        raise AppError(Reason.INVALID, "Say for how many months a course holds, 0 for ever.", field="months")
    token = typed["token"].strip()
    return {"origin": origin, "token": token, "organisation": organisation, "months": int(months)}


class FeedRegister:
    """What the doors ask of feeds."""

    def __init__(self, database: Database, feeds: Feeds, bell: Bell, clock: Clock) -> None:
        self._database = database
        self._feeds = feeds
        self._bell = bell
        self._clock = clock

    def feed(self, feed_id: str) -> Feed | None:
        with self._database.read() as connection:
            return credential_feed.by_id(connection, feed_id)

    def secrets_of(self, feed: Feed) -> Sequence[str]:
        return self._feeds.secrets_of(feed)

    def subjects(self, feed: Feed, body: Any) -> Sequence[str]:
        return self._feeds.issuer_of(feed).subjects(body)

    def keep_hints(self, feed: Feed, subjects: Sequence[str]) -> bool:
        now = self._clock()
        with self._database.write() as connection:
            credential_feed.note(connection, feed, now, feed.trouble)
            kept = all(credential_feed.keep_hint(connection, feed, one[:160], now) for one in subjects)
        if subjects:
            self._bell.ring("crm")
        return kept

    def heard(self, feed: Feed) -> None:
        with self._database.write() as connection:
            credential_feed.note(connection, feed, self._clock())
