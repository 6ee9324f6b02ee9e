"""However large it grows, nothing that is asked often reads a table through, nor a tenant's part of one."""

from pathlib import Path

import pytest
from sqlalchemy import select

from app.storage.engine import Database
from app.storage.migrate import upgrade
from app.storage.published.exposures import of_snapshot
from app.storage.published_tables import exposure
from benchmarks import plans, scale_world
from benchmarks.installation import open_installation, written_down
from tests.database import migrated_database_url
from tests.share_world import DEAL, NOW

SIZE = scale_world.Size(tenants=3, records=3000, links=600)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_every_hot_path_finds_what_it_needs_by_an_index(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_DATABASE", engine)
    url = migrated_database_url(tmp_path)
    database = Database(url.replace("postgresql://", "postgresql+psycopg://", 1))
    scale_world.fill(database, SIZE)
    database.close()
    installation = open_installation(url, SIZE)

    found = {}
    for name, work in installation.hot_paths().items():
        with written_down(installation) as asked:
            work()
        found[name] = plans.faults(installation.house.database, asked, force=True)
        assert asked, name

    installation.house.database.close()
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_past_day_reads_the_showings_of_its_record_and_not_those_of_its_tenant(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'plan.db'}")
    upgrade(database)

    with database.read() as connection:
        asked = select(exposure.c.first_at).where(*of_snapshot("t", DEAL, "s", 1, "", NOW))
        sql = str(asked.compile(connection, compile_kwargs={"literal_binds": True}))
        told = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
    database.close()

    assert len(told) == 1
    assert "tenant_id=? AND object=? AND crm_id=? AND first_at<?" in told[0]


def test_a_question_without_an_index_is_found_out(tmp_path: Path) -> None:
    database = Database(migrated_database_url(tmp_path).replace("postgresql://", "postgresql+psycopg://", 1))

    for sql in (
        "SELECT id FROM message WHERE body = 'x'",
        "SELECT id FROM message WHERE tenant_id = 't' AND body = 'x'",
    ):
        assert plans.faults(database, [plans.Question(sql, ())], force=True)

    database.close()
