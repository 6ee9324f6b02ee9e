"""However webhook events arrive, twice, late, in any order or all at once: what stands at the end is the same."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.record import ObjectKind
from app.reading.stores import Events
from app.storage import record as records
from app.storage import tables
from app.storage.published.rooms import latest_snapshot
from app.storage.rows import find_all
from tests.house import COMPANY, DEAL, TestHouse, make_house

CHANGES = (
    (ObjectKind.DEAL, "900", "stage", "dealstage", "s2"),
    (ObjectKind.DEAL, "900", "next_step", "hs_next_step", "Security review"),
    (ObjectKind.DEAL, "900", "stage", "dealstage", "s3"),
    (ObjectKind.COMPANY, "700", "name", "name", "Initech Holding"),
    (ObjectKind.DEAL, "900", "stage", "dealstage", "s1"),
    (ObjectKind.COMPANY, "700", "name", "name", "Initech Group"),
)


@contextmanager
def a_house() -> Iterator[tuple[TestHouse, str]]:
    with tempfile.TemporaryDirectory() as directory:
        house = make_house(Path(directory))
        partner = house.attach()
        house.link(partner)
        house.work()
        yield house, partner
        house.house.database.close()


def event(number: int) -> tuple[str, dict[str, Any]]:
    kind, crm_id, _, api_name, value = CHANGES[number]
    return str(number), {
        "eventId": number,
        "portalId": 62515,
        "subscriptionType": "object.propertyChange",
        "objectTypeId": "0-3" if kind is ObjectKind.DEAL else "0-2",
        "objectId": int(crm_id),
        "propertyName": api_name,
        "propertyValue": value,
        "occurredAt": 1_700_000_000_000 + number,
    }


def change(house: TestHouse, number: int) -> None:
    kind, crm_id, field, _, value = CHANGES[number]
    house.crm.records[kind, crm_id][field] = value
    house.crm.modified += timedelta(seconds=1)


def deliver(house: TestHouse, *numbers: int) -> None:
    events = Events(house.house.database, house.house.bell, house.clock)
    events.keep([(house.tenant, *event(number)) for number in numbers])


def seen(house: TestHouse, partner: str) -> tuple[object, ...]:
    """Our copies and what the partner is shown, without ids, versions and the list of news."""
    with house.house.database.read() as connection:
        copies = records.get_many(connection, house.tenant.id, [DEAL, COMPANY])
        shown = latest_snapshot(connection, house.tenant.id, DEAL, partner)
        waiting = find_all(connection, tables.dirty)
    assert shown is not None
    return (
        {str(key): dict(record.fields) for key, record in copies.items()},
        shown.content_hash,
        len(waiting),
    )


@cache
def expected() -> tuple[object, ...]:
    with a_house() as (house, partner):
        for number in range(len(CHANGES)):
            change(house, number)
            deliver(house, number)
            house.work()
        return seen(house, partner)


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_duplicated_reordered_and_late_events_end_where_the_sorted_ones_do(data: st.DataObject) -> None:
    order = data.draw(st.permutations([*range(len(CHANGES)), *range(len(CHANGES))]))
    happened = data.draw(st.lists(st.integers(0, len(order)), min_size=len(CHANGES), max_size=len(CHANGES)))
    pauses = data.draw(st.sets(st.integers(0, len(order) - 1)))

    with a_house() as (house, partner):
        changes = sorted(happened)  # the CRM's own changes come in order, somewhere between the deliveries
        done = 0
        for place, number in enumerate(order):
            while done < len(CHANGES) and changes[done] <= place:
                change(house, done)
                done += 1
            while done <= number:  # no event arrives before what it tells of
                change(house, done)
                done += 1
            deliver(house, number)
            if place in pauses:
                house.work()
        house.work()
        reached = seen(house, partner)

        # an event that came once, long ago, is kept once: a change after its last event is the poll's to find
        assert reached == expected()


def test_one_event_from_eight_doors_at_once_is_one_row(house: TestHouse) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: deliver(house, 0, 3), range(8)))

    with house.house.database.read() as connection:
        assert len(find_all(connection, tables.crm_event)) == 2


def test_a_storm_of_events_on_one_record_is_one_read(house: TestHouse) -> None:
    house.link(house.attach())
    house.work()
    house.crm.calls.clear()
    events = Events(house.house.database, house.house.bell, house.clock)
    for burst in range(20):
        events.keep(
            [(house.tenant, f"{burst}-{n}", event(0)[1] | {"eventId": burst * 100 + n}) for n in range(100)]
        )

    house.work()

    assert house.crm.calls.count("read") <= 2
