from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.business_time import add_hours

BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, hour: int = 12, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "hours", "holidays", "due"),
    [
        (at(16), 48, (), at(18)),
        (at(20), 48, (), at(24)),
        (at(21), 24, (), datetime(2026, 11, 23, 23, tzinfo=UTC)),
        (at(20), 48, (date(2026, 11, 23),), at(25)),
        (datetime(2026, 10, 23, 12, tzinfo=UTC), 24, (), datetime(2026, 10, 26, 13, tzinfo=UTC)),
    ],
    ids=["midweek", "over a weekend", "from a Saturday", "over a holiday", "over a change of the clock"],
)
def test_only_working_days_count_where_the_work_is_done(start, hours, holidays, due):
    zone = BERLIN

    assert add_hours(start, hours, zone, holidays) == due


@given(st.integers(1, 200), st.integers(0, 24 * 365))
def test_more_hours_are_never_due_earlier(hours, offset):
    start = at(1, month=1) + timedelta(hours=offset)

    assert (
        start + timedelta(hours=hours)
        <= add_hours(start, hours, BERLIN)
        < add_hours(start, hours + 1, BERLIN)
    )
