"""Where a sweep by SystemModstamp stands, and what it asks next.

SystemModstamp counts seconds and a row may be committed a little after its stamp, so "later than the last one seen"
would lose rows. While the newest rows are younger than SETTLE, the next sweep reads from SETTLE ago again and drops
what it has seen; once they are older, it goes on from the exact place.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from app.crm.port import Rejected
from app.crm.salesforce_soql import literal
from app.ground.clock import from_iso, to_iso

PAGE = 2_000
"""Rows: the most one answer holds."""

SETTLE = timedelta(seconds=10)
"""How long after its stamp a row may still appear. Longer transactions are left to the slow full sweep."""

MAX_SEEN = 2_000
"""Beyond this many young rows (a bulk load) the exact place has to do."""

ORDER = "SystemModstamp ASC, Id ASC"
START = "1970-01-01T00:00:00.000Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`at` and `id` are the last row's. `since` set: read from there again, without `seen` (id → stamp) and
    without what lies up to `floor`, which was there before the sweep began."""

    at: str = START
    id: str = ""
    since: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)
    floor: tuple[str, str] = (START, "")

    @property
    def where(self) -> str:
        if self.since:
            return f"SystemModstamp >= {literal(from_iso(self.since))}"
        at = literal(from_iso(self.at))
        if not self.id:
            return f"SystemModstamp > {at}"
        return f"(SystemModstamp > {at} OR (SystemModstamp = {at} AND Id > {literal(self.id)}))"

    def fresh(self, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The rows that this sweep has not yet seen as they are now."""
        return [
            row
            for row in rows
            if (stamp := _stamp(row))
            and self.seen.get(row["Id"]) != stamp
            and (stamp, row["Id"]) > self.floor
        ]

    def after(self, rows: Sequence[Mapping[str, Any]], now: datetime) -> "Place":
        """The place behind this page."""
        edge = to_iso(now - SETTLE)
        seen = {i: stamp for i, stamp in self.seen.items() if stamp >= edge}
        seen |= {row["Id"]: stamp for row in rows if (stamp := _stamp(row)) >= edge}
        last = max(((_stamp(row), row["Id"]) for row in rows), default=(self.at, self.id))
        place = replace(self, at=last[0], id=last[1], since="", seen=seen)
        if len(rows) >= PAGE:
            return place
        if not seen or len(seen) > MAX_SEEN:
            return replace(place, seen={})
        return replace(place, since=max(edge, self.floor[0]))

    def to_json(self) -> str:
        return json.dumps(
            {"at": self.at, "id": self.id, "since": self.since, "seen": self.seen, "floor": self.floor}
        )


def place_of(cursor: str) -> Place:
    """Raises Rejected for a text that no sweep wrote."""
    try:
        raw = json.loads(cursor)
        from_iso(raw["at"])
        floor_at, floor_id = raw["floor"]
        return Place(
            at=raw["at"], id=raw["id"], since=raw["since"], seen=dict(raw["seen"]), floor=(floor_at, floor_id)
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Rejected("This cursor was not made by a sweep.") from error


def from_now(newest: Sequence[Mapping[str, Any]]) -> Place:
    """The place behind the newest row there is."""
    if not newest:
        return Place()
    at, row_id = _stamp(newest[0]), newest[0]["Id"]
    return Place(at=at, id=row_id, floor=(at, row_id))


def _stamp(row: Mapping[str, Any]) -> str:
    return to_iso(from_iso(row["SystemModstamp"]))
