"""Standard Webhooks 1.0, the receiving side: HMAC-SHA256 over `id.timestamp.body`, several signatures for rotation.

Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.ground.errors import AppError, Reason

WINDOW = timedelta(minutes=5)
"""How far a message's timestamp may lie from our clock, on either side."""

PREFIX = "whsec_"
MAX_ID, MAX_SIGNATURES, MAX_DIGITS = 256, 2_000, 11
"""Characters. Longer ones are refused before anything is computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it came in, with its three headers."""

    id: str
    timestamp: str
    signatures: str
    body: bytes


def verify(message: Message, secrets: Sequence[str], now: datetime) -> None:
    """Raises AppError unless one of the signatures was made with one of the secrets, within five minutes of now."""
    bad = AppError(Reason.BAD_SIGNATURE, "This message is not signed with a secret of this feed.")
    if not 1 <= len(message.id) <= MAX_ID or len(message.signatures) > MAX_SIGNATURES:
        raise bad
    at = message.timestamp
    if not (at.isascii() and at.isdigit() and len(at) <= MAX_DIGITS):
        raise bad
    if abs(now - datetime.fromtimestamp(int(at), UTC)) > WINDOW:
        raise AppError(
            Reason.STALE_REQUEST, "This message lies more than five minutes off. Check the sender's clock."
        )
    given = [_decoded(part) for part in message.signatures.split()]
    right = False
    for secret in secrets:
        made = _made(secret, message)
        for signature in given:
            right |= hmac.compare_digest(made, signature)
    if not right:
        raise bad


def sign(secret: str, message_id: str, at: datetime, body: bytes) -> str:
    """The signature that a sender puts into `webhook-signature`."""
    message = Message(id=message_id, timestamp=str(int(at.timestamp())), signatures="", body=body)
    return f"v1,{base64.b64encode(_made(secret, message)).decode()}"


def _made(secret: str, message: Message) -> bytes:
    signed = f"{message.id}.{message.timestamp}.".encode("utf-8", "surrogatepass") + message.body
    return hmac.new(base64.b64decode(secret.removeprefix(PREFIX)), signed, hashlib.sha256).digest()


def _decoded(part: str) -> bytes:
    """The bytes of one `v1,<base64>`; for all else nothing, which no signature equals."""
    version, _, text = part.partition(",")
    if version != "v1":
        return b""
    try:
        return base64.b64decode(text.encode("utf-8", "surrogatepass"), validate=True)
    except (binascii.Error, ValueError):
        return b""
