from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.precedence import Standing, decide
from app.domain.programme import Precedence as Rule
from tests.domain.make import NOON

ORDER = tuple(Rule)
LATER = NOON + timedelta(hours=1)

STANDINGS = st.builds(
    Standing,
    name=st.just("x"),
    direct=st.booleans(),
    registered=st.booleans(),
    incumbent=st.booleans(),
    certified=st.booleans(),
    named=st.booleans(),
    renewal=st.booleans(),
    at=st.sampled_from([None, NOON, LATER]),
)


def claim(**more):
    return Standing(**{"name": "Northwind", "at": NOON, **more})


def deal(**more):
    return Standing(**{"name": "Sam", "direct": True, "at": LATER, **more})


@pytest.mark.parametrize(
    ("first", "second", "winner", "rule"),
    [
        (claim(named=True, registered=True), deal(), 1, Rule.NAMED_ACCOUNT),
        (claim(named=True), claim(at=LATER, named=True), 0, Rule.EARLIER),
        (claim(at=LATER, registered=True), deal(at=NOON), 1, Rule.EARLIER_DEAL),
        (claim(renewal=True), claim(at=LATER, incumbent=True, renewal=True), 1, Rule.INCUMBENT),
        (claim(incumbent=True, at=LATER), claim(), 1, Rule.EARLIER),
        (claim(registered=True, at=LATER), claim(), 0, Rule.REGISTERED),
        (claim(registered=True), deal(), 0, Rule.REGISTERED),
        (claim(), claim(at=LATER, certified=True), 1, Rule.CERTIFIED),
        (claim(certified=True), deal(), 0, Rule.EARLIER),
        (claim(), claim(), None, None),
    ],
)
def test_the_first_rule_that_tells_two_claims_apart_decides(first, second, winner, rule):
    verdict = decide(first, second, ORDER)

    assert (verdict.winner, verdict.rule) == (winner, rule)


def test_the_order_is_the_admins():
    first, second = claim(registered=True, at=LATER), claim(certified=True)

    assert decide(first, second, (Rule.REGISTERED, Rule.CERTIFIED)).winner == 0
    assert decide(first, second, (Rule.CERTIFIED, Rule.REGISTERED)).winner == 1
    assert decide(first, second, ()).winner is None


@given(STANDINGS, STANDINGS, st.sampled_from(list(permutations(Rule))[:40]))
def test_who_wins_does_not_depend_on_who_is_named_first(first, second, order):
    forth, back = decide(first, second, order), decide(second, first, order)

    assert forth.rule == back.rule
    assert back.winner == (None if forth.winner is None else 1 - forth.winner)
