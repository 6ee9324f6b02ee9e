"""Templates: written, published, retired, started from, and upgraded without losing what people did."""

from pathlib import Path
from typing import Any

import pytest

from app.commands.execute import COMMANDS
from app.domain.actor import ActorKind
from app.domain.plan import OwnerRole, Step, StepStatus
from app.domain.record import ObjectKind, RecordKey
from app.ground.errors import AppError, Reason
from app.storage import plan as steps
from tests.house import ADMIN, DEAL, TestHouse


def row(key: str, title: str = "", **more: Any) -> dict[str, Any]:
    return {"key": key, "title": title or key, "milestone": "Proof", "side": "us", "role": "firm", **more}


def body(*rows: dict[str, Any], name: str = "Co-sell") -> dict[str, Any]:
    return {"name": name, "motion": "co_sell", "steps": list(rows)}


def refusal(call) -> AppError:
    with pytest.raises(AppError) as caught:
        call()
    return caught.value


def save(house: TestHouse, content: dict[str, Any], **seen: object) -> dict[str, Any]:
    done = house.run("template.save", {"body": content, **seen}, actor=ADMIN, record=None)
    return dict(done.result)


def publish(house: TestHouse, content: dict[str, Any], **seen: object) -> str:
    made = save(house, content, **seen)
    named = {"template_id": made["template_id"], "version": made["version"]}
    house.run("template.publish", named, actor=ADMIN, record=None)
    return str(made["template_id"])


def plan(house: TestHouse, partner: str) -> dict[str, Step]:
    with house.house.database.read() as connection:
        found = steps.of_partner(connection, house.tenant.id, DEAL, partner)
    return {step.key or step.title: step for step in found}


BASIC = body(
    row("kick", "Kick-off", rule="start+2b"),
    row("demo", "Demo", rule="step:kick+3b", after=["kick"], side="partner", role="main_contact"),
    row("sign", "Signature", rule="close-5b", role="deal_owner"),
)


def test_a_plan_starts_from_a_published_template_with_dates_owners_and_order(house: TestHouse) -> None:
    partner = house.attach()
    template = publish(house, BASIC)

    house.run("plan.apply_template", {"partner_id": partner, "template_id": template})

    made = plan(house, partner)
    assert [str(made[key].due) for key in ("kick", "demo", "sign")] == [
        "2026-11-24",
        "2026-11-27",
        "2026-12-07",
    ]
    assert made["demo"].after == (made["kick"].id,)
    assert made["demo"].baseline == made["demo"].due
    assert (made["demo"].owner_role, made["demo"].owner_name) == (OwnerRole.MAIN_CONTACT, "Northwind")
    assert made["sign"].owner_name == "Sam Seller"
    assert {step.template_version for step in made.values()} == {1}


def test_a_draft_starts_nothing_and_a_seller_may_not_write_one(house: TestHouse) -> None:
    partner = house.attach()
    draft = save(house, BASIC)
    fields = {"partner_id": partner, "template_id": draft["template_id"]}

    assert refusal(lambda: house.run("plan.apply_template", fields)).reason is Reason.NOT_FOUND
    assert (
        refusal(lambda: house.run("template.save", {"body": BASIC}, record=None)).reason is Reason.FORBIDDEN
    )


def test_a_published_version_is_frozen_and_editing_it_begins_the_next_one(house: TestHouse) -> None:
    template = publish(house, BASIC)

    changed = save(house, body(row("kick", "Another")), template_id=template, version=1, revision=2)

    assert changed["version"] == 2
    stale = {"body": BASIC, "template_id": template, "version": 1, "revision": 2}
    error = refusal(lambda: house.run("template.save", stale, actor=ADMIN, record=None))
    assert error.reason is Reason.EDIT_CONFLICT


def test_two_admins_who_edit_one_draft_do_not_overwrite_each_other(house: TestHouse) -> None:
    draft = save(house, BASIC)
    seen = {"template_id": draft["template_id"], "version": 1, "revision": 1}
    save(house, BASIC, **seen)

    assert refusal(lambda: save(house, BASIC, **seen)).reason is Reason.EDIT_CONFLICT


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row("a", after=["b"]), row("b", after=["a"])], "circle"),
        ([row("a"), row("a")], "same short name"),
        ([row("a", after=["zz"])], "does not have"),
        ([row("a", audience="team"), row("b", after=["a"])], "only your team sees"),
        ([row("a", role="main_contact")], "a role or a firm"),
        ([row("a", role="person")], "a role or a firm"),
        ([row("a", rule="someday")], "counted from"),
        ([], "between 1 and 100"),
        ([{"key": "a", "title": 7}], "is text"),
        (["x"], "has a title"),
    ],
)
def test_a_template_that_cannot_work_is_refused_with_what_is_wrong(
    house: TestHouse, rows: list[Any], said: str
) -> None:
    assert said in refusal(lambda: save(house, body(*rows))).message


def test_an_upgrade_adds_changes_and_sets_aside_and_loses_nothing_that_was_done(house: TestHouse) -> None:
    partner = house.attach()
    template = publish(house, body(row("done"), row("gone"), row("mine"), row("same"), row("new-title")))
    house.run("plan.apply_template", {"partner_id": partner, "template_id": template})
    before = plan(house, partner)
    house.run("plan.complete_step", {"step_id": before["done"].id})
    edit = {"step_id": before["mine"].id, "version": before["mine"].version, "title": "Ours"}
    house.run("plan.edit_step", edit)
    newer = body(row("mine", "Theirs"), row("same"), row("new-title", "Better"), row("added", after=["same"]))
    publish(house, newer, template_id=template, version=1)

    asked = {"partner_id": partner, "template_id": template, "from_version": 1, "to_version": 2}
    house.run("plan.upgrade", asked)

    after = plan(house, partner)
    assert after["done"].status is StepStatus.DONE
    assert after["gone"].status is StepStatus.DROPPED
    assert (after["mine"].title, after["new-title"].title) == ("Ours", "Better")
    assert after["added"].after == (after["same"].id,)
    assert {step.template_version for step in after.values()} == {2}
    assert refusal(lambda: house.run("plan.upgrade", asked)).reason is Reason.EDIT_CONFLICT


def test_a_retired_template_starts_nothing_more_and_its_plans_go_on(house: TestHouse) -> None:
    first, second = house.attach(), house.attach("Fabrikam")
    template = publish(house, BASIC)
    house.run("plan.apply_template", {"partner_id": first, "template_id": template})

    house.run("template.retire", {"template_id": template, "version": 1}, actor=ADMIN, record=None)

    fields = {"partner_id": second, "template_id": template}
    assert refusal(lambda: house.run("plan.apply_template", fields)).reason is Reason.NOT_FOUND
    house.run("plan.complete_step", {"step_id": plan(house, first)["kick"].id})


def test_a_plan_runs_on_one_template_once(house: TestHouse) -> None:
    partner = house.attach()
    template = publish(house, BASIC)
    fields = {"partner_id": partner, "template_id": template}
    house.run("plan.apply_template", fields)

    assert refusal(lambda: house.run("plan.apply_template", fields)).reason is Reason.STATE_CONFLICT


def test_completing_a_step_moves_what_counts_from_it_and_reopening_moves_it_back(house: TestHouse) -> None:
    partner = house.attach()
    house.run("plan.apply_template", {"partner_id": partner, "template_id": publish(house, BASIC)})
    planned = plan(house, partner)["demo"].due

    house.run("plan.complete_step", {"step_id": plan(house, partner)["kick"].id})
    sooner = plan(house, partner)["demo"]
    house.run("plan.reopen_step", {"step_id": plan(house, partner)["kick"].id})

    assert (str(sooner.due), str(sooner.baseline)) == ("2026-11-25", "2026-11-27")
    assert plan(house, partner)["demo"].due == planned


def test_a_date_set_by_hand_no_longer_moves(house: TestHouse) -> None:
    partner = house.attach()
    house.run("plan.apply_template", {"partner_id": partner, "template_id": publish(house, BASIC)})
    demo = plan(house, partner)["demo"]
    rule = f"step:{plan(house, partner)['kick'].id}"
    form = {"due_from": rule, "due_days": "3", "due_unit": "b"}
    edit = {"step_id": demo.id, "version": demo.version, "due": "2026-12-01", **form}
    house.run("plan.edit_step", edit)

    house.run("plan.complete_step", {"step_id": plan(house, partner)["kick"].id})

    assert str(plan(house, partner)["demo"].due) == "2026-12-01"


def test_a_plan_is_copied_to_another_deal_at_the_same_distance_from_its_close_date(house: TestHouse) -> None:
    partner = house.attach()
    made = house.run("plan.add_step", {"partner_id": partner, "title": "Survey", "due": "2026-12-02"})
    house.run("plan.complete_step", {"step_id": made.result["step_id"]})
    renewal = RecordKey(ObjectKind.DEAL, "901")
    house.crm.records[ObjectKind.DEAL, "901"] = {"name": "Initech renewal", "close_date": "2027-12-10"}
    house.crm.companies["901"] = "700"
    house.run("partner.attach", {"partner_id": partner}, record=renewal)

    house.run("plan.copy", {"partner_id": partner, "from_deal": DEAL.crm_id}, record=renewal)

    with house.house.database.read() as connection:
        (copied,) = steps.of_partner(connection, house.tenant.id, renewal, partner)
    assert (copied.title, copied.status, str(copied.due)) == ("Survey", StepStatus.OPEN, "2027-11-30")


def test_a_step_that_is_no_longer_needed_comes_back_but_not_by_a_viewer(house: TestHouse) -> None:
    partner = house.attach()
    fields = {"partner_id": partner, "title": "Survey", "owner_side": "partner"}
    step = house.run("plan.add_step", fields).result["step_id"]
    house.run("plan.drop_step", {"step_id": step})

    viewer = house.viewer(partner)
    assert viewer.kind is ActorKind.VIEWER
    hidden = refusal(lambda: house.run("plan.reopen_step", {"step_id": step}, actor=viewer))
    assert hidden.reason is Reason.NOT_FOUND
    house.run("plan.reopen_step", {"step_id": step})
    assert plan(house, partner)["Survey"].status is StepStatus.OPEN


@pytest.mark.parametrize("motion", ["source", "co_sell", "renewal"])
def test_each_example_becomes_a_plan(house: TestHouse, motion: str) -> None:
    partner = house.attach()
    made = house.run("template.from_sample", {"sample": motion}, actor=ADMIN, record=None).result
    named = {"template_id": made["template_id"], "version": 1}
    house.run("template.publish", named, actor=ADMIN, record=None)

    house.run("plan.apply_template", {"partner_id": partner, "template_id": made["template_id"]})

    assert all(step.due for step in plan(house, partner).values())


def test_holidays_of_both_firms_are_no_working_days(house: TestHouse) -> None:
    partner = house.attach()
    house.run("plan.set_country", {"country": "us"}, actor=ADMIN, record=None)
    house.run("plan.set_country", {"partner_id": partner, "country": "NO"}, actor=ADMIN, record=None)

    fields = {"partner_id": partner, "title": "Call", "due_from": "start", "due_days": 4}
    house.run("plan.add_step", fields)

    assert str(plan(house, partner)["Call"].due) == "2026-11-27"  # the 26th is Thanksgiving
    unknown = {"partner_id": partner, "country": "Norway"}
    assert (
        refusal(lambda: house.run("plan.set_country", unknown, actor=ADMIN, record=None)).field == "country"
    )


def test_a_template_is_taken_back_while_nobody_has_worked_with_it_and_may_begin_anew(
    house: TestHouse,
) -> None:
    partner = house.attach()
    fields = {"partner_id": partner, "template_id": publish(house, BASIC)}
    house.run("plan.apply_template", fields)

    house.run("plan.take_back_template", fields)
    assert {step.status for step in plan(house, partner).values()} == {StepStatus.DROPPED}
    assert refusal(lambda: house.run("plan.take_back_template", fields)).reason is Reason.STATE_CONFLICT

    made = str(house.run("plan.apply_template", fields).result["step_ids"]).split(",")
    house.run("plan.complete_step", {"step_id": made[0]})
    error = refusal(lambda: house.run("plan.take_back_template", fields))
    assert (error.reason, "worked on" in error.message) == (Reason.STATE_CONFLICT, True)


def test_of_every_plan_command_the_manual_says_how_it_is_taken_back() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "plans.md").read_text("utf-8")
    said = manual.partition("## What can be taken back")[2].partition("## Reminders")[0]
    people = [c.name for c in COMMANDS.values() if c.actors != frozenset({ActorKind.SYSTEM})]

    assert [
        name for name in people if name.startswith(("plan.", "template.")) and f"`{name}`" not in said
    ] == []
