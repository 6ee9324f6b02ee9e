"""Associations of the stand-in: type ids, the primary company, pages, limits."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.sandbox.hubspot import Seed
from tests.sandbox.hubspot_over_http import Portal, open_portal


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    with open_portal(tmp_path) as opened:
        yield opened


def types(portal: Portal, path: str, record: str) -> dict[str, list[int]]:
    """By associated id: the association type ids."""
    (result,) = portal.associations(f"{path}/batch/read", {"id": record}).json()["results"]
    return {
        str(other["toObjectId"]): [one["typeId"] for one in other["associationTypes"]]
        for other in result["to"]
    }


def test_the_first_company_is_the_primary_one(portal: Portal) -> None:
    first, second = (portal.state.create("companies", {"name": name}) for name in "AB")
    deal = portal.state.create("deals", {}, [("companies", first), ("companies", second)])

    assert types(portal, "deals/companies", deal) == {first: [5, 341], second: [341]}
    assert types(portal, "companies/deals", first) == {deal: [6, 342]}


def test_a_new_primary_company_replaces_the_old_one(portal: Portal) -> None:
    first, second = (portal.state.create("companies", {"name": name}) for name in "AB")
    deal = portal.state.create("deals", {}, [("companies", first)])

    answer = portal.associations(
        "deals/companies/batch/create",
        {
            "from": {"id": deal},
            "to": {"id": second},
            "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 5}],
        },
    )

    assert answer.status_code == 201
    assert types(portal, "0-3/0-2", deal) == {first: [341], second: [5, 341]}


def test_many_deals_keep_their_one_primary_company(portal: Portal) -> None:
    company = portal.state.create("companies", {"name": "A"})
    deals = [portal.state.create("deals", {}) for _ in range(2)]

    for deal in deals:
        portal.state.records.associate(*kinds_of("companies", company), *kinds_of("deals", deal))

    assert all(types(portal, "deals/companies", deal) == {company: [5, 341]} for deal in deals)


def kinds_of(kind: str, record: str):
    from app.sandbox.hubspot.schema import object_type

    return object_type(kind), int(record)


def test_a_contacts_company_is_its_property_too(portal: Portal) -> None:
    company = portal.state.create("companies", {"name": "A"})
    contact = portal.state.create("contacts", {"email": "a@a.example"}, [("companies", company)])

    assert portal.state.get("contacts", contact)["properties"]["associatedcompanyid"] == company
    assert types(portal, "contacts/companies", contact) == {company: [1, 279]}


def test_a_note_is_created_with_its_associations(portal: Portal) -> None:
    deal, company = portal.state.create("deals", {}), portal.state.create("companies", {})
    associations = [
        {
            "to": {"id": target},
            "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}],
        }
        for target, type_id in ((deal, 214), (company, 190))
    ]
    note = {"properties": {"hs_timestamp": "2026-11-20T12:00:00Z"}, "associations": associations}

    made = portal.objects("notes/batch/create", {"inputs": [note]}).json()["results"][0]["id"]

    assert types(portal, "notes/deals", made) == {deal: [214]}
    assert types(portal, "companies/notes", company) == {made: [189]}


def test_a_note_on_a_missing_deal_is_not_created(portal: Portal) -> None:
    association = {
        "to": {"id": "999"},
        "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 214}],
    }
    note = {"properties": {"hs_timestamp": "2026-11-20T12:00:00Z"}, "associations": [association]}

    assert portal.objects("notes", note).status_code == 404
    assert not portal.state.all("notes")


def test_records_without_associations_are_named_in_a_207(portal: Portal) -> None:
    deal = portal.state.create("deals", {})

    answer = portal.associations("deals/companies/batch/read", {"id": deal})

    assert answer.status_code == 207
    assert answer.json()["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"


def test_a_company_with_many_deals_is_read_in_pages(portal: Portal) -> None:
    company = portal.state.create("companies", {})
    links = [("companies", int(company))]
    portal.state.load(Seed(type="deals", properties={}, links=links) for _ in range(501))

    (first,) = portal.associations("companies/deals/batch/read", {"id": company}).json()["results"]
    after = first["paging"]["next"]["after"]
    (rest,) = portal.associations("companies/deals/batch/read", {"id": company, "after": after}).json()[
        "results"
    ]

    assert (len(first["to"]), len(rest["to"])) == (500, 1)


def test_default_association_and_its_end(portal: Portal) -> None:
    deal, contact = portal.state.create("deals", {}), portal.state.create("contacts", {})
    pair = {"from": {"id": deal}, "to": {"id": contact}}

    assert portal.associations("deals/contacts/batch/associate/default", pair, pair).status_code == 200
    assert types(portal, "deals/contacts", deal) == {contact: [3]}
    end = {"from": {"id": deal}, "to": [{"id": contact}]}
    assert portal.associations("deals/contacts/batch/archive", end).status_code == 204

    assert portal.associations("deals/contacts/batch/read", {"id": deal}).json()["results"] == []


def test_a_thousand_are_read_and_two_thousand_written_at_once(portal: Portal) -> None:
    deal, contact = portal.state.create("deals", {}), portal.state.create("contacts", {})
    pair = {"from": {"id": deal}, "to": {"id": contact}}

    path = "deals/contacts/batch"
    assert portal.associations(f"{path}/read", *[{"id": deal}] * 1000).status_code == 207
    assert portal.associations(f"{path}/read", *[{"id": deal}] * 1001).status_code == 400
    assert portal.associations(f"{path}/associate/default", *[pair] * 2001).status_code == 400


def test_types_that_do_not_belong_together_are_refused(portal: Portal) -> None:
    assert portal.associations("notes/tasks/batch/read").status_code == 400
    wrong = {
        "from": {"id": portal.state.create("deals", {})},
        "to": {"id": portal.state.create("companies", {})},
        "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 214}],
    }
    assert portal.associations("deals/companies/batch/create", wrong).status_code == 400
