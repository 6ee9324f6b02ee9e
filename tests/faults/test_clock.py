"""A clock that jumps: forwards under working processes, and back again. What it ends comes to nobody's harm, happens
once, and is as before when the clock is right again."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from app.crm.hubspot import HubspotCrm
from app.crm.port import Unavailable, Write, WriteResult
from app.domain.registration import RegistrationState
from app.ground.clock import SteppingClock, utc_now
from app.storage import audit, outbox, tables
from app.storage import registration as registrations
from app.storage.rows import find_all
from sync import writeback
from sync.schedule import SCHEDULES, Ticker, tick
from tests.contract.hubspot_world import CLIENT_ID, CLIENT_SECRET, open_world
from tests.house import TestHouse
from tests.share_world import share_world

AHEAD = timedelta(days=1)


def ticker(polled: list[str]) -> Ticker:
    def start(tenant_id: str) -> bool:
        polled.append(tenant_id)
        return True

    return Ticker(start_poll=start, salesforce_every=timedelta(minutes=1), hubspot_every=timedelta(minutes=5))


def bodies(house: TestHouse) -> list[str]:
    return [one.body for one in house.crm.written if hasattr(one, "body")]


def test_a_lease_that_a_jump_ends_under_a_working_worker_loses_and_reorders_nothing(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = house.attach()
    house.work()
    takes, inside = house.crm.write, []

    def write(writes: Sequence[Write]) -> Sequence[WriteResult]:
        if not inside:  # the first worker is at it when the clock jumps: a second one takes its rows over
            inside.append(len(writes))
            house.clock.advance(AHEAD)
            house.run("thread.post", {"partner_id": partner, "body": "three"})
            writeback.write_due(house.agent)
        return takes(writes)

    for body in ("one", "two"):
        house.run("thread.post", {"partner_id": partner, "body": body})
    monkeypatch.setattr(house.crm, "write", write)
    house.work()

    assert list(dict.fromkeys(bodies(house))) == ["one", "two", "three"]
    ids = {one.external_id for one in house.crm.written if hasattr(one, "body")}
    assert len(ids) == 3  # by which the CRM knows a repeat
    with house.house.database.read() as connection:
        assert outbox.waiting_count(connection) == 0
        assert outbox.refused(connection, house.tenant.id) == []


def test_a_day_that_passes_at_once_runs_each_schedule_and_each_poll_once(house: TestHouse) -> None:
    polled: list[str] = []
    tick(house.agent, ticker(polled))
    house.clock.advance(AHEAD)

    ran = [tick(house.agent, ticker(polled)) for _ in range(3)]

    assert ran == [len(SCHEDULES), 0, 0]
    assert polled == [house.tenant.id] * 2


def test_protection_that_a_jump_ends_is_ended_once_and_stays_so_in_the_log(house: TestHouse) -> None:
    partner = house.attach()
    done = house.run("registration.submit", {"partner_id": partner, "customer_name": "Initech"})
    registration_id = str(done.result["registration_id"])
    house.run("registration.approve", {"registration_id": registration_id, "reason": "Fine"})
    for days in (200, -200, 200):
        house.clock.advance(timedelta(days=days))
        for _ in range(2):
            tick(house.agent, ticker([]))
            house.clock.advance(timedelta(minutes=1))

    with house.house.database.read() as connection:
        found = registrations.get(connection, house.tenant.id, registration_id)
        ends = find_all(connection, tables.audit, tables.audit.c.command == "registration.expire")
        assert audit.first_break(connection, house.tenant.id) is None
    assert found.state is RegistrationState.EXPIRED
    assert len(ends) == 1


def test_a_jump_ends_every_pause_and_a_crm_that_is_still_down_is_asked_once(house: TestHouse) -> None:
    partner = house.attach()
    house.work()
    house.crm.failures += [Unavailable("down")] * 8
    for body in ("one", "two", "three"):
        house.run("thread.post", {"partner_id": partner, "body": body})
    house.work()
    house.crm.calls.clear()

    house.clock.advance(AHEAD)
    for _ in range(10):
        house.work()

    assert house.crm.calls == ["write"]
    house.crm.failures.clear()
    house.clock.advance(timedelta(minutes=15))
    house.work()
    assert bodies(house) == ["one", "two", "three"]


def test_an_access_token_is_renewed_once_by_a_clock_that_jumps_and_works_when_it_is_back(
    tmp_path: Path,
) -> None:
    with open_world(tmp_path) as world:
        clock = SteppingClock(utc_now())
        crm = HubspotCrm(world.origin, CLIENT_ID, CLIENT_SECRET, world.tokens, clock)
        crm.whoami()
        before = world.tokens.saves

        clock.advance(AHEAD)
        for _ in range(3):
            crm.whoami()
        assert world.tokens.saves == before + 1

        clock.advance(-AHEAD)  # it now looks as if the token were good for a day, and it is not
        world.expire_access_token()
        for _ in range(3):
            assert crm.whoami().id == world.account_id
        assert world.tokens.saves == before + 2


def test_a_link_that_a_jump_ends_opens_nothing_and_opens_again_when_the_clock_is_right(
    tmp_path: Path,
) -> None:
    world = share_world(tmp_path)
    link, token = world.link()
    client = world.enter(link, token)
    room = f"/s/room/{link.code}"
    assert client.get(room).status_code == 200
    right = world.clock.time

    world.clock.advance(timedelta(days=400))
    assert client.get(room).status_code != 200
    ended = world.client().get(f"/s/{token}")
    unknown = world.client().get("/s/" + "x" * len(token))
    assert (ended.status_code, ended.data) == (unknown.status_code, unknown.data)

    world.clock.time = right
    assert client.get(room).status_code == 200
    world.database.close()
