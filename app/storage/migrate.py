"""Brings a database to the newest schema. Running it again changes nothing."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig

import app.storage.fault
import app.storage.published_tables
import app.storage.tables  # noqa: F401 - all of them register their tables in the metadata
from app.storage.engine import Database


def upgrade(database: Database) -> None:
    """After this the database has every table at the newest version."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
