"""Frozen values as plain JSON, and back: nothing is lost on the way, and nothing unknown comes in."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints


def plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def from_plain(kind: Any, body: Mapping[str, Any]) -> Any:
    """An instance of the dataclass `kind`; fields that the body lacks have their defaults. Raises ValueError,
    TypeError or KeyError where the body does not fit."""
    hints = _hints(kind)
    values = {
        field.name: _read(hints[field.name], body[field.name])
        for field in fields(kind)
        if field.name in body or (field.default is MISSING and field.default_factory is MISSING)
    }
    return kind(**values)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(hint: Any, value: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return None if value is None else _read(next(a for a in get_args(hint) if a is not type(None)), value)
    if get_origin(hint) is tuple:
        return tuple(_read(get_args(hint)[0], one) for one in value)
    if is_dataclass(hint):
        return from_plain(hint, value)
    return _simple(hint, value)


def _simple(hint: Any, value: Any) -> Any:
    if hint is datetime:
        return _moment(value)
    if hint is date:
        return date.fromisoformat(value)
    if hint is float and type(value) is int:
        return float(value)
    if issubclass(hint, StrEnum):
        return hint(value)
    if type(value) is not hint:
        raise TypeError(f"{value!r} is no {hint}")
    return value


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment
