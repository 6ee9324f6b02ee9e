"""The search endpoint's language, answered by SQLite: filter groups, one sort, paging to ten thousand."""

import re
from collections.abc import Mapping
from typing import Any

from app.ground.clock import to_iso
from app.sandbox.hubspot.db import Database
from app.sandbox.hubspot.errors import HubError, invalid_input
from app.sandbox.hubspot.properties import PropertyBook, moment
from app.sandbox.hubspot.records import Records
from app.sandbox.hubspot.schema import TYPES, ObjectType

MAX_PAGE = 200
MAX_RESULTS = 10_000
MAX_BODY_CHARS = 3_000
MAX_GROUPS, MAX_FILTERS_IN_GROUP, MAX_FILTERS = 5, 6, 18
MAX_VALUES = 100
_WITH_VALUE = {
    "EQ": "{column} = ?",
    "NEQ": "{column} != ?",
    "LT": "{column} < ?",
    "LTE": "{column} <= ?",
    "GT": "{column} > ?",
    "GTE": "{column} >= ?",
    "BETWEEN": "{column} BETWEEN ? AND ?",
    "CONTAINS_TOKEN": "contains_token({column}, ?)",
    "NOT_CONTAINS_TOKEN": "NOT contains_token({column}, ?)",
}

Clause = tuple[str, list[Any]]


def contains_token(text: str | None, pattern: str) -> bool:
    """Whether one word of `text` matches `pattern`, in which * stands for any letters."""
    wanted = re.compile(re.escape(pattern.lower()).replace(r"\*", r"\w*"))
    return any(wanted.fullmatch(word) for word in re.findall(r"\w+", (text or "").lower())) or bool(
        " " in pattern and pattern.lower() in (text or "").lower()
    )


class Search:
    def __init__(self, db: Database, book: PropertyBook, records: Records, lag_seconds: float) -> None:
        self._db = db
        self._book = book
        self._records = records
        self._lag_ms = int(lag_seconds * 1000)
        db.function("contains_token", 2, contains_token)

    def run(self, kind: ObjectType, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """One page of results. Raises HubError 400 for what HubSpot does not search for."""
        limit, after = _page(wanted)
        where, values = self._where(kind, wanted)
        order = self._order(kind, wanted.get("sorts") or [])
        with self._db.transaction() as db:
            # S608: names come from the portal's schema, values are bound
            (total,) = db.execute(f"SELECT COUNT(*) FROM records WHERE {where}", values).fetchone()  # noqa: S608
            rows = db.execute(
                f"SELECT * FROM records WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608
                [*values, limit, after],
            ).fetchall()
        names = wanted.get("properties")
        answer: dict[str, Any] = {
            "total": total,
            "results": [self._records.rendered(kind, row, names or None) for row in rows],
        }
        if after + len(rows) < total:
            answer["paging"] = {"next": {"after": str(after + len(rows))}}
        return answer

    def _where(self, kind: ObjectType, wanted: Mapping[str, Any]) -> Clause:
        groups = wanted.get("filterGroups") or []
        if not isinstance(groups, list) or len(groups) > MAX_GROUPS:
            raise invalid_input(f"filterGroups may hold at most {MAX_GROUPS} groups")
        total = 0
        options: list[Clause] = []
        for group in groups:
            filters = group.get("filters") if isinstance(group, dict) else None
            if not isinstance(filters, list) or not 0 < len(filters) <= MAX_FILTERS_IN_GROUP:
                raise invalid_input(f"a filter group holds 1 to {MAX_FILTERS_IN_GROUP} filters")
            total += len(filters)
            options.append(_joined(" AND ", [self._filter(kind, one) for one in filters]))
        if total > MAX_FILTERS:
            raise invalid_input(f"at most {MAX_FILTERS} filters are allowed")
        # The index trails: what changed within the lag is not found yet.
        parts: list[Clause] = [("type = ? AND archived = 0", [kind.name])]
        if self._lag_ms:
            parts.append(("modified <= ?", [self._records.now_ms() - self._lag_ms]))
        if options:
            parts.append(_joined(" OR ", options))
        if wanted.get("query"):
            parts.append(self._full_text(kind, str(wanted["query"])))
        return _joined(" AND ", parts)

    def _full_text(self, kind: ObjectType, query: str) -> Clause:
        escaped = "%" + re.sub(r"([\\%_])", r"\\\1", query) + "%"
        return _joined(
            " OR ", [(f"{_column(kind, name)} LIKE ? ESCAPE '\\'", [escaped]) for name in kind.searchable]
        )

    def _filter(self, kind: ObjectType, one: Any) -> Clause:
        if not isinstance(one, dict):
            raise invalid_input("a filter must be an object")
        name, operator = str(one.get("propertyName")), str(one.get("operator"))
        if name.startswith("associations."):
            return _associated(kind, name.removeprefix("associations."), operator, one)
        column, value_type = self._property(kind, name)
        if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
            return f"{column} IS {'NOT ' if operator == 'HAS_PROPERTY' else ''}NULL", []
        if operator in ("IN", "NOT_IN"):
            return _among(column, operator, [_typed(kind, name, value_type, value) for value in _values(one)])
        if one.get("value") in (None, "") or operator not in _WITH_VALUE:
            raise invalid_input(f"operator {operator} is unknown or lacks its value")
        values = [_typed(kind, name, value_type, one["value"])]
        if operator == "BETWEEN":
            values.append(_typed(kind, name, value_type, one.get("highValue")))
        return _WITH_VALUE[operator].format(column=column), values

    def _property(self, kind: ObjectType, name: str) -> tuple[str, str]:
        definition = self._book.of(kind).get(name)
        if definition is None:
            raise HubError(
                400,
                "VALIDATION_ERROR",
                f"There was a problem with the request. Property {name} does not exist on {kind.name}.",
            )
        column, value_type = _column(kind, name), definition["type"]
        if value_type == "number" and name != "hs_object_id":
            column = f"CAST({column} AS REAL)"
        return column if value_type != "string" else f"{column} COLLATE NOCASE", value_type

    def _order(self, kind: ObjectType, sorts: Any) -> str:
        if not isinstance(sorts, list) or len(sorts) > 1:
            raise invalid_input("only one sort is supported")
        if not sorts:
            return "created, id"
        sort = sorts[0] if isinstance(sorts[0], dict) else {"propertyName": str(sorts[0]).lstrip("-")}
        direction = "DESC" if sort.get("direction") == "DESCENDING" else "ASC"
        column, _ = self._property(kind, str(sort.get("propertyName")))
        # Within equal values the index has an order of its own, which is not the order of ids.
        return f"{column} {direction}, (id * 7919) % 10007, id"


def _page(wanted: Mapping[str, Any]) -> tuple[int, int]:
    try:
        limit, after = int(wanted.get("limit", 10)), int(wanted.get("after") or 0)
    except (TypeError, ValueError):
        raise invalid_input("limit and after must be numbers") from None
    if not 1 <= limit <= MAX_PAGE:
        raise invalid_input(f"limit must be between 1 and {MAX_PAGE}")
    if after < 0 or after + limit > MAX_RESULTS:
        raise HubError(
            400, "VALIDATION_ERROR", f"You cannot page past the first {MAX_RESULTS} results of a query."
        )
    return limit, after


def _column(kind: ObjectType, name: str) -> str:
    if name == "hs_object_id":
        return "id"
    if name == kind.modified:
        return "modified"
    if name in ("createdate", "hs_createdate"):
        return "created"
    return f"json_extract(props, '$.{name}')"


def _typed(kind: ObjectType, name: str, value_type: str, value: Any) -> Any:
    text = str(value)
    try:
        if name == "hs_object_id":
            return int(text)
        if value_type == "number":
            return float(text)
        if value_type == "datetime":
            when = moment(text)
            millis = round(when.timestamp() * 1000)
            return millis if name in (kind.modified, "createdate", "hs_createdate") else to_iso(when)
        if value_type == "date":
            return moment(text).date().isoformat()
    except (ValueError, OverflowError, OSError):
        raise invalid_input(f"{text} is not a valid {value_type} for {name}") from None
    return text


def _values(one: Mapping[str, Any]) -> list[Any]:
    values = one.get("values")
    if not isinstance(values, list) or not 0 < len(values) <= MAX_VALUES:
        raise invalid_input(f"operator {one.get('operator')} requires 1 to {MAX_VALUES} values")
    return values


def _among(column: str, operator: str, values: list[Any]) -> Clause:
    marks = ",".join("?" * len(values))
    if operator == "IN":
        return f"{column} IN ({marks})", values
    return f"({column} IS NULL OR {column} NOT IN ({marks}))", values


def _associated(kind: ObjectType, other: str, operator: str, one: Mapping[str, Any]) -> Clause:
    found = next((to for to in TYPES.values() if other in (to.name, to.singular)), None)
    if found is None or operator not in ("EQ", "IN"):
        raise invalid_input(f"associations.{other} {operator} is not supported")
    values = _values(one) if operator == "IN" else [one.get("value")]
    if not all(str(value).isdigit() for value in values):
        raise invalid_input("an associated record is named by its id")
    marks = ",".join("?" * len(values))
    linked = f"SELECT from_id FROM links WHERE from_type = ? AND to_type = ? AND to_id IN ({marks})"  # noqa: S608
    return f"id IN ({linked})", [kind.name, found.name, *(int(str(value)) for value in values)]


def _joined(word: str, parts: list[Clause]) -> Clause:
    return "(" + word.join(f"({text})" for text, _ in parts) + ")", [
        value for _, values in parts for value in values
    ]
