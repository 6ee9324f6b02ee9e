"""Rooms are written when what a partner sees has changed, and at no other time."""

from app.domain.record import ObjectKind
from app.storage.published.rooms import latest_snapshot
from sync import ingest
from tests.house import ADMIN, COMPANY, DEAL, TestHouse


def room(house: TestHouse, partner: str):
    with house.house.database.read() as connection:
        return latest_snapshot(connection, house.tenant.id, DEAL, partner)


def event(
    house: TestHouse, property_name: str, number: int = 1, kind: str = "deal", object_id: str = "900"
) -> None:
    from app.reading.stores import Events

    body = {
        "subscriptionType": f"{kind}.propertyChange",
        "objectId": int(object_id),
        "propertyName": property_name,
    }
    Events(house.house.database, house.house.bell, house.clock).keep([(house.tenant, f"e{number}", body)])


def test_a_new_link_finds_its_room_published(house: TestHouse) -> None:
    partner = house.attach()
    house.link(partner)

    snapshot = room(house, partner)

    assert snapshot is not None
    values = {f["name"]: f["value"] for f in snapshot.content["fields"] if f["object"] == "deal"}
    assert values["stage"] == "Qualified"
    assert values["amount"] == "10,000 to 25,000"
    assert "margin" not in str(snapshot.content)


def test_a_changed_stage_reaches_the_room_with_the_news(house: TestHouse) -> None:
    partner = house.attach()
    house.link(partner)
    house.crm.records[ObjectKind.DEAL, "900"]["stage"] = "s2"

    event(house, "dealstage")
    house.work()

    snapshot = room(house, partner)
    assert snapshot.version == 2
    assert snapshot.content["changes"][0]["what"] == "Stage is now Proposal"
    assert [s["state"] for s in snapshot.content["stages"]] == ["done", "current", "ahead"]


def test_a_change_of_a_field_nobody_sees_costs_no_call_and_writes_no_room(house: TestHouse) -> None:
    partner = house.attach()
    house.link(partner)
    house.crm.calls.clear()
    house.crm.records[ObjectKind.DEAL, "900"]["margin"] = "12"

    event(house, "margin")
    house.work()

    assert "read" not in house.crm.calls
    assert room(house, partner).version == 1


def test_a_never_shared_field_is_not_even_read(house: TestHouse) -> None:
    with house.house.database.read() as connection:
        from app.storage import record as records

        held = records.get(connection, house.tenant.id, DEAL)
    house.attach()
    with house.house.database.read() as connection:
        held = records.get(connection, house.tenant.id, DEAL)

    assert "margin" not in held.fields
    assert "internal_notes" not in held.fields


def test_a_hundred_events_of_one_record_are_one_read(house: TestHouse) -> None:
    house.link(house.attach())
    house.crm.calls.clear()
    for number in range(100):
        event(house, "dealstage", number)

    house.work()

    assert house.crm.calls.count("read") == 1


def test_the_same_event_twice_is_stored_once(house: TestHouse) -> None:
    house.link(house.attach())
    event(house, "dealstage", 7)
    house.work()
    house.crm.calls.clear()

    event(house, "dealstage", 7)
    house.work()

    assert house.crm.calls == []


def test_a_change_of_the_customer_reaches_the_rooms_of_its_deals(house: TestHouse) -> None:
    partner = house.attach()
    house.link(partner)
    house.crm.records[ObjectKind.COMPANY, "700"]["name"] = "Initech Holding"

    event(house, "name", kind="company", object_id="700")
    house.work()

    assert {"Initech Holding"} == {
        f["value"] for f in room(house, partner).content["fields"] if f["label"] == "Customer"
    }


def test_a_removed_field_is_out_of_force_before_anything_is_published(house: TestHouse) -> None:
    from app.disclosure.policy import default_policy
    from app.disclosure.policy_body import read_policy
    from app.disclosure.snapshot import narrow
    from app.domain.partner import PartnerType
    from app.storage.published.rooms import live_policy_of

    partner = house.attach()
    house.link(partner)
    body = default_policy().to_json()
    del body["reseller"]["deal"]["amount"]

    house.run("policy.save", {"body": body, "version": 1, "reason": "Too early"}, actor=ADMIN, record=None)

    with house.house.database.read() as connection:
        live = live_policy_of(connection, house.tenant.id)
    served = narrow(room(house, partner).content, read_policy(live.body, live.version), PartnerType.RESELLER)
    assert "amount" not in {f["name"] for f in served["fields"]}


def test_a_hundred_links_on_one_room_are_one_snapshot(house: TestHouse) -> None:
    partner = house.attach()
    for number in range(100):
        house.link(partner, f"p{number}@northwind.example")
    house.crm.records[ObjectKind.DEAL, "900"]["stage"] = "s2"

    event(house, "dealstage")
    house.work()

    assert room(house, partner).version == 2


def test_expired_and_revoked_links_cause_no_work(house: TestHouse) -> None:
    partner = house.attach()
    link = house.link(partner)
    house.run("sharing.revoke_link", {"link_id": link["link_id"]})
    house.crm.records[ObjectKind.DEAL, "900"]["stage"] = "s2"

    event(house, "dealstage")
    house.work()

    assert room(house, partner).version == 1


def test_a_record_that_left_the_crm_is_shown_to_nobody(house: TestHouse) -> None:
    house.attach()
    del house.crm.records[ObjectKind.DEAL, "900"]

    ingest.fetch(house.agent, house.tenant, [DEAL, COMPANY])

    with house.house.database.read() as connection:
        from app.storage import record as records

        assert records.get(connection, house.tenant.id, DEAL) is None
