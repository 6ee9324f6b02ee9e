"""Writing back to Salesforce: which rows a write becomes, what it costs, and that it happens once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.crm.port import Refused, Unavailable, Written
from app.crm.salesforce_client import PAUSES
from app.crm.salesforce_writes import amount
from tests.contract.salesforce_world import SalesforceWorld, open_world
from tests.contract.writes import NOON, conflict, message, registration, share_link, step


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SalesforceWorld]:
    with open_world(tmp_path) as world:
        yield world


@pytest.fixture
def deal(world: SalesforceWorld) -> str:
    return world.make_deal("Acme expansion")


def test_a_thousand_messages_are_five_calls(world: SalesforceWorld, deal: str) -> None:
    items = [message(deal_id=deal, body=f"Message {number}") for number in range(1_000)]
    world.reset_calls()

    results = world.crm.write(items)

    assert all(isinstance(result, Written) for result in results)
    assert world.calls() == 5
    assert len(world.rows("Partner_Message__c")) == 1_000


def test_a_message_keeps_its_author_side_and_audience(world: SalesforceWorld, deal: str) -> None:
    world.crm.write([message(deal_id=deal, from_partner=True), message(deal_id=deal, team_only=True)])

    rows = world.rows("Partner_Message__c")

    assert [(r["Author_Kind__c"], r["Visibility__c"]) for r in rows] == [
        ("Partner", "Shared"),
        ("Internal", "Internal"),
    ]
    assert rows[0]["Sent_At__c"] == "2026-11-20T12:00:00.000Z"
    assert rows[0]["Partner_External_Id__c"] == "partner-1"


def test_of_two_versions_of_one_thing_the_later_holds(world: SalesforceWorld, deal: str) -> None:
    item = conflict(deal_id=deal)

    first, second = world.crm.write([item, replace(item, state="resolved")])

    assert first == second
    assert [row["Status__c"] for row in world.rows("Channel_Conflict__c")] == ["Resolved"]


def test_locked_rows_alone_are_sent_again(world: SalesforceWorld, deal: str) -> None:
    items = [message(deal_id=deal) for _ in range(3)]
    world.fault("lock_row", on="Partner_Message__c", times=2)
    world.crm.owners()
    world.reset_calls()

    results = world.crm.write(items)

    assert all(isinstance(result, Written) for result in results)
    assert world.calls() == 2


def test_rows_that_stay_locked_make_the_call_repeatable(world: SalesforceWorld, deal: str) -> None:
    world.fault("lock_row", times=1 + len(PAUSES))
    item = message(deal_id=deal)

    with pytest.raises(Unavailable):
        world.crm.write([item])

    assert isinstance(world.crm.write([item])[0], Written)


def test_a_granted_registration_shows_on_the_opportunity(world: SalesforceWorld, deal: str) -> None:
    until = NOON + timedelta(days=90)
    item = registration(deal_id=deal, state="approved", protected_until=until, amount="12,000.50 EUR")

    world.crm.write([item])

    (row,) = world.rows("Opportunity", Id=deal)
    assert row["Alongside_Registration__c"] == "Approved"
    assert row["Alongside_Partner__c"] == "Northwind Traders"
    assert row["Alongside_Protected_Until__c"] == "2027-02-18T12:00:00.000Z"
    (registered,) = world.rows("Deal_Registration__c")
    assert (registered["Amount__c"], registered["Amount_Text__c"]) == (12000.5, "12,000.50 EUR")


@pytest.mark.parametrize("state", ["submitted", "refused"])
def test_a_claim_that_is_not_granted_leaves_the_opportunity_alone(
    world: SalesforceWorld, deal: str, state: str
) -> None:
    world.crm.write([registration(deal_id=deal, state="approved", partner_name="Contoso")])

    world.crm.write([registration(deal_id=deal, state=state)])

    (row,) = world.rows("Opportunity", Id=deal)
    assert (row["Alongside_Registration__c"], row["Alongside_Partner__c"]) == ("Approved", "Contoso")


def test_an_opportunity_that_refuses_attribution_refuses_the_registration(
    world: SalesforceWorld, deal: str
) -> None:
    rule = {"object": "Opportunity", "field": "NextStep", "message": "Say what comes next."}
    world.control("POST", "rules", rule)
    claim = registration(deal_id=deal, state="approved")

    results = world.crm.write([claim, registration(state="approved")])

    assert results[0] == Refused(external_id=claim.external_id, reason="Say what comes next.")
    assert isinstance(results[1], Written)


def test_a_link_is_known_by_its_hash_only(world: SalesforceWorld, deal: str) -> None:
    world.crm.write([share_link(deal_id=deal)])

    (row,) = world.rows("Share_Link__c")
    assert row["Token_Hash__c"] == "ab" * 32
    assert row["Views__c"] == 3


def test_a_step_and_its_task_point_at_each_other(world: SalesforceWorld, deal: str) -> None:
    item = step(deal_id=deal)

    (written,) = world.crm.write([item])

    (row,) = world.rows("Plan_Item__c")
    (task,) = world.rows("Task")
    assert isinstance(written, Written)
    assert (row["Id"], row["Task_Id__c"]) == (written.crm_id, task["Id"])
    assert (task["Alongside_Step__c"], task["WhatId"]) == (item.external_id, deal)


def test_steps_whose_answer_was_lost_are_not_doubled(world: SalesforceWorld, deal: str) -> None:
    items = [step(deal_id=deal, title=f"Step {number}") for number in range(3)]
    world.fault("lost", times=1 + len(PAUSES), on="composite/graph")
    with pytest.raises(Unavailable):
        world.crm.write(items)

    results = world.crm.write(items)

    assert all(isinstance(result, Written) for result in results)
    assert (len(world.rows("Plan_Item__c")), len(world.rows("Task"))) == (3, 3)


def test_steps_that_were_created_meanwhile_are_changed_instead(world: SalesforceWorld, deal: str) -> None:
    item = step(deal_id=deal)
    world.fault("lost", on="composite/graph")

    (result,) = world.crm.write([item])

    assert isinstance(result, Written)
    assert (len(world.rows("Plan_Item__c")), len(world.rows("Task"))) == (1, 1)


def test_a_refused_task_leaves_no_plan_item(world: SalesforceWorld, deal: str) -> None:
    rule = {"object": "Task", "field": "ActivityDate", "message": "Due date is required on Enterprise deals"}
    world.control("POST", "rules", rule)
    good, bad = step(deal_id=deal), step(deal_id=deal, due=None)

    results = world.crm.write([bad, good])

    assert results[0] == Refused(
        external_id=bad.external_id, reason="Due date is required on Enterprise deals"
    )
    assert isinstance(results[1], Written)
    assert (len(world.rows("Plan_Item__c")), len(world.rows("Task"))) == (1, 1)


def test_a_text_that_looks_like_a_reference_stays_text(world: SalesforceWorld, deal: str) -> None:
    (result,) = world.crm.write([step(deal_id=deal, title="Ask @{task.id} for @{nobody}")])

    assert isinstance(result, Written)
    assert world.rows("Task")[0]["Subject"] == "Ask @{task.id} for @{nobody}"
    assert world.rows("Plan_Item__c")[0]["Title__c"] == "Ask @{task.id} for @{nobody}"


def test_a_task_that_someone_deleted_does_not_stop_its_step(world: SalesforceWorld, deal: str) -> None:
    item = step(deal_id=deal)
    world.crm.write([item])
    world.control("DELETE", f"rows/Task/{world.rows('Task')[0]['Id']}")

    (result,) = world.crm.write([replace(item, done=True, done_at=NOON)])

    assert isinstance(result, Written)
    assert world.rows("Plan_Item__c")[0]["Status__c"] == "Done"
    assert world.rows("Task") == []


def test_two_hundred_new_steps_cost_four_calls_and_changing_them_three(
    world: SalesforceWorld, deal: str
) -> None:
    items = [step(deal_id=deal, title=f"Step {number}") for number in range(200)]
    world.reset_calls()

    assert all(isinstance(result, Written) for result in world.crm.write(items))
    assert world.calls() == 4

    world.crm.write([replace(item, done=True, done_at=NOON) for item in items])
    assert world.calls() == 7
    assert all(row["IsClosed"] for row in world.rows("Task"))


def test_locked_graphs_alone_are_sent_again(world: SalesforceWorld, deal: str) -> None:
    world.fault("lock_row", on="Plan_Item__c", times=2)

    results = world.crm.write([step(deal_id=deal) for _ in range(3)])

    assert all(isinstance(result, Written) for result in results)
    assert len(world.rows("Task")) == 3


def test_a_plan_item_edited_by_a_person_comes_back(world: SalesforceWorld, deal: str) -> None:
    item = step(deal_id=deal)
    (written,) = world.crm.write([item])
    assert isinstance(written, Written)
    _, cursor = world.crm.task_changes(None)

    world.control("POST", f"rows/Plan_Item__c/{written.crm_id}", {"Due_Date__c": "2026-12-24"})
    (state,), _ = world.crm.task_changes(cursor)

    assert (state.external_id, state.crm_id, state.due) == (
        item.external_id,
        written.crm_id,
        date(2026, 12, 24),
    )


def test_following_steps_costs_one_call_when_nothing_changed(world: SalesforceWorld, deal: str) -> None:
    world.crm.write([step(deal_id=deal)])
    world.load("Task", {"Subject": "Not ours", "WhatId": deal})
    _, cursor = world.crm.task_changes(None)
    world.reset_calls()

    states, _ = world.crm.task_changes(cursor)

    assert list(states) == []
    assert world.calls() == 1


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("12000", 12000.0),
        ("12,000.50 EUR", 12000.5),
        ("12.000,50 EUR", 12000.5),
        ("about 12 000 €", 12000.0),
        ("USD 7", 7.0),
        ("", None),
        ("a lot", None),
    ],
)
def test_an_amount_is_a_number_where_it_holds_one(said: str, meant: float | None) -> None:
    assert amount(said) == meant
