"""What a process does that works in rounds for ever: a database that is away is waited for, with a line when it goes,
one a minute while it is gone, and one when it is back. It never logs what a statement held."""

import time
from collections.abc import Callable

from app.ground.log import get_logger
from sync.backoff import DATABASE_AWAY

LONGEST_WAIT = 5.0
"""Seconds between two looks at a database that stays away: its return is noticed soon enough."""

REMINDER = 60.0
"""Seconds between two lines about a database that stays away."""

log = get_logger(__name__)


class Rounds:
    """`wait` is how many seconds to wait before the next round."""

    def __init__(self, what: str, period: float, seconds: Callable[[], float] = time.monotonic) -> None:
        self.wait = period
        self._what = what
        self._period = period
        self._seconds = seconds
        self._since: float | None = None
        self._said = 0.0

    def run(self, work: Callable[[], object]) -> None:
        """One round. Whatever it raises, the next one comes."""
        try:
            work()
        except DATABASE_AWAY as error:
            self._away(error)
        except Exception:
            log.exception(f"{self._what}.failed")
        else:
            self._back()

    def _away(self, error: Exception) -> None:
        now = self._seconds()
        if self._since is None or now - self._said >= REMINDER:
            self._since = now if self._since is None else self._since
            self._said = now
            seconds = round(now - self._since)
            log.warning("database.away", work=self._what, error=_reason(error), seconds=seconds)
        self.wait = min(self.wait * 2, LONGEST_WAIT)

    def _back(self) -> None:
        if self._since is not None:
            log.info("database.back", work=self._what, seconds=round(self._seconds() - self._since))
        self._since, self.wait = None, self._period


def _reason(error: Exception) -> str:
    """The driver's first line: SQLAlchemy's own text would add the statement and its values."""
    said = str(getattr(error, "orig", None) or type(error).__name__).strip()
    return said.partition("\n")[0][:200]
