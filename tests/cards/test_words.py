"""Dates, amounts and sizes as people say them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards import words

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 1, 1))
MOMENTS = st.integers(0, 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
LOCALES = st.sampled_from(["en", "en_US", "de", "ar", "ja", "pt-BR", "xx", ""])


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (-40, "40 days late"),
        (-2, "2 days late"),
        (-1, "1 day late"),
        (0, "today"),
        (1, "tomorrow"),
        (2, "Tue"),
        (6, "Sat"),
        (7, "in 7 days"),
        (20, "in 20 days"),
        (21, "in 3 weeks"),
        (56, "in 8 weeks"),
        (57, "18 Jan 2027"),
    ],
)
def test_a_due_date_is_said_in_words(ahead, said):
    assert words.due(TODAY + timedelta(days=ahead), TODAY) == said


@pytest.mark.parametrize(
    ("ahead", "said"), [(-2, "2 Tage überfällig"), (1, "morgen"), (2, "Di."), (21, "in 3 Wochen")]
)
def test_a_second_language_says_it_in_its_own_words(ahead, said):
    assert words.due(TODAY + timedelta(days=ahead), TODAY, "de") == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(date(2026, 11, 28), "28 Nov"), (date(2027, 3, 12), "12 Mar 2027"), (date(2025, 11, 28), "28 Nov 2025")],
)
def test_a_day_names_its_year_only_when_it_is_another(value, said):
    assert words.day(value, TODAY) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (3599, "59 minutes ago"),
        (7300, "2 hours ago"),
        (90_000, "1 day ago"),
        (6 * 86_400, "6 days ago"),
        (30 * 86_400, "23 Oct"),
    ],
)
def test_a_past_moment_is_said_as_a_distance_and_then_as_a_date(seconds, said):
    assert words.ago(NOW - timedelta(seconds=seconds), NOW) == said


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(seconds=5), "in 1 minute"),
        (timedelta(minutes=59), "in 59 minutes"),
        (timedelta(hours=5, minutes=59), "in 5 hours"),
        (timedelta(hours=47), "in 47 hours"),
        (timedelta(days=6, hours=23), "in 6 days"),
        (timedelta(days=21), "in 3 weeks"),
        (timedelta(days=90), "20 Feb 2027"),
        (timedelta(hours=-2), "2 hours ago"),
    ],
)
def test_a_moment_ahead_never_promises_more_time_than_is_left(left, said):
    assert words.ahead(NOW + left, NOW) == said


def test_an_absolute_time_always_names_its_zone():
    assert words.absolute(NOW) == "22 Nov 2026, 10:15 UTC"
    assert words.absolute(NOW, "Europe/Berlin") == "22 Nov 2026, 11:15 CET"
    assert words.absolute(NOW, "No/Such_Zone") == "22 Nov 2026, 10:15 UTC"


def test_full_forms_name_weekday_month_and_year():
    assert words.full_day(TODAY) == "Sunday, 22 November 2026"
    assert words.month(TODAY) == "Nov 2026"
    assert words.clock(NOW, "Asia/Kolkata") == "15:45"


@pytest.mark.parametrize(
    ("behind", "said"), [(0, "today"), (1, "yesterday"), (5, "Tue 17 Nov"), (400, "18 Oct 2025")]
)
def test_a_day_separator_is_short_when_near(behind, said):
    assert words.day_name(TODAY - timedelta(days=behind), TODAY) == said


@pytest.mark.parametrize(
    ("text", "currency", "locale", "said"),
    [
        ("85000", "USD", "en", "$85,000"),
        ("85000.00", "USD", "en", "$85,000"),
        ("85000.5", "USD", "en", "$85,000.50"),
        ("-3", "USD", "en", "-$3"),
        ("85000.5", "EUR", "de", "85.000,50\xa0€"),
        ("85000", "EUR", "de", "85.000\xa0€"),
        ("0", "", "en", "$0"),
        ("about 5", "USD", "en", "about 5"),
        ("NaN", "USD", "en", "NaN"),
        ("1e30", "USD", "en", "1e30"),
        ("", "USD", "en", ""),
        (None, "USD", "en", ""),
    ],
)
def test_money_is_said_with_its_currency_and_other_text_is_left_alone(text, currency, locale, said):
    assert words.money(text, currency, locale) == said


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (12_345, "12 kB"),
        (3_400_000, "3.4 MB"),
        (9_990_000_000_000, "10 TB"),
    ],
)
def test_a_size_has_two_figures(octets, said):
    assert words.size(octets) == said


def test_counts_lists_and_sentences_are_grammatical():
    assert words.count(1, "link") == "1 link"
    assert words.count(1200, "link") == "1,200 links"
    assert words.count(2, "person", "people") == "2 people"
    assert words.listing(["A", "B", "C"]) == "A, B and C"
    assert words.sentence("today") == "Today"
    assert words.sentence("") == ""


@given(DAYS, DAYS, LOCALES)
def test_every_due_date_has_words_in_every_locale(value, today, locale):
    assert words.due(value, today, locale).strip()
    assert words.near(value, today, locale).strip()
    assert words.day_name(value, today, locale).strip()


@given(MOMENTS, MOMENTS, LOCALES)
def test_every_moment_has_words_in_every_locale(moment, now, locale):
    assert words.ago(moment, now, locale).strip()
    assert words.ahead(moment, now, locale).strip()
    assert words.absolute(moment, "America/New_York", locale).strip()


@given(DAYS, DAYS)
def test_late_is_said_of_past_days_only(value, today):
    assert ("late" in words.due(value, today)) == (value < today)


@given(st.text(max_size=40))
def test_any_text_of_a_crm_may_stand_where_an_amount_is_expected(text):
    assert isinstance(words.money(text), str)


@given(st.integers(min_value=0, max_value=10**18))
def test_every_size_has_a_number_and_a_unit(octets):
    amount, unit = words.size(octets).split()

    assert amount[0].isdigit()
    assert unit in {"B", "kB", "MB", "GB", "TB"}
