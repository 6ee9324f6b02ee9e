"""What a plan's dates and forecast rest on: the record's close date and stage, the day it is, and both calendars."""

from datetime import date, datetime

from sqlalchemy import Connection

from app.commands.context import Context
from app.domain.plan import Step
from app.domain.plan_calendar import Calendar, calendar_of
from app.domain.plan_dates import Anchors, close_day, local_day
from app.domain.plan_forecast import PlanHealth, health, worst
from app.domain.record import RecordKey
from app.domain.tenant import Tenant
from app.storage import partner as partners
from app.storage import plan as steps
from app.storage import record as records


def deal_health(connection: Connection, tenant: Tenant, key: RecordKey, now: datetime) -> PlanHealth | None:
    """Of the plans with several partners the one that needs somebody most; None where there never was a step."""
    record = records.get(connection, tenant.id, key)
    close = close_day(record.fields.get("close_date")) if record else None
    plans: dict[str, list[Step]] = {}
    for step in steps.on_record(connection, tenant.id, key):
        plans.setdefault(step.partner_id, []).append(step)
    today = local_day(now, tenant.time_zone)
    return worst(
        [
            health(plan, close, today, tenant.time_zone, calendar(connection, tenant, partner_id))
            for partner_id, plan in plans.items()
        ]
    )


def calendar(connection: Connection, tenant: Tenant, partner_id: str) -> Calendar:
    """The days on which both firms work."""
    partner = partners.get(connection, tenant.id, partner_id)
    return calendar_of(tenant.country, partner.country if partner else "")


def today(context: Context) -> date:
    """The account's own date."""
    return local_day(context.now, context.tenant.time_zone)


def anchors(context: Context) -> Anchors:
    """The stage that the record is in counts from today: what is dated by it was dated when the record came there,
    and of stages before it nothing is known."""
    fields = context.record.fields if context.record else {}
    stage = fields.get("stage")
    return Anchors(
        close=close_day(fields.get("close_date")),
        stages={stage: today(context)} if stage else {},
        zone=context.tenant.time_zone,
    )
