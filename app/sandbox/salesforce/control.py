"""Hands for tests and the demo, under /_sandbox: load, break, count. No vendor has these."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.sandbox.salesforce.errors import Refusal
from app.sandbox.salesforce.faults import Fault
from app.sandbox.salesforce.oauth import the_org
from app.sandbox.salesforce.records import loaded
from app.sandbox.salesforce.schema import SCHEMA, fields_of
from app.sandbox.salesforce.signing import canvas_payload, signed_request

blueprint = Blueprint("salesforce_control", __name__, url_prefix="/_sandbox")


@blueprint.errorhandler(Refusal)
def _refused(refusal: Refusal) -> tuple[Response, int]:
    return jsonify(refusal.body()), refusal.status


@blueprint.errorhandler(ValueError)
@blueprint.errorhandler(TypeError)
@blueprint.errorhandler(KeyError)
def _wrong(error: Exception) -> tuple[Response, int]:
    return jsonify(error=str(error)), 400


def _body() -> dict[str, Any]:
    body = request.get_json()
    if not isinstance(body, dict):
        raise TypeError("the body must be an object")
    return body


@blueprint.post("/load")
def load() -> Response:
    """{"Account": [{…}, …], …} → the ids, per object in order. Rows may bring their own Id."""
    org = the_org()
    made = {}
    with org.store.transaction():
        for name, rows in _body().items():
            made[name] = org.store.load(name, [loaded(name, row) for row in rows], org.user_id)
    return jsonify(made)


@blueprint.get("/rows/<name>")
def rows(name: str) -> Response:
    """Every row of an object, as stored, deleted ones too; query parameters filter by equality."""
    org = the_org()
    wanted = {key: value for key, value in request.args.items() if key in fields_of(SCHEMA[name].name)}
    where = " AND ".join(f'"{key}" = ?' for key in wanted) or "1"
    found = org.store.select(
        f'SELECT * FROM "{SCHEMA[name].name}" WHERE {where} ORDER BY rowid',  # noqa: S608 - schema names only
        list(wanted.values()),
    )
    return jsonify([dict(row) for row in found])


@blueprint.post("/rows/<name>/<record_id>")
def edit(name: str, record_id: str) -> Response:
    """Changes fields as a person would: `by` names the username, else the integration user."""
    org = the_org()
    body = _body()
    by = org.user_named(str(body.pop("by", org.config.username))) or org.user_id
    org.records.update(name, record_id, body, by)
    return jsonify(org.store.get(name, record_id))


@blueprint.delete("/rows/<name>/<record_id>")
def remove(name: str, record_id: str) -> Response:
    org = the_org()
    org.records.delete(name, record_id, org.user_id)
    return jsonify(ok=True)


@blueprint.post("/rows/<name>/<record_id>/undelete")
def put_back(name: str, record_id: str) -> Response:
    org = the_org()
    org.records.undelete(name, record_id, org.user_id)
    return jsonify(ok=True)


@blueprint.post("/events")
def change_events() -> Response:
    """{"change": "GAP_UPDATE", "object", "ids"} publishes such an event; {"expired": true} lets three days pass for
    every event; {"hidden": [objects]} keeps their events from the integration user; {"broken": [status, code]} ends
    every subscription and refuses new ones so, until it is empty."""
    org, body = the_org(), _body()
    if "change" in body:
        with org.store.transaction():
            org.bus.tell(str(body["change"]), str(body["object"]), map(str, body["ids"]), org.user_id)
    if body.get("expired"):
        org.bus.forget()
    if "hidden" in body:
        org.bus.hidden = set(map(str, body["hidden"]))
    if "broken" in body:
        org.bus.broken = tuple(map(str, body["broken"]))
        org.bus.wake()
    return jsonify(ok=True)


@blueprint.post("/faults")
def add_fault() -> Response:
    """{"kind", "times", "skip", "on", "message", "seconds", "retry_after"}: see faults.py."""
    the_org().faults.add(Fault(**_body()))
    return jsonify(ok=True)


@blueprint.delete("/faults")
def clear_faults() -> Response:
    the_org().faults.clear()
    return jsonify(ok=True)


@blueprint.get("/calls")
def calls() -> Response:
    """{"api": calls that spend the daily limit, "by": {"METHOD path": n}, "log": [[method, path], …]}"""
    return jsonify(the_org().faults.summary())


@blueprint.delete("/calls")
def forget_calls() -> Response:
    the_org().faults.forget_calls()
    return jsonify(ok=True)


@blueprint.post("/rules")
def add_rule() -> Response:
    """A validation rule that stays: {"object", "field", "contains", "message"}; empty `contains` means blank."""
    body = _body()
    org = the_org()
    values = [str(body.get(key, "")) for key in ("object", "field", "contains", "message")]
    if values[1] not in fields_of(values[0]):
        raise ValueError(f"no such field: {values[1]}")
    with org.store.transaction():
        org.store.execute("INSERT INTO _rule VALUES (?, ?, ?, ?)", values)
    return jsonify(ok=True)


@blueprint.delete("/rules")
def clear_rules() -> Response:
    with the_org().store.transaction():
        the_org().store.execute("DELETE FROM _rule")
    return jsonify(ok=True)


@blueprint.post("/limits")
def set_limits() -> Response:
    """{"daily", "used"}: what of the daily API requests there is, and is gone."""
    org, body = the_org(), _body()
    org.daily_limit = int(body.get("daily", org.daily_limit))
    org.used = int(body.get("used", org.used))
    return jsonify(daily=org.daily_limit, used=org.used)


@blueprint.post("/users")
def add_user() -> Response:
    """{"username", "first_name", "last_name", "email"} → {"id"}"""
    return jsonify(id=the_org().add_user(**_body()))


@blueprint.post("/permissions")
def set_permissions() -> tuple[Response, int]:
    """{"username", "permissions": [names]}: what permission sets grant this person."""
    org, body = the_org(), _body()
    user_id = org.user_named(str(body["username"]))
    if user_id is None:
        return jsonify(error="no such user"), 404
    org.permit(user_id, *map(str, body["permissions"]))
    return jsonify(permissions=org.permissions_of(user_id)), 200


@blueprint.post("/sessions")
def add_session() -> tuple[Response, int]:
    """{"username"} → {"token", "user_id"}: a user who is logged in."""
    org = the_org()
    user_id = org.user_named(str(_body()["username"]))
    if user_id is None:
        return jsonify(error="no such user"), 404
    return jsonify(token=org.issue_session(user_id), user_id=user_id), 200


@blueprint.delete("/sessions")
def end_sessions() -> Response:
    """Every token is dead from now on."""
    the_org().end_sessions()
    return jsonify(ok=True)


@blueprint.post("/app")
def change_app() -> Response:
    """{"approved": the users may use the app, "packaged": the custom objects are installed}"""
    org, body = the_org(), _body()
    org.approved = bool(body.get("approved", org.approved))
    org.packaged = bool(body.get("packaged", org.packaged))
    if not org.approved:
        org.end_sessions()
    return jsonify(approved=org.approved, packaged=org.packaged)


@blueprint.post("/canvas")
def canvas() -> tuple[Response, int]:
    """{"username", "object", "record_id", "canvas_url", "target_origin"} → {"signed_request"}"""
    org, body = the_org(), _body()
    user_id = org.user_named(str(body.get("username", org.config.username)))
    if user_id is None:
        return jsonify(error="no such user"), 404
    payload = canvas_payload(
        org,
        user_id=user_id,
        object_api_name=str(body["object"]),
        record_id=str(body["record_id"]),
        canvas_url=str(body.get("canvas_url", "")),
        target_origin=str(body.get("target_origin", request.host_url.rstrip("/"))),
    )
    return jsonify(signed_request=signed_request(org.config.consumer_secret, payload)), 200
