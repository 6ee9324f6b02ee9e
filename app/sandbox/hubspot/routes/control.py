"""/_sandbox: what no vendor offers. Orders faults, reads counters, shows what a person would look up."""

from base64 import b64decode
from typing import Any

from flask import Blueprint, request

from app.sandbox.hubspot.errors import HubError
from app.sandbox.hubspot.limits import Fault
from app.sandbox.hubspot.routes import body, sandbox
from app.sandbox.hubspot.schema import object_type

control = Blueprint("control", __name__, url_prefix="/_sandbox")


@control.before_request
def only_from_this_machine() -> None:
    if request.remote_addr not in ("127.0.0.1", "::1"):
        raise HubError(403, "FORBIDDEN", "The controls answer this machine only.")


@control.get("/health")
def health() -> dict[str, Any]:
    return {"ok": True, "portalId": sandbox().config.portal_id}


@control.get("/faults")
def faults() -> dict[str, Any]:
    return {"faults": sandbox().faults.waiting()}


@control.post("/faults")
def add_fault() -> tuple[dict[str, Any], int]:
    wanted = body()
    try:
        fault = Fault(
            kind=str(wanted.get("kind")),
            times=int(wanted.get("times", 1)),
            seconds=float(wanted.get("seconds", 0)),
            message=str(wanted.get("message", "")),
            match=str(wanted.get("match", "")),
            writes_only=bool(wanted.get("writesOnly", False)),
            inputs=int(wanted.get("inputs", 0)),
        )
        sandbox().faults.add(fault)
    except (TypeError, ValueError) as error:
        raise HubError(400, "VALIDATION_ERROR", str(error)) from error
    return faults(), 201


@control.delete("/faults")
def clear_faults() -> tuple[str, int]:
    sandbox().faults.clear()
    return "", 204


@control.get("/calls")
def calls() -> dict[str, Any]:
    return {"total": sandbox().calls.total(), "byEndpoint": sandbox().calls.by_endpoint()}


@control.delete("/calls")
def reset_calls() -> tuple[str, int]:
    sandbox().calls.reset()
    return "", 204


@control.get("/webhooks")
def webhooks() -> dict[str, Any]:
    hooks = sandbox().webhooks
    return {"target": hooks.target(), "waiting": hooks.waiting()}


@control.put("/webhooks")
def set_webhooks() -> dict[str, Any]:
    wanted = body()
    if wanted.get("subscriptions") is not None:
        try:
            sandbox().webhooks.subscribe(wanted["subscriptions"])
        except (AttributeError, TypeError, ValueError) as error:
            raise HubError(400, "VALIDATION_ERROR", str(error)) from error
    if wanted.get("url"):
        sandbox().webhooks.set_target(str(wanted["url"]), wanted.get("publicUrl"))
    return webhooks()


@control.post("/rules")
def add_rule() -> tuple[dict[str, Any], int]:
    wanted = body()
    if not wanted.get("property") or not wanted.get("message"):
        raise HubError(400, "VALIDATION_ERROR", "a rule needs objectType, property and message")
    sandbox().book.add_rule(object_type(str(wanted.get("objectType"))), wanted)
    return wanted, 201


@control.delete("/rules")
def clear_rules() -> tuple[str, int]:
    sandbox().book.clear_rules()
    return "", 204


@control.post("/tokens/expire")
def expire_tokens() -> tuple[str, int]:
    sandbox().grants.expire_access()
    return "", 204


@control.post("/tokens/revoke")
def revoke_tokens() -> tuple[str, int]:
    sandbox().grants.revoke()
    return "", 204


@control.post("/owners")
def add_owner() -> dict[str, Any]:
    """{"firstName", "lastName", "email"} → {"id"}: a user joins the portal, or is there already."""
    wanted = body()
    email = str(wanted.get("email") or "")
    if not email:
        raise HubError(400, "VALIDATION_ERROR", "an owner needs an email")
    names = [str(wanted.get(key) or "") for key in ("firstName", "lastName")]
    return {"id": sandbox().add_owner(names[0], names[1], email)}


@control.get("/records/<name>/<record>")
def record(name: str, record: str) -> dict[str, Any]:
    """A record with every value, as its page in the CRM would show it."""
    return sandbox().get(name, record)


@control.patch("/records/<name>/<record>")
def edit(name: str, record: str) -> dict[str, Any]:
    """A person edits the record in the CRM's own page."""
    sandbox().edit(name, record, body().get("properties") or {})
    return sandbox().get(name, record)


@control.delete("/records/<name>/<record>")
def delete(name: str, record: str) -> tuple[str, int]:
    """A person puts the record into the recycle bin; `?forever=1` deletes a contact by privacy law."""
    if request.args.get("forever"):
        sandbox().erase_contact(record)
    else:
        sandbox().delete(name, record)
    return "", 204


@control.post("/records/<name>/<record>/restore")
def restore(name: str, record: str) -> dict[str, Any]:
    """A person takes the record out of the recycle bin."""
    sandbox().restore(name, record)
    return sandbox().get(name, record)


@control.post("/records/<name>/<record>/merge/<gone>")
def merge(name: str, record: str, gone: str) -> dict[str, Any]:
    """A person merges another record into this one."""
    sandbox().merge(name, record, gone)
    return sandbox().get(name, record)


@control.get("/records/<name>/<record>/<to>")
def linked(name: str, record: str, to: str) -> dict[str, Any]:
    """The notes, tasks, companies or contacts of a record with every value, oldest first."""
    return {"results": sandbox().linked(name, record, to)}


@control.post("/files")
def attach_file() -> tuple[dict[str, Any], int]:
    """A person attaches a file to a record: {"objectType", "objectId", "name", "size" or "content" in base64}."""
    wanted = body()
    try:
        size, record = int(wanted.get("size", 0)), int(wanted.get("objectId", 0))
    except (TypeError, ValueError) as error:
        raise HubError(400, "VALIDATION_ERROR", "objectId and size are numbers.") from error
    kind = object_type(str(wanted.get("objectType", ""))).name
    content = b64decode(wanted["content"]) if "content" in wanted else None
    return {"id": sandbox().attach_file(kind, record, str(wanted.get("name", "file")), size, content)}, 201


@control.put("/files/<file>")
def replace_file(file: str) -> tuple[str, int]:
    """A person puts other bytes in a file's place: {"content" in base64}."""
    sandbox().replace_file(file, b64decode(body()["content"]))
    return "", 204


@control.delete("/files/<file>")
def delete_file(file: str) -> tuple[str, int]:
    """A person deletes a file."""
    sandbox().delete_file(file)
    return "", 204
