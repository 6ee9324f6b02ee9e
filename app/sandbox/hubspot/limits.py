"""The vendor's rate limits and the bad days a test orders: what answers before the real work begins."""

import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, replace
from typing import Any

from app.sandbox.hubspot.errors import HubError, RateLimitError

FAULTS = ("429", "500", "502", "503", "401", "403", "hang", "half", "refuse", "lose", "some")


class Window:
    """At most `limit` calls in any `seconds`."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._times: deque[float] = deque()
        self._lock = threading.Lock()

    def admit(self) -> int | None:
        """How many more calls are free, or None if this one is too many."""
        now = time.monotonic()
        with self._lock:
            while self._times and self._times[0] <= now - self.seconds:
                self._times.popleft()
            if len(self._times) >= self.limit:
                return None
            self._times.append(now)
            return self.limit - len(self._times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The next `times` matching calls fail in this way. `match` is a part of the path; `writes_only` means writes.

    hang: no answer for `seconds`. half: JSON that stops. lose: the call takes effect, its answer does not arrive.
    refuse: every input of a write, or the first `inputs`, breaks a validation rule that says `message`.
    some: of a batch, the first `inputs` meet an internal error (207); the others are done or read.
    """

    kind: str
    times: int = 1
    seconds: float = 0
    message: str = ""
    match: str = ""
    writes_only: bool = False
    inputs: int = 0


class Faults:
    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()
        self._over = threading.Event()

    def hold(self, seconds: float) -> bool:
        """Keeps a call waiting; False if the portal closed meanwhile, so that nothing can answer it any more."""
        return not self._over.wait(seconds)

    def end(self) -> None:
        """Lets go of every call that waits, now and later."""
        self._over.set()

    def add(self, fault: Fault) -> None:
        """Raises ValueError for a kind that does not exist."""
        if fault.kind not in FAULTS:
            raise ValueError(f"kind must be one of {', '.join(FAULTS)}")
        with self._lock:
            self._waiting.append(fault)

    def take(self, path: str, *, writing: bool) -> Fault | None:
        """The fault that this call meets; one of its times is used up."""
        with self._lock:
            for place, fault in enumerate(self._waiting):
                writes_only = fault.writes_only or fault.kind in ("refuse", "lose")
                if fault.match not in path or (writes_only and not writing):
                    continue
                if fault.times <= 1:
                    del self._waiting[place]
                else:
                    self._waiting[place] = replace(fault, times=fault.times - 1)
                return fault
        return None

    def waiting(self) -> list[dict[str, Any]]:
        with self._lock:
            return [
                {"kind": fault.kind, "times": fault.times, "match": fault.match} for fault in self._waiting
            ]

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()


def error_of(fault: Fault) -> HubError | None:
    """The refusal that a fault stands for, if it is one."""
    if fault.kind == "429":
        error: HubError = RateLimitError(
            "TEN_SECONDLY_ROLLING", "You have reached your ten_secondly_rolling limit."
        )
        if fault.seconds:
            error.headers["Retry-After"] = str(int(fault.seconds))
        return error
    if fault.kind == "401":
        return HubError(401, "EXPIRED_AUTHENTICATION", fault.message or "The OAuth token expired.")
    if fault.kind == "403":
        return HubError(
            403, "MISSING_SCOPES", fault.message or "This app hasn't been granted all required scopes."
        )
    if fault.kind in ("500", "502", "503"):
        return HubError(int(fault.kind), "INTERNAL_ERROR", fault.message or "internal error")
    return None


class Calls:
    """How often each endpoint was called since the last reset."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def count(self, endpoint: str) -> None:
        with self._lock:
            self._counts[endpoint] += 1

    def by_endpoint(self) -> dict[str, int]:
        with self._lock:
            return dict(self._counts)

    def total(self) -> int:
        """All calls but those for tokens, which no rate limit counts."""
        with self._lock:
            return sum(n for endpoint, n in self._counts.items() if "/oauth/" not in endpoint)

    def reset(self) -> None:
        with self._lock:
            self._counts.clear()
