"""Following changes by search: complete through equal times, lag and the search cap, and cheap when idle."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.crm.hubspot_changes import LAG, Cursor, Walk, read_cursor
from app.crm.hubspot_paths import Endpoint
from app.ground.clock import SteppingClock, from_iso
from app.sandbox.hubspot import HubspotSandbox, HubspotSandboxConfig, Seed
from app.sandbox.hubspot.schema import object_type

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Direct:
    """A transport that asks the stand-in's search without HTTP in between; counts its calls."""

    portal: HubspotSandbox
    calls: int = 0

    def call(self, endpoint: Endpoint, *, path: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        self.calls += 1
        return self.portal.search.run(object_type(path["type"]), body)


@dataclass
class Follower:
    """Follows deals and remembers what it was told: ids in order, and the latest time of each."""

    portal: HubspotSandbox
    clock: SteppingClock
    told: list[str] = field(default_factory=list)
    latest: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.transport = Direct(self.portal)
        self.walk = Walk(self.transport, self.clock, "deals", ["dealname"])
        self.cursor = str(self.walk.start())

    def poll(self) -> int:
        """Tells everything there is; how many calls that took."""
        before = self.transport.calls
        more = True
        while more:
            page = self.walk.page(read_cursor(self.cursor))
            self.told += [row["id"] for row in page.rows]
            self.latest |= {row["id"]: row["updatedAt"] for row in page.rows}
            self.cursor, more = str(page.cursor), page.more
        return self.transport.calls - before


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(START)


def open_portal(clock: SteppingClock, lag: float = 0) -> HubspotSandbox:
    settings = HubspotSandboxConfig(
        db_path=":memory:", client_id="c", client_secret="s", clock=clock, search_lag_seconds=lag
    )
    return HubspotSandbox(settings)


@pytest.fixture
def portal(clock: SteppingClock) -> Iterator[HubspotSandbox]:
    opened = open_portal(clock)
    yield opened
    opened.close()


def load(portal: HubspotSandbox, times: list[datetime]) -> list[str]:
    return portal.load(Seed(type="deals", properties={}, created=START, modified=time) for time in times)


def spread(count: int, start: datetime = START) -> list[datetime]:
    return [start + timedelta(milliseconds=7 * number) for number in range(1, count + 1)]


def test_a_thousand_changes_cost_five_calls_and_then_one(
    portal: HubspotSandbox, clock: SteppingClock
) -> None:
    follower = Follower(portal, clock)
    ids = load(portal, spread(1000))
    clock.advance(timedelta(minutes=1))

    assert follower.poll() == 5
    assert follower.told == ids
    assert follower.poll() == 1
    assert follower.told == ids


def test_young_changes_are_looked_at_again_for_one_call(portal: HubspotSandbox, clock: SteppingClock) -> None:
    follower = Follower(portal, clock)
    load(portal, spread(600))
    clock.advance(timedelta(milliseconds=7 * 601))  # all of them are younger than the lag

    follower.poll()

    assert follower.poll() == 1
    assert len(follower.told) == 600


@pytest.mark.parametrize("count", [50, 51, 200, 201, 450])
def test_a_bulk_of_one_time_is_told_once(portal: HubspotSandbox, clock: SteppingClock, count: int) -> None:
    follower = Follower(portal, clock)
    around = spread(150) + [START + timedelta(milliseconds=500)] * count
    ids = load(portal, around)
    clock.advance(timedelta(minutes=1))

    follower.poll()
    follower.poll()

    assert sorted(follower.told) == sorted(ids)


def test_more_than_ten_thousand_changes_are_all_told(portal: HubspotSandbox, clock: SteppingClock) -> None:
    follower = Follower(portal, clock)
    ids = load(portal, spread(10_050))
    clock.advance(timedelta(minutes=5))

    assert follower.poll() == 51
    assert follower.told == ids


def test_what_was_there_before_the_start_is_not_told(portal: HubspotSandbox, clock: SteppingClock) -> None:
    load(portal, spread(3, START - timedelta(seconds=1)))
    follower = Follower(portal, clock)

    clock.advance(timedelta(seconds=1))
    (new,) = load(portal, [clock()])
    follower.poll()
    follower.poll()

    assert follower.told == [new]


def test_a_late_entry_of_the_index_is_still_told(clock: SteppingClock) -> None:
    portal = open_portal(clock)
    follower = Follower(portal, clock)
    clock.advance(timedelta(seconds=1))
    (on_time,) = load(portal, [clock()])
    follower.poll()

    (late,) = load(portal, [clock() - timedelta(milliseconds=500)])  # enters the index behind the other
    clock.advance(timedelta(seconds=2))
    follower.poll()
    portal.close()

    assert follower.told == [on_time, late]


@pytest.mark.parametrize("seed", range(15))
def test_whatever_happens_every_deals_last_state_is_told(clock: SteppingClock, seed: int) -> None:
    """Random edits, bulks and polls, with an index that trails by up to two thirds of what we allow for."""
    dice = random.Random(seed)
    portal = open_portal(clock, dice.choice([0, LAG.total_seconds() * 2 / 3]))
    portal.webhooks.subscribe({})
    old = load(portal, [START - timedelta(hours=1)] * 5)
    follower = Follower(portal, clock)
    changed: set[str] = set()
    for _ in range(60):
        clock.advance(timedelta(milliseconds=dice.choice([0, 0, 1, 40, 900, 7000])))
        match dice.choice(["edit", "edit", "bulk", "poll", "poll"]):
            case "edit":
                deal = dice.choice(sorted(changed) + old)
                portal.edit("deals", deal, {"dealname": str(dice.random())})
                changed.add(deal)
            case "bulk":
                changed |= set(load(portal, [clock()] * dice.choice([1, 60, 210])))
            case "poll":
                follower.poll()
    clock.advance(timedelta(minutes=1))
    follower.poll()

    now = {one["id"]: one["updatedAt"] for one in portal.all("deals") if one["id"] in changed}
    portal.close()
    assert follower.latest == now


def test_a_cursor_survives_being_stored() -> None:
    cursor = Cursor(at=0, floor=1, seen=("1", "2"), drain="9", told=("3:4",), look=True)

    assert read_cursor(str(cursor)) == cursor
    assert read_cursor(str(Cursor(at=0))) == Cursor(at=0)


@pytest.mark.parametrize("text", ["", "x", "[]", "{}", '{"at": null}', "7"])
def test_a_foreign_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the reason is not promised
        read_cursor(text)


def test_times_come_back_as_they_were(portal: HubspotSandbox, clock: SteppingClock) -> None:
    follower = Follower(portal, clock)
    (deal,) = load(portal, [START + timedelta(milliseconds=123)])
    follower.poll()

    assert from_iso(follower.latest[deal]) == START + timedelta(milliseconds=123)
