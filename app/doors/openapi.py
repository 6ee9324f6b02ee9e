"""The description of the JSON doors, made from the very schemas that read them and the very reasons that refuse."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, jsonify
from flask.wrappers import Response
from marshmallow import Schema, fields, validate

from app.commands.execute import COMMANDS
from app.doors.command_body import KEY_PATTERN
from app.doors.webhooks import EventSchema
from app.ground.errors import AppError, Reason
from cards.registry import NAMES


class RefusalSchema(Schema):
    ok = fields.Boolean(required=True, validate=validate.Equal(False))
    reason = fields.String(required=True, validate=validate.OneOf([str(reason) for reason in Reason]))
    message = fields.String(required=True, validate=validate.Length(min=1))
    field = fields.String()


class ProblemSchema(RefusalSchema):
    """RFC 9457, with the refusal's own members."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)


class DoneSchema(Schema):
    ok = fields.Boolean(required=True, validate=validate.Equal(True))
    result = fields.Dict(required=True)
    message = fields.String(required=True)


class CardSchema(Schema):
    ok = fields.Boolean(required=True, validate=validate.Equal(True))
    card = fields.Dict(required=True)


class SettingsSchema(Schema):
    """One of the three, by what was asked for."""

    ok = fields.Boolean(required=True, validate=validate.Equal(True))
    settings = fields.Dict()
    safelist = fields.Dict()
    reach = fields.Dict()


SETTINGS = (
    ("", "get", "The account, its set-up checklist, health, partners and previews.", ("origin",)),
    ("/safelist", "get", "What one type of partner sees, field by field.", ("type",)),
    ("/reach", "post", "How far a changed safelist would reach.", ()),
)

SIGNED, PANEL, ORG_KEY, FEED_SIGNED, FEED_SECRET = (
    "hubspotSignature",
    "panelBearer",
    "organisationKey",
    "feedSignature",
    "feedSecret",
)
PROOFS: dict[str, dict[str, Any]] = {
    SIGNED: {
        "type": "apiKey",
        "in": "header",
        "name": "X-HubSpot-Signature-v3",
        "description": "With X-HubSpot-Request-Timestamp, over method, address, body and time.",
    },
    PANEL: {"type": "http", "scheme": "bearer", "description": "At most 15 minutes old, for one record."},
    ORG_KEY: {"type": "http", "scheme": "bearer", "description": "The key of the Salesforce organization."},
    FEED_SIGNED: {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": "Standard Webhooks, with webhook-id and webhook-timestamp.",
    },
    FEED_SECRET: {"type": "http", "scheme": "basic", "description": "The feed's id and its secret."},
}
"""How a caller proves who it is, by the name it has in the description."""


def create_blueprint() -> Blueprint:
    blueprint = Blueprint("openapi", __name__)

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(describe())

    return blueprint


@cache
def describe() -> dict[str, Any]:
    """The OpenAPI 3.1 document of this version. Read it only: all who ask get the same one, for a process that
    starts has better things to do than to describe every command."""
    spec = APISpec(
        title="Alongside",
        version="0.1.0",
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin()],
        info={
            "description": "Cards and actions for HubSpot and Salesforce. Every request is signed by the CRM or "
            "carries a bearer. A refusal carries its reason and a sentence: behind HubSpot's proxy, which hides "
            "other statuses, with status 200 once the signature holds, everywhere else as a problem document."
        },
    )
    for name, schema in (
        ("Refusal", RefusalSchema),
        ("Problem", ProblemSchema),
        ("Done", DoneSchema),
        ("Card", CardSchema),
        ("Settings", SettingsSchema),
    ):
        spec.components.schema(name, schema=schema)
    for name, proof in PROOFS.items():
        spec.components.security_scheme(name, proof)
    _cards(spec)
    _commands(spec)
    _settings(spec)
    _embedding(spec)
    _feeds(spec)
    _webhooks(spec)
    _machines(spec)
    return spec.to_dict()


def _cards(spec: APISpec) -> None:
    card = _in_path("card", list(NAMES))
    record = [_in_query("objectType"), _in_query("objectId")]
    summary = "One card of one record."
    spec.path(
        "/hubspot/cards/{card}",
        operations={"get": _operation(summary, SIGNED, _hidden("Card"), parameters=[card, *record])},
    )
    answers = _answers("Card")
    answers["200"]["content"]["text/html"] = {"schema": {"type": "string"}}
    answers["304"] = {"description": "What If-None-Match names still holds"}
    spec.path(
        "/salesforce/panel/cards/{card}",
        operations={"get": _operation(summary, PANEL, answers, parameters=[card, *record])},
    )


def _commands(spec: APISpec) -> None:
    for door, proof, answers in (
        ("hubspot", SIGNED, _hidden("Done")),
        ("salesforce/panel", PANEL, _answers("Done")),
    ):
        enter = _operation("The way to the admin pages, open for a minute. Admins only.", proof, answers)
        spec.path(f"/{door}/actions/admin.enter", operations={"post": enter})
    summary = "Executed once per idempotency key."
    for command in sorted(COMMANDS.values(), key=lambda c: c.name):
        body = _command_body(command.schema)
        for door, proof, answers in (
            ("hubspot/actions", SIGNED, _hidden("Done")),
            ("salesforce/panel/actions", PANEL, _answers("Done")),
        ):
            spec.path(
                f"/{door}/{command.name}", operations={"post": _operation(summary, proof, answers, body=body)}
            )


def _settings(spec: APISpec) -> None:
    for path, method, summary, names in SETTINGS:
        more: dict[str, Any] = {"parameters": [_in_query(name) for name in names]}
        if method == "post":
            more["body"] = {"type": "object", "properties": {"body": {"type": "object"}}}
        spec.path(
            f"/hubspot/settings{path}",
            operations={method: _operation(f"{summary} Admins only.", SIGNED, _hidden("Settings"), **more)},
        )


def _embedding(spec: APISpec) -> None:
    text = {"type": "string"}
    asked = dict.fromkeys(("orgId", "userId", "userName", "email", "objectApiName", "recordId"), text)
    mint = {"type": "object", "properties": {**asked, "manages": {"type": "boolean"}}}
    exchange = {"type": "object", "required": ["code"], "properties": {"code": text}}
    spec.path(
        "/salesforce/embed/mint",
        operations={
            "post": _operation(
                "A code for one user on one record, good once within a minute.",
                ORG_KEY,
                _answers(_said("code", text, "expiresIn", {"type": "integer"})),
                body=mint,
            )
        },
    )
    spec.path(
        "/salesforce/embed/exchange",
        operations={
            "post": _operation(
                "The panel's bearer for such a code.",
                None,
                _answers(_said("token", text, "record", text, "admin", {"type": "boolean"})),
                body=exchange,
            )
        },
    )


def _feeds(spec: APISpec) -> None:
    feed = _in_path("feed")
    several: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
    ids = {"200": _json("The statements' ids", several), **_problems()}
    version = {"name": "X-Experience-API-Version", "in": "header", "schema": {"type": "string"}}
    message = {"type": "object", "properties": {"type": {"type": "string"}, "data": {"type": "object"}}}
    statements: dict[str, Any] = {
        "oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]
    }
    for path, summary, proof, answers, more in (
        ("webhook", "One award.", FEED_SIGNED, _empty("204", "Kept"), {"body": message}),
        ("hint", "An issuer's own notification.", None, _empty("200", "Noted"), {"body": message}),
    ):
        operation = _operation(summary, proof, answers, parameters=[feed], **more)
        spec.path(f"/credentials/{{feed}}/{path}", operations={"post": operation})
    spec.path(
        "/credentials/{feed}/xapi/statements",
        operations={
            method: _operation(
                "Learning records.", FEED_SECRET, answers, parameters=[feed, version], body=statements
            )
            for method, answers in (("post", ids), ("put", _empty("204", "Kept")))
        },
    )
    about = {"type": "object", "required": ["version"], "properties": {"version": several}}
    answers = {"200": _json("The versions that are spoken", about), **_problems()}
    spec.path(
        "/credentials/{feed}/xapi/about",
        operations={"get": _operation("Versions of xAPI.", None, answers, parameters=[feed])},
    )


def _webhooks(spec: APISpec) -> None:
    events = {"type": "array", "maxItems": 500, "items": EventSchema}
    spec.path(
        "/hubspot/webhooks",
        operations={
            "post": _operation(
                "HubSpot's events, up to 100 at once", SIGNED, _empty("200", "Stored"), body=events
            )
        },
    )


def _machines(spec: APISpec) -> None:
    fine = {"type": "object", "required": ["ok"], "properties": {"ok": {"type": "boolean"}}}
    ready = {"200": _json("Fine", fine), "503": _json("Not ready", fine)}
    page = {"200": {"description": "Fine", "content": {"text/plain": {"schema": {"type": "string"}}}}}
    for path, summary, answers in (
        ("/healthz", "Whether the process lives", {"200": _json("Fine", fine)}),
        ("/readyz", "Whether traffic makes sense", ready),
        ("/metrics", "For Prometheus", page),
        ("/openapi.json", "This description", {"200": _json("Fine", {"type": "object"})}),
    ):
        spec.path(path, operations={"get": _operation(summary, None, answers)})


def _operation(
    summary: str,
    proof: str | None,
    answers: dict[str, Any],
    *,
    parameters: Sequence[dict[str, Any]] = (),
    body: object = None,
) -> dict[str, Any]:
    found: dict[str, Any] = {"summary": summary, "responses": answers}
    if proof:
        found["security"] = [{proof: []}]
    if parameters:
        found["parameters"] = list(parameters)
    if body is not None:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return found


def _command_body(schema: type[Schema]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["idempotencyKey"],
        "properties": {
            "objectType": {"type": ["string", "null"], "maxLength": 40},
            "objectId": {"type": ["string", "null"], "maxLength": 64},
            "idempotencyKey": {"type": "string", "pattern": f"^{KEY_PATTERN}$"},
            "fields": schema,
        },
    }


def _in_path(name: str, known: list[str] | None = None) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"} | ({"enum": known} if known else {})
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string"}}


def _json(description: str, schema: object) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _said(*named: Any) -> dict[str, Any]:
    """An answer that says yes, with these members."""
    members = dict(zip(named[::2], named[1::2], strict=True))
    return {
        "type": "object",
        "required": ["ok", *members],
        "properties": {"ok": {"const": True}, **members},
    }


def _hidden(schema: str) -> dict[str, Any]:
    """Behind HubSpot's proxy: a refusal is a 200 too, unless the request itself proves nothing."""
    return {
        "200": _json("Done, or refused", {"oneOf": [_named(schema), _named("Refusal")]}),
        **_problems(401),
    }


def _answers(schema: str | dict[str, Any]) -> dict[str, Any]:
    return {"200": _json("Done", _named(schema) if isinstance(schema, str) else schema), **_problems()}


def _empty(status: str, description: str) -> dict[str, Any]:
    return {status: {"description": description}, **_problems()}


def _named(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}


def _problems(*only: int) -> dict[str, Any]:
    """Every status of a refusal, with the reasons that go with it."""
    reasons: dict[int, list[str]] = {405: [Reason.UNSUPPORTED], 415: [Reason.UNSUPPORTED]}
    for reason in Reason:
        reasons.setdefault(AppError(reason, "").status, []).append(str(reason))
    return {
        str(status): {
            "description": f"Refused: {', '.join(named)}",
            "content": {"application/problem+json": {"schema": _named("Problem")}},
        }
        for status, named in sorted(reasons.items())
        if status in (only or reasons)
    }
