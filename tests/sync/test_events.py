"""Change events, from the org's own store to the marks in ours, over a real socket."""

import time
from datetime import timedelta

import pytest

from app.crm.events import Batch, ChangeKind, CrmChange
from app.domain.record import ObjectKind, RecordKey
from app.ground import metrics
from app.storage import event_feed as feeds
from app.storage import plan as steps
from sync import ingest
from sync.events import apply, sort
from sync.ingest import Wanted
from tests.sandbox.salesforce_events import wait_until
from tests.sync.telling import Told

WANTED = Wanted({ObjectKind.DEAL: ("name", "stage"), ObjectKind.COMPANY: ("name",)})
DEAL = RecordKey(ObjectKind.DEAL, "006")


def change(what: ChangeKind = ChangeKind.UPDATED, **more: object) -> CrmChange:
    return CrmChange(**{"what": what, "kind": ObjectKind.DEAL, "ids": ["006"], **more})


# What a change asks for


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (change(fields=frozenset({"stage"})), "updated"),
        (change(fields=frozenset()), "updated"),
        (change(fields=frozenset({"crm:Probability"})), "unnamed"),
        (change(fields=frozenset({"stage"}), own=True), "own"),
        (change(ChangeKind.CREATED), "created"),
        (change(ChangeKind.RESTORED), "restored"),
        (change(ChangeKind.UNCLEAR), "gap"),
    ],
)
def test_only_what_somebody_is_shown_is_read(given: CrmChange, outcome: str):
    found = sort([given], WANTED)

    assert list(found.told) == [outcome]
    assert list(found.read) == ([] if outcome in ("unnamed", "own") else [DEAL])
    assert not found.sweep


@pytest.mark.parametrize(
    "given",
    [
        change(ChangeKind.OVERFLOW, ids=[]),
        change(ChangeKind.OVERFLOW, kind=None, ids=[]),
        change(ChangeKind.UNCLEAR, kind=None),
    ],
)
def test_what_names_no_record_asks_for_a_sweep(given: CrmChange):
    found = sort([given], WANTED)

    assert found.sweep
    assert not found.read


def test_the_last_word_on_a_record_counts():
    gone, back = change(ChangeKind.DELETED), change(ChangeKind.RESTORED)

    assert (list(sort([gone, back], WANTED).read), list(sort([gone, back], WANTED).gone)) == ([DEAL], [])
    assert (list(sort([back, gone], WANTED).read), list(sort([back, gone], WANTED).gone)) == ([], [DEAL])


def test_a_task_that_is_none_of_our_steps_or_was_deleted_asks_for_nothing():
    found = sort([change(kind=None), change(ChangeKind.DELETED, kind=None, steps=["s1"])], WANTED)

    assert (found.steps, found.sweep) == (set(), False)


# From end to end


def test_a_change_in_the_org_reaches_our_copy_with_one_call(told: Told):
    deal = told.deal(stage="Prospecting")
    told.listen()
    told.applied()

    told.edit(deal, stage="Negotiation/Review")

    wait_until(lambda: told.marked() == [deal.crm_id])
    told.org.world.reset_calls()
    ingest.read_marked(told.made.agent)
    assert told.held(deal)["stage"] == "Negotiation/Review"
    assert told.org.world.calls() == 1


def test_a_change_that_nobody_is_shown_costs_nothing(told: Told):
    deal = told.deal()
    told.listen()
    told.applied()

    told.org.edit("Opportunity", deal.crm_id, Probability=40)

    told.applied()
    assert told.marked() == []


def test_a_change_of_a_deal_that_nobody_opened_costs_nothing_and_one_of_a_company_is_read(told: Told):
    deal = told.org.world.make_deal("Unopened")
    company = told.org.world.make_company("Initech")
    told.listen()
    told.applied()

    told.org.edit("Opportunity", deal, NextStep="Call")
    told.org.edit("Account", company, Name="Initech Inc.")

    told.applied()
    assert told.marked() == [company]


def test_a_deleted_deal_is_gone_at_once_and_comes_back_when_it_is_restored(told: Told):
    deal = told.deal()
    told.listen()
    told.applied()

    told.org.world.delete(ObjectKind.DEAL, deal.crm_id)
    wait_until(lambda: told.held(deal) is None)
    told.org.world.control("POST", f"rows/Opportunity/{deal.crm_id}/undelete")
    wait_until(lambda: told.marked() == [deal.crm_id])
    ingest.read_marked(told.made.agent)

    assert told.held(deal)["name"] == "Initech rollout"


def test_our_own_writes_come_back_and_cost_nothing(told: Told):
    deal = told.deal()
    partner = told.made.attach(deal, "Northwind")
    told.made.sync()
    told.listen()
    told.applied()
    told.made.run("plan.add_step", deal, partner_id=partner, title="Sign")
    told.made.run("thread.post", deal, partner_id=partner, body="Hello")
    with told.made.house.database.write() as connection:
        feeds.swept(connection, told.made.tenant.id, told.feed().sweep_at)

    told.made.sync()

    told.applied()
    assert (told.marked(), told.feed().sweep_at) == ([], None)
    assert told.feed().task_at is not None


def test_a_step_that_a_person_changed_is_swept_up(told: Told):
    deal = told.deal()
    partner = told.made.attach(deal, "Northwind")
    step = str(told.made.run("plan.add_step", deal, partner_id=partner, title="Sign").result["step_id"])
    told.made.sync()
    told.listen()
    told.applied()
    told.made.sync()
    assert told.feed().sweep_at is None
    (item,) = told.org.world.rows("Plan_Item__c", Opportunity__c=deal.crm_id)

    told.org.world.complete_step(item["Id"])

    wait_until(lambda: told.feed().sweep_at is not None)
    told.made.sync()
    with told.made.house.database.read() as connection:
        found = steps.get(connection, told.made.tenant.id, step)
    assert found[1].status == "done"
    assert told.feed().sweep_at is None


def test_a_gap_is_read_again_and_an_overflow_is_swept(told: Told):
    deal = told.deal()
    told.listen()
    told.applied()
    told.made.sync()

    told.org.tell(change="GAP_UPDATE", object="Opportunity", ids=[deal.crm_id])
    wait_until(lambda: told.marked() == [deal.crm_id])
    assert told.feed().sweep_at is None
    told.org.tell(change="GAP_OVERFLOW", object="Opportunity", ids=[])

    wait_until(lambda: told.feed().sweep_at is not None)


def test_an_event_that_cannot_be_read_is_swept_up(told: Told, monkeypatch: pytest.MonkeyPatch):
    deal = told.deal()
    told.listen()
    told.applied()
    told.made.sync()
    monkeypatch.setattr("app.sandbox.salesforce.event_bus.encode", lambda *_: b"\xff" * 9)

    told.edit(deal, stage="Closed Won")

    wait_until(lambda: told.feed().sweep_at is not None)
    assert told.feed().position


def test_what_salesforce_keeps_to_itself_is_found_by_polling(told: Told):
    """It drops events about objects that our user may not see all of, and says nothing."""
    deal = told.deal()
    told.org.tell(hidden=["Opportunity"])
    told.listen()
    told.applied()

    told.edit(deal, stage="Closed Won")
    told.applied()

    assert told.marked() == []
    told.made.sync()
    assert told.held(deal)["stage"] == "Closed Won"


# Killed, doubled, lost


def test_a_killed_listener_s_successor_goes_on_exactly_where_it_was(told: Told):
    deals = [told.deal(f"Deal {n}") for n in range(3)]
    first = told.listen()
    told.edit(deals[0], stage="Closed Won")
    told.applied()
    told.kill(first)
    ingest.read_marked(told.made.agent)
    told.edit(deals[1], stage="Closed Won")
    told.edit(deals[2], stage="Closed Won")

    told.let_lease_run_out()
    told.listen()

    told.applied()
    assert told.marked() == sorted(deal.crm_id for deal in deals[1:])


def test_a_listener_that_is_killed_before_it_applied_hears_it_again(
    told: Told, monkeypatch: pytest.MonkeyPatch
):
    deal = told.deal()
    first = told.listen()
    told.applied()

    def killed(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("sync.events.records.mark", killed)
    before = told.feed().position
    told.edit(deal, stage="Closed Won")
    time.sleep(0.3)
    assert told.feed().position == before
    told.kill(first)
    monkeypatch.undo()

    told.let_lease_run_out()
    told.listen()

    wait_until(lambda: told.marked() == [deal.crm_id])


def test_of_two_listeners_only_one_subscribes(told: Told):
    told.listen()
    told.applied()
    before = told.org.org.bus.subscriptions

    told.listen()
    time.sleep(0.3)

    assert told.org.org.bus.subscriptions == before


def test_who_lost_the_feed_applies_nothing(told: Told):
    deal = told.deal()
    agent, tenant = told.made.agent, told.made.tenant
    with told.made.house.database.write() as connection:
        assert feeds.take(connection, tenant.id, "slow", agent.clock()) == ""
        assert feeds.take(connection, tenant.id, "quick", agent.clock()) is None
        late = agent.clock() + feeds.LEASE + timedelta(seconds=1)
        assert feeds.take(connection, tenant.id, "quick", late) == ""
        assert not feeds.renew(connection, tenant.id, "slow", late)
    batch = Batch(changes=[change(ids=[deal.crm_id])], position="p1")

    assert apply(agent, tenant, batch, "slow") is False
    assert (told.marked(), told.feed().position) == ([], "")
    assert apply(agent, tenant, batch, "quick") is True
    assert (told.marked(), told.feed().position) == ([deal.crm_id], "p1")


def test_a_position_that_is_lost_leads_to_a_sweep_and_is_said(told: Told):
    deal = told.deal()
    first = told.listen()
    told.edit(deal, stage="Qualification")
    told.applied()
    told.kill(first)
    told.edit(deal, stage="Closed Won")
    told.org.tell(expired=True)
    told.made.sync()
    told.let_lease_run_out()

    told.listen()

    wait_until(lambda: told.feed().lost_at is not None)
    wait_until(lambda: told.feed().sweep_at is not None)
    told.made.sync()
    assert told.held(deal)["stage"] == "Closed Won"
    told.edit(deal, stage="Closed Lost")
    wait_until(lambda: told.marked() == [deal.crm_id])


def test_an_org_without_events_is_polled_and_says_why(told: Told):
    deal = told.deal()
    told.org.world.control("POST", "app", {"packaged": False})

    told.listen()

    wait_until(lambda: "This org sends no change events" in told.feed().trouble)
    told.org.world.control("POST", "app", {"packaged": True})
    told.edit(deal, stage="Closed Won")
    told.made.sync()
    assert told.held(deal)["stage"] == "Closed Won"


def test_events_are_counted_by_what_became_of_them(told: Told):
    deal = told.deal()
    before = dict(metrics.said(None))
    told.listen()
    told.applied()  # what happens before the first answer is told by nobody
    told.edit(deal, stage="Closed Won")
    told.org.edit("Opportunity", deal.crm_id, Probability=40)

    told.applied()

    def told_as(outcome: str) -> int:
        name = ("crm_events_total", "salesforce", outcome)
        return metrics.said(None).get(name, 0) - before.get(name, 0)

    wait_until(lambda: told_as("unnamed") == 1)
    assert told_as("updated") == 1
    assert 0 <= told.feed().lag < 60
