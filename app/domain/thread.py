"""Messages between a seller's team and one partner about one record."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.actor import Side
from app.ground.errors import AppError, Reason

MESSAGE_LIMIT = 10_000
"""Characters. A HubSpot note holds 65,536 and a Salesforce long text 32,768; nobody reads more than this."""

_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_INVISIBLE = re.compile("[\u200b\u2060-\u2064\ufeff\u00ad\u034f\U000e0000-\U000e007f]")


class Audience(StrEnum):
    PARTNER = "partner"
    TEAM = "team"


class Delivery(StrEnum):
    """How far a message or step has got on its way into the CRM."""

    SENT = "sent"
    IN_CRM = "in_crm"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`sequence` numbers what this partner may see, without gaps; a team-only message has none."""

    id: str
    partner_id: str
    author_name: str
    author_email: str
    side: Side
    audience: Audience
    body: str
    sent_at: datetime
    channel: str = "panel"
    delivery: Delivery = Delivery.SENT
    refusal: str = ""


def clean_text(text: str, *, limit: int = MESSAGE_LIMIT, field: str = "body") -> str:
    """The text as people may safely read it: NFC, line ends as \\n, no control, direction-override or
    invisible characters, no blank edges. Raises AppError when nothing is left or it is over the limit."""
    _within(text, limit, field)
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))
    # Composed last: a character taken out from between a letter and its accent brings the two together.
    clean = unicodedata.normalize("NFC", _INVISIBLE.sub("", _BIDI.sub("", kept))).strip()
    _within(clean, limit, field)
    if not clean:
        raise AppError(Reason.INVALID, "Write something first.", field=field)
    return clean


def _within(text: str, limit: int, field: str) -> None:
    if len(text) > limit:
        raise AppError(
            Reason.TOO_LARGE,
            f"This text is longer than {limit:,} characters. Shorten it, then send it again.",
            field=field,
        )


def clean_line(text: str, *, limit: int = 200, field: str = "title") -> str:
    """Like clean_text, on one line."""
    return " ".join(clean_text(text, limit=limit, field=field).split())
