"""The portal's state in one SQLite file. One connection, one lock: a stand-in is small, and never half-written."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS records (
  type TEXT NOT NULL, id INTEGER NOT NULL, props TEXT NOT NULL,
  created INTEGER NOT NULL, modified INTEGER NOT NULL, archived INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (type, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS records_modified ON records (type, archived, modified, id);
CREATE TABLE IF NOT EXISTS uniques (
  type TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, id INTEGER NOT NULL,
  PRIMARY KEY (type, name, value)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS uniques_of ON uniques (id, type, name);
CREATE TABLE IF NOT EXISTS links (
  from_type TEXT NOT NULL, from_id INTEGER NOT NULL, to_type TEXT NOT NULL, to_id INTEGER NOT NULL,
  type_id INTEGER NOT NULL,
  PRIMARY KEY (from_type, from_id, to_type, to_id, type_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS links_back ON links (to_type, to_id);
CREATE TABLE IF NOT EXISTS properties (
  type TEXT NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL, PRIMARY KEY (type, name));
CREATE TABLE IF NOT EXISTS property_groups (
  type TEXT NOT NULL, name TEXT NOT NULL, label TEXT NOT NULL, PRIMARY KEY (type, name));
CREATE TABLE IF NOT EXISTS rules (id INTEGER PRIMARY KEY, type TEXT NOT NULL, definition TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS owners (
  id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, email TEXT NOT NULL UNIQUE,
  first_name TEXT NOT NULL, last_name TEXT NOT NULL, created INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS files (id INTEGER PRIMARY KEY, definition TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS file_bodies (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS codes (code TEXT PRIMARY KEY, redirect_uri TEXT NOT NULL, expires INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS refresh_tokens (token TEXT PRIMARY KEY, revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS access_tokens (
  token TEXT PRIMARY KEY, refresh_token TEXT NOT NULL, expires INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, due INTEGER NOT NULL, attempt INTEGER NOT NULL, body TEXT NOT NULL);
"""

FIRST_ID = 20_000_000_001
"""Ids look like a real portal's: eleven digits, more than 32 bits."""


class Database:
    """Every statement runs inside `transaction`, which serialises threads and rolls back on an error."""

    def __init__(self, path: Path | str) -> None:
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._connection.row_factory = sqlite3.Row
        self._lock = threading.RLock()
        self._depth = 0
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(_TABLES)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection, alone. Nested use joins the outer transaction."""
        with self._lock:
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self._connection
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("COMMIT")

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part of a transaction that is undone alone if it raises: one input of a batch."""
        with self.transaction() as db:
            db.execute("SAVEPOINT attempt")
            try:
                yield
            except BaseException:
                db.execute("ROLLBACK TO attempt")
                db.execute("RELEASE attempt")
                raise
            db.execute("RELEASE attempt")

    def function(self, name: str, arguments: int, body: Any) -> None:
        self._connection.create_function(name, arguments, body, deterministic=True)

    def next_ids(self, count: int) -> int:
        """The first of `count` fresh ids; no id is ever given twice."""
        with self.transaction() as db:
            row = db.execute("SELECT value FROM meta WHERE key = 'next_id'").fetchone()
            first = int(row["value"]) if row else FIRST_ID
            db.execute("INSERT OR REPLACE INTO meta VALUES ('next_id', ?)", (str(first + count),))
            return first

    def setting(self, key: str) -> Any:
        with self.transaction() as db:
            row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
            return json.loads(row["value"]) if row else None

    def set_setting(self, key: str, value: Any) -> None:
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, json.dumps(value)))

    def close(self) -> None:
        with self._lock:
            self._connection.close()
