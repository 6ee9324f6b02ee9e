"""The JSON body of a command, the same on every CRM door."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Never

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from app.domain.record import ObjectKind, RecordKey
from app.ground.errors import AppError, Reason

MAX_BYTES = 1_500_000
"""Enough for a message of 1 MB to reach the command, which refuses it with its own sentence."""

OBJECT_KINDS = {
    "deal": ObjectKind.DEAL,
    "deals": ObjectKind.DEAL,
    "0-3": ObjectKind.DEAL,
    "opportunity": ObjectKind.DEAL,
    "company": ObjectKind.COMPANY,
    "companies": ObjectKind.COMPANY,
    "0-2": ObjectKind.COMPANY,
    "account": ObjectKind.COMPANY,
    "contact": ObjectKind.CONTACT,
    "contacts": ObjectKind.CONTACT,
    "0-1": ObjectKind.CONTACT,
}
"""Every name that either CRM gives to the records we work on, in lower case."""


KEY_PATTERN = "[A-Za-z0-9_-]{8,80}"
"""What an idempotency key looks like: any UUID does."""


class _Schema(Schema):
    class Meta:
        unknown = EXCLUDE

    object_type = fields.String(data_key="objectType", allow_none=True, validate=validate.Length(max=40))
    object_id = fields.String(data_key="objectId", allow_none=True, validate=validate.Length(max=64))
    key = fields.String(
        data_key="idempotencyKey",
        required=True,
        validate=validate.Regexp(rf"\A{KEY_PATTERN}\Z", error="Must be a UUID."),
    )
    values = fields.Dict(data_key="fields", keys=fields.String(), load_default=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandBody:
    """`record` is what the caller says it is about; a door decides whether to believe it."""

    record: RecordKey | None
    key: str
    fields: Mapping[str, object]


def read_command_body(raw: bytes) -> CommandBody:
    """The body of a command. Raises AppError MALFORMED, TOO_LARGE, INVALID or UNKNOWN_RECORD with the field."""
    if len(raw) > MAX_BYTES:
        raise AppError(Reason.TOO_LARGE, "The request is larger than a command can be.")
    try:
        loaded: Any = _Schema().load(_json_object(raw))
    except ValidationError as error:
        name = str(next(iter(error.messages_dict)))
        raise AppError(Reason.INVALID, f"The request's {name} is missing or not valid.", field=name) from None
    return CommandBody(
        record=record_key(loaded.get("object_type"), loaded.get("object_id")),
        key=loaded["key"],
        fields=loaded["values"],
    )


def record_key(object_type: str | None, object_id: str | None) -> RecordKey | None:
    """The record that two request values name; None when both are left out. Raises AppError for half a name."""
    if not object_type and not object_id:
        return None
    kind = OBJECT_KINDS.get((object_type or "").lower())
    if kind is None or not object_id or not object_id.isalnum() or not object_id.isascii():
        raise AppError(Reason.UNKNOWN_RECORD, "There is no such record, or you may not see it.")
    return RecordKey(kind, object_id)


def read_json(raw: bytes) -> Any:
    """JSON as the standard has it: no NaN, and text that every encoding and every database can hold. Raises
    ValueError or RecursionError for anything else."""
    value = json.loads(raw, parse_constant=_no_constant)
    json.dumps(value, ensure_ascii=False).encode("utf-8")
    return _without_null(value)


def _without_null(value: Any) -> Any:
    """PostgreSQL has no text with a null character, and nobody means one."""
    match value:
        case str():
            return value.replace("\x00", "")
        case list():
            return [_without_null(item) for item in value]
        case dict():
            return {_without_null(key): _without_null(item) for key, item in value.items()}
        case _:
            return value


def _json_object(raw: bytes) -> Mapping[str, object]:
    try:
        value = read_json(raw)
    except (ValueError, RecursionError):
        raise AppError(Reason.MALFORMED, "The request is not JSON.") from None
    if not isinstance(value, dict):
        raise AppError(Reason.MALFORMED, "The request is not a JSON object.")
    return value


def _no_constant(name: str) -> Never:
    raise ValueError(name)
