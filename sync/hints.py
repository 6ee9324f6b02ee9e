"""Asks issuers about the awards that their notifications hinted at, and takes in what they answer."""

from app.credentials.port import IssuerError
from app.domain.actor import Actor, ActorKind
from app.ground.clock import to_iso
from app.ground.errors import AppError
from app.ground.log import get_logger
from app.storage import credential_feed as feeds
from app.storage.credential_feed import LEASE, Hint
from sync.backoff import delay
from sync.deps import Agent

AT_ONCE = 5
"""Questions of one round: an issuer that hangs holds the other work up for a minute at most."""

LAST_TRY = 20
"""About three days of waiting twice as long each time; the issuer tells again when something changes."""

log = get_logger(__name__)


def ask_issuers(agent: Agent) -> int:
    """How many questions were answered for good."""
    if agent.issuer_of is None:
        return 0
    now = agent.clock()
    with agent.database.write() as connection:
        due = feeds.claim_hints(connection, now, AT_ONCE)
    return sum(_ask(agent, hint) for hint in due)


def _ask(agent: Agent, hint: Hint) -> bool:
    now = agent.clock()
    trouble = ""
    try:
        assert agent.issuer_of is not None
        found = agent.issuer_of(hint.feed).fetch(hint.subject)
        if found is not None:
            _take(agent, hint, dict(found))
    except IssuerError as error:
        trouble = error.message
        if error.retry and hint.attempts < LAST_TRY:
            _wait(agent, hint, trouble)
            return False
    except AppError as error:
        trouble = error.message
    with agent.database.write() as connection:
        feeds.finish_hint(connection, hint, now + LEASE)
        feeds.note(connection, hint.feed, now, trouble)
    log.info("hint.asked", tenant=hint.feed.tenant_id, issuer=str(hint.feed.kind), ok=not trouble)
    return True


def _take(agent: Agent, hint: Hint, found: dict[str, object]) -> None:
    """A word without a time of its own holds from the moment we asked."""
    statement = {
        **found,
        "source": str(hint.feed.kind),
        "said_at": found.get("said_at") or to_iso(agent.clock()),
    }
    actor = Actor(kind=ActorKind.SYSTEM, id=f"feed-{hint.feed.id}", name=hint.feed.name)
    key = f"ask-{hint.feed.id}-{agent.clock().timestamp():.0f}-{hint.subject}"[:128]
    agent.executor.run(
        hint.feed.tenant_id, actor, "certification.observe", None, {"statements": [statement]}, key
    )


def _wait(agent: Agent, hint: Hint, trouble: str) -> None:
    with agent.database.write() as connection:
        feeds.postpone_hint(connection, hint, agent.clock() + delay(hint.attempts))
        feeds.note(connection, hint.feed, agent.clock(), trouble)
