"""Due dates that count from something: both firms' working days, moving anchors, and what stays put."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.plan import StepStatus
from app.domain.plan_calendar import Calendar, calendar_of, country
from app.domain.plan_dates import Anchor, Anchors, Rule, close_day, read_rule, resolve
from app.domain.plan_words import due_words
from app.ground.errors import AppError
from tests.domain.make import step

MONDAY = date(2026, 11, 23)
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def test_a_business_day_is_one_on_which_both_firms_work():
    both = calendar_of("DE-BY", "US")

    assert both.add(date(2026, 11, 25), 1) == date(2026, 11, 27)  # Thanksgiving
    assert both.add(date(2026, 12, 24), 1) == date(2026, 12, 28)  # Christmas Day, then a weekend
    assert calendar_of("DE", "").add(date(2026, 11, 25), 1) == date(2026, 11, 26)


def test_a_weekend_is_that_of_the_country():
    friday = date(2026, 11, 27)

    assert Calendar().is_work_day(friday)
    assert not Calendar(("SA",)).is_work_day(friday)


@settings(max_examples=40)
@given(DAYS, st.integers(-60, 60), st.sampled_from(["", "DE", "US", "NO"]))
def test_counting_business_days_ends_on_one_and_passes_as_many_as_were_asked_for(day, count, code):
    days = calendar_of(code)

    found = days.add(day, count)

    low, high = min(day, found), max(day, found)
    between = [low + timedelta(days=n) for n in range((high - low).days + 1)]
    passed = [one for one in between if one != day and days.is_work_day(one)]
    assert len(passed) == abs(count)
    assert count == 0 or days.is_work_day(found)


@pytest.mark.parametrize("text", ["XX", "Germany", "DE-XX", "D"])
def test_a_country_without_holidays_that_we_know_is_refused(text):
    with pytest.raises(AppError):
        country(text)


def test_a_country_may_name_a_region_in_any_case():
    assert (country(" de-by "), country("us"), country("")) == ("DE-BY", "US", "")


RULES = st.builds(
    Rule,
    anchor=st.sampled_from([Anchor.STAGE, Anchor.STEP]),
    days=st.integers(-1000, 1000),
    business=st.booleans(),
    ref=st.text(min_size=1, max_size=40),
) | st.builds(Rule, anchor=st.sampled_from([Anchor.START, Anchor.CLOSE]), days=st.integers(-1000, 1000))


@settings(max_examples=40)
@given(RULES)
def test_a_rule_is_read_as_it_was_written(rule):
    assert read_rule(rule.to_text()) == rule


@pytest.mark.parametrize(
    "text", ["close", "close+1", "close:x+1b", "stage+1b", "step:+1b", "close+1001b", "soon+1b"]
)
def test_what_is_no_rule_is_refused(text):
    with pytest.raises(AppError):
        read_rule(text)


def test_a_rule_reads_as_a_person_would_say_it():
    assert due_words("close-10b") == "10 business days before the close date"
    assert due_words("start+1d") == "1 day after the start of the plan"
    assert due_words("step:x+0b", "“Survey”") == "on the day of “Survey” is done"
    assert due_words("") == ""


def test_a_step_moves_with_the_close_date():
    plan = [step(id="a", rule="close-5b", due=date(2026, 12, 4)), step(id="b", due=MONDAY)]

    moved = resolve(plan, Anchors(close=date(2026, 12, 18)), Calendar())

    assert moved == {"a": date(2026, 12, 11)}


def test_a_step_counts_from_the_day_another_was_done_in_the_accounts_zone():
    late_evening = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    first = step(id="a", due=MONDAY, status=StepStatus.DONE, done_at=late_evening)
    plan = [step(id="b", rule="step:a+1b"), first]

    assert resolve(plan, Anchors(), Calendar()) == {"b": date(2026, 11, 25)}
    assert resolve(plan, Anchors(zone="Europe/Oslo"), Calendar()) == {"b": date(2026, 11, 26)}


def test_a_chain_of_steps_moves_together():
    plan = [
        step(id="c", rule="step:b+2b"),
        step(id="b", rule="step:a+2b"),
        step(id="a", rule="start+0d", plan_start=MONDAY),
    ]

    moved = resolve(plan, Anchors(), Calendar())

    assert moved == {"a": MONDAY, "b": date(2026, 11, 25), "c": date(2026, 11, 27)}


def test_what_counts_from_an_unknown_day_keeps_its_date_and_what_is_done_never_moves():
    plan = [
        step(id="a", rule="stage:won+3b", due=MONDAY),
        step(id="b", rule="close-1b", due=MONDAY, status=StepStatus.DONE),
    ]

    assert resolve(plan, Anchors(close=date(2027, 1, 4)), Calendar()) == {}


def test_entering_a_stage_dates_the_steps_that_count_from_it():
    plan = [step(id="a", rule="stage:won+3b"), step(id="b", rule="stage:lost+3b")]

    assert resolve(plan, Anchors(stages={"won": MONDAY}), Calendar()) == {"a": date(2026, 11, 26)}


@settings(max_examples=40)
@given(st.lists(st.integers(-20, 20), min_size=1, max_size=8), DAYS)
def test_resolving_again_moves_nothing(offsets, close):
    plan = [
        step(id=str(n), rule=f"step:{n - 1}{days:+d}b" if n else "close-3b") for n, days in enumerate(offsets)
    ]
    moved = resolve(plan, Anchors(close=close), Calendar(("DE",)))
    settled = [step(id=one.id, rule=one.rule, due=moved[one.id]) for one in plan]

    assert resolve(settled, Anchors(close=close), Calendar(("DE",))) == {}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-12", date(2026, 12, 12)),
        ("2026-12-12T10:00:00Z", date(2026, 12, 12)),
        ("1797033600000", date(2026, 12, 12)),
        ("", None),
        (None, None),
        ("soon", None),
        ("9" * 30, None),
    ],
)
def test_a_close_date_is_read_as_either_crm_writes_it(text, day):
    assert close_day(text) == day
