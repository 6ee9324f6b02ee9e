"""Certifications that are about to lapse: the team hears of it 60, 30 and 7 days before, once each, and the CRM's
status follows on the day itself."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Connection

from app.commands.announcing import newest_open_deal
from app.domain.actor import SYSTEM
from app.domain.certification import LAPSES_SOON, Certification, current, reminder_due
from app.domain.tenant import Tenant
from app.domain.tier import NO_TIER, falls_with
from app.ground.errors import AppError
from app.ground.log import get_logger
from app.storage import certification as certifications
from app.storage import partner as partners
from app.storage import programme as programmes
from app.storage import tenant as tenants
from app.storage import tier as tiers
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
        place = newest_open_deal(connection, tenant, one.partner_id)
        carries = _tier_that_ends(connection, tenant, one, held)
    is_news = stage >= 0 and one.id in {c.id for c in current(held)} and one.is_valid(today)
    key = f"remind-{one.id}-{one.expires}-{stage}"
    try:
        if is_news and place is not None:
            said = {
                "partner_id": one.partner_id,
                "audience": "team",
                "body": f"{_sentence(one, today)}{carries}",
            }
            agent.executor.run(tenant.id, SYSTEM, "thread.post", place, said, f"{key}-told")
        fields = {"certification_id": one.id, "days": stage}
        agent.executor.run(tenant.id, SYSTEM, "certification.remind", None, fields, key)
    except AppError as error:
        log.info("certification.reminder_skipped", tenant=tenant.id, reason=str(error.reason))
        return False
    return True


def settle_tiers(agent: Agent) -> int:
    """How many partners have another tier today than they had: a certification that lapsed no longer carries it. Each
    account is looked through once on each of its own days."""
    now = agent.clock()
    with agent.database.read() as connection:
        asking = set(tiers.asking(connection))
        known = [one for one in tenants.all_of(connection) if one.id in asking]
    changed = 0
    for tenant in known:
        key = f"tiers-{local_day(now, tenant.time_zone)}"
        try:
            done = agent.executor.run(tenant.id, SYSTEM, "partner.settle_tiers", None, {}, key)
        except AppError as error:
            log.info("certification.tiers_skipped", tenant=tenant.id, reason=str(error.reason))
            continue
        changed += int(str(done.result.get("changed", 0)))
    return changed


def _tier_that_ends(
    connection: Connection, tenant: Tenant, one: Certification, held: Sequence[Certification]
) -> str:
    """What becomes of the partner's tier unless this certification is renewed, as one more sentence."""
    partner = partners.get(connection, tenant.id, one.partner_id)
    needs = certifications.requirements(connection, tenant.id) if partner and partner.tier else []
    if partner is None or not needs:
        return ""
    programme = programmes.current(connection, tenant.id)
    last = falls_with(one, partner.tier, programme, needs, held)
    if last is None or last.until is None:
        return ""
    return (
        f" The tier {last.tier} of {partner.name} hangs on it: unless it is renewed, {last.then or NO_TIER} counts "
        f"after {full_day(last.until)}."
    )


def _sentence(one: Certification, today: date) -> str:
    assert one.expires is not None
    days = (one.expires - today).days
    left = "today is its last day" if days == 0 else f"{days} {'day' if days == 1 else 'days'} left"
    whose = f"{one.person}’s certification" if one.is_personal else "The firm’s certification"
    return f"{whose} {one.name} lapses after {full_day(one.expires)}: {left}."
