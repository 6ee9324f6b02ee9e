"""Partners: one of each name, and linked to their own company where the CRM surely knows it."""

import pytest

from app.domain.record import ObjectKind
from app.ground.errors import AppError, Reason
from app.storage import partner as partners
from sync import poll
from tests.house import ADMIN, TestHouse


def make(house: TestHouse, **fields: str) -> str:
    done = house.run("partner.create", {"type": "reseller", **fields}, actor=ADMIN, record=None)
    return str(done.result["partner_id"])


def company_of(house: TestHouse, partner_id: str) -> str | None:
    with house.house.database.read() as connection:
        return partners.get(connection, house.tenant.id, partner_id).crm_company_id


def test_a_partner_is_linked_to_its_own_company_in_the_crm(house: TestHouse) -> None:
    house.crm.records[ObjectKind.COMPANY, "800"] = {
        "name": "Northwind Integrators",
        "domain": "northwind.example.com",
    }
    poll.poll(house.agent, house.tenant)

    assert (
        company_of(house, make(house, name="Northwind Integrators", domain="northwind.example.com")) == "800"
    )


def test_a_partner_the_crm_does_not_know_is_linked_to_nothing(house: TestHouse) -> None:
    poll.poll(house.agent, house.tenant)

    assert company_of(house, make(house, name="Fabrikam Services", domain="fabrikam.example")) is None


def test_a_second_partner_of_the_same_name_is_refused(house: TestHouse) -> None:
    make(house, name="Contoso")

    with pytest.raises(AppError) as caught:
        make(house, name=" Contoso ")
    assert caught.value.reason is Reason.STATE_CONFLICT


def test_a_partner_of_an_unknown_type_is_refused(house: TestHouse) -> None:
    with pytest.raises(AppError) as caught:
        make(house, name="Contoso", type="friend")
    assert caught.value.reason is Reason.UNKNOWN_PARTNER_TYPE


def test_adding_the_same_person_twice_answers_with_the_first(house: TestHouse) -> None:
    partner = make(house, name="Contoso")
    fields = {"partner_id": partner, "name": "Bo", "email": "Bo@Contoso.example"}

    first = house.run("partner.add_contact", fields, record=None).result["contact_id"]
    again = house.run("partner.add_contact", {**fields, "email": "bo@contoso.example"}, record=None).result[
        "contact_id"
    ]

    assert first == again
