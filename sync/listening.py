"""The listener: one process that keeps a stream open to every account whose CRM tells of changes by itself.

A process of its own, because gRPC does not survive a fork and workers fork for each job. Each account has a thread;
the process's own thread renews what they hold, ends streams that fell silent, and follows who connects and leaves.
"""

import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta

from redis import Redis

from app.crm.events import EventSource, NotOffered, PositionLost
from app.crm.port import CrmError, RateLimited
from app.domain.record import CrmKind
from app.domain.tenant import Tenant
from app.ground import metrics
from app.ground.ids import new_id
from app.ground.log import get_logger
from app.storage import event_feed as feeds
from app.storage import fault
from app.storage import tenant as tenants
from app.storage.fault import Work
from sync.backoff import LONGEST, NOT_ITS_FAULT, SET_ASIDE_AFTER, delay, note_fault
from sync.deps import Agent
from sync.events import apply
from sync.rounds import Rounds

MOST = 200
"""Accounts one process listens to: a thread and a connection each. Start more agents for more."""

TEND_SECONDS = 1.0
RENEW = timedelta(seconds=10)
SILENCE = timedelta(seconds=330)
"""Salesforce gives a sign of life each 270 seconds; a stream without one is dead, whatever the network says."""

STOP_SECONDS = 4.0

FAULT = "events"
"""The row that counts failures of a stream that nobody foresaw."""

UNREACHED = "Change events do not arrive at the moment: {said} Changes are found by polling."
NOT_HERE = "This org sends no change events: {said} Changes are found by polling."

log = get_logger(__name__)


@dataclass(slots=True)
class Stream:
    """One account's thread and what it holds. `fence` is its right to apply; `heard` when it last heard anything;
    `attempts` the subscriptions since then."""

    tenant: Tenant
    fence: str = field(default_factory=new_id)
    ended: threading.Event = field(default_factory=threading.Event)
    heard: float = field(default_factory=time.monotonic)
    source: EventSource | None = None
    holds: bool = False
    attempts: int = 0
    thread: threading.Thread | None = None

    def end(self) -> None:
        self.ended.set()
        self.hang_up()

    def hang_up(self) -> None:
        source = self.source
        if source is not None:
            source.close()


def listen(agent: Agent, stream: Stream) -> None:
    """Follows one account until the stream is told to end: connects, applies, and connects again."""
    while not stream.ended.is_set():
        wait = _connect(agent, stream)
        stream.ended.wait(wait.total_seconds())


def _connect(agent: Agent, stream: Stream) -> timedelta:
    """One subscription, and how long to wait before the next. Raises only what a database raises that is away."""
    try:
        return _again(stream) if _once(agent, stream) else RENEW
    except PositionLost:
        log.warning("events.position_lost", tenant=stream.tenant.id)
        return _again(stream)
    except NotOffered as error:
        _say(agent, stream, NOT_HERE, error)
        return LONGEST
    except CrmError as error:
        wait = _again(stream, error)
        if stream.attempts > 1:  # a stream that is cut now and then is none of anybody's business
            _say(agent, stream, UNREACHED, error)
        return wait
    except NOT_ITS_FAULT as error:
        log.warning("events.no_database", tenant=stream.tenant.id, error=type(error).__name__)
        return delay(1)
    except Exception as error:  # noqa: BLE001 - counted and shown; the polls go on
        times = note_fault(agent, stream.tenant.id, Work.POLL, FAULT, error)
        if (
            times >= SET_ASIDE_AFTER
        ):  # what this batch says is left to a sweep, and the stream goes on behind it
            with agent.database.write() as connection:
                feeds.lose(connection, stream.tenant.id, stream.fence, agent.clock())
        stream.attempts += 1
        return delay(times)


def _again(stream: Stream, error: CrmError | None = None) -> timedelta:
    """At once after a stream that worked, even where a dead session ended it; later and later after those that did
    not; and as Salesforce says where it says so."""
    stream.attempts += 1
    if stream.attempts == 1 and not isinstance(error, RateLimited):
        return timedelta(0)
    return delay(stream.attempts, error)


def _once(agent: Agent, stream: Stream) -> bool:
    """One subscription, to its end; whether there was one: another process may hold the feed. Raises CrmError."""
    tenant, fence = stream.tenant, stream.fence
    with agent.database.write() as connection:
        position = feeds.take(connection, tenant.id, fence, agent.clock())
    source = agent.events_of(tenant) if position is not None else None
    if position is None or source is None:
        return False
    stream.source, stream.heard, stream.holds = source, time.monotonic(), True
    try:
        if stream.ended.is_set():  # told to end before there was anything to hang up
            return False
        for batch in source.listen(position):
            stream.heard = time.monotonic()
            if stream.ended.is_set() or not apply(agent, tenant, batch, fence):
                return False
            if stream.attempts:
                _works_again(agent, stream)
    except PositionLost:
        with agent.database.write() as connection:
            feeds.lose(connection, tenant.id, fence, agent.clock())
        raise
    finally:
        stream.source, stream.holds = None, False
        source.close()
    return True


def _works_again(agent: Agent, stream: Stream) -> None:
    stream.attempts = 0
    with agent.database.write() as connection:
        fault.forget(connection, stream.tenant.id, Work.POLL, [FAULT])


def _say(agent: Agent, stream: Stream, frame: str, error: CrmError) -> None:
    log.warning("events.not_told", tenant=stream.tenant.id, error=type(error).__name__)
    with agent.database.write() as connection:
        feeds.say(
            connection, stream.tenant.id, stream.fence, frame.format(said=f"{error.message.rstrip('.')}.")
        )


class Listener:
    """All streams of this process."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._streams: dict[str, Stream] = {}
        self._renewed = 0.0

    def tend(self) -> None:
        """Starts and ends streams as accounts come and go, renews what is held, ends what fell silent."""
        with self._agent.database.read() as connection:
            telling = {t.id: t for t in tenants.all_of(connection) if t.crm is CrmKind.SALESFORCE}
        dead = [i for i, s in self._streams.items() if s.thread is None or not s.thread.is_alive()]
        for tenant_id in {*dead, *(self._streams.keys() - telling.keys())}:
            self._streams.pop(tenant_id).end()
        for tenant_id in sorted(telling.keys() - self._streams.keys())[: MOST - len(self._streams)]:
            self._start(telling[tenant_id])
        for stream in self._streams.values():
            if stream.holds and time.monotonic() - stream.heard > SILENCE.total_seconds():
                log.warning("events.silent", tenant=stream.tenant.id)
                stream.hang_up()
        if time.monotonic() - self._renewed >= RENEW.total_seconds():
            self._renew()
            self._renewed = time.monotonic()

    def stop(self) -> None:
        """Ends every stream, and lets others listen at once."""
        for stream in self._streams.values():
            stream.end()
        until = time.monotonic() + STOP_SECONDS
        for stream in self._streams.values():
            if stream.thread is not None:
                stream.thread.join(timeout=max(until - time.monotonic(), 0.0))
        with self._agent.database.write() as connection:
            for tenant_id, stream in self._streams.items():
                feeds.release(connection, tenant_id, stream.fence)
        self._streams.clear()

    def _start(self, tenant: Tenant) -> None:
        stream = Stream(tenant=tenant)
        stream.thread = threading.Thread(
            target=listen, args=(self._agent, stream), name=f"events-{tenant.id}", daemon=True
        )
        self._streams[tenant.id] = stream
        stream.thread.start()

    def _renew(self) -> None:
        """A stream whose feed somebody else took over, after we were held up for long, is hung up."""
        held = [stream for stream in self._streams.values() if stream.holds]
        if not held:
            return
        now = self._agent.clock()
        with self._agent.database.write() as connection:
            lost = [s for s in held if not feeds.renew(connection, s.tenant.id, s.fence, now)]
        for stream in lost:
            stream.hang_up()


def keep_listening(agent: Agent, redis: Redis | None, ended: threading.Event) -> None:
    """The whole life of the process: until `ended`. A database that is away for a while is waited for."""
    listener = Listener(agent)
    rounds = Rounds("events", TEND_SECONDS)
    while not ended.wait(rounds.wait):
        rounds.run(listener.tend)
        metrics.say(redis)
    listener.stop()
