"""What a tenant's CRM may be asked, over all processes: clear of its limits, people before background work.

The books are kept in Redis. Without Redis each process keeps its own: it may then ask more than its share and is told
so by the CRM, which every caller heeds anyway.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from redis import Redis
from redis.exceptions import RedisError

from app.crm.port import RateLimited
from app.ground.log import get_logger

PATIENCE_OF_PEOPLE = 2.0
"""Seconds that a person in front of a card waits for a place; then the card shows what we last knew."""

PATIENCE_OF_WORK = 12.0
"""Seconds that background work waits: longer than any window below, so that a batch is not broken off half-way."""

USAGE_KEPT = 900.0
"""Seconds a daily allowance's last word counts. After that one call is let through and brings a new one."""

AWAY = 5.0
"""Seconds between two looks whether Redis is back."""

_in_background: ContextVar[bool] = ContextVar("crm_in_background", default=False)
log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """At most `calls` in any `seconds`, of which background work leaves `for_people` alone."""

    name: str
    calls: int
    seconds: float
    for_people: int

    def room(self) -> int:
        return self.calls - self.for_people if _in_background.get() else self.calls


HUBSPOT_CALLS = Window(name="calls", calls=104, seconds=10.2, for_people=20)
"""HubSpot counts 110 in 10 seconds for each account and app. A call counts from its end here and from its arrival
there, so a little is left free for the clocks to differ."""

HUBSPOT_SEARCHES = Window(name="searches", calls=5, seconds=1.05, for_people=1)
"""HubSpot counts 5 a second for each account, and answers no header about it."""

WORK_STOPS_AT = 0.8
PEOPLE_STOP_AT = 0.98
"""Of Salesforce's daily allowance, which the org's other integrations live on too."""


@contextmanager
def background() -> Iterator[None]:
    """Calls inside the block leave room for people and wait longer."""
    token = _in_background.set(True)
    try:
        yield
    finally:
        _in_background.reset(token)


class Books(Protocol):
    """Where is noted what was spent."""

    def take(self, key: str, room: int, seconds: float) -> tuple[float, str]:
        """(0, a receipt) if a place was free, else (seconds until one is, an empty text)."""

    def done(self, key: str, receipt: str) -> None:
        """The call has ended: its place counts from now on."""

    def keep(self, key: str, value: float, seconds: float) -> None: ...

    def kept(self, key: str) -> tuple[float, float]:
        """The value and the seconds it still counts; (0, 0) if there is none."""

    def drop(self, key: str) -> None: ...


class MemoryBooks:
    """One process's own. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._spent: dict[str, deque[list[float]]] = {}
        self._kept: dict[str, tuple[float, float]] = {}
        self._out: dict[str, list[float]] = {}

    def take(self, key: str, room: int, seconds: float) -> tuple[float, str]:
        now = self._clock()
        with self._lock:
            spent = self._spent.setdefault(key, deque())
            fresh = sorted(one[0] for one in spent if one[0] > now - seconds)
            if len(fresh) >= room:
                return max(fresh[len(fresh) - room] + seconds - now, 0.001), ""
            self._spent[key] = deque(one for one in spent if one[0] > now - seconds)
            entry = [now]
            self._spent[key].append(entry)
            self._out[receipt := f"{id(entry)}"] = entry
            return 0.0, receipt

    def done(self, key: str, receipt: str) -> None:  # noqa: ARG002 - the receipt says enough here
        with self._lock:
            if entry := self._out.pop(receipt, None):
                entry[0] = self._clock()

    def keep(self, key: str, value: float, seconds: float) -> None:
        self._kept[key] = (value, self._clock() + seconds)

    def kept(self, key: str) -> tuple[float, float]:
        value, until = self._kept.get(key, (0.0, 0.0))
        left = until - self._clock()
        return (value, left) if left > 0 else (0.0, 0.0)

    def drop(self, key: str) -> None:
        self._kept.pop(key, None)


_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local seconds = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - seconds)
local spent = redis.call('ZCARD', KEYS[1])
local room = tonumber(ARGV[1])
if spent >= room then
  local first = redis.call('ZRANGE', KEYS[1], spent - room, spent - room, 'WITHSCORES')
  return tostring(first[2] + seconds - now)
end
redis.call('ZADD', KEYS[1], string.format('%.6f', now), ARGV[3])
redis.call('PEXPIRE', KEYS[1], math.ceil(seconds * 1000) + 60000)
return '0'
"""

_DONE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
return redis.call('ZADD', KEYS[1], 'XX', string.format('%.6f', now), ARGV[1])
"""


class RedisBooks:
    """Shared by all processes, by Redis's own clock. While Redis is away the process keeps books of its own, and asks
    only now and then whether it is back: a card must not wait for it with every call."""

    def __init__(self, redis: Redis, receipt: Callable[[], str]) -> None:
        self._redis = redis
        self._receipt = receipt
        self._own = MemoryBooks()
        self._take = redis.register_script(_TAKE)
        self._done = redis.register_script(_DONE)
        self._away_until = 0.0

    def take(self, key: str, room: int, seconds: float) -> tuple[float, str]:
        receipt = self._receipt()
        wait = self._ask(lambda: self._take(keys=[_key(key)], args=[room, seconds, receipt]))
        if wait is None:
            return self._own.take(key, room, seconds)
        return (max(float(wait), 0.001), "") if float(wait) else (0.0, receipt)

    def done(self, key: str, receipt: str) -> None:
        self._own.done(key, receipt)
        self._ask(lambda: self._done(keys=[_key(key)], args=[receipt]))

    def keep(self, key: str, value: float, seconds: float) -> None:
        self._own.keep(key, value, seconds)
        self._ask(lambda: self._redis.set(_key(key), repr(value), px=max(int(seconds * 1000), 1)))

    def kept(self, key: str) -> tuple[float, float]:
        asked = self._redis.pipeline()
        asked.get(_key(key))
        asked.pttl(_key(key))
        found = self._ask(asked.execute)
        if found is None:
            return self._own.kept(key)
        value, left = found
        return (float(value), left / 1000) if value is not None and left > 0 else (0.0, 0.0)

    def drop(self, key: str) -> None:
        self._own.drop(key)
        self._ask(lambda: self._redis.delete(_key(key)))

    def _ask(self, what: Callable[[], Any]) -> Any:
        """Redis's answer, or None while it is away."""
        if time.monotonic() < self._away_until:
            return None
        try:
            return what()
        except RedisError as error:
            self._away_until = time.monotonic() + AWAY
            log.warning("budget.alone", error=type(error).__name__)
            return None


class Budget:
    """One tenant's. Adapters ask it for a place before each call; the agent asks whether to stay away altogether."""

    def __init__(self, books: Books, tenant_id: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._books = books
        self.tenant_id = tenant_id
        self._sleep = sleep

    @contextmanager
    def place(self, window: Window) -> Iterator[None]:
        """One call's place in the window; waits for one within reason. Raises RateLimited if that is too long."""
        receipt = self._wait_for(window)
        try:
            yield
        finally:
            self._books.done(self._named(window.name), receipt)

    def _wait_for(self, window: Window) -> str:
        left = PATIENCE_OF_WORK if _in_background.get() else PATIENCE_OF_PEOPLE
        while True:
            wait, receipt = self._books.take(self._named(window.name), window.room(), window.seconds)
            if receipt:
                return receipt
            if wait > left:
                raise RateLimited("The CRM's limit for this account is used up for the moment.", wait)
            self._sleep(wait)
            left -= wait

    def note_usage(self, used: int, allowed: int) -> None:
        """What the CRM says of its daily allowance."""
        if allowed > 0:
            self._books.keep(self._named("day"), used / allowed, USAGE_KEPT)

    def check_day(self) -> None:
        """Raises RateLimited where the daily allowance leaves nothing for this kind of work."""
        share, left = self._books.kept(self._named("day"))
        if share >= (WORK_STOPS_AT if _in_background.get() else PEOPLE_STOP_AT):
            raise RateLimited("The CRM's daily allowance of calls is nearly used up.", max(left, 1.0))

    def day(self) -> float:
        """The share of the daily allowance that is used, as far as it is known."""
        return self._books.kept(self._named("day"))[0]

    def pause(self, seconds: float) -> None:
        """Background work leaves this CRM alone for so long: it is down, busy, or refuses our access."""
        self._books.keep(self._named("pause"), 1.0, seconds)

    def paused(self) -> float:
        """Seconds that are left of a pause; 0 if there is none."""
        return self._books.kept(self._named("pause"))[1]

    def pause_reading(self, seconds: float) -> None:
        """Background work reads no records for so long: a right to do so is missing. Writes go on."""
        self._books.keep(self._named("reading"), 1.0, seconds)

    def may_read(self) -> bool:
        """Whether background work may read records."""
        return not self.paused() and not self._books.kept(self._named("reading"))[1]

    def resume(self) -> None:
        self._books.drop(self._named("pause"))
        self._books.drop(self._named("reading"))

    def _named(self, what: str) -> str:
        return f"{self.tenant_id}:{what}"


class Budgets:
    """Every tenant's budget, over the same books."""

    def __init__(self, books: Books | None = None, sleep: Callable[[float], None] = time.sleep) -> None:
        self._books = books or MemoryBooks()
        self._sleep = sleep

    def of(self, tenant_id: str) -> Budget:
        return Budget(self._books, tenant_id, self._sleep)


def unlimited() -> Budget:
    """For a client without a tenant, as in tests of the adapters: books of its own."""
    return Budget(MemoryBooks(), "")


def _key(key: str) -> str:
    return f"alongside:budget:{key}"
