"""A look into the CRM that is worth remembering for a minute."""

from datetime import timedelta

import pytest

from app.crm.glance import MOST, REMEMBERED, Glance
from app.ground.clock import SteppingClock
from tests.house import START


class Asked:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict[str, str]:
        self.times += 1
        return {"Margin": str(self.times)}


def test_what_was_read_a_moment_ago_is_not_read_again() -> None:
    glance, asked = Glance(SteppingClock(START)), Asked()

    assert glance.at("deal", asked) == glance.at("deal", asked) == {"Margin": "1"}
    assert glance.at("another", asked) == {"Margin": "2"}


def test_after_a_minute_it_is_read_anew() -> None:
    clock, asked = SteppingClock(START), Asked()
    glance = Glance(clock)
    glance.at("deal", asked)
    clock.advance(REMEMBERED)

    assert glance.at("deal", asked) == {"Margin": "2"}


def test_a_clock_that_was_set_back_keeps_nothing() -> None:
    clock, asked = SteppingClock(START), Asked()
    glance = Glance(clock)
    glance.at("deal", asked)
    clock.advance(-timedelta(hours=1))

    assert glance.at("deal", asked) == {"Margin": "2"}


def test_a_look_that_failed_is_not_remembered() -> None:
    glance = Glance(SteppingClock(START))

    def fail() -> dict[str, str]:
        raise OSError(5, "gone")

    with pytest.raises(OSError, match="gone"):
        glance.at("deal", fail)
    assert glance.at("deal", Asked()) == {"Margin": "1"}


def test_only_so_many_looks_are_remembered() -> None:
    glance, asked = Glance(SteppingClock(START)), Asked()
    for number in range(MOST + 1):
        glance.at(number, asked)

    glance.at(0, asked)

    assert asked.times == MOST + 2
