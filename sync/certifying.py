"""Certifications that are about to lapse: the team hears of it 60, 30 and 7 days before, once each, and the CRM's
status follows on the day itself."""

from datetime import date, timedelta

from sqlalchemy import Connection

from app.domain.actor import SYSTEM
from app.domain.certification import LAPSES_SOON, Certification, current, reminder_due
from app.domain.record import ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground.errors import AppError
from app.ground.log import get_logger
from app.storage import certification as certifications
from app.storage import partner as partners
from app.storage import record as records
from app.storage import tenant as tenants
from cards.words import full_day, local_day
from sync.deps import Agent

log = get_logger(__name__)


def remind(agent: Agent) -> int:
    """How many certifications came nearer to their end than they were when somebody last heard of them."""
    now = agent.clock()
    with agent.database.read() as connection:
        ending = certifications.ending(connection, now.date() + LAPSES_SOON + timedelta(days=1))
        known = {tenant.id: tenant for tenant in tenants.all_of(connection)}
    done = 0
    for tenant_id, one in ending:
        tenant = known.get(tenant_id)
        if tenant is None:
            continue
        today = local_day(now, tenant.time_zone)
        stage = reminder_due(one, today)
        if stage is not None:
            done += _remind(agent, tenant, one, stage, today)
    return done


def _remind(agent: Agent, tenant: Tenant, one: Certification, stage: int, today: date) -> bool:
    """The message first: should we stop in between, its key keeps it from being written twice."""
    with agent.database.read() as connection:
        held = certifications.of_partners(connection, tenant.id, [one.partner_id])
        place = _where(connection, tenant, one.partner_id)
    is_news = stage >= 0 and one.id in {c.id for c in current(held)} and one.is_valid(today)
    key = f"remind-{one.id}-{one.expires}-{stage}"
    try:
        if is_news and place is not None:
            said = {"partner_id": one.partner_id, "audience": "team", "body": _sentence(one, today)}
            agent.executor.run(tenant.id, SYSTEM, "thread.post", place, said, f"{key}-told")
        fields = {"certification_id": one.id, "days": stage}
        agent.executor.run(tenant.id, SYSTEM, "certification.remind", None, fields, key)
    except AppError as error:
        log.info("certification.reminder_skipped", tenant=tenant.id, reason=str(error.reason))
        return False
    return True


def _where(connection: Connection, tenant: Tenant, partner_id: str) -> RecordKey | None:
    """The open deal that the partner was brought to last: one place hears of it, not every one."""
    closed = {stage.value for stage in tenants.stages(connection, tenant.id) if stage.closed}
    for key in partners.newest_records_of(connection, tenant.id, partner_id):
        record = records.get(connection, tenant.id, key)
        if key.object is ObjectKind.DEAL and record and record.fields.get("stage") not in closed:
            return key
    return None


def _sentence(one: Certification, today: date) -> str:
    assert one.expires is not None
    days = (one.expires - today).days
    left = "today is its last day" if days == 0 else f"{days} {'day' if days == 1 else 'days'} left"
    whose = f"{one.person}’s certification" if one.is_personal else "The firm’s certification"
    return f"{whose} {one.name} lapses after {full_day(one.expires)}: {left}."
