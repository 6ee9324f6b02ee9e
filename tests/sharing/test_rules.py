from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sharing.rules import (
    SUCCESS,
    Failure,
    MailboxProof,
    NotRevoked,
    Refusal,
    UnknownRule,
    Validity,
    Visit,
    check_all,
    read_rule,
    write_rule,
)
from tests.share_world import NOW

SOON = NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        (NOW - timedelta(microseconds=1), Failure(Refusal.NOT_YET)),
        (NOW, SUCCESS),
        (SOON - timedelta(microseconds=1), SUCCESS),
        (SOON, Failure(Refusal.EXPIRED)),
    ],
)
def test_a_link_is_open_from_its_start_to_the_moment_of_its_end(at, verdict):
    assert Validity(NOW, SOON).check(Visit(at=at)) == verdict


def test_a_revoked_link_is_closed_at_any_time():
    assert NotRevoked(NOW).check(Visit(at=NOW - timedelta(days=9))) == Failure(Refusal.REVOKED)
    assert NotRevoked(None).check(Visit(at=NOW)) == SUCCESS


@pytest.mark.parametrize(
    ("proved", "verdict"),
    [
        (None, Failure(Refusal.NO_PROOF)),
        ("other@northwind.example", Failure(Refusal.WRONG_MAILBOX)),
        ("Mira@Northwind.example", SUCCESS),
    ],
)
def test_only_the_mailbox_that_was_proved_opens(proved, verdict):
    assert MailboxProof("mira@northwind.example").check(Visit(at=NOW, proved=proved)) == verdict


@pytest.mark.parametrize("rule", [Validity(NOW, SOON), MailboxProof("mira@northwind.example")])
def test_a_rule_is_read_back_as_it_was_written(rule):
    assert read_rule(write_rule(rule)) == rule


@pytest.mark.parametrize(
    "stored",
    [[], ["viewlimit", "3"], ["mailbox"], ["mailbox", ""], ["validity", "x", "y"], ["mailbox", "a", "b"]],
)
def test_a_rule_nobody_can_read_refuses(stored):
    assert read_rule(stored).check(Visit(at=NOW, proved="a")) == Failure(Refusal.UNKNOWN_RULE)


@given(st.lists(st.text(max_size=20), max_size=4))
def test_reading_any_stored_list_gives_a_rule_and_never_an_error(stored):
    verdict = read_rule(stored).check(Visit(at=NOW))

    assert verdict == SUCCESS or isinstance(verdict, Failure)


def test_all_rules_have_to_hold_and_the_first_failure_counts():
    rules = [NotRevoked(None), Validity(NOW - timedelta(days=2), NOW), UnknownRule("x")]

    assert check_all(rules, Visit(at=NOW)) == Failure(Refusal.EXPIRED)
    assert check_all([NotRevoked(None)], Visit(at=NOW)) == SUCCESS
