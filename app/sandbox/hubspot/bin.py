"""What people do to whole records: restore one from the recycle bin, merge two, delete a contact for good."""

import json

from app.sandbox.hubspot.db import Database
from app.sandbox.hubspot.errors import not_found
from app.sandbox.hubspot.records import UI, Listener, Records
from app.sandbox.hubspot.schema import TYPES, ObjectType


def restore(records: Records, db: Database, kind: ObjectType, record: int, listener: Listener) -> None:
    """Raises HubError 404 for a record that is not in the bin."""
    with db.transaction() as rows:
        done = rows.execute(
            "UPDATE records SET archived = 0, modified = ? WHERE type = ? AND id = ? AND archived = 1",
            (records.now_ms(), kind.name, record),
        )
        if not done.rowcount:
            raise not_found(f"Object not found in the recycle bin. id={record}")
        row = records.row(kind, record)
        records.claim(kind, record, json.loads(row["props"]))
        for link in db.setting(f"binned:{kind.name}:{record}") or []:
            rows.execute("INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?, ?)", link)
        listener.restored(kind, record, UI)


def merge(records: Records, db: Database, kind: ObjectType, into: int, gone: int, listener: Listener) -> None:
    """What hangs on `gone` hangs on `into`, values that `into` lacks are taken over, and `gone` is no more."""
    kept, lost = records.row(kind, into), records.row(kind, gone)
    values = json.loads(lost["props"]) | json.loads(kept["props"])
    with db.transaction() as rows:
        for end, other in (("from", "to"), ("to", "from")):
            rows.execute(
                f"INSERT OR IGNORE INTO links ({end}_type, {end}_id, {other}_type, {other}_id, type_id) "  # noqa: S608
                f"SELECT {end}_type, ?, {other}_type, {other}_id, type_id FROM links "
                f"WHERE {end}_type = ? AND {end}_id = ?",
                (into, kind.name, gone),
            )
            rows.execute(f"DELETE FROM links WHERE {end}_type = ? AND {end}_id = ?", (kind.name, gone))  # noqa: S608
        rows.execute("DELETE FROM uniques WHERE type = ? AND id = ?", (kind.name, gone))
        rows.execute("DELETE FROM records WHERE type = ? AND id = ?", (kind.name, gone))
        rows.execute(
            "UPDATE records SET props = ?, modified = ? WHERE type = ? AND id = ?",
            (json.dumps(values), records.now_ms(), kind.name, into),
        )
        listener.merged(kind, into, [gone], UI)


def erase(records: Records, db: Database, record: int, listener: Listener) -> None:
    """A contact and all its values are gone, and cannot be restored."""
    kind = TYPES["contacts"]
    records.row(kind, record)
    with db.transaction() as rows:
        rows.execute("DELETE FROM links WHERE from_type = ? AND from_id = ?", (kind.name, record))
        rows.execute("DELETE FROM links WHERE to_type = ? AND to_id = ?", (kind.name, record))
        rows.execute("DELETE FROM uniques WHERE type = ? AND id = ?", (kind.name, record))
        rows.execute("DELETE FROM records WHERE type = ? AND id = ?", (kind.name, record))
        listener.erased(record, UI)
