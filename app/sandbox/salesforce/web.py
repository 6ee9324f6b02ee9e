"""The org over HTTP: sessions, limits and faults around every REST answer."""

import json
import re
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request

from app.sandbox.salesforce import apex, control, oauth
from app.sandbox.salesforce import composite as _composite  # noqa: F401 - its routes belong to the table
from app.sandbox.salesforce.api import MAX_URI, Answer, Call, answer, as_json
from app.sandbox.salesforce.errors import Refusal, not_found
from app.sandbox.salesforce.event_bus import origin
from app.sandbox.salesforce.faults import Fault
from app.sandbox.salesforce.oauth import bearer_token, the_org
from app.sandbox.salesforce.org import OLDEST_VERSION, VERSION, Org, SalesforceSandboxConfig

blueprint = Blueprint("salesforce_rest", __name__)


def create_app(config: SalesforceSandboxConfig) -> Flask:
    """The stand-in as a Flask app; the org itself is `app.extensions["salesforce"]`."""
    app = Flask("salesforce-sandbox")
    app.extensions["salesforce"] = Org(config)
    app.register_blueprint(blueprint)
    app.register_blueprint(oauth.blueprint)
    app.register_blueprint(apex.blueprint)
    app.register_blueprint(control.blueprint)
    app.before_request(_before)
    app.after_request(_after)
    return app


def _before() -> Response | None:
    """Counts the call, and gives it the fault that waits for it."""
    if not request.path.startswith("/services/"):
        return None
    org = the_org()
    org.faults.count(request.method, request.path, api=request.path.startswith("/services/data/v"))
    fault = org.faults.answer(request.path)
    request.environ["sandbox.fault"] = fault
    if fault is None or fault.kind in ("half", "lost"):
        return None
    if fault.kind == "hang":
        org.faults.hold(fault.seconds)
    return _broken(fault)


def _broken(fault: Fault) -> Response:
    if fault.kind == "session":
        return _plain(401, Refusal("INVALID_SESSION_ID", "Session expired or invalid").body())
    if fault.kind == "429":
        made = _plain(429, Refusal("REQUEST_LIMIT_EXCEEDED", "Too many requests. Try again later.").body())
        if fault.retry_after is not None:
            made.headers["Retry-After"] = str(fault.retry_after)
        return made
    if fault.kind == "403":
        said = fault.message or "You do not have the level of access necessary to perform this operation."
        return _plain(403, Refusal("INSUFFICIENT_ACCESS", said).body())
    if fault.kind == "500":
        return _plain(500, Refusal("UNKNOWN_EXCEPTION", "An unexpected error occurred.").body())
    return _plain(
        503, Refusal("SERVER_UNAVAILABLE", "Request is too busy to be processed. Try again later.").body()
    )


def _after(response: Response) -> Response:
    fault: Fault | None = request.environ.get("sandbox.fault")
    if fault is not None and fault.kind == "lost":
        response = _broken(fault)
    if fault is not None and fault.kind == "half":
        body = response.get_data()
        response.set_data(body[: max(len(body) // 2, 1)])
    if request.path.startswith("/services/data"):
        org = the_org()
        response.headers["Sforce-Limit-Info"] = f"api-usage={org.used}/{org.daily_limit}"
    return response


@blueprint.get("/services/data")
@blueprint.get("/services/data/")
def versions() -> Response:
    known = [{"label": "Winter '27", "url": f"/services/data/v{VERSION}", "version": VERSION}]
    return jsonify(known)


@blueprint.route(
    "/services/data/v<version>", defaults={"rest": ""}, methods=["GET", "POST", "PATCH", "DELETE", "PUT"]
)
@blueprint.route(
    "/services/data/v<version>/", defaults={"rest": ""}, methods=["GET", "POST", "PATCH", "DELETE", "PUT"]
)
@blueprint.route("/services/data/v<version>/<path:rest>", methods=["GET", "POST", "PATCH", "DELETE", "PUT"])
def rest(version: str, rest: str) -> Response:
    org = the_org()
    try:
        by = _admitted(org, version)
        body = _json_body()
    except Refusal as refusal:
        return _plain(refusal.status, refusal.body())
    call = Call(
        method=request.method,
        path=rest.rstrip("/"),
        by=by,
        version=version,
        args=request.args.to_dict(),
        body=body,
        headers=dict(request.headers),
    )
    client = re.search(r"client=([^,;\s]+)", request.headers.get("Sforce-Call-Options", ""))
    said = origin.set(f"com/salesforce/api/rest/{version}" + (f";client={client[1]}" if client else ""))
    try:
        with org.store.lock:
            return _plain(*answer(org, call))
    finally:
        origin.reset(said)


def _admitted(org: Org, version: str) -> str:
    """The user whose call this is. Raises what the org says to a bad session, version or a spent limit."""
    by = org.session_user(bearer_token())
    if by is None:
        raise Refusal("INVALID_SESSION_ID", "Session expired or invalid")
    if org.used >= org.daily_limit:
        raise Refusal("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    org.used += 1
    if not re.fullmatch(r"\d\d\.0", version) or not OLDEST_VERSION <= int(version[:2]) <= int(VERSION[:2]):
        raise not_found()
    if len(request.environ.get("RAW_URI", request.full_path).encode()) > MAX_URI:
        raise Refusal("URI_TOO_LONG", "The request URI is too long.")
    return by


def _json_body() -> Any:
    raw = request.get_data()
    if not raw:
        return None
    if not (request.content_type or "").startswith("application/json"):
        raise Refusal("UNSUPPORTED_MEDIA_TYPE", "Content type is not supported")
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise Refusal("JSON_PARSER_ERROR", "The body is not valid JSON") from None


def _plain(status: int, body: Answer | Any) -> Response:
    if body is None:
        return Response(status=status)
    if isinstance(body, bytes):
        return Response(body, status=status, content_type="application/octetstream")
    return Response(as_json(body), status=status, content_type="application/json;charset=UTF-8")
