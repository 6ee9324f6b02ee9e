"""Rights that certifications give: one person counts once, and a right ends when too few are left."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.certification import Certification
from app.domain.certification_rights import Requirement, eligible, rights, wanted

TODAY = date(2026, 11, 22)


def need(right="register", credential="Implementation", people=2, level="") -> Requirement:
    return Requirement(id="r", right=right, credential=credential, people=people, level=level)


def held(id_, person="", days=None, name="Implementation", **more) -> Certification:
    expires = None if days is None else TODAY + timedelta(days=days)
    return Certification(id=id_, partner_id="p1", name=name, person_name=person, expires=expires, **more)


def test_a_right_that_asks_for_nothing_is_everybodys():
    assert eligible("register", [need("Gold")], [], TODAY).met


def test_two_certificates_of_one_person_count_once():
    both = [held("a", "Kim", level="One"), held("b", "Kim", level="Two")]

    answer = eligible("register", [need()], both, TODAY)

    assert not answer.met
    assert answer.lacks == ("Needs 2 people certified in Implementation; 1 now.",)


def test_a_right_ends_when_too_few_are_left():
    people = [held("a", "Kim", 10), held("b", "Ann", 40), held("c", "Bo", 90)]

    assert eligible("Register", [need()], people, TODAY).until == TODAY + timedelta(days=40)


def test_what_lapsed_counts_no_longer_and_what_never_ends_sets_no_end():
    assert not eligible("register", [need(people=1)], [held("a", "Kim", -1)], TODAY).met
    assert eligible("register", [need(people=1)], [held("a", "Kim")], TODAY).until is None


@pytest.mark.parametrize(("people", "met"), [(0, True), (1, False)])
def test_the_firms_own_certification_is_not_a_persons(people, met):
    assert eligible("register", [need(people=people)], [held("a")], TODAY).met is met


def test_a_level_and_the_issuers_id_are_matched_whatever_their_case():
    mine = [held("a", "Kim", name="Renamed", credential="IMPLEMENTATION", level="gold")]

    assert eligible("register", [need(people=1, level="Gold")], mine, TODAY).met
    assert not eligible("register", [need(people=1, level="Silver")], mine, TODAY).met


def test_registering_stands_first_among_the_rights():
    assert rights([need("Bronze"), need("Register"), need("bronze")]) == ["Register", "bronze"]


def test_what_is_asked_for_is_said_in_words():
    assert wanted(need(people=1, level="Gold")) == "1 person certified in Implementation, Gold"
    assert wanted(need(people=0)) == "the firm certified in Implementation"


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(-3, 30)), max_size=8), st.integers(1, 4))
def test_a_right_holds_on_its_last_day_and_not_the_day_after(people, wanted_people):
    certificates = [held(str(n), person, days) for n, (person, days) in enumerate(people)]
    needs = [need(people=wanted_people)]

    answer = eligible("register", needs, certificates, TODAY)

    if answer.until:
        assert eligible("register", needs, certificates, answer.until).met
        assert not eligible("register", needs, certificates, answer.until + timedelta(days=1)).met
