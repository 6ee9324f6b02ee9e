"""What is counted. Labels are bounded: no address and no name or id of a person or record is ever one; of a tenant
only the id that we gave it."""

import threading
from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta

from redis import Redis
from redis.exceptions import RedisError

COUNTERS = {
    "crm_calls_total": ("Requests to a CRM, by how they ended", ("provider", "operation", "outcome")),
    "crm_events_total": (
        "Changes that a CRM told by itself, by what became of them",
        ("provider", "outcome"),
    ),
    "crm_tenant_calls_total": (
        "Requests to the CRM of each account, by how they ended",
        ("tenant", "outcome"),
    ),
    "commands_total": ("Commands, by why they were refused or ok", ("command", "outcome")),
}
"""Every counter with its labels. /metrics shows them, docs/operations draws them."""

LAG = "alongside_lag_seconds"
HISTOGRAMS = {LAG: ("How long work took from where it began until it was done", ("way",))}
BUCKETS = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 3600)
"""Upper bounds in seconds: from a bell that is heard at once to a CRM that is away for an hour."""

SUM = "sum"
"""In place of a bucket: all that was observed, in milliseconds."""

KEY = "alongside:counted"

_unsaid: Tally[tuple[str, ...]] = Tally()
_lock = threading.Lock()
_tallies: ContextVar[tuple[Tally[tuple[str, str]], ...]] = ContextVar("crm_call_tallies", default=())

_CLASSES = (
    (200, 300, "ok"),
    (401, 402, "auth"),
    (404, 405, "missing"),
    (429, 430, "limited"),
    (400, 500, "refused"),
)


def outcome_of(status: int) -> str:
    """One word for an HTTP status, so that a counter has few of them."""
    return next((word for low, high, word in _CLASSES if low <= status < high), "failed")


def count(counter: str, *labels: str, by: int = 1) -> None:
    """Adds one, or `by`. The process that counts may be a job's and end in a moment: `say` hands on what it has."""
    with _lock:
        _unsaid[(counter, *labels)] += by


def observe(way: str, took: timedelta) -> None:
    """Some work of this kind took so long. A clock that was set back meanwhile counts as no time."""
    seconds = max(took.total_seconds(), 0.0)
    count(LAG, way, next((str(bound) for bound in BUCKETS if seconds <= bound), "+Inf"))
    count(LAG, way, SUM, by=round(seconds * 1000))


def say(redis: Redis | None) -> None:
    """Adds what this process counted to what all have counted. Never raises: what Redis did not take is kept."""
    if redis is None or not _unsaid:
        return
    with _lock:
        mine = dict(_unsaid)
        _unsaid.clear()
    try:
        pipeline = redis.pipeline()
        for name, number in mine.items():
            pipeline.hincrby(KEY, "|".join(name), number)
        pipeline.execute()
    except RedisError:
        with _lock:
            _unsaid.update(mine)


def said(redis: Redis | None) -> Mapping[tuple[str, ...], int]:
    """What all processes have counted, by counter and labels; what this one did, while Redis is away."""
    found: Tally[tuple[str, ...]] = Tally()
    with _lock:
        found.update(_unsaid)
    if redis is not None:
        try:
            kept: Mapping[bytes, bytes] = redis.hgetall(KEY)  # type: ignore[assignment]
        except RedisError:
            return found
        found.update({tuple(name.decode().split("|")): int(number) for name, number in kept.items()})
    return found


def count_call(provider: str, operation: str, outcome: str, tenant_id: str = "") -> None:
    """One request to a CRM was made: here, for the tenant if it is known, and in every tally that is open around the
    caller."""
    count("crm_calls_total", provider, operation, outcome)
    if tenant_id:
        count("crm_tenant_calls_total", tenant_id, outcome)
    for tally in _tallies.get():
        tally[operation, outcome] += 1


@contextmanager
def tally_of_calls() -> Iterator[Tally[tuple[str, str]]]:
    """Counts the requests made inside the block, by (operation, outcome)."""
    tally: Tally[tuple[str, str]] = Tally()
    token = _tallies.set((*_tallies.get(), tally))
    try:
        yield tally
    finally:
        _tallies.reset(token)
