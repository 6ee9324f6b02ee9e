"""What every command gets: one open transaction, who acts on what, and few words to say what follows from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from marshmallow import Schema
from sqlalchemy import Connection

from app.crm.port import CrmFile
from app.domain.actor import Actor, ActorKind
from app.domain.partner import Partner, placement_id
from app.domain.record import Record, RecordKey
from app.domain.tenant import Tenant
from app.ground.errors import AppError, Reason
from app.storage import outbox
from app.storage import partner as partners
from app.storage import record as records
from app.storage.outbox import OutboxKind

OUR_SIDE = frozenset({ActorKind.SELLER, ActorKind.ADMIN, ActorKind.SYSTEM})
WITH_VIEWER = OUR_SIDE | {ActorKind.VIEWER}
ADMINS = frozenset({ActorKind.ADMIN, ActorKind.SYSTEM})


def given(fields: Mapping[str, object]) -> dict[str, object]:
    """What was filled in: a form sends its empty fields too."""
    return {name: value for name, value in fields.items() if value not in ("", None)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """What a command did: values for the caller (`url` is shown once) and a sentence for the person. `told` is what
    the audit log keeps of it beside what was asked for."""

    result: Mapping[str, object] = field(default_factory=dict)
    message: str = ""
    told: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Context:
    """One command being executed. `bells` collects the queues to wake after the commit."""

    connection: Connection
    tenant: Tenant
    actor: Actor
    now: datetime
    share_origin: str
    record: Record | None = None
    bells: set[str] = field(default_factory=set)

    @property
    def key(self) -> RecordKey:
        """The record the command is about. Raises AppError where none was named."""
        if self.record is None:
            raise AppError(Reason.UNKNOWN_RECORD, "Name the record this is about.")
        return self.record.key

    @property
    def deal_id(self) -> str | None:
        return self.key.crm_id if self.record and self.record.key.object == "deal" else None

    @property
    def company_id(self) -> str | None:
        if self.record is None:
            return None
        return self.record.company_id if self.record.key.object == "deal" else self.record.key.crm_id

    def is_about(self, deal_id: str | None, company_id: str | None) -> bool:
        """Whether something of this deal and company belongs to the record at hand."""
        ours = {("deal", self.deal_id), ("company", self.company_id)}
        return any(
            id_ is not None and (kind, id_) in ours
            for kind, id_ in (("deal", deal_id), ("company", company_id))
        )

    def tell_crm(
        self,
        kind: OutboxKind,
        subject_id: str,
        partner_id: str | None = None,
        record: RecordKey | None = None,
    ) -> None:
        """After the commit, the agent writes the subject to the CRM."""
        outbox.add(
            self.connection,
            self.tenant.id,
            kind,
            subject_id,
            record=record or (self.record.key if self.record else None),
            partner_id=partner_id,
            at=self.now,
        )
        self.bells.add("crm")

    def tell_crm_of_place(self, partner_id: str) -> None:
        """After the commit, the CRM says whether the partner works on the record, and what it is shown."""
        self.tell_crm(OutboxKind.PLACEMENT, placement_id(self.key, partner_id), partner_id)

    def publish(self, *keys: RecordKey) -> None:
        """After the commit, the agent publishes the records' rooms anew."""
        records.mark(self.connection, self.tenant.id, "publish", keys or (self.key,), self.now)
        self.bells.add("publish")

    def settle_plans(self, *keys: RecordKey) -> None:
        """After the commit, the agent fits the records' plans to the people and dates there are now."""
        records.mark(self.connection, self.tenant.id, "plan", keys, self.now)
        self.bells.add("publish")

    def read_again(self, *keys: RecordKey) -> None:
        """After the commit, the agent reads the records from the CRM, and publishes their rooms if they differ."""
        records.mark(self.connection, self.tenant.id, "read", keys, self.now)
        self.bells.add("crm")

    def partner_on_record(self, partner_id: str) -> Partner:
        """The partner, who works on the record. A viewer's own partner wins over what was asked for.
        Raises AppError for anybody else's."""
        wanted = self.actor.partner_id or partner_id
        partner = partners.get(self.connection, self.tenant.id, wanted)
        if partner is None or not partners.is_on(self.connection, self.tenant.id, self.key, wanted):
            raise AppError(
                Reason.PARTNER_NOT_ON_RECORD, "This partner does not work on this record.", field="partner_id"
            )
        return partner

    def partner(self, partner_id: str) -> Partner:
        """A partner of this tenant, on whatever records. Raises AppError for an unknown one."""
        partner = partners.get(self.connection, self.tenant.id, self.actor.partner_id or partner_id)
        if partner is None:
            raise AppError(Reason.NOT_FOUND, "There is no such partner.", field="partner_id")
        return partner


class Outside(Protocol):
    """What may be asked of the CRM before a command's transaction opens. Both raise AppError when it cannot say."""

    def fetch(self, tenant_id: str, key: RecordKey) -> None:
        """After this we hold the record as it is now, if there is one."""

    def files(self, tenant_id: str, key: RecordKey) -> Sequence[CrmFile]:
        """The files that people attached to the record."""

    def hidden(self, tenant_id: str, key: RecordKey) -> Mapping[str, str]:
        """The record's values of fields that are never shared, by label. They are stored nowhere."""


Ask = Callable[[Outside, str, RecordKey, Mapping[str, Any]], Mapping[str, Any]]
"""Adds to a command's data what only the CRM knows: (outside, tenant id, record, data) to data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One entry of the one door in: what it takes, who may, what it does.

    `secret_result` keeps the stored first answer sealed, because it holds a link. `ask` runs before the
    transaction, when one of `asked_for` acts.
    """

    name: str
    schema: type[Schema]
    run: Callable[[Context, Mapping[str, Any]], CommandResult]
    actors: frozenset[ActorKind] = OUR_SIDE
    needs_record: bool = True
    secret_result: bool = False
    ask: Ask | None = None
    asked_for: frozenset[ActorKind] = frozenset(ActorKind)
