"""What the CRM may answer instead of what was asked for, seen from the rows that wait: those it refuses stay visible
with its reason, the others go through, and nobody asks again and again. The adapters' part is tests/contract."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from app.crm.port import CrmRecord, Forbidden, Unavailable
from app.domain.record import ObjectKind, RecordKey
from app.sandbox.hubspot.limits import Fault
from app.storage import fault, outbox, tables
from app.storage import record as records
from app.storage.outbox import OutboxKind
from app.storage.rows import find_all
from tests.contract.writes import message
from tests.doors.hubspot_client import Hubspot
from tests.house import DEAL, TestHouse
from tests.sync.connected import Connected

NO_RIGHT = "HubSpot did not grant the app this right."


def refusals(made: Connected | TestHouse) -> list[str]:
    with made.house.database.read() as connection:
        return [row.refusal for row in outbox.refused(connection, made.tenant.id)]


def marked(house: TestHouse) -> int:
    with house.house.database.read() as connection:
        return len(find_all(connection, tables.dirty, tables.dirty.c.purpose == "read"))


def mark(house: TestHouse, *ids: str) -> None:
    keys = [RecordKey(ObjectKind.COMPANY, one) for one in ids]
    with house.house.database.write() as connection:
        records.mark(connection, house.tenant.id, "read", keys, house.clock())


def test_of_a_batch_some_rows_are_refused_and_seen_and_the_others_arrive_in_order(
    connected: Connected,
) -> None:
    deal = connected.deal(connected.world.make_deal("Rollout"))
    connected.sync()
    partner = connected.attach(deal, "Northwind")
    connected.sync()
    for number in range(6):
        connected.run("thread.post", deal, partner_id=partner, body=f"message {number}")
    connected.world.refuse_next_write("Close the compliance task first.", items=2)

    connected.work()
    connected.world.reset_calls()
    for _ in range(3):
        connected.work()

    arrived = [text for one in connected.world.messages_on(deal.object, deal.crm_id) for text in one.split()]
    assert [text for text in arrived if text.isdigit()] == ["2", "3", "4", "5"]
    assert refusals(connected) == ["Close the compliance task first."] * 2
    assert connected.world.calls() == 0


def test_a_right_to_write_that_is_missing_refuses_the_rows_with_one_call(house: TestHouse) -> None:
    partner = house.attach()
    house.work()
    for number in range(10):
        house.run("thread.post", {"partner_id": partner, "body": str(number)})
    house.crm.failures += [Forbidden(NO_RIGHT)] * 50
    house.crm.calls.clear()

    for _ in range(10):
        house.work()
        house.clock.advance(timedelta(minutes=1))

    assert house.crm.calls == ["write"]
    assert refusals(house) == [NO_RIGHT] * 10


def test_a_right_to_read_that_is_missing_is_asked_for_seldom_and_keeps_no_write_waiting(
    house: TestHouse,
) -> None:
    partner = house.attach()
    house.work()
    reads, asked = house.crm.read, []

    def refused(kind: ObjectKind, *_: object) -> Mapping[str, CrmRecord]:
        asked.append(kind)
        raise Forbidden(NO_RIGHT)

    house.crm.read = refused  # type: ignore[assignment,method-assign]
    for minute in range(30):
        mark(house, f"{minute}-1", f"{minute}-2")
        house.work()
        house.clock.advance(timedelta(minutes=1))
    with house.house.database.write() as connection:
        outbox.add(
            connection,
            house.tenant.id,
            OutboxKind.PARTNER,
            partner,
            record=None,
            partner_id=partner,
            at=house.clock(),
        )
    house.work()

    assert len(asked) <= 12  # after 2, 4, 8 … 512 seconds, then each ten minutes; new marks come each minute
    assert marked(house) == 60
    with house.house.database.read() as connection:
        assert outbox.waiting_count(connection) == 0
        assert [one.key for one in fault.all_of(connection, house.tenant.id)] == ["rights"]

    house.crm.read = reads  # type: ignore[method-assign]
    house.clock.advance(timedelta(minutes=20))
    house.work()

    assert marked(house) == 0
    with house.house.database.read() as connection:
        assert fault.all_of(connection, house.tenant.id) == []


def test_a_record_that_hubspot_could_not_read_just_now_is_not_taken_for_deleted(
    on_hubspot: Connected,
) -> None:
    company = on_hubspot.world.make_company("Initech", domain="initech.example")
    deal = on_hubspot.deal(on_hubspot.world.make_deal("Rollout", company_ids=[company]))
    on_hubspot.sync()
    on_hubspot.attach(deal, "Northwind")
    portal = on_hubspot.world.portal
    for match in ("/objects/", "/associations/"):
        portal.faults.add(Fault(kind="some", inputs=1, match=match))
        with on_hubspot.house.database.write() as connection:
            records.mark(connection, on_hubspot.tenant.id, "read", [deal], on_hubspot.house.clock())

        on_hubspot.work()

        assert portal.faults.waiting() == []
        with on_hubspot.house.database.read() as connection:
            held = records.get(connection, on_hubspot.tenant.id, deal)
        assert held is not None
        assert held.company_id == company
        on_hubspot.house.budgets.of(on_hubspot.tenant.id).resume()


def test_what_hubspot_could_not_write_just_now_is_written_later_and_nothing_twice(
    on_hubspot: Connected,
) -> None:
    world = on_hubspot.world
    world.crm.prepare()
    deal = world.make_deal("Rollout")
    items = [message(deal_id=deal, body=f"message {number}") for number in range(4)]
    world.portal.faults.add(Fault(kind="some", inputs=2))

    with pytest.raises(Unavailable):
        world.crm.write(items)
    world.crm.write(items)

    assert len(world.messages_on(DEAL.object, deal)) == 4


def test_a_card_shows_what_was_last_known_and_how_old_it_is_while_the_crm_does_not_answer(
    house: TestHouse,
) -> None:
    hubspot = Hubspot(house)
    house.attach()
    house.work()
    house.crm.failures += [Unavailable("down")] * 1000
    house.clock.advance(timedelta(hours=3))

    shown = hubspot.card("overview").json

    assert shown["ok"]
    assert "Northwind" in str(shown["card"])
    assert "3 hours ago" in str(shown["card"])
