"""What an answer costs, in questions to the database and calls of a CRM: counts, never times."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from app.crm.glance import Glance
from app.crm.port import MessageWrite
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.ground.clock import SteppingClock, utc_now
from app.sandbox.hubspot.schema import object_type
from app.storage import record as records
from cards.registry import NAMES
from sync import ingest, poll
from sync.certifying import settle_tiers
from tests.contract import hubspot_world, salesforce_world
from tests.contract.world import World
from tests.doors.test_hubspot import Hubspot
from tests.house import ADMIN, TestHouse
from tests.sync.connected import Connected, connect


@contextmanager
def questions(house: TestHouse) -> Iterator[list[str]]:
    """The statements that the house's database is asked meanwhile."""
    asked: list[str] = []
    note = lambda _c, _cursor, statement, *_: asked.append(statement)  # noqa: E731
    event.listen(house.house.database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(house.house.database.engine, "before_cursor_execute", note)


def asked_by(house: TestHouse, hubspot: Hubspot, name: str, object_id: str = "900", kind: str = "0-3") -> int:
    house.clock.advance(timedelta(minutes=1))
    with questions(house) as asked:
        assert hubspot.card(name, object_id, kind).json["ok"] is True
    return len([one for one in asked if not one.startswith("BEGIN")])


def add_partner(house: TestHouse, number: int) -> None:
    partner = house.attach(f"Partner {number}")
    for _ in range(3):
        house.run("thread.post", {"partner_id": partner, "body": "Hello"})
        house.run("plan.add_step", {"partner_id": partner, "title": "Sign"})
    house.link(partner, f"kim{number}@partner.example")


@pytest.mark.parametrize("name", NAMES)
def test_a_card_asks_as_much_for_one_partner_as_for_ten(house: TestHouse, name: str) -> None:
    hubspot = Hubspot(house)
    add_partner(house, 0)
    hubspot.card(name)
    one = asked_by(house, hubspot, name)

    for number in range(1, 10):
        add_partner(house, number)
    hubspot.card(name)

    assert asked_by(house, hubspot, name) == one
    assert one <= (31 if name == "sharing" else 26)


def test_a_company_asks_nothing_more_for_deals_without_partners(house: TestHouse) -> None:
    hubspot = Hubspot(house)
    add_partner(house, 0)
    hubspot.card("overview", "700", "0-2")
    before = asked_by(house, hubspot, "overview", "700", "0-2")

    for number in range(1000, 1020):
        house.crm.records[ObjectKind.DEAL, str(number)] = {"name": f"Deal {number}", "stage": "s1"}
        house.crm.companies[str(number)] = "700"
        ingest.fetch(house.agent, house.tenant, [RecordKey(ObjectKind.DEAL, str(number))])
    hubspot.card("overview", "700", "0-2")

    assert asked_by(house, hubspot, "overview", "700", "0-2") == before


def test_a_card_that_is_opened_again_asks_the_pool_nothing(house: TestHouse) -> None:
    hubspot = Hubspot(house)
    add_partner(house, 0)
    hubspot.card("thread"), hubspot.card("thread")

    with questions(house) as asked:
        hubspot.card("thread")

    assert asked == []


def test_fifty_messages_cost_as_many_questions_as_five_hundred(house: TestHouse) -> None:
    hubspot = Hubspot(house)
    partner = house.attach()
    counts = []
    for more in (50, 150):
        for number in range(more):
            house.run("thread.post", {"partner_id": partner, "body": f"Message {number}"})
        hubspot.card("thread")
        counts.append(asked_by(house, hubspot, "thread"))

    assert counts[0] == counts[1]


# Calls of a CRM.

CHANGED = 400


@pytest.fixture(params=list(CrmKind))
def connected(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[CrmKind, Connected]]:
    kind: CrmKind = request.param
    opened = (
        hubspot_world.open_world_without_limits(tmp_path)
        if kind is CrmKind.HUBSPOT
        else salesforce_world.open_world(tmp_path)
    )
    with opened as world:
        made = connect(tmp_path, world, kind)
        poll.first_load(made.agent, made.tenant)
        yield kind, made
        made.house.database.close()


def deals(world: World, count: int) -> list[RecordKey]:
    company = world.make_company("Initech")
    first = world.make_deal("The first", company_ids=[company])
    return [RecordKey(ObjectKind.DEAL, i) for i in (first, *world.make_deals(count - 1))]


def calls(world: World, work) -> int:
    world.reset_calls()
    work()
    return world.calls()


def test_reading_many_marked_records_fills_its_batches(connected: tuple[CrmKind, Connected]) -> None:
    kind, made = connected
    keys = deals(made.world, CHANGED)
    agent = made.agent
    ingest.fetch(agent, made.tenant, keys)

    count = calls(made.world, lambda: ingest.fetch(agent, made.tenant, keys))

    # HubSpot: 4 batches of a hundred, and one question for all their companies. Salesforce: one retrieve.
    assert count == {CrmKind.HUBSPOT: 5, CrmKind.SALESFORCE: 1}[kind]


def test_a_round_in_which_nothing_changed_costs_as_little_in_a_larger_account(
    connected: tuple[CrmKind, Connected],
) -> None:
    kind, made = connected
    made.sync()
    made.sync()
    small = calls(made.world, lambda: poll.poll(made.agent, made.tenant))
    made.world.make_deals(300)
    made.sync()
    made.sync()

    large = calls(made.world, lambda: poll.poll(made.agent, made.tenant))

    assert small == large == {CrmKind.HUBSPOT: 3, CrmKind.SALESFORCE: 1}[kind]


def test_a_deal_that_moves_to_another_customer_is_noticed_by_polling(
    connected: tuple[CrmKind, Connected],
) -> None:
    kind, made = connected
    (key,) = deals(made.world, 1)
    ingest.fetch(made.agent, made.tenant, [key])
    made.sync()
    other = made.world.make_company("Globex")
    _move(kind, made.world, key.crm_id, other)

    poll.poll(made.agent, made.tenant)

    with made.house.database.read() as connection:
        moved = records.get(connection, made.tenant.id, key)
    assert moved is not None
    assert moved.company_id == other


def _move(kind: CrmKind, world, deal: str, company: str) -> None:
    if kind is CrmKind.SALESFORCE:
        world.control("POST", f"rows/Opportunity/{deal}", {"AccountId": company})
        return
    (old,) = world.portal.linked("deals", deal, "companies")
    held = world.portal.records
    held.dissociate(object_type("deals"), int(deal), object_type("companies"), int(old["id"]))
    held.associate(object_type("deals"), int(deal), object_type("companies"), int(company), source="CRM_UI")
    world.portal.edit("deals", deal, {"hs_next_step": "Moved"})


def test_messages_are_written_a_hundred_or_two_hundred_a_call(connected: tuple[CrmKind, Connected]) -> None:
    kind, made = connected
    (key,) = deals(made.world, 1)
    writes = [
        MessageWrite(
            external_id=f"m{number:05}",
            deal_id=key.crm_id,
            company_id=None,
            partner_name="Northwind",
            partner_external_id="p1",
            author_name="Sam",
            author_email="sam@vendor.example",
            from_partner=False,
            team_only=False,
            body=f"Message {number}",
            sent_at=utc_now(),
        )
        for number in range(200)
    ]

    count = calls(made.world, lambda: made.world.crm.write(writes))

    assert count == {CrmKind.HUBSPOT: 2, CrmKind.SALESFORCE: 1}[kind]
    assert len(made.world.messages_on(ObjectKind.DEAL, key.crm_id)) == 200


def test_messages_to_a_partner_are_checked_by_one_look_at_each_record_and_minute(
    connected: tuple[CrmKind, Connected],
) -> None:
    _, made = connected
    clock = SteppingClock(utc_now())
    made.house.clock, made.house.glance = clock, Glance(clock)
    keys = deals(made.world, 3)
    ingest.fetch(made.agent, made.tenant, keys)
    partner = made.attach(keys[0], "Northwind")
    for key in keys[1:]:
        made.run("partner.attach", key, partner_id=partner)

    def post() -> None:
        for key in keys * 4:
            made.run("thread.post", key, partner_id=partner, body="Hello")

    first = calls(made.world, post)
    again = calls(made.world, post)
    clock.advance(timedelta(minutes=1))

    assert (first, again, calls(made.world, post)) == (len(keys), 0, len(keys))


def test_a_deleted_deal_is_shown_to_nobody_after_a_poll(tmp_path: Path) -> None:
    """HubSpot tells deletions by webhook only; Salesforce's sweep sees them."""
    with salesforce_world.open_world(tmp_path) as world:
        made = connect(tmp_path, world, CrmKind.SALESFORCE)
        poll.first_load(made.agent, made.tenant)
        (key,) = deals(world, 1)
        ingest.fetch(made.agent, made.tenant, [key])
        made.sync()
        world.delete(ObjectKind.DEAL, key.crm_id)

        poll.poll(made.agent, made.tenant)

        with made.house.database.read() as connection:
            assert records.get(connection, made.tenant.id, key) is None
        made.house.database.close()


@pytest.mark.parametrize(
    ("field", "api_name", "count"), [("next_step", "hs_next_step", 0), ("amount", "amount", 2)]
)
def test_what_webhooks_tell_costs_a_read_of_a_hundred_only_where_a_value_is_no_text(
    tmp_path: Path, field: str, api_name: str, count: int
) -> None:
    with hubspot_world.open_world_without_limits(tmp_path) as world:
        made = connect(tmp_path, world, CrmKind.HUBSPOT)
        poll.first_load(made.agent, made.tenant)
        keys = deals(world, 200)
        ingest.fetch(made.agent, made.tenant, keys)
        later = int((utc_now() + timedelta(seconds=5)).timestamp() * 1000)
        for key in keys:
            world.change_field(ObjectKind.DEAL, key.crm_id, field, "77")
        told = {"subscriptionType": "deal.propertyChange", "propertyName": api_name, "propertyValue": "77"}
        made.hear([{**told, "objectId": int(key.crm_id), "occurredAt": later} for key in keys])

        assert calls(world, made.work) == count

        with made.house.database.read() as connection:
            held = records.get_many(connection, made.tenant.id, keys)
        assert {record.fields[field] for record in held.values()} == {"77"}
        made.house.database.close()


def test_settling_the_tiers_of_ten_partners_asks_as_much_as_of_one(house: TestHouse) -> None:
    needs = {"right": "Gold tier", "credential": "Security", "people": 1}
    house.run("certification.require", needs, actor=ADMIN, record=None)

    def settled() -> int:
        house.clock.advance(timedelta(days=1))
        with questions(house) as asked:
            settle_tiers(house.agent)
        return len(asked)

    def add(number: int) -> None:
        fields = {"name": f"Partner {number}", "type": "reseller", "tier": "Gold"}
        house.run("partner.create", fields, actor=ADMIN, record=None)

    add(0)
    one = settled()
    for number in range(1, 10):
        add(number)

    assert settled() == one
