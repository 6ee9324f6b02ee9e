from hypothesis import given

from app.disclosure.changes import RuleChange, changes, rule_changes
from app.disclosure.policy import Policy, Treatment
from app.disclosure.rules import Exceptions, Rule
from app.domain.partner import PartnerType
from tests.disclosure.strategies import narrowings, policies

RESELLER = (PartnerType.RESELLER, "deal", "amount")
MSP = (PartnerType.MSP, "deal", "amount")


def _policy(**cells: Treatment) -> Policy:
    names = {"reseller": RESELLER, "msp": MSP}
    return Policy(version=1, cells={names[k]: t for k, t in cells.items()})


@given(policies())
def test_a_policy_does_not_differ_from_itself(policy):
    assert changes(policy, policy) == []


@given(policies(), policies(2))
def test_every_change_holds_in_both_policies(before, after):
    for change in changes(before, after):
        cell = (change.partner_type, change.object, change.field)
        assert before.treatment(*cell) is change.before
        assert after.treatment(*cell) is change.after
        assert change.before is not change.after


@given(narrowings())
def test_narrowing_never_shows_more(pair):
    assert not any(change.shows_more for change in changes(*pair))


@given(policies(), policies(2))
def test_what_was_absent_and_is_seen_now_shows_more(before, after):
    for change in changes(before, after):
        if change.before is Treatment.ABSENT:
            assert change.shows_more


def test_the_never_list_is_no_change_even_where_a_policy_lists_it():
    open_margin = Policy(version=2, cells={(PartnerType.MSP, "deal", "margin"): Treatment.SHOW})

    assert changes(_policy(), open_margin) == []


def test_exceptions_that_came_and_went_are_told_one_by_one():
    kept, old, new = (Rule(object="deal", field=name, treatment=Treatment.SHOW) for name in ("a", "b", "c"))
    before, after = (
        Policy(version=n, cells={}, exceptions=Exceptions(rules=rules))
        for n, rules in ((1, (kept, old)), (2, (new, kept)))
    )

    assert rule_changes(before, after) == [
        RuleChange(rule=old, added=False),
        RuleChange(rule=new, added=True),
    ]
    assert rule_changes(after, after) == []
