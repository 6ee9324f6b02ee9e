"""Executes what partners answered, each as a command of its viewer: the inbox row's id is the idempotency key, so a
worker that dies between the command and its note cannot do it twice."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from app.commands.registration.submit import would_take
from app.crm.port import CrmError, RateLimited, Unavailable
from app.domain import matching
from app.domain.actor import Actor, ActorKind
from app.domain.record import ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground import metrics
from app.ground.errors import AppError, Reason
from app.ground.log import get_logger
from app.storage import fault
from app.storage import registration as registrations
from app.storage import tenant as tenants
from app.storage.fault import Work
from app.storage.inbox import Answer, claim_answers, postpone_answer, settle_answer, tenants_answering
from sync.backoff import NOT_ITS_FAULT, SET_ASIDE_AFTER, comes_back, delay, note_fault
from sync.deps import Agent
from sync.ingest import fetch

COME_BACK = frozenset({Reason.CRM_UNAVAILABLE, Reason.RATE_LIMITED, Reason.INTERNAL, Reason.CRM_DISCONNECTED})
"""Refusals that say nothing about the answer itself: it waits and is tried again."""

SET_ASIDE = (
    "This could not be processed because of a fault on our side. It is kept; tell your contact about it."
)

COMPANIES_CONSIDERED = 10
"""How many companies that may be the registered customer are read anew before conflicts are looked for."""

log = get_logger(__name__)


def execute_answers(agent: Agent, tenant_id: str = "") -> int:
    """How many answers were executed or refused: up to a batch of every tenant, or of the one that is named."""
    with agent.database.read() as connection:
        due = [tenant_id] if tenant_id else tenants_answering(connection, agent.clock())
    random.shuffle(due)
    return sum(_execute_tenant(agent, one) for one in due)


def _execute_tenant(agent: Agent, tenant_id: str) -> int:
    with agent.database.write() as connection:
        claimed = claim_answers(connection, agent.clock(), tenant_id)
    done = 0
    held: dict[str, datetime] = {}
    for answer in claimed:
        if answer.link_id in held:  # an earlier one of this link has to wait: order is kept
            _postpone(agent, answer, held[answer.link_id])
            continue
        until = _execute(agent, answer)
        if until is None:
            done += 1
        else:
            held[answer.link_id] = until
            _postpone(agent, answer, until)
    return done


def _execute(agent: Agent, answer: Answer) -> datetime | None:
    """None if the answer was executed or refused; else when to try again."""
    refusal = ""
    try:
        if answer.command == "registration.submit" and _would_take(agent, answer):
            _look_around(agent, answer)
        agent.executor.run(
            answer.tenant_id,
            _actor(answer),
            answer.command,
            answer.record,
            answer.fields,
            f"inbox-{answer.id}",
        )
    except NOT_ITS_FAULT:
        raise
    except CrmError as error:
        return agent.clock() + _wait(agent, answer, error)
    except AppError as error:
        if error.reason in COME_BACK:
            return agent.clock() + _wait(agent, answer, Unavailable(error.message))
        refusal = error.message
        log.info("inbound.refused", tenant=answer.tenant_id, command=answer.command, reason=str(error.reason))
    except Exception as error:  # noqa: BLE001 - the other partners' answers go on
        times = note_fault(agent, answer.tenant_id, Work.ANSWER, answer.id, error)
        if times < SET_ASIDE_AFTER:
            return agent.clock() + delay(times)
        refusal = SET_ASIDE
    with agent.database.write() as connection:
        settle_answer(connection, answer.id, agent.clock(), refusal)
        metrics.observe("answer", agent.clock() - answer.created_at)
        if answer.attempts > 1 and refusal != SET_ASIDE:
            fault.forget(connection, answer.tenant_id, Work.ANSWER, [answer.id])
    return None


def _wait(agent: Agent, answer: Answer, error: CrmError) -> timedelta:
    """How long: at least until the CRM may be asked again."""
    return max(
        delay(answer.attempts, error),
        timedelta(seconds=agent.budgets.of(answer.tenant_id).paused()),
    )


def _postpone(agent: Agent, answer: Answer, until: datetime) -> None:
    with agent.database.write() as connection:
        postpone_answer(connection, answer.id, until)


def _actor(answer: Answer) -> Actor:
    kind = ActorKind.FORM if answer.record is None else ActorKind.VIEWER
    return Actor(
        kind=kind,
        id=answer.link_id,
        name=answer.name or answer.email,
        email=answer.email,
        partner_id=answer.partner_id,
        link_id=answer.link_id,
    )


def _would_take(agent: Agent, answer: Answer) -> bool:
    """What is refused for the partner's own sake is refused before anything is looked up: who waits for the refusal
    learns nothing of the customer from how long it takes."""
    with agent.database.read() as connection:
        return would_take(connection, answer.tenant_id, answer.partner_id, answer.fields, agent.clock())


def _look_around(agent: Agent, answer: Answer) -> None:
    """Before a registration is executed, the companies it may mean and their deals are brought up to date, so that
    the conflict check inside the transaction needs no CRM call."""
    name, website, email = (
        str(answer.fields.get(field) or "") for field in ("customer_name", "customer_domain", "contact_email")
    )
    keys = sorted(matching.keys(name, website, [email] if email else []))
    with agent.database.read() as connection:
        tenant = tenants.by_id(connection, answer.tenant_id)
        found = [
            source_id
            for source, source_id in registrations.matching(connection, answer.tenant_id, keys)
            if source == "company"
        ][:COMPANIES_CONSIDERED]
    if tenant is None or not found:
        return
    budget = agent.budgets.of(tenant.id)
    if left := budget.paused():
        raise RateLimited("The CRM is left alone for the moment.", left)
    try:
        bring_deals(agent, tenant, found)
    except CrmError as error:
        if not comes_back(error):  # it will never say; what we hold has to do
            log.warning("inbound.not_looked", tenant=tenant.id, error=type(error).__name__)
            return
        budget.pause(delay(answer.attempts, error).total_seconds())
        raise


def bring_deals(agent: Agent, tenant: Tenant, company_ids: Sequence[str]) -> None:
    """After this we hold the deals of these companies as they are now. Raises CrmError."""
    if not company_ids:
        return
    related = agent.crm_of(tenant).related(ObjectKind.COMPANY, company_ids, ObjectKind.DEAL)
    deals = sorted({deal_id for ids in related.values() for deal_id in ids[:DEALS_CONSIDERED]})
    keys = [RecordKey(ObjectKind.DEAL, deal_id) for deal_id in deals]
    if keys:
        fetch(agent, tenant, keys)


DEALS_CONSIDERED = 50
"""The newest deals of a company that a registration is checked against."""
