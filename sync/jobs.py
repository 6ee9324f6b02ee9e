"""What RQ calls. A job carries no data but a queue's or tenant's name: the rows are the work."""

from app.crm.budget import background
from app.crm.port import CrmError
from app.ground import metrics
from app.ground.bell import pending_key
from app.ground.log import get_logger
from app.storage import fault
from app.storage import tenant as tenants
from app.storage.fault import Work
from sync import (
    checking,
    files,
    hints,
    inbound,
    ingest,
    loading,
    plans,
    poll,
    publish,
    webhook_events,
    writeback,
)
from sync.backoff import NOT_ITS_FAULT, delay, note_fault
from sync.runtime import runtime

ROUNDS = 200
"""Batches one job works off before it hands over to the next, so that a flood cannot keep a worker for ever."""

log = get_logger(__name__)


def answer(queue: str) -> int:
    """Works until the queue's rows are done. Takes the bell down first: what is committed from here on either is
    seen by this job or rings again."""
    house = runtime()
    house.redis.delete(pending_key(queue))
    try:
        with background():
            return drain(queue)
    finally:
        metrics.say(house.redis)


def drain(queue: str) -> int:
    """How many rows were worked off."""
    agent = runtime().agent
    work = {
        "inbound": (inbound.execute_answers,),
        "publish": (plans.settle_marked, publish.publish_marked),
        "crm": (
            webhook_events.take_events,
            ingest.read_marked,
            checking.check_marked,
            hints.ask_issuers,
            files.fetch_due,
            writeback.write_due,
        ),
    }[queue]
    total = 0
    for _ in range(ROUNDS):
        done = sum(part(agent) for part in work)
        if not done:
            return total
        total += done
    agent.bell.ring(queue)
    return total


def poll_tenant(tenant_id: str) -> None:
    """One polling round; a CRM that does not answer is left alone for a while, and asked again in a later period."""
    try:
        _poll_tenant(tenant_id)
    finally:
        metrics.say(runtime().redis)


def _poll_tenant(tenant_id: str) -> None:
    agent = runtime().agent
    budget = agent.budgets.of(tenant_id)
    with agent.database.read() as connection:
        tenant = tenants.by_id(connection, tenant_id)
    if tenant is None or budget.paused():
        return
    trouble: CrmError | None = None
    try:
        with background():
            poll.load_if_new(agent, tenant)
            poll.poll(agent, tenant)
            loading.load(agent, tenant, pages=loading.MOST_PAGES)
    except CrmError as error:
        log.warning("poll.failed", tenant=tenant_id, error=type(error).__name__)
        trouble = error
        budget.pause(delay(1, error).total_seconds())
    except NOT_ITS_FAULT:
        raise
    except Exception as error:  # noqa: BLE001 - counted and shown; the webhooks' and the outbox's work goes on
        note_fault(agent, tenant_id, Work.POLL, "round", error)
        return
    with agent.database.write() as connection:
        if trouble is None:
            tenants.set_trouble(connection, tenant_id, "")
            fault.forget(connection, tenant_id, Work.POLL, ["round"])
        else:
            ingest.note_trouble(connection, tenant_id, trouble)
