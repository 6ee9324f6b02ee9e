"""Links and files: who they are for, how long, and what a stranger may not name."""

import pytest

from app.ground.errors import AppError, Reason
from app.storage import file as files
from tests.house import ADMIN, COMPANY, DEAL, TestHouse
from tests.qr import said_by


def refusal(call) -> Reason:
    with pytest.raises(AppError) as caught:
        call()
    return caught.value.reason


def test_a_file_of_the_record_is_shared_by_name_and_size(house: TestHouse) -> None:
    partner = house.attach()

    house.run("sharing.share_file", {"partner_id": partner, "crm_file_id": "f1"})

    with house.house.database.read() as connection:
        assert [(f.name, f.size) for f in files.of_partner(connection, house.tenant.id, DEAL, partner)] == [
            ("Offer.pdf", 1000)
        ]


def test_a_file_that_is_not_on_the_record_cannot_be_shared(house: TestHouse) -> None:
    partner = house.attach()

    assert (
        refusal(lambda: house.run("sharing.share_file", {"partner_id": partner, "crm_file_id": "other"}))
        is Reason.NOT_FOUND
    )


def test_a_link_for_a_partner_that_is_not_on_the_record_is_refused(house: TestHouse) -> None:
    stranger = house.run(
        "partner.create", {"name": "Contoso", "type": "reseller"}, actor=ADMIN, record=None
    ).result["partner_id"]

    assert refusal(lambda: house.link(str(stranger))) is Reason.PARTNER_NOT_ON_RECORD


def test_a_link_for_another_partners_contact_is_refused(house: TestHouse) -> None:
    northwind, contoso = house.attach(), house.attach("Contoso")
    contact = house.run(
        "partner.add_contact", {"partner_id": contoso, "name": "Bo", "email": "bo@contoso.example"}
    ).result["contact_id"]

    call = lambda: house.run("sharing.create_link", {"partner_id": northwind, "contact_id": contact})  # noqa: E731
    assert refusal(call) is Reason.NOT_FOUND


@pytest.mark.parametrize("days", [0, -1, 91, "soon", 10**30])
def test_a_link_lives_between_a_day_and_a_quarter(house: TestHouse, days: object) -> None:
    partner = house.attach()
    fields = {
        "partner_id": partner,
        "contact_email": "kim@northwind.example",
        "contact_name": "Kim",
        "days": days,
    }

    assert refusal(lambda: house.run("sharing.create_link", fields)) is Reason.INVALID


def test_a_link_of_another_record_cannot_be_revoked_from_here(house: TestHouse) -> None:
    link = house.link(house.attach())

    assert (
        refusal(lambda: house.run("sharing.revoke_link", {"link_id": link["link_id"]}, record=COMPANY))
        is Reason.NOT_FOUND
    )


def test_detaching_a_partner_ends_its_links(house: TestHouse) -> None:
    from app.storage.published.links import link_of

    partner = house.attach()
    link = house.link(partner)

    house.run("partner.detach", {"partner_id": partner})

    with house.house.database.read() as connection:
        assert link_of(connection, house.tenant.id, str(link["link_id"])).revoked_at is not None


@pytest.mark.parametrize("command", ["create_link", "reissue_link", "create_form_link"])
def test_a_new_link_comes_with_a_qr_code_that_says_its_address(house: TestHouse, command: str) -> None:
    partner = house.attach()
    if command == "create_form_link":
        made = house.run(f"sharing.{command}", {"partner_id": partner}, actor=ADMIN, record=None).result
    else:
        made = house.link(partner)
    if command == "reissue_link":
        made = house.run(f"sharing.{command}", {"link_id": made["link_id"]}).result

    assert said_by(str(made["qr"])) == [made["url"]]
