"""What a door is given when it asks for a card."""

import re

from app.storage.partner import on_record
from cards.blocks import to_json
from tests.house import COMPANY, DEAL, SELLER, TestHouse


def card(house: TestHouse, name: str, record=DEAL, **params: str) -> str:
    return str(to_json(house.house.cards().card(house.tenant.id, SELLER, record, name, params)))


def seen(house: TestHouse) -> dict[str, bool]:
    with house.house.database.read() as connection:
        return {p.name: at is not None for p, at in on_record(connection, house.tenant.id, DEAL)}


def test_reading_one_partners_thread_leaves_the_others_new(house: TestHouse) -> None:
    ids = [house.attach(name) for name in ("Northwind", "Contoso")]
    for partner in ids:
        house.run("thread.post", {"body": "Hello"}, actor=house.viewer(partner))

    card(house, "thread", partner_id=ids[0])

    assert seen(house) == {"Northwind": True, "Contoso": False}
    assert "1 new" in card(house, "overview")


def test_looking_at_another_card_reads_no_thread(house: TestHouse) -> None:
    house.run("thread.post", {"body": "Hello"}, actor=house.viewer(house.attach()))

    card(house, "overview")

    assert seen(house) == {"Northwind": False}


def test_a_companys_card_leads_to_its_deals_in_the_crm(house: TestHouse) -> None:
    house.attach()

    assert "'href': 'https://crm.example/contacts/62515/record/0-3/900'" in card(house, "overview", COMPANY)


def test_dates_are_written_in_the_viewers_zone_and_manner(house: TestHouse) -> None:
    house.run("thread.post", {"body": "Hello"}, actor=house.viewer(house.attach()))

    plain = card(house, "thread")
    american = card(house, "thread", zone="America/New_York", locale="en-us")

    assert "10:00" in plain
    assert "5:00" in american
    assert "AM" in american


def test_a_zone_and_a_manner_that_nobody_knows_change_nothing(house: TestHouse) -> None:
    step = {"partner_id": house.attach(), "milestone": "Proof", "title": "Survey", "due": "2026-12-01"}
    house.run("plan.add_step", step)

    strange = card(house, "plan", zone="../../etc/passwd", locale="\x00" * 40)

    assert "1 December 2026" in strange
    bearer = r"/calendar/[^/]+/|'version': '\w+'"  # fresh with every card
    assert re.sub(bearer, "", strange) == re.sub(bearer, "", card(house, "plan"))
