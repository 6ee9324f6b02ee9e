"""What a seller knows of a share link. Its token is known to nobody but its holder."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LinkState(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


class AccessState(StrEnum):
    """How a request to be let in stands: nobody answered it yet, or somebody did."""

    WAITING = "waiting"
    GRANTED = "granted"
    DECLINED = "declined"


class FileState(StrEnum):
    """Whether partners can download a shared file: not yet, yes, not as it is now, or no longer."""

    WAITING = "waiting"
    READY = "ready"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCopy:
    """The copy of a shared file that partners get, without metadata and before it is marked."""

    version: int
    digest: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierCopy:
    """A version of a shared file that partners were offered before: since when, how often it left, and where the
    seller who asks opens it."""

    version: int
    size: int
    offered_at: datetime
    downloads: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPreset:
    """What new links for a type of partner begin with. `days` is what is proposed, `longest` what a seller may
    choose at most; `views` 0 means any number of openings. `opens` and `closes` are times of day in `zone` on
    `weekdays` (1 is Monday); empty, a link is open around the clock."""

    days: int = 7
    longest: int = 90
    views: int = 0
    passcode: bool = False
    terms: bool = False
    zone: str = ""
    opens: str = ""
    closes: str = ""
    weekdays: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """How often one mailbox opened a link, when last, on what ("Chrome on Android"), and how many copies left."""

    email: str
    times: int
    last_at: datetime
    devices: tuple[str, ...] = ()
    downloads: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """Somebody to whom a link was passed on asks to be let in. Nobody has proved the address yet."""

    id: str
    email: str
    name: str
    note: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLink:
    """`code` names the link on its watermark; `views` counts openings that passed the gate. `also` are the addresses
    and domains beside the contact's own that it opens for; `conditions` are its other rules, in words."""

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
    also: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    visits: tuple[Visits, ...] = ()
    requests: tuple[AccessRequest, ...] = ()

    def state(self, now: datetime) -> LinkState:
        if self.revoked_at is not None:
            return LinkState.REVOKED
        return LinkState.EXPIRED if now >= self.expires_at else LinkState.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFile:
    """A file that a seller put into the room: listed by name, type and size (bytes), and handed out as `copy`.
    `reason` says why its newest version is not."""

    id: str
    partner_id: str
    name: str
    type: str
    size: int
    added_at: datetime
    crm_id: str | None = None
    state: FileState = FileState.WAITING
    reason: str = ""
    copy: FileCopy | None = None
    downloads: int = 0
    earlier: tuple[EarlierCopy, ...] = ()
