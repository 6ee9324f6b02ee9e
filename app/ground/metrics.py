"""What is counted. Labels are bounded: no id, no address and no name of a person or record is ever one."""

from collections import Counter as Tally
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from prometheus_client import Counter

CRM_CALLS = Counter(
    "crm_calls_total",
    "Requests to a CRM, by what they asked and how they ended",
    ["provider", "operation", "outcome"],
)

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


def count_call(provider: str, operation: str, outcome: str) -> None:
    """One request to a CRM was made: here, and in every tally that is open around the caller."""
    CRM_CALLS.labels(provider, operation, outcome).inc()
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
