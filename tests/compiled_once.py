"""Lets all databases of a test run share the statements that SQLAlchemy has compiled.

A process of ours opens one database and compiles each statement once. A test run opens one for each test, and each
would compile its statements anew: a third of all the time that tests of commands take.
"""

from functools import partial
from typing import Any

import sqlalchemy
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from app.storage import engine

MOST = 2000
"""More statements than the product has."""


def share_compiled_statements() -> None:
    """From now on two databases of one kind find each other's statements: the dialect is a part of a statement's key,
    and its objects are alike but for the database that they are for."""
    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        like: Any = kind
        like.__eq__ = lambda self, other: type(self) is type(other)
        like.__hash__ = lambda self: hash(type(self))
    shared: LRUCache[Any, Any] = LRUCache(MOST)
    made: Any = partial(sqlalchemy.create_engine, execution_options={"compiled_cache": shared})
    engine.create_engine = made
