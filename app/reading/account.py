"""What an admin is shown of the connected account: its health, fields, partners and records. Writes nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.disclosure.policy import ROOM_SECTIONS, never_reason
from app.disclosure.snapshot import LABELS
from app.domain.partner import Partner, PartnerContact, PartnerType
from app.domain.record import ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground.errors import AppError, Reason
from app.reading import event_feed
from app.reading.facts import WHAT
from app.storage import event_feed as feeds
from app.storage import loading, outbox, tables
from app.storage import partner as partners_table
from app.storage import policy as policies
from app.storage import record as records_table
from app.storage import tenant as tenants
from app.storage.published.links import PublishedLink, links_of

RECORDS_SHOWN = 20

KNOWN_FIRST = {"deal": ObjectKind.DEAL, "company": ObjectKind.COMPANY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How many partners of a type there are, and how many links of theirs are open."""

    partners: int = 0
    links: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedWrite:
    """A write that the CRM refused: `what` is a noun ("the task"), `reason` the CRM's own words."""

    outbox_id: str
    what: str
    reason: str
    record: RecordKey | None = None
    record_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the tenant is doing. `trouble` is what stands in the way of the connection, in a sentence; `links` counts
    the open ones, `waiting` the writes that the CRM has yet to get, `events` whether Salesforce tells of changes by
    itself, `closed` why fields were taken off the safelist without an admin, while nobody has decided since,
    `loading` how far the first load is, empty once it is done."""

    connected: bool
    trouble: str = ""
    events: str = ""
    last_read_at: datetime | None = None
    partners: int = 0
    links: int = 0
    waiting: int = 0
    refused: Sequence[RefusedWrite] = ()
    closed: str = ""
    loading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """A field of the CRM as the safelist shows it: `name` is ours (or `crm:` and the API name), `sample` its value
    in a real record, `never_reason` why no policy can open it."""

    name: str
    label: str
    api_name: str
    sample: str = ""
    never_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """A record that partners work on, for the preview's list."""

    key: RecordKey
    name: str
    partners: Sequence[Partner]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRow:
    """`links` counts the partner's open links, `records` what it works on."""

    partner: Partner
    contacts: Sequence[PartnerContact] = ()
    links: int = 0
    records: int = 0


def tenant_of(connection: Connection, tenant_id: str) -> Tenant:
    tenant = tenants.by_id(connection, tenant_id)
    if tenant is None:
        raise AppError(Reason.UNKNOWN_TENANT, "This account is not connected to Alongside.")
    return tenant


def health(connection: Connection, tenant_id: str, now: datetime) -> Health:
    trouble = tenants.trouble_of(connection, tenant_id)
    last = connection.scalar(
        select(tables.record.c.read_at)
        .where(tables.record.c.tenant_id == tenant_id)
        .order_by(tables.record.c.read_at.desc())
        .limit(1)
    )
    feed = feeds.get(connection, tenant_id)
    return Health(
        connected=not trouble,
        trouble=trouble,
        events=event_feed.told(feed, now).sentence if feed.known else "",
        last_read_at=last,
        partners=len(partners_table.all_of(connection, tenant_id)),
        links=len(open_links(connection, tenant_id, now)),
        waiting=outbox.waiting_count(connection, tenant_id),
        refused=[_refused(connection, tenant_id, row) for row in outbox.refused(connection, tenant_id)],
        closed=_closed(connection, tenant_id),
        loading=under_way.sentence if (under_way := loading.of(connection, tenant_id)) else "",
    )


def _closed(connection: Connection, tenant_id: str) -> str:
    newest = policies.history(connection, tenant_id, 1)
    return str(newest[0]["reason"]) if newest and newest[0]["reason"].startswith("Closed, because") else ""


def fields(connection: Connection, tenant_id: str, obj: str) -> list[FieldRow]:
    """The fields we have a name for first, in the order people are shown them, then the CRM's others by label."""
    if obj == "room":
        return [FieldRow(name=name, label=LABELS["room", name], api_name="") for name in ROOM_SECTIONS]
    kind = KNOWN_FIRST.get(obj)
    if kind is None:
        raise AppError(Reason.NOT_FOUND, "There is no such object.")
    samples = _samples(connection, tenant_id, kind)
    order = [name for o, name in LABELS if o == obj]
    rows = [
        FieldRow(
            name=info.canonical,
            label=LABELS.get((obj, info.canonical), info.label),
            api_name=info.api_name,
            sample=samples.get(info.canonical, ""),
            never_reason=never_reason(info.canonical) or never_reason(info.label),
        )
        for info in tenants.fields(connection, tenant_id, kind)
    ]
    return sorted(
        rows,
        key=lambda row: (order.index(row.name) if row.name in order else len(order), row.label.lower()),
    )


def reach(connection: Connection, tenant_id: str, now: datetime) -> Mapping[PartnerType, Reach]:
    """How many partners and open links each type has."""
    known = partners_table.all_of(connection, tenant_id)
    links = Counter(link.partner_id for link in open_links(connection, tenant_id, now))
    return {
        kind: Reach(
            partners=sum(p.type is kind for p in known),
            links=sum(links[p.id] for p in known if p.type is kind),
        )
        for kind in PartnerType
    }


def records(connection: Connection, tenant_id: str, query: str) -> list[RecordRow]:
    """Some records with partners whose names contain the query, the latest first."""
    found = records_table.find_by_name(connection, tenant_id, query, RECORDS_SHOWN * 5)
    rows = [
        RecordRow(
            key=record.key,
            name=record.name,
            partners=[partner for partner, _ in partners_table.on_record(connection, tenant_id, record.key)],
        )
        for record in found
    ]
    return [row for row in rows if row.partners][:RECORDS_SHOWN]


def partners(connection: Connection, tenant_id: str, now: datetime) -> list[PartnerRow]:
    """Every partner, by name."""
    known = partners_table.all_of(connection, tenant_id)
    contacts = partners_table.contacts(connection, tenant_id, [partner.id for partner in known])
    links = Counter(link.partner_id for link in open_links(connection, tenant_id, now))
    return [
        PartnerRow(
            partner=partner,
            contacts=[c for c in contacts if c.partner_id == partner.id],
            links=links[partner.id],
            records=len(partners_table.records_of(connection, tenant_id, partner.id)),
        )
        for partner in known
    ]


def open_links(connection: Connection, tenant_id: str, now: datetime) -> list[PublishedLink]:
    return [
        link for link in links_of(connection, tenant_id) if link.ended_at is None and link.expires_at > now
    ]


def _refused(connection: Connection, tenant_id: str, row: outbox.OutboxRow) -> RefusedWrite:
    record = records_table.get(connection, tenant_id, row.record) if row.record else None
    return RefusedWrite(
        outbox_id=row.id,
        what=WHAT[row.kind],
        reason=row.refusal,
        record=row.record,
        record_name=record.name if record else "",
    )


def _samples(connection: Connection, tenant_id: str, kind: ObjectKind) -> dict[str, str]:
    """A value of each field from the records read last, so that an admin sees what a field holds."""
    t = tables.record.c
    rows = connection.execute(
        select(t.fields)
        .where(t.tenant_id == tenant_id, t.object == kind, t.archived.is_(False))
        .order_by(t.read_at.desc())
        .limit(10)
    )
    found: dict[str, str] = {}
    for row in rows:
        found |= {name: value[:80] for name, value in row.fields.items() if value and name not in found}
    return found
