"""The admin desk over storage: gathers what the admin pages show. Writes nothing but sessions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Connection, select

from app.commands.publishing import compose_room
from app.disclosure.changes import Reach
from app.disclosure.policy import ROOM_SECTIONS, Policy, never_reason, stored_policy
from app.disclosure.snapshot import LABELS, Content
from app.domain.partner import PartnerType
from app.domain.record import ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.doors.admin.ports import (
    AdminSession,
    AuditRow,
    FieldRow,
    Health,
    PartnerRow,
    PolicyVersion,
    RecordRow,
    RefusedWrite,
)
from app.ground.clock import Clock
from app.ground.errors import AppError, Reason
from app.ground.ids import hash_token, new_token
from app.reading.facts import WHAT
from app.storage import audit as audit_log
from app.storage import outbox, tables
from app.storage import partner as partners_table
from app.storage import policy as policies
from app.storage import record as records_table
from app.storage import tenant as tenants
from app.storage.engine import Database
from app.storage.published.links import PublishedLink, links_of
from app.storage.rows import find, insert, update

SESSION_LIFE = timedelta(hours=8)
"""A working day; the next morning starts from the CRM again."""

AUDIT_PAGE = 50
RECORDS_SHOWN = 20

KNOWN_FIRST = {"deal": ObjectKind.DEAL, "company": ObjectKind.COMPANY}


class Desk:
    """Implements AdminDesk."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def enter(self, ticket: str) -> AdminSession | None:
        """Uses the ticket up in one statement, so that of two tries at once only one gets in."""
        t, now, token = tables.admin_session.c, self._clock(), new_token()
        with self._database.write() as connection:
            row = find(
                connection, tables.admin_session, t.token_hash == hash_token(ticket), t.entry.is_(True)
            )
            used = update(
                connection,
                tables.admin_session,
                {"used": True},
                t.token_hash == hash_token(ticket),
                t.entry.is_(True),
                t.used.is_(False),
                t.expires_at > now,
            )
            if row is None or not used:
                return None
            session = AdminSession(
                token=token,
                tenant_id=row["tenant_id"],
                email=row["email"],
                name=row["name"],
                expires_at=now + SESSION_LIFE,
            )
            insert(
                connection,
                tables.admin_session,
                {
                    "token_hash": hash_token(token),
                    "tenant_id": session.tenant_id,
                    "email": session.email,
                    "name": session.name,
                    "expires_at": session.expires_at,
                    "used": False,
                    "entry": False,
                },
            )
        return session

    def session(self, token: str) -> AdminSession | None:
        t = tables.admin_session.c
        with self._database.read() as connection:
            row = find(
                connection,
                tables.admin_session,
                t.token_hash == hash_token(token),
                t.entry.is_(False),
                t.expires_at > self._clock(),
            )
        if row is None:
            return None
        return AdminSession(
            token=token,
            tenant_id=row["tenant_id"],
            email=row["email"],
            name=row["name"],
            expires_at=row["expires_at"],
        )

    def leave(self, token: str) -> None:
        with self._database.write() as connection:
            connection.execute(
                tables.admin_session.delete().where(tables.admin_session.c.token_hash == hash_token(token))
            )

    def tenant(self, tenant_id: str) -> Tenant:
        with self._database.read() as connection:
            return _tenant(connection, tenant_id)

    def health(self, tenant_id: str) -> Health:
        with self._database.read() as connection:
            trouble = tenants.trouble_of(connection, tenant_id)
            last = connection.scalar(
                select(tables.record.c.read_at)
                .where(tables.record.c.tenant_id == tenant_id)
                .order_by(tables.record.c.read_at.desc())
                .limit(1)
            )
            return Health(
                connected=not trouble,
                trouble=trouble,
                last_read_at=last,
                partners=len(partners_table.all_of(connection, tenant_id)),
                links=len(self._open_links(connection, tenant_id)),
                waiting=outbox.waiting_count(connection, tenant_id),
                refused=[
                    _refused(connection, tenant_id, row) for row in outbox.refused(connection, tenant_id)
                ],
            )

    def fields(self, tenant_id: str, obj: str) -> Sequence[FieldRow]:
        """The fields we have a name for first, in the order people are shown them, then the CRM's others by label."""
        if obj == "room":
            return [FieldRow(name=name, label=LABELS["room", name], api_name="") for name in ROOM_SECTIONS]
        kind = KNOWN_FIRST.get(obj)
        if kind is None:
            raise AppError(Reason.NOT_FOUND, "There is no such object.")
        with self._database.read() as connection:
            infos = tenants.fields(connection, tenant_id, kind)
            samples = _samples(connection, tenant_id, kind)
        order = [name for o, name in LABELS if o == obj]
        rows = [
            FieldRow(
                name=info.canonical,
                label=LABELS.get((obj, info.canonical), info.label),
                api_name=info.api_name,
                sample=samples.get(info.canonical, ""),
                never_reason=never_reason(info.canonical),
            )
            for info in infos
        ]
        return sorted(
            rows,
            key=lambda row: (order.index(row.name) if row.name in order else len(order), row.label.lower()),
        )

    def policy(self, tenant_id: str) -> Policy:
        with self._database.read() as connection:
            return policies.current(connection, tenant_id)

    def history(self, tenant_id: str) -> Sequence[PolicyVersion]:
        with self._database.read() as connection:
            return [
                PolicyVersion(
                    policy=stored_policy(row["body"], row["version"]),
                    author=row["author"],
                    reason=row["reason"],
                    created_at=row["created_at"],
                )
                for row in policies.history(connection, tenant_id)
            ]

    def reach(self, tenant_id: str) -> Mapping[PartnerType, Reach]:
        with self._database.read() as connection:
            known = partners_table.all_of(connection, tenant_id)
            links = Counter(link.partner_id for link in self._open_links(connection, tenant_id))
        return {
            kind: Reach(
                partners=sum(p.type is kind for p in known),
                links=sum(links[p.id] for p in known if p.type is kind),
            )
            for kind in PartnerType
        }

    def records(self, tenant_id: str, query: str) -> Sequence[RecordRow]:
        with self._database.read() as connection:
            found = records_table.find_by_name(connection, tenant_id, query, RECORDS_SHOWN * 5)
            rows = [
                RecordRow(
                    key=record.key,
                    name=record.name,
                    partners=[
                        partner for partner, _ in partners_table.on_record(connection, tenant_id, record.key)
                    ],
                )
                for record in found
            ]
        return [row for row in rows if row.partners][:RECORDS_SHOWN]

    def preview(
        self, tenant_id: str, record: RecordKey, partner_id: str, policy: Policy | None
    ) -> Content | None:
        with self._database.read() as connection:
            partner = partners_table.get(connection, tenant_id, partner_id)
            if partner is None or not partners_table.is_on(connection, tenant_id, record, partner_id):
                return None
            chosen = policy or policies.current(connection, tenant_id)
            try:
                return compose_room(
                    connection, _tenant(connection, tenant_id), record, partner, chosen, self._clock()
                )
            except LookupError:
                return None

    def partners(self, tenant_id: str) -> Sequence[PartnerRow]:
        with self._database.read() as connection:
            known = partners_table.all_of(connection, tenant_id)
            contacts = partners_table.contacts(connection, tenant_id, [partner.id for partner in known])
            links = Counter(link.partner_id for link in self._open_links(connection, tenant_id))
            return [
                PartnerRow(
                    partner=partner,
                    contacts=[c for c in contacts if c.partner_id == partner.id],
                    links=links[partner.id],
                    records=len(partners_table.records_of(connection, tenant_id, partner.id)),
                )
                for partner in known
            ]

    def audit(self, tenant_id: str, before: int | None) -> Sequence[AuditRow]:
        with self._database.read() as connection:
            rows = audit_log.newest(connection, tenant_id, AUDIT_PAGE, before)
        return [
            AuditRow(
                sequence=row["sequence"],
                at=row["at"],
                actor=row["actor_name"],
                command=row["command"],
                record=RecordKey(ObjectKind(row["object"]), row["crm_id"]) if row["object"] else None,
                detail=", ".join(
                    f"{name.replace('_', ' ')}: {value}"
                    for name, value in row["detail"].items()
                    if value not in ("", "None")
                )[:500],
            )
            for row in rows
        ]

    def _open_links(self, connection: Connection, tenant_id: str) -> list[PublishedLink]:
        now = self._clock()
        return [
            link
            for link in links_of(connection, tenant_id)
            if link.revoked_at is None and link.expires_at > now
        ]


def _tenant(connection: Connection, tenant_id: str) -> Tenant:
    tenant = tenants.by_id(connection, tenant_id)
    if tenant is None:
        raise AppError(Reason.UNKNOWN_TENANT, "This account is not connected to Alongside.")
    return tenant


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
