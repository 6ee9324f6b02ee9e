"""The admin desk over storage: gathers what the admin pages show. Writes nothing but sessions."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from app.commands.blast import blast_of, field_labels
from app.commands.publishing import compose_room
from app.crm.port import Stage
from app.disclosure.blast import Blast
from app.disclosure.policy import Policy
from app.disclosure.policy_body import stored_policy
from app.disclosure.snapshot import Content
from app.domain.certification import Source
from app.domain.link import LinkPreset
from app.domain.partner import PartnerType
from app.domain.plan_template import Template
from app.domain.record import ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.doors.admin.ports import (
    AdminSession,
    AuditRow,
    Certifying,
    FieldRow,
    Health,
    PartnerRow,
    PolicyVersion,
    RecordRow,
)
from app.ground.clock import Clock
from app.ground.ids import hash_token, new_token
from app.reading import account, exposures
from app.reading.exposures import Ledger, Shown
from app.reading.feeds import Feeds
from app.reading.past_rooms import PastRoom, past_room
from app.storage import audit as audit_log
from app.storage import certification as certifications
from app.storage import credential_feed, link_preset, offboarding, tables
from app.storage import partner as partners_table
from app.storage import plan_template as plan_templates
from app.storage import policy as policies
from app.storage import proposal as proposals
from app.storage import tenant as tenants
from app.storage.engine import Database
from app.storage.offboarding import Offboarding
from app.storage.proposal import Proposal
from app.storage.published.exposures import Wanted
from app.storage.published.requests import newest_terms
from app.storage.rows import find, insert, update

SESSION_LIFE = timedelta(hours=8)
"""A working day; the next morning starts from the CRM again."""

AUDIT_PAGE = 50


class Desk:
    """Implements AdminDesk."""

    def __init__(self, database: Database, clock: Clock, feeds: Feeds) -> None:
        self._database = database
        self._clock = clock
        self._feeds = feeds

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
            return account.tenant_of(connection, tenant_id)

    def health(self, tenant_id: str) -> Health:
        with self._database.read() as connection:
            return account.health(connection, tenant_id, self._clock())

    def fields(self, tenant_id: str, obj: str) -> Sequence[FieldRow]:
        with self._database.read() as connection:
            return account.fields(connection, tenant_id, obj)

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

    def blast(self, tenant_id: str, edited: Policy) -> Blast:
        with self._database.read() as connection:
            return blast_of(connection, tenant_id, edited, self._clock())

    def labels(self, tenant_id: str) -> Mapping[tuple[str, str], str]:
        with self._database.read() as connection:
            return field_labels(connection, tenant_id)

    def pipeline(self, tenant_id: str) -> Sequence[Stage]:
        with self._database.read() as connection:
            return tenants.stages(connection, tenant_id)

    def proposals(self, tenant_id: str) -> Sequence[Proposal]:
        with self._database.read() as connection:
            return proposals.waiting(connection, tenant_id)

    def records(self, tenant_id: str, query: str) -> Sequence[RecordRow]:
        with self._database.read() as connection:
            return account.records(connection, tenant_id, query)

    def preview(
        self, tenant_id: str, record: RecordKey, partner_id: str, policy: Policy | None
    ) -> Content | None:
        with self._database.read() as connection:
            partner = partners_table.get(connection, tenant_id, partner_id)
            if partner is None or not partners_table.is_on(connection, tenant_id, record, partner_id):
                return None
            chosen = policy or policies.current(connection, tenant_id)
            try:
                tenant = account.tenant_of(connection, tenant_id)
                return compose_room(connection, tenant, record, partner, chosen, self._clock())
            except LookupError:
                return None

    def past(
        self, tenant_id: str, record: RecordKey, partner_id: str, email: str, day: date
    ) -> PastRoom | None:
        with self._database.read() as connection:
            if partners_table.get(connection, tenant_id, partner_id) is None:
                return None
            tenant = account.tenant_of(connection, tenant_id)
            return past_room(connection, tenant, record, partner_id, email, day, self._clock())

    def partners(self, tenant_id: str) -> Sequence[PartnerRow]:
        with self._database.read() as connection:
            return account.partners(connection, tenant_id, self._clock())

    def link_presets(self, tenant_id: str) -> Mapping[PartnerType, LinkPreset]:
        with self._database.read() as connection:
            return link_preset.presets(connection, tenant_id)

    def link_terms(self, tenant_id: str) -> str:
        with self._database.read() as connection:
            return newest_terms(connection, tenant_id)[1]

    def exposures(self, tenant_id: str, wanted: Wanted, field: str, after: object) -> Ledger:
        with self._database.read() as connection:
            return exposures.page(connection, tenant_id, wanted, field, after)

    def all_exposures(self, tenant_id: str, wanted: Wanted, field: str) -> Sequence[Shown]:
        with self._database.read() as connection:
            return list(exposures.every(connection, tenant_id, wanted, field))

    def offboardings(self, tenant_id: str) -> Sequence[Offboarding]:
        with self._database.read() as connection:
            return offboarding.all_of(connection, tenant_id)

    def templates(self, tenant_id: str) -> Sequence[Template]:
        with self._database.read() as connection:
            return plan_templates.all_of(connection, tenant_id)

    def stages(self, tenant_id: str) -> Sequence[tuple[str, str]]:
        with self._database.read() as connection:
            found = tenants.stages(connection, tenant_id)
        return [(stage.value, stage.label) for stage in found if not stage.closed]

    def certifying(self, tenant_id: str) -> Certifying:
        with self._database.read() as connection:
            return Certifying(
                partners=partners_table.all_of(connection, tenant_id),
                waiting=certifications.all_unplaced(connection, tenant_id),
                requirements=certifications.requirements(connection, tenant_id),
                feeds=credential_feed.all_of(connection, tenant_id),
            )

    def badge(self, raw: bytes, name: str, email: str) -> dict[str, object]:
        return self._feeds.badge(raw, name, email)

    def seal_feed(
        self, tenant_id: str, kind: Source, typed: Mapping[str, str], feed_id: str = ""
    ) -> tuple[str, str]:
        with self._database.read() as connection:
            held = [feed for feed in credential_feed.all_of(connection, tenant_id) if feed.id == feed_id]
        return self._feeds.seal(kind, typed, held[0] if held else None)

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
                    if isinstance(value, str) and value not in ("", "None")
                )[:500],
            )
            for row in rows
        ]
