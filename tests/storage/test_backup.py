"""What only we hold survives the loss of the database; what is not whole is refused before anything is written."""

import json
import stat
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.ground.errors import AppError
from app.storage import audit, tables, working_copy
from app.storage.backup import KEPT, PASSING, backup, restore
from app.storage.engine import Database
from app.storage.migrate import newest
from app.storage.outbox import BY_THEMSELVES
from app.storage.published_tables import share_link, snapshot
from app.storage.schema import metadata
from tests.database import migrated_database_url
from tests.house import DEAL, TestHouse


@pytest.fixture
def empty(tmp_path: Path) -> Database:
    folder = tmp_path / "other"
    folder.mkdir()
    return Database(migrated_database_url(folder))


def worked(house: TestHouse) -> str:
    """A partner with a link, a message that the CRM has, and one that it does not have yet."""
    partner = house.attach()
    house.run("partner.add_contact", {"partner_id": partner, "name": "Kim", "email": "kim@northwind.example"})
    house.link(partner)
    house.run("thread.post", {"partner_id": partner, "body": "In the CRM"})
    house.work()
    house.run("thread.post", {"partner_id": partner, "body": "Not there yet"})
    house.run("sharing.share_file", {"partner_id": partner, "crm_file_id": "f1"})
    return partner


def rows(database: Database, table) -> list[dict]:
    with database.read() as connection:
        found = connection.execute(select(table).order_by(*table.primary_key)).mappings().all()
    return [dict(row) for row in found]


def kept(house: TestHouse, file: Path) -> Path:
    backup(house.house.database, newest(), house.clock(), file)
    return file


def test_every_table_is_a_copy_or_kept_or_passing_and_never_two_of_them() -> None:
    named = [*working_copy.COPIED, *KEPT, *PASSING]

    assert sorted(table.name for table in named) == sorted(metadata.tables)


def test_what_only_we_hold_comes_back_value_for_value(
    house: TestHouse, empty: Database, tmp_path: Path
) -> None:
    worked(house)

    restore(empty, newest(), kept(house, tmp_path / "b.jsonl"))

    for table in KEPT:
        assert rows(empty, table) == rows(house.house.database, table), table.name
    assert rows(empty, share_link)
    assert rows(empty, snapshot)
    with empty.read() as connection:
        assert audit.first_break(connection, house.tenant.id) is None


def test_of_the_working_copy_only_what_the_crm_lacks_is_kept(
    house: TestHouse, empty: Database, tmp_path: Path
) -> None:
    worked(house)

    restore(empty, newest(), kept(house, tmp_path / "b.jsonl"))

    assert [row["body"] for row in rows(empty, tables.message)] == ["Not there yet"]
    assert [row["name"] for row in rows(empty, tables.shared_file)] == ["Offer.pdf"]
    assert rows(empty, tables.record) == []


def test_what_was_on_its_way_reaches_the_crm_from_the_restored_database(
    house: TestHouse, empty: Database, tmp_path: Path
) -> None:
    worked(house)
    restore(empty, newest(), kept(house, tmp_path / "b.jsonl"))
    house.crm.written.clear()
    house.house.database = empty

    house.work()

    assert [write.body for write in house.crm.written] == ["Not there yet"]
    with empty.read() as connection:
        left = connection.execute(select(tables.outbox.c.kind)).scalars().all()
    assert set(left) <= {str(kind) for kind in BY_THEMSELVES}


def test_secrets_stay_sealed_and_the_file_is_its_owners_alone(house: TestHouse, tmp_path: Path) -> None:
    from app.storage import tenant as tenants

    partner = house.attach()
    token = str(house.link(partner)["url"]).rpartition("/")[2]
    with house.house.database.write() as connection:
        sealed = house.house.vault.seal("refresh-canary")
        tenants.save_credential(connection, house.tenant.id, sealed, house.clock())

    file = kept(house, tmp_path / "b.jsonl")

    said = file.read_text(encoding="utf-8")
    assert sealed in said
    assert "refresh-canary" not in said
    assert token not in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("harm", ["cut", "changed", "empty", "no backup", "other schema"])
def test_a_file_that_does_not_fit_is_refused_and_nothing_is_written(
    house: TestHouse, empty: Database, tmp_path: Path, harm: str
) -> None:
    worked(house)
    file = kept(house, tmp_path / "b.jsonl")
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    header = json.loads(lines[0]) | {"schema": "0001"}
    harmed = {
        "cut": lines[:-5],
        "changed": [line.replace("Vendor Inc.", "Mallory Inc.") for line in lines],
        "empty": [],
        "no backup": ["hello\n"],
        "other schema": [json.dumps(header) + "\n", *lines[1:]],
    }[harm]
    file.write_text("".join(harmed), encoding="utf-8")

    with pytest.raises(AppError):
        restore(empty, newest(), file)

    with empty.read() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.tenant)) == 0


def test_a_database_in_use_is_left_alone(house: TestHouse, tmp_path: Path) -> None:
    partner = worked(house)
    file = kept(house, tmp_path / "b.jsonl")

    with pytest.raises(AppError, match="empty one"):
        restore(house.house.database, newest(), file)

    house.run("thread.post", {"partner_id": partner, "body": "Still working"}, record=DEAL)


def test_a_backup_that_fails_leaves_the_last_one(house: TestHouse, tmp_path: Path) -> None:
    file = kept(house, tmp_path / "b.jsonl")
    before = file.read_bytes()
    house.house.database.close()

    with pytest.raises(Exception, match=r".+"):
        backup(Database(f"sqlite:///{tmp_path}/nothing.db"), newest(), house.clock(), file)

    assert file.read_bytes() == before
