"""HubSpot's own part of writing back: batches judged one by one, notes, tasks, properties; the rest is contract."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.crm.hubspot_batches import Batches
from app.crm.hubspot_notes import read_message_note
from app.crm.hubspot_paths import Endpoint
from app.crm.port import Forbidden, Refused, Rejected, Unavailable, Written
from app.domain.record import ObjectKind
from app.sandbox.hubspot.limits import Fault
from tests.contract.hubspot_world import HubspotWorld, open_world
from tests.contract.writes import NOON, certification, conflict, message, registration, share_link, step


@pytest.fixture
def world(tmp_path: Path) -> Iterator[HubspotWorld]:
    with open_world(tmp_path) as opened:
        opened.crm.prepare()
        yield opened


@pytest.fixture
def deal(world: HubspotWorld) -> str:
    return world.make_deal("Acme expansion", company_ids=[world.make_company("Acme")])


def calls_to(world: HubspotWorld, ending: str) -> int:
    return sum(n for name, n in world.portal.calls.by_endpoint().items() if name.endswith(ending))


def values(world: HubspotWorld, deal: str) -> dict[str, str]:
    return world.portal.get("deals", deal)["properties"]


def test_a_thousand_messages_are_ten_create_calls(world: HubspotWorld, deal: str) -> None:
    items = [message(deal_id=deal, body=str(number)) for number in range(1000)]
    world.reset_calls()

    world.crm.write(items)

    assert calls_to(world, "/notes/batch/create") == 10
    assert world.calls() == 10


def test_after_a_lost_answer_only_the_rest_is_created(world: HubspotWorld, deal: str) -> None:
    items = [message(deal_id=deal, body=str(number)) for number in range(250)]
    world.lose_next_answer()
    with pytest.raises(Unavailable):
        world.crm.write(items)

    results = world.crm.write(items)

    assert all(isinstance(result, Written) for result in results)
    assert len({result.crm_id for result in results}) == 250
    assert len(world.messages_on(ObjectKind.DEAL, deal)) == 250


def test_a_gateway_that_lost_the_answer_does_not_double_a_note(world: HubspotWorld, deal: str) -> None:
    item = message(deal_id=deal)
    world.crm.write([item])
    world.portal.faults.add(Fault(kind="502"))  # the transport repeats the POST

    (result,) = world.crm.write([item])

    assert isinstance(result, Written)
    assert len(world.messages_on(ObjectKind.DEAL, deal)) == 1


def test_a_note_can_be_read_back_into_the_message(world: HubspotWorld, deal: str) -> None:
    item = message(deal_id=deal, body="Price < 5 & > 3\nSecond line")
    world.crm.write([item])

    (note,) = world.portal.linked("deals", deal, "notes")
    facts = read_message_note(note["properties"]["hs_note_body"])

    assert facts is not None
    assert (facts.external_id, facts.body) == (item.external_id, item.body)
    assert note["properties"]["alongside_id"] == item.external_id


def test_an_item_that_comes_twice_in_one_call_is_written_once(world: HubspotWorld, deal: str) -> None:
    item = message(deal_id=deal)

    first, second = world.crm.write([item, item])

    assert first == second
    assert len(world.messages_on(ObjectKind.DEAL, deal)) == 1


def test_a_deleted_task_comes_back_on_its_deal(world: HubspotWorld, deal: str) -> None:
    item = step(deal_id=deal)
    (first,) = world.crm.write([item])
    world.portal.delete("tasks", first.crm_id)

    (second,) = world.crm.write([replace(item, crm_id=first.crm_id, title="Again")])

    assert isinstance(second, Written)
    assert second.crm_id != first.crm_id
    assert [seen.title for seen in world.steps_on(deal)] == ["Again"]


def test_a_due_date_is_that_day_where_the_account_is(tmp_path: Path) -> None:
    with open_world(tmp_path, time_zone="Pacific/Auckland") as world:
        world.crm.prepare()
        deal = world.make_deal("Acme")
        _, cursor = world.crm.task_changes(None)

        world.crm.write([step(deal_id=deal, due=date(2026, 12, 1))])
        (state,), _ = world.crm.task_changes(cursor)
        (task,) = world.portal.linked("deals", deal, "tasks")

    assert state.due == date(2026, 12, 1)
    assert task["properties"]["hs_timestamp"] == "2026-11-30T23:00:00.000Z"


def test_an_owner_nobody_knows_is_left_out(world: HubspotWorld, deal: str) -> None:
    (result,) = world.crm.write(
        [step(deal_id=deal, owner_is_partner=False, owner_email="new@seller.example")]
    )

    assert isinstance(result, Written)
    assert world.steps_on(deal)[0].owner_email == ""


def test_a_registration_is_reportable_on_the_deal(world: HubspotWorld, deal: str) -> None:
    until = NOON + timedelta(days=90)
    item = registration(deal_id=deal, state="approved", protected_from=NOON, protected_until=until)

    world.crm.write([item])

    found = values(world, deal)
    assert found["alongside_registration_state"] == "approved"
    assert found["alongside_registration_partner"] == "Northwind Traders"
    assert found["alongside_protected_until"] == "2027-02-18T12:00:00.000Z"


def test_two_partners_registrations_on_one_deal_are_both_told(world: HubspotWorld, deal: str) -> None:
    mine, theirs = (
        registration(deal_id=deal),
        registration(deal_id=deal, partner_name="Contoso", state="refused"),
    )

    results = world.crm.write([mine, theirs])

    assert all(isinstance(result, Written) for result in results)
    assert len(world.registrations_on(deal)) == 2
    assert values(world, deal)["alongside_registration_partner"] == "Contoso"


def test_without_a_record_there_is_nothing_to_write_on(world: HubspotWorld) -> None:
    (result,) = world.crm.write([share_link()])

    assert isinstance(result, Refused)
    assert "first" in result.reason


def test_a_conflict_on_a_company_alone_stands_there(world: HubspotWorld) -> None:
    company = world.make_company("Acme")

    (result,) = world.crm.write([conflict(company_id=company)])

    assert isinstance(result, Written)
    assert world.portal.get("companies", company)["properties"]["alongside_conflict"] == "open"
    assert len(world.portal.linked("companies", company, "notes")) == 1


def test_a_registration_on_a_missing_deal_is_refused_and_leaves_nothing(world: HubspotWorld) -> None:
    (result,) = world.crm.write([registration(deal_id="999")])

    assert isinstance(result, Refused)
    assert not world.portal.all("notes")


def test_an_admins_rule_on_our_property_reaches_the_seller(world: HubspotWorld, deal: str) -> None:
    rule = {"property": "alongside_registration_reason", "max_length": 3, "message": "Keep reasons short."}
    world.portal.book.add_rule(*rule_on("deals", rule))

    (result,) = world.crm.write([registration(deal_id=deal, decision_reason="Because")])

    assert isinstance(result, Refused)
    assert result.reason == "Keep reasons short."


def rule_on(kind: str, rule: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    from app.sandbox.hubspot.schema import object_type

    return object_type(kind), rule


def test_share_links_leave_no_token_nor_hash_in_the_crm(world: HubspotWorld, deal: str) -> None:
    item = share_link(deal_id=deal)

    world.crm.write([item, share_link(deal_id=deal, active_links=2)])

    assert values(world, deal)["alongside_active_links"] == "2"
    everything = str([world.portal.all(kind) for kind in ("deals", "companies", "notes", "tasks")])
    assert item.token_hash not in everything


def test_certifications_keep_what_a_person_typed(world: HubspotWorld) -> None:
    company = world.make_company("Northwind")
    contact = world.make_contact("priya@partner.example")
    world.portal.edit("companies", company, {"alongside_certifications": "ISO 27001, see binder"})
    first = certification(partner_company_id=company, contact_id=contact, expires=date(2027, 3, 1))
    second = certification(partner_company_id=company, name="Sales", level="", expires=date(2026, 12, 24))

    world.crm.write([first, second])
    world.crm.write([replace(first, level="Platinum")])

    found = world.portal.get("companies", company)["properties"]
    lines = found["alongside_certifications"].splitlines()
    assert lines[0] == "ISO 27001, see binder"
    assert len(lines) == 3
    assert (found["alongside_certification_count"], found["alongside_certification_expires"]) == (
        "3",
        "2026-12-24",
    )
    person = world.portal.get("contacts", contact)["properties"]
    assert "Platinum" in person["alongside_certifications"]


def test_ids_that_are_no_ids_are_refused_alone(world: HubspotWorld, deal: str) -> None:
    company = world.make_company("Northwind")

    certified = world.crm.write(
        [certification(partner_company_id=company), certification(partner_company_id="001A")]
    )
    told = world.crm.write([message(deal_id=deal), message(deal_id="006A")])

    assert [type(result) for result in (*certified, *told)] == [Written, Refused, Written, Refused]


def test_a_company_that_is_gone_does_not_stop_its_deal(world: HubspotWorld, deal: str) -> None:
    (result,) = world.crm.write([conflict(deal_id=deal, company_id="999")])

    assert isinstance(result, Written)
    assert len(world.conflicts_on(deal)) == 1


def test_preparing_again_costs_one_call_a_type_and_changes_nothing(world: HubspotWorld) -> None:
    world.reset_calls()

    world.crm.prepare()

    assert world.calls() == 5


def test_properties_that_appear_meanwhile_are_fine(tmp_path: Path) -> None:
    with open_world(tmp_path) as world:
        world.portal.faults.add(Fault(kind="lose", match="/deals/batch/create"))
        with pytest.raises(Unavailable):
            world.crm.prepare()

        world.crm.prepare()

        assert any(one.canonical == "crm:alongside_conflict" for one in world.crm.fields(ObjectKind.DEAL))


def test_a_missing_right_is_named_when_preparing(tmp_path: Path) -> None:
    with (
        open_world(tmp_path, scopes=("oauth", "crm.objects.deals.read")) as world,
        pytest.raises(Rejected, match=r"crm\.schemas\.deals\.write"),
    ):
        world.crm.prepare()


@dataclass
class Strict:
    """A transport whose HubSpot refuses any batch that holds a bad input, without saying which."""

    bad: frozenset[str]
    error: type[Rejected] = Rejected
    sizes: list[int] = field(default_factory=list)

    def call(self, endpoint: Endpoint, *, path: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        ids = [one["id"] for one in body["inputs"]]
        self.sizes.append(len(ids))
        if self.bad & set(ids):
            raise self.error("Not this one.")
        return {"results": [{"id": one, "properties": {}} for one in ids]}


def test_a_batch_refused_as_a_whole_is_halved_until_the_bad_input_stands_alone() -> None:
    transport = Strict(frozenset({"7"}))

    outcome = Batches(transport).update("deals", {str(number): {} for number in range(16)})

    assert dict(outcome.refused) == {"7": "Not this one."}
    assert len(outcome.done) == 15
    assert len(transport.sizes) == 9


def test_a_right_that_is_missing_is_not_asked_for_again_and_again() -> None:
    transport = Strict(frozenset({"7"}), Forbidden)

    outcome = Batches(transport).update("deals", {str(number): {} for number in range(16)})

    assert len(outcome.refused) == 16
    assert transport.sizes == [16]


def test_an_answer_that_leaves_an_input_out_is_half_an_answer() -> None:
    class Silent(Strict):
        def call(self, *args: Any, **options: Any) -> dict[str, Any]:
            return {"results": []}

    with pytest.raises(Unavailable):
        Batches(Silent(frozenset())).update("deals", {"1": {}})


def test_times_are_written_in_utc(world: HubspotWorld, deal: str) -> None:
    world.crm.write([share_link(deal_id=deal, last_viewed_at=datetime(2026, 11, 21, 9, tzinfo=UTC))])

    assert values(world, deal)["alongside_link_last_viewed"] == "2026-11-21T09:00:00.000Z"
