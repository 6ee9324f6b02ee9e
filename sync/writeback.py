"""From the outbox to the CRM: batched across records, in order per record, each write's effect once."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.crm.port import (
    ConflictWrite,
    CrmError,
    MessageWrite,
    Refused,
    ShareLinkWrite,
    StepWrite,
    Write,
    WriteResult,
    Written,
)
from app.domain.actor import Side
from app.domain.partner import Partner
from app.domain.tenant import Tenant
from app.domain.thread import Audience, Delivery
from app.ground import metrics
from app.ground.log import get_logger
from app.storage import conflict as conflicts
from app.storage import fault, outbox
from app.storage import partner as partners
from app.storage import plan as steps
from app.storage import record as records
from app.storage import tenant as tenants
from app.storage import thread as messages
from app.storage.fault import Work
from app.storage.outbox import OutboxKind, OutboxRow
from app.storage.published.links import link_of, links_of, token_hash_of
from sync import partnering, planning, registering
from sync import steps as follow
from sync.backoff import (
    FIRST,
    NOT_ITS_FAULT,
    SET_ASIDE_AFTER,
    comes_back,
    delay,
    divide,
    note_fault,
    sentence_of,
)
from sync.deps import Agent
from sync.ingest import note_trouble

BATCH = 200
"""What one call of Salesforce takes, and two of HubSpot: more could outlast the lease."""

log = get_logger(__name__)


@dataclass(slots=True)
class Outcome:
    """How many rows left the outbox, and how many the CRM refused."""

    written: int = 0
    refused: int = 0

    @property
    def total(self) -> int:
        return self.written + self.refused


def write_due(agent: Agent) -> int:
    """Writes what is due, up to a batch of each kind for every tenant whose CRM need not be left alone. How many rows
    left the outbox or were refused."""
    with agent.database.read() as connection:
        due = outbox.tenants_due(connection, agent.clock())
    random.shuffle(due)  # workers begin with different tenants, and none is always the last
    done = 0
    for tenant_id in due:
        if agent.budgets.of(tenant_id).paused():
            continue
        with agent.database.read() as connection:
            tenant = tenants.by_id(connection, tenant_id)
        if tenant is not None:
            done += write_tenant(agent, tenant).total
    return done


def write_tenant(agent: Agent, tenant: Tenant) -> Outcome:
    """Writes up to a batch of each kind of what is due for one tenant, until its CRM asks for a pause."""
    outcome = Outcome()
    for kind in OutboxKind:
        if not _write_kind(agent, tenant, kind, outcome):
            break
    return outcome


def _write_kind(agent: Agent, tenant: Tenant, kind: OutboxKind, outcome: Outcome) -> bool:
    """False if the CRM did not answer, or asked us to wait."""
    with agent.database.write() as connection:
        rows = outbox.claim(connection, tenant.id, kind, agent.clock(), BATCH)
    if not rows:
        return True
    if kind is OutboxKind.STEP and (trouble := _look_first(agent, tenant, rows)):
        _set_back(agent, tenant, rows, trouble)
        return False
    writes, gone, broken = _build(agent, tenant, kind, rows)
    done: list[tuple[OutboxRow, WriteResult]] = []

    def send(part: Sequence[tuple[OutboxRow, Write]]) -> None:
        results = agent.crm_of(tenant).write([write for _, write in part])
        done.extend(zip([row for row, _ in part], results, strict=True))

    divided = divide(writes, send)
    for (row, _), error in divided.failed:
        if isinstance(error, CrmError):
            done.append((row, Refused(external_id=row.subject_id, reason=error.message)))
        else:
            broken.append((row, error))
    with agent.database.write() as connection:
        if done:
            tenants.set_trouble(connection, tenant.id, "")
        _settle(connection, tenant, done)
        _agree(connection, tenant, writes, done)
        outbox.finish(connection, gone)
        fault.forget(connection, tenant.id, Work.WRITE, [row.id for row, _ in done if row.attempts])
    _set_back(agent, tenant, [row for row, _ in divided.untried], divided.stopped)
    for row in (row for row, result in done if isinstance(result, Written)):
        metrics.observe("write", agent.clock() - row.created_at)
    outcome.refused += sum(isinstance(result, Refused) for _, result in done)
    outcome.refused += sum(_count_fault(agent, tenant, row, error) for row, error in broken)
    outcome.written += sum(isinstance(result, Written) for _, result in done) + len(gone)
    return divided.stopped is None


def _look_first(agent: Agent, tenant: Tenant, rows: Sequence[OutboxRow]) -> CrmError | None:
    """Takes in what people changed in the CRM meanwhile, so that our write does not cover it unseen. The error of a
    CRM that should be asked again later."""
    try:
        follow.look_first(agent, tenant, [row.subject_id for row in rows])
    except CrmError as error:
        return error if comes_back(error) else None
    return None


def _build(
    agent: Agent, tenant: Tenant, kind: OutboxKind, rows: Sequence[OutboxRow]
) -> tuple[list[tuple[OutboxRow, Write]], list[OutboxRow], list[tuple[OutboxRow, Exception]]]:
    """What to write; the rows whose subject is gone; and those that cannot be put into words."""
    writes, gone, broken = [], [], []
    with agent.database.read() as connection:
        for row in rows:
            try:
                write = _BUILDERS[kind](connection, tenant, row, agent)
            except NOT_ITS_FAULT:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the other rows go on
                broken.append((row, error))
                continue
            if write is None:
                gone.append(row)
            else:
                writes.append((row, write))
    return writes, gone, broken


def _set_back(agent: Agent, tenant: Tenant, rows: Sequence[OutboxRow], error: CrmError | None) -> None:
    """The rows wait. If it was the CRM that stopped us, all background work of the tenant waits with them: rows that
    come in meanwhile must not ask again, each for itself."""
    if not rows:
        return
    wait = delay(max(row.attempts for row in rows) + 1, error) if error else FIRST
    with agent.database.write() as connection:
        if error:
            note_trouble(connection, tenant.id, error)
        outbox.postpone(connection, rows, agent.clock() + wait)
    if error:
        log.warning("writeback.failed", tenant=tenant.id, kind=str(rows[0].kind), error=type(error).__name__)
        agent.budgets.of(tenant.id).pause(wait.total_seconds())


def _count_fault(agent: Agent, tenant: Tenant, row: OutboxRow, error: Exception) -> bool:
    """True if the row was set aside: refused, with a sentence, until a person tries again."""
    times = note_fault(agent, tenant.id, Work.WRITE, row.id, error)
    with agent.database.write() as connection:
        if times < SET_ASIDE_AFTER:
            outbox.postpone(connection, [row], agent.clock() + delay(times))
            return False
        outbox.refuse(connection, row, sentence_of(error))
        _tell(connection, tenant, [row], Delivery.REFUSED, sentence_of(error))
    return True


def _settle(connection: Connection, tenant: Tenant, done: Sequence[tuple[OutboxRow, WriteResult]]) -> None:
    written = [(row, result) for row, result in done if isinstance(result, Written)]
    refused = [(row, result) for row, result in done if isinstance(result, Refused)]
    outbox.finish(connection, [row for row, _ in written])
    _tell(connection, tenant, [row for row, _ in written], Delivery.IN_CRM, "")
    steps.set_crm_ids(
        connection,
        tenant.id,
        {row.subject_id: result.crm_id for row, result in written if row.kind is OutboxKind.STEP},
    )
    for row, result in refused:
        outbox.refuse(connection, row, result.reason)
        _tell(connection, tenant, [row], Delivery.REFUSED, result.reason)
        log.warning("writeback.refused", tenant=tenant.id, kind=str(row.kind))


def _agree(
    connection: Connection,
    tenant: Tenant,
    writes: Sequence[tuple[OutboxRow, Write]],
    done: Sequence[tuple[OutboxRow, WriteResult]],
) -> None:
    """What was written of a step is what both sides hold now: later changes are told from it."""
    written = {result.external_id for _, result in done if isinstance(result, Written)}
    mine = [w for _, w in writes if isinstance(w, StepWrite) and w.external_id in written]
    owners = {owner.email.lower() for owner in tenants.owners(connection, tenant.id)} if mine else set()
    for write in mine:
        steps.set_agreed(connection, tenant.id, write.external_id, follow.agreed_on(write, owners))


def _tell(
    connection: Connection, tenant: Tenant, rows: Sequence[OutboxRow], delivery: Delivery, reason: str
) -> None:
    """The message or step shows how far it got."""
    for kind, store in ((OutboxKind.MESSAGE, messages), (OutboxKind.STEP, steps)):
        ids = [row.subject_id for row in rows if row.kind is kind]
        store.set_delivery(connection, tenant.id, ids, delivery, reason)


def _message(connection: Connection, tenant: Tenant, row: OutboxRow, _: Agent) -> MessageWrite | None:
    found = messages.get(connection, tenant.id, row.subject_id)
    partner = _partner(connection, tenant, row)
    if found is None or partner is None:
        return None
    key, message = found
    deal_id, company_id = records.place(connection, tenant.id, key)
    return MessageWrite(
        external_id=message.id,
        deal_id=deal_id,
        company_id=company_id,
        partner_name=partner.name,
        partner_external_id=partner.id,
        author_name=message.author_name,
        author_email=message.author_email,
        from_partner=message.side is Side.PARTNER,
        team_only=message.audience is Audience.TEAM,
        body=message.body,
        sent_at=message.sent_at,
        channel=message.channel,
    )


def _conflict(connection: Connection, tenant: Tenant, row: OutboxRow, _: Agent) -> ConflictWrite | None:
    flag = conflicts.get(connection, tenant.id, row.subject_id)
    if flag is None:
        return None
    return ConflictWrite(
        external_id=flag.id,
        deal_id=flag.deal_id,
        company_id=flag.company_id,
        kind=str(flag.kind),
        sentence=flag.sentence,
        evidence="\n".join(flag.evidence),
        rule=flag.rule,
        state=str(flag.state),
        resolution=flag.resolution,
        found_at=flag.found_at,
        registration_id=flag.registration_id,
        partner_external_id=flag.partner_id,
        other_partner_external_id=flag.other_partner_id,
        probability=flag.probability,
        resolved_by=flag.resolved_by,
        resolved_at=flag.resolved_at,
        winner=flag.winner,
        rule_id=flag.rule_id,
        standings=flag.standings,
        positions=flag.positions,
        deadline=flag.deadline,
        escalated_at=flag.escalated_at,
    )


def _link(connection: Connection, tenant: Tenant, row: OutboxRow, agent: Agent) -> ShareLinkWrite | None:
    link = link_of(connection, tenant.id, row.subject_id)
    partner = _partner(connection, tenant, row)
    if partner is None or link.record is None:
        return None
    deal_id, company_id = records.place(connection, tenant.id, link.record)
    others = links_of(connection, tenant.id, record=link.record)
    now = agent.clock()
    return ShareLinkWrite(
        external_id=link.id,
        deal_id=deal_id,
        company_id=company_id,
        partner_name=partner.name,
        partner_external_id=partner.id,
        contact_email=link.contact_email,
        token_hash=token_hash_of(connection, tenant.id, link.id),
        expires_at=link.expires_at,
        revoked_at=link.revoked_at,
        views=link.views,
        last_viewed_at=link.last_viewed_at,
        active_links=sum(o.ended_at is None and o.expires_at > now for o in others),
    )


def _partner(connection: Connection, tenant: Tenant, row: OutboxRow) -> Partner | None:
    return partners.get(connection, tenant.id, row.partner_id) if row.partner_id else None


_BUILDERS: Mapping[OutboxKind, Callable[[Connection, Tenant, OutboxRow, Agent], Write | None]] = {
    OutboxKind.MESSAGE: _message,
    OutboxKind.STEP: planning.step,
    OutboxKind.PLAN: planning.health,
    OutboxKind.REGISTRATION: registering.to_write,
    OutboxKind.CONFLICT: _conflict,
    OutboxKind.CERTIFICATION: partnering.certification,
    OutboxKind.LINK: _link,
    OutboxKind.PARTNER: partnering.partner,
    OutboxKind.PERSON: partnering.person,
    OutboxKind.PLACEMENT: partnering.placement,
}
