"""What a seller knows of a share link. Its token is known to nobody but its holder."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LinkState(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLink:
    """`code` names the link on its watermark; `views` counts openings that passed the gate."""

    id: str
    code: str
    partner_id: str
    contact_name: str
    contact_email: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None = None
    views: int = 0
    last_viewed_at: datetime | None = None

    def state(self, now: datetime) -> LinkState:
        if self.revoked_at is not None:
            return LinkState.REVOKED
        return LinkState.EXPIRED if now >= self.expires_at else LinkState.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFile:
    """A file that a seller put into the room: listed by name, type and size (bytes)."""

    id: str
    partner_id: str
    name: str
    type: str
    size: int
    added_at: datetime
    crm_id: str | None = None
