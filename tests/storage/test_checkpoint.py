"""A signed checkpoint holds the log to what it was, even against somebody who can write the whole table anew."""

from datetime import timedelta

import pytest

from app.storage import audit, checkpoint, signing_key, tables
from app.storage.rows import find_all, update
from tests.house import TestHouse

A, C = tables.audit.c, tables.audit_checkpoint.c


def sealed(house: TestHouse):
    with house.house.database.write() as connection:
        return checkpoint.add(connection, house.tenant.id, house.house.vault, house.clock())


def fault(house: TestHouse):
    with house.house.database.read() as connection:
        return checkpoint.first_fault(connection, house.tenant.id)


@pytest.fixture
def log(house: TestHouse) -> TestHouse:
    """Three rows under the first checkpoint, one more under the second."""
    partner = house.attach()
    house.run("thread.post", {"partner_id": partner, "body": "One"})
    house.run("thread.post", {"partner_id": partner, "body": "Two"})
    sealed(house)
    house.run("thread.post", {"partner_id": partner, "body": "Three"})
    sealed(house)
    return house


def rewrite_chain(house: TestHouse) -> None:
    """What a thief of the database would do: change a row and make every hash after it fit again."""
    with house.house.database.write() as connection:
        update(connection, tables.audit, {"actor_name": "mallory"}, A.sequence == 2)
        previous = audit.GENESIS
        for row in find_all(connection, tables.audit, order=[A.sequence]):
            values = {**dict(row), "previous": previous}
            previous = audit.row_hash(values)
            update(
                connection,
                tables.audit,
                {"previous": values["previous"], "hash": previous},
                A.sequence == row["sequence"],
            )


def test_a_log_nobody_touched_fits_its_checkpoints(log: TestHouse):
    assert fault(log) is None


def test_a_log_that_has_not_grown_gets_no_second_checkpoint(log: TestHouse):
    assert sealed(log) is None


def test_an_empty_log_gets_none(house: TestHouse):
    assert sealed(house) is None


def test_a_chain_written_anew_no_longer_fits_what_was_signed(log: TestHouse):
    rewrite_chain(log)

    with log.house.database.read() as connection:
        assert audit.first_break(connection, log.tenant.id) is None  # the chain alone does not notice
    assert fault(log) == (1, "row 3 is not the one that was signed")


def test_rows_cut_off_behind_the_last_checkpoint_are_missed(log: TestHouse):
    with log.house.database.write() as connection:
        connection.execute(tables.audit.delete().where(A.sequence == 4))

    assert fault(log) == (2, "row 4 is not the one that was signed")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"hash": "0" * 64}, "its signature does not fit"),
        ({"signature": "AAAA"}, "its signature does not fit"),
        ({"key_id": "0" * 16}, "its signature does not fit"),
        ({"previous": "1" * 64}, "a checkpoint is missing or out of order"),
    ],
)
def test_a_changed_checkpoint_is_named(log: TestHouse, change, why):
    with log.house.database.write() as connection:
        update(connection, tables.audit_checkpoint, change, C.number == 1)

    assert fault(log) == (1, why)


def test_a_checkpoint_signed_with_a_key_of_the_thief_does_not_count(log: TestHouse):
    """Who can write the table can also add a key, but not one that a reviewer was told of: the export takes `--key`.
    Here, a signature by a key that is not in the table."""
    with log.house.database.write() as connection:
        connection.execute(tables.signing_key.delete())
        signing_key.current(connection, log.tenant.id, log.house.vault, log.clock())

    assert fault(log) == (1, "its signature does not fit")


def test_a_missing_checkpoint_is_noticed(log: TestHouse):
    with log.house.database.write() as connection:
        connection.execute(tables.audit_checkpoint.delete().where(C.number == 1))

    assert fault(log) == (1, "a checkpoint is missing or out of order")


def test_old_checkpoints_hold_after_the_key_was_renewed(log: TestHouse):
    with log.house.database.write() as connection:
        signing_key.renew(connection, log.tenant.id, log.house.vault, log.clock())
    log.clock.advance(timedelta(minutes=10))
    log.run("thread.post", {"partner_id": log.attach("Contoso"), "body": "Four"})
    sealed(log)

    assert fault(log) is None
