"""/crm/objects: batches, single records and search."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request

from app.ground.clock import to_iso
from app.sandbox.hubspot.errors import HubError, invalid_input
from app.sandbox.hubspot.routes import (
    VERSION,
    body,
    failed_inputs,
    inputs,
    need_scope,
    record_id,
    refuse_if_ordered,
    sandbox,
)
from app.sandbox.hubspot.schema import ObjectType, object_type
from app.sandbox.hubspot.search import MAX_BODY_CHARS

objects = Blueprint("objects", __name__, url_prefix=f"/crm/objects/{VERSION}")
MAX_BATCH = 100

Answer = tuple[dict[str, Any], int]


def _kind(name: str, access: str) -> ObjectType:
    kind = object_type(name)
    # Notes and tasks have no scope of their own: they come with contacts.
    scope_type = kind.name if kind.name in ("deals", "companies", "contacts") else "contacts"
    need_scope(f"crm.objects.{scope_type}.{access}")
    return kind


def _rendered(kind: ObjectType, record: int, wanted: Any = None) -> dict[str, Any]:
    records = sandbox().records
    return records.rendered(kind, records.row(kind, record), wanted)


def _names(found: Any, key: str) -> list[str]:
    if not isinstance(found, list):
        raise invalid_input(f"Some required fields were not set: [{key}]")
    return [str(name) for name in found]


def _envelope(results: list[dict[str, Any]], errors: list[dict[str, Any]], status: int) -> Answer:
    now = to_iso(sandbox().config.clock())
    answer: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if errors:
        return answer | {"numErrors": len(errors), "errors": errors}, 207
    return answer, status


@objects.post("/<name>/batch/read")
def batch_read(name: str) -> Answer:
    kind, wanted = _kind(name, "read"), inputs(MAX_BATCH)
    asked = body()
    properties = _names(asked.get("properties"), "properties")
    _names(asked.get("propertiesWithHistory"), "propertiesWithHistory")
    ids, failed = failed_inputs([str(one.get("id", "")) for one in wanted], "ids")
    records = sandbox().records
    unique = asked.get("idProperty")
    by_value = (
        records.by_unique(kind, str(unique), ids) if unique else {text: record_id(text) for text in ids}
    )
    rows = {row["id"]: row for row in records.rows(kind, list(by_value.values()))}
    missing = [text for text in ids if by_value.get(text) not in rows]
    errors = failed + ([_missing(kind, missing)] if missing else [])
    return _envelope([records.rendered(kind, row, properties) for row in rows.values()], errors, 200)


def _missing(kind: ObjectType, ids: list[str]) -> dict[str, Any]:
    return HubError(
        404,
        "OBJECT_NOT_FOUND",
        f"Could not get some {kind.singular.upper()} objects, they may be deleted or not exist. "
        "Check that ids are valid.",
    ).item({"ids": ids})


def _each(
    wanted: list[dict[str, Any]], act: Callable[[dict[str, Any]], dict[str, Any]], status: int
) -> Answer:
    """Does every input. With a trace id on each, refusals are answered one by one; otherwise all or nothing."""
    traces = [one.get("objectWriteTraceId") for one in wanted]
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    state = sandbox()
    with state.db.transaction():
        for one, trace in zip(wanted, traces, strict=True):
            try:
                with state.db.attempt():
                    refuse_if_ordered()
                    made = act(one)
            except HubError as refused:
                if not all(traces):
                    raise
                errors.append(refused.item({"objectWriteTraceId": [str(trace)]}))
            else:
                results.append(made | ({"objectWriteTraceId": str(trace)} if trace else {}))
    return _envelope(results, errors, status)


def _properties(one: dict[str, Any]) -> dict[str, Any]:
    found = one.get("properties")
    if not isinstance(found, dict):
        raise invalid_input("Some required fields were not set: [properties]")
    return found


def _no_duplicates(wanted: list[dict[str, Any]]) -> None:
    ids = [str(one.get("id")) for one in wanted]
    if len(set(ids)) < len(ids):
        raise HubError(400, "VALIDATION_ERROR", "Duplicate IDs found in batch input")


@objects.post("/<name>/batch/create")
def batch_create(name: str) -> Answer:
    kind = _kind(name, "write")

    def create(one: dict[str, Any]) -> dict[str, Any]:
        props = _properties(one)
        return _rendered(kind, sandbox().records.create(kind, props, one.get("associations") or []), props)

    return _each(inputs(MAX_BATCH), create, 201)


@objects.post("/<name>/batch/update")
def batch_update(name: str) -> Answer:
    kind, wanted = _kind(name, "write"), inputs(MAX_BATCH)
    _no_duplicates(wanted)

    def update(one: dict[str, Any]) -> dict[str, Any]:
        props, unique = _properties(one), one.get("idProperty")
        if unique:
            value = str(one.get("id"))
            record = sandbox().records.by_unique(kind, str(unique), [value]).get(value, 0)
        else:
            record = record_id(one.get("id"))
        sandbox().records.update(kind, record, props)
        return _rendered(kind, record, props)

    return _each(wanted, update, 200)


@objects.post("/<name>/batch/upsert")
def batch_upsert(name: str) -> Answer:
    kind, wanted = _kind(name, "write"), inputs(MAX_BATCH)
    _no_duplicates(wanted)

    def upsert(one: dict[str, Any]) -> dict[str, Any]:
        props, unique = _properties(one), one.get("idProperty")
        if not unique or not one.get("id"):
            raise invalid_input("an upsert needs id and idProperty")
        record, new = sandbox().records.upsert(kind, str(unique), str(one["id"]), props)
        return _rendered(kind, record, {**props, unique: ""}) | {"new": new}

    return _each(wanted, upsert, 200)


@objects.post("/<name>/batch/archive")
def batch_archive(name: str) -> tuple[str, int]:
    kind = _kind(name, "write")
    for one in inputs(MAX_BATCH):
        sandbox().records.archive(kind, record_id(one.get("id")))
    return "", 204


@objects.post("/<name>/search")
def search(name: str) -> dict[str, Any]:
    kind = _kind(name, "read")
    if len(request.get_data()) > MAX_BODY_CHARS:
        raise HubError(
            400, "VALIDATION_ERROR", f"The request body may not exceed {MAX_BODY_CHARS} characters."
        )
    return sandbox().search.run(kind, body())


@objects.post("/<name>")
def create_one(name: str) -> Answer:
    kind, asked = _kind(name, "write"), body()
    refuse_if_ordered()
    props = _properties(asked)
    with sandbox().db.transaction():
        made = sandbox().records.create(kind, props, asked.get("associations") or [])
    return _rendered(kind, made, props), 201


@objects.get("/<name>/<record>")
def read_one(name: str, record: str) -> dict[str, Any]:
    kind, unique = _kind(name, "read"), request.args.get("idProperty")
    found = (
        sandbox().records.by_unique(kind, unique, [record]).get(record, 0) if unique else record_id(record)
    )
    wanted = [part for entry in request.args.getlist("properties") for part in entry.split(",")]
    return _rendered(kind, found, wanted or None)


@objects.patch("/<name>/<record>")
def update_one(name: str, record: str) -> dict[str, Any]:
    kind, props = _kind(name, "write"), _properties(body())
    refuse_if_ordered()
    sandbox().records.update(kind, record_id(record), props)
    return _rendered(kind, record_id(record), props)


@objects.delete("/<name>/<record>")
def archive_one(name: str, record: str) -> tuple[str, int]:
    sandbox().records.archive(_kind(name, "write"), record_id(record))
    return "", 204
