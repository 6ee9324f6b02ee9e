"""Answers that were built a moment ago, given again for as long as they are still true.

A card says what the database holds and how long ago it was, so an answer holds until anything is committed, and for a
minute at most. Who asks, and for what, is the key's business: the request was proved before.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from app.ground.clock import Clock
from app.storage.change_mark import ChangeMark
from app.storage.engine import Database

T = TypeVar("T")

KEPT = 256
"""Answers in memory, up to some 50 kB each."""


class KeptAnswers:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._mark = ChangeMark(database)
        self._clock = clock
        self._kept: OrderedDict[Hashable, tuple[object, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, build: Callable[[], T]) -> T:
        """What `build` made for this key, if nothing was committed since before it began, nor has the minute passed;
        else what it makes now. An answer that `build` refuses with an exception is not kept."""
        now = (self._mark.read(), int(self._clock().timestamp()) // 60)
        found = self._kept.get(key)
        if found is not None and found[0] == now:
            answer: T = found[1]
            return answer
        answer = build()
        with self._lock:
            self._kept[key] = (now, answer)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return answer
