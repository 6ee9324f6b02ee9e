"""What an exception says of the database: that it is only busy, or that its connection was lost."""

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def is_busy(error: Exception) -> bool:
    """Whether somebody else held the database for longer than a writer waits, or every connection was taken: this
    transaction did nothing (https://www.sqlite.org/rescode.html#busy)."""
    if isinstance(error, PoolTimeout):
        return True
    # An extended code keeps its primary code in the lowest byte.
    code = getattr(error.orig, "sqlite_errorcode", 0) if isinstance(error, DBAPIError) else 0
    return code & 0xFF in _BUSY


def is_lost(error: Exception) -> bool:
    """Whether the database's server is away, or went away while it was asked, perhaps while it was committing:
    nobody knows what became of the work."""
    if not isinstance(error, DBAPIError):
        return False
    # SQLite has no server to lose: what its driver calls operational is a lock, a full disk or a fault of ours.
    server = isinstance(error, OperationalError) and not isinstance(error.orig, sqlite3.Error)
    return server or error.connection_invalidated
