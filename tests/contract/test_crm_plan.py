"""What every CRM adapter promises about plans: how they are doing, in the deal's own fields, and all of a step."""

from dataclasses import replace
from datetime import date

import pytest

from app.crm.port import EvidenceFacts, PlanWrite, Write, Written
from app.domain.plan import Proposal
from tests.contract.world import World
from tests.contract.writes import NOON, step

PLAN = PlanWrite(
    external_id="plan-1",
    deal_id="",
    health="at_risk",
    waiting_on_partner=True,
    next_step="Send the offer",
    next_due=date(2026, 12, 1),
    forecast=date(2026, 12, 19),
    progress=40,
    on_time=75,
)


@pytest.fixture
def deal(world: World) -> str:
    world.crm.prepare()
    return world.make_deal("Acme expansion", company_ids=[world.make_company("Acme")])


def read_back(world: World) -> list[Write]:
    found: list[Write] = []
    cursor, more = "", True
    while more:
        page = world.crm.partner_work(cursor)
        found += page.items
        cursor, more = page.cursor, page.more
    return found


def test_how_a_plan_is_doing_stands_in_the_deals_own_fields_and_is_not_read_back(
    world: World, deal: str
) -> None:
    risky = replace(PLAN, deal_id=deal)
    assert isinstance(world.crm.write([risky])[0], Written)
    said = world.plan_on(deal)
    world.crm.write([replace(risky, health="late", on_time=None)])

    assert set(said) >= {"at risk", "partner", "send the offer", "2026-12-01", "2026-12-19", "40", "75"}
    assert {"late"} <= set(world.plan_on(deal))
    assert "75" not in world.plan_on(deal)
    assert read_back(world) == []


def test_every_part_of_a_planned_step_is_read_back_as_it_was_written(world: World, deal: str) -> None:
    shown = EvidenceFacts(label="Report", url="https://files.example/r", added_by="Ada", added_at=NOON)
    item = step(
        deal_id=deal,
        required=False,
        after=("step-1", "step-2"),
        rule="close-10b",
        baseline=date(2026, 11, 30),
        owner_role="main_contact",
        key="offer",
        template_id="t" * 32,
        template_version=3,
        plan_start=date(2026, 11, 2),
        evidence=(shown, EvidenceFacts(label="By phone", url="", added_by="Kim", added_at=NOON)),
        proposal=Proposal(due=date(2026, 12, 4), by="Kim", at=NOON, reason="Holidays"),
    )
    (written,) = world.crm.write([item])
    assert isinstance(written, Written)

    (found,) = read_back(world)

    assert found == replace(item, crm_id=written.crm_id)


def test_a_step_that_is_no_longer_needed_is_neither_done_nor_lost(world: World, deal: str) -> None:
    item = step(deal_id=deal)
    (written,) = world.crm.write([item])
    assert isinstance(written, Written)
    gone = replace(item, dropped=True, crm_id=written.crm_id)
    world.crm.write([gone])

    assert read_back(world) == [gone]
    assert {state.done for state in world.crm.step_states([item.external_id])} == {False}
