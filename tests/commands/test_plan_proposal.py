"""A partner asks for another date; it moves nothing until our side takes it, and both sides read what came of it."""

from datetime import date

import pytest

from app.domain.plan import Step
from app.ground.errors import AppError, Reason
from app.storage import plan as steps
from app.storage import thread as messages
from tests.house import DEAL, TestHouse

ASKED = {"due": "2026-12-04", "reason": "Our legal team is away"}


def planned(house: TestHouse, **fields: object) -> tuple[str, str]:
    partner = house.attach()
    made = house.run(
        "plan.add_step", {"partner_id": partner, "title": "Survey", "due": "2026-11-27", **fields}
    )
    return partner, str(made.result["step_id"])


def held(house: TestHouse, step_id: str) -> Step:
    with house.house.database.read() as connection:
        found = steps.get(connection, house.tenant.id, step_id)
    assert found is not None
    return found[1]


def said(house: TestHouse, partner: str) -> set[str]:
    with house.house.database.read() as connection:
        return {one.body for one in messages.page(connection, house.tenant.id, DEAL, partner)[0]}


def test_a_date_that_is_asked_for_moves_nothing_and_is_told_to_us_and_to_the_crm(house: TestHouse) -> None:
    partner, step = planned(house)

    house.run("plan.propose_date", {"step_id": step, **ASKED}, actor=house.viewer(partner))
    house.work()

    it = held(house, step)
    assert (it.due, it.asked and it.asked.due) == (date(2026, 11, 27), date(2026, 12, 4))
    assert said(house, partner) == {"“Survey”: could it be 04 Dec 2026? Our legal team is away"}
    written = [one for one in house.crm.written if getattr(one, "title", "") == "Survey"]
    assert written[-1].proposal == it.asked


def test_a_date_that_is_taken_holds_and_the_first_agreement_is_kept_beside_it(house: TestHouse) -> None:
    partner, step = planned(house)
    house.run("plan.propose_date", {"step_id": step, **ASKED}, actor=house.viewer(partner))

    house.run("plan.accept_date", {"step_id": step, "due": ASKED["due"]})

    it = held(house, step)
    assert (it.due, it.baseline, it.asked) == (date(2026, 12, 4), date(2026, 11, 27), None)
    assert "“Survey” is due on 04 Dec 2026 now, as you asked." in said(house, partner)


def test_a_date_that_is_kept_is_told_with_the_reason(house: TestHouse) -> None:
    partner, step = planned(house)
    house.run("plan.propose_date", {"step_id": step, **ASKED}, actor=house.viewer(partner))

    fields = {"step_id": step, "due": ASKED["due"], "reason": "The board meets on 1 December."}
    house.run("plan.decline_date", fields)

    assert (held(house, step).due, held(house, step).asked) == (date(2026, 11, 27), None)
    kept = "“Survey” stays due on 27 Nov 2026. The board meets on 1 December."
    assert kept in said(house, partner)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"due": "2026-11-01"}, Reason.IN_THE_PAST),
        ({"due": "2026-11-27"}, Reason.INVALID),
        ({"due": ""}, Reason.INVALID),
        ({"reason": " "}, Reason.INVALID),
        ({"step_id": "gone"}, Reason.NOT_FOUND),
    ],
)
def test_a_date_that_makes_no_sense_is_refused(
    house: TestHouse, changes: dict[str, str], reason: Reason
) -> None:
    partner, step = planned(house)

    with pytest.raises(AppError) as caught:
        house.run("plan.propose_date", {"step_id": step, **ASKED, **changes}, actor=house.viewer(partner))
    assert caught.value.reason is reason


def test_an_answer_to_a_date_that_was_asked_for_before_the_last_one_is_refused(house: TestHouse) -> None:
    partner, step = planned(house)
    for day in ("2026-12-04", "2026-12-07"):
        fields = {"step_id": step, "due": day, "reason": "Holidays"}
        house.run("plan.propose_date", fields, actor=house.viewer(partner))

    with pytest.raises(AppError) as caught:
        house.run("plan.accept_date", {"step_id": step, "due": "2026-12-04"})
    assert caught.value.reason is Reason.EDIT_CONFLICT


def test_a_date_set_by_hand_answers_what_was_asked_for(house: TestHouse) -> None:
    partner, step = planned(house)
    house.run("plan.propose_date", {"step_id": step, **ASKED}, actor=house.viewer(partner))
    version = held(house, step).version

    house.run("plan.edit_step", {"step_id": step, "version": version, "due": "2026-12-02"})

    assert held(house, step).asked is None
    with pytest.raises(AppError):
        house.run("plan.accept_date", {"step_id": step, "due": ASKED["due"]})


def test_only_a_partner_asks_and_only_our_side_answers(house: TestHouse) -> None:
    partner, step = planned(house)
    house.run("plan.propose_date", {"step_id": step, **ASKED}, actor=house.viewer(partner))

    with pytest.raises(AppError):
        house.run("plan.accept_date", {"step_id": step, "due": ASKED["due"]}, actor=house.viewer(partner))
    with pytest.raises(AppError):
        house.run("plan.propose_date", {"step_id": step, **ASKED})
