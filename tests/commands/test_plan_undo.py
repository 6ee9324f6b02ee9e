"""An upgrade and a copy are taken back as a whole, while nobody has worked on what they did."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from app.domain.plan import Step, StepStatus
from app.domain.record import ObjectKind, RecordKey
from app.ground.errors import Reason
from app.storage import plan as steps
from cards.blocks import to_json
from tests.commands.test_plan_template import body, plan, publish, refusal, row
from tests.house import COMPANY, DEAL, SELLER, TestHouse

OTHER = RecordKey(ObjectKind.DEAL, "901")


def upgraded(house: TestHouse) -> tuple[str, Mapping[str, Step], Mapping[str, object]]:
    """A plan that was moved to a version which leaves one step out, changes one and adds one; as it was before."""
    partner = house.attach()
    template = publish(house, body(row("gone"), row("same"), row("title")))
    house.run("plan.apply_template", {"partner_id": partner, "template_id": template})
    before = plan(house, partner)
    newer = body(row("same"), row("title", "Better"), row("added", after=["same"]))
    publish(house, newer, template_id=template, version=1)
    asked = {"partner_id": partner, "template_id": template, "from_version": 1, "to_version": 2}
    house.run("plan.upgrade", asked)
    return partner, before, asked


def offered(house: TestHouse) -> bool:
    return "plan.undo" in str(to_json(house.house.cards().card(house.tenant.id, SELLER, DEAL, "plan", {})))


def said(step: Step) -> tuple[object, ...]:
    return step.title, step.status, step.due, step.template_version, step.after


def test_an_upgrade_is_taken_back_and_may_be_made_again(house: TestHouse) -> None:
    partner, before, asked = upgraded(house)
    assert offered(house)

    message = house.run("plan.undo", {"partner_id": partner}).message

    after = plan(house, partner)
    assert message == "Took back the upgrade of “Co-sell”: 1 step set aside, 2 as before."
    assert {key: said(after[key]) for key in before} == {key: said(step) for key, step in before.items()}
    assert [step.title for step in after.values() if step.status is StepStatus.DROPPED] == ["added"]
    assert not offered(house)
    assert refusal(lambda: house.run("plan.undo", {"partner_id": partner})).reason is Reason.STATE_CONFLICT
    house.run("plan.upgrade", asked)
    assert plan(house, partner)["title"].title == "Better"


@pytest.mark.parametrize("worked", ["done", "edited", "shown", "changed"])
def test_an_upgrade_stays_once_somebody_has_worked_on_what_it_did(house: TestHouse, worked: str) -> None:
    partner, _, _ = upgraded(house)
    now = plan(house, partner)
    added, title = {"step_id": now["added"].id}, {"step_id": now["title"].id}
    match worked:
        case "done":
            house.run("plan.complete_step", added)
        case "edited":
            house.run("plan.edit_step", {**added, "version": now["added"].version, "title": "Ours"})
        case "shown":
            shown = {"label": "Minutes", "url": "https://files.example/m"}
            house.run("plan.add_evidence", {**added, **shown})
        case "changed":
            house.run("plan.edit_step", {**title, "version": now["title"].version, "title": "Ours"})

    error = refusal(lambda: house.run("plan.undo", {"partner_id": partner}))

    assert error.message.startswith("Somebody has worked on the steps of the upgrade since.")
    assert not offered(house)


def test_work_on_other_steps_stays_when_an_upgrade_is_taken_back(house: TestHouse) -> None:
    partner, before, _ = upgraded(house)
    house.run("plan.complete_step", {"step_id": before["same"].id})

    house.run("plan.undo", {"partner_id": partner})

    assert plan(house, partner)["same"].status is StepStatus.DONE
    assert {step.template_version for step in plan(house, partner).values() if step.template_id} == {1}


def test_a_copy_is_taken_back_on_its_day_and_may_be_made_again(house: TestHouse) -> None:
    house.crm.records[ObjectKind.DEAL, OTHER.crm_id] = {"name": "Last year", "close_date": "2026-12-01"}
    house.crm.companies[OTHER.crm_id] = COMPANY.crm_id
    partner = house.attach()
    house.run("partner.attach", {"partner_id": partner}, record=OTHER)
    house.run("plan.add_step", {"partner_id": partner, "title": "Call"}, record=OTHER)
    fields = {"partner_id": partner, "from_deal": OTHER.crm_id}
    house.run("plan.copy", fields)
    assert offered(house)

    house.run("plan.undo", {"partner_id": partner})
    with house.house.database.read() as connection:
        source = steps.of_partner(connection, house.tenant.id, OTHER, partner)
    assert [step.status for step in source] == [StepStatus.OPEN]
    assert [step.status for step in plan(house, partner).values()] == [StepStatus.DROPPED]

    house.run("plan.copy", fields)
    assert offered(house)
    house.clock.advance(timedelta(days=1))
    assert not offered(house)
