"""A HubSpot record page: the CRM's own fields and activity, and our card's real bundle beside them.

`hubspot_pages(state, config)` makes the blueprint; the demo registers it on the sandbox's own app. What a person
does here is done in the portal itself, so webhooks follow as they would from the CRM's own page.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from app.ground.clock import Clock, utc_now
from app.sandbox.hubspot.errors import HubError
from app.sandbox.hubspot.schema import TYPES, ObjectType, object_type
from app.sandbox.hubspot.state import HubspotSandbox
from app.sandbox.record_pages import hubspot_view as view
from app.sandbox.record_pages.hubspot_proxy import CrmUser, SigningProxy

FILES = {
    "host.js": "text/javascript",
    "worker.js": "text/javascript",
    "PartnerCard.js": "text/javascript",
    "Settings.js": "text/javascript",
    "host.css": "text/css",
}
HOW_TO_BUILD = "The card is not built yet. Run `npm ci` and `npm run build` in hubspot-project, then reload."
USER_COOKIE = "hubspot_sandbox_user"
PAGE_SIZE = 25
MAX_RESULTS = 10_000
LISTED = (
    "dealstage",
    "amount",
    "closedate",
    "hubspot_owner_id",
    "domain",
    "industry",
    "firstname",
    "lastname",
    "jobtitle",
)
SHOWN = ("deals", "companies", "contacts")

POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""As strict as a page can be: a card that needs eval, inline script or a foreign host fails here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubspotPagesConfig:
    """`backend_origin` is the public origin that cards call and that is signed; `forward_to` is where it is really
    reached, if that differs. `dist` is the folder with the built card and host."""

    backend_origin: str
    client_secret: str
    portal_id: int
    app_id: int
    users: tuple[CrmUser, ...]
    dist: Path
    forward_to: str = ""
    permitted: tuple[str, ...] = ()  # empty: the backend's origin alone
    time_zone: str = "America/New_York"
    clock: Clock = utc_now


def hubspot_pages(state: HubspotSandbox, config: HubspotPagesConfig) -> Blueprint:
    """The pages of the portal: lists of deals, companies and contacts, a record with its cards, the signing proxy."""
    pages = Blueprint(
        "hubspot_pages",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/record-pages/static",
    )
    _lists(pages, state, config)
    _record(pages, state, config)
    _settings(pages, config)
    _card(pages, config)
    pages.after_request(_guard)
    pages.register_error_handler(HubError, _missing)
    pages.register_error_handler(HTTPException, _missing)
    return pages


def _lists(pages: Blueprint, state: HubspotSandbox, config: HubspotPagesConfig) -> None:
    @pages.get("/")
    def home() -> AnyResponse:
        return redirect(url_for("hubspot_pages.index", portal=config.portal_id, type_id="0-3"))

    @pages.get("/contacts/<int:portal>/objects/<type_id>")
    def index(portal: int, type_id: str) -> str:
        kind = _shown(config, portal, type_id)
        query, page = request.args.get("q", "").strip(), max(1, request.args.get("page", 1, type=int))
        last = min(page, MAX_RESULTS // PAGE_SIZE)
        found = state.search.run(kind, _search(kind, query, last))
        return render_template(
            "sandbox/hubspot_index.html",
            **_frame(config, kind),
            rows=[_row(state, kind, one) for one in found["results"]],
            total=found["total"],
            query=query,
            page=last,
            pages=max(1, -(-min(found["total"], MAX_RESULTS) // PAGE_SIZE)),
        )

    @pages.post("/sandbox-user")
    def choose_user() -> AnyResponse:
        chosen = request.form.get("user", "")
        if chosen not in {str(user.id) for user in config.users}:
            abort(400, "Nobody of that name is signed in to this portal.")
        answer = make_response(redirect(_local(request.form.get("next", "/"))))
        answer.set_cookie(USER_COOKIE, chosen, httponly=True, samesite="Lax")
        return answer


def _record(pages: Blueprint, state: HubspotSandbox, config: HubspotPagesConfig) -> None:
    @pages.get("/contacts/<int:portal>/record/<type_id>/<int:record>")
    def record(portal: int, type_id: str, record: int) -> str:
        kind = _shown(config, portal, type_id)
        found = state.get(kind.name, record)
        return render_template(
            "sandbox/hubspot_record.html",
            **_frame(config, kind),
            name=view.name_of(kind, found),
            record=record,
            properties=view.properties_of(state, kind, found),
            activity=view.activity_of(state, kind, record),
            neighbours=_neighbours(state, kind, record),
            built=_built(config),
            how_to_build=HOW_TO_BUILD,
            card=lambda place: json.dumps(_card_config(config, kind, record, place, found["properties"])),
        )

    @pages.get("/contacts/<int:portal>/record/<type_id>/<int:record>/activity")
    def activity(portal: int, type_id: str, record: int) -> str:
        kind = _shown(config, portal, type_id)
        state.get(kind.name, record)
        shown = view.activity_of(state, kind, record)
        return render_template("sandbox/hubspot_activity.html", activity=shown)

    @pages.get("/contacts/<int:portal>/record/<type_id>/<int:record>/properties")
    def properties(portal: int, type_id: str, record: int) -> dict[str, str]:
        kind = _shown(config, portal, type_id)
        return {one.name: one.value for one in view.properties_of(state, kind, state.get(kind.name, record))}

    @pages.patch("/contacts/<int:portal>/record/<type_id>/<int:record>")
    def edit(portal: int, type_id: str, record: int) -> tuple[dict[str, Any], int]:
        kind = _shown(config, portal, type_id)
        _same_origin()
        wanted = request.get_json(silent=True)
        if not isinstance(wanted, dict) or not isinstance(wanted.get("properties"), dict):
            abort(400, "Name the properties to change.")
        try:
            state.edit(kind.name, record, wanted["properties"])
        except HubError as refused:
            return {"ok": False, "message": view.refusal_of(refused)}, 422
        return {"ok": True}, 200

    @pages.patch("/contacts/<int:portal>/tasks/<int:task>")
    def edit_task(portal: int, task: int) -> dict[str, Any]:
        _shown(config, portal, "0-3")
        _same_origin()
        done = bool((request.get_json(silent=True) or {}).get("done"))
        state.edit("tasks", task, {"hs_task_status": "COMPLETED" if done else "NOT_STARTED"})
        return {"ok": True}


def _settings(pages: Blueprint, config: HubspotPagesConfig) -> None:
    @pages.get("/settings/<int:portal>")
    def settings(portal: int) -> str:
        kind = _shown(config, portal, "0-3")
        return render_template(
            "sandbox/hubspot_settings.html",
            **_frame(config, kind),
            here="settings",
            built=_built(config),
            how_to_build=HOW_TO_BUILD,
            page=json.dumps(_page_config(config, "Settings.js", "settings")),
        )


def _card(pages: Blueprint, config: HubspotPagesConfig) -> None:
    proxy = SigningProxy(
        client_secret=config.client_secret,
        portal_id=config.portal_id,
        app_id=config.app_id,
        permitted=config.permitted or (config.backend_origin,),
        forward_to=config.forward_to,
        clock=config.clock,
    )

    @pages.post("/proxy")
    def forward() -> Response:
        _same_origin()
        wanted = request.get_json(silent=True)
        if not isinstance(wanted, dict):
            abort(400, "The proxy takes a JSON object.")
        answer = proxy.forward(wanted, _user(config))
        return Response(answer.body, answer.status, mimetype="application/json")

    @pages.get("/record-pages/card/<name>")
    def card_file(name: str) -> Response:
        path = config.dist / name
        if name not in FILES or not path.is_file():
            abort(404, HOW_TO_BUILD)
        return send_file(path.resolve(), mimetype=FILES[name], max_age=0)


def _shown(config: HubspotPagesConfig, portal: int, type_id: str) -> ObjectType:
    kind = object_type(type_id)
    if portal != config.portal_id or kind.name not in SHOWN or type_id != kind.type_id:
        abort(404, "There is no such page in this portal.")
    return kind


def _user(config: HubspotPagesConfig) -> CrmUser:
    chosen = request.cookies.get(USER_COOKIE)
    return next((user for user in config.users if str(user.id) == chosen), config.users[0])


def _frame(config: HubspotPagesConfig, kind: ObjectType) -> dict[str, Any]:
    """What every page of the portal shows around itself."""
    return {
        "portal": config.portal_id,
        "kind": kind,
        "lists": [TYPES[name] for name in SHOWN],
        "user": _user(config),
        "users": config.users,
    }


def _search(kind: ObjectType, query: str, page: int) -> dict[str, Any]:
    name = view.NAME[kind.name]
    wanted: dict[str, Any] = {
        "limit": PAGE_SIZE,
        "after": str((page - 1) * PAGE_SIZE),
        "properties": [name, *LISTED],
        "sorts": [{"propertyName": kind.modified, "direction": "DESCENDING"}],
    }
    return wanted | ({"query": query} if query else {})


def _row(state: HubspotSandbox, kind: ObjectType, one: dict[str, Any]) -> dict[str, str]:
    values = one["properties"]
    stages = {
        option["value"]: option["label"] for option in state.book.of(TYPES["deals"])["dealstage"]["options"]
    }
    cells = {
        "name": view.name_of(kind, one),
        "email": values.get("email") or "",
        "title": values.get("jobtitle") or "",
        "stage": stages.get(values.get("dealstage"), ""),
        "amount": _thousands(values.get("amount")),
        "close": (values.get("closedate") or "")[:10],
        "domain": values.get("domain") or "",
        "industry": values.get("industry") or "",
    }
    return {"id": str(one["id"])} | {key: str(value) for key, value in cells.items()}


def _thousands(amount: str | None) -> str:
    try:
        return f"{float(amount):,.0f}" if amount else ""
    except ValueError:
        return str(amount)


def _neighbours(
    state: HubspotSandbox, kind: ObjectType, record: int
) -> list[tuple[str, list[view.Neighbour]]]:
    others = [name for name in ("companies", "deals", "contacts") if name != kind.name]
    return [(name.capitalize(), view.neighbours_of(state, kind, record, TYPES[name])) for name in others]


def _card_config(
    config: HubspotPagesConfig, kind: ObjectType, record: int, place: str, properties: dict[str, Any]
) -> dict[str, Any]:
    """What the host needs to start the card on a record."""
    page = _page_config(config, "PartnerCard.js", place)
    page["context"]["crm"] = {"objectId": record, "objectTypeId": kind.type_id}
    page["properties"] = {name: value for name, value in properties.items() if isinstance(value, str)}
    return page


def _page_config(config: HubspotPagesConfig, bundle: str, place: str) -> dict[str, Any]:
    """What the host needs to start a bundle: addresses, and the context as HubSpot would give it."""
    user = _user(config)
    return {
        "bundleUrl": url_for("hubspot_pages.card_file", name=bundle),
        "workerUrl": url_for("hubspot_pages.card_file", name="worker.js"),
        "proxyUrl": url_for("hubspot_pages.forward"),
        "properties": {},
        "context": {
            "location": place,
            "portal": {"id": config.portal_id, "timezone": config.time_zone},
            "user": {
                "id": user.id,
                "email": user.email,
                "emails": [user.email],
                "firstName": user.first_name,
                "lastName": user.last_name,
                "locale": "en-us",
                "language": "en",
                "roles": [],
                "teams": [],
                "permissions": [],
            },
            "variables": {"backend_origin": config.backend_origin, "environment": "sandbox"},
            "extension": {"appId": config.app_id, "appName": "Alongside", "cardTitle": "Partner work"},
        },
    }


def _built(config: HubspotPagesConfig) -> bool:
    return all((config.dist / name).is_file() for name in FILES)


def _same_origin() -> None:
    """A write comes from our own page: another site's script or form is refused."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        abort(403, "This request came from another site.")


def _local(address: str) -> str:
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else "/"


def _guard(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _missing(error: HubError | HTTPException) -> tuple[str, int]:
    status = error.status if isinstance(error, HubError) else error.code or 500
    sentence = error.message if isinstance(error, HubError) else error.description or "Not found."
    return render_template("sandbox/hubspot_missing.html", sentence=sentence), status
