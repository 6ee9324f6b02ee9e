"""Answers that were built a moment ago, given again for as long as they are still true.

A card says what the database holds of a record and how long ago it was, so an answer holds until something is
committed to the record or to what its card shows beside it, and for a minute at most. Who asks, and for what, is the
key's business: the request was proved before.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from app.domain.record import RecordKey
from app.ground.clock import Clock
from app.storage.change_mark import ChangeMark
from app.storage.engine import Database

T = TypeVar("T")

KEPT = 256
"""Answers in memory, up to some 50 kB each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """`seen` is the mark of the whole database at which the answer was last known to hold, `marks` that of `parts`,
    the parts of the tenant's records that it says something of."""

    answer: Any
    minute: int
    seen: object
    tenant_id: str
    parts: Sequence[int]
    marks: object


class KeptAnswers:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._mark = ChangeMark(database)
        self._clock = clock
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, place: Callable[[], tuple[str, RecordKey]], build: Callable[[], T]) -> T:
        """What `build` made for this key, if the minute has not passed, nor was anything committed since before it
        began that this tenant and record of `place` could show; else what it makes now. An answer that `place` or
        `build` refuses with an exception is not kept."""
        minute, seen = int(self._clock().timestamp()) // 60, self._mark.read()
        found = self._kept.get(key)
        if found is not None and found.minute == minute and self._holds(key, found, seen):
            kept: T = found.answer
            return kept
        tenant_id, record = place()
        parts = self._mark.around(tenant_id, record)
        marks = self._mark.of(tenant_id, parts)
        answer = build()
        self._keep(
            key,
            _Kept(answer=answer, minute=minute, seen=seen, tenant_id=tenant_id, parts=parts, marks=marks),
        )
        return answer

    def _holds(self, key: Hashable, found: _Kept, seen: object) -> bool:
        if found.seen == seen:
            return True
        if self._mark.of(found.tenant_id, found.parts) != found.marks:
            return False
        self._keep(key, replace(found, seen=seen))  # what was committed since was about others
        return True

    def _keep(self, key: Hashable, kept: _Kept) -> None:
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
