"""How a value is masked. A mask is decided by the value alone, so that it can be applied again without harm."""

import itertools
import re
from decimal import Decimal, InvalidOperation

from app.disclosure.treatment import Treatment, hides_more

BANDS = (1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000, 10_000_000)
"""Upper ends of the bands an amount is shown in, in the record's own currency."""

_BAND_NAMES = frozenset(
    (
        f"under {BANDS[0]:,}",
        f"over {BANDS[-1]:,}",
        *(f"{low:,} to {high:,}" for low, high in itertools.pairwise(BANDS)),
    )
)
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])(-|T|$)")


def redact(treatment: Treatment, value: str) -> str | None:
    """What a partner gets of `value`; None is nothing at all. What a mask cannot read is withheld."""
    match treatment:
        case Treatment.SHOW:
            return value
        case Treatment.BAND:
            return _band(value)
        case Treatment.INITIALS:
            return "".join(f"{word[0].upper()}." for word in value.split() if word[0].isalpha()) or None
        case Treatment.DOMAIN:
            domain = value.rpartition("@")[2].strip().lower()
            return domain if _DOMAIN.fullmatch(domain) else None
        case Treatment.MONTH:
            return value[:7] if _MONTH.match(value) else None
        case Treatment.ABSENT:
            return None


def narrower(published: Treatment, today: Treatment) -> Treatment:
    """What still has to be done to a value published under one treatment so that it obeys today's.

    SHOW means nothing is left to do. Two different masks cannot be turned into each other: the value is withheld.
    """
    if today is Treatment.ABSENT:
        return Treatment.ABSENT
    if published is today or hides_more(published, today):
        return Treatment.SHOW
    return today if published is Treatment.SHOW else Treatment.ABSENT


def _band(value: str) -> str | None:
    if value in _BAND_NAMES:
        return value
    try:
        amount = Decimal(value.replace(",", ""))
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount < 0:
        return None
    if amount < BANDS[0]:
        return f"under {BANDS[0]:,}"
    for low, high in itertools.pairwise(BANDS):
        if amount < high:
            return f"{low:,} to {high:,}"
    return f"over {BANDS[-1]:,}"
