"""A contact's card as both doors get it: who the person is, what it has to do and may open, and what that costs."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from app.domain.record import ObjectKind, RecordKey
from app.ground.errors import AppError, Reason
from app.storage import person as people
from app.storage import tenant as tenants
from cards.blocks import Card, Empty
from cards.blocks import List as Rows
from sync import people as following
from tests.cards.look import forms
from tests.house import ADMIN, DEAL, SELLER, TestHouse

KIM = RecordKey(ObjectKind.CONTACT, "501")
EMAIL = "kim@northwind.example"


def card(house: TestHouse, key: RecordKey = KIM) -> Card:
    return house.house.cards().card(house.tenant.id, SELLER, key, "certifications", {})


def rows(said: Card, label: str) -> list[str]:
    found = [block for block in said.blocks if isinstance(block, Rows) and block.label == label]
    return [item.text for block in found for item in block.items]


def tell_of(house: TestHouse, contact_id: str = "501", **fields: str) -> None:
    """The CRM has this contact."""
    values = {"first_name": "Kim", "last_name": "Partner", "email": EMAIL, "title": "", "company": None}
    house.crm.records[ObjectKind.CONTACT, contact_id] = {**values, **fields}


def known(house: TestHouse) -> str:
    """Kim works for Northwind, and we know her by her id in the CRM."""
    partner = house.attach()
    house.run("partner.add_contact", {"partner_id": partner, "name": "Kim Partner", "email": EMAIL})
    with house.house.database.write() as connection:
        people.learn(connection, house.tenant.id, {EMAIL: KIM.crm_id}, house.clock())
    return partner


def certify(house: TestHouse, partner: str, days: int = 20, **more: str) -> None:
    until = (house.clock() + timedelta(days=days)).date().isoformat()
    values = {"name": "Data engineer", "person_name": "Kim Partner", "person_email": EMAIL, "expires": until}
    house.run("certification.record", {"partner_id": partner, **values, **more})


def test_a_persons_certificates_steps_and_rooms_stand_together(house: TestHouse) -> None:
    partner = known(house)
    certify(house, partner)
    house.run(
        "plan.add_step",
        {
            "partner_id": partner,
            "title": "Migrate",
            "owner_side": "partner",
            "owner_email": EMAIL,
            "owner_name": "Kim Partner",
            "due": "2026-12-30",
        },
    )
    house.link(partner)

    said = card(house)

    assert rows(said, "Certificates") == ["Data engineer"]
    assert rows(said, "Open steps") == ["Migrate"]
    assert "before this is due" in str(said.blocks)
    assert rows(said, "Rooms this person may open") == ["Initech rollout"]


def test_a_person_we_know_costs_the_crm_nothing(house: TestHouse) -> None:
    known(house)
    house.crm.calls.clear()

    card(house)

    assert house.crm.calls == []


def test_anybody_else_costs_one_call_a_minute_and_is_kept_nowhere(house: TestHouse) -> None:
    tell_of(house, email="bill@initech.example")
    house.crm.calls.clear()

    first, again = card(house), card(house)

    assert house.crm.calls == ["read"]
    assert [block.title for block in first.blocks if isinstance(block, Empty)] == [
        "Works for none of your partners"
    ]
    assert first.version == again.version
    with house.house.database.read() as connection:
        assert people.emails_of(connection, house.tenant.id, KIM.crm_id) == []


def test_a_partners_person_is_known_by_the_address_before_the_crm_was_asked(house: TestHouse) -> None:
    partner = house.attach()
    certify(house, partner)
    tell_of(house, email=EMAIL.upper())

    assert rows(card(house), "Certificates") == ["Data engineer"]


def test_the_answer_costs_as_many_questions_for_many_steps_as_for_one(house: TestHouse) -> None:
    partner = known(house)
    counts = []
    for more in (1, 6):
        for number in range(more):
            fields = {"partner_id": partner, "title": f"Step {number}", "owner_email": EMAIL}
            house.run("plan.add_step", {**fields, "owner_side": "partner"})
            certify(house, partner, name=f"Skill {number}")
            house.link(partner)
        asked: list[str] = []
        note = lambda _c, _cursor, statement, *_: asked.append(statement)  # noqa: B023, E731
        event.listen(house.house.database.engine, "before_cursor_execute", note)
        card(house)
        event.remove(house.house.database.engine, "before_cursor_execute", note)
        counts.append(len([one for one in asked if not one.startswith("BEGIN")]))

    assert counts[0] == counts[1] <= 20


def test_a_room_is_open_by_a_domain_that_its_link_lets_in(house: TestHouse) -> None:
    partner = known(house)
    fields = {"partner_id": partner, "contact_email": "jo@northwind.example", "contact_name": "Jo", "days": 7}
    house.run("sharing.create_link", fields)

    assert rows(card(house), "Rooms this person may open") == []
    house.run("sharing.create_link", {**fields, "also_for": "@northwind.example"})

    assert rows(card(house), "Rooms this person may open") == ["Initech rollout"]


def test_a_revoked_link_opens_no_room(house: TestHouse) -> None:
    partner = known(house)
    link = house.link(partner)
    house.run("sharing.revoke_link", {"link_id": link["link_id"]})

    assert rows(card(house), "Rooms this person may open") == []


def test_a_contact_becomes_a_partners_from_its_own_card(house: TestHouse) -> None:
    partner = house.attach()
    tell_of(house)
    form = forms(card(house))["partner.add_contact"]

    house.run(
        "partner.add_contact",
        {**form.fixed, "partner_id": partner, "name": form.fields[1].value},
        record=KIM,
    )

    assert "No certificate recorded" in str(card(house).blocks)


def test_the_partner_whose_company_the_contact_is_in_is_proposed(house: TestHouse) -> None:
    partner = house.attach("Initech", domain="initech.com")
    tell_of(house, email="bill@initech.com", company="700")

    assert forms(card(house))["partner.add_contact"].fields[0].value == partner


def test_a_certificate_is_recorded_on_a_contact(house: TestHouse) -> None:
    known(house)
    form = forms(card(house))["certification.record"]

    house.run("certification.record", {**form.fixed, "name": "Security"}, record=KIM)

    assert rows(card(house), "Certificates") == ["Security"]


def test_a_refused_certificate_is_shown_where_it_was_recorded(house: TestHouse) -> None:
    partner = known(house)
    done = house.run(
        "certification.record",
        {"partner_id": partner, "name": "Security", "person_email": EMAIL},
        record=KIM,
    )
    house.crm.refusals[str(done.result["certification_id"])] = "Locked by a flow"
    house.work()

    assert "Locked by a flow" in str(card(house).blocks)


@pytest.mark.parametrize("name", ["thread.post", "partner.attach", "plan.add_step", "sharing.create_link"])
def test_what_belongs_to_a_deal_cannot_be_done_on_a_contact(house: TestHouse, name: str) -> None:
    partner = known(house)
    fields = {
        "partner_id": partner,
        "body": "Hello",
        "title": "Sign",
        "contact_email": EMAIL,
        "contact_name": "Kim",
    }

    with pytest.raises(AppError) as refusal:
        house.run(name, fields, record=KIM)

    assert refusal.value.reason is Reason.UNKNOWN_RECORD


def test_a_contact_that_the_crm_does_not_have_is_no_record(house: TestHouse) -> None:
    with pytest.raises(AppError) as refusal:
        card(house)

    assert refusal.value.reason is Reason.UNKNOWN_RECORD


def test_a_persons_other_name_in_the_crm_is_followed(house: TestHouse) -> None:
    known(house)
    tell_of(house, first_name="Kimberly")
    following.follow(house.agent, house.tenant, [KIM.crm_id])

    assert "Kimberly Partner" in str(card(house).blocks)


def test_an_erased_person_is_nobody(house: TestHouse) -> None:
    certify(house, known(house))
    house.run("person.erase", {"contact_id": KIM.crm_id}, actor=ADMIN, record=None)
    tell_of(house)

    assert "Data engineer" not in str(card(house).blocks)


def test_another_deals_step_of_the_same_person_leads_to_that_deal(house: TestHouse) -> None:
    partner = known(house)
    fields = {"partner_id": partner, "title": "Sign", "owner_side": "partner", "owner_email": EMAIL}
    house.run("plan.add_step", fields)
    with house.house.database.read() as connection:
        tenant = tenants.by_id(connection, house.tenant.id)
    assert tenant is not None
    page = tenant.page_of(DEAL)

    assert page in str(card(house).blocks)
