"""What the adapter makes of change events, over a real socket."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.crm.events import ChangeKind, NotOffered, PositionLost
from app.crm.port import AuthExpired, RateLimited, Unavailable
from app.domain.record import ObjectKind
from app.ground.clock import utc_now
from app.ground.ids import new_id
from tests.contract.writes import step
from tests.sandbox.salesforce_events import TellingOrg, open_telling_org, wait_until


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TellingOrg]:
    with open_telling_org(tmp_path_factory.mktemp("org")) as made:
        yield made


@pytest.fixture
def telling(org: TellingOrg) -> Iterator[TellingOrg]:
    yield org
    org.mend()


def test_a_change_is_told_with_the_fields_that_changed(telling: TellingOrg):
    deal = telling.world.make_deal("Initech rollout")
    heard = telling.listen()

    telling.world.change_field(ObjectKind.DEAL, deal, "stage", "Negotiation/Review")

    (change,) = heard.wait_for(1)
    assert (change.what, change.kind, change.ids) == (ChangeKind.UPDATED, ObjectKind.DEAL, [deal])
    assert change.fields == {"stage", "crm:LastModifiedDate"}
    assert change.own is False
    assert change.at is not None
    assert abs(utc_now() - change.at) < timedelta(seconds=30)


def test_a_part_of_an_address_is_the_field_that_we_know(telling: TellingOrg):
    company = telling.world.make_company("Initech")
    heard = telling.listen()

    telling.world.change_field(ObjectKind.COMPANY, company, "country", "DE")

    assert "country" in heard.wait_for(1)[0].fields


def test_a_deal_that_moves_to_another_company_may_have_changed_in_any_field(telling: TellingOrg):
    deal, company = telling.world.make_deal("Initech rollout"), telling.world.make_company("Initech")
    heard = telling.listen()

    telling.edit("Opportunity", deal, AccountId=company)

    assert heard.wait_for(1)[0].fields == frozenset()


def test_deletion_and_return_are_told(telling: TellingOrg):
    deal = telling.world.make_deal("Initech rollout")
    heard = telling.listen()

    telling.world.delete(ObjectKind.DEAL, deal)
    telling.world.control("POST", f"rows/Opportunity/{deal}/undelete")

    assert [c.what for c in heard.wait_for(2)] == [ChangeKind.DELETED, ChangeKind.RESTORED]


def test_gaps_name_their_records_and_an_overflow_names_none(telling: TellingOrg):
    deal = telling.world.make_deal("Initech rollout")
    heard = telling.listen()

    telling.tell(change="GAP_UPDATE", object="Opportunity", ids=[deal])
    telling.tell(change="GAP_OVERFLOW", object="Account", ids=[])
    telling.tell(change="UPDATE", object="Account", ids=["001*"])

    gap, overflow, every = heard.wait_for(3)
    assert (gap.what, gap.kind, gap.ids) == (ChangeKind.UNCLEAR, ObjectKind.DEAL, [deal])
    assert (overflow.what, overflow.kind) == (ChangeKind.OVERFLOW, ObjectKind.COMPANY)
    assert every.what is ChangeKind.OVERFLOW


def test_what_we_write_ourselves_is_our_own(telling: TellingOrg):
    deal = telling.world.make_deal("Initech rollout")
    heard = telling.listen()

    telling.world.crm.write([step(deal_id=deal, external_id="s1")])

    assert {(c.kind, c.own) for c in heard.wait_for(2)} == {(None, True)}


def test_what_a_flow_of_the_org_adds_to_our_write_is_news(telling: TellingOrg):
    """One transaction, and so one event with our origin."""
    deal = telling.world.make_deal("Initech rollout")
    heard = telling.listen()
    ours = {"Alongside_Partner__c": "Northwind"}

    telling.world.crm.client.call("PATCH", f"sobjects/Opportunity/{deal}", ours)
    telling.world.crm.client.call(
        "PATCH",
        f"sobjects/Opportunity/{deal}",
        ours | {"StageName": "Closed Won", "Alongside_Partner__c": "N"},
    )

    assert [c.own for c in heard.wait_for(2)] == [True, False]


def test_what_another_user_does_under_our_name_is_not_our_own(telling: TellingOrg):
    deal = telling.world.make_deal("Initech rollout")
    telling.world.make_owner("Sam Seller", "sam@vendor.example")
    heard = telling.listen()
    other = telling.world.control("POST", "sessions", {"username": "sam@vendor.example"})["token"]

    answer = telling.world.http.patch(
        f"{telling.world.origin}/services/data/v68.0/sobjects/Opportunity/{deal}",
        json={"Alongside_Partner__c": "Northwind"},
        headers={"Authorization": f"Bearer {other}", "Sforce-Call-Options": "client=AlongsideSync"},
        timeout=30,
    )

    assert answer.status_code == 204
    assert heard.wait_for(1)[0].own is False


def test_a_step_is_named_by_its_own_id_where_a_person_changed_what_we_follow(telling: TellingOrg):
    deal = telling.world.make_deal("Initech rollout")
    (made,) = telling.world.crm.write([step(deal_id=deal, external_id="s1")])
    heard = telling.listen()
    task = telling.world.task_of(made.crm_id)

    telling.edit("Task", task, Subject="Sign the order")
    telling.edit("Task", task, Priority="High")
    telling.edit("Plan_Item__c", made.crm_id, Title__c="Sign it")

    assert [list(c.steps) for c in heard.wait_for(3)] == [["s1"], [], ["s1"]]


def test_a_listener_goes_on_exactly_behind_its_position(telling: TellingOrg):
    deals = telling.world.make_deals(3)
    first = telling.listen(most=1)
    telling.edit("Opportunity", deals[0], NextStep="1")
    first.wait_for(1)
    first.end()

    telling.edit("Opportunity", deals[1], NextStep="2")
    telling.edit("Opportunity", deals[2], NextStep="3")

    again = telling.listen(first.position)
    assert [c.ids for c in again.wait_for(2)] == [[deals[1]], [deals[2]]]
    assert len(again.changes) == 2


def test_more_than_was_asked_for_comes_as_it_is_taken(telling: TellingOrg):
    deals = telling.world.make_deals(120)
    heard = telling.listen()

    for deal in [*deals, *deals]:
        telling.org.records.update("Opportunity", deal, {"NextStep": new_id()}, telling.org.user_id)

    told = [c.ids[0] for c in heard.wait_for(240)]
    assert told == [*deals, *deals]


@pytest.mark.parametrize("position", ["AAAA", "not base64!", base64.b64encode(b"x" * 12).decode()])
def test_a_damaged_position_is_lost(telling: TellingOrg, position: str):
    assert isinstance(telling.listen(position).end(), PositionLost)


def test_a_position_older_than_what_is_kept_is_lost(telling: TellingOrg):
    deals = telling.world.make_deals(2)
    first = telling.listen(most=1)
    telling.edit("Opportunity", deals[0], NextStep="1")
    first.wait_for(1)
    telling.edit("Opportunity", deals[1], NextStep="2")

    telling.tell(expired=True)

    assert isinstance(telling.listen(first.position).end(), PositionLost)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        ("UNAVAILABLE", "service.unavailable", Unavailable),
        ("PERMISSION_DENIED", "subscription.denied", NotOffered),
        ("UNIMPLEMENTED", "service.unknown", NotOffered),
        ("RESOURCE_EXHAUSTED", "subscription.limit.exceeded", RateLimited),
        ("UNAUTHENTICATED", "service.auth.error", AuthExpired),
        ("INTERNAL", "service.internal", Unavailable),
    ],
)
def test_what_ends_a_stream_is_said_in_the_words_of_the_port(
    telling: TellingOrg, status: str, code: str, expected: type
):
    heard = telling.listen()

    telling.tell(broken=[status, code])

    assert isinstance(heard.end(), expected)


def test_an_org_without_the_package_offers_nothing(telling: TellingOrg):
    telling.world.control("POST", "app", {"packaged": False})

    assert isinstance(telling.listen().end(), NotOffered)


def test_a_dead_session_is_forgotten_so_that_the_next_try_logs_in(telling: TellingOrg):
    telling.world.crm.whoami()
    telling.world.expire_access_token()

    assert isinstance(telling.listen().end(), AuthExpired)
    assert telling.listen().refusal is None


def test_a_stream_that_says_nothing_still_tells_that_it_lives(tmp_path: Path):
    with open_telling_org(tmp_path, keep_alive=timedelta(seconds=0.5)) as telling:
        heard = telling.listen()

        wait_until(lambda: heard.batches)

    assert heard.changes == []
    assert heard.position


def test_an_event_that_cannot_be_read_is_counted_and_the_next_one_is_told(telling: TellingOrg, monkeypatch):
    deal = telling.world.make_deal("Initech rollout")
    heard = telling.listen()
    monkeypatch.setattr("app.sandbox.salesforce.event_bus.encode", lambda *_: b"\xff\xff\xff")
    telling.edit("Opportunity", deal, NextStep="1")
    wait_until(lambda: sum(batch.unreadable for batch in heard.batches) == 1)
    monkeypatch.undo()

    telling.edit("Opportunity", deal, NextStep="2")

    assert heard.wait_for(1)[0].ids == [deal]
