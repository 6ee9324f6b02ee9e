import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.disclosure.policy import Treatment
from app.disclosure.redaction import narrower, redact

TEXTS = st.text(max_size=30) | st.decimals().map(str) | st.dates().map(str) | st.emails()
TREATMENTS = st.sampled_from(Treatment)


@pytest.mark.parametrize(
    ("value", "band"),
    [
        ("0", "under 1,000"),
        ("999.99", "under 1,000"),
        ("1000", "1,000 to 5,000"),
        ("48,123", "25,000 to 50,000"),
        ("9999999.99", "5,000,000 to 10,000,000"),
        ("10000000", "over 10,000,000"),
        ("1E+30", "over 10,000,000"),
    ],
)
def test_an_amount_is_masked_as_the_band_it_lies_in(value, band):
    assert redact(Treatment.BAND, value) == band


@pytest.mark.parametrize("value", ["-5", "NaN", "Infinity", "", "a lot", "under 12", "1 to 48,123", "over 7"])
def test_what_is_no_amount_is_withheld_under_a_band(value):
    assert redact(Treatment.BAND, value) is None


@given(st.decimals(0, 10**12).map(str))
def test_a_band_can_be_masked_again_without_harm(amount):
    once = redact(Treatment.BAND, amount)

    assert once is not None
    assert redact(Treatment.BAND, once) == once


@pytest.mark.parametrize(
    ("value", "mask"), [("Ada Lovelace", "A.L."), ("józef ż", "J.Ż."), ("42", None), ("", None)]
)
def test_initials_are_the_first_letters(value, mask):
    assert redact(Treatment.INITIALS, value) == mask


@pytest.mark.parametrize(
    ("value", "mask"),
    [
        ("ada@Example.com", "example.com"),
        ("a@b@example.co.uk", "example.co.uk"),
        ("ada@", None),
        ("no address", None),
        ("ada@example.com (the boss)", None),
        ("ada@localhost", None),
    ],
)
def test_an_address_is_masked_as_its_domain(value, mask):
    assert redact(Treatment.DOMAIN, value) == mask


@pytest.mark.parametrize(
    ("value", "mask"),
    [
        ("2026-12-24", "2026-12"),
        ("2026-12-24T10:00:00Z", "2026-12"),
        ("2026-13-01", None),
        ("24.12.2026", None),
        ("2026-1234", None),
    ],
)
def test_a_date_is_masked_as_its_month(value, mask):
    assert redact(Treatment.MONTH, value) == mask


@given(TEXTS)
def test_an_absent_value_is_nothing_at_all(value):
    assert redact(Treatment.ABSENT, value) is None


@given(TREATMENTS, TREATMENTS, TEXTS)
def test_a_published_value_under_todays_policy_is_what_was_published_or_todays_mask_or_nothing(
    published, today, value
):
    shown = redact(published, value)
    served = None if shown is None else redact(narrower(published, today), shown)

    assert served in (None, shown, redact(today, value))
    if today is Treatment.ABSENT:
        assert served is None


@given(TREATMENTS)
def test_a_value_published_in_the_open_gets_todays_treatment(today):
    assert narrower(Treatment.SHOW, today) is today


@given(TREATMENTS, TREATMENTS)
def test_two_different_masks_withhold_the_value(one, other):
    masks = {Treatment.BAND, Treatment.INITIALS, Treatment.DOMAIN, Treatment.MONTH}
    if one is other or not {one, other} <= masks:
        return

    assert narrower(one, other) is Treatment.ABSENT
