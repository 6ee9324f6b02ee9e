"""A contact's card: certificates, what lapses and what falls with it, steps, rooms, the firm's rights."""

import json
from dataclasses import replace

import pytest

from app.domain.record import ObjectKind
from app.domain.tier import TierStanding
from app.ground.errors import AppError, Reason
from cards import html, registry, schema
from cards.blocks import Card, Empty, Tone, to_json
from cards.blocks import List as Rows
from tests.cards import make, people
from tests.cards.look import forms, lines, names, of

DRAWN = ("person", "person_nobody")


def build(state: str = "person") -> Card:
    return registry.build("certifications", people.STATES[state](), make.NOW)


def rows(card: Card, label: str) -> Rows:
    (found,) = [block for block in of(card, Rows) if block.label == label]
    return found


@pytest.mark.parametrize("state", people.STATES)
def test_a_contacts_card_says_what_its_golden_file_says(state, golden):
    card = build(state)

    golden(f"certifications.{state}.json", json.dumps(to_json(card), indent=1, ensure_ascii=False) + "\n")
    assert schema.load(json.loads(json.dumps(to_json(card)))) == card


@pytest.mark.parametrize("state", DRAWN)
def test_a_contacts_card_is_drawn_as_its_golden_file_is(state, golden):
    golden(f"certifications.{state}.html", html.render(build(state), host=html.PANEL))


def test_what_lapses_first_stands_on_top_with_what_the_firm_loses():
    card = build()

    assert lines(card)[0] == "Next to lapse: Data engineer of Maria Quint, in 20 days"
    assert "Without it Northwind Integrators loses registering deals." in str(card.blocks)


def test_a_certificate_says_level_issuer_days_and_state():
    first = rows(build(), "Certificates").items[0]

    assert first.text == "Pipelines"
    assert (first.badge, first.tone) == ("Lapsed", Tone.DANGER)
    running = rows(build(), "Certificates").items[1]
    assert running.text == "Data engineer · Professional"
    assert running.detail == "by Vandelay Academy · issued 12 Dec 2025 · valid to 12 Dec"
    assert [action.href for action in running.actions] == ["https://badges.example/1"]


def test_other_peoples_certificates_are_not_the_persons():
    said = [item.text for item in rows(build(), "Certificates").items]

    assert said == ["Pipelines", "Data engineer · Professional", "Implementation · Gold"]


def test_a_step_that_outlives_a_certificate_stands_first_and_is_at_risk():
    risky, safe = rows(build(), "Open steps").items

    assert (risky.text, risky.badge, risky.tone) == ("Data migration", "At risk", Tone.WARNING)
    assert "Data engineer lapses 12 Dec, before this is due" in risky.detail
    assert (safe.text, safe.badge) == ("Security questionnaire", "")


def test_a_right_that_leans_on_the_person_says_so():
    register, pricing = rows(build(), "What the firm may do").items

    assert register.detail.endswith("not without Maria Quint")
    assert pricing.badge == "Unlocked"


def test_a_tier_that_does_not_count_is_said_with_what_it_lacks():
    (firm,) = people.facts().partners
    lowered = TierStanding(granted="Gold", tier="Silver", why=("Needs 2 people; 1 now.",), then="Silver")

    card = registry.build("certifications", people.facts(partners=(replace(firm, tier=lowered),)), make.NOW)

    assert "Gold does not count now: Silver does" in lines(card)


def test_somebody_elses_certificates_carry_a_right_on():
    firm = people.facts().partners[0]
    more = make.certification("x9", "Data engineer", person_name="Jon Ek", level="")
    facts = people.facts(partners=(replace(firm, certifications=(*firm.certifications, more)),))

    card = registry.build("certifications", facts, make.NOW)

    assert "not without" not in rows(card, "What the firm may do").items[0].detail
    assert "loses" not in str(card.blocks)


def test_a_room_that_opens_by_a_colleagues_link_says_whose_it_is():
    theirs = make.link(contact_email="jon@northwind.example", contact_name="Jon Ek", last_viewed_at=None)
    facts = people.facts(deals=(people.work(links=(theirs,)),))

    card = registry.build("certifications", facts, make.NOW)

    (room,) = rows(card, "Rooms this person may open").items
    assert room.detail == "until 28 Nov · by the link of Jon Ek · not opened yet"


def test_a_contact_of_no_partner_is_told_how_it_becomes_one():
    card = build("person_nobody")

    (empty,) = of(card, Empty)
    assert empty.title == "Works for none of your partners"
    form = forms(card)["partner.add_contact"]
    assert form.fixed["email"] == "bill@initech.example"
    assert names(form) == ["partner_id", "name"]


def test_the_partner_whose_company_the_contact_is_in_is_proposed():
    form = forms(build("person_suggested"))["partner.add_contact"]

    assert form.fields[0].value == "p2"
    assert form.note == "HubSpot names the contact's company as this partner."


def test_a_contact_without_an_address_cannot_be_added():
    card = build("person_unaddressed")

    assert "has none in HubSpot" in of(card, Empty)[0].text
    assert not forms(card)


def test_an_award_is_recorded_for_the_person_alone():
    form = forms(build())["certification.record"]

    assert form.fixed == {
        "partner_id": "p1",
        "person_name": "Maria Quint",
        "person_email": "c1@northwind.example",
    }
    assert "person_name" not in names(form)


def test_who_may_not_write_gets_no_form():
    assert not forms(build("person_read_only"))


@pytest.mark.parametrize("name", [name for name in registry.NAMES if name != "certifications"])
def test_a_contact_has_no_other_card(name):
    with pytest.raises(AppError) as refusal:
        registry.builder(name, ObjectKind.CONTACT)

    assert refusal.value.reason is Reason.UNKNOWN_CARD
