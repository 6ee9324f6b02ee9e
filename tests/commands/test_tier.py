"""The tier that counts is what registrations, rooms, the CRM and the team go by; each change of it is told once."""

from datetime import timedelta

import pytest

from app.crm.port import PartnerWrite, RegistrationWrite
from app.domain.registration import Registration
from app.storage import registration as registrations
from app.storage.published.forms import asks_of_form
from app.storage.published.rooms import latest_snapshot
from cards.blocks import to_json
from sync import certifying
from tests.house import ADMIN, DEAL, SELLER, START, TestHouse
from tests.sync.test_certifying import told

RULES = {
    "rules": [
        {
            "name": "Everyone",
            "protection_days": 60,
            "tiers": [{"tier": "Gold", "protection_days": 120, "sla_hours": 8}],
        }
    ],
    "tier_order": ["Gold", "Silver"],
    "tier_grace_days": 10,
}


@pytest.fixture
def northwind(house: TestHouse) -> str:
    """A Gold partner; Gold needs two people certified in Security, of whom one is for twenty days."""
    partner = house.attach("Northwind")
    saved = {"body": RULES, "version": 0, "reason": "Tiers"}
    house.run("programme.save", saved, actor=ADMIN, record=None)
    fields = {"partner_id": partner, "name": "Northwind", "type": "reseller", "tier": "Gold"}
    house.run("partner.update", fields, actor=ADMIN, record=None)
    for person, days in (("Kim Lee", None), ("Ann Day", 20)):
        certify(house, partner, person, days)
    needs = {"right": "Gold tier", "credential": "Security", "people": 2}
    house.run("certification.require", needs, actor=ADMIN, record=None)
    return partner


def certify(house: TestHouse, partner: str, person: str, days: int | None) -> str:
    ends = str((house.clock() + timedelta(days=days)).date()) if days is not None else ""
    fields = {"partner_id": partner, "name": "Security", "person_name": person, "expires": ends}
    return str(house.run("certification.record", fields).result["certification_id"])


def revoke(house: TestHouse, certification_id: str) -> None:
    house.run("certification.revoke", {"certification_id": certification_id, "reason": "Mistake"})


def registered(house: TestHouse, partner: str) -> Registration:
    fields = {"partner_id": partner, "customer_name": "Initech", "customer_domain": "initech.com"}
    id_ = str(house.run("registration.submit", fields).result["registration_id"])
    with house.house.database.read() as connection:
        found = registrations.get(connection, house.tenant.id, id_)
    assert found
    return found


def days_pass(house: TestHouse, days: int) -> None:
    for _ in range(days):
        house.clock.advance(timedelta(days=1))
        certifying.remind(house.agent)
        certifying.settle_tiers(house.agent)


def card(house: TestHouse, name: str) -> str:
    return str(to_json(house.house.cards().card(house.tenant.id, SELLER, DEAL, name, {})))


def in_crm(house: TestHouse) -> tuple[str, str]:
    house.work()
    last = [write for write in house.crm.partners_written if isinstance(write, PartnerWrite)][-1]
    return last.tier_in_force, last.tier_note


def room(house: TestHouse, partner: str) -> dict[str, object] | None:
    house.work()
    with house.house.database.read() as connection:
        snapshot = latest_snapshot(connection, house.tenant.id, DEAL, partner)
    assert snapshot
    return snapshot.content.get("tier")


LACKS = "Needs 2 people certified in Security; 1 now."
NOTE = "Gold does not count: needs 2 people certified in Security; 1 now."


def test_a_registration_gets_the_benefits_of_the_tier_that_counts_and_says_why(
    house: TestHouse, northwind: str
) -> None:
    gold = registered(house, northwind)
    days_pass(house, 31)
    silver = registered(house, northwind)

    assert (gold.terms.tier, gold.terms.protection_days, gold.terms.tier_note) == ("Gold", 120, "")
    assert (silver.terms.tier, silver.terms.protection_days) == ("Silver", 60)
    assert silver.terms.tier_note == NOTE
    assert NOTE in card(house, "registration")


def test_the_lapse_is_told_before_it_comes_and_the_fall_on_the_day_after_the_grace(
    house: TestHouse, northwind: str
) -> None:
    days_pass(house, 30)
    before = told(house, northwind)
    days_pass(house, 1)

    assert before[-1].endswith(
        "7 days left. The tier Gold of Northwind hangs on it: unless it is renewed, Silver counts after "
        f"{START + timedelta(days=30):%A, %-d %B %Y}."
    )
    assert told(house, northwind)[len(before) :] == [f"Northwind counts as Silver from now on. {NOTE}"]
    days_pass(house, 3)
    assert len(told(house, northwind)) == len(before) + 1


def test_both_sides_read_until_when_it_counts_and_what_it_lacks(house: TestHouse, northwind: str) -> None:
    house.link(northwind, days=60)
    first = room(house, northwind)
    days_pass(house, 25)
    in_grace = room(house, northwind)
    grace_card = card(house, "certifications")
    days_pass(house, 6)

    assert first
    assert (first["tier"], first["why"]) == ("Gold", [])
    assert in_grace
    assert (in_grace["tier"], in_grace["why"]) == ("Gold", [LACKS])
    assert "only, as time to renew; Silver counts after that" in grace_card
    assert "Gold does not count now: Silver does" in card(house, "overview")
    assert "Silver (Gold does not count)" in card(house, "thread")
    fallen = room(house, northwind)
    assert fallen
    assert (fallen["granted"], fallen["tier"], fallen["why"]) == ("Gold", "Silver", [LACKS])


def test_the_crm_has_the_tier_in_force_and_the_one_that_a_registration_was_judged_by(
    house: TestHouse, northwind: str
) -> None:
    days_pass(house, 31)
    registered(house, northwind)

    assert in_crm(house) == ("Silver", NOTE)
    written = [write for write in house.crm.written if isinstance(write, RegistrationWrite)][-1]
    assert (written.terms.tier, written.terms.tier_note) == ("Silver", NOTE)


def test_a_revocation_counts_at_once_and_a_new_certificate_brings_the_tier_back(
    house: TestHouse, northwind: str
) -> None:
    third = certify(house, northwind, "Bo Fox", 300)
    days_pass(house, 31)
    assert in_crm(house) == ("Gold", "")

    revoke(house, third)
    assert in_crm(house) == ("Silver", NOTE)
    certify(house, northwind, "Cy Orr", 300)

    assert in_crm(house) == ("Gold", "")
    assert told(house, northwind)[-1] == "Northwind has what Gold needs again: Gold counts from now on."


def test_the_form_promises_the_answer_time_of_the_tier_that_counts(house: TestHouse, northwind: str) -> None:
    def hours() -> list[int]:
        with house.house.database.read() as connection:
            return [ask.sla_hours for ask in asks_of_form(connection, house.tenant.id, northwind)]

    first = hours()
    days_pass(house, 31)

    assert (first, hours()) == ([8], [48])


def test_what_a_tier_needs_and_how_tiers_are_ordered_settle_every_partner(
    house: TestHouse, northwind: str
) -> None:
    more = {"right": "Gold", "credential": "Delivery", "people": 1}
    required = house.run("certification.require", more, actor=ADMIN, record=None)
    lowered = in_crm(house)
    unordered = {**RULES, "tier_order": []}
    fields = {"body": unordered, "version": 1, "reason": "No order"}
    house.run("programme.save", fields, actor=ADMIN, record=None)
    alone = in_crm(house)
    gone = {"requirement_id": required.result["requirement_id"]}
    house.run("certification.drop_requirement", gone, actor=ADMIN, record=None)

    assert lowered == ("Silver", "Gold does not count: needs 1 person certified in Delivery; 0 now.")
    assert alone[0] == ""
    assert in_crm(house) == ("Gold", "")
