"""Brings a database to the newest schema. Running it again changes nothing."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import app.storage.fault
import app.storage.published_tables
import app.storage.tables  # noqa: F401 - all of them register their tables in the metadata
from app.storage import statistics
from app.storage.engine import Database


def upgrade(database: Database) -> None:
    """After this the database has every table at the newest version."""
    config = _config()
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        statistics.tell(connection)


def is_newest(database: Database) -> bool:
    """Whether the database has the schema that this code expects."""
    with database.read() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == newest()


def newest() -> str:
    """The version of the schema that this code expects."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _config() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    return config
