"""Creating, changing and deleting rows as the org's users do: every rule of the schema and every validation rule."""

from collections.abc import Mapping
from typing import Any

from app.sandbox.salesforce.errors import Refusal, not_found
from app.sandbox.salesforce.event_bus import EventBus
from app.sandbox.salesforce.faults import Faults
from app.sandbox.salesforce.fields import Field
from app.sandbox.salesforce.ids import normal_id
from app.sandbox.salesforce.schema import SCHEMA, fields_of
from app.sandbox.salesforce.store import Row, Store
from app.sandbox.salesforce.values import from_wire, to_wire

_CLOSED = ("closed won", "closed lost", "won", "lost")
_WON = ("closed won", "won")


class Records:
    """Every method raises Refusal with the vendor's code; `by` is the id of the user who acts. What they change is
    told on the event bus; a bulk load is not, as if it came before anybody listened."""

    def __init__(self, store: Store, faults: Faults, bus: EventBus) -> None:
        self.store = store
        self.faults = faults
        self.bus = bus

    def create(self, object_name: str, body: Mapping[str, Any], by: str) -> str:
        values = self._checked(object_name, body, creating=True)
        values = _defaults(object_name) | {k: v for k, v in values.items() if v is not None}
        missing = [f.name for f in SCHEMA[object_name].fields if f.required and values.get(f.name) is None]
        if missing:
            raise Refusal(
                "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing
            )
        values |= _derived(object_name, values)
        with self.store.transaction():
            self._admit(object_name, values, None)
            made = self.store.insert(object_name, values, by)
            self.bus.tell("CREATE", object_name, [made], by, self.store.get(object_name, made))
            return made

    def update(self, object_name: str, record_id: str, body: Mapping[str, Any], by: str) -> None:
        values = self._checked(object_name, body, creating=False)
        with self.store.transaction():
            row = self.existing(object_name, record_id)
            emptied = [
                n
                for n, f in fields_of(object_name).items()
                if f.required and n in values and values[n] is None
            ]
            if emptied:
                raise Refusal(
                    "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(emptied)}]", emptied
                )
            values |= _derived(object_name, row | values)
            self._admit(object_name, row | values, str(row["Id"]))
            self.store.update(object_name, str(row["Id"]), values, by)
            self.bus.changed(object_name, row, values, by)

    def upsert(
        self, object_name: str, field: str, value: object, body: Mapping[str, Any], by: str
    ) -> tuple[str, bool]:
        """The row's id, and whether it was created."""
        known = fields_of(object_name).get(field)
        if known is None or not (known.external_id or field == "Id"):
            raise not_found("Provided external ID field does not exist or is not accessible: " + field)
        if value in (None, ""):
            raise Refusal("MISSING_ARGUMENT", f"{field} not specified", [field])
        with self.store.transaction():
            found = self.store.find(object_name, field, value)
            if found is not None and not found["IsDeleted"]:
                self.update(object_name, found["Id"], body, by)
                return str(found["Id"]), False
            return self.create(object_name, {**body, field: value}, by), True

    def delete(self, object_name: str, record_id: str, by: str) -> None:
        with self.store.transaction():
            row = self.existing(object_name, record_id)
            self.store.update(object_name, str(row["Id"]), {"IsDeleted": 1}, by)
            self.bus.tell("DELETE", object_name, [str(row["Id"])], by)

    def undelete(self, object_name: str, record_id: str, by: str) -> None:
        """Takes the row out of the recycle bin, as people do by hand: REST has no call for it."""
        with self.store.transaction():
            self.store.update(object_name, normal_id(record_id), {"IsDeleted": 0}, by)
            row = self.existing(object_name, record_id)
            self.bus.tell("UNDELETE", object_name, [str(row["Id"])], by, row)

    def existing(self, object_name: str, record_id: str) -> Row:
        """The live row. Raises MALFORMED_ID, NOT_FOUND or ENTITY_IS_DELETED."""
        wanted = normal_id(record_id)
        row = self.store.get(object_name, wanted)
        if row is None:
            raise not_found(
                "Provided external ID field does not exist or is not accessible: " + record_id
                if not wanted.startswith(SCHEMA[object_name].prefix)
                else "The requested resource does not exist"
            )
        if row["IsDeleted"]:
            raise Refusal("ENTITY_IS_DELETED", "entity is deleted")
        return row

    def shown(self, object_name: str, row: Row, fields: list[str] | None = None) -> dict[str, Any]:
        """A row as the wire writes it, with `fields` or all of them. Raises INVALID_FIELD."""
        known = fields_of(object_name)
        return {name: to_wire(field_named(known, object_name, name), row[name]) for name in fields or known}

    def _checked(self, object_name: str, body: Mapping[str, Any], *, creating: bool) -> Row:
        known = fields_of(object_name)
        values: Row = {}
        for name, value in body.items():
            if name == "attributes":
                continue
            f = field_named(known, object_name, name)
            if f.system:
                raise Refusal(
                    "INVALID_FIELD_FOR_INSERT_UPDATE",
                    f"Unable to create/update fields: {name}. Please check the security settings of this field "
                    "and verify that it is read/write for your profile or permission set.",
                    [name],
                )
            values[name] = from_wire(f, value)
            if f.type == "reference" and values[name] is not None:
                self._refers(f, str(values[name]), creating=creating)
        return values

    def _refers(self, f: Field, record_id: str, *, creating: bool) -> None:
        parent = next((n for n in f.references if record_id.startswith(SCHEMA[n].prefix)), None)
        if parent is None:
            raise Refusal(
                "FIELD_INTEGRITY_EXCEPTION", f"{f.label}: id value of incorrect type: {record_id}", [f.name]
            )
        row = self.store.get(parent, record_id)
        if row is None:
            raise Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [f.name])
        if row["IsDeleted"] and creating:
            raise Refusal("ENTITY_IS_DELETED", "entity is deleted", [f.name])

    def _admit(self, object_name: str, row: Row, record_id: str | None) -> None:
        """Raises what a lock, a duplicate or a validation rule says to the row as it would become."""
        self.faults.row(object_name)
        for f in SCHEMA[object_name].fields:
            if f.unique and row.get(f.name) is not None:
                other = self.store.find(object_name, f.name, row[f.name])
                if other is not None and not other["IsDeleted"] and other["Id"] != record_id:
                    raise Refusal(
                        "DUPLICATE_VALUE",
                        f"duplicate value found: {f.name} duplicates value on record with id: {other['Id'][:15]}",
                        [f.name],
                    )
        for rule in self.store.select("SELECT * FROM _rule WHERE object = ?", (object_name,)):
            held = str(row.get(rule["field"]) or "")
            if (rule["contains"] in held) if rule["contains"] else not held:
                raise Refusal("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule["message"], [rule["field"]])


def field_named(known: Mapping[str, Field], object_name: str, name: str) -> Field:
    if name not in known:
        raise Refusal("INVALID_FIELD", f"No such column '{name}' on sobject of type {object_name}", [name])
    return known[name]


def _defaults(object_name: str) -> Row:
    if object_name == "Task":
        return {"Status": "Not Started", "Priority": "Normal"}
    if object_name == "User":
        return {"IsActive": 1, "UserType": "Standard", "TimeZoneSidKey": "UTC", "LocaleSidKey": "en_US"}
    return {}


def _derived(object_name: str, row: Row) -> Row:
    """The fields that the org keeps itself."""
    if object_name == "Opportunity":
        stage = str(row.get("StageName") or "").lower()
        return {"IsClosed": int(stage in _CLOSED), "IsWon": int(stage in _WON)}
    if object_name == "Task":
        return {"IsClosed": int(row.get("Status") == "Completed")}
    if object_name in ("Contact", "User"):
        return {"Name": " ".join(filter(None, (row.get("FirstName"), row.get("LastName"))))}
    return {}


def loaded(object_name: str, body: Mapping[str, Any]) -> Row:
    """A row for a bulk load: read like any other, references taken on trust."""
    known = fields_of(object_name)
    values = {
        name: normal_id(str(value))
        if name == "Id"
        else from_wire(field_named(known, object_name, name), value)
        for name, value in body.items()
    }
    values = _defaults(object_name) | {k: v for k, v in values.items() if v is not None}
    return values | _derived(object_name, values)
