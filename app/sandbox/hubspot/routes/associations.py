"""/crm/associations: batches between two object types."""

from typing import Any

from flask import Blueprint

from app.ground.clock import to_iso
from app.sandbox.hubspot.errors import HubError, invalid_input
from app.sandbox.hubspot.routes import VERSION, failed_inputs, inputs, record_id, refuse_if_ordered, sandbox
from app.sandbox.hubspot.schema import ObjectType, link, object_type

associations = Blueprint(
    "associations", __name__, url_prefix=f"/crm/associations/{VERSION}/<from_name>/<to_name>/batch"
)
MAX_READ, MAX_CREATE, PAGE = 1_000, 2_000, 500

Answer = tuple[dict[str, Any], int]


def _types(from_name: str, to_name: str) -> tuple[ObjectType, ObjectType]:
    kind, to = object_type(from_name), object_type(to_name)
    link(kind.name, to.name)
    return kind, to


def _end(one: dict[str, Any], side: str) -> int:
    found = one.get(side)
    if not isinstance(found, dict):
        raise invalid_input(f"Some required fields were not set: [{side}]")
    return record_id(found.get("id"))


def _envelope(results: list[dict[str, Any]], errors: list[dict[str, Any]], status: int) -> Answer:
    now = to_iso(sandbox().config.clock())
    answer: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if errors:
        return answer | {"numErrors": len(errors), "errors": errors}, 207
    return answer, status


@associations.post("/read")
def read(from_name: str, to_name: str) -> Answer:
    kind, to = _types(from_name, to_name)
    asked = {record_id(one.get("id")): int(one.get("after") or 0) for one in inputs(MAX_READ)}
    linked = sandbox().records.linked(kind, list(asked), to)
    results: list[dict[str, Any]] = []
    answered, errors = failed_inputs([str(record) for record in asked], "fromObjectId")
    for record, after in ((int(one), asked[int(one)]) for one in answered):
        others = linked.get(record)
        if not others:
            errors.append(_none_found(kind, to, record))
            continue
        page = list(others.items())[after : after + PAGE]
        result: dict[str, Any] = {
            "from": {"id": str(record)},
            "to": [{"toObjectId": other, "associationTypes": _labels(kind, to, ids)} for other, ids in page],
        }
        if after + PAGE < len(others):
            result["paging"] = {"next": {"after": str(after + PAGE), "link": ""}}
        results.append(result)
    return _envelope(results, errors, 200)


def _labels(kind: ObjectType, to: ObjectType, type_ids: list[int]) -> list[dict[str, Any]]:
    primary = link(kind.name, to.name).primary
    return [
        {
            "category": "HUBSPOT_DEFINED",
            "typeId": type_id,
            "label": "Primary" if type_id == primary else None,
        }
        for type_id in type_ids
    ]


def _none_found(kind: ObjectType, to: ObjectType, record: int) -> dict[str, Any]:
    return HubError(
        404,
        "OBJECT_NOT_FOUND",
        f"No {to.singular} is associated with {kind.singular} {record}.",
        subCategory="crm.associations.NO_ASSOCIATIONS_FOUND",
    ).item({"fromObjectId": [str(record)], "fromObjectType": [kind.type_id], "toObjectType": [to.type_id]})


@associations.post("/create")
def create(from_name: str, to_name: str) -> Answer:
    return _associate(*_types(from_name, to_name), labelled=True)


@associations.post("/associate/default")
def associate_default(from_name: str, to_name: str) -> Answer:
    return _associate(*_types(from_name, to_name), labelled=False)


def _associate(kind: ObjectType, to: ObjectType, *, labelled: bool) -> Answer:
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    allowed = (link(kind.name, to.name).type_id, link(kind.name, to.name).primary)
    with sandbox().db.transaction():
        for one in inputs(MAX_CREATE):
            refuse_if_ordered()
            record, other = _end(one, "from"), _end(one, "to")
            type_ids = _type_ids(one) if labelled else [allowed[0]]
            if any(type_id not in allowed for type_id in type_ids):
                raise HubError(400, "VALIDATION_ERROR", f"invalid association type {type_ids}")
            try:
                for type_id in type_ids:
                    sandbox().records.associate(kind, record, to, other, type_id=type_id)
            except HubError as refused:
                errors.append(refused.item({"fromObjectId": [str(record)], "toObjectId": [str(other)]}))
                continue
            results.append({"from": {"id": str(record)}, "to": {"id": str(other)}})
    return _envelope(results, errors, 201 if labelled else 200)


def _type_ids(one: dict[str, Any]) -> list[int]:
    try:
        return [int(entry["associationTypeId"]) for entry in one["types"]]
    except (KeyError, TypeError, ValueError):
        raise invalid_input("types must name associationCategory and associationTypeId") from None


@associations.post("/archive")
def archive(from_name: str, to_name: str) -> tuple[str, int]:
    kind, to = _types(from_name, to_name)
    for one in inputs(MAX_CREATE):
        targets = one.get("to")
        for target in targets if isinstance(targets, list) else [targets]:
            sandbox().records.dissociate(kind, _end(one, "from"), to, _end({"to": target}, "to"))
    return "", 204
