"""Values that were read for one look and are remembered for a moment, in this process's memory and nowhere else."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime, timedelta
from threading import Lock

from app.ground.clock import Clock

REMEMBERED = timedelta(seconds=60)
"""A seller who writes several messages in a row costs one call. What changes meanwhile is checked a minute late."""

MOST = 512
"""Looks that are remembered at once; the oldest goes first."""

Values = Mapping[str, str]


class Glance:
    """What `read` found the last time, for as long as it counts. May be used from several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._found: OrderedDict[Hashable, tuple[datetime, Values]] = OrderedDict()
        self._lock = Lock()

    def at(self, key: Hashable, read: Callable[[], Values]) -> Values:
        """The values under this key, read anew when they are unknown or too old. Raises what `read` raises, and
        remembers nothing then."""
        now = self._clock()
        with self._lock:
            known = self._found.get(key)
        if known and timedelta(0) <= now - known[0] < REMEMBERED:
            return known[1]
        values = read()
        with self._lock:
            self._found[key] = (now, values)
            self._found.move_to_end(key)
            while len(self._found) > MOST:
                self._found.popitem(last=False)
        return values
