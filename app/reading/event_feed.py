"""Whether an account tells us of its changes by itself, in a sentence for the admin page and for the doctor."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.storage.event_feed import Feed
from cards import words

RECENTLY = timedelta(days=1)
"""For how long it is worth a sentence that a position was lost: what followed it has been made up for."""

POLLED = "Changes are found by polling."


class State(StrEnum):
    """Also the label of a metric."""

    LIVE = "live"
    STARTING = "starting"
    SILENT = "silent"
    REFUSED = "refused"
    UNHEARD = "unheard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`advice` says what would make it better; empty where nothing would."""

    state: State
    sentence: str
    advice: str = ""


def state_of(feed: Feed, now: datetime) -> State:
    if feed.trouble:
        return State.REFUSED
    if feed.lives(now):
        return State.LIVE
    if feed.leased_until is None or feed.leased_until <= now:
        return State.UNHEARD
    return State.SILENT if feed.position else State.STARTING


def told(feed: Feed, now: datetime) -> Told:
    """What to say of the feed."""
    state = state_of(feed, now)
    sentence, advice = _said(feed, state, now)
    if feed.lost_at is not None and now - feed.lost_at < RECENTLY:
        when = words.ago(feed.lost_at, now)
        sentence += f" Salesforce no longer knew our place {when}; a poll made up for what followed it."
    return Told(state=state, sentence=sentence, advice=advice)


def _said(feed: Feed, state: State, now: datetime) -> tuple[str, str]:
    match state:
        case State.REFUSED:
            return (
                feed.trouble,
                "Deploy the package's event channel, and let the server reach the Pub/Sub API.",
            )
        case State.UNHEARD:
            return f"Nobody listens for change events at the moment. {POLLED}", "Start alongside agent."
        case State.STARTING:
            return f"Salesforce's first sign of life is awaited, for five minutes at most. {POLLED}", ""
        case State.SILENT:
            return f"Salesforce has fallen silent, and is called again. {POLLED}", ""
        case State.LIVE:
            last = f" The last one came {words.ago(feed.event_at, now)}." if feed.event_at else ""
            tasks = "" if feed.tells_all(now) else " Changed tasks come with the next poll."
            return f"Changes arrive as they happen.{last}{tasks}", ""
