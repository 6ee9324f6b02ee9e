"""Short-lived bearers for pages that cannot have cookies. One audience per surface, one key per audience.

Never trusts what a token says about itself: algorithm, type, audience and longest life are ours.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain.actor import Actor, ActorKind
from app.domain.record import ObjectKind, RecordKey
from app.ground.clock import Clock, utc_now
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id

MAX_LIFE = timedelta(minutes=15)
"""A stolen bearer is worth this long at most, whatever its claims say."""

SKEW = timedelta(seconds=60)
"""How far ahead the clock of another of our own hosts may be."""

MAX_LENGTH = 4096
"""Characters. Ours are some 600; beyond this nothing is decoded."""

PROVED_KEPT = 1024
"""Tokens that are remembered as proved: a panel asks for each of its cards with the same one."""

ALGORITHM = "HS256"
TYPE = "alongside+jwt"


class Audience(StrEnum):
    """The surface a bearer is good for. A bearer of one surface is nothing on another."""

    SALESFORCE_PANEL = "salesforce-panel"
    SALESFORCE_EMBED = "salesforce-embed"
    SALESFORCE_ADMIN = "salesforce-admin"
    PREVIEW = "preview"
    CALENDAR = "calendar"
    CONTENT = "content"
    FILE = "file"


LIVES = {Audience.SALESFORCE_EMBED: timedelta(seconds=60)}
"""What lives shorter than MAX_LIFE: a code on its way from Apex through a page into a frame, exchanged at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Who may do what where: everything a request with this token may touch."""

    tenant_id: str
    record: RecordKey
    actor: Actor
    expires_at: datetime


class Tokens:
    """Mints and checks bearers. The newest secret signs, every one of them verifies."""

    def __init__(
        self, secret_keys: Sequence[str], clock: Clock = utc_now, life: timedelta = MAX_LIFE
    ) -> None:
        """`secret_keys` are Fernet keys, newest first; `life` is cut to MAX_LIFE. Raises AppError without a key."""
        if not secret_keys:
            raise AppError(Reason.INVALID, "SECRET_KEYS must hold at least one key.")
        self._clock = clock
        self._life = min(life, MAX_LIFE)
        self._keys = {audience: _derived(secret_keys, audience) for audience in Audience}
        self._proved = lru_cache(PROVED_KEPT)(self._prove)

    def mint(self, audience: Audience, *, tenant_id: str, record: RecordKey, actor: Actor) -> str:
        now = self._clock()
        claims = {
            "aud": str(audience),
            "jti": new_id(),  # two of one second differ, so using one up leaves the other good
            "iat": int(now.timestamp()),
            "exp": int((now + min(self._life, _longest(audience))).timestamp()),
            "tenant": tenant_id,
            "record": str(record),
            "user": actor.id,
            "name": actor.name,
            "email": actor.email,
            "kind": str(actor.kind),
        }
        return jwt.encode(claims, self._keys[audience][0], algorithm=ALGORITHM, headers={"typ": TYPE})

    def verify(self, audience: Audience, token: str, *, grace: timedelta = timedelta(0)) -> Bearer | None:
        """The bearer; None for a text that is no token of ours. Raises AppError for one that is, and is bad:
        UNAUTHENTICATED, or EXPIRED when its time (plus `grace`) is over."""
        if not _is_ours(token):
            return None
        bearer, issued_at = self._proved(audience, token)
        self._check_times(issued_at, bearer.expires_at, grace, _longest(audience))
        return bearer

    def _prove(self, audience: Audience, token: str) -> tuple[Bearer, datetime]:
        """What can never change about these very bytes: that we signed them, and what they say. Only good ones are
        remembered; whether their time is over is asked every time."""
        claims = self._claims(audience, token)
        return _bearer(claims), _moment(claims["iat"])

    def _claims(self, audience: Audience, token: str) -> Mapping[str, Any]:
        options: Any = {
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
            "require": ["exp", "iat"],
        }
        for key in self._keys[audience]:
            try:
                return jwt.decode(token, key, algorithms=[ALGORITHM], audience=str(audience), options=options)
            except jwt.InvalidSignatureError:
                continue
            except (jwt.PyJWTError, ValueError, RecursionError):
                break
        raise _bad()

    def _check_times(
        self, issued_at: datetime, expires_at: datetime, grace: timedelta, longest: timedelta
    ) -> None:
        now = self._clock()
        if issued_at > now + SKEW or expires_at - issued_at > longest:
            raise _bad()
        if now >= expires_at + grace:
            raise AppError(Reason.EXPIRED, "This panel's session has ended. Reload the record page.")


def _longest(audience: Audience) -> timedelta:
    return LIVES.get(audience, MAX_LIFE)


def _bad() -> AppError:
    return AppError(Reason.UNAUTHENTICATED, "This panel's session is not valid. Reload the record page.")


def _derived(secret_keys: Sequence[str], audience: Audience) -> tuple[bytes, ...]:
    info = f"alongside/token/{audience}".encode()
    return tuple(
        HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(base64.urlsafe_b64decode(key))
        for key in secret_keys
    )


def _is_ours(token: str) -> bool:
    if len(token) > MAX_LENGTH or not token.isascii():
        return False
    head = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
        return False
    return isinstance(header, dict) and header.get("typ") == TYPE


def _bearer(claims: Mapping[str, Any]) -> Bearer:
    kind, _, crm_id = _text(claims, "record").partition(":")
    if not crm_id:
        raise _bad()
    try:
        actor = Actor(
            kind=ActorKind(_text(claims, "kind")),
            id=_text(claims, "user"),
            name=_text(claims, "name"),
            email=_text(claims, "email"),
        )
        return Bearer(
            tenant_id=_text(claims, "tenant"),
            record=RecordKey(ObjectKind(kind), crm_id),
            actor=actor,
            expires_at=_moment(claims["exp"]),
        )
    except ValueError:
        raise _bad() from None


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str):
        raise _bad()
    return value


def _moment(seconds: object) -> datetime:
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 <= seconds < 1 << 35:
        raise _bad()
    return datetime.fromtimestamp(seconds, UTC)
