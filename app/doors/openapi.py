"""The description of the JSON doors, made from the very schemas that read them."""

from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, jsonify
from flask.wrappers import Response
from marshmallow import Schema, fields

from app.commands.execute import COMMANDS
from app.ground.errors import Reason
from cards.registry import NAMES


class RefusalSchema(Schema):
    ok = fields.Boolean(required=True)
    reason = fields.String(required=True)
    message = fields.String(required=True)
    field = fields.String()


class DoneSchema(Schema):
    ok = fields.Boolean(required=True)
    result = fields.Dict(required=True)
    message = fields.String(required=True)


class CardSchema(Schema):
    ok = fields.Boolean(required=True)
    card = fields.Dict(required=True)


class SettingsSchema(Schema):
    """One of the three, by what was asked for."""

    ok = fields.Boolean(required=True)
    settings = fields.Dict()
    safelist = fields.Dict()
    reach = fields.Dict()


SETTINGS = (
    ("", "get", "The account, its set-up checklist, health, partners and previews."),
    ("/safelist", "get", "What one type of partner sees, field by field."),
    ("/reach", "post", "How far a changed safelist would reach."),
)


def create_blueprint() -> Blueprint:
    blueprint = Blueprint("openapi", __name__)
    document = describe()

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(document)

    return blueprint


def describe() -> dict[str, Any]:
    """The OpenAPI 3.1 document of this version."""
    spec = APISpec(
        title="Alongside",
        version="0.1.0",
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin()],
        info={
            "description": "Cards and actions for HubSpot and Salesforce. Every request is signed by the CRM or "
            f"carries the panel's bearer. Refusals carry a reason: {', '.join(Reason)}."
        },
    )
    for name, schema in (
        ("Refusal", RefusalSchema),
        ("Done", DoneSchema),
        ("Card", CardSchema),
        ("Settings", SettingsSchema),
    ):
        spec.components.schema(name, schema=schema)
    spec.path("/hubspot/cards/{card}", operations={"get": _card_operation("HubSpot's signature, version 3")})
    spec.path("/salesforce/panel/cards/{card}", operations={"get": _card_operation("The panel's bearer")})
    for command in sorted(COMMANDS.values(), key=lambda c: c.name):
        for door, who in (
            ("hubspot/actions", "HubSpot's signature"),
            ("salesforce/panel/actions", "The bearer"),
        ):
            spec.path(f"/{door}/{command.name}", operations={"post": _command_operation(command.schema, who)})
    for path, method, summary in SETTINGS:
        spec.path(
            f"/hubspot/settings{path}",
            operations={method: {"summary": f"{summary} Admins only.", "responses": _answers("Settings")}},
        )
    spec.path(
        "/hubspot/webhooks",
        operations={
            "post": {
                "summary": "HubSpot's events, up to 100 at once",
                "responses": {"200": {"description": "Stored"}},
            }
        },
    )
    for path in ("/healthz", "/readyz", "/metrics"):
        spec.path(
            path, operations={"get": {"summary": path[1:], "responses": {"200": {"description": "Fine"}}}}
        )
    return spec.to_dict()


def _card_operation(proof: str) -> dict[str, Any]:
    return {
        "summary": f"One card of one record. {proof}.",
        "parameters": [
            {
                "name": "card",
                "in": "path",
                "required": True,
                "schema": {"type": "string", "enum": list(NAMES)},
            },
            {"name": "objectType", "in": "query", "schema": {"type": "string"}},
            {"name": "objectId", "in": "query", "schema": {"type": "string"}},
        ],
        "responses": _answers("Card"),
    }


def _command_operation(schema: type[Schema], proof: str) -> dict[str, Any]:
    body = {
        "type": "object",
        "required": ["idempotencyKey", "fields"],
        "properties": {
            "objectType": {"type": "string"},
            "objectId": {"type": "string"},
            "idempotencyKey": {"type": "string"},
            "fields": schema,
        },
    }
    return {
        "summary": f"Executed once per idempotency key. {proof}.",
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": _answers("Done"),
    }


def _answers(schema: str) -> dict[str, Any]:
    return {
        "200": {"description": "Done", "content": {"application/json": {"schema": schema}}},
        "default": {"description": "Refused", "content": {"application/problem+json": {"schema": "Refusal"}}},
    }
