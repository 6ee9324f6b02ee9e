"""What both sides read of a partner's tier: whether it counts, until when, and what it lacks."""

from datetime import date, timedelta

from app.domain.tier import NO_TIER, TierStanding
from cards import words
from cards.blocks import Status, Tone

ENDS_SOON = timedelta(days=60)
"""As long before its end as a certification is called lapsing."""


def said(standing: TierStanding, today: date, locale: str) -> str:
    """How the tier stands, as one line; empty where it counts and nothing ends soon."""
    then = standing.then or NO_TIER
    if standing.is_lowered:
        return f"{standing.granted} does not count now: {standing.tier or NO_TIER} does"
    if standing.until is None or standing.until - today > ENDS_SOON:
        return ""
    last = words.day(standing.until, today, locale)
    if standing.in_grace:
        return f"{standing.granted} counts until {last} only, as time to renew; {then} counts after that"
    return (
        f"{standing.granted} counts until {last} unless certifications are renewed; {then} counts after that"
    )


def status(standing: TierStanding | None, today: date, locale: str) -> Status | None:
    """The line with what is lacking; None where there is nothing to say."""
    text = said(standing, today, locale) if standing else ""
    if standing is None or not text:
        return None
    return Status(
        text=text,
        detail=" ".join(standing.why),
        tone=Tone.WARNING,
        title=words.full_day(standing.until, locale) if standing.until and not standing.is_lowered else "",
    )
