"""Working days of two firms: a day counts only where both of them work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

import holidays

from app.ground.errors import AppError, Reason

WEEKEND = (5, 6)
"""Saturday and Sunday, where no country is named."""

FARTHEST = 1_000
"""Days that a due date may lie from what it is counted from."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """`countries` are ISO 3166 codes, with a subdivision where one counts: "DE", "DE-BY"."""

    countries: tuple[str, ...] = ()

    def is_work_day(self, day: date) -> bool:
        if not self.countries:
            return day.weekday() not in WEEKEND
        return all(_of(country).is_working_day(day) for country in self.countries)

    def add(self, day: date, count: int) -> date:
        """The `count`th working day after the day, or before it. Nought is the day itself."""
        step = _DAY if count > 0 else -_DAY
        for _ in range(abs(count)):
            day = self.next_work_day(day + step, step)
        return day

    def next_work_day(self, day: date, step: timedelta = _DAY) -> date:
        """The day itself if both firms work on it, else the first in that direction."""
        while not self.is_work_day(day):
            day += step
        return day


def calendar_of(*countries: str) -> Calendar:
    """The calendar of these firms, of which some may not have said where they work."""
    return Calendar(tuple(sorted({country for country in countries if country})))


def country(text: str) -> str:
    """The country as we keep it. Raises AppError for one that has no holidays we know."""
    code = text.strip().upper().replace("_", "-")
    if not code:
        return ""
    name, _, part = code.partition("-")
    known = _known()
    if name not in known or (part and part not in known[name]):
        raise AppError(
            Reason.INVALID,
            "Give a country by its two letters, such as DE, or with its region, such as DE-BY.",
            field="country",
        )
    return code


@cache
def countries() -> Sequence[str]:
    """Every country whose holidays we know."""
    return sorted(_known())


@cache
def _known() -> Mapping[str, Sequence[str]]:
    return holidays.list_supported_countries()


@lru_cache(maxsize=256)
def _of(country_code: str) -> holidays.HolidayBase:
    name, _, part = country_code.partition("-")
    return holidays.country_holidays(name, subdiv=part or None)
