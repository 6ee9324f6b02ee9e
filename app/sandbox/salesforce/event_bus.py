"""The org's event bus: every change of a row as an event, kept for three days, found again by an opaque replay id."""

import json
import threading
import zlib
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.ground.clock import to_iso
from app.sandbox.salesforce.event_schema import NEVER_SENT, bitmaps, encode, event_name, schema_id
from app.sandbox.salesforce.ids import make_id
from app.sandbox.salesforce.schema import SCHEMA, fields_of
from app.sandbox.salesforce.store import Row, Store

RETENTION = timedelta(hours=72)
CHANNELS = {"Alongside__chn": ("Opportunity", "Account", "Task", "Plan_Item__c")}
"""The package's own channel, and what it carries."""

ENRICHED = {
    "Opportunity": ("AccountId", "OwnerId"),
    "Account": ("OwnerId",),
    "Task": ("WhatId", "Alongside_Step__c"),
    "Plan_Item__c": ("External_Id__c",),
}
"""Sent with every update and deletion on the channel, changed or not."""

_SCRAMBLE = 0x5DEECE66D
origin: ContextVar[str] = ContextVar("salesforce_change_origin", default="")
"""What the change events of this call say of who made it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    replay_id: bytes
    id: str
    entity: str
    payload: bytes

    @property
    def schema_id(self) -> str:
        return schema_id(self.entity)


class BadReplayId(Exception):
    """Not one of ours, or of an event that is no longer kept."""


class EventBus:
    """Events are rows of the org's own store, so that they commit with the change they tell of."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.hidden: set[str] = set()
        """Objects whose events the integration user may not see."""
        self.broken: tuple[str, ...] = ()
        """The status and the error code that subscriptions meet; empty while all is well."""
        self.subscriptions = 0
        """How many there have been since the start."""
        self.stirrings = 0
        """Counts commits, and whatever else a subscription has to look up for."""
        self.published = threading.Condition()
        store.on_commit = self.wake
        with store.transaction():
            store.execute(
                "CREATE TABLE IF NOT EXISTS _event (position INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT,"
                " entity TEXT, id TEXT, header TEXT, told TEXT)"
            )
            store.execute("CREATE INDEX IF NOT EXISTS _event_at ON _event (at)")

    def tell(
        self, change: str, entity: str, ids: Iterable[str], by: str, told: Mapping[str, Any] | None = None
    ) -> None:
        """Publishes one event, within the transaction that makes the change. `told` are the fields it carries."""
        values = {n: v for n, v in (told or {}).items() if n not in NEVER_SENT}
        last = self._store.select("SELECT * FROM _event ORDER BY position DESC LIMIT 1")
        header = self._header(change, entity, list(ids), by, last)
        if change == "UPDATE":
            header["changedFields"] = bitmaps(entity, [*values, "LastModifiedDate"])
            header["nulledFields"] = bitmaps(entity, [n for n, v in values.items() if v is None])
        if change in ("UPDATE", "DELETE") and self._merged(last, header, values):
            return
        at = to_iso(self._store.clock())
        self._store.execute(
            "INSERT INTO _event (at, entity, id, header, told) VALUES (?, ?, ?, ?, ?)",
            (at, entity, make_id("e00", self._count()), json.dumps(header), json.dumps(values)),
        )
        self._store.execute("DELETE FROM _event WHERE at < ?", (to_iso(self._store.clock() - RETENTION),))

    def changed(self, entity: str, before: Row, after: Mapping[str, Any], by: str) -> None:
        """The update of a row, with the fields that really changed. One that changed nothing is not told."""
        told = {n: v for n, v in after.items() if before.get(n) != v and n in fields_of(entity)}
        if told:
            self.tell("UPDATE", entity, [str(before["Id"])], by, told)

    def _header(self, change: str, entity: str, ids: list[str], by: str, last: list[Any]) -> dict[str, Any]:
        key = self._store.transaction_key
        before = json.loads(last[0]["header"]) if last else {}
        together = before.get("transactionKey") == key
        return {
            "entityName": entity,
            "recordIds": ids,
            "changeType": change,
            "changeOrigin": origin.get(),
            "transactionKey": key,
            "sequenceNumber": before["sequenceNumber"] + 1 if together else 1,
            "commitTimestamp": int(self._store.clock().timestamp() * 1000),
            "commitNumber": self._count(),
            "commitUser": by,
            "nulledFields": [],
            "diffFields": [],
            "changedFields": [],
        }

    def _merged(self, last: list[Any], header: dict[str, Any], values: dict[str, Any]) -> bool:
        """The same change of several rows in one transaction is one event."""
        if not last or last[0]["entity"] != header["entityName"]:
            return False
        before = json.loads(last[0]["header"])
        same = ("transactionKey", "changeType", "changedFields", "nulledFields", "changeOrigin", "commitUser")
        if any(before[name] != header[name] for name in same) or json.loads(last[0]["told"]) != values:
            return False
        before["recordIds"] += header["recordIds"]
        self._store.execute(
            "UPDATE _event SET header = ? WHERE position = ?", (json.dumps(before), last[0]["position"])
        )
        return True

    def _count(self) -> int:
        found = self._store.select("SELECT seq FROM sqlite_sequence WHERE name = '_event'")
        return int(found[0]["seq"]) + 1 if found else 1

    def wake(self) -> None:
        with self.published:
            self.stirrings += 1
            self.published.notify_all()

    def wait(self, seen: int, seconds: float) -> None:
        """Returns when something has stirred since `seen`. Asks the store nothing meanwhile: who commits holds it."""
        with self.published:
            self.published.wait_for(lambda: self.stirrings != seen, seconds)

    def latest(self) -> int:
        return self._count() - 1

    def earliest(self) -> int:
        """The place before the oldest event that is kept."""
        found = self._store.select("SELECT min(position) AS first FROM _event")
        return int(found[0]["first"]) - 1 if found[0]["first"] is not None else self.latest()

    def after(self, position: int, entities: Iterable[str], limit: int) -> tuple[list[Event], int]:
        """The events behind a place, oldest first, that this subscriber may see, and the place behind them."""
        known, behind = set(entities) - self.hidden, self.latest()
        marks = ", ".join("?" * len(known))
        rows = self._store.select(
            f"SELECT * FROM _event WHERE position > ? AND entity IN ({marks}) ORDER BY position LIMIT ?",  # noqa: S608
            (position, *sorted(known), limit),
        )
        return [self._event(row) for row in rows], rows[-1]["position"] if rows else behind

    def _event(self, row: Any) -> Event:
        header, told = json.loads(row["header"]), json.loads(row["told"])
        change, entity = header["changeType"], row["entity"]
        if change in ("UPDATE", "DELETE"):
            held = self._store.get(entity, header["recordIds"][0]) or {}
            told = {name: held.get(name) for name in ENRICHED.get(entity, ())} | told
        if change == "UPDATE":
            told |= {"LastModifiedDate": row["at"]}
        payload = encode(entity, header, told)
        return Event(replay_id=replay_id(row["position"]), id=row["id"], entity=entity, payload=payload)

    def forget(self) -> None:
        """Every event has outlived its three days."""
        with self._store.transaction():
            self._store.execute("DELETE FROM _event")

    def place_of(self, replay: bytes) -> int:
        """Raises BadReplayId, also for one so old that what followed it is gone."""
        try:
            scrambled = int.from_bytes(replay[:8], "big")
            position = scrambled ^ _SCRAMBLE
            if replay != replay_id(position):
                raise BadReplayId
        except OverflowError:
            raise BadReplayId from None
        if position < self.earliest() or position > self.latest():
            raise BadReplayId
        return position


def replay_id(position: int) -> bytes:
    """Bytes that nobody can compute the next of."""
    body = (position ^ _SCRAMBLE).to_bytes(8, "big")
    return body + zlib.crc32(body).to_bytes(4, "big")


def members(topic: str, *, packaged: bool) -> tuple[str, ...] | None:
    """The objects whose changes a topic carries; None for a topic that is not there."""
    name = topic.removeprefix("/data/")
    if not topic.startswith("/data/"):
        return None
    if name in CHANNELS:
        return CHANNELS[name] if packaged else None
    if name == "ChangeEvents":
        return tuple(SCHEMA)
    found = next((entity for entity in SCHEMA if event_name(entity) == name), None)
    return (found,) if found and (packaged or not SCHEMA[found].custom) else None
