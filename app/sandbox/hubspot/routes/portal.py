"""What a portal is made of: account, owners, properties, pipelines, files, the installed app."""

import copy
import hmac
from typing import Any

from flask import Blueprint, Response, request

from app.ground.clock import from_millis, to_iso
from app.sandbox.hubspot.errors import HubError, invalid_input, not_found
from app.sandbox.hubspot.routes import VERSION, body, inputs, need_scope, sandbox
from app.sandbox.hubspot.schema import DEAL_PIPELINE, TYPES, ObjectType, object_type

portal = Blueprint("portal", __name__)
MAX_PROPERTIES = 100
ADDRESS_SECONDS = 300


@portal.get(f"/account-info/{VERSION}/details")
def details() -> dict[str, Any]:
    config = sandbox().config
    return {
        "portalId": config.portal_id,
        "accountType": "STANDARD",
        "timeZone": config.time_zone,
        "companyCurrency": config.currency,
        "additionalCurrencies": [],
        "utcOffset": "+00:00",
        "utcOffsetMilliseconds": 0,
        "uiDomain": config.ui_origin.split("://", 1)[-1],
        "dataHostingLocation": "na1",
    }


@portal.get(f"/crm/owners/{VERSION}")
def owners() -> dict[str, Any]:
    need_scope("crm.objects.owners.read")
    limit, after = min(int(request.args.get("limit", 100)), 500), int(request.args.get("after") or 0)
    email = request.args.get("email")
    with sandbox().db.transaction() as db:
        rows = db.execute(
            "SELECT * FROM owners WHERE id > ? AND (? IS NULL OR lower(email) = lower(?)) ORDER BY id LIMIT ?",
            (after, email, email, limit + 1),
        ).fetchall()
    results = [
        {
            "id": str(row["id"]),
            "userId": row["user_id"],
            "userIdIncludingInactive": row["user_id"],
            "type": "PERSON",
            "email": row["email"],
            "firstName": row["first_name"],
            "lastName": row["last_name"],
            "createdAt": to_iso(from_millis(row["created"])),
            "updatedAt": to_iso(from_millis(row["created"])),
            "archived": False,
        }
        for row in rows[:limit]
    ]
    answer: dict[str, Any] = {"results": results}
    if len(rows) > limit:
        answer["paging"] = {"next": {"after": str(rows[limit - 1]["id"])}}
    return answer


def _schema_type(name: str) -> ObjectType:
    kind = object_type(name)
    scope_type = kind.name if kind.name in ("deals", "companies", "contacts") else "contacts"
    need_scope(f"crm.schemas.{scope_type}.write")
    return kind


@portal.get(f"/crm/properties/{VERSION}/<name>")
def properties(name: str) -> dict[str, Any]:
    return {"results": list(sandbox().book.of(object_type(name)).values())}


@portal.get(f"/crm/properties/{VERSION}/<name>/<property_name>")
def one_property(name: str, property_name: str) -> dict[str, Any]:
    return sandbox().book.one(object_type(name), property_name)


@portal.post(f"/crm/properties/{VERSION}/<name>")
def create_property(name: str) -> tuple[dict[str, Any], int]:
    return sandbox().book.create(_schema_type(name), body()), 201


@portal.post(f"/crm/properties/{VERSION}/<name>/batch/create")
def create_properties(name: str) -> tuple[dict[str, Any], int]:
    kind = _schema_type(name)
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for wanted in inputs(MAX_PROPERTIES):
        try:
            results.append(sandbox().book.create(kind, wanted))
        except HubError as refused:
            errors.append(refused.item({"name": [str(wanted.get("name"))]}))
    answer: dict[str, Any] = {"status": "COMPLETE", "results": results}
    if errors:
        return answer | {"numErrors": len(errors), "errors": errors}, 207
    return answer, 201


@portal.get(f"/crm/properties/{VERSION}/<name>/groups")
def groups(name: str) -> dict[str, Any]:
    found = sandbox().book.groups(object_type(name))
    return {
        "results": [
            {"name": group, "label": label, "displayOrder": -1, "archived": False}
            for group, label in found.items()
        ]
    }


@portal.post(f"/crm/properties/{VERSION}/<name>/groups")
def create_group(name: str) -> tuple[dict[str, Any], int]:
    kind, wanted = _schema_type(name), body()
    if not wanted.get("name") or not wanted.get("label"):
        raise invalid_input("Some required fields were not set: [name, label]")
    sandbox().book.create_group(kind, str(wanted["name"]), str(wanted["label"]))
    return {"name": wanted["name"], "label": wanted["label"], "displayOrder": -1, "archived": False}, 201


@portal.get(f"/crm/pipelines/{VERSION}/<name>")
def pipelines(name: str) -> dict[str, Any]:
    if object_type(name).name != "deals":
        return {"results": []}
    pipeline = copy.deepcopy(DEAL_PIPELINE)
    known = {stage["id"] for stage in pipeline["stages"]}
    for option in sandbox().book.of(TYPES["deals"])["dealstage"]["options"]:
        if option["value"] not in known:
            pipeline["stages"].append(
                {
                    "id": option["value"],
                    "label": option["label"],
                    "displayOrder": len(pipeline["stages"]),
                    "archived": False,
                    "metadata": {"probability": "0.5", "isClosed": "false"},
                }
            )
    return {"results": [pipeline]}


@portal.get(f"/files/{VERSION}/files/<file>")
def one_file(file: str) -> dict[str, Any]:
    need_scope("files")
    found = sandbox().file(file)
    if found is None:
        raise not_found(f"No file with id {file[:50]}")
    return found


@portal.get(f"/files/{VERSION}/files/<file>/signed-url")
def signed_address(file: str) -> dict[str, Any]:
    need_scope("files")
    found = sandbox().file(file)
    if found is None or sandbox().file_body(file) is None:
        raise not_found(f"No file with id {file[:50]}")
    expires = int(sandbox().config.clock().timestamp()) + ADDRESS_SECONDS
    query = f"expires={expires}&signature={_signed(file, expires)}"
    named = {key: found[key] for key in ("name", "extension", "type", "size")}
    return {
        **named,
        "url": f"{request.host_url}signed-files/{file}?{query}",
        "expiresAt": to_iso(from_millis(expires * 1000)),
    }


@portal.get("/signed-files/<file>")
def signed_bytes(file: str) -> Response:
    """The bytes, for whoever has the address; with a bearer they are refused, which the storage does too."""
    expires = int(request.args.get("expires", "0"))
    if "Authorization" in request.headers or request.args.get("signature") != _signed(file, expires):
        return Response(status=403)
    if expires < sandbox().config.clock().timestamp():
        return Response(status=403)
    body = sandbox().file_body(file)
    if body is None:
        return Response(status=404)
    return Response(body, mimetype="application/octet-stream")


def _signed(file: str, expires: int) -> str:
    key = sandbox().config.client_secret.encode()
    return hmac.new(key, f"{file}:{expires}".encode(), "sha256").hexdigest()


@portal.delete(f"/appinstalls/{VERSION}/external-install")
def uninstall() -> tuple[str, int]:
    sandbox().grants.revoke()
    return "", 204
