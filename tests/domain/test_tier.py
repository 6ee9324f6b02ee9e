"""The tier that counts: what was granted, as far as certifications carry it, and with the time to renew."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.certification import Certification
from app.domain.certification_rights import Requirement
from app.domain.programme import Programme
from app.domain.tier import falls_with, tier_of

TODAY = date(2026, 11, 22)
PROGRAMME = Programme(tier_order=("Platinum", "Gold", "Silver"), tier_grace_days=30)


def need(right: str, credential: str = "Security", people: int = 1) -> Requirement:
    return Requirement(id=right, right=right, credential=credential, people=people)


def held(person: str, days: int | None = None, name: str = "Security", **more: object) -> Certification:
    expires = None if days is None else TODAY + timedelta(days=days)
    return Certification(
        id=f"{person}-{name}", partner_id="p1", name=name, person_name=person, expires=expires, **more
    )


def test_a_tier_that_asks_for_nothing_is_what_was_granted() -> None:
    standing = tier_of("Gold", PROGRAMME, [need("Platinum")], [], TODAY)

    assert (standing.tier, standing.is_plain, standing.note) == ("Gold", True, "")


@pytest.mark.parametrize("right", ["Gold", "gold  tier", "GOLD TIER"])
def test_without_its_certifications_the_highest_tier_below_counts_with_the_reason(right: str) -> None:
    needs = [need(right, people=2), need("Silver", "Delivery")]

    standing = tier_of("Gold", PROGRAMME, needs, [held("Kim"), held("Kim", name="Delivery")], TODAY)

    assert (standing.tier, standing.why) == ("Silver", ("Needs 2 people certified in Security; 1 now.",))
    assert standing.note == "Gold does not count: needs 2 people certified in Security; 1 now."


def test_nobody_rises_above_what_was_granted_and_where_nothing_is_held_no_tier_counts() -> None:
    needs = [need("Gold"), need("Silver", "Delivery")]

    assert (
        tier_of("Silver", PROGRAMME, needs, [held("Kim"), held("Kim", name="Delivery")], TODAY).tier
        == "Silver"
    )
    assert tier_of("Silver", PROGRAMME, needs, [held("Kim")], TODAY).tier == ""


def test_a_tier_outlasts_a_lapse_by_the_days_of_grace_and_a_revocation_by_none() -> None:
    lapsed, last = held("Kim", -30), held("Kim", -31)
    revoked = held("Kim", 90, revoked_at=None)

    in_grace = tier_of("Gold", PROGRAMME, [need("Gold")], [lapsed], TODAY)
    over = tier_of("Gold", PROGRAMME, [need("Gold")], [last], TODAY)

    assert (in_grace.tier, in_grace.in_grace, in_grace.until, in_grace.then) == (
        "Gold",
        True,
        TODAY,
        "Silver",
    )
    assert (over.tier, over.until) == ("Silver", None)
    assert tier_of("Gold", PROGRAMME, [need("Gold")], [revoked], TODAY).tier == "Gold"


def test_a_tier_that_the_programme_does_not_order_has_none_below_it() -> None:
    assert tier_of("Elite", PROGRAMME, [need("Elite")], [], TODAY).tier == ""


def test_a_certification_is_named_as_what_a_tier_hangs_on_only_where_another_does_not_carry_it() -> None:
    kim, ann = held("Kim", 10), held("Ann", 40)
    needs = [need("Gold")]

    assert falls_with(kim, "Gold", PROGRAMME, needs, [kim, ann]) is None
    last = falls_with(ann, "Gold", PROGRAMME, needs, [kim, ann])
    assert last
    assert (last.tier, last.then, last.until) == ("Gold", "Silver", TODAY + timedelta(days=70))
    assert falls_with(held("Bo", 5, "Cooking"), "Gold", PROGRAMME, needs, [kim]) is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-90, 90)), max_size=6), st.integers(1, 3))
def test_what_counts_until_a_day_counts_on_it_and_something_lower_after_it(
    people: list[tuple[str, int]], wanted: int
) -> None:
    certificates = [held(person, days) for person, days in people]
    needs = [need("Platinum", people=wanted), need("Gold", people=1)]

    standing = tier_of("Platinum", PROGRAMME, needs, certificates, TODAY)

    if standing.until:
        on_it = tier_of("Platinum", PROGRAMME, needs, certificates, standing.until)
        after = tier_of("Platinum", PROGRAMME, needs, certificates, standing.until + timedelta(days=1))
        ladder = [*PROGRAMME.tier_order, ""]
        assert on_it.tier == standing.tier
        assert after.tier == standing.then
        assert ladder.index(after.tier) > ladder.index(on_it.tier)
