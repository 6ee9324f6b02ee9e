"""Property definitions and what values they allow: the portal's schema and its admin's validation rules."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from app.ground.clock import from_iso, from_millis, to_iso
from app.sandbox.hubspot.db import Database
from app.sandbox.hubspot.errors import HubError, invalid_input, invalid_property, not_found
from app.sandbox.hubspot.schema import ObjectType, default_properties, stage_options

_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_FIELD_TYPES = {
    "string": {"text", "textarea", "html", "phonenumber", "file"},
    "number": {"number"},
    "date": {"date"},
    "datetime": {"date"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox"},
    "bool": {"booleancheckbox"},
}
MAX_UNIQUE_PER_TYPE = 10
MAX_TEXT = 65_536


class PropertyBook:
    """The definitions of every type, cached; the database holds them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._cache: dict[str, dict[str, dict[str, Any]]] = {}
        self._seed()

    def _seed(self) -> None:
        """After this the portal has HubSpot's own properties, those too that came with a later release."""
        groups, new = "INSERT OR IGNORE INTO property_groups VALUES (?, 'information', 'Information')", []
        with self._db.transaction() as db:
            for kind, definitions in default_properties(stage_options()).items():
                db.execute(groups, (kind,))
                new += [(kind, each["name"], json.dumps(each)) for each in definitions]
            db.executemany("INSERT OR IGNORE INTO properties VALUES (?, ?, ?)", new)

    def _insert(self, kind: str, definition: dict[str, Any]) -> None:
        with self._db.transaction() as db:
            db.execute(
                "INSERT INTO properties VALUES (?, ?, ?)", (kind, definition["name"], json.dumps(definition))
            )

    def of(self, kind: ObjectType) -> dict[str, dict[str, Any]]:
        """All definitions of a type by name."""
        with self._db.transaction() as db:
            if kind.name not in self._cache:
                rows = db.execute("SELECT name, definition FROM properties WHERE type = ?", (kind.name,))
                self._cache[kind.name] = {row["name"]: json.loads(row["definition"]) for row in rows}
            return self._cache[kind.name]

    def create(self, kind: ObjectType, wanted: Any) -> dict[str, Any]:
        """The new definition. Raises HubError 409 if the name is taken, 400 if it is not well formed."""
        definition = self._checked(kind, wanted)
        if definition["name"] in self.of(kind):
            raise HubError(
                409,
                "OBJECT_ALREADY_EXISTS",
                f'A property named "{definition["name"]}" already exists.',
                subCategory="Properties.PROPERTY_EXISTS",
            )
        self._insert(kind.name, definition)
        self.forget()
        return definition

    def _checked(self, kind: ObjectType, wanted: Any) -> dict[str, Any]:
        if not isinstance(wanted, dict):
            raise invalid_input("a property must be an object")
        missing = [key for key in ("name", "label", "type", "fieldType", "groupName") if not wanted.get(key)]
        if missing:
            raise invalid_input(f"Some required fields were not set: [{', '.join(missing)}]")
        name, value_type = str(wanted["name"]), str(wanted["type"])
        if not _NAME.fullmatch(name):
            raise invalid_input(f"Property name '{name}' may only hold lower-case letters, digits and _")
        if wanted["fieldType"] not in _FIELD_TYPES.get(value_type, ()):
            raise invalid_input(f"fieldType {wanted['fieldType']} does not go with type {value_type}")
        if wanted["groupName"] not in self.groups(kind):
            raise HubError(400, "VALIDATION_ERROR", f"Property group '{wanted['groupName']}' does not exist")
        if value_type == "enumeration" and not wanted.get("options"):
            raise invalid_input("options are required for an enumeration")
        unique = bool(wanted.get("hasUniqueValue"))
        if (
            unique
            and sum(1 for known in self.of(kind).values() if known["hasUniqueValue"]) >= MAX_UNIQUE_PER_TYPE
        ):
            raise HubError(400, "VALIDATION_ERROR", "You have reached the limit of unique value properties.")
        return (
            {
                "description": "",
                "options": [],
                "displayOrder": -1,
                "calculated": False,
                "externalOptions": False,
                "hidden": False,
                "hubspotDefined": False,
                "formField": False,
                "modificationMetadata": {
                    "archivable": True,
                    "readOnlyDefinition": False,
                    "readOnlyValue": False,
                },
            }
            | wanted
            | {"hasUniqueValue": unique}
        )

    def add_options(self, kind: ObjectType, name: str, options: Mapping[str, str]) -> None:
        """More allowed values (value to label) for a property that has options: a portal's own stages."""
        definition = self.of(kind)[name]
        known = {option["value"] for option in definition["options"]}
        definition["options"] += [
            {"label": label, "value": value, "displayOrder": len(known) + order, "hidden": False}
            for order, (value, label) in enumerate(options.items())
            if value not in known
        ]
        with self._db.transaction() as db:
            db.execute(
                "UPDATE properties SET definition = ? WHERE type = ? AND name = ?",
                (json.dumps(definition), kind.name, name),
            )
        self.forget()

    def groups(self, kind: ObjectType) -> dict[str, str]:
        with self._db.transaction() as db:
            rows = db.execute("SELECT name, label FROM property_groups WHERE type = ?", (kind.name,))
            return {row["name"]: row["label"] for row in rows}

    def create_group(self, kind: ObjectType, name: str, label: str) -> None:
        """Raises HubError 409 if the group exists."""
        if not _NAME.fullmatch(name):
            raise invalid_input("a group's name may only hold lower-case letters, digits and _")
        if name in self.groups(kind):
            raise HubError(409, "OBJECT_ALREADY_EXISTS", f"A property group named {name} already exists.")
        with self._db.transaction() as db:
            db.execute("INSERT INTO property_groups VALUES (?, ?, ?)", (kind.name, name, label))

    def forget(self) -> None:
        """Reads the definitions anew next time; an undone transaction calls this too."""
        self._cache.clear()

    def one(self, kind: ObjectType, name: str) -> dict[str, Any]:
        try:
            return self.of(kind)[name]
        except KeyError:
            raise not_found(f'Property "{name}" does not exist.') from None

    def normalised(self, kind: ObjectType, values: Mapping[str, Any]) -> dict[str, str | None]:
        """The values as HubSpot stores them: text or None. Raises HubError 400 naming the first bad one."""
        definitions = self.of(kind)
        known: dict[str, str | None] = {}
        for name, value in values.items():
            if name not in definitions:
                raise invalid_property(name, f'Property "{name}" does not exist', "PROPERTY_DOESNT_EXIST")
            if definitions[name]["modificationMetadata"]["readOnlyValue"]:
                raise invalid_property(
                    name, f'"{name}" is a read only property; its value cannot be set.', "READ_ONLY_VALUE"
                )
            known[name] = self._value(definitions[name], value)
        self._obey_rules(kind, known)
        return known

    def _value(self, definition: dict[str, Any], value: Any) -> str | None:
        if value is None or value == "":
            return None
        text = str(value).lower() if isinstance(value, bool) else str(value)
        name, kind = definition["name"], definition["type"]
        if kind == "enumeration":
            return self._option(definition, text)
        try:
            text = _parsed(kind, text)
        except (ValueError, OverflowError, OSError):
            raise invalid_property(
                name, f"{text} was not a valid {kind}.", f"INVALID_{kind.upper()}"
            ) from None
        if len(text) > MAX_TEXT:
            raise invalid_property(
                name, f"Property value is too long. Maximum allowed length is {MAX_TEXT}.", "VALUE_TOO_LONG"
            )
        return text

    def _option(self, definition: dict[str, Any], text: str) -> str:
        if definition["name"] == "hubspot_owner_id":
            with self._db.transaction() as db:
                if not db.execute("SELECT 1 FROM owners WHERE CAST(id AS TEXT) = ?", (text,)).fetchone():
                    raise invalid_property(
                        "hubspot_owner_id", f"Owner {text} does not exist", "INVALID_OWNER_ID"
                    )
            return text
        if definition["externalOptions"]:
            return text
        allowed = [option["value"] for option in definition["options"]]
        chosen = text.split(";") if definition["fieldType"] == "checkbox" else [text]
        if any(value not in allowed for value in chosen):
            raise invalid_property(
                definition["name"], f"{text} was not one of the allowed options: {allowed}", "INVALID_OPTION"
            )
        return text

    def add_rule(self, kind: ObjectType, rule: dict[str, Any]) -> None:
        """An admin's rule on a property: `max_length`, `min`, `max` or `pattern`, and the `message` people see."""
        with self._db.transaction() as db:
            db.execute("INSERT INTO rules (type, definition) VALUES (?, ?)", (kind.name, json.dumps(rule)))

    def clear_rules(self) -> None:
        with self._db.transaction() as db:
            db.execute("DELETE FROM rules")

    def _obey_rules(self, kind: ObjectType, values: Mapping[str, str | None]) -> None:
        with self._db.transaction() as db:
            rows = db.execute("SELECT definition FROM rules WHERE type = ?", (kind.name,)).fetchall()
        for row in rows:
            rule = json.loads(row["definition"])
            value = values.get(rule["property"])
            if value is not None and _breaks(rule, value):
                raise invalid_property(rule["property"], rule["message"], "FAILED_VALIDATION_RULE")


def moment(text: str) -> datetime:
    """The time that milliseconds since 1970 or an ISO text name. Raises ValueError for anything else."""
    return from_millis(int(text)) if re.fullmatch(r"-?\d+", text) else from_iso(text).astimezone(UTC)


def _parsed(kind: str, text: str) -> str:
    """The text as HubSpot stores a value of this type. Raises ValueError if it is not one."""
    if kind == "datetime":
        return to_iso(moment(text))
    if kind == "date":
        return (
            moment(text).date().isoformat() if text.isdigit() else date.fromisoformat(text[:10]).isoformat()
        )
    if (kind == "number" and not math.isfinite(float(text))) or (
        kind == "bool" and text not in ("true", "false")
    ):
        raise ValueError(text)
    return text


def _breaks(rule: Mapping[str, Any], value: str) -> bool:
    return (
        len(value) > rule.get("max_length", math.inf)
        or ("min" in rule and float(value) < rule["min"])
        or ("max" in rule and float(value) > rule["max"])
        or ("pattern" in rule and not re.search(rule["pattern"], value))
    )
