"""Answers a SOQL statement from the store: checks every name and value against the schema, then asks SQLite."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.ground.clock import from_iso, to_iso
from app.sandbox.salesforce import soql
from app.sandbox.salesforce.errors import Refusal
from app.sandbox.salesforce.fields import Field
from app.sandbox.salesforce.ids import normal_id
from app.sandbox.salesforce.schema import SCHEMA, fields_of
from app.sandbox.salesforce.store import Store
from app.sandbox.salesforce.values import to_wire

_LINK_RULE = (
    "Implementation restriction: ContentDocumentLink requires a filter by a single Id on ContentDocumentId or "
    "LinkedEntityId using the equals operator or multiple Id's using the IN operator."
)


def run(
    store: Store, statement: str, version: str, *, deleted: bool = False
) -> tuple[int, list[dict[str, Any]]]:
    """How many rows match, and the rows as the wire writes them. Raises Refusal."""
    query = soql.parse(statement)
    compiler = _Compiler(query, deleted=deleted)
    if not query.fields:
        count = store.select(compiler.sql("COUNT(*) AS n"), compiler.parameters)[0]["n"]
        return int(count), []
    chosen = [compiler.column(path) for path in query.fields]
    columns = ", ".join(
        [*(f"{c.sql} AS c{i}" for i, c in enumerate(chosen)), *compiler.parent_ids(), 't."Id" AS id']
    )
    rows = store.select(compiler.sql(columns), compiler.parameters)
    return len(rows), [compiler.row(dict(row), chosen, version) for row in rows]


@dataclass(frozen=True, slots=True)
class _Column:
    sql: str
    field: Field
    parents: tuple[str, ...]


class _Compiler:
    """One query on its way to SQL. Each parent that a path passes through is joined once."""

    def __init__(self, query: soql.Query, *, deleted: bool) -> None:
        self.query = query
        self.object = _object(query.object)
        self.joins: dict[tuple[str, ...], tuple[str, str, str]] = {}
        self.parameters: list[object] = []
        self.where = "1" if deleted else 't."IsDeleted" = 0'
        if self.object == "ContentDocumentLink" and not _names_one_document(query.where):
            soql.malformed(_LINK_RULE)
        if query.where is not None:
            self.where += f" AND {self.condition(query.where)}"
        self.order = ", ".join(self.ordering(o) for o in query.order) or "t.rowid"

    def sql(self, columns: str) -> str:
        joined = "".join(
            f' LEFT JOIN "{name}" {alias} ON {alias}."Id" = {on}' for alias, name, on in self.joins.values()
        )
        limit = -1 if self.query.limit is None else self.query.limit
        return (
            f'SELECT {columns} FROM "{self.object}" t{joined} WHERE {self.where}'  # noqa: S608 - schema names only
            f" ORDER BY {self.order} LIMIT {limit} OFFSET {self.query.offset}"
        )

    def parent_ids(self) -> list[str]:
        return [f'{alias}."Id" AS {alias}id' for alias, _, _ in self.joins.values()]

    def column(self, path: str) -> _Column:
        """Where a path's value stands. Raises INVALID_FIELD as Salesforce words it."""
        *parents, name = path.split(".")
        if parents and parents[0].lower() == self.object.lower():
            parents.pop(0)
        owner, alias, walked = self.object, "t", tuple[str, ...]()
        for parent in parents:
            owner, alias, walked = self.join(owner, alias, walked, parent)
        found = _by_name(fields_of(owner), name)
        if found is None:
            raise _no_column(name, owner)
        return _Column(f'{alias}."{found.name}"', found, walked)

    def join(
        self, owner: str, alias: str, walked: tuple[str, ...], parent: str
    ) -> tuple[str, str, tuple[str, ...]]:
        followed = next(
            (f for f in fields_of(owner).values() if f.relationship.lower() == parent.lower()), None
        )
        if followed is None or len(followed.references) != 1:
            raise Refusal("INVALID_FIELD", f"Didn't understand relationship '{parent}' in field path.")
        path = (*walked, followed.relationship)
        if path not in self.joins:
            self.joins[path] = (f"j{len(self.joins)}", followed.references[0], f'{alias}."{followed.name}"')
        return followed.references[0], self.joins[path][0], path

    def condition(self, node: soql.Condition) -> str:
        if isinstance(node, soql.Joined):
            return "(" + f" {node.word} ".join(self.condition(part) for part in node.parts) + ")"
        if isinstance(node, soql.Negated):
            return f"(NOT coalesce({self.condition(node.part)}, 0))"
        column = self.column(node.path)
        if not column.field.filterable:
            raise Refusal("INVALID_FIELD", f"field '{column.field.name}' can not be filtered in a query call")
        if isinstance(node, soql.Among):
            return self.among(column, node)
        return self.comparison(column, node)

    def among(self, column: _Column, node: soql.Among) -> str:
        values = [_value(column.field, value) for value in node.values]
        self.parameters += values
        marks = ", ".join("?" * len(values))
        if node.negated:
            return f"({column.sql} IS NULL OR {column.sql} NOT IN ({marks}))"
        return f"{column.sql} IN ({marks})"

    def comparison(self, column: _Column, node: soql.Compare) -> str:
        if node.operator == "LIKE":
            self.parameters.append(_pattern(column.field, node.value))
            return f"{column.sql} LIKE ? ESCAPE '\\'"
        value = _value(column.field, node.value)
        if value is None:
            if node.operator not in ("=", "!=", "<>"):
                soql.malformed(f"unexpected token: 'null' after {node.operator}")
            return f"{column.sql} IS {'' if node.operator == '=' else 'NOT '}NULL"
        self.parameters.append(value)
        if node.operator in ("!=", "<>"):
            return f"({column.sql} IS NULL OR {column.sql} <> ?)"
        return f"{column.sql} {node.operator} ?"

    def ordering(self, order: soql.Order) -> str:
        nulls = "LAST" if order.nulls_last else "FIRST"
        return f"{self.column(order.path).sql} {'DESC' if order.descending else 'ASC'} NULLS {nulls}"

    def row(self, found: dict[str, Any], chosen: list[_Column], version: str) -> dict[str, Any]:
        made: dict[str, Any] = {"attributes": attributes(self.object, found["id"], version)}
        for i, column in enumerate(chosen):
            place: dict[str, Any] | None = made
            for depth in range(len(column.parents)):
                place = self.parent(place, column.parents[: depth + 1], found, version)
            if place is not None:
                place[column.field.name] = to_wire(column.field, found[f"c{i}"])
        return made

    def parent(
        self, place: dict[str, Any] | None, path: tuple[str, ...], found: dict[str, Any], version: str
    ) -> dict[str, Any] | None:
        if place is None:
            return None
        alias, name, _ = self.joins[path]
        parent_id = found[f"{alias}id"]
        if parent_id is None:
            place[path[-1]] = None
            return None
        parent: dict[str, Any] = place.setdefault(
            path[-1], {"attributes": attributes(name, parent_id, version)}
        )
        return parent


def attributes(object_name: str, record_id: str, version: str) -> dict[str, str]:
    return {"type": object_name, "url": f"/services/data/v{version}/sobjects/{object_name}/{record_id}"}


def require_field(object_name: str, name: str) -> None:
    """Raises INVALID_FIELD unless the object has the field."""
    if name not in fields_of(object_name):
        raise _no_column(name, object_name)


def _object(name: str) -> str:
    for known in SCHEMA:
        if known.lower() == name.lower():
            return known
    raise Refusal("INVALID_TYPE", f"sObject type '{name}' is not supported.")


def _by_name(fields: dict[str, Field], name: str) -> Field | None:
    return fields.get(name) or next((f for f in fields.values() if f.name.lower() == name.lower()), None)


def _no_column(name: str, owner: str) -> Refusal:
    return Refusal(
        "INVALID_FIELD",
        f"No such column '{name}' on entity '{owner}'. If you are attempting to use a custom field, be sure to "
        "append the '__c' after the custom field name. Please reference your WSDL or the describe call for the "
        "appropriate names.",
    )


def _names_one_document(where: soql.Condition | None) -> bool:
    if isinstance(where, soql.Joined) and where.word == "AND":
        return any(_names_one_document(part) for part in where.parts)
    named = ("contentdocumentid", "linkedentityid")
    if isinstance(where, soql.Compare):
        return where.operator == "=" and where.path.lower() in named
    return isinstance(where, soql.Among) and not where.negated and where.path.lower() in named


def _value(f: Field, value: soql.Value) -> object:
    """The literal as the store compares it. Raises INVALID_FIELD for a literal of another type."""
    if value.kind == "null":
        return None
    kind, read = _LITERALS.get(f.type, ("string", _string))
    if value.kind == kind:
        return read(value)
    quoted = "should not be" if f.type in _LITERALS and _LITERALS[f.type][0] != "string" else "should be"
    raise Refusal(
        "INVALID_FIELD",
        f"value of filter criterion for field '{f.name}' must be of type {f.type} and {quoted} enclosed in quotes",
    )


def _id(value: soql.Value) -> object:
    try:
        return normal_id(value.string) if value.string else None
    except Refusal:
        raise Refusal("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {value.string}") from None


def _string(value: soql.Value) -> object:
    return value.string.strip() or None


def _datetime(value: soql.Value) -> object:
    try:
        return to_iso(from_iso(value.text))
    except ValueError:
        return soql.malformed(f"Invalid datetime: {value.text}")


def _float(value: soql.Value) -> object:
    return float(value.text)


_LITERALS: dict[str, tuple[str, Callable[[soql.Value], object]]] = {
    "id": ("string", _id),
    "reference": ("string", _id),
    "int": ("number", _float),
    "double": ("number", _float),
    "currency": ("number", _float),
    "percent": ("number", _float),
    "boolean": ("boolean", lambda value: int(value.text == "true")),
    "date": ("date", lambda value: value.text),
    "datetime": ("datetime", _datetime),
}
"""The kind of literal a field type is compared with; every other type takes a string."""


def _pattern(f: Field, value: soql.Value) -> str:
    """A LIKE pattern in SQLite's spelling: SOQL's wildcards are the same, what it escapes stays literal."""
    if f.type in _LITERALS or value.kind != "string":
        raise Refusal("INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {f.name} field: LIKE")
    return re.sub(r"\\(?:u[0-9a-fA-F]{4}|.)", _literal, value.text, flags=re.DOTALL)


def _literal(match: re.Match[str]) -> str:
    sign = match[0]
    if sign in ("\\%", "\\_"):
        return sign
    meant = soql.Value("string", sign).string
    return "\\" + meant if meant in "%_\\" else meant
