"""The doorbell: tells the workers that rows wait. It may be lost at any time; the rows are the work (law 4)."""

from typing import Protocol

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from app.ground.log import get_logger

QUEUES = ("inbound", "publish", "crm")
"""Partner answers to execute; rooms to publish; the CRM to read and to write."""

PENDING_MILLIS = 2_000
"""How long a ring stands for all that follow it. A worker takes it down before it looks at the rows, so no row
that was committed before a ring is overlooked; if the job is lost, the next ring after this time starts another."""

MOST_JOBS = 64
"""Jobs that may stand in a queue. While every worker is busy, more of them would only look at the same rows."""

log = get_logger(__name__)


class Bell(Protocol):
    def ring(self, queue: str) -> None:
        """Wakes the workers of a queue. Never raises. Call it after the commit, never inside a transaction."""


class SilentBell:
    """For processes and tests without Redis: the sweep finds the rows."""

    def ring(self, queue: str) -> None:
        pass


class RedisBell:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def ring(self, queue: str) -> None:
        try:
            if self._redis.set(pending_key(queue), "1", nx=True, px=PENDING_MILLIS):
                jobs = Queue(queue, connection=self._redis, serializer=JSONSerializer)
                if jobs.count < MOST_JOBS:
                    jobs.enqueue("sync.jobs.answer", queue, result_ttl=0, failure_ttl=3600, job_timeout=300)
        except RedisError as error:
            log.warning("bell.unheard", queue=queue, error=type(error).__name__)


def pending_key(queue: str) -> str:
    return f"alongside:bell:{queue}"
