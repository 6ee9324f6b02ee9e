"""The agent's processes: RQ workers that are ready before their first job, the scheduler, and the listener."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from sync.listening import keep_listening
from sync.rounds import Rounds
from sync.runtime import Runtime, install

WORKER_TTL = 60
"""Seconds. An idle worker looks for abandoned jobs only when its blocking pop returns, which this bounds; RQ's own
default of 420 leaves a killed worker's job lying for minutes."""

TICK_SECONDS = 0.5
WATCH_SECONDS = 0.5

RESTART_SECONDS = 0.5
LONGEST_RESTART_SECONDS = 30.0
"""Between two starts of a child that keeps dying, as workers do while Redis is away."""

SETTLED_SECONDS = 20.0
"""How long a child has to live for its earlier deaths to be forgotten."""

GRACE_SECONDS = 6.0
DROP_SECONDS = 2.0
"""What a stop takes at most: 6 seconds to finish a batch, 2 to drop it, 2 to be gone."""

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

    def start_poll(tenant_id: str) -> bool:
        try:
            Queue("crm", connection=redis, serializer=JSONSerializer).enqueue(
                "sync.jobs.poll_tenant", tenant_id, result_ttl=0, failure_ttl=3600, job_timeout=600
            )
        except RedisError as error:
            log.warning("schedule.poll_not_started", tenant=tenant_id, error=type(error).__name__)
            return False
        return True

    ticker = schedule.Ticker(
        start_poll=start_poll, salesforce_every=salesforce_every, hubspot_every=hubspot_every
    )
    rounds = Rounds("schedule", TICK_SECONDS)
    while not ended.wait(rounds.wait):
        rounds.run(lambda: schedule.tick(agent, ticker))


def hear(parts: Parts, stop: threading.Event | None = None) -> None:
    """The listener, until it is told to stop. Any number may run: a lease on each account's feed keeps them apart."""
    agent, redis = parts()
    keep_listening(agent, redis, stop or _stop_on_signal())


def run(
    parts: Parts,
    workers: int,
    *,
    salesforce_every: timedelta,
    hubspot_every: timedelta,
    listens: bool = False,
) -> int:
    """`workers` RQ workers, one scheduler and, if asked for, one listener as child processes, until a signal; what
    dies is started again, sooner at first, and later and later while it keeps dying."""
    context: ForkContext = multiprocessing.get_context("fork")
    ended = _stop_on_signal()
    places = [Place(work, {"parts": parts}) for _ in range(workers)]
    timing = {"salesforce_every": salesforce_every, "hubspot_every": hubspot_every}
    places.append(Place(keep_time, {"parts": parts, **timing}))
    if listens:
        places.append(Place(hear, {"parts": parts}))
    while not ended.wait(WATCH_SECONDS):
        for place in places:
            place.look_after(context, time.monotonic())
    _stop([place.process for place in places if place.process is not None])
    return 0


@dataclass(slots=True)
class Place:
    """One child that has to be there. `due` is when it may be started next."""

    target: Callable[..., None]
    kwargs: dict[str, Any]
    process: Any = None
    started_at: float = 0.0
    due: float = 0.0
    deaths: int = 0

    def look_after(self, context: ForkContext, now: float) -> None:
        """Starts the child if it is not there and its time has come."""
        if self.process is not None:
            if self.process.is_alive():
                return
            self.deaths = 0 if now - self.started_at > SETTLED_SECONDS else self.deaths + 1
            self.due = now + min(RESTART_SECONDS * 2 ** min(self.deaths, 10), LONGEST_RESTART_SECONDS)
            log.warning("agent.child_ended", child=self.target.__name__, exitcode=self.process.exitcode)
            self.process = None
        if now >= self.due:
            self.process = context.Process(target=_fresh, args=(self.target, self.kwargs, os.getpid()))
            self.process.start()
            self.started_at = now


def _stop(children: Sequence[Any]) -> None:
    """Asks all to finish what they do; after the grace those that are still at work are told to drop it, which RQ
    takes a second signal for. What they dropped comes back when its lease has run out."""
    for ask, seconds in ((True, GRACE_SECONDS), (True, DROP_SECONDS), (False, DROP_SECONDS)):
        left = [child for child in children if child.is_alive()]
        for child in left:
            child.terminate() if ask else child.kill()
        until = time.monotonic() + seconds
        for child in left:
            child.join(timeout=max(until - time.monotonic(), 0.0))


def _fresh(target: Callable[..., None], kwargs: dict[str, Any], parent: int) -> None:
    """A child answers to signals itself, not with its parent's handlers, and ends with its parent."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), name="parent-watch", daemon=True).start()
    target(**kwargs)


def _end_with(parent: int) -> None:
    """A killed agent must leave no worker behind: its successor starts workers of its own."""
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def _stop_on_signal() -> threading.Event:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    return ended
