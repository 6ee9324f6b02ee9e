"""Salesforce's values and ids as the port writes them down."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from app.crm.fields import api_name
from app.crm.port import CrmRecord
from app.domain.record import CrmKind, ObjectKind
from app.ground.clock import from_iso, to_iso

OBJECTS = {
    ObjectKind.DEAL: "Opportunity",
    ObjectKind.COMPANY: "Account",
    ObjectKind.CONTACT: "Contact",
}

SHORT_ID = 15

_ID = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000")
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def long_id(record_id: str) -> str:
    """The 18-character form of an id, which alone survives a change of case; anything else as it is."""
    if len(record_id) != SHORT_ID or not _ID.fullmatch(record_id):
        return record_id
    chunks = (record_id[start : start + 5] for start in (0, 5, 10))
    return record_id + "".join(_CHECK[sum(c.isupper() << i for i, c in enumerate(chunk))] for chunk in chunks)


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def api_fields(kind: ObjectKind, canonical: Sequence[str]) -> dict[str, str]:
    """Salesforce's name for each of our field names."""
    return {name: api_name(CrmKind.SALESFORCE, kind, name) for name in canonical}


def record(kind: ObjectKind, row: Mapping[str, Any], names: Mapping[str, str]) -> CrmRecord:
    """A row as the port's record, with exactly the fields of `names` (ours → Salesforce's)."""
    fields = {ours: text(_followed(row, theirs)) for ours, theirs in names.items()}
    if kind is ObjectKind.COMPANY and fields.get("domain"):
        fields["domain"] = host(fields["domain"] or "")
    return CrmRecord(
        kind=kind,
        id=row["Id"],
        fields=fields,
        modified_at=moment(row["SystemModstamp"]),
        archived=bool(row.get("IsDeleted")),
        companies=[row[end] for end in own_ends(kind) if row.get(end)] if own_ends(kind) else None,
    )


def own_ends(kind: ObjectKind) -> Sequence[str]:
    """The lookups on the record itself that say which company it belongs to."""
    return ("AccountId",) if kind is ObjectKind.DEAL else ()


def _followed(row: Mapping[str, Any], path: str) -> Any:
    """The value at a path such as Account.Name; None where a parent is missing."""
    place: Any = row
    for step in path.split("."):
        if not isinstance(place, Mapping):
            return None
        place = place.get(step)
    return place


def text(value: Any) -> str | None:
    """A value as text: whole numbers without a point, times in UTC with a Z, None for nothing."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return to_iso(from_iso(value))
    return str(value)


def moment(value: str) -> datetime:
    return from_iso(value)


def host(website: str) -> str:
    """The bare domain of a website as people type it: https://www.Acme.example/en → acme.example."""
    try:
        found = urlsplit(website if "//" in website else f"//{website}").hostname
    except ValueError:
        found = None
    return (found or website).lower().removeprefix("www.")
