import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.partner import PartnerType
from app.domain.programme import ApprovalStep, Precedence, Programme, Rule, TierBenefit, missing, number_in
from app.domain.programme_form import read_programme, to_json
from app.ground.errors import AppError, Reason

RESELLERS = Rule(name="Resellers", partner_types=(PartnerType.RESELLER,))
DACH = Rule(name="DACH", regions=("DACH",))
BOTH = Rule(name="Resellers in DACH", partner_types=(PartnerType.RESELLER,), regions=("DACH",))
EVERYONE = Rule(name="Everyone")


@pytest.mark.parametrize(
    ("kind", "region", "name"),
    [
        (PartnerType.RESELLER, "dach", "Resellers in DACH"),
        (PartnerType.RESELLER, "Nordics", "Resellers"),
        (PartnerType.MSP, "DACH", "DACH"),
        (PartnerType.MSP, "", "Everyone"),
    ],
)
def test_the_most_particular_rule_holds(kind, region, name):
    programme = Programme(rules=(EVERYONE, DACH, RESELLERS, BOTH))

    assert programme.rule_for(kind, region).name == name


def test_a_tier_gives_its_benefits_and_the_amount_its_steps():
    steps = (ApprovalStep(name="Channel"), ApprovalStep(name="Finance", min_amount=50_000.0))
    rule = Rule(name="All", steps=steps, tiers=(TierBenefit(tier="Gold", protection_days=120, sla_hours=24),))
    programme = Programme(version=4, rules=(rule,))

    gold, other = (
        programme.terms(rule, tier, amount, "", "") for tier, amount in (("gold", 60e3), ("", 10.0))
    )

    assert (gold.protection_days, gold.sla_hours, len(gold.steps), gold.version) == (120, 24, 2, 4)
    assert (other.protection_days, other.sla_hours, len(other.steps)) == (90, 48, 1)


def test_everything_that_is_missing_is_named_in_words():
    rule = Rule(name="All", required=("customer_domain", "amount", "product"))

    assert missing(rule, {"amount": "5", "product": " "}) == ("the customer's website", "the product")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("25,000 EUR", 25_000.0),
        ("25.000,50", 25_000.5),
        ("EUR 1 200", 1_200.0),
        ("$12,000.00", 12_000.0),
        ("1,5", 1.5),
        ("about a million", 0.0),
        ("", 0.0),
    ],
)
def test_an_amount_is_read_as_people_write_it(text, number):
    assert number_in(text) == number


@given(st.text(max_size=40))
def test_no_amount_is_too_odd_to_be_read(text):
    assert number_in(text) >= 0


def test_a_programme_is_read_again_as_it_was_written():
    body = {
        "rules": [
            {
                "name": "Resellers",
                "partner_types": ["reseller"],
                "required": ["amount"],
                "steps": [{"name": "Channel", "approvers": ["dana@vendor.example"], "min_amount": 10}],
                "tiers": [{"tier": "Gold", "protection_days": 120}],
                "holidays": ["2026-12-25"],
            }
        ],
        "precedence": ["registered", "earlier"],
        "named_accounts": ["https://www.Initech.com/about"],
    }

    made = read_programme(body, 3)

    assert made.version == 3
    assert made.named_accounts == ("initech.com",)
    assert made.precedence == (Precedence.REGISTERED, Precedence.EARLIER)
    assert read_programme(to_json(made), 3) == made
    assert read_programme(to_json(Programme()), 0) == Programme()


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ([], "one JSON object"),
        ({}, "rules"),
        ({"rules": [{"name": "A"}, {"name": "a"}]}, "rules: Two rules"),
        ({"rules": [{"name": "A", "protection_dayz": 5}]}, "rules 1, protection_dayz"),
        ({"rules": [{"name": "A", "protection_days": 0}]}, "rules 1, protection_days"),
        ({"rules": [{"name": "A", "required": ["blood_type"]}]}, "required 1"),
        ({"rules": [{"name": "A", "steps": [{"name": "X", "approvers": ["me"]}]}]}, "approvers 1"),
        ({"rules": [{"name": "A"}], "precedence": ["might", "earlier"]}, "precedence 1"),
        ({"rules": [{"name": "A"}], "possible_from": 0.9, "same_from": 0.8}, "same_from"),
    ],
)
def test_a_programme_that_makes_no_sense_is_refused_by_its_place(body, place):
    with pytest.raises(AppError) as caught:
        read_programme(body, 1)

    assert caught.value.reason is Reason.INVALID
    assert place in caught.value.message


def test_the_example_of_the_guide_is_a_programme():
    guide = (Path(__file__).parents[2] / "docs" / "programme.md").read_text(encoding="utf-8")
    example = guide.split("```json\n")[1].split("```")[0]

    made = read_programme(json.loads(example), 1)

    assert [rule.name for rule in made.rules] == ["Resellers in DACH", "Everyone else"]
