"""What HubSpot's settings page shows an admin, as JSON: the account, its set-up, its partners, and its safelist."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.commands.blast import blast_of, field_labels
from app.crm.port import AuthExpired, CrmError
from app.disclosure.policy import OBJECTS, Policy
from app.disclosure.policy_body import read_policy
from app.domain.actor import Actor
from app.domain.partner import PartnerType
from app.domain.plan_template import Motion
from app.domain.record import RecordKey
from app.domain.tenant import Tenant
from app.ground.clock import Clock
from app.ground.errors import AppError, Reason
from app.ground.log import get_logger
from app.reading import account, plan_settings, safelist
from app.reading.setup import Found, Item, checklist
from app.storage import plan_template as plan_templates
from app.storage import policy as policies
from app.storage import sighting, tables
from app.storage import tenant as tenants
from app.storage.engine import Database
from cards import words

PREVIEWS = 25
"""Rooms to choose from at most; each has an address that lives a quarter of an hour."""

LOST = "HubSpot no longer accepts our access: the app was removed, or its rights were taken back."

log = get_logger(__name__)

ScopesOf = Callable[[Tenant], Sequence[str]]
"""The scopes that the account granted. Raises CrmError."""

PreviewUrl = Callable[[Tenant, Actor, RecordKey, str], str]


class Settings:
    """Implements the door's SettingsSource. Every answer is for an admin's eyes only; the door sees to that."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        origin: str,
        *,
        scopes_of: ScopesOf,
        wanted: Sequence[str],
        optional: Sequence[str],
        preview_url: PreviewUrl,
        look: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`wanted` and `optional` are the scopes that the app asks for; `look` brings the CRM's fields up to date."""
        self._database = database
        self._clock = clock
        self._origin = origin
        self._scopes_of = scopes_of
        self._wanted = wanted
        self._optional = optional
        self._preview_url = preview_url
        self._look = look

    def overview(self, tenant_id: str, actor: Actor, called: str) -> Mapping[str, Any]:
        """Everything but the safelist. Asks HubSpot whether the connection stands, and remembers if it does not;
        `called` is the origin that the page was told to call."""
        now = self._clock()
        with self._database.read() as connection:
            tenant = account.tenant_of(connection, tenant_id)
        granted = self._granted(tenant)
        with self._database.read() as connection:
            health = account.health(connection, tenant_id, now)
            found = self._found(connection, tenant, granted, health, called)
            rows = account.partners(connection, tenant_id, now)
            reach = account.reach(connection, tenant_id, now)
            rooms = account.records(connection, tenant_id, "")
            templates = plan_templates.all_of(connection, tenant_id)
        return {
            "account": {"id": tenant.account_id, "name": tenant.name, "origin": self._origin},
            "checklist": [asdict(item) for item in checklist(found, now)],
            "health": _health(tenant, health, now),
            "types": [
                {"value": t, "label": t.label, "partners": reach[t].partners, "links": reach[t].links}
                for t in PartnerType
            ],
            "partners": [_partner(row) for row in rows],
            "templates": plan_settings.templates(templates),
            "motions": [{"value": motion, "label": motion.label} for motion in Motion],
            "previews": [
                {
                    "label": f"{room.name} – {partner.name}",
                    "url": self._preview_url(tenant, actor, room.key, partner.id),
                }
                for room in rooms
                for partner in room.partners
            ][:PREVIEWS],
        }

    def safelist(self, tenant_id: str, type_name: str) -> Mapping[str, Any]:
        """What one partner type sees, field by field, and the whole policy as `policy.save` takes it."""
        kind = _type(type_name)
        self._look(tenant_id)
        with self._database.read() as connection:
            policy = policies.current(connection, tenant_id)
            objects = [_object(connection, tenant_id, policy, kind, obj) for obj in OBJECTS]
        return {"version": policy.version, "type": kind, "body": policy.grid_json(), "objects": objects}

    def reach(self, tenant_id: str, body: object) -> Mapping[str, Any]:
        """How far it would reach if `body` were the policy. Raises AppError for one that cannot be."""
        with self._database.read() as connection:
            saved = policies.current(connection, tenant_id)
            edited = replace(read_policy(body, saved.version), exceptions=saved.exceptions)
            found = blast_of(connection, tenant_id, edited, self._clock())
            labels = field_labels(connection, tenant_id)
        return {"sentences": safelist.sentences(found, saved, edited, labels), "people": found.people}

    def setup(self, tenant: Tenant) -> list[Item]:
        """The set-up checklist of one account, as `alongside doctor` goes through it."""
        now = self._clock()
        granted = self._granted(tenant)
        with self._database.read() as connection:
            health = account.health(connection, tenant.id, now)
            return checklist(self._found(connection, tenant, granted, health, ""), now)

    def _granted(self, tenant: Tenant) -> Sequence[str] | None:
        """The scopes by HubSpot's own word; None where it cannot be asked. A lost access is noted, a working one
        takes the note away."""
        trouble = ""
        granted: Sequence[str] | None = None
        try:
            granted = self._scopes_of(tenant)
        except AuthExpired:
            trouble = LOST
        except CrmError as error:
            log.info("settings.scopes_unknown", tenant=tenant.id, error=type(error).__name__)
            return None
        with self._database.read() as connection:
            known = tenants.trouble_of(connection, tenant.id)
        if bool(known) != bool(trouble):
            with self._database.write() as connection:
                tenants.set_trouble(connection, tenant.id, trouble)
        return granted

    def _found(
        self,
        connection: Connection,
        tenant: Tenant,
        granted: Sequence[str] | None,
        health: account.Health,
        called: str,
    ) -> Found:
        return Found(
            trouble=health.trouble,
            granted=granted,
            wanted=self._wanted,
            optional=self._optional,
            called=called,
            expected=self._origin,
            sightings=sighting.all_of(connection, tenant.id),
            connected_at=tenants.connected_at(connection, tenant.id),
            last_read_at=health.last_read_at,
            changed_at=connection.scalar(
                select(tables.record.c.modified_at)
                .where(tables.record.c.tenant_id == tenant.id)
                .order_by(tables.record.c.modified_at.desc())
                .limit(1)
            ),
            policy_version=policies.current(connection, tenant.id).version,
            partners=health.partners,
            admins=tenant.admin_emails,
        )


def _health(tenant: Tenant, health: account.Health, now: datetime) -> Mapping[str, Any]:
    return {
        "trouble": health.trouble,
        "last_read": words.ago(health.last_read_at, now) if health.last_read_at else "",
        "last_read_at": words.absolute(health.last_read_at, tenant.time_zone) if health.last_read_at else "",
        "partners": health.partners,
        "links": health.links,
        "waiting": health.waiting,
        "refused": [
            {
                "id": write.outbox_id,
                "what": write.what,
                "reason": write.reason,
                "record": write.record_name,
                "url": tenant.page_of(write.record) if write.record else "",
            }
            for write in health.refused
        ],
    }


def _partner(row: account.PartnerRow) -> Mapping[str, Any]:
    return {
        "id": row.partner.id,
        "name": row.partner.name,
        "type": row.partner.type,
        "type_label": row.partner.type.label,
        "tier": row.partner.tier,
        "domain": row.partner.domain,
        "records": row.records,
        "links": row.links,
        "people": [
            f"{contact.name} <{contact.email}>" if contact.name else contact.email for contact in row.contacts
        ],
    }


def _object(
    connection: Connection, tenant_id: str, policy: Policy, kind: PartnerType, obj: str
) -> Mapping[str, Any]:
    rows = account.fields(connection, tenant_id, obj)
    return {
        "name": obj,
        "label": safelist.OBJECT_LABELS[obj],
        "fields": [_field(policy, kind, obj, row) for row in rows],
    }


def _field(policy: Policy, kind: PartnerType, obj: str, row: account.FieldRow) -> Mapping[str, Any]:
    value = policy.treatment(kind, obj, row.name)
    never = row.never_reason
    return {
        "name": row.name,
        "label": row.label,
        "api_name": row.api_name,
        "sample": "" if never else row.sample,
        "never": never or "",
        "treatment": value,
        "options": [] if never else [list(option) for option in safelist.options(obj, row.sample, value)],
    }


def _type(name: str) -> PartnerType:
    try:
        return PartnerType(name)
    except ValueError:
        raise AppError(Reason.UNKNOWN_PARTNER_TYPE, "There is no such type of partner.") from None
