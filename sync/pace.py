"""Long runs that somebody watches: what is said meanwhile, and the pauses that a CRM asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from app.crm.port import RateLimited

LONGEST_PAUSE = 60.0
"""Seconds. A CRM that asks for longer ends the run, which goes on when it is started again."""

T = TypeVar("T")
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Tells a person how far it is, and waits when the CRM, or our own budget for it, asks to."""

    tell: Progress
    sleep: Callable[[float], None]

    def ask(self, work: Callable[[], T]) -> T:
        """The answer of `work`, which may be repeated. Raises RateLimited where the pause would be too long."""
        while True:
            try:
                return work()
            except RateLimited as error:
                if error.retry_after > LONGEST_PAUSE:
                    raise
                self.tell(f"The CRM asks for a pause of {error.retry_after:.0f} s")
                self.sleep(max(error.retry_after, 0.1))
