"""Migrations make exactly the tables that the code names, and running them again changes nothing."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import app.storage.published_tables
import app.storage.tables  # noqa: F401 - both register their tables in the metadata
from app.storage.engine import Database
from app.storage.migrate import upgrade
from app.storage.schema import metadata
from tests.database import empty_database_url


def test_the_migrated_schema_is_the_one_the_code_names_and_stays_so(tmp_path):
    url = empty_database_url(tmp_path).replace("postgresql://", "postgresql+psycopg://", 1)
    database = Database(url)

    for _ in range(2):
        upgrade(database)
        with database.read() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []

    database.close()
