"""A process whose database is away says so once, asks seldom, and goes on when it is back."""

from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from sync.rounds import Rounds


def away() -> None:
    raise OperationalError("SELECT secret", {"email": "kim@x.example"}, Exception("refused\nat port 1"))


def broken() -> None:
    raise KeyError("a fault of ours")


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


def play(rounds: Rounds, clock: list[float], work: Callable[[], object], seconds: float) -> int:
    """Rounds for so long; how many there were."""
    end, count = clock[0] + seconds, 0
    while clock[0] < end:
        clock[0] += rounds.wait
        rounds.run(work)
        count += 1
    return count


def test_a_database_that_is_away_is_one_line_a_minute_and_asked_more_and_more_seldom(
    clock: list[float],
) -> None:
    rounds = Rounds("schedule", 0.5, lambda: clock[0])

    with capture_logs() as logs:
        asked = play(rounds, clock, away, 100)

    assert asked < 30
    assert [(line["event"], line["error"]) for line in logs] == [("database.away", "refused")] * 2
    assert "secret" not in str(logs)


def test_a_database_that_is_back_is_said_and_the_rounds_are_as_quick_as_before(clock: list[float]) -> None:
    rounds = Rounds("schedule", 0.5, lambda: clock[0])
    play(rounds, clock, away, 30)

    with capture_logs() as logs:
        play(rounds, clock, lambda: None, 10)

    assert [(line["event"], line["log_level"]) for line in logs] == [("database.back", "info")]
    assert rounds.wait == 0.5


def test_a_fault_of_our_own_is_told_in_full_and_the_next_round_comes(clock: list[float]) -> None:
    rounds = Rounds("schedule", 0.5, lambda: clock[0])

    with capture_logs() as logs:
        play(rounds, clock, broken, 1)

    assert [(line["event"], line["exc_info"]) for line in logs] == [("schedule.failed", True)] * 2
