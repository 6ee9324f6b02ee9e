"""What goes wrong on request: whole answers and single rows, for the next so many calls. Counts the calls too."""

import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from app.sandbox.salesforce.errors import Refusal

LOG_LENGTH = 20_000

ANSWER_FAULTS = ("403", "429", "500", "503", "hang", "half", "lost", "session")
"""`lost` does the work and then answers 503: the caller cannot know that it took effect. 403 says `message`. A 429
without `retry_after` does not say how long."""

ROW_FAULTS = ("lock_row", "validation")


@dataclass(slots=True, kw_only=True)
class Fault:
    """`on` is a part of the path for an answer fault, an object's name for a row fault; empty is any.
    `skip` lets so many pass first."""

    kind: str
    times: int = 1
    skip: int = 0
    on: str = ""
    message: str = ""
    seconds: float = 30.0
    retry_after: int | None = 1


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []
        self._over = threading.Event()
        self.calls: deque[tuple[str, str]] = deque(maxlen=LOG_LENGTH)
        self.api_calls = 0

    def add(self, fault: Fault) -> None:
        if fault.kind not in ANSWER_FAULTS + ROW_FAULTS:
            raise ValueError(f"no such fault: {fault.kind}")
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def hold(self, seconds: float) -> None:
        """Keeps a call waiting, for as long as the org is open."""
        self._over.wait(seconds)

    def end(self) -> None:
        """Lets go of every call that waits, now and later."""
        self._over.set()

    def count(self, method: str, path: str, *, api: bool) -> None:
        with self._lock:
            self.calls.append((method, path))
            self.api_calls += api

    def forget_calls(self) -> None:
        with self._lock:
            self.calls.clear()
            self.api_calls = 0

    def summary(self) -> dict[str, object]:
        with self._lock:
            by = Counter(f"{method} {path}" for method, path in self.calls)
            return {"api": self.api_calls, "by": dict(by), "log": [list(call) for call in self.calls]}

    def answer(self, path: str) -> Fault | None:
        """The fault this call meets, used up by it."""
        return self._take(ANSWER_FAULTS, lambda on: on in path)

    def row(self, object_name: str) -> None:
        """Raises the fault that this row's write meets."""
        fault = self._take(ROW_FAULTS, lambda on: on in ("", object_name))
        if fault is None:
            return
        if fault.kind == "lock_row":
            raise Refusal(
                "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records"
            )
        raise Refusal(
            "FIELD_CUSTOM_VALIDATION_EXCEPTION", fault.message or "A validation rule refused this record."
        )

    def _take(self, kinds: tuple[str, ...], meets: Callable[[str], bool]) -> Fault | None:
        with self._lock:
            for fault in self._waiting:
                if fault.kind not in kinds or not meets(fault.on):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None
