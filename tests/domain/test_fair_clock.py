from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fair_clock import Blocker, Pause, paused, resumed, runs_until, standstill, used
from app.domain.registration import (
    RegistrationState,
    approve,
    ask_more_time,
    decline_more_time,
    extend,
    pause,
    resume,
)
from app.ground.errors import AppError, Reason
from tests.domain.make import NOON, registration

MINUTES = st.integers(min_value=0, max_value=60 * 24 * 20)
STEPS = st.lists(st.tuples(st.sampled_from(["stop", "run", "ask", "grant", "decline"]), MINUTES), max_size=12)


def why(at, blocker=Blocker.PRICING):
    return Pause(since=at, blocker=blocker, by="ada")


def test_a_running_pause_moves_the_end_on_with_every_moment():
    pauses = paused((), why(NOON))

    assert runs_until(NOON, timedelta(days=90), pauses, NOON + timedelta(days=5)) == NOON + timedelta(days=95)
    assert used(NOON, pauses, NOON + timedelta(days=5)) == timedelta()


@pytest.mark.parametrize("again", [lambda p: paused(p, why(NOON)), lambda p: resumed(resumed(p, NOON), NOON)])
def test_a_clock_neither_stops_twice_nor_starts_twice(again):
    with pytest.raises(AppError) as caught:
        again(paused((), why(NOON)))

    assert caught.value.reason is Reason.STATE_CONFLICT


def test_a_pause_cannot_begin_within_the_one_before():
    pauses = resumed(paused((), why(NOON)), NOON + timedelta(days=1))

    with pytest.raises(AppError):
        paused(pauses, why(NOON + timedelta(hours=1)))


def act(it, name, now):
    """What a person does, or nothing where it is refused."""
    acts = {
        "stop": lambda: pause(it, why(now)),
        "run": lambda: resume(it, "ada", now),
        "ask": lambda: ask_more_time(it, "kim", "More", now),
        "grant": lambda: extend(it, now, "ada"),
        "decline": lambda: decline_more_time(it, "ada", "No", now),
    }
    try:
        return acts[name]()
    except AppError:
        return it


@given(STEPS)
def test_whatever_happens_pauses_never_overlap_and_no_protected_day_is_lost_or_won(steps):
    it, now = approve(registration(), "ada", "", NOON), NOON
    for name, minutes in steps:
        now += timedelta(minutes=minutes)
        it = act(it, name, now)

    ends = [(one.since, one.until or now) for one in it.pauses]
    assert all(before[1] <= after[0] for before, after in pairwise(ends))
    granted = timedelta(days=90 + 30 * it.extensions)
    assert it.ends(now) - it.protected_from - standstill(it.pauses, now) == granted
    assert it.state is RegistrationState.APPROVED
    assert it.protects(now) or used(it.protected_from, it.pauses, now) >= granted


@given(STEPS)
def test_time_that_stands_still_never_ends_protection(steps):
    it, now = approve(registration(), "ada", "", NOON), NOON
    for name, minutes in steps:
        it = act(it, name, now)
        if it.pause:
            assert it.protects(now + timedelta(minutes=minutes))
            assert it.ends(now + timedelta(minutes=minutes)) - it.ends(now) == timedelta(minutes=minutes)
        now += timedelta(minutes=minutes)
