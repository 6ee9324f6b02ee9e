"""The listener: who may listen, how streams begin and end, and when they are tried again."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from app.crm.events import Batch, PositionLost
from app.crm.port import AuthExpired, CrmError, RateLimited, Unavailable
from app.ground.clock import utc_now
from app.storage import event_feed as feeds
from app.storage import fault
from sync import ingest
from sync.listening import Listener, Stream, _connect
from tests.sandbox.salesforce_events import wait_until
from tests.sync.telling import Told


def test_the_listener_follows_who_connects_and_lets_go_when_it_stops(told: Told):
    deal = told.deal()
    listener = Listener(told.made.agent)

    before = told.org.org.bus.subscriptions
    listener.tend()
    wait_until(lambda: told.org.org.bus.subscriptions > before)
    told.edit(deal, stage="Closed Won")
    wait_until(told.marked)
    listener.tend()
    held = told.feed()
    listener.stop()

    assert held.lives(utc_now())
    assert told.feed().leased_until is None


def test_a_silent_stream_is_hung_up(told: Told, monkeypatch: pytest.MonkeyPatch):
    listener = Listener(told.made.agent)
    before = told.org.org.bus.subscriptions
    listener.tend()
    wait_until(lambda: told.org.org.bus.subscriptions == before + 1)
    monkeypatch.setattr("sync.listening.SILENCE", timedelta(0))
    monkeypatch.setattr("sync.listening.delay", lambda *_: timedelta(seconds=0.05))

    listener.tend()

    wait_until(lambda: told.org.org.bus.subscriptions == before + 2)
    listener.stop()


def test_a_lease_of_a_clock_that_stood_wrong_keeps_nobody_out(told: Told):
    now = told.made.agent.clock()
    with told.made.house.database.write() as connection:
        feeds.take(connection, told.made.tenant.id, "tomorrow", now + timedelta(days=1))

        assert feeds.take(connection, told.made.tenant.id, "today", now) == ""


class Ending:
    """A CRM that ends every subscription as soon as it began, in its own way."""

    def __init__(self, error: CrmError | None) -> None:
        self.error = error

    def listen(self, position: str) -> Iterator[Batch]:
        if self.error:
            raise self.error
        yield from ()

    def close(self) -> None: ...


@pytest.mark.parametrize(
    "error",
    [None, PositionLost("?"), Unavailable("?"), AuthExpired("?")],
    ids=["end", "lost", "away", "auth"],
)
def test_a_stream_that_never_works_is_tried_later_and_later(told: Told, error: CrmError | None):
    agent = replace(told.made.agent, events_of=lambda _: Ending(error))
    stream = Stream(tenant=told.made.tenant)

    waits = [_connect(agent, stream).total_seconds() for _ in range(4)]

    assert waits[0] == 0
    assert 2 <= waits[1] < waits[2] < waits[3]


def test_a_batch_that_cannot_be_applied_is_left_to_a_sweep_in_the_end(
    told: Told, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sync.listening.delay", lambda *_: timedelta(seconds=0.01))
    deal = told.deal()
    told.listen()
    told.applied()
    told.made.sync()
    monkeypatch.setattr("sync.events.sort", lambda *_: 1 / 0)

    told.edit(deal, stage="Closed Won")

    wait_until(lambda: told.feed().sweep_at is not None)
    monkeypatch.undo()
    told.made.sync()
    assert told.held(deal)["stage"] == "Closed Won"
    wait_until(lambda: not faults_of(told))


def faults_of(told: Told) -> int:
    with told.made.house.database.read() as connection:
        return fault.counts(connection).get(fault.Work.POLL, 0)


def test_a_stream_whose_thread_died_is_started_again(told: Told, monkeypatch: pytest.MonkeyPatch):
    """As when the database was away while it had something to say."""
    listener = Listener(told.made.agent)
    monkeypatch.setattr("sync.listening.listen", lambda *_: None)
    listener.tend()
    wait_until(lambda: not any(s.thread.is_alive() for s in listener._streams.values()))
    monkeypatch.undo()
    before = told.org.org.bus.subscriptions

    listener.tend()

    wait_until(lambda: told.org.org.bus.subscriptions > before)
    listener.stop()


def test_what_salesforce_limits_waits_as_long_as_it_says(told: Told):
    agent = replace(told.made.agent, events_of=lambda _: Ending(RateLimited("Too much.", 900.0)))

    assert _connect(agent, Stream(tenant=told.made.tenant)).total_seconds() >= 900


def test_a_stream_that_breaks_is_taken_up_again(told: Told, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sync.listening.delay", lambda *_: timedelta(seconds=0.05))
    deal = told.deal()
    told.listen()
    told.edit(deal, stage="Qualification")
    told.applied()
    ingest.read_marked(told.made.agent)

    told.org.world.expire_access_token()
    told.org.tell(broken=["UNAUTHENTICATED", "service.auth.error"])
    time.sleep(0.2)
    told.org.tell(broken=[])
    told.edit(deal, stage="Closed Won")

    wait_until(lambda: told.marked() == [deal.crm_id])
