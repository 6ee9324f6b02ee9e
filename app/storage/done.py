"""What was done under a key, and need not be done again."""

from sqlalchemy import Connection

from app.storage import tables
from app.storage.rows import find


def was_done(connection: Connection, tenant_id: str, key: str) -> bool:
    """Whether a command was executed under this key, as far as keys are remembered."""
    t = tables.done_command.c
    return find(connection, tables.done_command, t.tenant_id == tenant_id, t.key == key) is not None
