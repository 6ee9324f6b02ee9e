"""What RQ calls. A job carries no data but a queue's or tenant's name: the rows are the work."""

from app.crm.port import CrmError
from app.ground.bell import pending_key
from app.ground.log import get_logger
from app.storage import tenant as tenants
from sync import inbound, ingest, poll, publish, writeback
from sync.runtime import runtime

ROUNDS = 200
"""Batches one job works off before it hands over to the next, so that a flood cannot keep a worker for ever."""

log = get_logger(__name__)


def answer(queue: str) -> int:
    """Works until the queue's rows are done. Takes the bell down first: what is committed from here on either is
    seen by this job or rings again."""
    house = runtime()
    house.redis.delete(pending_key(queue))
    return drain(queue)


def drain(queue: str) -> int:
    """How many rows were worked off."""
    agent = runtime().agent
    work = {
        "inbound": (inbound.execute_answers,),
        "publish": (publish.publish_marked,),
        "crm": (ingest.take_events, ingest.read_marked, writeback.write_due),
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
    """One polling round; a CRM that does not answer is asked again in the next period."""
    agent = runtime().agent
    with agent.database.read() as connection:
        tenant = tenants.by_id(connection, tenant_id)
    if tenant is None:
        return
    try:
        poll.load_if_new(agent, tenant)
        poll.poll(agent, tenant)
        trouble = None
    except CrmError as error:
        log.warning("poll.failed", tenant=tenant_id, error=type(error).__name__)
        trouble = error
    with agent.database.write() as connection:
        if trouble is None:
            tenants.set_trouble(connection, tenant_id, "")
        else:
            ingest.note_trouble(connection, tenant_id, trouble)
