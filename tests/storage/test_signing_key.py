"""A tenant has one key to sign with at a time, and every key it ever had to check with."""

from cryptography.fernet import Fernet

from app.identity.vault import Vault
from app.storage import signing_key, tables
from app.storage.rows import find_all
from tests.house import TestHouse


def sealed(house: TestHouse) -> list[str]:
    with house.house.database.read() as connection:
        return [row["sealed"] for row in find_all(connection, tables.signing_key)]


def current(house: TestHouse, vault: Vault | None = None):
    with house.house.database.write() as connection:
        return signing_key.current(connection, house.tenant.id, vault or house.house.vault, house.clock())


def test_the_first_key_is_made_when_it_is_needed_and_stays(house: TestHouse):
    assert current(house).public == current(house).public
    assert len(sealed(house)) == 1


def test_a_new_key_signs_and_the_old_one_still_can_be_checked_with(house: TestHouse):
    first = current(house)
    with house.house.database.write() as connection:
        second = signing_key.renew(connection, house.tenant.id, house.house.vault, house.clock())
        known = signing_key.public_keys(connection, house.tenant.id)

    assert current(house).id == second.id != first.id
    assert known == {first.id: first.public, second.id: second.public}


def test_a_key_moves_to_the_newest_secret_when_it_is_used(house: TestHouse):
    (old,), new = house.house.config.secret_keys, Fernet.generate_key().decode()
    public = current(house, Vault([old])).public

    assert current(house, Vault([new, old])).public == public
    assert current(house, Vault([new])).public == public


def test_no_private_key_lies_open_in_the_database(house: TestHouse):
    key = current(house)

    assert all(text.startswith("gAAAA") and key.public not in text for text in sealed(house))
