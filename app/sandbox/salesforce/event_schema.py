"""Change events as Avro: each object's schema, bitmaps of what changed, a row's values as the schema has them."""

import io
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import md5
from typing import Any

import fastavro

from app.ground.clock import from_iso
from app.sandbox.salesforce.fields import Field
from app.sandbox.salesforce.schema import SCHEMA, fields_of

HEADER = "ChangeEventHeader"
CHANGE_TYPES = (
    "CREATE",
    "UPDATE",
    "DELETE",
    "UNDELETE",
    "GAP_CREATE",
    "GAP_UPDATE",
    "GAP_DELETE",
    "GAP_UNDELETE",
    "GAP_OVERFLOW",
)
NEVER_SENT = ("Id", "IsDeleted", "SystemModstamp")
_AVRO = {"boolean": "boolean", "int": "int", "date": "long", "datetime": "long"} | dict.fromkeys(
    ("double", "currency", "percent"), "double"
)
_ADDRESS = (
    ("Street", "string"),
    ("City", "string"),
    ("State", "string"),
    ("PostalCode", "string"),
    ("Country", "string"),
    ("Latitude", "double"),
    ("Longitude", "double"),
    ("GeocodeAccuracy", "string"),
)


def event_name(entity: str) -> str:
    """OpportunityChangeEvent, and Plan_Item__ChangeEvent for a custom object."""
    return f"{entity.removesuffix('c') if entity.endswith('__c') else entity}ChangeEvent"


@cache
def schema_of(entity: str) -> dict[str, Any]:
    """The Avro schema of an object's change events. A text array of the header carries bitmaps."""
    texts = {"type": "array", "items": "string"}
    change_type = {"type": "enum", "name": "ChangeType", "symbols": list(CHANGE_TYPES)}
    header = [
        ("entityName", "string"),
        ("recordIds", texts),
        ("changeType", change_type),
        ("changeOrigin", "string"),
        ("transactionKey", "string"),
        ("sequenceNumber", "int"),
        ("commitTimestamp", "long"),
        ("commitNumber", "long"),
        ("commitUser", "string"),
        ("nulledFields", texts),
        ("diffFields", texts),
        ("changedFields", texts),
    ]
    described = {"type": "record", "name": HEADER, "fields": [{"name": n, "type": t} for n, t in header]}
    fields: list[dict[str, Any]] = [{"name": HEADER, "type": described}]
    for f in fields_of(entity).values():
        parent = _compound(f)
        if f.name in NEVER_SENT or (parent and any(known["name"] == parent for known in fields)):
            continue
        fields.append({"name": parent or f.name, "type": _address() if parent else _nullable(f)})
    return {
        "type": "record",
        "name": event_name(entity),
        "namespace": "com.sforce.eventbus",
        "fields": fields,
    }


def _nullable(f: Field) -> list[Any]:
    if f.name == "Name":  # one field of a business account, several of a person's
        person = [{"name": n, "type": ["null", "string"]} for n in ("Salutation", "FirstName", "LastName")]
        return ["null", "string", {"type": "record", "name": "Switchable_PersonName", "fields": person}]
    return ["null", _AVRO.get(f.type, "string")]


def _address() -> list[Any]:
    parts = [{"name": name, "type": ["null", kind]} for name, kind in _ADDRESS]
    return ["null", {"type": "record", "name": "Address", "fields": parts}]


def _compound(f: Field) -> str:
    """The compound field that carries this one; empty for a field that stands for itself."""
    return "BillingAddress" if f.name.startswith("Billing") else ""


def schema_json(entity: str) -> str:
    return json.dumps(schema_of(entity))


@cache
def schema_id(entity: str) -> str:
    """The schema's fingerprint, as opaque as Salesforce's."""
    digest = md5(schema_json(entity).encode(), usedforsecurity=False).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


@cache
def entity_of(fingerprint: str) -> str | None:
    return next((name for name in SCHEMA if schema_id(name) == fingerprint), None)


@cache
def _parsed(entity: str) -> Any:
    return fastavro.parse_schema(schema_of(entity), named_schemas={})


def bitmaps(entity: str, names: Iterable[str]) -> list[str]:
    """The fields as Salesforce writes them: one bitmap for the event's own fields, one for each compound field."""
    own, nested = 0, dict[int, int]()
    fields = [f["name"] for f in schema_of(entity)["fields"]]
    for name in names:
        parent = _compound(fields_of(entity)[name])
        if not parent:
            own |= 1 << fields.index(name)
            continue
        part = [known for known, _ in _ADDRESS].index(name.removeprefix("Billing"))
        place = fields.index(parent)
        nested[place] = nested.get(place, 0) | 1 << part
    return ([_hex(own)] if own else []) + [f"{place}-{_hex(bits)}" for place, bits in sorted(nested.items())]


def _hex(bits: int) -> str:
    text = f"{bits:X}"
    return "0x" + text.zfill(len(text) + len(text) % 2)


def encode(entity: str, header: Mapping[str, Any], values: Mapping[str, Any]) -> bytes:
    """The payload of an event, without a schema of its own in it."""
    body: dict[str, Any] = dict.fromkeys(f["name"] for f in schema_of(entity)["fields"])
    body[HEADER] = dict(header)
    for name, value in values.items():
        f = fields_of(entity)[name]
        parent = _compound(f)
        if not parent:
            body[name] = _value(f, value)
        elif value is not None:
            address = body[parent] or dict.fromkeys(known for known, _ in _ADDRESS)
            body[parent] = address | {name.removeprefix("Billing"): value}
    out = io.BytesIO()
    fastavro.schemaless_writer(out, _parsed(entity), body)
    return out.getvalue()


def _value(f: Field, value: Any) -> Any:
    if value is None:
        return None
    if f.type in ("date", "datetime"):
        return int(from_iso(str(value)).timestamp() * 1000)
    return bool(value) if f.type == "boolean" else value
