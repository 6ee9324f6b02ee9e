"""Writes SOQL. Every value goes through `literal`, every name through `name`; nothing else builds a statement."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from app.crm.port import Rejected
from app.ground.clock import to_iso

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,5}")
_ESCAPES = str.maketrans(
    {
        "\\": "\\\\",
        "'": "\\'",
        '"': '\\"',
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\b": "\\b",
        "\f": "\\f",
    }
)


def literal(value: str | bool | float | date | datetime | None) -> str:
    """The value as a SOQL literal: a text is quoted and escaped and can never end its quotes."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return to_iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    return f"'{_plain(value).translate(_ESCAPES)}'"


def containing(value: str) -> str:
    """A LIKE pattern for texts that contain the value, whose own wildcards are only characters."""
    escaped = _plain(value).translate(_ESCAPES).replace("%", "\\%").replace("_", "\\_")
    return f"'%{escaped}%'"


def _plain(value: str) -> str:
    """Lone surrogates cannot be sent; no stored text holds one either."""
    return value.encode("utf-8", "replace").decode("utf-8")


def name(path: str) -> str:
    """The path itself. Raises Rejected when it is not the name of a field, or of a parent's field."""
    if not _NAME.fullmatch(path):
        raise Rejected(f"{path!r} is not the name of a Salesforce field.")
    return path


def among(field: str, values: Iterable[str]) -> str:
    return f"{name(field)} IN ({', '.join(literal(value) for value in values)})"


def select(
    fields: Sequence[str], source: str, where: str = "", *, order: str = "", limit: int | None = None
) -> str:
    """`where` and `order` are made of the functions above."""
    parts = [f"SELECT {', '.join(name(f) for f in dict.fromkeys(fields))} FROM {name(source)}"]  # noqa: S608 - names are checked
    if where:
        parts.append(f"WHERE {where}")
    if order:
        parts.append(f"ORDER BY {order}")
    if limit is not None:
        parts.append(f"LIMIT {limit}")
    return " ".join(parts)
