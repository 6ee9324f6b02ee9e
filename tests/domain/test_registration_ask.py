from hypothesis import given
from hypothesis import strategies as st

from app.domain.partner import Partner, PartnerType
from app.domain.programme import REQUIRABLE, Programme, Rule, TierBenefit
from app.domain.registration_ask import ask_for, asks_of

REGIONS = ("DACH", "Nordics", "")

rules = st.builds(
    Rule,
    name=st.just("R"),
    partner_types=st.lists(st.sampled_from(list(PartnerType)[:3]), max_size=2, unique=True).map(tuple),
    regions=st.lists(st.sampled_from(REGIONS[:2]), max_size=2, unique=True).map(tuple),
    required=st.lists(st.sampled_from(sorted(REQUIRABLE)), max_size=3, unique=True).map(tuple),
)


def partner(type_: PartnerType, tier: str = "") -> Partner:
    return Partner(id="p", name="Northwind", type=type_, tier=tier)


@given(
    st.lists(rules, min_size=1, max_size=5), st.sampled_from(list(PartnerType)[:4]), st.sampled_from(REGIONS)
)
def test_a_form_asks_for_what_the_programme_asks_for(found, type_, region):
    programme = Programme(rules=tuple(found))

    asked = ask_for(asks_of(programme, partner(type_)), region.lower())

    assert asked.required == programme.rule_for(type_, region).required


def test_a_tier_is_promised_its_own_answer_time():
    rule = Rule(name="All", sla_hours=48, tiers=(TierBenefit(tier="Gold", sla_hours=24),))

    (asked,) = asks_of(Programme(rules=(rule,)), partner(PartnerType.RESELLER, "gold"))

    assert asked.sla_hours == 24
