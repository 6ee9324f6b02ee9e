"""What Alongside asks of a CRM: few verbs, neutral values, errors that know whether to retry.

Field names here are our canonical names (app/crm/fields.py); an adapter translates both ways.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from app.crm.writes import (
    CertificationWrite,
    ConflictWrite,
    EvidenceFacts,
    MessageWrite,
    PartnerWrite,
    PersonWrite,
    PlacementWrite,
    PlanWrite,
    RegistrationWrite,
    SharedFileFacts,
    ShareLinkWrite,
    StepWrite,
    Write,
)
from app.domain.record import ObjectKind

__all__ = [
    "Account",
    "AuthExpired",
    "CertificationWrite",
    "Changes",
    "Conflict",
    "ConflictWrite",
    "Crm",
    "CrmError",
    "CrmFile",
    "CrmRecord",
    "EvidenceFacts",
    "FieldInfo",
    "Forbidden",
    "KnowsSize",
    "MessageWrite",
    "NotFound",
    "Owner",
    "PartnerWrite",
    "PersonWrite",
    "PlacementWrite",
    "PlanWrite",
    "RateLimited",
    "Refused",
    "RegistrationWrite",
    "Rejected",
    "ShareLinkWrite",
    "SharedFileFacts",
    "Stage",
    "StepWrite",
    "TaskState",
    "TellsScopes",
    "Unavailable",
    "WorkPage",
    "Write",
    "WriteResult",
    "Written",
]


class CrmError(Exception):
    """Something the CRM did not do. `retry` says whether the very same call may succeed later."""

    retry = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class AuthExpired(CrmError):
    """The tenant has to connect again: the token was revoked or the app uninstalled."""


class RateLimited(CrmError):
    retry = True

    def __init__(self, message: str, retry_after: float) -> None:
        """`retry_after` in seconds, from the CRM's own answer where it gives one."""
        super().__init__(message)
        self.retry_after = retry_after


class Rejected(CrmError):
    """The CRM refused the write; `message` is the CRM's own reason, fit to show to a seller."""


class Forbidden(Rejected):
    """Refused for what we may do there, not for what the call says: no part of it would fare better."""


class NotFound(CrmError):
    pass


class Conflict(CrmError):
    """The record changed meanwhile, or the unique value is taken."""


class Unavailable(CrmError):
    """Time-out, connection failure, 5xx or half an answer: whether the call took effect is unknown."""

    retry = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who we are connected as. `id` is the portal id or the 18-character org id."""

    id: str
    name: str
    ui_origin: str
    time_zone: str = "UTC"
    currency: str = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmRecord:
    """`fields` holds exactly the fields that were asked for; None is empty. `companies` are the ids of a deal's
    companies, the primary one first, where the CRM tells them with the deal; None: they have to be asked for."""

    kind: ObjectKind
    id: str
    fields: Mapping[str, str | None]
    modified_at: datetime
    archived: bool = False
    companies: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """One page of changes in order of time. Store `cursor` with their effect; ask again while `more`."""

    records: Sequence[CrmRecord]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    id: str
    user_id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInfo:
    """A field as the CRM's own metadata describes it. `canonical` is our name for it, or `crm:<api_name>`."""

    canonical: str
    api_name: str
    label: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage of the deal pipeline: `value` is what the stage field holds. `closed` covers won and lost."""

    value: str
    label: str
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmFile:
    id: str
    name: str
    type: str
    size: int
    modified_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    external_id: str
    crm_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """This one write was refused for good; `reason` is the CRM's own sentence."""

    external_id: str
    reason: str


WriteResult = Written | Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskState:
    """A plan step as the CRM has it now, for changes made there. `source` names the place that shows it, where there
    are several. `owner_email` is the user who has the task: empty for nobody of ours, None where it is not said."""

    external_id: str
    crm_id: str
    title: str
    due: date | None
    done: bool
    modified_at: datetime
    owner_email: str | None = None
    source: str = "task"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPage:
    """Some of what we wrote to the CRM, as it was written last; `step_states` says what people made of the steps.
    `unreadable` counts what bears our mark and cannot be understood. Ask again while `more`."""

    items: Sequence[Write]
    cursor: str
    more: bool
    unreadable: int = 0


class Crm(Protocol):
    """One tenant's CRM. Every method may raise AuthExpired, RateLimited or Unavailable."""

    def whoami(self) -> Account: ...

    def prepare(self) -> None:
        """After this the CRM holds the fields our writes need (HubSpot properties). Repeating changes nothing.
        Raises Rejected naming what an admin has to do where we may not create them."""

    def fields(self, kind: ObjectKind) -> Sequence[FieldInfo]: ...

    def stages(self) -> Sequence[Stage]:
        """The stages of the default deal pipeline, in order."""

    def read(self, kind: ObjectKind, ids: Sequence[str], fields: Sequence[str]) -> Mapping[str, CrmRecord]:
        """The records that exist, by id, with exactly `fields`. Batches as the CRM allows; unknown ids are absent."""

    def search(
        self, kind: ObjectKind, field: str, value: str, fields: Sequence[str], limit: int = 20
    ) -> Sequence[CrmRecord]:
        """Records whose `field` equals `value`, newest first, at most `limit`."""

    def related(self, kind: ObjectKind, ids: Sequence[str], to: ObjectKind) -> Mapping[str, Sequence[str]]:
        """For each id the ids it is associated with, the primary one first; ids without any are absent."""

    def changes(self, kind: ObjectKind, cursor: str | None, fields: Sequence[str]) -> Changes:
        """What changed since `cursor`, oldest first, one page. None: from now on, with no records; an empty
        text: everything there is, from the oldest change on."""

    def task_changes(self, cursor: str | None) -> tuple[Sequence[TaskState], str]:
        """Our steps that changed in the CRM since `cursor`, and the next cursor. None: from now on."""

    def step_states(self, external_ids: Sequence[str]) -> Sequence[TaskState]:
        """How these steps of ours stand in the CRM at this moment, from every place that shows them; those that are
        gone are absent."""

    def partner_work(self, cursor: str) -> WorkPage:
        """Everything that `write` has put into the CRM and that is still there, page by page, but for share links:
        the same values, so that a working copy can be made of the CRM alone. An empty cursor starts; a page may be
        asked for again."""

    def owners(self) -> Sequence[Owner]: ...

    def files(self, kind: ObjectKind, id: str) -> Sequence[CrmFile]:  # noqa: A002 - the CRM's own word
        """The files that people attached to the record."""

    def file_states(self, ids: Sequence[str]) -> Mapping[str, CrmFile]:
        """These files as they are now, by id; those that are gone are absent."""

    def file_bytes(self, id: str, limit: int) -> bytes:  # noqa: A002 - the CRM's own word
        """The bytes of a file's newest version. Raises NotFound for one that is gone, and Rejected for one of more
        than `limit` bytes, of which no more are read."""

    def write(self, writes: Sequence[Write]) -> Sequence[WriteResult]:
        """One result per write, in order, and each write's effect exactly once however often it is repeated:
        the external id identifies it in the CRM. All writes are of one class. Raises only when the whole call
        failed and may be repeated."""


@runtime_checkable
class KnowsSize(Protocol):
    """A CRM that says in one call how many records of a kind there are."""

    def size(self, kind: ObjectKind) -> int: ...


@runtime_checkable
class TellsScopes(Protocol):
    """A CRM that says which rights the account granted to the app: HubSpot does, by introspecting the token."""

    def scopes(self) -> Sequence[str]:
        """Raises AuthExpired once the app was removed."""
