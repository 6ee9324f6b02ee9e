"""Mails of steps that are due: to whoever has to act, and once a step stays late to the deal's owner and the admins.

What a partner is sent comes from what its page shows now, under today's safelist: a step that it may not see, or a
partner without an open link, is never written to.
"""

import smtplib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from app.domain.actor import SYSTEM, Side
from app.domain.plan import Step
from app.domain.plan_dates import local_day
from app.domain.plan_reminders import AHEAD, BEHIND, Reminder, reminder_for
from app.domain.record import Record, RecordKey
from app.domain.tenant import Tenant
from app.ground.errors import AppError
from app.ground.log import get_logger
from app.sharing.showing import allowed
from app.storage import partner as partners
from app.storage import plan as steps
from app.storage import policy as policies
from app.storage import record as records
from app.storage import tenant as tenants
from app.storage.done import was_done
from app.storage.published.links import ROOM, links_of
from app.storage.published.rooms import latest_snapshot
from cards.words import full_day
from sync.deps import Agent

log = get_logger(__name__)

PUT_OFF = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)
"""The server is there and does not take this mail: that says nothing of the next one. Whoever's mailbox is full must
not keep another partner's mail from it."""

NEVER = 500
"""SMTP: the first code of a lasting refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    to: str
    subject: str
    text: str


def remind(agent: Agent) -> int:
    """How many mails were sent. Without a mail server nothing is, and nothing is taken for sent."""
    if agent.send_mail is None:
        return 0
    with agent.database.read() as connection:
        everyone = tenants.all_of(connection)
    return sum(_remind_tenant(agent, tenant) for tenant in everyone)


def _remind_tenant(agent: Agent, tenant: Tenant) -> int:
    today = local_day(agent.clock(), tenant.time_zone)
    first, last = today - timedelta(days=BEHIND), today + timedelta(days=AHEAD)
    with agent.database.read() as connection:
        due = steps.due_between(connection, tenant.id, first, last)
    sent = 0
    for key, step in due:
        stage = reminder_for(step.due, today) if step.due else None
        if stage is None:
            continue
        try:
            sent += _remind_step(agent, tenant, key, step, stage)
        except PUT_OFF as error:
            log.warning("plans.mail_put_off", tenant=tenant.id, step=step.id, error=type(error).__name__)
        except (OSError, smtplib.SMTPException) as error:
            log.warning("plans.mail_failed", tenant=tenant.id, error=type(error).__name__)
            return sent  # the server is away: the next hour tries again
    return sent


def _remind_step(agent: Agent, tenant: Tenant, key: RecordKey, step: Step, stage: Reminder) -> int:
    """Sends first and notes then: who is told twice after a crash is better off than who is not told."""
    name = f"plan-remind-{step.id}-{step.due}-{stage}"
    with agent.database.read() as connection:
        if was_done(connection, tenant.id, name):
            return 0
        mails = list(_mails(connection, tenant, key, step, stage, agent))
    for mail in mails:
        try:
            if agent.send_mail:
                agent.send_mail(mail.to, tenant.name, mail.subject, mail.text)
        except AppError as error:
            log.info("plans.mail_refused", tenant=tenant.id, reason=str(error.reason))
        except PUT_OFF as error:
            if not _for_good(error):
                raise
            log.info("plans.mail_refused", tenant=tenant.id, step=step.id, error=type(error).__name__)
    fields = {"step_id": step.id, "stage": str(stage), "mails": len(mails)}
    agent.executor.run(tenant.id, SYSTEM, "plan.remind", key, fields, name)
    return len(mails)


def _for_good(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> bool:
    """A mail server answers 4xx for what it may take later, and 5xx for what it never will."""
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= NEVER
    return all(code >= NEVER for code, _ in error.recipients.values())


def _mails(
    connection: Connection, tenant: Tenant, key: RecordKey, step: Step, stage: Reminder, agent: Agent
) -> Iterator[Mail]:
    record = records.get(connection, tenant.id, key)
    if record is None or _is_closed(connection, tenant, record):
        return
    owner = _deal_owner(connection, tenant, record)
    if step.owner_side is Side.PARTNER and stage is not Reminder.ESCALATED:
        yield from _to_partner(connection, tenant, key, step, stage, agent)
        return
    to = {step.owner_email if step.owner_side is Side.US and step.owner_email else owner}
    if stage is Reminder.ESCALATED:
        to |= {owner, *tenant.admin_emails}
    page = tenant.page_of(key)
    who = step.owner_name or "Nobody"
    text = f"{record.name}: “{step.title}” ({who}) {_when(step, stage)}.\n{page}\n"
    for address in sorted(to - {""}):
        yield Mail(to=address, subject=f"{_SUBJECTS[stage]}: {step.title}", text=text)


def _to_partner(
    connection: Connection, tenant: Tenant, key: RecordKey, step: Step, stage: Reminder, agent: Agent
) -> Iterator[Mail]:
    now = agent.clock()
    links = [
        link
        for link in links_of(connection, tenant.id, record=key, partner_id=step.partner_id)
        if link.purpose == ROOM and link.revoked_at is None and link.expires_at > now
    ]
    invited = {link.contact_email.lower() for link in links if link.contact_email}
    to = {step.owner_email.lower()} & invited or invited
    for address in sorted(to):
        shown = _shown(connection, tenant, key, step, address)
        if shown is None:
            continue
        text = (
            f"“{shown['title']}” {_when(step, stage)}.\n\n"
            f"Open the page that {tenant.name} shares with you to see the plan or to mark it as done.\n"
        )
        yield Mail(to=address, subject=f"{_SUBJECTS[stage]}: {shown['title']}", text=text)


def _shown(
    connection: Connection, tenant: Tenant, key: RecordKey, step: Step, email: str
) -> Mapping[str, Any] | None:
    """The step as the page of this person shows it at this moment; None where it does not, or says otherwise."""
    published = latest_snapshot(connection, tenant.id, key, step.partner_id)
    partner = partners.get(connection, tenant.id, step.partner_id)
    if published is None or partner is None or str(partner.type) != published.partner_type:
        return None
    content = allowed(published, policies.current(connection, tenant.id), email)
    mine = {"id": step.id, "due": str(step.due), "side": str(Side.PARTNER)}
    return next((said for said in content.get("steps", ()) if mine.items() <= said.items()), None)


def _is_closed(connection: Connection, tenant: Tenant, record: Record) -> bool:
    closed = {stage.value for stage in tenants.stages(connection, tenant.id) if stage.closed}
    return record.fields.get("stage") in closed


def _deal_owner(connection: Connection, tenant: Tenant, record: Record) -> str:
    wanted = record.fields.get("owner")
    owners = tenants.owners(connection, tenant.id)
    return next((owner.email.lower() for owner in owners if owner.id == wanted), "")


def _when(step: Step, stage: Reminder) -> str:
    day = full_day(step.due) if step.due else ""
    return {
        Reminder.SOON: f"is due on {day}",
        Reminder.TODAY: "is due today",
        Reminder.LATE: f"was due on {day}",
        Reminder.ESCALATED: f"was due on {day} and is still open",
    }[stage]


_SUBJECTS = {
    Reminder.SOON: "Due soon",
    Reminder.TODAY: "Due today",
    Reminder.LATE: "Late",
    Reminder.ESCALATED: "Still open",
}
