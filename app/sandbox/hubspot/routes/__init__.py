"""The paths of the API, one module per family."""

from typing import Any, cast

from flask import current_app, g, request

from app.sandbox.hubspot.errors import HubError, invalid_input
from app.sandbox.hubspot.state import HubspotSandbox

VERSION = "2026-09"


def sandbox() -> HubspotSandbox:
    """The portal that this app stands for."""
    return cast("HubspotSandbox", current_app.extensions["sandbox"])


def body() -> dict[str, Any]:
    """The request's JSON object. Raises HubError 400."""
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise invalid_input("the body must be a JSON object")
    return found


def inputs(limit: int) -> list[dict[str, Any]]:
    """The inputs of a batch. Raises HubError 400 when there are none or too many."""
    found = body().get("inputs")
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise invalid_input("inputs must be a list of objects")
    if len(found) > limit:
        raise HubError(
            400, "VALIDATION_ERROR", f"The maximum number of inputs supported in a batch request is {limit}"
        )
    return found


def refuse_if_ordered() -> None:
    """Raises what a test ordered for this input of this call."""
    fault = getattr(g, "refusal", None)
    if fault is None or not g.refusals_left:
        return
    g.refusals_left -= 1
    if fault.kind == "some":
        raise HubError(500, "INTERNAL_ERROR", "internal error")
    message = fault.message or "A validation rule of this account does not allow this."
    raise HubError(400, "VALIDATION_ERROR", message, errors=[{"message": message, "code": "RULE"}])


def failed_inputs(ids: list[str], name: str) -> tuple[list[str], list[dict[str, Any]]]:
    """Of the inputs of a batch read those that are answered, and the errors of those that meet an ordered fault."""
    answered, errors = [], []
    for one in ids:
        try:
            refuse_if_ordered()
            answered.append(one)
        except HubError as error:
            errors.append(error.item({name: [one]}))
    return answered, errors


def need_scope(scope: str) -> None:
    """Raises HubError 403 as HubSpot does when the app was not granted `scope`."""
    if scope not in sandbox().config.scopes:
        raise HubError(
            403,
            "MISSING_SCOPES",
            "This app hasn't been granted all required scopes to make this call. Read more about required "
            "scopes here: https://developers.hubspot.com/scopes.",
            errors=[
                {
                    "message": "One or more of the following scopes are required.",
                    "context": {"requiredGranularScopes": [scope]},
                }
            ],
        )


def record_id(value: Any) -> int:
    """An id as a number. Raises HubError 400."""
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise HubError(400, "VALIDATION_ERROR", f"Invalid object id: {text[:50]}")
    return int(text)
