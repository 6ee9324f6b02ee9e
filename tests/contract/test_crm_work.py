"""What was written can be read back from the CRM alone, value for value."""

from dataclasses import replace

import pytest

from app.crm.port import StepWrite, WorkPage, Write, Written
from app.domain.registration import Amendment, Change
from tests.contract.world import World
from tests.contract.writes import (
    NOON,
    certification,
    conflict,
    message,
    partner,
    person,
    placement,
    registration,
    share_link,
    step,
)


@pytest.fixture
def deal(world: World) -> str:
    world.crm.prepare()
    return world.make_deal("Acme expansion", company_ids=[world.make_company("Acme")])


def pages(world: World) -> list[WorkPage]:
    found, cursor, more = [], "", True
    while more:
        page = world.crm.partner_work(cursor)
        found.append(page)
        cursor, more = page.cursor, page.more
    return found


def work(world: World) -> dict[str, Write]:
    return {item.external_id: item for page in pages(world) for item in page.items}


@pytest.mark.parametrize(
    "make", [message, registration, conflict, placement], ids=["message", "registration", "conflict", "place"]
)
def test_what_stands_on_a_deal_is_read_back_as_it_was_written(world: World, deal: str, make) -> None:
    item = make(deal_id=deal)
    assert isinstance(world.crm.write([item])[0], Written)

    assert work(world) == {item.external_id: item}


@pytest.mark.parametrize(
    "make", [certification, partner, person, registration, conflict], ids=lambda make: make.__name__
)
def test_what_has_no_record_is_kept_and_read_back_too(world: World, deal: str, make) -> None:
    item = make()
    assert isinstance(world.crm.write([item])[0], Written)

    assert work(world) == {item.external_id: item}


def test_the_newest_state_is_what_is_read_back(world: World, deal: str) -> None:
    item = registration(deal_id=deal, contact_email="lee@acme.example", note="Met at the fair.\nTwice.")
    wanted = Amendment(at=NOON, by="Kim", reason="A second site", changes=(Change(name="amount", value="9"),))
    newer = replace(
        item,
        state="approved",
        decided_at=NOON,
        decided_by="Dana Reed",
        extensions=1,
        amendment=wanted,
        given=("amount", "note"),
    )
    world.crm.write([item])
    world.crm.write([newer])

    assert work(world) == {item.external_id: newer}


def test_a_step_is_read_back_with_its_place_in_the_crm_and_its_state_there(world: World, deal: str) -> None:
    item = step(deal_id=deal, version=4, done_by="Kim")
    (written,) = world.crm.write([item])
    world.complete_step(written.crm_id)

    assert work(world) == {item.external_id: replace(item, crm_id=written.crm_id)}
    assert True in {state.done for state in world.crm.step_states([item.external_id])}


def test_a_text_of_any_kind_comes_back_as_it_was(world: World, deal: str) -> None:
    body = 'Prices "net"\n\tà la carte & <b>bold</b> ' + "💥\\n" * 1000
    item = message(deal_id=deal, body=body, channel="link")
    world.crm.write([item])

    assert work(world)[item.external_id] == item


def test_share_links_are_not_read_back(world: World, deal: str) -> None:
    world.crm.write([share_link(deal_id=deal)])

    assert work(world) == {}


def test_a_page_may_be_asked_for_again(world: World, deal: str) -> None:
    world.crm.write([message(deal_id=deal, body=str(number)) for number in range(250)])
    first = world.crm.partner_work("")

    again = world.crm.partner_work("")

    assert [item.external_id for item in again.items] == [item.external_id for item in first.items]


def test_five_hundred_messages_are_read_in_few_calls(world: World, deal: str) -> None:
    items: list[Write] = [message(deal_id=deal, body=str(number)) for number in range(500)]
    world.crm.write(items)
    world.reset_calls()

    found = work(world)

    assert set(found) == {item.external_id for item in items}
    assert world.calls() <= 8


def test_what_bears_our_mark_and_makes_no_sense_is_counted_and_left_out(world: World, deal: str) -> None:
    item = message(deal_id=deal)
    world.crm.write([item])
    world.spoil_data(item.external_id)

    assert sum(page.unreadable for page in pages(world)) == 1
    assert work(world) == {}


def test_what_a_field_cannot_hold_is_refused_alone(world: World, deal: str) -> None:
    file = placement().files[0]
    good, bad = placement(deal_id=deal), placement(deal_id=deal, files=(file,) * 1000)

    results = world.crm.write([bad, good])

    assert "more than" in results[0].reason
    assert isinstance(results[1], Written)


def test_two_hundred_steps_and_how_they_stand_cost_few_calls(world: World, deal: str) -> None:
    items: list[StepWrite] = [step(deal_id=deal, title=f"Step {number}") for number in range(200)]
    world.crm.write(items)
    world.reset_calls()

    found = work(world)
    stand = world.crm.step_states(list(found))

    assert len(found) == len({state.external_id for state in stand}) == 200
    assert world.calls() <= 9


def test_a_step_that_is_gone_from_the_crm_stands_nowhere(world: World, deal: str) -> None:
    item = step(deal_id=deal)
    world.crm.write([item])

    assert {state.external_id for state in world.crm.step_states([item.external_id, "nobody"])} == {
        item.external_id
    }
