"""The agent's processes: RQ workers that are ready before their first job, and the scheduler."""

import multiprocessing
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.context import ForkContext
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from app.ground.bell import QUEUES
from app.ground.log import get_logger
from sync import schedule
from sync.deps import Agent
from sync.runtime import Runtime, install

WORKER_TTL = 60
"""Seconds. An idle worker looks for abandoned jobs only when its blocking pop returns, which this bounds; RQ's own
default of 420 leaves a killed worker's job lying for minutes."""

TICK_SECONDS = 0.5

log = get_logger(__name__)

Parts = Callable[[], tuple[Agent, Redis]]
"""Builds a process's own parts: connections are never carried across a fork."""


def work(parts: Parts) -> None:
    """One RQ worker, until it is told to stop. It forks for each job, with everything imported beforehand."""
    agent, redis = parts()
    install(Runtime(agent=agent, redis=redis))
    queues = [Queue(name, connection=redis, serializer=JSONSerializer) for name in QUEUES]
    worker = Worker(queues, connection=redis, serializer=JSONSerializer, worker_ttl=WORKER_TTL)
    worker.work(logging_level="WARNING", with_scheduler=False)


def keep_time(
    parts: Parts,
    *,
    salesforce_every: timedelta,
    hubspot_every: timedelta,
    stop: threading.Event | None = None,
) -> None:
    """The scheduler, until it is told to stop. Any number may run: slots in the database keep them apart."""
    agent, redis = parts()
    ended = stop or _stop_on_signal()

    def start_poll(tenant_id: str) -> None:
        try:
            Queue("crm", connection=redis, serializer=JSONSerializer).enqueue(
                "sync.jobs.poll_tenant", tenant_id, result_ttl=0, failure_ttl=3600, job_timeout=600
            )
        except RedisError as error:
            log.warning("schedule.poll_not_started", tenant=tenant_id, error=type(error).__name__)

    ticker = schedule.Ticker(
        start_poll=start_poll, salesforce_every=salesforce_every, hubspot_every=hubspot_every
    )
    while not ended.wait(TICK_SECONDS):
        try:
            schedule.tick(agent, ticker)
        except Exception:
            log.exception("schedule.failed")


def run(parts: Parts, workers: int, *, salesforce_every: timedelta, hubspot_every: timedelta) -> int:
    """`workers` RQ workers and one scheduler as child processes, until a signal; what dies is started again."""
    context: ForkContext = multiprocessing.get_context("fork")
    ended = _stop_on_signal()
    targets: list[tuple[Callable[..., None], dict[str, Any]]] = [
        (work, {"parts": parts}) for _ in range(workers)
    ]
    targets.append(
        (keep_time, {"parts": parts, "salesforce_every": salesforce_every, "hubspot_every": hubspot_every})
    )
    children = [_start(context, target, kwargs) for target, kwargs in targets]
    while not ended.wait(1.0):
        for place, child in enumerate(children):
            if not child.is_alive():
                log.warning("agent.restarted", exitcode=child.exitcode)
                children[place] = _start(context, *targets[place])
    for child in children:
        child.terminate()
    for child in children:
        child.join(timeout=20)
        if child.is_alive():
            child.kill()
    return 0


def _start(context: ForkContext, target: Callable[..., None], kwargs: dict[str, Any]) -> Any:
    child = context.Process(target=_fresh, args=(target, kwargs))
    child.start()
    return child


def _fresh(target: Callable[..., None], kwargs: dict[str, Any]) -> None:
    """A child answers to signals itself, not with its parent's handlers."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    target(**kwargs)


def _stop_on_signal() -> threading.Event:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    return ended
