from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ground.clock import SteppingClock, from_iso, from_millis, to_iso, utc_now


def test_now_is_aware_and_in_utc():
    assert utc_now().tzinfo is UTC


def test_a_time_is_written_with_milliseconds_and_a_z():
    moment = datetime(2026, 11, 22, 12, 15, tzinfo=timezone(timedelta(hours=2)))

    assert to_iso(moment) == "2026-11-22T10:15:00.000Z"


def test_a_time_without_a_zone_is_not_written_down():
    with pytest.raises(ValueError, match="without a zone"):
        to_iso(datetime(2026, 11, 22))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T10:15:00.000Z",
        "2026-11-22T10:15:00+00:00",
        "2026-11-22T12:15:00+02:00",
        "2026-11-22T10:15:00",
    ],
)
def test_every_spelling_of_a_time_is_read_as_utc(text):
    assert from_iso(text) == datetime(2026, 11, 22, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "0001-01-01T00:00:00+23:00", "2026-02-30"])
def test_a_text_that_names_no_time_is_a_value_error(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the sentence is Python's own
        from_iso(text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_that_is_written_and_read_is_the_same_to_the_millisecond(moment):
    assert from_iso(to_iso(moment)) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def test_hubspots_milliseconds_are_read_as_utc():
    assert from_millis(1564113600000) == datetime(2019, 7, 26, 4, tzinfo=UTC)


def test_a_stepping_clock_moves_only_when_it_is_moved():
    clock = SteppingClock(datetime(2026, 11, 22, tzinfo=UTC))
    before = clock()

    clock.advance(timedelta(minutes=5))

    assert clock() - before == timedelta(minutes=5)
    assert clock() == clock()
