"""The clock: each slot once, whoever asks."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest

from app.domain.record import CrmKind
from app.domain.registration import RegistrationState
from app.identity.signing_key import COPY_KEY, verify
from app.storage import checkpoint, outbox, signing_key, tables
from app.storage import event_feed as feeds
from app.storage import registration as registrations
from app.storage import tenant as tenants
from app.storage.published import copy_keys
from sync.schedule import SCHEDULES, Ticker, keep_up_registrations, poll_tenants, take_slot, take_slots, tick
from tests.house import TestHouse, make_house
from tests.performance.test_counts import questions


def ticker(polled: list[str]) -> Ticker:
    def start(tenant_id: str) -> bool:
        polled.append(tenant_id)
        return True

    return Ticker(start_poll=start, salesforce_every=timedelta(minutes=1), hubspot_every=timedelta(minutes=5))


def test_two_schedulers_run_a_slot_once(house: TestHouse) -> None:
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: take_slot(house.agent, "x", timedelta(minutes=1)), range(12)))

    assert taken.count(True) == 1


def test_a_clock_that_jumps_back_repeats_nothing(house: TestHouse) -> None:
    polled: list[str] = []
    tick(house.agent, ticker(polled))
    house.clock.advance(timedelta(minutes=5))
    tick(house.agent, ticker(polled))
    house.clock.advance(timedelta(minutes=-5))
    tick(house.agent, ticker(polled))

    assert polled == [house.tenant.id, house.tenant.id]


def test_the_polls_cost_the_database_as_much_for_two_hundred_tenants_as_for_one(house: TestHouse) -> None:
    tick(house.agent, ticker([]))
    counts, polled = [], []
    for more in (0, 199):
        with house.house.database.write() as connection:
            for number in range(more):
                tenants.add(
                    connection,
                    replace(house.tenant, id=f"t{number}", account_id=f"a{number}"),
                    username="",
                    at=house.clock(),
                )
        house.clock.advance(timedelta(minutes=5))
        with questions(house) as asked:
            poll_tenants(house.agent, ticker(polled))
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert len(polled) == len({*polled}) + 1 == 201


def test_two_schedulers_poll_each_tenant_once(house: TestHouse) -> None:
    names = [f"poll-{number}" for number in range(1200)]

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: take_slots(house.agent, names, timedelta(minutes=1)), range(4)))

    assert sorted(name for some in taken for name in some) == sorted(names)


def test_rows_whose_ring_was_lost_are_rung_for_again(house: TestHouse) -> None:
    house.link(house.attach())
    house.run("thread.post", {"partner_id": house.attach("Contoso"), "body": "hello"})
    house.bells.clear()

    tick(house.agent, ticker([]))

    assert set(house.bells) == {"crm", "publish"}


def test_protection_ends_by_itself(house: TestHouse) -> None:
    partner = house.attach()
    done = house.run("registration.submit", {"partner_id": partner, "customer_name": "Initech"})
    registration_id = str(done.result["registration_id"])
    house.run("registration.approve", {"registration_id": registration_id, "reason": "Fine"})
    house.clock.advance(timedelta(days=91))

    tick(house.agent, ticker([]))

    with house.house.database.read() as connection:
        assert (
            registrations.get(connection, house.tenant.id, registration_id).state is RegistrationState.EXPIRED
        )


@pytest.mark.parametrize("kept_before", [False, True], ids=["saved now", "saved by an earlier version"])
def test_the_clock_reads_only_the_protections_of_whose_end_a_reminder_is_due(
    house: TestHouse, *, kept_before: bool
) -> None:
    partner = house.attach()
    done = house.run("registration.submit", {"partner_id": partner, "customer_name": "Initech"})
    house.run("registration.approve", {"registration_id": done.result["registration_id"], "reason": "Fine"})
    if kept_before:
        with house.house.database.write() as connection:
            connection.execute(tables.registration.update().values(remind_at=None))
            import_module("app.storage.migrations.versions.0026_when_an_end_is_near").fill(connection)
    read: list[int] = []

    for days in (75, 1, 1, 9, 1, 1):  # of ninety; reminders are due 14 and 3 days before the end
        house.clock.advance(timedelta(days=days))
        with house.house.database.read() as connection:
            read.append(len(registrations.ending(connection, house.clock())))
        keep_up_registrations(house.agent, ticker([]))

    assert read == [0, 1, 0, 0, 1, 0]


def test_a_clock_that_was_an_hour_ahead_and_is_set_back_keeps_nothing_waiting(house: TestHouse) -> None:
    house.clock.advance(timedelta(hours=1))
    for _ in range(10):
        tick(house.agent, ticker([]))
        house.clock.advance(timedelta(seconds=2))
    house.run("thread.post", {"partner_id": house.attach(), "body": "hello"})
    with house.house.database.write() as connection:
        outbox.claim(connection, house.tenant.id, outbox.OutboxKind.MESSAGE, house.clock(), 10)
    house.clock.advance(timedelta(hours=-1))
    house.bells.clear()

    for _ in range(400):
        tick(house.agent, ticker([]))
        house.clock.advance(timedelta(seconds=2))

    assert "crm" in house.bells
    house.work()
    assert any(getattr(write, "body", "") == "hello" for write in house.crm.written)


def test_a_poll_that_could_not_be_started_is_tried_with_the_next_tick(house: TestHouse) -> None:
    asked: list[str] = []

    def start(tenant_id: str) -> bool:
        asked.append(tenant_id)
        return len(asked) > 1

    unlucky = Ticker(
        start_poll=start, salesforce_every=timedelta(minutes=1), hubspot_every=timedelta(minutes=5)
    )
    for _ in range(4):
        tick(house.agent, unlucky)
        house.clock.advance(timedelta(seconds=1))

    assert len(asked) == 2


def test_the_audit_log_is_signed_by_the_clock_and_only_when_it_has_grown(house: TestHouse) -> None:
    house.attach()
    for _ in range(3):
        tick(house.agent, ticker([]))
        house.clock.advance(timedelta(minutes=10))

    with house.house.database.read() as connection:
        assert [point["sequence"] for point in checkpoint.all_of(connection, house.tenant.id)] == [1]


def test_a_key_that_cannot_be_opened_stops_no_other_schedule(house: TestHouse) -> None:
    house.attach()
    tick(house.agent, ticker([]))
    with house.house.database.write() as connection:
        connection.execute(tables.signing_key.update().values(sealed="lost"))
    house.attach("Contoso")
    house.clock.advance(timedelta(days=1))

    assert tick(house.agent, ticker([])) == len(SCHEDULES)


@pytest.mark.parametrize("days", [0, 2])
def test_share_pages_are_handed_what_they_sign_with_by_the_tenants_own_key(
    house: TestHouse, days: int
) -> None:
    """From the moment that the account is connected, before any checkpoint; later by the agent."""
    if days:
        house.clock.advance(timedelta(days=days))
        tick(house.agent, ticker([]))

    with house.house.database.read() as connection:
        key = copy_keys.current(connection, house.tenant.id, house.clock())
        known = signing_key.public_keys(connection, house.tenant.id).values()
    assert key is not None
    assert [key.root] == list(known)
    assert verify(key.root, COPY_KEY, key.said.encode(), key.certificate)


# An account that tells of its changes by itself


@pytest.fixture
def telling(tmp_path: Path) -> TestHouse:
    made = make_house(tmp_path, CrmKind.SALESFORCE)
    with made.house.database.write() as connection:
        feeds.take(connection, made.tenant.id, "f", made.clock())
    return made


def hear(house: TestHouse, *, task: bool = False) -> None:
    with house.house.database.write() as connection:
        feeds.advance(connection, house.tenant.id, "f", "p", house.clock(), task=task)


def polls_of_an_hour(house: TestHouse, *, heard: bool) -> int:
    polled: list[str] = []
    for _ in range(60):
        if heard:
            hear(house)
        tick(house.agent, ticker(polled))
        house.clock.advance(timedelta(minutes=1))
    return len(polled)


def test_an_account_that_proved_to_tell_all_is_asked_each_quarter_of_an_hour(telling: TestHouse) -> None:
    hear(telling, task=True)

    assert polls_of_an_hour(telling, heard=True) in (4, 5)


def test_one_that_has_not_proved_it_is_asked_as_ever(telling: TestHouse) -> None:
    """Without the right to see all data, Salesforce keeps events about tasks to itself."""
    assert polls_of_an_hour(telling, heard=True) == 60


def test_one_that_fell_silent_is_asked_as_ever(telling: TestHouse) -> None:
    hear(telling, task=True)
    telling.clock.advance(feeds.SILENT)

    assert polls_of_an_hour(telling, heard=False) == 60


def test_the_proof_holds_for_a_day(telling: TestHouse) -> None:
    hear(telling, task=True)
    telling.clock.advance(feeds.TRUSTED)

    assert polls_of_an_hour(telling, heard=True) == 60


def test_a_sweep_that_the_listener_wants_is_started_at_once(telling: TestHouse) -> None:
    hear(telling, task=True)
    polled: list[str] = []
    tick(telling.agent, ticker(polled))
    telling.clock.advance(timedelta(seconds=20))
    with telling.house.database.write() as connection:
        feeds.want_sweep(connection, telling.tenant.id, telling.clock())

    tick(telling.agent, ticker(polled))
    tick(telling.agent, ticker(polled))

    assert len(polled) == 2
