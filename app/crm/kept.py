"""A write as one line of JSON, which a CRM keeps beside what people read, and back: nothing is lost on the way.

What people see of a write is made for them (rounded, translated, shortened); this is what a rebuild reads.
"""

import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from app.crm.port import (
    CertificationWrite,
    ConflictWrite,
    MessageWrite,
    PartnerWrite,
    PersonWrite,
    PlacementWrite,
    RegistrationWrite,
    StepWrite,
    Write,
)
from app.domain.certification import Source
from app.domain.conflict import ConflictKind, ConflictState
from app.domain.partner import PartnerType
from app.domain.plan import OwnerRole
from app.domain.registration import RegistrationState

VERSION = 1
"""Rises when a reader of the old form would misunderstand the new one; new fields alone need no new version."""

KINDS: Mapping[str, type[Write]] = {
    "message": MessageWrite,
    "step": StepWrite,
    "registration": RegistrationWrite,
    "conflict": ConflictWrite,
    "certification": CertificationWrite,
    "partner": PartnerWrite,
    "person": PersonWrite,
    "placement": PlacementWrite,
}
"""Share links are not among them: no CRM holds what a link needs, so a backup does. Nor is how a plan is doing, which
follows from its steps."""

_NAMES = {kind: name for name, kind in KINDS.items()}


def to_text(write: Write) -> str:
    """The write as JSON. Raises KeyError for what is not read back."""
    body = {"v": VERSION, "is": _NAMES[type(write)], **_plain(write)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def from_text(text: str | None) -> Write | None:
    """The write that a text holds, or None for any other text: people can edit what a CRM keeps."""
    try:
        body = json.loads(text or "")
        if body["v"] != VERSION:
            return None
        made: Write = _made(KINDS[body["is"]], body)
        _check(made)
    except (ValueError, KeyError, TypeError):
        return None
    return made


def _check(write: Write) -> None:
    """Raises ValueError for a state or type that we do not know: what is unknown is not brought back."""
    match write:
        case PartnerWrite():
            PartnerType(write.type)
        case RegistrationWrite():
            RegistrationState(write.state)
        case CertificationWrite():
            Source(write.source)
        case ConflictWrite():
            ConflictKind(write.kind)
            ConflictState(write.state)
        case StepWrite():
            OwnerRole(write.owner_role)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _made(kind: Any, body: Mapping[str, Any]) -> Any:
    """Raises ValueError, TypeError or KeyError where the body does not fit the class."""
    hints = _hints(kind)
    values = {
        field.name: _read(hints[field.name], body[field.name])
        for field in fields(kind)
        if field.name in body or field.default is MISSING
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
        return _made(hint, value)
    return _plain_read(hint, value)


def _plain_read(hint: Any, value: Any) -> Any:
    if hint is datetime:
        return _moment(value)
    if hint is date:
        return date.fromisoformat(value)
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        raise TypeError(f"{value!r} is no {hint}")
    return value


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment
