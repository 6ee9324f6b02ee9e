"""Where every CRM door gets its cards: reads what is missing from the CRM, gathers the facts, builds the card."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from app.crm.port import Crm, CrmError, CrmFile
from app.domain.actor import Actor, Side
from app.domain.partner import placement_id
from app.domain.record import ObjectKind, Record, RecordKey
from app.domain.tenant import Tenant
from app.ground.bell import Bell
from app.ground.clock import Clock
from app.ground.errors import AppError, Reason
from app.ground.log import get_logger
from app.reading.facts import Asked, gather
from app.reading.person import gather_person, who_is
from app.storage import outbox
from app.storage import partner as partners
from app.storage import record as records
from app.storage import tenant as tenants
from app.storage.engine import Database
from app.storage.outbox import OutboxKind
from cards import registry
from cards.blocks import Card
from cards.facts import RecordFacts
from cards.frame import chosen

REFRESH_AFTER = timedelta(minutes=2)
"""A card that is older asks the agent to read the record again, and shows what it has meanwhile."""

log = get_logger(__name__)


class Cards:
    """Answers with any card of any record, as one actor may see it now."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        clock: Clock,
        fetch: Callable[[str, RecordKey], None],
        crm_of: Callable[[Tenant], Crm],
        preview_url: Callable[[Tenant, Actor, RecordKey, str], str],
        calendar_url: Callable[[Tenant, Actor, RecordKey, str], str],
        content_url: Callable[[Tenant, Actor, RecordKey, str], str],
        *,
        file_url: Callable[[Tenant, Actor, RecordKey, str, int], str],
        contact: Callable[[str, str], Mapping[str, str]],
    ) -> None:
        """`fetch(tenant_id, key)` brings a record we hold no copy of; `preview_url` is where this actor sees what a
        partner sees, `calendar_url` where it finds the plan's dates, `content_url` where it opens a piece of
        content, `file_url` a version of a shared file; `contact(tenant_id, id)` is what the CRM says of a contact
        that we do not know."""
        self._database = database
        self._bell = bell
        self._clock = clock
        self._fetch = fetch
        self._crm_of = crm_of
        self._preview_url = preview_url
        self._calendar_url = calendar_url
        self._content_url = content_url
        self._file_url = file_url
        self._contact = contact

    def card(
        self, tenant_id: str, actor: Actor, record: RecordKey, name: str, params: Mapping[str, str]
    ) -> Card:
        """The card as of now. Raises AppError for an unknown card or record."""
        registry.builder(name, record.object)
        now = self._clock()
        if record.object is ObjectKind.CONTACT:
            return self._card_of_person(tenant_id, actor, record, name, params)
        tenant, held = self._held(tenant_id, record)
        asked = Asked(
            actor=actor,
            focus=params.get("partner_id", "")[:64],
            before=params.get("before", "")[:64],
            zone=params.get("zone", "")[:64],
            locale=params.get("locale", "")[:35],
            crm_files=self._files(tenant, record) if name == "sharing" else (),
            preview_url=lambda partner_id: self._preview_url(tenant, actor, record, partner_id),
            calendar_url=partial(self._calendar_url, tenant, actor, record) if name == "plan" else None,
            content_url=partial(self._content_url, tenant, actor, record)
            if name in ("certifications", "overview")
            else None,
            file_url=partial(self._file_url, tenant, actor, record) if name == "sharing" else None,
            visits=name == "sharing",
        )
        with self._database.read() as connection:
            facts = gather(connection, tenant, held, asked, now)
        card = registry.build(name, facts, now)
        if name == "thread" and actor.side is Side.US:
            self._mark_seen(tenant_id, facts, now)
        return card

    def _card_of_person(
        self, tenant_id: str, actor: Actor, key: RecordKey, name: str, params: Mapping[str, str]
    ) -> Card:
        """Of a person whom we know the CRM is not asked anything; of anybody else we keep nothing."""
        now = self._clock()
        with self._database.read() as connection:
            tenant = self._tenant(connection, tenant_id)
            known = who_is(connection, tenant_id, key.crm_id, {})
        told = {} if known.contacts else self._contact(tenant_id, key.crm_id)
        asked = Asked(
            actor=actor,
            zone=params.get("zone", "")[:64],
            locale=params.get("locale", "")[:35],
            content_url=partial(self._content_url, tenant, actor, key),
        )
        with self._database.read() as connection:
            who = who_is(connection, tenant_id, key.crm_id, told) if told else known
            facts = gather_person(connection, tenant, key, who, asked, now)
        return registry.build(name, facts, now)

    def _mark_seen(self, tenant_id: str, facts: RecordFacts, now: datetime) -> None:
        """The thread that the card shows is read; the other partners' stay new, as do messages after this page."""
        shown, _ = chosen(facts)
        if shown is not None and shown.unread and not facts.before:
            with self._database.write() as connection:
                partners.mark_seen(connection, tenant_id, facts.record.key, shown.partner.id, now)
                outbox.add(
                    connection,
                    tenant_id,
                    OutboxKind.PLACEMENT,
                    placement_id(facts.record.key, shown.partner.id),
                    record=facts.record.key,
                    partner_id=shown.partner.id,
                    at=now,
                )

    def _held(self, tenant_id: str, record: RecordKey) -> tuple[Tenant, Record]:
        """Our copy of the record; read from the CRM first if there is none, and soon if it is not fresh."""
        tenant, held = self._look(tenant_id, record)
        if held is None:
            self._fetch(tenant_id, record)
            tenant, held = self._look(tenant_id, record)
        if held is None:
            raise AppError(Reason.UNKNOWN_RECORD, "This record is not in the CRM, or you may not see it.")
        if held.read_at is None or self._clock() - held.read_at > REFRESH_AFTER:
            with self._database.write() as connection:
                records.mark(connection, tenant_id, "read", [record], self._clock())
            self._bell.ring("crm")
        return tenant, held

    def _look(self, tenant_id: str, record: RecordKey) -> tuple[Tenant, Record | None]:
        with self._database.read() as connection:
            return self._tenant(connection, tenant_id), records.get(connection, tenant_id, record)

    def _tenant(self, connection: Connection, tenant_id: str) -> Tenant:
        tenant = tenants.by_id(connection, tenant_id)
        if tenant is None:
            raise AppError(Reason.UNKNOWN_TENANT, "This account is not connected to Alongside.")
        return tenant

    def _files(self, tenant: Tenant, record: RecordKey) -> tuple[CrmFile, ...]:
        """The record's files in the CRM; none while the CRM does not answer, which the card survives."""
        try:
            return tuple(self._crm_of(tenant).files(record.object, record.crm_id))
        except CrmError as error:
            log.warning("card.files_missing", tenant=tenant.id, error=type(error).__name__)
            return ()
