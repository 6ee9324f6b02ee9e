from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.certification import (
    LAPSES_SOON,
    Certification,
    Source,
    Standing,
    Statement,
    coverage,
    current,
    lapses_before,
    last_day,
    told,
)

TODAY = date(2026, 11, 22)


def _expiring(expires: date | None) -> Certification:
    return Certification(id="c1", partner_id="p1", name="Implementation", expires=expires)


def test_a_certification_is_valid_on_its_last_day():
    assert _expiring(TODAY).is_valid(TODAY)


def test_a_certification_has_lapsed_the_day_after():
    assert not _expiring(TODAY - timedelta(days=1)).is_valid(TODAY)


def test_a_certification_without_an_end_neither_lapses_nor_lapses_soon():
    endless = _expiring(None)

    assert endless.is_valid(date.max)
    assert not endless.lapses_soon(TODAY)


def test_a_certification_lapses_soon_sixty_days_ahead_and_not_sooner():
    assert _expiring(TODAY + LAPSES_SOON).lapses_soon(TODAY)
    assert not _expiring(TODAY + LAPSES_SOON + timedelta(days=1)).lapses_soon(TODAY)


def test_a_lapsed_certification_does_not_lapse_soon():
    assert not _expiring(TODAY - timedelta(days=1)).lapses_soon(TODAY)


DAY = datetime(2026, 11, 1, 12, tzinfo=UTC)


def _award(hours: int = 0, **more) -> Statement:
    values = {
        "source": Source.CREDLY,
        "source_id": "b1",
        "name": "Implementation",
        "person_email": "kim@n.example",
    }
    return Statement(said_at=DAY + timedelta(hours=hours), **{**values, **more})


def _revocation(hours: int, reason: str = "") -> Statement:
    return Statement(
        source=Source.CREDLY,
        source_id="b1",
        said_at=DAY + timedelta(hours=hours),
        revokes=True,
        reason=reason,
    )


def _after(*statements: Statement) -> Certification:
    held = Certification(id="c1", partner_id="", name="")
    for number, statement in enumerate(statements):
        held = told(held, statement, DAY + timedelta(days=number))
    return held


words = st.builds(
    lambda hours, name, level, email, days: _award(
        hours, name=name, level=level, person_email=email, expires=TODAY + timedelta(days=days)
    ),
    st.integers(0, 5),
    st.sampled_from(["Implementation", "Implementation 2"]),
    st.sampled_from(["", "Gold"]),
    st.sampled_from(["kim@n.example", "kim@other.example"]),
    st.integers(-90, 90),
) | st.builds(_revocation, st.integers(0, 5), st.sampled_from(["", "Fraud"]))


@given(
    st.lists(words, min_size=1, max_size=6).flatmap(
        lambda said: st.tuples(st.just(said), st.permutations([*said, *said[:3]]))
    )
)
def test_late_repeated_and_shuffled_words_of_an_issuer_end_in_the_same_record(pair):
    in_order, shuffled = pair

    one, other = (replace(_after(*said), observed_at=None) for said in (in_order, shuffled))

    assert one == other


@given(st.lists(words, max_size=5), words)
def test_a_word_that_was_heard_before_changes_nothing(said, again):
    held = _after(*said, again)

    assert told(held, again, DAY + timedelta(days=99)) is held


def test_the_issuers_time_counts_and_not_the_arrival():
    held = _after(_award(2, name="Implementation 2026"), _award(1, name="Implementation 2025"))

    assert held.name == "Implementation 2026"


def test_a_rename_keeps_the_record():
    held = _after(_award(0, person_name="Kim Lee"), _award(1, person_name="Kim Park"))

    assert (held.id, held.person_name) == ("c1", "Kim Park")


def test_a_revocation_that_arrives_before_its_award_holds():
    assert _after(_revocation(3), _award(1)).standing(TODAY) is Standing.REVOKED


def test_an_award_that_is_made_again_after_its_revocation_holds_again():
    assert _after(_award(0), _revocation(1), _award(2)).standing(TODAY) is Standing.ACTIVE


def test_a_new_end_starts_the_reminders_anew():
    reminded = replace(_after(_award(0, expires=TODAY)), reminded=7)

    assert told(reminded, _award(1, expires=TODAY + timedelta(days=365)), DAY).reminded is None
    assert told(reminded, _award(1, expires=TODAY, name="Other"), DAY).reminded == 7


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-03-01", date(2027, 3, 1)),
        ("2027-03-01T00:00:00Z", date(2027, 2, 28)),
        ("2027-03-01T23:59:59Z", date(2027, 3, 1)),
        ("2027-03-01T00:00:00+09:00", date(2027, 2, 28)),
        ("2027-02-28T23:30:00-08:00", date(2027, 2, 28)),
        ("", None),
    ],
)
def test_the_last_day_is_read_on_the_issuers_own_clock(text, day):
    assert last_day(text) == day


@pytest.mark.parametrize("text", ["soon", "0001-01-01T00:00:00", "2027-13-01"])
def test_a_text_that_names_no_day_is_refused(text):
    with pytest.raises(ValueError, match=r"time|iso|month|calendar"):
        last_day(text)


def _held(id_, person="", email="", name="Implementation", days=100, **more) -> Certification:
    expires = TODAY + timedelta(days=days)
    return Certification(
        id=id_, partner_id="p1", name=name, person_name=person, person_email=email, expires=expires, **more
    )


def test_a_renewal_takes_the_place_of_what_it_renews():
    old, new = _held("a", "Kim", days=-5), _held("b", "Kim", days=360)

    assert current([old, new]) == [new]


def test_a_sibling_version_is_another_certification():
    both = [_held("a", "Kim", name="Platform 4"), _held("b", "Kim", name="Platform 5")]

    assert current(both) == both


def test_coverage_counts_a_person_with_two_addresses_once():
    held = [
        _held("a", "Kim Lee", "kim@n.example"),
        _held("b", "kim  lee", "k.lee@n.example", credential="impl"),
        _held("c", "Ann Roe", "ann@n.example", days=20),
        _held("d", "Bo Dee", "bo@n.example", days=-1),
    ]
    staff = [("Kim Lee", "kim@n.example"), ("Zoe", "zoe@n.example")]

    found = {(one.name, one.certified, one.lapsing, one.people) for one in coverage(held, staff, TODAY)}

    assert found == {("Implementation", 2, 1, 4), ("Implementation", 1, 0, 4)}


def test_the_firms_own_certification_is_nobodys():
    assert coverage([_held("a")], [], TODAY) == []


def test_the_first_certificate_to_end_before_a_day_is_named():
    held = [
        _held("a", "Kim", "kim@n.example", days=20),
        _held("b", "Kim", "kim@n.example", "Security", days=10),
    ]

    assert lapses_before(held, "", "KIM@n.example", TODAY + timedelta(days=30), TODAY) == held[1]
    assert lapses_before(held, "Kim", "", TODAY + timedelta(days=10), TODAY) is None
    assert lapses_before(held, "Ann", "", TODAY + timedelta(days=30), TODAY) is None
    assert lapses_before(held, "", "", TODAY, TODAY) is None
