"""What is written to a CRM, and can be read back from it: neutral values, one class for each kind of partner work."""

from dataclasses import dataclass
from datetime import date, datetime

from app.domain.conflict import Position
from app.domain.fair_clock import Pause, Pauses, open_pause
from app.domain.plan import Proposal
from app.domain.precedence import Standing
from app.domain.programme import DEFAULT_TERMS, Motion, Terms
from app.domain.registration import Amendment, Approval, Ask, Attribution, Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWrite:
    """A message to keep on the record. Written once: the external id makes a repeat harmless."""

    external_id: str
    deal_id: str | None
    company_id: str | None
    partner_name: str
    partner_external_id: str
    author_name: str
    author_email: str
    from_partner: bool
    team_only: bool
    body: str
    sent_at: datetime
    channel: str = "panel"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFacts:
    """What shows that a step was done."""

    label: str
    url: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWrite:
    """A plan step as a task on the record. `crm_id` is set once the CRM has it. `rule` is how the due date is found,
    `after` the external ids of the steps it waits for; `dropped` is no longer needed, and neither open nor done."""

    external_id: str
    deal_id: str | None
    company_id: str | None
    partner_name: str
    partner_external_id: str
    milestone: str
    title: str
    owner_is_partner: bool
    owner_name: str
    owner_email: str
    due: date | None
    done: bool
    done_at: datetime | None
    team_only: bool
    position: int
    crm_id: str | None = None
    done_by: str = ""
    version: int = 1
    dropped: bool = False
    required: bool = True
    after: tuple[str, ...] = ()
    rule: str = ""
    baseline: date | None = None
    owner_role: str = "person"
    key: str = ""
    template_id: str = ""
    template_version: int = 0
    plan_start: date | None = None
    evidence: tuple[EvidenceFacts, ...] = ()
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWrite:
    """How the plans on a deal are doing, for people to report by. Nothing of it is read back: the steps say it all.
    `progress` and `on_time` are in percent."""

    external_id: str
    deal_id: str
    health: str
    waiting_on_partner: bool | None
    next_step: str
    next_due: date | None
    forecast: date | None
    progress: int
    on_time: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationWrite:
    external_id: str
    deal_id: str | None
    company_id: str | None
    partner_name: str
    partner_external_id: str
    customer_name: str
    customer_domain: str
    amount: str
    state: str
    received_at: datetime
    decided_at: datetime | None
    decided_by: str
    decision_reason: str
    protected_from: datetime | None
    protected_until: datetime | None
    contact_name: str = ""
    contact_email: str = ""
    note: str = ""
    extensions: int = 0
    region: str = ""
    product: str = ""
    motion: Motion = Motion.NEW
    due_at: datetime | None = None
    escalated_at: datetime | None = None
    reminded: int = 0
    attribution: Attribution | None = None
    share: int | None = None
    incumbent: str = ""
    terms: Terms = DEFAULT_TERMS
    approvals: tuple[Approval, ...] = ()
    pauses: Pauses = ()
    waits: Pauses = ()
    ask: Ask | None = None
    amendment: Amendment | None = None
    given: tuple[str, ...] = ()
    history: tuple[Entry, ...] = ()

    @property
    def asks(self) -> str:
        """What the partner asks for and nobody has answered, in words."""
        asked = (("more time", self.ask), ("an amendment", self.amendment))
        return " and ".join(what for what, one in asked if one)

    @property
    def pause(self) -> Pause | None:
        """Why protection stands still, if it does."""
        return open_pause(self.pauses)

    @property
    def rule(self) -> str:
        """By which rule of which version it is judged."""
        return f"{self.terms.rule}, version {self.terms.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictWrite:
    external_id: str
    deal_id: str | None
    company_id: str | None
    kind: str
    sentence: str
    evidence: str
    rule: str
    state: str
    resolution: str
    found_at: datetime
    registration_id: str = ""
    partner_external_id: str = ""
    other_partner_external_id: str | None = None
    probability: float = 0.0
    resolved_by: str = ""
    resolved_at: datetime | None = None
    winner: str = ""
    rule_id: str = ""
    standings: tuple[Standing, ...] = ()
    positions: tuple[Position, ...] = ()
    deadline: datetime | None = None
    escalated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificationWrite:
    """`status` is active, lapsing, lapsed or revoked as of the write. `former_company_id` is the company of the
    partner that the person has left, which no longer shows it."""

    external_id: str
    partner_name: str
    partner_external_id: str
    partner_company_id: str | None
    contact_id: str | None
    person_name: str
    name: str
    level: str
    issued: date | None
    expires: date | None
    person_email: str = ""
    issuer: str = ""
    credential: str = ""
    status: str = ""
    evidence: str = ""
    source: str = "manual"
    source_id: str = ""
    said_at: datetime | None = None
    observed_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_reason: str = ""
    moved: bool = False
    reminded: int | None = None
    former_company_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLinkWrite:
    """`token_hash` is a SHA-256; the token itself never leaves its holder."""

    external_id: str
    deal_id: str | None
    company_id: str | None
    partner_name: str
    partner_external_id: str
    contact_email: str
    token_hash: str
    expires_at: datetime
    revoked_at: datetime | None
    active_links: int
    views: int
    last_viewed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerWrite:
    """A partner organisation. `company_id` is its own company in the CRM, where one is known. `tier` is what it was
    granted, `tier_in_force` what its certifications carry today; a rebuild finds that out anew."""

    external_id: str
    partner_name: str
    type: str
    type_label: str
    tier: str
    domain: str
    company_id: str | None
    country: str = ""
    tier_in_force: str = ""
    tier_note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonWrite:
    """A contact of a partner, for links and steps."""

    external_id: str
    partner_name: str
    partner_external_id: str
    company_id: str | None
    contact_id: str | None
    person_name: str
    email: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFileFacts:
    """A file of the record that its partner was shown, by its id in the CRM."""

    id: str
    name: str
    type: str
    size: int
    added_at: datetime
    crm_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementWrite:
    """A partner on a record, or no longer on it. `everyone` names all partners on it now, for people to report by."""

    external_id: str
    deal_id: str | None
    company_id: str | None
    partner_name: str
    partner_external_id: str
    active: bool
    attached_at: datetime
    attached_by: str
    seen_at: datetime | None
    files: tuple[SharedFileFacts, ...]
    everyone: str


Write = (
    MessageWrite
    | StepWrite
    | RegistrationWrite
    | ConflictWrite
    | CertificationWrite
    | ShareLinkWrite
    | PartnerWrite
    | PersonWrite
    | PlacementWrite
    | PlanWrite
)
