"""What every CRM adapter promises about writing back: once, in order, and with the CRM's own refusals."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.crm.port import AuthExpired, Forbidden, RateLimited, Refused, Unavailable, Write, Written
from app.domain.programme import Terms
from app.domain.record import ObjectKind
from tests.contract.world import Breakage, World
from tests.contract.writes import (
    NOON,
    certification,
    conflict,
    message,
    partner,
    registration,
    share_link,
    step,
)

DEAL, COMPANY = ObjectKind.DEAL, ObjectKind.COMPANY


@pytest.fixture
def deal(world: World) -> str:
    world.crm.prepare()
    return world.make_deal("Acme expansion", company_ids=[world.make_company("Acme")])


def write_one(world: World, item: Write) -> Written:
    (result,) = world.crm.write([item])
    assert isinstance(result, Written), result
    assert result.external_id == item.external_id
    return result


def test_preparing_twice_changes_nothing(world: World) -> None:
    world.crm.prepare()
    before = [field.api_name for field in world.crm.fields(DEAL)]

    world.crm.prepare()

    assert [field.api_name for field in world.crm.fields(DEAL)] == before


def test_a_message_stands_on_its_deal(world: World, deal: str) -> None:
    write_one(world, message(deal_id=deal, body="Budget is <b>approved</b> & signed"))

    (text,) = world.messages_on(DEAL, deal)
    assert "Budget is <b>approved</b> & signed" in text
    assert "Dana Reed" in text


def test_a_message_stands_on_its_company_too(world: World, deal: str) -> None:
    company = world.crm.related(DEAL, [deal], COMPANY)[deal][0]

    write_one(world, message(deal_id=deal, company_id=company))
    write_one(world, message(company_id=company, body="About the whole account"))

    assert len(world.messages_on(COMPANY, company)) == 2
    assert len(world.messages_on(DEAL, deal)) == 1


def test_a_repeated_message_stays_one(world: World, deal: str) -> None:
    item = message(deal_id=deal)

    assert write_one(world, item).crm_id == write_one(world, item).crm_id
    assert len(world.messages_on(DEAL, deal)) == 1


def test_a_message_whose_answer_was_lost_is_written_once(world: World, deal: str) -> None:
    first, second = message(deal_id=deal, body="First"), message(deal_id=deal, body="Second")
    world.lose_next_answer()
    with pytest.raises(Unavailable):
        world.crm.write([first])

    results = world.crm.write([first, second])

    assert [result.external_id for result in results] == [first.external_id, second.external_id]
    assert all(isinstance(result, Written) for result in results)
    assert len(world.messages_on(DEAL, deal)) == 2


def test_a_thousand_messages_cost_few_calls(world: World, deal: str) -> None:
    items = [message(deal_id=deal, body=f"Message {number}") for number in range(1000)]
    world.reset_calls()

    results = world.crm.write(items)

    assert [result.external_id for result in results] == [item.external_id for item in items]
    assert world.calls() <= 10
    assert len(world.messages_on(DEAL, deal)) == 1000


def test_a_refusal_carries_the_sentence_of_the_crm(world: World, deal: str) -> None:
    world.refuse_next_write("Close the compliance task before you add anything.")

    (result,) = world.crm.write([message(deal_id=deal)])

    assert isinstance(result, Refused)
    assert "Close the compliance task before you add anything." in result.reason
    assert not world.messages_on(DEAL, deal)


def test_one_bad_write_does_not_stop_its_neighbours(world: World, deal: str) -> None:
    good, bad = message(deal_id=deal), message(deal_id="999999999999")

    results = {result.external_id: result for result in world.crm.write([bad, good])}

    assert isinstance(results[bad.external_id], Refused)
    assert isinstance(results[good.external_id], Written)


def test_of_a_batch_the_refused_rows_say_why_and_the_others_are_written(world: World, deal: str) -> None:
    world.refuse_next_write("Close the compliance task first.", items=2)
    items = [message(deal_id=deal, body=f"Message {number}") for number in range(5)]
    world.reset_calls()

    results = world.crm.write(items)

    refused = [result for result in results if isinstance(result, Refused)]
    assert len(refused) == 2
    assert all("Close the compliance task first." in result.reason for result in refused)
    assert [result.external_id for result in results] == [item.external_id for item in items]
    assert len(world.messages_on(DEAL, deal)) == 3
    assert world.calls() <= 2


def test_a_rate_limited_write_writes_nothing_and_says_when_to_try_again(world: World, deal: str) -> None:
    for seconds in (3, None):
        world.rate_limit_next(seconds)

        with pytest.raises(RateLimited) as caught:
            world.crm.write([message(deal_id=deal)])

        assert (seconds or 1) <= caught.value.retry_after <= 60
    assert not world.messages_on(DEAL, deal)


def test_a_write_without_an_answer_may_be_repeated_and_is_there_once(world: World, deal: str) -> None:
    kinds: tuple[Breakage, ...] = ("error", "500", "half", "hang")
    for count, kind in enumerate(kinds, 1):
        item = message(deal_id=deal)
        with world.broken(kind), pytest.raises(Unavailable):
            world.crm.write([item])

        write_one(world, item)

        assert len(world.messages_on(DEAL, deal)) == count


def test_a_write_renews_an_expired_access_token_and_needs_the_connection(world: World, deal: str) -> None:
    world.expire_access_token()
    write_one(world, message(deal_id=deal))

    world.disconnect()

    with pytest.raises(AuthExpired):
        world.crm.write([message(deal_id=deal)])


def test_a_right_that_is_missing_for_writing_is_asked_for_once(world: World, deal: str) -> None:
    """It refuses the rows, or the call as a whole: in both cases with a sentence, and nothing asks again."""
    world.forbid_next("Ask your admin for the right to write notes.")
    items = [message(deal_id=deal) for _ in range(8)]
    world.reset_calls()

    try:
        reasons = {result.reason for result in world.crm.write(items) if isinstance(result, Refused)}
    except Forbidden as error:
        reasons = {error.message}

    assert len(reasons) == 1
    assert "right" in reasons.pop()
    assert world.calls() <= 2


def test_a_step_is_a_task_with_its_due_date(world: World, deal: str) -> None:
    write_one(world, step(deal_id=deal))

    (seen,) = world.steps_on(deal)
    assert "Send the security questionnaire" in seen.title
    assert (seen.due, seen.done) == (date(2026, 12, 1), False)


def test_our_own_step_belongs_to_its_owner(world: World, deal: str) -> None:
    world.make_owner("Dana Reed", "dana@seller.example")

    write_one(world, step(deal_id=deal, owner_is_partner=False, owner_email="dana@seller.example"))

    assert world.steps_on(deal)[0].owner_email == "dana@seller.example"


def test_a_step_that_moves_stays_one_task(world: World, deal: str) -> None:
    item = step(deal_id=deal)
    written = write_one(world, item)

    write_one(world, item)
    write_one(
        world,
        replace(
            item, crm_id=written.crm_id, title="Return it", done=True, done_at=NOON, due=date(2026, 12, 8)
        ),
    )

    (seen,) = world.steps_on(deal)
    assert "Return it" in seen.title
    assert (seen.due, seen.done) == (date(2026, 12, 8), True)


def test_a_step_completed_in_the_crm_comes_back(world: World, deal: str) -> None:
    item = step(deal_id=deal)
    written = write_one(world, item)
    _, cursor = world.crm.task_changes(None)
    _, cursor = world.crm.task_changes(cursor)

    world.complete_step(written.crm_id)
    changed, cursor = world.crm.task_changes(cursor)
    again, _ = world.crm.task_changes(cursor)

    assert [(state.external_id, state.done) for state in changed] == [(item.external_id, True)]
    assert changed[0].title == item.title
    assert changed[0].due == item.due
    assert not again


def test_a_step_edited_in_the_crm_comes_back(world: World, deal: str) -> None:
    item = step(deal_id=deal, due=None)
    written = write_one(world, item)
    _, cursor = world.crm.task_changes(None)

    world.edit_step(written.crm_id, title="Call the lawyer", due=date(2026, 12, 24))
    changed, _ = world.crm.task_changes(cursor)

    state = {item.external_id: item for item in changed}[item.external_id]
    assert (state.title, state.due, state.done) == ("Call the lawyer", date(2026, 12, 24), False)


def test_a_step_without_a_due_date_has_none(world: World, deal: str) -> None:
    _, cursor = world.crm.task_changes(None)
    item = step(deal_id=deal, due=None)
    write_one(world, item)

    changed, _ = world.crm.task_changes(cursor)

    assert [(state.external_id, state.due) for state in changed] == [(item.external_id, None)]


def test_a_registration_and_its_decision_stand_on_the_deal(world: World, deal: str) -> None:
    item = registration(deal_id=deal)
    write_one(world, item)
    approved = replace(
        item,
        state="approved",
        decided_at=NOON,
        decided_by="Dana Reed",
        protected_from=NOON,
        protected_until=NOON + timedelta(days=90),
    )
    write_one(world, approved)

    (text,) = world.registrations_on(deal)
    assert "Northwind Traders" in text
    assert "approved" in text.lower()


def test_a_conflict_is_flagged_and_resolved(world: World, deal: str) -> None:
    item = conflict(deal_id=deal)
    write_one(world, item)
    assert "open" in world.conflicts_on(deal)[0].lower()

    write_one(world, replace(item, state="resolved", resolution="Northwind keeps the deal."))

    (text,) = world.conflicts_on(deal)
    assert item.sentence in text
    assert "resolved" in text.lower()


def test_certifications_stand_on_the_partners_company(world: World, deal: str) -> None:
    company = world.make_company("Northwind Traders")
    gold = certification(partner_company_id=company)
    write_one(world, gold)
    write_one(world, certification(partner_company_id=company, name="Sales Specialist", person_name=""))
    write_one(world, replace(gold, level="Platinum"))

    texts = world.certifications_on(company)
    assert len(texts) == 2
    assert any("Implementation Expert" in text and "Platinum" in text for text in texts)


def test_the_tier_that_counts_stands_on_the_deal_and_with_the_partner(world: World, deal: str) -> None:
    company = world.make_company("Northwind Traders")
    why = "Gold does not count: needs 2 people certified in Security; 1 now."
    terms = Terms(tier="Silver", tier_note=why)
    write_one(world, registration(deal_id=deal, state="approved", terms=terms))
    write_one(world, partner(company_id=company, tier_in_force="Silver", tier_note=why))

    assert world.tier_on(deal) == "Silver"
    assert world.tiers_of(company) == ["Gold", "Silver", why]


def test_a_share_link_shows_its_use_and_never_its_token(world: World, deal: str) -> None:
    item = share_link(deal_id=deal)
    write_one(world, item)
    write_one(world, replace(item, views=4, last_viewed_at=datetime(2026, 11, 21, 9, tzinfo=UTC)))

    values = world.links_on(deal)
    assert any("4" in value for value in values)
    assert any("2026-11-21" in value for value in values)
