"""Where certificates are heard of: signed webhooks, hints of issuers, learning records. Each feed has its own
address, and a message that proves nothing changes nothing."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Blueprint, Response, request

from app.domain.actor import Actor, ActorKind
from app.domain.certification import Source
from app.domain.learning_record import NotAStatementError, read_statement
from app.doors.command_body import read_json
from app.doors.ports import CommandDoor
from app.doors.problems import answer_problems
from app.ground.clock import Clock, to_iso
from app.ground.errors import AppError, Reason
from app.ground.ids import hash_token
from app.identity.standard_webhooks import Message, verify
from app.storage.credential_feed import Feed

MAX_BYTES = 1_000_000
MAX_STATEMENTS = 200
XAPI_VERSION = "1.0.3"
NO_FEED = AppError(Reason.NOT_FOUND, "There is nothing at this address.")


class FeedStore(Protocol):
    def feed(self, feed_id: str) -> Feed | None:
        """The feed of an address."""

    def secrets_of(self, feed: Feed) -> Sequence[str]:
        """What its messages may be signed with."""

    def subjects(self, feed: Feed, body: Any) -> Sequence[str]:
        """The awards that a notification hints at."""

    def keep_hints(self, feed: Feed, subjects: Sequence[str]) -> bool:
        """False where too many wait already. Wakes the agent."""

    def heard(self, feed: Feed) -> None:
        """Notes that the feed is alive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialDoor:
    feeds: FeedStore
    commands: CommandDoor
    clock: Clock


def create_blueprint(door: CredentialDoor) -> Blueprint:
    """The routes under /credentials. Every failure is a problem document; an unknown feed is like no address."""
    blueprint = Blueprint("credentials", __name__, url_prefix="/credentials")

    @blueprint.before_request
    def bound() -> None:
        request.max_content_length = MAX_BYTES

    @blueprint.post("/<feed_id>/webhook")
    def webhook(feed_id: str) -> Response:
        return _webhook(door, _feed(door, feed_id, lambda kind: kind is Source.WEBHOOK))

    @blueprint.post("/<feed_id>/hint")
    def hint(feed_id: str) -> Response:
        return _hint(door, _feed(door, feed_id, lambda kind: kind not in (Source.WEBHOOK, Source.XAPI)))

    @blueprint.route("/<feed_id>/xapi/statements", methods=["POST", "PUT"])
    def statements(feed_id: str) -> Response:
        return _xapi(door, _feed(door, feed_id, lambda kind: kind is Source.XAPI))

    @blueprint.get("/<feed_id>/xapi/about")
    def about(feed_id: str) -> Response:
        _feed(door, feed_id, lambda kind: kind is Source.XAPI)
        return _json({"version": [XAPI_VERSION]})

    answer_problems(blueprint)
    return blueprint


def _feed(door: CredentialDoor, feed_id: str, fits: Callable[[Source], bool]) -> Feed:
    feed = door.feeds.feed(feed_id)
    if feed is None or not fits(feed.kind):
        raise NO_FEED
    return feed


def _webhook(door: CredentialDoor, feed: Feed) -> Response:
    message = Message(
        id=request.headers.get("webhook-id", ""),
        timestamp=request.headers.get("webhook-timestamp", ""),
        signatures=request.headers.get("webhook-signature", ""),
        body=request.get_data(cache=True),
    )
    verify(message, door.feeds.secrets_of(feed), door.clock())
    body = _body(message.body)
    data = body.get("data") if isinstance(body, dict) else None
    kinds = {"certification.awarded": False, "certification.revoked": True}
    revokes = (
        kinds.get(body["type"]) if isinstance(data, dict) and isinstance(body.get("type"), str) else None
    )
    if not isinstance(data, dict) or revokes is None:
        raise AppError(
            Reason.INVALID,
            "A message is of type certification.awarded or certification.revoked and has data.",
        )
    statement = {"said_at": body.get("timestamp"), **data, "source": str(feed.kind), "revokes": revokes}
    _observe(door, feed, [statement], f"{feed.id}-{hash_token(message.id)}")
    return Response(status=204)


def _hint(door: CredentialDoor, feed: Feed) -> Response:
    subjects = door.feeds.subjects(feed, _body(request.get_data(cache=True)))
    if not door.feeds.keep_hints(feed, subjects):
        raise AppError(Reason.RATE_LIMITED, "Too many notifications wait already. Send this one again later.")
    return Response(status=200)


def _xapi(door: CredentialDoor, feed: Feed) -> Response:
    _require_basic(door, feed)
    if not request.headers.get("X-Experience-API-Version", "").startswith("1.0"):
        raise AppError(Reason.MALFORMED, "Send X-Experience-API-Version 1.0.3.")
    body = _body(request.get_data(cache=True))
    many = body if isinstance(body, list) else [body]
    if len(many) > MAX_STATEMENTS:
        raise AppError(Reason.TOO_LARGE, f"Send at most {MAX_STATEMENTS} statements at once.")
    now = to_iso(door.clock())
    try:
        found = [read_statement(one, now) for one in many]
    except NotAStatementError as error:
        raise AppError(Reason.MALFORMED, str(error)) from None
    awards = [{**one, "source": str(feed.kind)} for one in found if one]
    if awards:
        digest = hash_token(json.dumps(many, sort_keys=True))
        _observe(door, feed, awards, f"{feed.id}-{digest}")
    ids = [str(one.get("id") or hash_token(json.dumps(one, sort_keys=True))[:32]) for one in many]
    if request.method == "PUT":
        return _json(None, 204)
    return _json(ids)


def _require_basic(door: CredentialDoor, feed: Feed) -> None:
    """User name: the feed's id; password: its secret. Any secret is tried, in constant time."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    try:
        given = base64.b64decode(text, validate=True) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        given = b""
    right = False
    for secret in door.feeds.secrets_of(feed):
        right |= hmac.compare_digest(f"{feed.id}:{secret}".encode(), given)
    if not right:
        raise AppError(Reason.UNAUTHENTICATED, "Sign in with the feed's id and secret.")


def _observe(door: CredentialDoor, feed: Feed, statements: list[dict[str, Any]], key: str) -> None:
    actor = Actor(kind=ActorKind.SYSTEM, id=f"feed-{feed.id}", name=feed.name)
    door.commands.run(feed.tenant_id, actor, "certification.observe", None, {"statements": statements}, key)
    door.feeds.heard(feed)


def _body(raw: bytes) -> Any:
    try:
        return read_json(raw)
    except (ValueError, RecursionError):
        raise AppError(Reason.MALFORMED, "The message is not JSON.") from None


def _json(body: object, status: int = 200) -> Response:
    answer = Response(
        json.dumps(body) if body is not None else "", status=status, mimetype="application/json"
    )
    answer.headers["X-Experience-API-Version"] = XAPI_VERSION
    answer.headers["Cache-Control"] = "no-store"
    return answer
