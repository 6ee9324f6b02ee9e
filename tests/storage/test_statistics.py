"""What SQLite's planner is told of our tables."""

from pathlib import Path

from sqlalchemy import create_engine, text

from app.storage import statistics
from app.storage.engine import Database
from app.storage.migrate import upgrade

KEYS = "SELECT key FROM match_key WHERE tenant_id = 't' AND source = 'company' AND source_id = '1'"


def test_every_index_of_a_new_database_has_statistics_that_a_new_connection_plans_by(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/alongside.db")
    for _ in range(2):
        upgrade(database)
    database.close()

    with create_engine(f"sqlite:///{tmp_path}/alongside.db").connect() as connection:
        told = set(connection.scalars(text("SELECT idx FROM sqlite_stat1")))
        made = set(connection.scalars(text("SELECT name FROM sqlite_schema WHERE type = 'index'")))
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {KEYS}")).one()
        again = connection.scalar(text("SELECT count(*) FROM sqlite_stat1"))

    assert made - told == set()
    assert again == len(told)
    assert "tenant_id=? AND source=? AND source_id=?" in plan.detail


def test_a_unique_index_finds_one_row_and_a_tenants_rows_are_far_fewer_than_all() -> None:
    assert statistics._stat(["tenant_id", "object", "crm_id"], unique=True) == "1000000 1000 333 1"
    assert statistics._stat(["state", "due_at"], unique=False) == "1000000 333333 33"
