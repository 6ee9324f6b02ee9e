"""The org's rows: one SQLite table per object, one connection, one writer at a time. Survives a restart."""

import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from app.ground.clock import Clock, from_iso, to_iso
from app.sandbox.salesforce.fields import Field
from app.sandbox.salesforce.ids import make_id
from app.sandbox.salesforce.schema import SCHEMA, fields_of

_NUMBERS = {"boolean": "INTEGER", "int": "INTEGER", "double": "REAL", "currency": "REAL", "percent": "REAL"}
_EXACT = ("id", "reference", "date", "datetime")
_TICK = timedelta(milliseconds=1)

Row = dict[str, Any]


class Store:
    """Values are kept as SQLite has them: times as ISO text with milliseconds, booleans as 0 and 1."""

    def __init__(self, path: str, clock: Clock) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.transaction_key = ""
        """Names the transaction that runs, in every change event it makes."""
        self.on_commit: Callable[[], None] = lambda: None
        self._depth = 0
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        with self.transaction():
            self._create_tables()

    def close(self) -> None:
        with self.lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, also within another transaction; other threads wait."""
        with self.lock:
            name = f"level{self._depth}"
            if self._depth == 0:
                self.transaction_key = str(uuid.uuid4())
            self._db.execute("BEGIN IMMEDIATE" if self._depth == 0 else f"SAVEPOINT {name}")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                self._db.execute("ROLLBACK" if self._depth == 0 else f"ROLLBACK TO {name}")
                if self._depth:
                    self._db.execute(f"RELEASE {name}")
                raise
            self._depth -= 1
            self._db.execute("COMMIT" if self._depth == 0 else f"RELEASE {name}")
            if self._depth == 0:
                self.on_commit()

    def select(self, sql: str, parameters: Sequence[object] = ()) -> list[sqlite3.Row]:
        with self.lock:
            return self._db.execute(sql, parameters).fetchall()

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Runs one statement; the number of rows it touched."""
        with self.lock:
            return self._db.execute(sql, parameters).rowcount

    def get(self, object_name: str, record_id: str) -> Row | None:
        """The row, also when it is in the recycle bin."""
        return self.find(object_name, "Id", record_id)

    def find(self, object_name: str, field: str, value: object) -> Row | None:
        found = self.select(
            f'SELECT * FROM "{object_name}" WHERE "{field}" = ? ORDER BY "IsDeleted" LIMIT 1',  # noqa: S608
            (value,),
        )
        return dict(found[0]) if found else None

    def insert(self, object_name: str, values: Mapping[str, object], by: str) -> str:
        """Adds a row and answers its new id."""
        serial = self._next(object_name)
        record_id = make_id(SCHEMA[object_name].prefix, serial)
        self._add(object_name, record_id, serial, values, by, self._stamp())
        return record_id

    def update(self, object_name: str, record_id: str, values: Mapping[str, object], by: str) -> None:
        stamp = self._stamp()
        row = {**values, "LastModifiedDate": stamp, "LastModifiedById": by, "SystemModstamp": stamp}
        columns = ", ".join(f'"{name}" = ?' for name in row)
        self.execute(
            f'UPDATE "{object_name}" SET {columns} WHERE "Id" = ?',  # noqa: S608 - names come from the schema
            (*row.values(), record_id),
        )

    def load(self, object_name: str, rows: Iterable[Mapping[str, object]], by: str) -> list[str]:
        """Adds many rows in one transaction; their stamps end at the present instead of running ahead of it."""
        made = []
        batch = list(rows)
        with self.transaction():
            moment = self._load_from(len(batch))
            for values in batch:
                serial = self._next(object_name)
                record_id = str(values.get("Id") or make_id(SCHEMA[object_name].prefix, serial))
                self._add(object_name, record_id, serial, values, by, to_iso(moment))
                made.append(record_id)
                moment += _TICK
            self._keep_stamp(to_iso(moment))
        return made

    def _add(
        self, object_name: str, record_id: str, serial: int, values: Mapping[str, object], by: str, stamp: str
    ) -> None:
        known = fields_of(object_name)
        row: Row = {name: f.default for name, f in known.items() if f.default is not None}
        if "OwnerId" in known:
            row["OwnerId"] = by
        if SCHEMA[object_name].custom:
            row["Name"] = f"{''.join(w[0] for w in SCHEMA[object_name].label.split())}-{serial:05d}"
        row |= {"CreatedDate": stamp, "CreatedById": by, "LastModifiedDate": stamp, "LastModifiedById": by}
        row |= {name: value for name, value in values.items() if value is not None}
        row |= {"Id": record_id, "SystemModstamp": stamp}
        columns = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        self.execute(f'INSERT INTO "{object_name}" ({columns}) VALUES ({marks})', tuple(row.values()))  # noqa: S608

    def _next(self, name: str) -> int:
        found = self.select(
            "INSERT INTO _sequence VALUES (?, 1)"
            " ON CONFLICT(name) DO UPDATE SET value = value + 1 RETURNING value",
            (name,),
        )
        return int(found[0]["value"])

    def _stamp(self) -> str:
        """Now, but always later than every stamp before: a poll must be able to tell rows apart by it."""
        latest = self._latest()
        now = to_iso(self.clock())
        stamp = now if latest is None or now > latest else to_iso(from_iso(latest) + _TICK)
        self._keep_stamp(stamp)
        return stamp

    def _load_from(self, rows: int) -> datetime:
        start = from_iso(to_iso(self.clock() - rows * _TICK))
        latest = self._latest()
        return start if latest is None else max(start, from_iso(latest) + _TICK)

    def _latest(self) -> str | None:
        found = self.select("SELECT stamp FROM _meta")
        return found[0]["stamp"] if found else None

    def _keep_stamp(self, stamp: str) -> None:
        self.execute("INSERT INTO _meta VALUES (1, ?) ON CONFLICT DO UPDATE SET stamp = ?", (stamp, stamp))

    def _create_tables(self) -> None:
        self.execute("CREATE TABLE IF NOT EXISTS _sequence (name TEXT PRIMARY KEY, value INTEGER)")
        self.execute("CREATE TABLE IF NOT EXISTS _meta (one INTEGER PRIMARY KEY, stamp TEXT)")
        self.execute(
            "CREATE TABLE IF NOT EXISTS _session (token TEXT PRIMARY KEY, user_id TEXT, expires TEXT)"
        )
        self.execute(
            "CREATE TABLE IF NOT EXISTS _rule (object TEXT, field TEXT, contains TEXT, message TEXT)"
        )
        self.execute(
            "CREATE TABLE IF NOT EXISTS _permission (user_id TEXT, name TEXT, PRIMARY KEY (user_id, name))"
        )
        for name in SCHEMA:
            self._create_table(name)

    def _create_table(self, name: str) -> None:
        known = fields_of(name)
        self.execute(f'CREATE TABLE IF NOT EXISTS "{name}" ("Id" TEXT PRIMARY KEY)')
        present = {row["name"] for row in self.select(f'PRAGMA table_info("{name}")')}
        for f in known.values():
            if f.name not in present:
                self.execute(f'ALTER TABLE "{name}" ADD COLUMN "{f.name}" {_column(f)}')
            if f.type == "reference" or f.external_id:
                self.execute(f'CREATE INDEX IF NOT EXISTS "{name}.{f.name}" ON "{name}" ("{f.name}")')
        self.execute(f'CREATE INDEX IF NOT EXISTS "{name}.stamp" ON "{name}" ("SystemModstamp", "Id")')


def _column(f: Field) -> str:
    """SOQL compares texts without regard to case, but ids and times exactly."""
    return _NUMBERS.get(f.type) or ("TEXT" if f.type in _EXACT else "TEXT COLLATE NOCASE")
