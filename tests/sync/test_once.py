"""One round without a worker: what it does, what it reports, and that it counts its calls."""

from app.crm.port import Unavailable
from tests.house import TestHouse
from tests.sync.connected import Connected


def test_a_round_loads_reads_and_writes_and_says_so(connected: Connected) -> None:
    company = connected.world.make_company("Initech", domain="initech.example")
    deal = connected.deal(connected.world.make_deal("Rollout", company_ids=[company]))
    connected.sync()
    partner = connected.attach(deal, "Northwind", domain="northwind.example")
    connected.run("thread.post", deal, partner_id=partner, body="Hello")

    report = connected.sync().to_json()

    assert (report["first_load"], report["trouble"], report["waiting"]) == (False, "", 0)
    assert report["written"] >= 1
    assert len(connected.world.messages_on(deal.object, deal.crm_id)) == 1


def test_the_calls_that_a_round_counts_are_the_calls_that_the_crm_got(connected: Connected) -> None:
    connected.world.make_company("Initech", domain="initech.example")
    connected.sync()
    connected.world.reset_calls()

    report = connected.sync().to_json()

    assert report["calls"]["total"] == connected.world.calls()
    assert report["calls"]["failed"] == {}


def test_an_idle_round_costs_three_calls_on_hubspot(on_hubspot: Connected) -> None:
    on_hubspot.sync()

    assert on_hubspot.sync().to_json()["calls"]["total"] <= 3


def test_a_refusal_is_told_with_the_crms_reason(on_hubspot: Connected) -> None:
    deal = on_hubspot.deal(on_hubspot.world.make_deal("Rollout"))
    on_hubspot.sync()
    partner = on_hubspot.attach(deal, "Northwind")
    on_hubspot.sync()
    on_hubspot.run("thread.post", deal, partner_id=partner, body="Hello")
    on_hubspot.world.refuse_next_write("Close the compliance task first.")

    report = on_hubspot.sync().to_json()

    assert report["refused"] == 1
    assert "Close the compliance task first." in report["rejected"][0]["reason"]


def test_a_crm_that_does_not_answer_is_said_and_the_rest_of_the_round_goes_on(house: TestHouse) -> None:
    from sync.once import sync_once

    partner = house.attach()
    house.run("thread.post", {"partner_id": partner, "body": "hello"})
    house.crm.failures.append(Unavailable("HubSpot did not answer."))

    report = sync_once(house.agent, house.tenant)

    assert report.trouble == "HubSpot did not answer."
    assert [w.body for w in house.crm.written if hasattr(w, "body")] == ["hello"]


def test_a_round_leaves_the_rows_of_other_tenants_alone(house: TestHouse) -> None:
    from dataclasses import replace

    from app.storage import outbox
    from sync.once import sync_once

    partner = house.attach()
    house.run("thread.post", {"partner_id": partner, "body": "hello"})

    sync_once(house.agent, replace(house.tenant, id="another"))

    with house.house.database.read() as connection:
        assert outbox.waiting_count(connection, house.tenant.id) > 0
