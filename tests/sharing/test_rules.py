from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sharing.rules import (
    SUCCESS,
    Audience,
    Failure,
    MailboxProof,
    NotRevoked,
    Passcode,
    Refusal,
    Terms,
    UnknownRule,
    Validity,
    ViewLimit,
    Visit,
    check_all,
    hours,
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


@pytest.mark.parametrize(
    ("proved", "verdict"),
    [
        (None, Failure(Refusal.NO_PROOF)),
        ("Mira@Northwind.example", SUCCESS),
        ("anybody@contoso.example", SUCCESS),
        ("anybody@sub.contoso.example", Failure(Refusal.WRONG_MAILBOX)),
        ("anybody@evilcontoso.example", Failure(Refusal.WRONG_MAILBOX)),
        ("anybody@contoso.example@evil.example", Failure(Refusal.WRONG_MAILBOX)),
        ("@contoso.example.evil.example", Failure(Refusal.WRONG_MAILBOX)),
        ("contoso.example", Failure(Refusal.WRONG_MAILBOX)),
    ],
)
def test_an_audience_is_its_mailboxes_and_everybody_at_its_very_domains(proved, verdict):
    rule = Audience(("mira@northwind.example", "@contoso.example"))

    assert rule.check(Visit(at=NOW, proved=proved)) == verdict


def test_a_link_opens_as_often_as_its_limit_says():
    rule = ViewLimit(2)

    assert [rule.check(Visit(at=NOW, opening=n)) for n in (0, 2, 3)] == [
        SUCCESS,
        SUCCESS,
        Failure(Refusal.USED_UP),
    ]


def test_a_new_passcode_or_new_terms_shut_out_who_met_the_old_ones():
    assert Passcode("new").check(Visit(at=NOW, passcode="old")) == Failure(Refusal.NO_PASSCODE)
    assert Passcode("new").check(Visit(at=NOW, passcode="new")) == SUCCESS
    assert Terms("v2").check(Visit(at=NOW, terms="v1")) == Failure(Refusal.NO_TERMS)
    assert Terms("v2").check(Visit(at=NOW, terms="v2")) == SUCCESS


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        ("2026-11-20T07:59:59+01:00", False),
        ("2026-11-20T08:00:00+01:00", True),
        ("2026-11-20T17:59:59+01:00", True),
        ("2026-11-20T18:00:00+01:00", False),
        ("2026-11-21T12:00:00+01:00", False),  # a Saturday
        ("2026-07-20T08:00:00+02:00", True),  # summer time
        ("2026-07-20T17:30:00+01:00", False),
    ],
)
def test_hours_are_those_on_the_clocks_of_their_zone(at, open_):
    rule = hours("Europe/Berlin", "08:00", "18:00", "12345")

    verdict = rule.check(Visit(at=datetime.fromisoformat(at)))

    assert verdict == (SUCCESS if open_ else Failure(Refusal.OUT_OF_HOURS))


@pytest.mark.parametrize(
    "wrong",
    [
        ("audience",),
        ("audience", "nobody"),
        ("views", "-1"),
        ("views", "many"),
        ("passcode", ""),
        ("terms",),
        ("hours", "Nowhere/Land", "08:00", "18:00", "1"),
        ("hours", "../../etc/passwd", "08:00", "18:00", "1"),
        ("hours", "UTC", "18:00", "08:00", "1"),
        ("hours", "UTC", "08:00", "18:00", ""),
        ("hours", "UTC", "08:00", "18:00", "89"),
        ("validity", "yesterday", "today"),
        ("mailbox", 7),
    ],
    ids=str,
)
def test_a_rule_that_cannot_be_read_refuses_everybody(wrong):
    rule = read_rule(wrong)

    assert rule == UnknownRule(wrong[0])
    assert rule.check(Visit(at=NOW, proved="mira@northwind.example")) == Failure(Refusal.UNKNOWN_RULE)


@pytest.mark.parametrize(
    "rule",
    [
        Validity(NOW, SOON),
        MailboxProof("mira@northwind.example"),
        Audience(("mira@northwind.example", "@contoso.example")),
        ViewLimit(5),
        Passcode("salt.hash"),
        Terms("abc"),
        hours("Europe/Berlin", "08:00", "18:00", "12345"),
    ],
    ids=lambda rule: type(rule).__name__,
)
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
