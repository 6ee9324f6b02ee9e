"""The REST resources under /services/data/vXX.X/: one request in, one status and body out, no HTTP."""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from app.sandbox.salesforce import queries
from app.sandbox.salesforce.errors import Refusal, not_found
from app.sandbox.salesforce.ids import make_id, normal_id
from app.sandbox.salesforce.org import Org
from app.sandbox.salesforce.schema import SCHEMA, fields_of

MAX_PAGE = 2_000
MAX_URI = 16_384
"""Bytes. A longer query has to be sent another way."""

_KEPT_PAGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`path` is what follows the version; `by` is the user whose session it is."""

    method: str
    path: str
    by: str
    version: str
    args: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = tuple[int, Any]


def answer(org: Org, call: Call) -> Answer:
    """What the org answers; a refusal is an answer too."""
    try:
        handle, parts = _handler(call)
        return handle(org, call, *parts)
    except Refusal as refusal:
        return refusal.status, refusal.body()


Handler = Callable[..., Answer]
_table: list[tuple[str, re.Pattern[str], Handler]] = []


def _handler(call: Call) -> tuple[Handler, list[str]]:
    """Who answers, and the parts of the path. Raises NOT_FOUND or METHOD_NOT_ALLOWED."""
    matches = [(m, handle, found) for m, pattern, handle in _table if (found := pattern.fullmatch(call.path))]
    for method, handle, found in matches:
        if method == call.method:
            return handle, [unquote(part) for part in found.groups()]
    if matches:
        raise Refusal("METHOD_NOT_ALLOWED", f"HTTP Method '{call.method}' not allowed.")
    raise not_found()


def route(method: str, pattern: str) -> Callable[[Handler], Handler]:
    def keep(handle: Handler) -> Handler:
        _table.append((method, re.compile(pattern + "/?"), handle))
        return handle

    return keep


def object_named(org: Org, name: str) -> str:
    known = next((n for n in SCHEMA if n.lower() == name.lower()), None)
    if known is None or (SCHEMA[known].custom and not org.packaged):
        raise not_found()
    return known


def record_body(call: Call) -> dict[str, Any]:
    if not isinstance(call.body, dict):
        raise Refusal(
            "JSON_PARSER_ERROR", "The HTTP entity body is required, but this request has no entity body."
        )
    return call.body


@route("GET", "")
def resources(_: Org, call: Call) -> Answer:
    root = f"/services/data/v{call.version}"
    return 200, {name: f"{root}/{name}" for name in ("sobjects", "query", "queryAll", "composite", "limits")}


@route("GET", "limits")
def limits(org: Org, _: Call) -> Answer:
    left = max(org.daily_limit - org.used, 0)
    return 200, {"DailyApiRequests": {"Max": org.daily_limit, "Remaining": left}}


@route("GET", "connect/organization")
def organization(org: Org, _: Call) -> Answer:
    features = {"defaultCurrencyIsoCode": org.config.currency, "multiCurrency": False}
    return 200, {"orgId": org.config.org_id, "name": org.config.org_name, "features": features}


@route("GET", "(query|queryAll)")
def query(org: Org, call: Call, resource: str) -> Answer:
    statement = call.args.get("q")
    if not statement:
        raise Refusal("MALFORMED_QUERY", "A query string has to be specified")
    total, rows = queries.run(org.store, statement, call.version, deleted=resource == "queryAll")
    return 200, _page(org, call, resource, make_id("0r8", org.used)[:15], rows, 0, total)


@route("GET", r"(query|queryAll)/([0-9A-Za-z]{15,18})-(\d+)")
def query_more(org: Org, call: Call, resource: str, locator: str, start: str) -> Answer:
    if locator not in org.pages:
        raise Refusal("INVALID_QUERY_LOCATOR", "invalid query locator")
    rows = org.pages[locator]
    return 200, _page(org, call, resource, locator, rows, int(start), len(rows))


def _page(
    org: Org, call: Call, resource: str, locator: str, rows: list[dict[str, Any]], start: int, total: int
) -> dict[str, Any]:
    wished = re.search(r"batchSize=(\d+)", call.headers.get("Sforce-Query-Options", ""))
    size = min(max(int(wished[1]), 200), MAX_PAGE) if wished else MAX_PAGE
    made: dict[str, Any] = {"totalSize": total, "done": True, "records": rows[start : start + size]}
    if start + size < len(rows):
        org.pages[locator] = rows
        while len(org.pages) > _KEPT_PAGES:
            del org.pages[next(iter(org.pages))]
        more = f"/services/data/v{call.version}/{resource}/{locator}-{start + size}"
        made |= {"done": False, "nextRecordsUrl": more}
    return made


@route("GET", "sobjects")
def objects(org: Org, _: Call) -> Answer:
    known = [name for name in SCHEMA if org.packaged or not SCHEMA[name].custom]
    return 200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": [_about(name) for name in known]}


@route("GET", r"sobjects/(\w+)/describe")
def describe(org: Org, _: Call, name: str) -> Answer:
    known = object_named(org, name)
    return 200, _about(known) | {"fields": [_described(f.name, known) for f in fields_of(known).values()]}


def _about(name: str) -> dict[str, Any]:
    known = SCHEMA[name]
    return {
        "name": name,
        "label": known.label,
        "labelPlural": known.plural or known.label,
        "keyPrefix": known.prefix,
        "custom": known.custom,
        "queryable": True,
        "createable": True,
        "updateable": True,
    }


def _described(name: str, owner: str) -> dict[str, Any]:
    f = fields_of(owner)[name]
    return {
        "name": f.name,
        "label": f.label,
        "type": f.type,
        "length": f.length if f.type not in ("double", "currency", "percent", "int") else 0,
        "precision": f.length if f.type in ("double", "currency", "percent") else 0,
        "scale": f.scale,
        "custom": f.custom,
        "nillable": not f.required,
        "unique": f.unique,
        "externalId": f.external_id,
        "filterable": f.filterable,
        "createable": not f.system,
        "updateable": not f.system,
        "referenceTo": list(f.references),
        "relationshipName": f.relationship or None,
        "restrictedPicklist": f.restricted,
        "picklistValues": [{"value": v, "label": v, "active": True} for v in f.values],
    }


@route("POST", r"sobjects/(\w+)")
def create(org: Org, call: Call, name: str) -> Answer:
    made = org.records.create(object_named(org, name), record_body(call), call.by)
    return 201, {"id": made, "success": True, "errors": []}


@route("GET", r"sobjects/(\w+)/(\w+)")
def read(org: Org, call: Call, name: str, record_id: str) -> Answer:
    known = object_named(org, name)
    row = org.records.existing(known, record_id)
    wanted = [part.strip() for part in call.args.get("fields", "").split(",") if part.strip()]
    shown = org.records.shown(known, row, [*dict.fromkeys([*wanted, "Id"])] if wanted else None)
    return 200, {"attributes": queries.attributes(known, row["Id"], call.version), **shown}


@route("PATCH", r"sobjects/(\w+)/(\w+)")
def update(org: Org, call: Call, name: str, record_id: str) -> Answer:
    org.records.update(object_named(org, name), record_id, record_body(call), call.by)
    return 204, None


@route("DELETE", r"sobjects/(\w+)/(\w+)")
def delete(org: Org, call: Call, name: str, record_id: str) -> Answer:
    org.records.delete(object_named(org, name), record_id, call.by)
    return 204, None


@route("GET", r"sobjects/ContentVersion/(\w+)/VersionData")
def version_data(org: Org, _: Call, record_id: str) -> Answer:
    row = org.records.existing("ContentVersion", record_id)
    return 200, b64decode(row["VersionData"] or "")


@route("GET", r"sobjects/(\w+)/(\w+)/([^/]+)")
def read_by_external_id(org: Org, call: Call, name: str, external: str, value: str) -> Answer:
    known = object_named(org, name)
    if external not in fields_of(known) or not fields_of(known)[external].external_id:
        raise not_found("Provided external ID field does not exist or is not accessible: " + external)
    row = org.store.find(known, external, value)
    if row is None or row["IsDeleted"]:
        raise not_found()
    return 200, {
        "attributes": queries.attributes(known, row["Id"], call.version),
        **org.records.shown(known, row),
    }


@route("PATCH", r"sobjects/(\w+)/(\w+)/([^/]+)")
def upsert(org: Org, call: Call, name: str, external: str, value: str) -> Answer:
    body = record_body(call)
    if external in body:
        raise Refusal("INVALID_FIELD", f"The {external} field should not be specified in the sobject data.")
    made, created = org.records.upsert(object_named(org, name), external, value, body, call.by)
    return 201 if created else 200, {"id": made, "success": True, "errors": [], "created": created}


@route("GET", r"composite/sobjects/(\w+)")
def retrieve(org: Org, call: Call, name: str) -> Answer:
    ids, fields = call.args.get("ids", "").split(","), call.args.get("fields", "").split(",")
    return _retrieved(org, call, name, ids, fields)


@route("POST", r"composite/sobjects/(\w+)")
def retrieve_many(org: Org, call: Call, name: str) -> Answer:
    body = record_body(call)
    return _retrieved(org, call, name, body.get("ids") or [], body.get("fields") or [])


def _retrieved(org: Org, call: Call, name: str, ids: list[str], fields: list[str]) -> Answer:
    known = object_named(org, name)
    if len(ids) > MAX_PAGE:
        raise Refusal("LIMIT_EXCEEDED", f"record limit reached. cannot retrieve more than {MAX_PAGE} records")
    if not fields or not all(isinstance(f, str) and f for f in fields):
        raise Refusal("MISSING_ARGUMENT", "fields parameter is required")
    for name_ in fields:
        queries.require_field(known, name_)
    found: list[Any] = []
    for record_id in ids:
        row = org.store.get(known, normal_id(str(record_id)))
        if row is None or row["IsDeleted"]:
            found.append(None)
            continue
        shown = org.records.shown(known, row, [*dict.fromkeys([*fields, "Id"])])
        found.append({"attributes": queries.attributes(known, row["Id"], call.version), **shown})
    return 200, found


def as_json(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False)
