"""Dates, numbers, money and sizes as people say them. Pure: today and now are always passed in.

`locale` is a Babel locale name; plain "en" writes days before months ("28 Nov"), "en_US" the other way round.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

_EXACT = 1e9
"""A threshold no value reaches, so that Babel keeps the unit we name instead of rounding to a larger one."""

_PHRASES = {
    "en": {
        "today": "today",
        "tomorrow": "tomorrow",
        "yesterday": "yesterday",
        "now": "just now",
        "late_one": "1 day late",
        "late": "{} days late",
    },
    "de": {
        "today": "heute",
        "tomorrow": "morgen",
        "yesterday": "gestern",
        "now": "gerade eben",
        "late_one": "1 Tag überfällig",
        "late": "{} Tage überfällig",
    },
}


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that name; UTC for a name nobody knows, which every absolute time then says."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    try:
        found = Locale.parse(name, sep="-" if "-" in name else "_")
    except (UnknownLocaleError, ValueError, TypeError):
        found = Locale("en")
    return Locale("en", "GB") if str(found) == "en" else found


@lru_cache(maxsize=64)
def written_in(claimed: str) -> str:
    """The locale for a reader of `claimed` ("en-us", "de_DE"): our sentences are English, so the language stays
    English, with the reader's own way to write dates and numbers where there is one."""
    try:
        territory = Locale.parse(claimed.replace("-", "_")).territory if claimed else None
        return str(Locale("en", territory)) if territory else "en"
    except (UnknownLocaleError, ValueError, TypeError):
        return "en"


def _phrase(key: str, locale: str) -> str:
    return _PHRASES.get(_locale(locale).language, _PHRASES["en"])[key]


def local_day(moment: datetime, zone: str = "UTC") -> date:
    return moment.astimezone(zone_of(zone)).date()


def day(value: date, today: date, locale: str = "en") -> str:
    """Such as "28 Nov", with the year when it is another one."""
    skeleton = "MMMd" if value.year == today.year else "yMMMd"
    return _skeleton(skeleton, value, locale)


@lru_cache(maxsize=2048)
def full_day(value: date, locale: str = "en") -> str:
    """Such as "Saturday, 28 November 2026"."""
    return format_date(value, "full", locale=_locale(locale))


def month(value: date, locale: str = "en") -> str:
    """Such as "Mar 2027"."""
    return _skeleton("yMMM", value, locale)


def weekday(value: date, locale: str = "en") -> str:
    """Such as "Tue"."""
    return format_date(value, "EEE", locale=_locale(locale))


def due(value: date, today: date, locale: str = "en") -> str:
    """When something is due: "2 days late", "today", "Tue", "in 10 days", "in 3 weeks", "28 Nov"."""
    ahead = (value - today).days
    if ahead < 0:
        return _phrase("late_one", locale) if ahead == -1 else _phrase("late", locale).format(-ahead)
    if ahead <= 1:
        return _phrase(("today", "tomorrow")[ahead], locale)
    if ahead < 7:  # noqa: PLR2004 - a weekday's name says which day only within a week
        return weekday(value, locale)
    return near(value, today, locale)


DISTANCE_DAYS = 8 * 7
"""Beyond this a date says more than a distance."""


def near(value: date, today: date, locale: str = "en") -> str:
    """A day ahead as a distance ("in 6 days", "in 3 weeks"), and as a date once that stops helping."""
    ahead = (value - today).days
    if ahead in (0, 1):
        return _phrase(("today", "tomorrow")[ahead], locale)
    if ahead < 0 or ahead > DISTANCE_DAYS:
        return day(value, today, locale)
    unit = "day" if ahead < 21 else "week"  # noqa: PLR2004 - "2 weeks" would hide up to six days
    return _distance(timedelta(days=ahead), unit, locale)


def day_name(value: date, today: date, locale: str = "en") -> str:
    """A separator between days of a thread: "today", "yesterday", "Tue 24 Nov", "12 Mar 2025"."""
    behind = (today - value).days
    if behind in (0, 1):
        return _phrase(("today", "yesterday")[behind], locale)
    if value.year != today.year:
        return day(value, today, locale)
    return f"{weekday(value, locale)} {day(value, today, locale)}"


def ago(moment: datetime, now: datetime, locale: str = "en") -> str:
    """Such as "just now", "5 min ago", "2 h ago", "3 days ago", then the date."""
    passed = now - moment
    if passed < timedelta(minutes=1):
        return _phrase("now", locale)
    for limit, unit in ((timedelta(hours=1), "minute"), (timedelta(days=1), "hour"), (timedelta(7), "day")):
        if passed < limit:
            return _distance(-passed, unit, locale)
    return day(moment.astimezone(UTC).date(), now.astimezone(UTC).date(), locale)


def ahead(moment: datetime, now: datetime, locale: str = "en") -> str:
    """Such as "in 5 hours", "in 6 days", "in 3 weeks", then the date. A moment that has passed reads like `ago`."""
    left = moment - now
    if left <= timedelta(0):
        return ago(moment, now, locale)
    if left < timedelta(hours=1):
        return _distance(max(left, timedelta(minutes=1)), "minute", locale)
    if left < timedelta(days=2):
        return _distance(left, "hour", locale)
    today = now.astimezone(UTC).date()
    if left.days > DISTANCE_DAYS:
        return day(moment.astimezone(UTC).date(), today, locale)
    return near(today + timedelta(days=left.days), today, locale)


def soon(moment: datetime, now: datetime, locale: str = "en") -> str:
    """`ahead` where that is a distance; nothing where it would say a date, for those beside which the date stands."""
    return ahead(moment, now, locale) if (moment - now).days <= DISTANCE_DAYS else ""


@lru_cache(maxsize=2048)
def clock(moment: datetime, zone: str = "UTC", locale: str = "en") -> str:
    """Such as "14:05" in the reader's zone."""
    return format_time(moment, "short", tzinfo=zone_of(zone), locale=_locale(locale))


def absolute(moment: datetime, zone: str = "UTC", locale: str = "en") -> str:
    """Such as "28 Nov 2026, 14:05 UTC": the form for hovering and print, always with its zone."""
    local = moment.astimezone(zone_of(zone))
    stamp = _skeleton("yMMMd", local.date(), locale)
    return f"{stamp}, {clock(moment, zone, locale)} {local.tzname() or 'UTC'}"


def number(value: float, locale: str = "en") -> str:
    return format_decimal(value, locale=_locale(locale))


def money(text: str | None, currency: str = "USD", locale: str = "en") -> str:
    """Such as "$85,000" of a CRM's amount; a text that is no number stays as it is."""
    try:
        amount = Decimal(text or "")
    except InvalidOperation:
        return text or ""
    if not amount.is_finite() or not amount.adjusted() < 20:  # noqa: PLR2004 - no deal has so many digits
        return text or ""
    whole = amount == amount.to_integral_value()
    # Plain "en" on purpose: in en_GB a dollar would read US$.
    speaker = Locale("en") if locale == "en" else _locale(locale)
    pattern = speaker.currency_formats["standard"]
    return format_currency(
        amount if not whole else amount.to_integral_value(),
        currency or "USD",
        format=pattern.pattern.replace(".00", "") if whole else None,
        currency_digits=not whole,
        locale=speaker,
    )


def size(octets: int, locale: str = "en") -> str:
    """Such as "840 B", "12 kB", "3.4 MB"."""
    amount, unit = float(octets), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:  # noqa: PLR2004 - decimal units, as file managers count
            break
        amount, unit = amount / 1000, larger
    digits = "#,##0" if amount >= 10 or unit == "B" else "#,##0.#"  # noqa: PLR2004 - two figures are enough
    return f"{format_decimal(amount, digits, locale=_locale(locale))} {unit}"


def listing(names: Sequence[str], locale: str = "en") -> str:
    """Such as "A, B and C"."""
    return format_list(list(names), locale=_locale(locale))


def count(amount: int, one: str, many: str = "") -> str:
    """Such as "1 link", "2 links"."""
    return f"{number(amount)} {one if amount == 1 else many or one + 's'}"


def sentence(text: str) -> str:
    """The text with a capital first letter, for a phrase that starts a line."""
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=2048)
def _distance(span: timedelta, unit: str, locale: str) -> str:
    # Whole units, rounded down: "in 6 days" must never promise more time than is left.
    unit_span = timedelta(**{f"{unit}s": 1})
    whole = max(1, abs(span) // unit_span) * unit_span
    return format_timedelta(
        whole if span > timedelta(0) else -whole,
        granularity=unit,  # type: ignore[arg-type]
        threshold=_EXACT,
        add_direction=True,
        locale=_locale(locale),
    )


@lru_cache(maxsize=2048)
def _skeleton(skeleton: str, value: date, locale: str) -> str:
    moment = datetime(value.year, value.month, value.day, tzinfo=UTC)
    return format_skeleton(skeleton, moment, locale=_locale(locale))
