"""HubSpot's own part of reading: batches, pages, odd ids, too many fields; the rest is contract."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.crm.hubspot_files import may_fetch
from app.domain.record import ObjectKind
from app.ground.clock import utc_now
from app.sandbox.hubspot import Seed
from tests.contract.hubspot_world import HubspotWorld, open_world

DEAL, COMPANY, CONTACT = ObjectKind.DEAL, ObjectKind.COMPANY, ObjectKind.CONTACT


@pytest.fixture
def world(tmp_path: Path) -> Iterator[HubspotWorld]:
    with open_world(tmp_path) as opened:
        yield opened


def test_ids_that_are_no_numbers_are_unknown_and_harm_nobody(world: HubspotWorld) -> None:
    deal = world.make_deal("Acme")

    found = world.crm.read(DEAL, [deal, "0065g00000ABCdE", "", "１２", "9" * 30, deal], ["name"])

    assert set(found) == {deal}
    assert world.crm.related(DEAL, ["x"], COMPANY) == {}
    assert world.crm.files(DEAL, "x") == []


def test_a_company_with_very_many_deals_shows_them_all(world: HubspotWorld) -> None:
    company = world.make_company("Acme")
    deals = world.portal.load(
        Seed(type="deals", properties={}, links=[("companies", int(company))]) for _ in range(1201)
    )
    world.reset_calls()

    related = world.crm.related(COMPANY, [company], DEAL)

    assert sorted(related[company]) == sorted(deals)
    assert world.calls() == 3


def test_two_thousand_records_relations_cost_two_calls(world: HubspotWorld) -> None:
    company = world.make_company("Acme")
    deals = world.portal.load(
        Seed(type="deals", properties={}, links=[("companies", int(company))]) for _ in range(2000)
    )
    world.reset_calls()

    assert len(world.crm.related(DEAL, deals, COMPANY)) == 2000
    assert world.calls() == 2


def test_the_primary_company_comes_first_even_if_it_was_added_last(world: HubspotWorld) -> None:
    other, main = world.make_company("Other"), world.make_company("Main")
    deal = world.make_deal("Acme", company_ids=[other, main])
    deals, companies = (kind_of(name) for name in ("deals", "companies"))
    world.portal.records.associate(deals, int(deal), companies, int(main), type_id=5)

    assert world.crm.related(DEAL, [deal], COMPANY)[deal] == [main, other]


def kind_of(name: str):
    from app.sandbox.hubspot.schema import object_type

    return object_type(name)


def test_an_account_with_very_many_fields_can_still_be_followed_and_searched(world: HubspotWorld) -> None:
    names = [f"our_long_property_name_{number:03}" for number in range(100)]
    for name in names:
        definition = {
            "name": name,
            "label": name,
            "type": "string",
            "fieldType": "text",
            "groupName": "information",
        }
        world.portal.book.create(kind_of("deals"), definition)
    fields = ["name", *(f"crm:{name}" for name in names)]
    world.make_deal("Before")
    cursor = world.crm.changes(DEAL, None, fields).cursor
    world.make_deal("Acme", **{f"crm:{names[99]}": "Deep"})

    (changed,) = world.crm.changes(DEAL, cursor, fields).records
    (found,) = world.crm.search(DEAL, "name", "Acme", fields)

    assert changed.fields[f"crm:{names[99]}"] == "Deep"
    assert dict(found.fields) == dict(changed.fields)


def test_contacts_are_followed_by_their_own_property(world: HubspotWorld) -> None:
    contact = world.make_contact("ada@acme.example")
    cursor = world.crm.changes(CONTACT, None, ["email"]).cursor

    world.change_field(CONTACT, contact, "title", "Countess")

    (record,) = world.crm.changes(CONTACT, cursor, ["title"]).records
    assert record.fields == {"title": "Countess"}


def test_searching_for_nothing_finds_nothing(world: HubspotWorld) -> None:
    world.make_deal("Acme")
    world.reset_calls()

    assert world.crm.search(DEAL, "next_step", "", ["name"]) == []
    assert world.calls() == 0


def test_an_account_whose_zone_nobody_knows_counts_days_in_utc(tmp_path: Path) -> None:
    with open_world(tmp_path, time_zone="Middle/Earth") as world:
        assert str(world.crm._zone()) == "UTC"


def test_the_page_origin_is_https_but_for_this_machine(tmp_path: Path) -> None:
    with open_world(tmp_path / "a") as world:
        assert world.crm.whoami().ui_origin == "https://app.hubspot.com"
    with open_world(tmp_path / "b", ui_origin="http://127.0.0.1:5082") as world:
        assert world.crm.whoami().ui_origin == "http://127.0.0.1:5082"


def test_owners_come_from_all_pages(world: HubspotWorld) -> None:
    for number in range(501):
        world.make_owner(f"Ann Number{number}", f"ann{number}@seller.example")

    assert len(world.crm.owners()) == 501


def test_a_file_whose_description_is_gone_is_left_out(world: HubspotWorld) -> None:
    deal = world.make_deal("Acme")
    world.portal.create(
        "notes", {"hs_timestamp": "2026-11-20T12:00:00Z", "hs_attachment_ids": "404;"}, [("deals", deal)]
    )
    world.attach_file(deal, "README", 3)

    assert [file.name for file in world.crm.files(DEAL, deal)] == ["README"]


def follow(world: HubspotWorld, cursors: dict[ObjectKind, str]) -> int:
    """Takes in all changes of every kind; how many records those were."""
    seen = 0
    for kind in ObjectKind:
        more = True
        while more:
            page = world.crm.changes(kind, cursors[kind], ["email" if kind is CONTACT else "name"])
            cursors[kind], more = page.cursor, page.more
            seen += len(page.records)
    return seen


def test_a_thousand_changed_deals_with_all_around_them_cost_twenty_calls_and_idling_three(
    world: HubspotWorld,
) -> None:
    cursors = {kind: world.crm.changes(kind, None, []).cursor for kind in ObjectKind}
    times = [utc_now() - timedelta(minutes=5) + timedelta(milliseconds=n) for n in range(1800)]
    firms = world.portal.load(Seed(type="companies", properties={}, created=time) for time in times[:800])
    deals = world.portal.load(
        Seed(type="deals", properties={}, created=time, links=[("companies", int(firms[n % 800]))])
        for n, time in enumerate(times[:1000])
    )
    world.portal.load(
        Seed(type="contacts", properties={}, created=time, links=[("deals", int(deals[n % 1000]))])
        for n, time in enumerate(times)
    )
    world.reset_calls()

    assert follow(world, cursors) == 3600
    assert (
        len(world.crm.related(DEAL, deals, COMPANY)) == len(world.crm.related(DEAL, deals, CONTACT)) == 1000
    )
    assert world.calls() == 20
    world.reset_calls()
    assert follow(world, cursors) == 0
    assert world.calls() == 3


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://53.fs1.hubspotusercontent-na1.net/hub/53/offer.pdf?Signature=x", True),
        ("https://api-na1.hubspot.com/filemanager/api/v3/files/1/signed-url-redirect", True),
        ("http://api-na1.hubspot.com/files/1", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("https://hubspot.com.evil.example/x", False),
        ("https://evilhubspot.com/x", False),
        ("https://api.hubapi.com@evil.example/x", False),
        ("https://api.hubapi.com:8443/x", False),
        ("file:///etc/passwd", False),
        ("https://[broken", False),
    ],
)
def test_a_files_bytes_are_fetched_from_hubspots_own_hosts_alone(url: str, may: bool) -> None:
    assert may_fetch(url, "https://api.hubapi.com") is may
    assert may_fetch(url, "http://127.0.0.1:4000") is False
