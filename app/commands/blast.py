"""The places that a change of the safelist may reach, as they stand in the database: read in two questions."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.disclosure.blast import Blast, Place, blast
from app.disclosure.policy import Policy
from app.disclosure.snapshot import LABELS
from app.domain.partner import PartnerType
from app.domain.record import ObjectKind, Record, RecordKey
from app.storage import policy as policies
from app.storage import tables
from app.storage import tenant as tenants
from app.storage.published.links import ROOM
from app.storage.published_tables import share_link


def blast_of(connection: Connection, tenant_id: str, after: Policy, now: datetime) -> Blast:
    """What saving `after` would change for partners, against the policy in force."""
    before = policies.current(connection, tenant_id)
    places = _places(connection, tenant_id, (before, after), now)
    return blast(places, before, after, field_labels(connection, tenant_id))


def field_labels(connection: Connection, tenant_id: str) -> dict[tuple[str, str], str]:
    """What each field is called: by us where we have a name for it, else by the CRM."""
    theirs = {
        (str(kind), info.canonical): info.label
        for kind in (ObjectKind.DEAL, ObjectKind.COMPANY)
        for info in tenants.fields(connection, tenant_id, kind)
    }
    return theirs | dict(LABELS)


def _places(
    connection: Connection, tenant_id: str, both: tuple[Policy, Policy], now: datetime
) -> Iterator[Place]:
    links = _open_links(connection, tenant_id, now)
    shown = _Shown(connection, tenant_id)
    a, p, r = tables.attachment.c, tables.partner.c, tables.record.c
    company = tables.record.alias()
    rows = connection.execute(
        select(a.object, a.crm_id, p.id, p.name, p.type, r.name.label("called"), r.fields, r.company_id)
        .add_columns(company.c.fields.label("company"))
        .join(tables.partner, (p.tenant_id == a.tenant_id) & (p.id == a.partner_id))
        .join(tables.record, (r.tenant_id == a.tenant_id) & (r.object == a.object) & (r.crm_id == a.crm_id))
        .outerjoin(
            company,
            (company.c.tenant_id == a.tenant_id)
            & (company.c.object == ObjectKind.COMPANY)
            & (company.c.crm_id == r.company_id)
            & company.c.archived.is_(False),
        )
        .where(a.tenant_id == tenant_id, r.archived.is_(False))
        .order_by(r.name, a.crm_id, p.name)
    )
    for row in rows:
        key = RecordKey(ObjectKind(row.object), row.crm_id)
        record = Record(key=key, fields=row.fields)
        of_deal = key.object is ObjectKind.DEAL
        deal = record if of_deal else None
        held = _company(row) if of_deal else record
        yield Place(
            partner_id=row.id,
            partner_name=row.name,
            partner_type=PartnerType(row.type),
            record=str(key),
            record_name=row.called,
            values=shown.values(deal, held),
            scopes=(both[0].scope(row.id, deal, held), both[1].scope(row.id, deal, held)),
            links=links.get((row.object, row.crm_id, row.id), ()),
        )


def _company(row: Any) -> Record | None:
    if row.company is None:
        return None
    return Record(key=RecordKey(ObjectKind.COMPANY, row.company_id), fields=row.company)


class _Shown:
    """Values as a partner is shown them: a stage by its label, an owner by name."""

    def __init__(self, connection: Connection, tenant_id: str) -> None:
        self._stages = {s.value: s.label for s in tenants.stages(connection, tenant_id)}
        self._owners = {o.id: o.name for o in tenants.owners(connection, tenant_id)}

    def values(self, deal: Record | None, company: Record | None) -> dict[str, Mapping[str, str | None]]:
        found: dict[str, Mapping[str, str | None]] = {"room": {}}
        if deal:
            stage = deal.fields.get("stage")
            found["deal"] = {
                **self._named(deal),
                **({"stage": self._stages.get(stage, stage)} if stage else {}),
            }
        if company:
            found["company"] = self._named(company)
        return found

    def _named(self, record: Record) -> Mapping[str, str | None]:
        owner = record.fields.get("owner")
        return {**record.fields, "owner": self._owners.get(owner)} if owner else record.fields


def _open_links(
    connection: Connection, tenant_id: str, now: datetime
) -> dict[tuple[str, str, str], Sequence[frozenset[str]]]:
    """The people of each open link, by (object, CRM id, partner)."""
    t = share_link.c
    rows = connection.execute(
        select(t.object, t.crm_id, t.partner_id, t.contact_email, t.rules).where(
            t.tenant_id == tenant_id, t.purpose == ROOM, t.revoked_at.is_(None), t.expires_at > now
        )
    )
    found: dict[tuple[str, str, str], list[frozenset[str]]] = {}
    for row in rows:
        named = {part for rule in row.rules for part in rule[1:] if isinstance(part, str) and "@" in part[1:]}
        people = frozenset(who.lower() for who in {row.contact_email, *named} if who)
        found.setdefault((row.object, row.crm_id, row.partner_id), []).append(people)
    return {key: tuple(links) for key, links in found.items()}
