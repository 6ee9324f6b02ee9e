"""What the admin pages ask of the house. Bootstrap hands it in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from app.crm.port import Stage
from app.disclosure.blast import Blast
from app.disclosure.policy import Policy
from app.disclosure.snapshot import Content
from app.domain.actor import Actor, ActorKind
from app.domain.certification import Certification, Source
from app.domain.certification_rights import Requirement
from app.domain.link import LinkPreset
from app.domain.partner import Partner, PartnerType
from app.domain.plan_template import Template
from app.domain.record import RecordKey
from app.domain.tenant import Tenant
from app.doors.admin.programme_ports import ProgrammeDesk
from app.doors.ports import CommandDoor
from app.ground.clock import Clock
from app.reading.account import FieldRow, Health, PartnerRow, RecordRow, RefusedWrite
from app.reading.exposures import Ledger, Shown
from app.reading.past_rooms import PastRoom
from app.storage.credential_feed import Feed
from app.storage.offboarding import Offboarding
from app.storage.proposal import Proposal
from app.storage.published.exposures import Wanted

__all__ = [
    "AdminDesk",
    "AdminDoor",
    "AdminSession",
    "AuditRow",
    "FieldRow",
    "Health",
    "PartnerRow",
    "PolicyVersion",
    "Proposal",
    "RecordRow",
    "RefusedWrite",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminSession:
    """Who is at the door. `token` is what the cookie holds; only its hash is stored."""

    token: str
    tenant_id: str
    email: str
    name: str
    expires_at: datetime

    @property
    def actor(self) -> Actor:
        return Actor(kind=ActorKind.ADMIN, id=self.email, name=self.name, email=self.email)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    policy: Policy
    author: str
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One line of the audit log; `detail` is said in words already."""

    sequence: int
    at: datetime
    actor: str
    command: str
    record: RecordKey | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certifying:
    """What the page about certifications shows: `waiting` are awards of nobody's partner, each with the firm that its
    issuer named."""

    partners: Sequence[Partner] = ()
    waiting: Sequence[tuple[Certification, str]] = ()
    requirements: Sequence[Requirement] = ()
    feeds: Sequence[Feed] = ()


class AdminDesk(Protocol):
    """Everything takes the tenant first; what another tenant owns is answered like what does not exist."""

    def enter(self, ticket: str) -> AdminSession | None:
        """Uses the one-time ticket up and opens a session; None for a ticket that is unknown, used or too old."""

    def session(self, token: str) -> AdminSession | None:
        """The session behind a cookie, None once it has ended."""

    def leave(self, token: str) -> None:
        """Ends the session."""

    def tenant(self, tenant_id: str) -> Tenant:
        """The tenant of a session."""

    def health(self, tenant_id: str) -> Health:
        """How the tenant is doing now."""

    def fields(self, tenant_id: str, obj: str) -> Sequence[FieldRow]:
        """The fields of deal or company, and the sections of room, in the order to show them in."""

    def policy(self, tenant_id: str) -> Policy:
        """Today's policy."""

    def history(self, tenant_id: str) -> Sequence[PolicyVersion]:
        """Every policy there was, the newest first."""

    def blast(self, tenant_id: str, edited: Policy) -> Blast:
        """How far it would reach to put this policy in force."""

    def labels(self, tenant_id: str) -> Mapping[tuple[str, str], str]:
        """What each field is called, by (object, field)."""

    def pipeline(self, tenant_id: str) -> Sequence[Stage]:
        """The pipeline's stages in order, closed ones too."""

    def proposals(self, tenant_id: str) -> Sequence[Proposal]:
        """The changes that wait for a second admin, the oldest first."""

    def records(self, tenant_id: str, query: str) -> Sequence[RecordRow]:
        """Some records with partners whose names contain the query, the latest first."""

    def preview(
        self, tenant_id: str, record: RecordKey, partner_id: str, policy: Policy | None
    ) -> Content | None:
        """What the partner would see of the record now, under this policy or today's. None unless the partner works
        on the record."""

    def past(
        self, tenant_id: str, record: RecordKey, partner_id: str, email: str, day: date
    ) -> PastRoom | None:
        """What the page of this person said at the end of the day. None for a partner the tenant does not have.
        Raises AppError for a day to come."""

    def partners(self, tenant_id: str) -> Sequence[PartnerRow]:
        """Every partner, by name."""

    def badge(self, raw: bytes, name: str, email: str) -> dict[str, object]:
        """An Open Badge as a statement, once it is proven. Raises AppError saying what is not."""

    def seal_feed(
        self, tenant_id: str, kind: Source, typed: Mapping[str, str], feed_id: str = ""
    ) -> tuple[str, str]:
        """A feed's new secret, to be shown once, and the seal of it; an issuer's access gives no secret. Raises
        AppError for an access that cannot be."""

    def certifying(self, tenant_id: str) -> Certifying:
        """What waits for its partner, and what the programme asks for."""

    def link_presets(self, tenant_id: str) -> Mapping[PartnerType, LinkPreset]:
        """What new links begin with, for each type that was ever set."""

    def link_terms(self, tenant_id: str) -> str:
        """The terms that new links ask to accept; empty where there are none."""

    def exposures(self, tenant_id: str, wanted: Wanted, field: str, after: object) -> Ledger:
        """A page of what was shown. Raises AppError for an `after` that no page gave."""

    def all_exposures(self, tenant_id: str, wanted: Wanted, field: str) -> Sequence[Shown]:
        """The same without pages, for a file."""

    def offboardings(self, tenant_id: str) -> Sequence[Offboarding]:
        """Whose access was ended, the newest first."""

    def templates(self, tenant_id: str) -> Sequence[Template]:
        """Every version of every plan template."""

    def stages(self, tenant_id: str) -> Sequence[tuple[str, str]]:
        """The pipeline's stages that are not closed: what the CRM holds, and the label."""

    def audit(self, tenant_id: str, before: int | None) -> Sequence[AuditRow]:
        """A page of the audit log, the newest first, from below the sequence `before`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminDoor:
    """`origin` is ours as browsers see it: forms from any other are refused. `evidence` packs what ended with an
    offboarding (tenant, its id); it raises AppError for one the tenant does not have. `look` brings what we know of
    the CRM's fields up to date."""

    desk: AdminDesk
    programme: ProgrammeDesk
    evidence: Callable[[str, str], bytes]
    commands: CommandDoor
    clock: Clock
    origin: str
    look: Callable[[str], None] = lambda _: None

    @property
    def https(self) -> bool:
        return self.origin.startswith("https://")
