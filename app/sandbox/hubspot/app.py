"""The Flask app around the portal: who may call, how often, what is broken today, and errors in HubSpot's form."""

from typing import Any

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from app.sandbox.hubspot.config import HubspotSandboxConfig
from app.sandbox.hubspot.errors import HubError, RateLimitError
from app.sandbox.hubspot.limits import Fault, Window, error_of
from app.sandbox.hubspot.routes import sandbox
from app.sandbox.hubspot.routes.associations import associations
from app.sandbox.hubspot.routes.control import control
from app.sandbox.hubspot.routes.oauth import oauth
from app.sandbox.hubspot.routes.objects import objects
from app.sandbox.hubspot.routes.portal import portal
from app.sandbox.hubspot.state import HubspotSandbox

MAX_BODY_BYTES = 10_000_000
_API = ("/crm/", "/account-info/", "/files/", "/appinstalls/")


def create_app(config: HubspotSandboxConfig) -> Flask:
    """A portal that answers over HTTP. Its state is `app.extensions["sandbox"]`; close that at the end."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["sandbox"] = HubspotSandbox(config)
    for blueprint in (objects, associations, portal, oauth, control):
        app.register_blueprint(blueprint)
    app.before_request(_before)
    app.after_request(_after)
    app.register_error_handler(HubError, _refuse)
    app.register_error_handler(HTTPException, _no_route)
    return app


def _before() -> None:
    path = request.path
    is_api = path.startswith(_API)
    if not is_api and not path.startswith("/oauth/2"):
        return
    state = sandbox()
    rule = request.url_rule.rule if request.url_rule else "unknown"
    state.calls.count(f"{request.method} {_endpoint(rule, path)}")
    fault = state.faults.take(path, writing=_is_write())
    if fault is not None:
        _suffer(fault)
    if is_api:
        state.grants.check(request.headers.get("Authorization", ""))
        _limit(path)


def _endpoint(rule: str, path: str) -> str:
    """The path with ids left out but object types shown."""
    shown = path.split("/")
    for place, part in enumerate(rule.split("/")):
        if part in ("<record>", "<file>", "<property_name>"):
            shown[place] = "{id}"
    return "/".join(shown)


def _is_write() -> bool:
    if request.method not in ("POST", "PATCH", "PUT", "DELETE") or not request.path.startswith("/crm/"):
        return False
    return not request.path.endswith(("/read", "/search"))


def _suffer(fault: Fault) -> None:
    waits = fault.seconds and fault.kind in ("hang", "500", "502", "503")
    if waits and not sandbox().faults.hold(fault.seconds):
        raise HubError(503, "INTERNAL_ERROR", "This portal is closed.")
    error = error_of(fault)
    if error is not None:
        raise error
    if fault.kind in ("refuse", "some"):
        g.refusal, g.refusals_left = fault, fault.inputs or 10**6
    elif fault.kind in ("half", "lose"):
        g.cut = fault.kind


def _limit(path: str) -> None:
    state = sandbox()
    if path.endswith("/search"):
        if state.searches.admit() is None:
            raise RateLimitError("SECONDLY", "You have reached your secondly limit.")
        return
    left = state.requests.admit()
    if left is None:
        raise RateLimitError("TEN_SECONDLY_ROLLING", "You have reached your ten_secondly_rolling limit.")
    g.limit_headers = _limit_headers(state.requests, left)


def _limit_headers(window: Window, left: int) -> dict[str, str]:
    return {
        "X-HubSpot-RateLimit-Max": str(window.limit),
        "X-HubSpot-RateLimit-Remaining": str(left),
        "X-HubSpot-RateLimit-Interval-Milliseconds": str(int(window.seconds * 1000)),
    }


def _after(response: Response) -> Response:
    response.headers.update(getattr(g, "limit_headers", {}))
    cut = getattr(g, "cut", None)
    if cut:
        # "lose": the work is done, and the connection ends in the middle of the answer; "half" is what a proxy
        # makes of that: a complete answer that holds half the JSON.
        whole = response.get_data()
        half = whole[: len(whole) // 2] or b'{"results":['
        response.set_data(half)
        response.status_code = 200
        if cut == "lose":
            response.headers["Content-Length"] = str(len(whole) + 100)
            response.headers["Connection"] = "close"
    return response


def _refuse(error: HubError) -> tuple[Response, int, dict[str, str]]:
    sandbox().book.forget()
    return jsonify(error.body()), error.status, error.headers


def _no_route(error: HTTPException) -> tuple[Any, int]:
    status = error.code or 500
    body = HubError(status, "OBJECT_NOT_FOUND" if status == 404 else "HTTP", error.description or "").body()
    return jsonify(body), status
