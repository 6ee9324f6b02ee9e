"""A tenant that floods gets its turn, and no more than its turn."""

import pytest

from app.crm.port import Unavailable
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.storage import outbox, tables
from app.storage import record as records
from app.storage.outbox import OutboxKind
from app.storage.rows import find_all
from app.tenancy import add_tenant
from sync import ingest, writeback
from tests.fake_crm import FakeCrm
from tests.house import TestHouse

FLOOD = 400


def second_tenant(house: TestHouse) -> tuple[Tenant, FakeCrm]:
    tenant = add_tenant(
        house.house,
        crm=CrmKind.HUBSPOT,
        account_id="777",
        name="Other Inc.",
        instance_url="",
        admin_emails=(),
    )
    crm = FakeCrm()
    for number in range(3):
        crm.records[ObjectKind.COMPANY, str(number)] = {
            "name": f"C{number}",
            "domain": "",
            "country": "",
            "owner": "",
        }
    house.house.crms[tenant.id] = crm
    return tenant, crm


def mark(house: TestHouse, tenant: Tenant, numbers: int) -> None:
    keys = [RecordKey(ObjectKind.COMPANY, str(number)) for number in range(numbers)]
    with house.house.database.write() as connection:
        records.mark(connection, tenant.id, "read", keys, house.clock())


def left(house: TestHouse, tenant: Tenant) -> int:
    with house.house.database.read() as connection:
        return len(find_all(connection, tables.dirty, tables.dirty.c.tenant_id == tenant.id))


def test_reading_goes_round_the_tenants(house: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "BATCH", 100)
    other, _ = second_tenant(house)
    mark(house, house.tenant, FLOOD)
    mark(house, other, 3)

    ingest.read_marked(house.agent)

    assert left(house, house.tenant) == FLOOD - 100
    with house.house.database.read() as connection:
        assert records.known(connection, other.id, ObjectKind.COMPANY, ["0", "1", "2"]) == {"0", "1", "2"}


def test_writing_goes_round_the_tenants(house: TestHouse) -> None:
    other, _ = second_tenant(house)
    with house.house.database.write() as connection:
        for tenant, number in ((house.tenant, FLOOD), (other, 2)):
            for subject in range(number):
                outbox.add(
                    connection,
                    tenant.id,
                    OutboxKind.CONFLICT,
                    f"c{subject}",
                    record=None,
                    partner_id=None,
                    at=house.clock(),
                )

    writeback.write_due(house.agent)

    with house.house.database.read() as connection:
        assert outbox.waiting_count(connection, other.id) == 0
        assert outbox.waiting_count(connection, house.tenant.id) == FLOOD - writeback.BATCH


def test_a_tenant_whose_crm_is_down_costs_the_others_one_call(house: TestHouse) -> None:
    other, crm = second_tenant(house)
    crm.failures += [Unavailable("down")] * 100
    crm.calls.clear()
    for _ in range(10):
        mark(house, other, 3)
        mark(house, house.tenant, 5)
        house.work()

    assert len(crm.calls) == 1
    assert left(house, house.tenant) == 0
