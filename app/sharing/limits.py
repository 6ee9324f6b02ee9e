"""How often a thing may be done. Counted in the database, so a limit holds across processes and without Redis;
a flood is already turned away in memory and costs the database nothing."""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.storage.engine import Database
from app.storage.published.attempts import take_attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    name: str
    count: int
    span: timedelta


CODES_PER_MAILBOX = Limit(name="code", count=5, span=timedelta(hours=1))
CODES_PER_LINK = Limit(name="code-of", count=40, span=timedelta(hours=1))
"""A link may be for a whole team; who tries addresses on it runs dry."""

CODES_PER_ADDRESS = Limit(name="code-from", count=60, span=timedelta(hours=1))
"""An office behind one address opens many links; a mail bomber still runs dry."""

GUESSES_PER_LINK = Limit(name="guess", count=25, span=timedelta(hours=1))
GUESSES_PER_ADDRESS = Limit(name="guess-from", count=120, span=timedelta(hours=1))
ASKS_PER_LINK = Limit(name="ask", count=12, span=timedelta(hours=1))
ASKS_PER_ADDRESS = Limit(name="ask-from", count=6, span=timedelta(hours=1))
"""A seller reads each of them."""

PDFS_PER_LINK = Limit(name="pdf", count=20, span=timedelta(hours=1))
"""Half a second of work each."""

FILES_PER_LINK = Limit(name="file", count=60, span=timedelta(hours=1))
"""Every download draws its marks anew."""

ANSWERS_PER_LINK = Limit(name="answer", count=120, span=timedelta(hours=1))
FORMS_PER_LINK = Limit(name="form", count=60, span=timedelta(hours=1))
FORMS_PER_ADDRESS = Limit(name="form-from", count=20, span=timedelta(hours=1))
"""Probing a registration form for who is a customer must stay slow, although its answer never tells."""

MISSES_PER_ADDRESS = Limit(name="miss-from", count=600, span=timedelta(minutes=10))
"""Requests for pages that do not exist: in memory only, since a token of 256 bits is not found by guessing."""

_KEPT = 20_000
"""Counters held in memory before the oldest is dropped."""


class Limits:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, limit: Limit, subject: str, at: datetime) -> bool:
        """True, and it is counted, when `subject` may do this once more."""
        key = _key(limit, subject)
        if self._flooded(key, 3 * limit.count, limit.span, at):
            return False
        with self._database.write() as connection:
            return take_attempt(connection, key, limit.count, limit.span, at)

    def take_cheaply(self, limit: Limit, subject: str, at: datetime) -> bool:
        """Like `take`, counted in this process alone: for what is only worth slowing down."""
        return not self._flooded(_key(limit, subject), limit.count, limit.span, at)

    def _flooded(self, key: str, count: int, span: timedelta, at: datetime) -> bool:
        window = int(at.timestamp() // span.total_seconds())
        with self._lock:
            known = self._counts.pop(key, (window, 0))
            used = known[1] + 1 if known[0] == window else 1
            self._counts[key] = (window, used)
            while len(self._counts) > _KEPT:
                self._counts.popitem(last=False)
        return used > count


def _key(limit: Limit, subject: str) -> str:
    """Subjects are addresses and ids: only a hash of them is stored."""
    return f"{limit.name}:{hashlib.sha256(subject.encode()).hexdigest()[:40]}"
