"""Records and their associations: create, change, archive, read. What changes is told to the webhooks."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from app.ground.clock import Clock, from_millis, to_iso
from app.sandbox.hubspot.db import Database
from app.sandbox.hubspot.errors import HubError, invalid_input, invalid_property, not_found
from app.sandbox.hubspot.properties import PropertyBook
from app.sandbox.hubspot.schema import TYPES, ObjectType, link, object_type

UI = "CRM_UI"
API = "INTEGRATION"


class Listener(Protocol):
    """Whoever wants to know what happened; called inside the transaction that did it."""

    def property_changed(self, kind: ObjectType, record: int, name: str, value: str, source: str) -> None: ...

    def created(self, kind: ObjectType, record: int, source: str) -> None: ...

    def deleted(self, kind: ObjectType, record: int, source: str) -> None: ...

    def restored(self, kind: ObjectType, record: int, source: str) -> None: ...

    def merged(self, kind: ObjectType, record: int, gone: Sequence[int], source: str) -> None: ...

    def erased(self, record: int, source: str) -> None: ...

    def associated(
        self, kind: ObjectType, record: int, to: ObjectType, other: int, *, removed: bool, source: str
    ) -> None: ...


class Records:
    def __init__(self, db: Database, book: PropertyBook, clock: Clock, listener: Listener) -> None:
        self._db = db
        self._book = book
        self._clock = clock
        self._listener = listener

    def now_ms(self) -> int:
        return int(self._clock().timestamp() * 1000)

    def create(
        self, kind: ObjectType, values: Mapping[str, Any], associations: Sequence[Any] = (), source: str = API
    ) -> int:
        """The id of the new record. Raises HubError when HubSpot would refuse it."""
        props = self._book.normalised(kind, values)
        for name in kind.required:
            if props.get(name) is None:
                raise invalid_property(
                    name,
                    f"Error creating {kind.name}. Some required properties were not set: [{name}]",
                    "MISSING_REQUIRED_PROPERTY",
                )
        with self._db.attempt(), self._db.transaction() as db:
            record, now = self._db.next_ids(1), self.now_ms()
            props |= _derived(kind, {}, props, now)
            self.claim(kind, record, props)
            stored = {name: value for name, value in props.items() if value is not None}
            db.execute(
                "INSERT INTO records VALUES (?, ?, ?, ?, ?, 0)",
                (kind.name, record, json.dumps(stored), now, now),
            )
            self._listener.created(kind, record, source)
            for name, value in stored.items():
                self._listener.property_changed(kind, record, name, value, source)
            for association in associations:
                self._inline(kind, record, association, source)
            if kind.name == "contacts" and stored.get("associatedcompanyid"):
                self.associate(
                    kind, record, TYPES["companies"], int(stored["associatedcompanyid"]), source=source
                )
        return record

    def _inline(self, kind: ObjectType, record: int, association: Any, source: str) -> None:
        try:
            target = int(association["to"]["id"])
            types = [int(entry["associationTypeId"]) for entry in association["types"]]
        except (KeyError, TypeError, ValueError):
            raise invalid_input("an association needs to.id and types with associationTypeId") from None
        for type_id in types:
            to = _target_type(kind, type_id)
            self.associate(kind, record, to, target, type_id=type_id, source=source)

    def update(self, kind: ObjectType, record: int, values: Mapping[str, Any], source: str = API) -> None:
        """Changes the values that differ; the time of modification moves only then."""
        row = self.row(kind, record)
        props = self._book.normalised(kind, values)
        before: dict[str, str] = json.loads(row["props"])
        now = max(self.now_ms(), row["modified"])
        props |= _derived(kind, before, props, now)
        changed = {name: value for name, value in props.items() if before.get(name) != value}
        if not changed:
            return
        with self._db.attempt(), self._db.transaction() as db:
            self.claim(kind, record, changed)
            merged = {name: value for name, value in (before | props).items() if value is not None}
            db.execute(
                "UPDATE records SET props = ?, modified = ? WHERE type = ? AND id = ?",
                (json.dumps(merged), now, kind.name, record),
            )
            for name, value in changed.items():
                self._listener.property_changed(kind, record, name, value or "", source)

    def upsert(
        self, kind: ObjectType, unique: str, value: str, values: Mapping[str, Any]
    ) -> tuple[int, bool]:
        """The record whose unique property has this value, and whether it is new."""
        found = self.by_unique(kind, unique, [value])
        if value in found:
            self.update(kind, found[value], values)
            return found[value], False
        return self.create(kind, {**values, unique: value}), True

    def archive(self, kind: ObjectType, record: int, source: str = API) -> None:
        """The record is in the recycle bin: gone from reads, searches and associations. Unknown ids are fine."""
        with self._db.transaction() as db:
            done = db.execute(
                "UPDATE records SET archived = 1, modified = ? WHERE type = ? AND id = ? AND archived = 0",
                (self.now_ms(), kind.name, record),
            )
            if done.rowcount:
                self._bin_links(kind, record)
                db.execute("DELETE FROM uniques WHERE type = ? AND id = ?", (kind.name, record))
                db.execute("DELETE FROM links WHERE from_type = ? AND from_id = ?", (kind.name, record))
                db.execute("DELETE FROM links WHERE to_type = ? AND to_id = ?", (kind.name, record))
                self._listener.deleted(kind, record, source)

    def _bin_links(self, kind: ObjectType, record: int) -> None:
        """A record that is restored gets its associations back."""
        with self._db.transaction() as db:
            rows = db.execute(
                "SELECT * FROM links WHERE (from_type = ? AND from_id = ?) OR (to_type = ? AND to_id = ?)",
                (kind.name, record, kind.name, record),
            ).fetchall()
        self._db.set_setting(f"binned:{kind.name}:{record}", [list(row) for row in rows])

    def associate(
        self,
        kind: ObjectType,
        record: int,
        to: ObjectType,
        other: int,
        *,
        type_id: int | None = None,
        source: str = API,
    ) -> None:
        """Links both ways. A first company becomes the primary one, and a new primary one replaces the old."""
        forth, back = link(kind.name, to.name), link(to.name, kind.name)
        if kind.name == "companies" and back.primary is not None:
            # A deal or contact has one primary company; seen from the company there are many.
            turned = back.primary if type_id == forth.primary else None
            self.associate(to, other, kind, record, type_id=turned, source=source)
            return
        self.row(kind, record)
        self.row(to, other)
        with self._db.transaction() as db:
            known = self._links(kind, record, to)
            primary = forth.primary is not None and (type_id == forth.primary or not known)
            db.executemany(
                "INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?, ?)",
                [
                    (kind.name, record, to.name, other, forth.type_id),
                    (to.name, other, kind.name, record, back.type_id),
                ],
            )
            if primary:
                self._make_primary(kind, record, to, other)
            if other not in known:
                self._listener.associated(kind, record, to, other, removed=False, source=source)

    def _make_primary(self, kind: ObjectType, record: int, to: ObjectType, other: int) -> None:
        forth, back = link(kind.name, to.name), link(to.name, kind.name)
        with self._db.transaction() as db:
            db.execute(
                "DELETE FROM links WHERE from_type = ? AND from_id = ? AND type_id = ?",
                (kind.name, record, forth.primary),
            )
            db.execute(
                "DELETE FROM links WHERE to_type = ? AND to_id = ? AND type_id = ?",
                (kind.name, record, back.primary),
            )
            db.executemany(
                "INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?, ?)",
                [
                    (kind.name, record, to.name, other, forth.primary),
                    (to.name, other, kind.name, record, back.primary),
                ],
            )
        if kind.name == "contacts":
            self.update(kind, record, {"associatedcompanyid": str(other)})

    def dissociate(
        self, kind: ObjectType, record: int, to: ObjectType, other: int, source: str = API
    ) -> None:
        with self._db.transaction() as db:
            done = db.execute(
                "DELETE FROM links WHERE from_type = ? AND from_id = ? AND to_type = ? AND to_id = ?",
                (kind.name, record, to.name, other),
            )
            db.execute(
                "DELETE FROM links WHERE from_type = ? AND from_id = ? AND to_type = ? AND to_id = ?",
                (to.name, other, kind.name, record),
            )
            if done.rowcount:
                self._listener.associated(kind, record, to, other, removed=True, source=source)

    def linked(
        self, kind: ObjectType, records: Sequence[int], to: ObjectType
    ) -> dict[int, dict[int, list[int]]]:
        """For each record: the ids it is associated with, and by which types."""
        found: dict[int, dict[int, list[int]]] = {}
        marks = ",".join("?" * len(records))
        with self._db.transaction() as db:
            rows = db.execute(
                f"SELECT from_id, to_id, type_id FROM links WHERE from_type = ? AND to_type = ? "  # noqa: S608 - marks
                f"AND from_id IN ({marks}) ORDER BY from_id, to_id, type_id",
                (kind.name, to.name, *records),
            )
            for row in rows:
                found.setdefault(row["from_id"], {}).setdefault(row["to_id"], []).append(row["type_id"])
        return found

    def _links(self, kind: ObjectType, record: int, to: ObjectType) -> list[int]:
        return list(self.linked(kind, [record], to).get(record, {}))

    def row(self, kind: ObjectType, record: int) -> sqlite3.Row:
        """The live record. Raises HubError 404."""
        rows = self.rows(kind, [record])
        if not rows:
            raise not_found(
                f"Object not found.  objectId are usually numeric. id={record} type={kind.type_id}"
            )
        return rows[0]

    def rows(self, kind: ObjectType, records: Sequence[int]) -> list[sqlite3.Row]:
        marks = ",".join("?" * len(records))
        with self._db.transaction() as db:
            return db.execute(
                f"SELECT * FROM records WHERE type = ? AND archived = 0 AND id IN ({marks})",  # noqa: S608 - marks
                (kind.name, *records),
            ).fetchall()

    def by_unique(self, kind: ObjectType, unique: str, values: Sequence[str]) -> dict[str, int]:
        """Ids by the value of a unique property. Raises HubError 400 if it is not one."""
        definition = self._book.of(kind).get(unique)
        if definition is None or not definition["hasUniqueValue"]:
            raise HubError(
                400, "VALIDATION_ERROR", f"Property '{unique}' is not a unique identifier property"
            )
        marks = ",".join("?" * len(values))
        with self._db.transaction() as db:
            rows = db.execute(
                f"SELECT value, id FROM uniques WHERE type = ? AND name = ? AND value IN ({marks})",  # noqa: S608
                (kind.name, unique, *(value.lower() for value in values)),
            )
            by_lower = {row["value"]: row["id"] for row in rows}
        return {value: by_lower[value.lower()] for value in values if value.lower() in by_lower}

    def claim(self, kind: ObjectType, record: int, props: Mapping[str, str | None]) -> None:
        """Unique values are the portal's own: two records never share one."""
        definitions = self._book.of(kind)
        with self._db.transaction() as db:
            for name in [name for name in props if definitions[name]["hasUniqueValue"]]:
                db.execute(
                    "DELETE FROM uniques WHERE type = ? AND name = ? AND id = ?", (kind.name, name, record)
                )
                value = props[name]
                if value is None:
                    continue
                holder = db.execute(
                    "SELECT id FROM uniques WHERE type = ? AND name = ? AND value = ?",
                    (kind.name, name, value.lower()),
                ).fetchone()
                if holder:
                    raise _taken(kind, name, value, holder["id"])
                db.execute(
                    "INSERT INTO uniques VALUES (?, ?, ?, ?)", (kind.name, name, value.lower(), record)
                )

    def rendered(
        self, kind: ObjectType, row: sqlite3.Row, wanted: Iterable[str] | None = None
    ) -> dict[str, Any]:
        """One record as the API shows it, with `wanted` properties beside those it always shows."""
        stored: dict[str, str] = json.loads(row["props"])
        created, modified = to_iso(from_millis(row["created"])), to_iso(from_millis(row["modified"]))
        system = {"createdate": created, kind.modified: modified, "hs_object_id": str(row["id"])}
        known = self._book.of(kind)
        names = list(kind.defaults if wanted is None else wanted)
        props = {name: stored.get(name) for name in names if name in known} | system
        if "hs_createdate" in names:
            props["hs_createdate"] = created
        return {
            "id": str(row["id"]),
            "properties": props,
            "createdAt": created,
            "updatedAt": modified,
            "archived": bool(row["archived"]),
        }


def _target_type(kind: ObjectType, type_id: int) -> ObjectType:
    for other in TYPES.values():
        try:
            forth = link(kind.name, other.name)
        except HubError:
            continue
        if type_id in (forth.type_id, forth.primary):
            return object_type(other.name)
    raise HubError(400, "VALIDATION_ERROR", f"invalid association type {type_id} from {kind.name}")


def _taken(kind: ObjectType, name: str, value: str, holder: int) -> HubError:
    if (kind.name, name) == ("contacts", "email"):
        return HubError(409, "CONFLICT", f"Contact already exists. Existing ID: {holder}")
    return invalid_property(
        name,
        f"{value} is already the value of {name} on another object: {holder}",
        "CONFLICTING_UNIQUE_VALUE",
    )


def _derived(
    kind: ObjectType, before: Mapping[str, str], props: Mapping[str, str | None], now: int
) -> dict[str, str | None]:
    """Values that HubSpot sets itself when others change."""
    if kind.name == "tasks" and "hs_task_status" in props:
        if props["hs_task_status"] != "COMPLETED":
            return {"hs_task_completion_date": None}
        if before.get("hs_task_status") != "COMPLETED":
            return {"hs_task_completion_date": to_iso(from_millis(now))}
    if (
        kind.name == "deals"
        and props.get("dealstage")
        and not (before.get("pipeline") or props.get("pipeline"))
    ):
        return {"pipeline": "default"}
    return {}
