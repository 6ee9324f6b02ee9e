"""Values on their way in and out: what a field accepts, and how the wire writes it."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from app.ground.clock import from_iso, to_iso
from app.sandbox.salesforce.errors import Refusal
from app.sandbox.salesforce.fields import Field
from app.sandbox.salesforce.ids import normal_id

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")


def to_wire(f: Field, value: Any) -> object:
    """A stored value as an answer holds it."""
    if value is None:
        return None
    if f.type == "datetime":
        return str(value).replace("Z", "+0000")
    if f.type == "boolean":
        return bool(value)
    return value


def from_wire(f: Field, value: object) -> object:
    """A value from a request as it is stored. Raises what Salesforce says to one that the field cannot hold."""
    if f.type == "boolean":
        return int(bool(value)) if isinstance(value, bool | None) else _unreadable(f, value)
    if value is None or value == "":
        return None
    return _READERS.get(f.type, _text)(f, value)


def _text(f: Field, value: object) -> object:
    if isinstance(value, dict | list):
        return _unreadable(f, value)
    said = value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    kept = said.strip()
    if len(kept) > f.length:
        raise Refusal(
            "STRING_TOO_LONG", f"{f.label}: data value too large: {kept} (max length={f.length})", [f.name]
        )
    return kept or None


def _email(f: Field, value: object) -> object:
    kept = _text(f, value)
    if kept is not None and not _EMAIL.fullmatch(str(kept)):
        raise Refusal("INVALID_EMAIL_ADDRESS", f"{f.label}: invalid email address: {kept}", [f.name])
    return kept


def _picklist(f: Field, value: object) -> object:
    kept = _text(f, value)
    if f.restricted and kept not in f.values:
        raise Refusal(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{f.label}: bad value for restricted picklist field: {kept}",
            [f.name],
        )
    return kept


def _number(f: Field, value: object) -> object:
    try:
        number = float(str(value)) if not isinstance(value, bool) else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        return _unreadable(f, value)
    if abs(number) >= 10 ** (f.length - f.scale):
        raise Refusal(
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{f.label}: value outside of valid range on numeric field",
            [f.name],
        )
    return int(number) if f.type == "int" else round(number, f.scale)


def _day(f: Field, value: object) -> object:
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        return _unreadable(f, value)


def _moment(f: Field, value: object) -> object:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return _unreadable(f, value)
    try:
        return to_iso(from_iso(value))
    except ValueError:
        return _unreadable(f, value)


def _reference(f: Field, value: object) -> object:
    try:
        return normal_id(str(value))
    except Refusal:
        raise Refusal("MALFORMED_ID", f"{f.label}: id value of incorrect type: {value}", [f.name]) from None


_READERS: Mapping[str, Callable[[Field, object], object]] = {
    "email": _email,
    "picklist": _picklist,
    "int": _number,
    "double": _number,
    "currency": _number,
    "percent": _number,
    "date": _day,
    "datetime": _moment,
    "reference": _reference,
}


def _unreadable(f: Field, value: object) -> object:
    kind = type(value).__name__.upper()
    raise Refusal(
        "JSON_PARSER_ERROR",
        f"Cannot deserialize instance of {f.type} from VALUE_{kind} value {value}"
        " or request may be missing a required field",
    )
