"""Editing the plan: dates ahead of us, versions, and whose step it is."""

import pytest

from app.domain.plan import StepStatus
from app.ground.errors import AppError, Reason
from app.storage import plan as steps
from tests.house import DEAL, TestHouse


def add(house: TestHouse, partner: str, **fields: object) -> str:
    return str(
        house.run("plan.add_step", {"partner_id": partner, "title": "Survey", **fields}).result["step_id"]
    )


def refusal(call) -> AppError:
    with pytest.raises(AppError) as caught:
        call()
    return caught.value


def test_two_sellers_who_edit_the_same_step_do_not_overwrite_each_other(house: TestHouse) -> None:
    step = add(house, house.attach())
    house.run("plan.edit_step", {"step_id": step, "version": 1, "title": "Survey in Bergen"})

    error = refusal(
        lambda: house.run("plan.edit_step", {"step_id": step, "version": 1, "title": "Survey in Oslo"})
    )

    assert error.reason is Reason.EDIT_CONFLICT
    with house.house.database.read() as connection:
        assert steps.get(connection, house.tenant.id, step)[1].title == "Survey in Bergen"


@pytest.mark.parametrize("due", ["2026-11-21", "1999-01-01"])
def test_a_due_date_in_the_past_is_refused(house: TestHouse, due: str) -> None:
    partner = house.attach()

    error = refusal(lambda: add(house, partner, due=due))

    assert (error.reason, error.field) == (Reason.IN_THE_PAST, "due")


@pytest.mark.parametrize("due", ["tomorrow", "2026-13-40", "20261122T", "9" * 400])
def test_a_due_date_that_is_none_is_refused(house: TestHouse, due: str) -> None:
    partner = house.attach()

    assert refusal(lambda: add(house, partner, due=due)).reason is Reason.INVALID


def test_a_step_can_be_done_and_undone_any_number_of_times(house: TestHouse) -> None:
    step = add(house, house.attach())

    for command, status in (
        ("plan.complete_step", StepStatus.DONE),
        ("plan.complete_step", StepStatus.DONE),
        ("plan.reopen_step", StepStatus.OPEN),
        ("plan.reopen_step", StepStatus.OPEN),
    ):
        house.run(command, {"step_id": step})
        with house.house.database.read() as connection:
            assert steps.get(connection, house.tenant.id, step)[1].status is status


def test_a_viewer_is_told_the_same_of_a_team_step_as_of_one_that_does_not_exist(house: TestHouse) -> None:
    partner = house.attach()
    hidden = add(house, partner, audience="team", owner_side="us")
    viewer = house.viewer(partner)

    first = refusal(lambda: house.run("plan.complete_step", {"step_id": hidden}, actor=viewer))
    second = refusal(lambda: house.run("plan.complete_step", {"step_id": "0" * 32}, actor=viewer))

    assert (first.reason, first.message, first.field) == (second.reason, second.message, second.field)


def test_a_step_on_another_record_is_not_found_from_here(house: TestHouse) -> None:
    from tests.house import COMPANY

    step = add(house, house.attach())

    assert (
        refusal(lambda: house.run("plan.complete_step", {"step_id": step}, record=COMPANY)).reason
        is Reason.NOT_FOUND
    )
    assert DEAL != COMPANY
