"""What changed since a cursor, by search: nothing is missed through equal times, the ten-thousand cap or the lag
of HubSpot's search index, and an idle account costs one call.

The walk goes forward by (time, id). Whatever is younger than `LAG` when a walk ends is looked at once more by the
next one, because older changes may still enter the index behind it; `told` keeps them from being told twice.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from app.crm.hubspot_paths import MODIFIED, SEARCH, SEARCH_BODY_CHARS, SEARCH_PAGE
from app.crm.hubspot_transport import Transport
from app.ground.clock import Clock, from_iso

LAG = timedelta(seconds=5)
"""How far HubSpot's search index may trail the records."""

MAX_SEEN = 50
"""Ids named in a filter at most: a search may hold 3,000 characters."""

MAX_TOLD = 2_000
"""Beyond this, some young changes are told twice, which is harmless."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """`at`: milliseconds; all before is told. `seen`: ids told at exactly `at`. `drain`: the last id told while
    working off very many records of the one time `at`. `told`: younger changes as `time:id`. `look`: start by
    asking whether anything is new among the young. `floor`: where the first walk began; none goes back behind it."""

    at: int
    floor: int = 0
    seen: tuple[str, ...] = ()
    drain: str | None = None
    told: tuple[str, ...] = ()
    look: bool = False

    def __str__(self) -> str:
        return json.dumps({k: v for k, v in asdict(self).items() if v or k == "at"})


def read_cursor(text: str) -> Cursor:
    """Raises ValueError for a text that no cursor wrote."""
    found = json.loads(text)
    try:
        return Cursor(
            at=int(found["at"]),
            floor=int(found.get("floor", 0)),
            seen=tuple(found.get("seen", ())),
            drain=found.get("drain"),
            told=tuple(found.get("told", ())),
            look=bool(found.get("look")),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a cursor of HubSpot changes") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    rows: Sequence[Row]
    cursor: Cursor
    more: bool


class Walk:
    """Changes of one object type. `only` are filters that every record has to pass."""

    def __init__(
        self,
        transport: Transport,
        clock: Clock,
        object_type: str,
        properties: Sequence[str],
        only: Sequence[Mapping[str, str]] = (),
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._type = object_type
        self._modified = MODIFIED.get(object_type, "hs_lastmodifieddate")
        self._properties = list(dict.fromkeys([*properties, self._modified]))
        self._only = list(only)

    def start(self) -> Cursor:
        """From now on, by HubSpot's own clock."""
        rows, _ = self._search([], "DESCENDING", limit=1)
        if not rows:
            return Cursor(at=0)
        newest = self._time(rows[0])
        return Cursor(at=newest, floor=newest)

    def page(self, cursor: Cursor) -> Page:
        """The next page of changes in order of time."""
        if cursor.look:
            return self._look(cursor)
        if cursor.drain is not None:
            return self._drain(cursor, cursor.drain)
        return self._forward(cursor)

    def _forward(self, cursor: Cursor) -> Page:
        groups = [[self._filter("GT", cursor.at)]]
        if cursor.seen:
            unseen = {"propertyName": "hs_object_id", "operator": "NOT_IN", "values": list(cursor.seen)}
            groups.append([self._filter("EQ", cursor.at), unseen])
        rows, total = self._search(groups, "ASCENDING")
        rows.sort(key=lambda row: (self._time(row), int(row["id"])))
        if total <= len(rows):
            return Page(rows=self._fresh(cursor, rows), cursor=self._end(cursor, rows), more=False)
        tail = self._time(rows[-1])
        at_tail = [str(row["id"]) for row in rows if self._time(row) == tail]
        if tail == cursor.at:
            at_tail += cursor.seen
        if len(at_tail) <= MAX_SEEN:
            following = replace(self._passed(cursor, rows), at=tail, seen=tuple(at_tail))
            return Page(rows=self._fresh(cursor, rows), cursor=following, more=True)
        # So many of one time that the page may have cut them anywhere: work that time off by id.
        before = [row for row in rows if self._time(row) < tail]
        following = replace(self._passed(cursor, before), at=tail, seen=(), drain="0")
        return Page(rows=self._fresh(cursor, before), cursor=following, more=True)

    def _drain(self, cursor: Cursor, last: str) -> Page:
        beyond = {"propertyName": "hs_object_id", "operator": "GT", "value": last}
        rows, total = self._search(
            [[self._filter("EQ", cursor.at), beyond]], "ASCENDING", sort_by="hs_object_id"
        )
        after = self._passed(cursor, rows)
        more = total > len(rows)
        following = replace(after, drain=str(rows[-1]["id"]) if more else None)
        return Page(rows=self._fresh(cursor, rows), cursor=following, more=True)

    def _look(self, cursor: Cursor) -> Page:
        rows, total = self._search([[self._filter("GT", cursor.at)]], "DESCENDING")
        rows.reverse()
        fresh = self._fresh(cursor, rows)
        if total <= len(rows):
            return Page(rows=fresh, cursor=self._end(cursor, rows), more=False)
        if not fresh and total == len({mark.split(":", 1)[1] for mark in cursor.told}):
            return Page(rows=(), cursor=self._end(cursor, rows), more=False)
        return Page(rows=(), cursor=replace(cursor, look=False), more=True)

    def _fresh(self, cursor: Cursor, rows: Sequence[Row]) -> list[Row]:
        told = set(cursor.told)
        return [row for row in rows if self._mark(row) not in told]

    def _passed(self, cursor: Cursor, rows: Sequence[Row]) -> Cursor:
        """The cursor that remembers which of `rows` are young."""
        horizon = self._horizon()
        young = [self._mark(row) for row in rows if self._time(row) > horizon]
        kept = dict.fromkeys([*cursor.told, *young])
        return replace(cursor, told=tuple(kept)[-MAX_TOLD:])

    def _end(self, cursor: Cursor, rows: Sequence[Row]) -> Cursor:
        """Where the next walk starts: at what is surely complete."""
        horizon = self._horizon()
        newest = max([cursor.at, *(self._time(row) for row in rows)])
        told = tuple(mark for mark in self._passed(cursor, rows).told if int(mark.split(":", 1)[0]) > horizon)
        if told:
            return Cursor(
                at=max(min(newest, horizon), cursor.floor), floor=cursor.floor, told=told, look=True
            )
        if newest == cursor.at and not rows:
            return replace(cursor, told=(), look=False)
        at_newest = [str(row["id"]) for row in rows if self._time(row) == newest]
        if newest == cursor.at:
            at_newest += cursor.seen
        seen = tuple(at_newest) if len(at_newest) <= MAX_SEEN else ()
        return Cursor(at=newest, floor=cursor.floor, seen=seen)

    def _horizon(self) -> int:
        return int((self._clock() - LAG).timestamp() * 1000)

    def _time(self, row: Row) -> int:
        return round(from_iso(str(row["properties"][self._modified])).timestamp() * 1000)

    def _mark(self, row: Row) -> str:
        return f"{self._time(row)}:{row['id']}"

    def _filter(self, operator: str, at: int) -> dict[str, Any]:
        return {"propertyName": self._modified, "operator": operator, "value": str(at)}

    def _search(
        self,
        groups: Sequence[Sequence[Mapping[str, Any]]],
        direction: str,
        *,
        sort_by: str = "",
        limit: int = 0,
    ) -> tuple[list[Row], int]:
        return search(
            self._transport,
            self._type,
            [[*group, *self._only] for group in (groups or ([[]] if self._only else []))],
            self._properties,
            sort=(sort_by or self._modified, direction),
            limit=limit or SEARCH_PAGE,
        )


def search(
    transport: Transport,
    object_type: str,
    groups: Sequence[Sequence[Mapping[str, Any]]],
    properties: Sequence[str],
    *,
    sort: tuple[str, str],
    limit: int,
) -> tuple[list[Row], int]:
    """One page of search results and how many there are in all."""
    body: dict[str, Any] = {
        "filterGroups": [{"filters": list(group)} for group in groups],
        "sorts": [{"propertyName": sort[0], "direction": sort[1]}],
        "properties": list(properties),
        "limit": limit,
    }
    if len(json.dumps(body)) > SEARCH_BODY_CHARS:
        raise ValueError("too many fields for one search: read them by id instead")
    answer = transport.call(SEARCH, path={"type": object_type}, body=body)
    return list(answer["results"]), int(answer["total"])
