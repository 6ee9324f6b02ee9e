"""Who waits for whom, what decides when a plan ends, and how it is doing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.actor import Side
from app.domain.plan import StepStatus
from app.domain.plan_forecast import Drift, Health, drift, forecast, health, worst
from app.domain.plan_graph import cycle, in_order, require_sound, waits
from app.domain.thread import Audience
from app.ground.errors import AppError
from tests.domain.make import step

TODAY = date(2026, 11, 23)
CLOSE = TODAY + timedelta(days=20)


def due(days: int | None, **kw):
    return step(due=None if days is None else TODAY + timedelta(days=days), **kw)


def test_a_plan_on_track_keeps_its_close_date():
    found = forecast([due(3), due(None, id="s2")], CLOSE, TODAY)

    assert (found.expected, found.late) == (CLOSE, None)


def test_the_longest_delay_moves_the_close_date_and_is_named():
    steps = [due(-2, id="a"), due(-7, id="b"), due(-30, id="c", status=StepStatus.DONE)]

    found = forecast(steps, CLOSE, TODAY)

    assert found.expected == CLOSE + timedelta(days=7)
    assert found.late is not None
    assert found.late.id == "b"


def test_an_optional_step_does_not_move_the_close_date():
    assert forecast([due(-9, required=False), due(2, id="s2")], CLOSE, TODAY).expected == CLOSE


def test_a_late_step_moves_the_close_date_only_as_far_as_its_chain_has_no_room():
    roomy = [due(-3, id="a"), due(4, id="b", after=("a",))]
    tight = [due(-3, id="a"), due(-1, id="b", after=("a",))]
    lagging = [due(-3, id="a"), due(1, id="b", rule="step:a+4d")]

    assert not forecast(roomy, CLOSE, TODAY).slips
    assert forecast(tight, CLOSE, TODAY).expected == CLOSE + timedelta(days=1)
    assert forecast(lagging, CLOSE, TODAY).expected == CLOSE + timedelta(days=3)


def test_the_first_late_step_of_the_chain_is_the_cause():
    steps = [due(-3, id="a"), due(-1, id="b", after=("a",)), due(-1, id="c", after=("b",))]

    found = forecast(steps, CLOSE, TODAY)

    assert [one.id for one in found.path] == ["a", "b", "c"]
    assert found.late is not None
    assert found.late.id == "a"


def test_the_critical_path_is_the_chain_that_ends_last():
    steps = [due(2, id="a"), due(9, id="b", after=("a",)), due(5, id="c", after=("a",))]

    assert [one.id for one in forecast(steps, CLOSE, TODAY).path] == ["a", "b"]


def test_a_plan_without_a_close_date_forecasts_none():
    assert forecast([due(-2)], None, TODAY).expected is None


PLANS = st.lists(
    st.tuples(st.integers(-10, 30) | st.none(), st.booleans(), st.booleans(), st.sets(st.integers(0, 7))),
    max_size=8,
)


def plan_of(rows):
    """A plan in which each step may wait for some of those before it."""
    return [
        due(
            days,
            id=str(n),
            position=n,
            required=required,
            status=StepStatus.DONE if done else StepStatus.OPEN,
            after=tuple(str(one) for one in sorted(after) if one < n),
        )
        for n, (days, required, done, after) in enumerate(rows)
    ]


@settings(max_examples=40)
@given(PLANS)
def test_a_forecast_is_never_earlier_than_the_close_date_and_names_a_cause_only_when_later(rows):
    found = forecast(plan_of(rows), CLOSE, TODAY)

    assert found.expected is not None
    assert found.expected >= CLOSE
    assert (found.late is not None) == (found.expected > CLOSE)


@settings(max_examples=40)
@given(PLANS, st.integers(0, 7))
def test_completing_a_step_never_makes_the_forecast_later(rows, which):
    plan = plan_of(rows)
    done = [
        step(
            id=s.id,
            due=s.due,
            after=s.after,
            required=s.required,
            position=s.position,
            status=StepStatus.DONE if s.id == str(which) else s.status,
        )
        for s in plan
    ]

    assert forecast(done, CLOSE, TODAY).expected <= forecast(plan, CLOSE, TODAY).expected


@settings(max_examples=40)
@given(PLANS)
def test_each_step_stands_behind_those_it_waits_for(rows):
    plan = plan_of(rows)
    order = in_order(plan)

    assert sorted(order) == sorted(one.id for one in plan)
    assert all(
        order.index(first) < order.index(then) for then, found in waits(plan).items() for first in found
    )


@settings(max_examples=12)
@given(st.integers(1, 12))
def test_a_ring_of_any_length_is_found(size):
    ring = {str(n): {str((n + 1) % size)} for n in range(size)}

    assert sorted(cycle(ring)) == sorted(ring)


def test_a_step_that_would_wait_for_itself_is_refused_with_the_circle():
    plan = [step(id="a", title="Survey", after=("b",)), step(id="b", title="Offer")]

    with pytest.raises(
        AppError, match=r"“Offer” waits for “Survey” waits for “Offer”|“Survey” waits for “Offer” waits"
    ):
        require_sound(plan, step(id="b", title="Offer", rule="step:a+2b"))


def test_a_shared_step_may_not_wait_for_one_that_only_the_team_sees():
    plan = [step(id="a", title="Price floor", audience=Audience.TEAM)]

    with pytest.raises(AppError, match="cannot wait for “Price floor”"):
        require_sound(plan, step(id="b", after=("a",)))
    require_sound(plan, step(id="b", after=("a",), audience=Audience.TEAM))


def test_a_step_of_another_plan_is_none_to_wait_for():
    with pytest.raises(AppError, match="no such step"):
        require_sound([step(id="a")], step(id="b", after=("elsewhere",)))


def at(days: int) -> datetime:
    return datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(days=days)


def test_health_tells_late_from_at_risk_and_says_what_everybody_waits_for():
    late = health([due(-2, owner_side=Side.PARTNER)], CLOSE, TODAY)
    risk = health([due(-2, required=False), due(5, id="s2")], CLOSE, TODAY)

    assert (late.state, late.waiting_on) == (Health.LATE, Side.PARTNER)
    assert risk.state is Health.RISK
    assert health([due(2)], CLOSE, TODAY).state is Health.ON_TRACK
    assert health([step(status=StepStatus.DONE)], CLOSE, TODAY).state is Health.DONE
    assert health([step(status=StepStatus.DROPPED)], CLOSE, TODAY).state is Health.NONE


def test_on_time_is_measured_against_the_day_that_was_agreed_on_first():
    agreed = TODAY - timedelta(days=5)
    kept = due(3, id="a", baseline=agreed, status=StepStatus.DONE, done_at=at(-6))
    moved = due(3, id="b", baseline=agreed, status=StepStatus.DONE, done_at=at(-1))

    assert health([kept, moved, due(9, id="c")], CLOSE, TODAY).on_time == 50
    assert health([due(9)], CLOSE, TODAY).on_time is None


def test_the_plan_that_needs_somebody_most_speaks_for_the_deal():
    found = [health([due(3)], CLOSE, TODAY), health([due(-3)], CLOSE, TODAY)]

    assert worst(found) is found[1]
    assert worst([]) is None


def test_drift_compares_the_baseline_with_now():
    steps = [due(5, id="a", baseline=TODAY), due(2, id="b", baseline=TODAY + timedelta(days=2))]

    assert drift(steps) == Drift(
        moved=1, planned_end=TODAY + timedelta(days=2), end=TODAY + timedelta(days=5)
    )
    assert drift(steps[1:]) is None
