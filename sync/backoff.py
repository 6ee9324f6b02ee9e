"""When to try again, from the CRM's own answer where it gives one."""

import random
from datetime import timedelta

from app.crm.port import CrmError, RateLimited

FIRST = timedelta(seconds=2)
LONGEST = timedelta(minutes=10)
"""A CRM that is down for hours is asked six times an hour, so that its return is noticed soon enough."""


def delay(attempts: int, error: CrmError) -> timedelta:
    """How long to wait after the given number of attempts: what the CRM asked for, or twice as long each time, with
    a fifth of chance so that a crowd does not return at once."""
    if isinstance(error, RateLimited):
        return timedelta(seconds=max(1.0, error.retry_after)) * (1 + random.random() / 5)  # noqa: S311 - only jitter
    doubled: timedelta = FIRST * 2 ** min(max(attempts, 1) - 1, 12)
    wait: timedelta = min(doubled, LONGEST)
    return wait * (1 + random.random() / 5)  # noqa: S311
