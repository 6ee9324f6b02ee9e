from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.plan import Progress, StepStatus, progress, waiting_on
from tests.domain.make import step

TODAY = date(2026, 11, 22)


def _due(days: int | None, **kw):
    return step(due=None if days is None else TODAY + timedelta(days=days), **kw)


def test_a_step_is_late_the_day_after_it_was_due():
    assert _due(-1).is_late(TODAY)
    assert not _due(0).is_late(TODAY)


def test_a_done_step_is_never_late():
    assert not _due(-9, status=StepStatus.DONE).is_late(TODAY)


def test_progress_counts_done_steps():
    steps = [step(), step(status=StepStatus.DONE), step(status=StepStatus.DONE)]

    assert progress(steps) == Progress(done=2, total=3)
    assert progress(steps).percent == 67


def test_a_plan_without_steps_is_at_nought_percent():
    assert progress([]).percent == 0


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_a_plan_reads_a_hundred_percent_only_when_every_step_is_done(done, total):
    percent = Progress(done=min(done, total), total=total).percent

    assert (percent == 100) == (0 < total <= done)


def test_the_step_to_wait_for_is_the_open_one_due_first():
    steps = [_due(5, id="later"), _due(1, id="done", status=StepStatus.DONE), _due(2, id="first")]

    found = waiting_on(steps)

    assert found is not None
    assert found.id == "first"


def test_steps_without_a_due_date_wait_last_in_the_order_of_the_plan():
    steps = [_due(None, id="second", position=2), _due(None, id="first", position=1)]

    assert [waiting_on(steps).id, waiting_on([*steps, _due(300, id="dated")]).id] == ["first", "dated"]  # type: ignore[union-attr]


def test_nothing_is_waited_for_when_everything_is_done():
    assert waiting_on([step(status=StepStatus.DONE)]) is None


def test_a_step_that_waits_for_an_open_one_is_not_what_everybody_waits_for():
    steps = [_due(1, id="blocked", after=("first",)), _due(5, id="first")]

    found = waiting_on(steps)

    assert found is not None
    assert found.id == "first"


def test_a_step_that_is_no_longer_needed_counts_for_nothing():
    steps = [step(status=StepStatus.DONE), step(status=StepStatus.DROPPED)]

    assert progress(steps) == Progress(done=1, total=1)
    assert waiting_on(steps) is None
