"""What belongs to one record cannot be decided from another, and what nobody needs any more is gone."""

import pytest

from app.bootstrap_share import build_share_app
from app.domain.record import ObjectKind, RecordKey
from app.ground.errors import AppError, Reason
from app.storage import record as records
from app.storage import tables
from app.storage.published_tables import viewer_code, viewer_session
from app.storage.rows import find_all, update
from app.tenancy import remove_tenant
from tests.house import ADMIN, COMPANY, DEAL, TestHouse
from tests.security.two_tenants import make_work
from tests.share_world import Outgoing

LONELY = RecordKey(ObjectKind.DEAL, "901")


@pytest.fixture
def lonely(house: TestHouse) -> RecordKey:
    """A deal without a company."""
    house.crm.records[ObjectKind.DEAL, "901"] = {"name": "Stands alone", "stage": "s1"}
    return LONELY


def not_found(call) -> None:
    with pytest.raises(AppError) as caught:
        call()
    assert caught.value.reason is Reason.NOT_FOUND


def test_a_registration_without_a_company_is_not_decided_from_another_deal_without_one(
    house: TestHouse, lonely: RecordKey
) -> None:
    house.crm.records[ObjectKind.DEAL, "902"] = {"name": "Also alone", "stage": "s1"}
    elsewhere = RecordKey(ObjectKind.DEAL, "902")
    partner = house.attach(record=lonely)
    registered = house.run(
        "registration.submit", {"partner_id": partner, "customer_name": "Globex"}, record=lonely
    ).result["registration_id"]
    house.attach("Contoso", record=elsewhere)

    decide = {"registration_id": registered, "reason": "Because"}
    not_found(lambda: house.run("registration.approve", decide, record=elsewhere))
    not_found(lambda: house.run("registration.approve", decide, record=COMPANY))

    assert house.run("registration.approve", decide, record=lonely).message.startswith("Approved")


def test_a_conflict_without_a_company_is_not_settled_from_another_deal_without_one(
    house: TestHouse, lonely: RecordKey
) -> None:
    for name in ("Northwind", "Contoso"):
        partner = house.attach(name)
        house.run("registration.submit", {"partner_id": partner, "customer_name": "Initech"})
    with house.house.database.write() as connection:
        flag = find_all(connection, tables.conflict)[0]
        update(connection, tables.conflict, {"company_id": None}, tables.conflict.c.id == flag["id"])
    house.attach("Third", record=lonely)

    settle = {"conflict_id": flag["id"], "decision": "share", "reason": "Because"}
    not_found(lambda: house.run("conflict.resolve", settle, record=lonely))
    not_found(lambda: house.run("conflict.resolve", settle, record=COMPANY))

    assert house.run("conflict.resolve", settle, record=DEAL).message.startswith("Settled")


def test_a_field_that_is_newly_opened_is_read_before_it_is_published(house: TestHouse) -> None:
    partner = house.attach()
    house.link(partner)
    house.work()

    body = {"reseller": {"deal": {"name": "show", "created": "show"}}}
    house.run("policy.save", {"body": body, "version": 1, "reason": "Because"}, actor=ADMIN, record=None)
    house.work()

    with house.house.database.read() as connection:
        held = records.get(connection, house.tenant.id, DEAL)
    assert held is not None
    assert held.fields["created"] == "2026-11-01T00:00:00Z"


def test_many_marked_records_of_one_tenant_are_read_in_one_call(house: TestHouse) -> None:
    keys = [RecordKey(ObjectKind.DEAL, str(number)) for number in range(910, 930)]
    for key in keys:
        house.crm.records[ObjectKind.DEAL, key.crm_id] = {"name": f"Deal {key.crm_id}", "stage": "s1"}
    with house.house.database.write() as connection:
        records.mark(connection, house.tenant.id, "read", keys, house.clock())
    house.crm.calls.clear()

    house.work()

    assert house.crm.calls.count("read") == 1
    with house.house.database.read() as connection:
        assert len(records.get_many(connection, house.tenant.id, keys)) == 20


def test_a_tenant_that_is_removed_leaves_no_viewer_behind(house: TestHouse) -> None:
    mailer = Outgoing()
    share = build_share_app(
        database=house.house.database, origin="https://share.vendor.example", mailer=mailer, clock=house.clock
    )
    make_work(house, DEAL, share, mailer)

    remove_tenant(house.house, house.tenant.id)

    with house.house.database.read() as connection:
        assert find_all(connection, viewer_session) == []
        assert find_all(connection, viewer_code) == []
