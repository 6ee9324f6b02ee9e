"""Change events as Salesforce packs them: an Avro payload whose header names the changed fields by bits.

Nothing here trusts what it reads: whatever the bytes are, the answer is a value or Unreadable.
"""

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import fastavro

HEADER = "ChangeEventHeader"
MAX_SCHEMA = 2 * 1024 * 1024
"""Characters: a schema of 800 fields has some 100 KB."""

_BITS = re.compile(r"(?:(\d{1,5})-)?0x([0-9A-Fa-f]{1,4096})")


class Unreadable(ValueError):
    """Not a change event, or not one of this schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSchema:
    """`fields` are the event's own fields in order, each with the parts of a compound one in order."""

    parsed: Any
    fields: Sequence[tuple[str, Sequence[str]]]


def read_schema(text: str) -> EventSchema:
    """Raises Unreadable for what is no schema of change events."""
    if len(text) > MAX_SCHEMA:
        raise Unreadable("too long")
    try:
        raw = json.loads(text)
        _only_texts_in_arrays(raw)
        parsed = fastavro.parse_schema(raw, named_schemas={})
        fields = [(str(f["name"]), _parts(f["type"])) for f in raw["fields"]]
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable("no Avro schema") from error
    if not fields or fields[0][0] != HEADER:
        raise Unreadable("no schema of change events")
    return EventSchema(parsed=parsed, fields=fields)


def _only_texts_in_arrays(schema: Any) -> None:
    """An array of things that take no bytes would be read for ever; change events have arrays of texts only."""
    if isinstance(schema, list):
        for part in schema:
            _only_texts_in_arrays(part)
    elif isinstance(schema, Mapping):
        if schema.get("type") == "map" or (schema.get("type") == "array" and schema.get("items") != "string"):
            raise Unreadable("an array of something else")
        for part in (schema.get("type"), *(schema.get("fields") or ())):
            if not isinstance(part, str):
                _only_texts_in_arrays(part)


def _parts(kind: Any) -> Sequence[str]:
    """The parts of a compound field, which is a record or nothing; none for any other field."""
    for option in kind if isinstance(kind, list) else [kind]:
        if isinstance(option, Mapping) and option.get("type") == "record":
            return [str(f["name"]) for f in option["fields"]]
    return ()


def decode(schema: EventSchema, payload: bytes) -> Mapping[str, Any]:
    """The event with its header under HEADER. Raises Unreadable."""
    try:
        body: Any = fastavro.schemaless_reader(io.BytesIO(payload), schema.parsed, None)
        header = body[HEADER]
        ids = [str(one) for one in header["recordIds"]]
        texts = [str(header[name]) for name in ("entityName", "changeType", "changeOrigin", "commitUser")]
    except Exception as error:
        raise Unreadable("not of this schema") from error
    if not all(texts[:2]) or not all(ids):
        raise Unreadable("a change of nothing")
    return dict(body)


def named_fields(schema: EventSchema, bitmaps: Sequence[str]) -> frozenset[str]:
    """The fields whose bits are set, by their API names: a compound field is named with each of its parts that
    changed. Raises Unreadable for bits that name no field."""
    found: set[str] = set()
    for text in bitmaps:
        match = _BITS.fullmatch(text)
        if match is None:
            raise Unreadable("no bitmap")
        place, bits = match[1], _set_bits(int(match[2], 16))
        try:
            if place is None:
                found |= {schema.fields[bit][0] for bit in bits}
            else:
                parent, parts = schema.fields[int(place)]
                found |= {name for bit in bits for name in _of_compound(parent, parts[bit])}
        except IndexError as error:
            raise Unreadable("a bit for no field") from error
    return frozenset(found)


def _set_bits(number: int) -> list[int]:
    return [bit for bit in range(number.bit_length()) if number >> bit & 1]


def _of_compound(parent: str, part: str) -> tuple[str, ...]:
    """What queries call a part of a compound field: BillingCity, FirstName, Site__Latitude__s."""
    if parent.endswith("Address"):
        return parent, parent.removesuffix("Address") + part
    if parent.endswith("__c"):
        return parent, f"{parent.removesuffix('c')}{part}__s"
    return parent, part
