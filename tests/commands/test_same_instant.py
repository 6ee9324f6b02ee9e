"""Two partners submit in the same instant: decided once, and the same way on every database."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from app.storage import conflict as conflicts
from app.storage import registration as registrations
from tests.house import COMPANY, TestHouse, make_house


def submit_at_once(house: TestHouse, partner_ids: list[str]) -> list[str]:
    barrier = Barrier(len(partner_ids))

    def submit(partner_id: str) -> str:
        values: dict[str, object] = {
            "partner_id": partner_id,
            "customer_name": "Initech",
            "customer_domain": "initech.com",
        }
        barrier.wait(timeout=30)
        return str(house.run("registration.submit", values, record=COMPANY).result["registration_id"])

    with ThreadPoolExecutor(len(partner_ids)) as pool:
        return list(pool.map(submit, partner_ids))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_of_two_submissions_in_one_instant_one_is_first_and_one_flag_says_so(
    database: str, tmp_path, monkeypatch
):
    monkeypatch.setenv("TEST_DATABASE", database)
    house = make_house(tmp_path)
    names = ("Northwind", "Contoso Resale", "Fabrikam")
    partner_ids = [house.attach(name, record=COMPANY) for name in names]

    ids = submit_at_once(house, partner_ids)

    with house.house.database.read() as connection:
        held = registrations.get_many(connection, house.tenant.id, ids)
        flags = conflicts.of_registrations(connection, house.tenant.id, ids)
    order = [one.id for one in sorted(held, key=lambda one: one.received_at)]
    between = [flag for flag in flags if flag.other_partner_id]
    assert len({one.received_at for one in held}) == len(ids)
    # Each later claim is flagged once against each earlier one, and gives way.
    assert sorted(order.index(flag.registration_id) for flag in between) == [1, 2, 2]
    assert {flag.winner for flag in between} == {"dismiss"}
    house.house.database.close()
