"""The mark is equal exactly as long as nothing was committed, whoever commits."""

from pathlib import Path

import pytest
from sqlalchemy import text

from app.storage.change_mark import ChangeMark
from app.storage.engine import Database
from tests.database import migrated_database_url


@pytest.fixture
def database(tmp_path: Path):
    made = Database(migrated_database_url(tmp_path).replace("postgresql://", "postgresql+psycopg://", 1))
    yield made
    made.close()


def add(database: Database, value: str) -> None:
    with database.write() as connection:
        connection.execute(text("INSERT INTO attempt VALUES (:v, 1, 1, '2026-01-01')"), {"v": value})


def test_reading_changes_nothing(database: Database) -> None:
    mark = ChangeMark(database)
    before = mark.read()

    with database.read() as connection:
        connection.execute(text("SELECT count(*) FROM attempt"))

    assert mark.read() == before == mark.read()


def test_every_commit_changes_it(database: Database) -> None:
    mark = ChangeMark(database)
    seen = [mark.read()]

    for value in ("a", "b", "c"):
        add(database, value)
        seen.append(mark.read())

    assert len(set(seen)) == 4


def test_a_commit_of_another_process_changes_it_too(database: Database) -> None:
    mark = ChangeMark(database)
    before = mark.read()
    other = Database(database.engine.url.render_as_string(hide_password=False))

    add(other, "a")
    other.close()

    assert mark.read() != before


def test_what_is_not_committed_yet_does_not_count_and_then_does(database: Database) -> None:
    mark = ChangeMark(database)
    with database.write() as connection:
        connection.execute(text("INSERT INTO attempt VALUES ('x', 1, 1, '2026-01-01')"))
        during = mark.read()

    assert mark.read() != during


def test_a_mark_of_a_closed_connection_is_never_equal_again(database: Database) -> None:
    mark = ChangeMark(database)
    before = mark.read()

    database.forget_after_fork()

    assert mark.read() != before
