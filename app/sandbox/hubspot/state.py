"""The portal as Python sees it: what a person or a seed does there, without the wire in between."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.ground.clock import to_iso
from app.sandbox.hubspot import bin as bin_
from app.sandbox.hubspot.config import HubspotSandboxConfig
from app.sandbox.hubspot.db import Database
from app.sandbox.hubspot.grants import Grants
from app.sandbox.hubspot.limits import Calls, Faults, Window
from app.sandbox.hubspot.properties import PropertyBook
from app.sandbox.hubspot.records import UI, Records
from app.sandbox.hubspot.schema import ObjectType, link, object_type
from app.sandbox.hubspot.search import Search
from app.sandbox.hubspot.webhooks import Webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One record to load. `links` are (type, id) pairs, the primary one first. Times default to now."""

    type: str
    properties: Mapping[str, Any]
    id: int | None = None
    links: Sequence[tuple[str, int]] = ()
    created: datetime | None = None
    modified: datetime | None = None


class HubspotSandbox:
    """One portal. Thread-safe; everything survives in the database file but faults and counters."""

    def __init__(self, config: HubspotSandboxConfig) -> None:
        self.config = config
        self.db = Database(config.db_path)
        self.book = PropertyBook(self.db)
        self.webhooks = Webhooks(self.db, config)
        self.records = Records(self.db, self.book, config.clock, self.webhooks)
        self.search = Search(self.db, self.book, self.records, config.search_lag_seconds)
        self.grants = Grants(self.db, config)
        self.faults = Faults()
        self.calls = Calls()
        self.requests = Window(config.requests_per_10_seconds, 10)
        self.searches = Window(config.searches_per_second, 1)

    def close(self) -> None:
        self.faults.end()
        self.webhooks.close()
        self.db.close()

    def create(
        self, kind: str, properties: Mapping[str, Any], links: Sequence[tuple[str, int | str]] = ()
    ) -> str:
        """A person makes a record. The first linked company is the primary one."""
        with self.db.transaction():
            made = self.records.create(object_type(kind), properties, source=UI)
            for to, other in links:
                self.records.associate(object_type(kind), made, object_type(to), int(other), source=UI)
        return str(made)

    def edit(self, kind: str, record: int | str, properties: Mapping[str, Any]) -> None:
        """A person changes a record in the CRM's own page."""
        self.records.update(object_type(kind), int(record), properties, source=UI)

    def delete(self, kind: str, record: int | str) -> None:
        self.records.archive(object_type(kind), int(record), source=UI)

    def restore(self, kind: str, record: int | str) -> None:
        """A person takes the record out of the recycle bin again, with what it was associated with."""
        bin_.restore(self.records, self.db, object_type(kind), int(record), self.webhooks)

    def merge(self, kind: str, into: int | str, gone: int | str) -> None:
        """A person merges two records: all that hangs on `gone` hangs on `into` afterwards."""
        bin_.merge(self.records, self.db, object_type(kind), int(into), int(gone), self.webhooks)

    def erase_contact(self, record: int | str) -> None:
        """A person deletes a contact for good, by privacy law: it cannot be restored."""
        bin_.erase(self.records, self.db, int(record), self.webhooks)

    def get(self, kind: str, record: int | str) -> dict[str, Any]:
        """The record with every property that has a value. Raises HubError 404."""
        found = object_type(kind)
        row = self.records.row(found, int(record))
        return self.records.rendered(found, row, json.loads(row["props"]))

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Every live record of a type with every property that has a value, oldest id first."""
        found = object_type(kind)
        with self.db.transaction() as db:
            rows = db.execute(
                "SELECT * FROM records WHERE type = ? AND archived = 0 ORDER BY id", (found.name,)
            ).fetchall()
        return [self.records.rendered(found, row, json.loads(row["props"])) for row in rows]

    def linked(self, kind: str, record: int | str, to: str) -> list[dict[str, Any]]:
        """The records of type `to` on a record, oldest first: the notes of a deal, its tasks."""
        target = object_type(to)
        ids = sorted(self.records.linked(object_type(kind), [int(record)], target).get(int(record), {}))
        return [self.get(to, other) for other in ids]

    def load(self, seeds: Iterable[Seed]) -> list[str]:
        """Loads many records at once without telling the webhooks, and answers their ids in order.

        Values are checked as on any write; nothing is loaded if one is refused.
        """
        items = list(seeds)
        now = self.records.now_ms()
        first = self.db.next_ids(len(items))
        ids: list[str] = []
        with self.db.transaction() as db:
            for offset, seed in enumerate(items):
                kind, record = object_type(seed.type), seed.id if seed.id is not None else first + offset
                props = {
                    k: v for k, v in self.book.normalised(kind, seed.properties).items() if v is not None
                }
                if kind.name == "deals" and "dealstage" in props:
                    props.setdefault("pipeline", "default")
                self.records.claim(kind, record, props)
                created = _millis(seed.created, now)
                modified = _millis(seed.modified, created if seed.created else now)
                db.execute(
                    "INSERT INTO records VALUES (?, ?, ?, ?, ?, 0)",
                    (kind.name, record, json.dumps(props), created, modified),
                )
                ids.append(str(record))
                for place, (to, other) in enumerate(seed.links):
                    self._load_link(kind, record, object_type(to), other, first=place == 0)
        return ids

    def _load_link(self, kind: ObjectType, record: int, to: ObjectType, other: int, *, first: bool) -> None:
        forth, back = link(kind.name, to.name), link(to.name, kind.name)
        pairs = [(forth.type_id, back.type_id)]
        if first and forth.primary and back.primary and to.name == "companies":
            pairs.append((forth.primary, back.primary))
        with self.db.transaction() as db:
            for there, here in pairs:
                db.execute(
                    "INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?, ?)",
                    (kind.name, record, to.name, other, there),
                )
                db.execute(
                    "INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?, ?)",
                    (to.name, other, kind.name, record, here),
                )

    def add_owner(self, first_name: str, last_name: str, email: str) -> str:
        """The owner's id. Repeating it answers the same one."""
        with self.db.transaction() as db:
            known = db.execute("SELECT id FROM owners WHERE email = ?", (email,)).fetchone()
            if known:
                return str(known["id"])
            owner = self.db.next_ids(2)
            db.execute(
                "INSERT INTO owners VALUES (?, ?, ?, ?, ?, ?)",
                (owner, owner + 1, email, first_name, last_name, self.records.now_ms()),
            )
        return str(owner)

    def attach_file(
        self, kind: str, record: int | str, name: str, size: int, body: bytes | None = None
    ) -> str:
        """A person attaches a file to a record: a note that holds the file. Answers the file's id."""
        stem, _, extension = name.rpartition(".")
        file, now = self.db.next_ids(1), to_iso(self.config.clock())
        definition = {
            "id": str(file),
            "name": stem or name,
            "extension": extension if stem else "",
            "size": size if body is None else len(body),
            "type": _FILE_TYPES.get(extension.lower(), "OTHER"),
            "access": "PRIVATE",
            "archived": False,
            "createdAt": now,
            "updatedAt": now,
        }
        with self.db.transaction() as db:
            db.execute("INSERT INTO files VALUES (?, ?)", (file, json.dumps(definition)))
            if body is not None:
                db.execute("INSERT INTO file_bodies VALUES (?, ?)", (file, body))
            self.create("notes", {"hs_timestamp": now, "hs_attachment_ids": str(file)}, [(kind, record)])
        return str(file)

    def replace_file(self, file: str, body: bytes) -> None:
        """A person puts other bytes in the file's place."""
        known = self.file(file)
        assert known is not None
        known |= {"size": len(body), "updatedAt": to_iso(self.config.clock())}
        with self.db.transaction() as db:
            db.execute("UPDATE files SET definition = ? WHERE id = ?", (json.dumps(known), int(file)))
            db.execute("REPLACE INTO file_bodies VALUES (?, ?)", (int(file), body))

    def delete_file(self, file: str) -> None:
        with self.db.transaction() as db:
            db.execute("DELETE FROM files WHERE id = ?", (int(file),))
            db.execute("DELETE FROM file_bodies WHERE id = ?", (int(file),))

    def file_body(self, file: str) -> bytes | None:
        with self.db.transaction() as db:
            row = db.execute("SELECT body FROM file_bodies WHERE CAST(id AS TEXT) = ?", (file,)).fetchone()
        return bytes(row["body"]) if row else None

    def file(self, file: str) -> dict[str, Any] | None:
        with self.db.transaction() as db:
            row = db.execute("SELECT definition FROM files WHERE CAST(id AS TEXT) = ?", (file,)).fetchone()
        return json.loads(row["definition"]) if row else None


_FILE_TYPES = {
    "pdf": "DOCUMENT",
    "doc": "DOCUMENT",
    "docx": "DOCUMENT",
    "xlsx": "DOCUMENT",
    "pptx": "DOCUMENT",
    "png": "IMG",
    "jpg": "IMG",
    "mp4": "MOVIE",
}


def _millis(moment: datetime | None, default: int) -> int:
    return default if moment is None else int(moment.timestamp() * 1000)
