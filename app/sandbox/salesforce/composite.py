"""Many requests in one: collections of rows, composite requests that refer to each other, and graphs."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.sandbox.salesforce.api import Answer, Call, answer, object_named, record_body, route
from app.sandbox.salesforce.errors import Refusal
from app.sandbox.salesforce.org import Org
from app.sandbox.salesforce.schema import SCHEMA

MAX_ROWS = 200
MAX_SUBREQUESTS = 25
MAX_HEAVY = 5
"""Queries and collections among the subrequests."""

MAX_GRAPHS = 75
MAX_NODES = 500

_REFERENCE = re.compile(r"@\{([^}]+)\}")
_HEAVY = re.compile(r"(query|queryAll|composite/sobjects)(/|$)")
_HALTED = [
    {
        "errorCode": "PROCESSING_HALTED",
        "message": "The transaction was rolled back since another operation in the same transaction failed.",
    }
]
_ROLLED_BACK = Refusal(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)


class _Undo(Exception):
    """Leaves a transaction with everything undone."""


@route("POST", "composite/sobjects")
def create_rows(org: Org, call: Call) -> Answer:
    def one(row: dict[str, Any]) -> dict[str, Any]:
        made = org.records.create(_type_of(org, row), row, call.by)
        return {"id": made, "success": True, "errors": []}

    return _each(org, record_body(call), one)


@route("PATCH", "composite/sobjects")
def update_rows(org: Org, call: Call) -> Answer:
    def one(row: dict[str, Any]) -> dict[str, Any]:
        record_id = str(row.get("id") or row.get("Id") or "")
        if not record_id:
            raise Refusal("MISSING_ARGUMENT", "Id not specified in an update call", ["Id"])
        values = {name: value for name, value in row.items() if name.lower() != "id"}
        try:
            org.records.update(_type_of(org, row), record_id, values, call.by)
        except Refusal as refusal:
            if refusal.code == "NOT_FOUND":
                raise Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ["Id"]) from None
            raise
        return {"id": record_id, "success": True, "errors": []}

    return _each(org, record_body(call), one)


@route("PATCH", r"composite/sobjects/(\w+)/(\w+)")
def upsert_rows(org: Org, call: Call, name: str, external: str) -> Answer:
    body = record_body(call)
    known = object_named(org, name)
    values = [str(row.get(external) or "") for row in body.get("records") or [] if isinstance(row, dict)]

    def one(row: dict[str, Any]) -> dict[str, Any]:
        if _type_of(org, row) != known:
            raise Refusal("INVALID_TYPE", f"sObject type must be {known}")
        value = row.get(external)
        if values.count(str(value or "")) > 1:
            raise Refusal("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", [external])
        rest = {n: v for n, v in row.items() if n != external}
        made, created = org.records.upsert(known, external, value, rest, call.by)
        return {"id": made, "success": True, "errors": [], "created": created}

    return _each(org, body, one)


@route("DELETE", "composite/sobjects")
def delete_rows(org: Org, call: Call) -> Answer:
    ids = [part for part in call.args.get("ids", "").split(",") if part]

    def one(row: dict[str, Any]) -> dict[str, Any]:
        org.records.delete(_type_of_id(row["id"]), row["id"], call.by)
        return {"id": row["id"], "success": True, "errors": []}

    body = {"allOrNone": call.args.get("allOrNone") == "true", "records": [{"id": part} for part in ids]}
    return _each(org, body, one)


def _type_of_id(record_id: str) -> str:
    found = next((name for name, o in SCHEMA.items() if record_id.startswith(o.prefix)), None)
    if found is None:
        raise Refusal("MALFORMED_ID", f"bad id {record_id}")
    return found


def _type_of(org: Org, row: Mapping[str, Any]) -> str:
    attributes = row.get("attributes")
    if not isinstance(attributes, dict) or not attributes.get("type"):
        raise Refusal("INVALID_TYPE", "sObject type is required in attributes")
    return object_named(org, str(attributes["type"]))


def _each(org: Org, body: dict[str, Any], one: Callable[[dict[str, Any]], dict[str, Any]]) -> Answer:
    """One result per row, in order. A refused row leaves its neighbours alone unless all or none was asked for."""
    rows = body.get("records")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Refusal("JSON_PARSER_ERROR", "records must be a list of records")
    if len(rows) > MAX_ROWS:
        raise Refusal(
            "EXCEEDED_MAX_SIZE_REQUEST",
            f"record limit reached. cannot submit more than {MAX_ROWS} records into this call",
        )
    results: list[dict[str, Any]] = []
    try:
        with org.store.transaction():
            for row in rows:
                try:
                    with org.store.transaction():
                        results.append(one(row))
                except Refusal as refusal:
                    results.append(refusal.row())
            if body.get("allOrNone") and not all(result["success"] for result in results):
                raise _Undo  # noqa: TRY301 - leaving the block is what rolls back
    except _Undo:
        results = [_ROLLED_BACK.row() if result["success"] else result for result in results]
    return 200, results


@route("POST", "composite")
def composite(org: Org, call: Call) -> Answer:
    body = record_body(call)
    parts = _parts(body.get("compositeRequest"), MAX_SUBREQUESTS)
    if sum(bool(_HEAVY.match(_target(part)[0])) for part in parts) > MAX_HEAVY:
        raise Refusal(
            "LIMIT_EXCEEDED", f"Limit exceeded: {MAX_HEAVY} query and collection subrequests in a composite"
        )
    done, _ = _together(org, call, parts, all_or_none=bool(body.get("allOrNone")))
    return 200, {"compositeResponse": done}


@route("POST", "composite/graph")
def graph(org: Org, call: Call) -> Answer:
    """Each graph is its own transaction."""
    graphs = record_body(call).get("graphs")
    if not isinstance(graphs, list) or not 0 < len(graphs) <= MAX_GRAPHS:
        raise Refusal("LIMIT_EXCEEDED", f"The request must hold 1 to {MAX_GRAPHS} graphs")
    nodes = [_parts(one.get("compositeRequest"), MAX_NODES) for one in graphs]
    if sum(len(parts) for parts in nodes) > MAX_NODES:
        raise Refusal("LIMIT_EXCEEDED", f"The request can't include more than {MAX_NODES} nodes")
    if any(not _target(part)[0].startswith("sobjects/") for parts in nodes for part in parts):
        raise Refusal("INVALID_INPUT", "A graph supports only sobjects resources")
    made = []
    for one, parts in zip(graphs, nodes, strict=True):
        done, well = _together(org, call, parts, all_or_none=True)
        made.append(
            {
                "graphId": one.get("graphId"),
                "graphResponse": {"compositeResponse": done},
                "isSuccessful": well,
            }
        )
    return 200, {"graphs": made}


def _parts(given: Any, most: int) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not given or not all(isinstance(p, dict) for p in given):
        raise Refusal("JSON_PARSER_ERROR", "compositeRequest must be a list of subrequests")
    if len(given) > most:
        raise Refusal("LIMIT_EXCEEDED", f"The request can't include more than {most} operations.")
    return given


def _target(part: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The path behind the version, and the query."""
    url = urlsplit(str(part.get("url", "")))
    match = re.fullmatch(r"/services/data/v\d+\.\d/(.*)", url.path)
    if match is None:
        raise Refusal("INVALID_INPUT", f"The url is not a resource of this API: {url.path}")
    return match[1], dict(parse_qsl(url.query))


def _together(
    org: Org, call: Call, parts: list[dict[str, Any]], *, all_or_none: bool
) -> tuple[list[dict[str, Any]], bool]:
    done: list[dict[str, Any]] = []
    known: dict[str, Any] = {}
    well = True
    try:
        with org.store.transaction():
            for part in parts:
                status, body = _one(org, call, part, known)
                well = well and status < 300
                known[str(part.get("referenceId"))] = body
                done.append(_result(part, status, body))
            if all_or_none and not well:
                raise _Undo  # noqa: TRY301 - leaving the block is what rolls back
    except _Undo:
        done = [
            _result(p, 400, _HALTED) if r["httpStatusCode"] < 300 else r
            for p, r in zip(parts, done, strict=True)
        ]
    return done, well


def _result(part: Mapping[str, Any], status: int, body: Any) -> dict[str, Any]:
    return {
        "body": body,
        "httpHeaders": {},
        "httpStatusCode": status,
        "referenceId": part.get("referenceId"),
    }


def _one(org: Org, call: Call, part: dict[str, Any], known: dict[str, Any]) -> Answer:
    try:
        filled = _filled(part, known)
        path, args = _target(filled)
    except Refusal as refusal:
        return refusal.status, refusal.body()
    return answer(
        org,
        Call(
            method=str(filled.get("method", "")).upper(),
            path=path.rstrip("/"),
            by=call.by,
            version=call.version,
            args=args,
            body=filled.get("body"),
            headers=filled.get("httpHeaders") or {},
        ),
    )


def _filled(value: Any, known: Mapping[str, Any]) -> Any:
    """The value with every @{reference} replaced by what that subrequest answered."""
    if isinstance(value, dict):
        return {name: _filled(inner, known) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, known) for inner in value]
    if isinstance(value, str):
        return _REFERENCE.sub(lambda match: str(_followed(match[1], known)), value)
    return value


def _followed(path: str, known: Mapping[str, Any]) -> Any:
    place: Any = known
    for step in re.findall(r"[^.\[\]]+", path):
        try:
            place = place[int(step)] if isinstance(place, list) else place[step]
        except (KeyError, IndexError, TypeError, ValueError):
            raise Refusal(
                "PROCESSING_HALTED", f"Invalid reference specified. No value for {path} found"
            ) from None
    return place
