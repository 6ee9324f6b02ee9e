"""Exceptions by partner, motion and stage: which one wins, and that none of them opens what is never shared."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.disclosure.policy import NEVER, Policy, Treatment, never_reason
from app.disclosure.policy_body import read_policy, stored_policy
from app.disclosure.rules import Exceptions, Motion, MotionField, Rule, Scope, Territories
from app.disclosure.snapshot import compose, narrow
from app.disclosure.treatment import hides_more, narrowest
from app.domain.partner import PartnerType
from app.domain.record import ObjectKind, Record, RecordKey
from app.ground.errors import AppError, Reason
from tests.disclosure.strategies import (
    COMPANY_FIELDS,
    DEAL_FIELDS,
    LOOKALIKES,
    exceptions,
    policies,
    ruled_policies,
    rules,
    scopes,
    sources,
)

RESELLER = PartnerType.RESELLER
TREATMENTS = st.sampled_from(Treatment)
MOTION = MotionField(field="type", values={"New": Motion.SOURCED, "Old": Motion.RENEWAL})
CELLS = [("deal", name) for name in DEAL_FIELDS] + [("company", name) for name in COMPANY_FIELDS]


def amount(*found: Rule, base: Treatment = Treatment.BAND, scope: Scope) -> Treatment:
    policy = Policy(
        version=1,
        cells={(RESELLER, "deal", "amount"): base},
        exceptions=Exceptions(rules=found, motion=MOTION),
    )
    return policy.view(RESELLER, scope).treatment("deal", "amount")


def rule(treatment: Treatment, **more) -> Rule:
    return Rule(object="deal", field="amount", treatment=treatment, **more)


KNOWN = Scope(partner_id="p1", motion=Motion.RESELL, stage="s1")


def test_a_rule_for_one_partner_holds_for_that_partner_alone():
    mine = rule(Treatment.SHOW, partner_id="p1")

    assert amount(mine, scope=KNOWN) is Treatment.SHOW
    assert amount(mine, scope=replace(KNOWN, partner_id="p2")) is Treatment.BAND


def test_a_rule_for_a_partner_beats_one_for_its_type_and_the_grid():
    found = rule(Treatment.SHOW, partner_id="p1"), rule(Treatment.ABSENT, stage="s1", motion=Motion.RESELL)

    assert amount(*found, scope=KNOWN) is Treatment.SHOW


def test_a_rule_that_asks_more_of_the_deal_beats_one_that_asks_less():
    found = (
        rule(Treatment.ABSENT, motion=Motion.RESELL),
        rule(Treatment.SHOW, motion=Motion.RESELL, stage="s1"),
    )

    assert amount(*found, scope=KNOWN) is Treatment.SHOW
    assert amount(*found, scope=replace(KNOWN, stage="s2")) is Treatment.ABSENT


def test_of_two_rules_of_one_rank_the_narrower_wins():
    found = rule(Treatment.SHOW, motion=Motion.RESELL), rule(Treatment.ABSENT, stage="s1")

    assert amount(*found, scope=KNOWN) is Treatment.ABSENT


def test_two_different_masks_of_one_rank_leave_nothing():
    found = rule(Treatment.BAND, motion=Motion.RESELL), rule(Treatment.INITIALS, stage="s1")

    assert amount(*found, scope=KNOWN) is Treatment.ABSENT


@pytest.mark.parametrize("unknown", ["motion", "stage", "partner_id"])
def test_what_is_not_known_counts_as_what_shows_least(unknown):
    scope = replace(KNOWN, **{unknown: None})
    narrowing = rule(Treatment.ABSENT, **{unknown: getattr(KNOWN, unknown)})
    widening = rule(Treatment.SHOW, **{unknown: getattr(KNOWN, unknown)})

    assert amount(narrowing, scope=scope) is Treatment.ABSENT
    assert amount(widening, scope=scope) is Treatment.BAND


@pytest.mark.parametrize("field", [*NEVER, *LOOKALIKES])
def test_no_rule_of_any_kind_opens_the_never_list(field):
    every = [Rule(object="deal", field=field, treatment=Treatment.SHOW, partner_id="p1")]
    policy = Policy(version=1, cells={}, exceptions=Exceptions(rules=tuple(every)))

    assert policy.view(RESELLER, KNOWN).treatment("deal", field) is Treatment.ABSENT
    assert policy.needed("deal") == frozenset()
    with pytest.raises(AppError) as caught:
        read_policy(policy.to_json(), 1)
    assert caught.value.reason is Reason.NEVER_SHARED


@given(ruled_policies(), scopes(), st.sampled_from(PartnerType))
def test_no_override_motion_or_stage_opens_a_never_shared_field(policy, scope, kind):
    view = policy.view(kind, scope)

    for obj, field in CELLS:
        assert never_reason(field) is None or view.treatment(obj, field) is Treatment.ABSENT


@given(ruled_policies(), scopes(), st.sampled_from(PartnerType))
def test_knowing_less_never_shows_more(policy, scope, kind):
    known = policy.view(kind, scope)

    for blind in ("partner_id", "motion", "stage", "territory"):
        less = policy.view(kind, replace(scope, **{blind: None}))
        for cell in CELLS:
            assert not hides_more(known.treatment(*cell), less.treatment(*cell))


@given(st.lists(TREATMENTS, min_size=1, max_size=4), TREATMENTS)
def test_the_narrowest_hides_at_least_as_much_as_each(found, more):
    least = narrowest(*found)

    assert not any(hides_more(each, least) for each in found)
    assert narrowest(least, more) is narrowest(*found, more)


@settings(max_examples=200)
@given(sources(), ruled_policies(), st.lists(rules(), max_size=3), scopes())
def test_narrowing_under_added_absences_equals_composing_anew(source, wide, more, scope):
    """Whatever exceptions there are: a policy that only takes away holds on the next request, exactly."""
    source = replace(source, scope=scope)
    gone = {(r.object, r.field) for r in more}
    said = replace(
        wide.exceptions, rules=tuple(r for r in wide.exceptions.rules if (r.object, r.field) not in gone)
    )
    tight = Policy(
        version=2, cells={c: t for c, t in wide.cells.items() if c[1:] not in gone}, exceptions=said
    )

    narrowed = narrow(compose(source, wide), tight, source.partner_type, scope.partner_id)

    fresh = {k: v for k, v in compose(source, tight).items() if k != "scope"}
    assert {k: v for k, v in narrowed.items() if k != "changes"} == fresh


@given(sources(), ruled_policies(), ruled_policies(2), scopes())
def test_narrowing_shows_nothing_that_either_policy_withholds(source, published, today, scope):
    source = replace(source, scope=scope)
    narrowed = narrow(compose(source, published), today, source.partner_type, scope.partner_id)

    then = published.view(source.partner_type, scope)
    for field in narrowed["fields"]:
        cell = field["object"], field["name"]
        assert then.treatment(*cell) is not Treatment.ABSENT
        assert today.view(source.partner_type, scope).treatment(*cell) is not Treatment.ABSENT
    assert "scope" not in narrowed


@given(ruled_policies())
def test_a_policy_with_exceptions_survives_being_written_down(policy):
    honest = tuple(
        r
        for r in policy.exceptions.rules
        if not never_reason(r.field) and (r.partner_id or r.motion or r.stage)
    )
    policy = replace(policy, exceptions=replace(policy.exceptions, rules=honest))

    again = read_policy(json.loads(json.dumps(policy.to_json())), 1)

    assert again.to_json() == policy.to_json()
    assert again.exceptions.rules == honest


@given(policies())
def test_a_policy_without_exceptions_is_written_as_it_always_was(policy):
    assert "format" not in policy.to_json()
    assert stored_policy(policy.to_json(), 1).to_json() == policy.to_json()


def test_a_release_that_knows_no_exceptions_reads_no_cell_of_a_body_that_has_some():
    """The older reader took every key for a partner type, and left out what it did not know."""
    policy = Policy(
        version=1,
        cells={(RESELLER, "deal", "name"): Treatment.SHOW},
        exceptions=Exceptions(rules=(rule(Treatment.SHOW, stage="s1"),)),
    )

    assert not policy.to_json().keys() & set(PartnerType)


BODY = {
    "format": 2,
    "grid": {"reseller": {"deal": {"amount": "show", "name": "show"}}},
    "rules": [{"object": "deal", "field": "amount", "treatment": "absent", "stage": "s1"}],
}


@pytest.mark.parametrize(
    "broken",
    [
        {"rules": [{**BODY["rules"][0], "treatment": "blur"}]},
        {"rules": [{**BODY["rules"][0], "phase_of_moon": "full"}]},
        {"rules": [{**BODY["rules"][0], "motion": "barter"}]},
    ],
    ids=["treatment", "condition", "motion"],
)
def test_a_stored_rule_that_cannot_be_read_closes_its_field_and_no_other(broken):
    view = stored_policy({**BODY, **broken}, 3).view(RESELLER, KNOWN)

    assert view.treatment("deal", "amount") is Treatment.ABSENT
    assert view.treatment("deal", "name") is Treatment.SHOW


@pytest.mark.parametrize(
    "broken",
    [
        {"rules": ["amount"]},
        {"rules": [{"treatment": "absent"}]},
        {"rules": {}},
        {"territories": {"object": "moon"}},
        {"people": {"p1": "everybody"}},
        {"format": 3},
        {"until": "tomorrow"},
    ],
    ids=["text", "nameless", "no list", "territories", "people", "later form", "unknown key"],
)
def test_a_stored_policy_of_which_it_is_unclear_what_it_takes_away_shows_nothing(broken):
    view = stored_policy({**BODY, **broken}, 3).view(RESELLER, KNOWN)

    assert view.treatment("deal", "name") is Treatment.ABSENT


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"rules": [{"object": "deal", "field": "amount", "treatment": "show"}]}, "for which partner"),
        ({"rules": [{**BODY["rules"][0], "motion": "resell"}]}, "which field holds the deal motion"),
        ({"people": {"p1": ["somebody"]}}, "no address"),
        ({"approval": 0}, "second admin"),
        ({"approval": True}, "second admin"),
        ({"rules": [BODY["rules"][0]] * 201}, "at most 200"),
    ],
    ids=["no condition", "motion without a field", "person", "zero", "bool", "too many"],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(wrong, sentence):
    with pytest.raises(AppError, match=sentence):
        read_policy({**BODY, **wrong}, 1)


def test_the_motion_is_what_the_field_says_and_unknown_where_it_says_something_else():
    policy = Policy(version=1, cells={}, exceptions=Exceptions(motion=MOTION))

    def motion(value: str | None) -> Motion | None:
        deal = Record(key=RecordKey(ObjectKind.DEAL, "1"), fields={"type": value})
        return policy.scope("p1", deal, None).motion

    assert [motion("New"), motion("Old"), motion("Other"), motion(None)] == [
        Motion.SOURCED,
        Motion.RENEWAL,
        None,
        None,
    ]
    assert policy.needed("deal") == {"type"}


def in_territory(territory: str | None, partner: str = "p1") -> Treatment:
    where = Territories(object="company", field="country", partners={"p1": ("Germany", "AT")})
    policy = Policy(
        version=1,
        cells={(RESELLER, "deal", "name"): Treatment.SHOW},
        exceptions=Exceptions(territories=where),
    )
    return policy.view(RESELLER, Scope(partner_id=partner, territory=territory)).treatment("deal", "name")


def test_a_partner_gets_nothing_of_a_record_outside_its_territory():
    assert in_territory(" germany ") is Treatment.SHOW
    assert in_territory("France") is Treatment.ABSENT
    assert in_territory(None) is Treatment.ABSENT
    assert in_territory("France", partner="p2") is Treatment.SHOW


@given(exceptions(), st.sampled_from(["p1", "p2"]), st.emails())
def test_only_named_people_are_admitted_where_there_are_names(said, partner, email):
    named = said.people.get(partner)

    assert said.admit(partner, email) == (named is None or f"@{email.lower().rpartition('@')[2]}" in named)


def test_a_named_person_is_admitted_by_address_or_domain_whatever_the_case():
    said = Exceptions(people={"p1": ("kim@a.example", "@b.example")})

    assert said.admit("p1", "Kim@A.example")
    assert said.admit("p1", "lee@b.example")
    assert not said.admit("p1", "lee@a.example")
    assert not said.admit("p1", "lee@evil-b.example")
