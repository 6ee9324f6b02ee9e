"""Plans follow the CRM: a close date, stage or owner that moves there, and days that pass."""

from datetime import timedelta

from app.crm.port import PlanWrite
from app.domain.plan import Step
from app.domain.record import ObjectKind
from app.storage import plan as steps
from sync import plans
from tests.house import DEAL, TestHouse


def step(house: TestHouse, partner: str, **fields: object) -> str:
    made = house.run("plan.add_step", {"partner_id": partner, "title": "Offer", **fields})
    house.work()
    return str(made.result["step_id"])


def held(house: TestHouse, step_id: str) -> Step:
    with house.house.database.read() as connection:
        found = steps.get(connection, house.tenant.id, step_id)
    assert found is not None
    return found[1]


def change(house: TestHouse, **fields: str) -> None:
    house.crm.records[ObjectKind.DEAL, DEAL.crm_id] |= fields
    house.house.fetch(house.tenant.id, DEAL)
    house.work()


def health(house: TestHouse) -> PlanWrite:
    return [one for one in house.crm.written if isinstance(one, PlanWrite)][-1]


def test_a_close_date_that_moves_in_the_crm_moves_what_counts_from_it(house: TestHouse) -> None:
    offer = step(house, house.attach(), due_from="close", due_days="-5")
    assert str(held(house, offer).due) == "2026-12-07"

    change(house, close_date="2026-12-18")

    assert (str(held(house, offer).due), str(held(house, offer).baseline)) == ("2026-12-11", "2026-12-07")


def test_a_stage_that_a_deal_comes_to_dates_its_steps_once(house: TestHouse) -> None:
    offer = step(house, house.attach(), due_from="stage:s2", due_days="3")
    assert held(house, offer).due is None

    change(house, stage="s2")
    first = held(house, offer).due
    house.clock.advance(timedelta(days=4))
    change(house, stage="s1")
    change(house, stage="s2")

    assert str(first) == "2026-11-25"
    assert held(house, offer).due == first


def test_a_role_goes_to_whoever_holds_it_now(house: TestHouse) -> None:
    partner = house.attach()
    theirs = step(house, partner, owner_role="main_contact")
    assert held(house, theirs).owner_name == "Northwind"

    contact = {"partner_id": partner, "name": "Kim", "email": "kim@northwind.example"}
    house.run("partner.add_contact", contact)
    house.work()

    assert (held(house, theirs).owner_name, held(house, theirs).owner_email) == (
        "Kim",
        "kim@northwind.example",
    )


def test_the_crm_is_told_how_the_plan_is_doing_and_again_when_a_day_has_made_it_late(
    house: TestHouse,
) -> None:
    step(house, house.attach(), due="2026-11-23", owner_side="us")
    before = health(house)

    house.clock.advance(timedelta(days=3))
    plans.mark_late(house.agent)
    house.work()

    assert (before.health, before.next_step, before.waiting_on_partner) == ("on_track", "Offer", False)
    assert (health(house).health, str(health(house).forecast)) == ("late", "2026-12-14")
