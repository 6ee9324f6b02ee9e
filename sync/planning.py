"""What the CRM is told of plans: each step as a task, and how the plans on a deal are doing together."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from app.commands.plan_state import deal_health
from app.crm.port import EvidenceFacts, PlanWrite, StepWrite
from app.domain.actor import Side
from app.domain.plan import Step, StepStatus
from app.domain.plan_forecast import Health, PlanHealth
from app.domain.record import ObjectKind
from app.domain.tenant import Tenant
from app.domain.thread import Audience
from app.storage import partner as partners
from app.storage import plan as steps
from app.storage import record as records
from app.storage.outbox import OutboxRow
from sync.deps import Agent


def step(connection: Connection, tenant: Tenant, row: OutboxRow, _: Agent) -> StepWrite | None:
    found = steps.get(connection, tenant.id, row.subject_id)
    partner = partners.get(connection, tenant.id, row.partner_id) if row.partner_id else None
    if found is None or partner is None:
        return None
    key, it = found
    deal_id, company_id = records.place(connection, tenant.id, key)
    return StepWrite(
        external_id=it.id,
        deal_id=deal_id,
        company_id=company_id,
        partner_name=partner.name,
        partner_external_id=partner.id,
        milestone=it.milestone,
        title=it.title,
        owner_is_partner=it.owner_side is Side.PARTNER,
        owner_name=it.owner_name,
        owner_email=it.owner_email,
        due=it.due,
        done=it.status is StepStatus.DONE,
        done_at=it.done_at,
        team_only=it.audience is Audience.TEAM,
        position=it.position,
        crm_id=it.crm_id,
        done_by=it.done_by,
        version=it.version,
        **_planned(it),
    )


def _planned(it: Step) -> dict[str, Any]:
    """What the plan knows of a step, beyond what a task shows."""
    return {
        "dropped": it.status is StepStatus.DROPPED,
        "required": it.required,
        "after": it.after,
        "rule": it.rule,
        "baseline": it.baseline,
        "owner_role": str(it.owner_role),
        "key": it.key,
        "template_id": it.template_id,
        "template_version": it.template_version,
        "plan_start": it.plan_start,
        "evidence": tuple(EvidenceFacts(**asdict(one)) for one in it.evidence),
        "proposal": it.asked,
    }


def health(connection: Connection, tenant: Tenant, row: OutboxRow, agent: Agent) -> PlanWrite | None:
    """How the plans on the deal are doing at the moment of writing: a row waits for the CRM, and says how it is
    then."""
    if row.record is None or row.record.object is not ObjectKind.DEAL:
        return None
    found = deal_health(connection, tenant, row.record, agent.clock())
    return _write(row.subject_id, row.record.crm_id, found) if found else None


def _write(external_id: str, deal_id: str, found: PlanHealth) -> PlanWrite:
    return PlanWrite(
        external_id=external_id,
        deal_id=deal_id,
        health="" if found.state is Health.NONE else str(found.state),
        waiting_on_partner=None if found.next is None else found.next.owner_side is Side.PARTNER,
        next_step=found.next.title if found.next else "",
        next_due=found.next.due if found.next else None,
        forecast=found.expected if found.state is not Health.NONE else None,
        progress=round(100 * found.done / found.total) if found.total else 0,
        on_time=found.on_time,
    )
