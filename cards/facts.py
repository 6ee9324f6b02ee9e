"""What the card builders know: frozen values that a door fills from storage before it asks for a card.

One shape serves deals and companies. Builders add nothing of their own, so equal facts give equal cards.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from app.domain.actor import Actor
from app.domain.certification import Certification
from app.domain.certification_rights import Requirement
from app.domain.conflict import ConflictFlag
from app.domain.content import ContentItem
from app.domain.link import LinkPreset, SharedFile, ShareLink
from app.domain.partner import Partner, PartnerContact
from app.domain.plan import Step, live
from app.domain.plan_calendar import Calendar, calendar_of
from app.domain.plan_template import Template
from app.domain.plan_undo import Undo
from app.domain.plan_upgrade import Upgrade
from app.domain.record import CrmKind, ObjectKind, Record
from app.domain.registration import Registration
from app.domain.thread import Message
from app.domain.tier import TierStanding
from cards import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Someone of our side who may own a step or be mentioned."""

    name: str
    email: str


class CrmFile(Protocol):
    """A file on the record in the CRM, as the port gives it. Named by its shape: share pages draw cards too, and
    nothing they import may reach the CRM."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedWrite:
    """A write that the CRM refused: `what` is a noun with its article ("the task", "the note"), `reason` the CRM's
    own words, `subject_id` the message, step, registration or certification it belongs to."""

    outbox_id: str
    what: str
    reason: str
    partner_id: str = ""
    subject_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeOffer:
    """A newer version of a template that a plan runs on, and what it would do."""

    template_id: str
    name: str
    from_version: int
    to_version: int
    does: Upgrade


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerFacts:
    """One partner on one record.

    `messages` is one page, newest last; `older` says that messages before them exist. `unread` counts what the
    partner wrote and this viewer has not seen. `last_viewed_at` is the partner's last visit over any link.
    `preview_url` opens what the partner sees. `preset` is what an admin set for links of this type of partner, and
    `terms` says that there are terms to accept. `calendar_url` holds the plan's dates, if it has steps. `content` is
    what it should read with where that is opened. `upgrades` are newer versions of templates that the plan runs on;
    `plans_elsewhere` are the customer's other deals with a plan with this partner, by id and name. `tier` says what
    certifications make of the tier it was granted, where they have a say in it; `undo` is what was done last to the
    plan as a whole.
    """

    partner: Partner
    contacts: tuple[PartnerContact, ...] = ()
    messages: tuple[Message, ...] = ()
    unread: int = 0
    total_messages: int = 0
    older: bool = False
    steps: tuple[Step, ...] = ()
    registrations: tuple[Registration, ...] = ()
    certifications: tuple[Certification, ...] = ()
    tier: TierStanding | None = None
    links: tuple[ShareLink, ...] = ()
    files: tuple[SharedFile, ...] = ()
    last_viewed_at: datetime | None = None
    preview_url: str = ""
    preset: LinkPreset = field(default_factory=LinkPreset)
    terms: bool = False
    calendar_url: str = ""
    content: tuple[tuple[ContentItem, str], ...] = ()
    upgrades: tuple[UpgradeOffer, ...] = ()
    undo: Undo | None = None
    plans_elsewhere: tuple[tuple[str, str], ...] = ()

    @property
    def pdf_url(self) -> str:
        """The plan on paper: beside its dates, for as long."""
        return self.calendar_url.replace("/plan.ics", "/plan.pdf")

    @property
    def plan(self) -> tuple[Step, ...]:
        """The steps that count."""
        return tuple(live(self.steps))


@dataclass(frozen=True, slots=True, kw_only=True)
class DealWork:
    """A deal of the company that the card is about, with the partners on it. `href` opens it in the CRM."""

    record: Record
    partners: tuple[PartnerFacts, ...]
    stage: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who a contact of the CRM is. `emails` are all its addresses in small letters, `firm_id` the partner whose own
    company the contact belongs to in the CRM."""

    name: str
    email: str = ""
    emails: frozenset[str] = frozenset()
    title: str = ""
    firm_id: str = ""

    def holds(self, one: Certification) -> bool:
        """Whether it is this person's certificate: by the address, or by the name where no address was given."""
        if one.person_email:
            return one.person_email.casefold() in self.emails
        return bool(self.name) and one.person_name.casefold() == self.name.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFacts:
    """Everything the cards of one record say.

    `templates` are those that a plan may start from, `stage_values` the stages by what the CRM holds and their
    labels, `country` is where our firm's holidays come from. `partners` hang on the record itself; on a company
    `deals` adds the partner work on its deals. `stages` is the pipeline in order and `stage` the label of the
    current one. `focus` is the partner the card was opened for and `before` the message whose older ones were
    asked for. `as_of` is the last read of the CRM, `stale` says that it is too long ago. `lost` says that the CRM
    no longer lets us in. `zone` and `locale` are the viewer's. On a contact `person` says who it is, `partners` are
    the firms it works for, and `deals` the records with its own open steps and the links that open for it.
    """

    record: Record
    viewer: Actor
    crm: CrmKind
    company: Record | None = None
    person: Person | None = None
    partners: tuple[PartnerFacts, ...] = ()
    deals: tuple[DealWork, ...] = ()
    conflicts: tuple[ConflictFlag, ...] = ()
    available_partners: tuple[Partner, ...] = ()
    colleagues: tuple[Colleague, ...] = ()
    crm_files: tuple[CrmFile, ...] = ()
    rejected: tuple[RejectedWrite, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    stages: tuple[str, ...] = ()
    stage: str = ""
    stage_values: tuple[tuple[str, str], ...] = ()
    templates: tuple[Template, ...] = ()
    country: str = ""
    as_of: datetime | None = None
    stale: bool = False
    lost: bool = False
    may_write: bool = True
    may_admin: bool = False
    focus: str = ""
    before: str = ""
    zone: str = "UTC"
    locale: str = "en"
    currency: str = "USD"

    @property
    def is_company(self) -> bool:
        return self.record.key.object is ObjectKind.COMPANY

    @property
    def noun(self) -> str:
        """What this CRM calls the record."""
        return _NOUNS[self.crm, self.record.key.object]

    @property
    def crm_name(self) -> str:
        return "HubSpot" if self.crm is CrmKind.HUBSPOT else "Salesforce"

    def calendar(self, partner: Partner) -> Calendar:
        """The days on which both firms work."""
        return calendar_of(self.country, partner.country)

    def today(self, now: datetime) -> date:
        """The viewer's own date."""
        return words.local_day(now, self.zone)

    def partner_name(self, partner_id: str | None) -> str:
        """Our people may read every partner's name here, also of one that is not on the record, as in a conflict."""
        on_deals = (known for deal in self.deals for known in deal.partners)
        here = (known.partner for known in (*self.partners, *on_deals))
        names = (known.name for known in (*here, *self.available_partners) if known.id == partner_id)
        return next(names, "Another partner")

    def rejected_for(self, partner_id: str) -> tuple[RejectedWrite, ...]:
        return tuple(write for write in self.rejected if write.partner_id == partner_id)

    def rejection_of(self, subject_id: str) -> RejectedWrite | None:
        return next((write for write in self.rejected if write.subject_id == subject_id), None)


_NOUNS = {
    (CrmKind.HUBSPOT, ObjectKind.DEAL): "deal",
    (CrmKind.HUBSPOT, ObjectKind.COMPANY): "company",
    (CrmKind.HUBSPOT, ObjectKind.CONTACT): "contact",
    (CrmKind.SALESFORCE, ObjectKind.DEAL): "opportunity",
    (CrmKind.SALESFORCE, ObjectKind.COMPANY): "account",
    (CrmKind.SALESFORCE, ObjectKind.CONTACT): "contact",
}
