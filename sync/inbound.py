"""Executes what partners answered, each as a command of its viewer: the inbox row's id is the idempotency key, so a
worker that dies between the command and its note cannot do it twice."""

from collections.abc import Sequence

from app.crm.port import CrmError
from app.domain import matching
from app.domain.actor import Actor, ActorKind
from app.domain.record import ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground.errors import AppError, Reason
from app.ground.log import get_logger
from app.storage import registration as registrations
from app.storage import tenant as tenants
from app.storage.inbox import Answer, claim_answers, postpone_answer, settle_answer
from sync.backoff import delay
from sync.deps import Agent
from sync.ingest import fetch

COME_BACK = frozenset({Reason.CRM_UNAVAILABLE, Reason.RATE_LIMITED, Reason.INTERNAL})
"""Refusals that say nothing about the answer itself: it waits and is tried again."""

COMPANIES_CONSIDERED = 10
"""How many companies that may be the registered customer are read anew before conflicts are looked for."""

log = get_logger(__name__)


def execute_answers(agent: Agent, tenant_id: str = "") -> int:
    """How many answers were executed or refused, of one tenant if it is named."""
    with agent.database.write() as connection:
        claimed = claim_answers(connection, agent.clock(), tenant_id=tenant_id)
    return sum(_execute(agent, answer) for answer in claimed)


def _execute(agent: Agent, answer: Answer) -> bool:
    refusal = ""
    try:
        if answer.command == "registration.submit":
            _look_around(agent, answer)
        agent.executor.run(
            answer.tenant_id,
            _actor(answer),
            answer.command,
            answer.record,
            answer.fields,
            f"inbox-{answer.id}",
        )
    except CrmError as error:
        _wait(agent, answer, error)
        return False
    except AppError as error:
        if error.reason in COME_BACK:
            _wait(agent, answer, CrmError(error.message))
            return False
        refusal = error.message
        log.info("inbound.refused", tenant=answer.tenant_id, command=answer.command, reason=str(error.reason))
    with agent.database.write() as connection:
        settle_answer(connection, answer.id, agent.clock(), refusal)
    return True


def _wait(agent: Agent, answer: Answer, error: CrmError) -> None:
    with agent.database.write() as connection:
        postpone_answer(connection, answer.id, agent.clock() + delay(answer.attempts, error))


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
    if tenant is not None:
        bring_deals(agent, tenant, found)


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
