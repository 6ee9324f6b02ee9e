"""Lightning record pages over the Salesforce stand-in, with the canvas frame as a real org embeds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, make_response, redirect, render_template, request

from app.sandbox.record_pages.salesforce_lists import RELATED, RelatedList, display
from app.sandbox.salesforce.oauth import the_org
from app.sandbox.salesforce.org import VERSION, Org
from app.sandbox.salesforce.schema import fields_of
from app.sandbox.salesforce.signing import canvas_payload, signed_request
from app.sandbox.salesforce.standard import STAGES
from app.sandbox.salesforce.store import Row

USER_COOKIE = "lightning_user"
PAGE_SIZE = 25
LABELS = {"Opportunity": "Opportunities", "Account": "Accounts", "Contact": "Contacts"}
COLUMNS = {
    "Opportunity": ("Name", "AccountId", "StageName", "Amount", "CloseDate", "OwnerId"),
    "Account": ("Name", "Industry", "Website", "BillingCity", "BillingCountry", "OwnerId"),
    "Contact": ("Name", "AccountId", "Title", "Email", "Phone", "OwnerId"),
}
DETAILS = {
    "Opportunity": (
        (
            "Name",
            "AccountId",
            "StageName",
            "Amount",
            "CloseDate",
            "NextStep",
            "OwnerId",
            "Type",
            "Product_Name__c",
            "Description",
            "Alongside_Registration__c",
            "Alongside_Partner__c",
            "Alongside_Protected_Until__c",
            "Margin__c",
            "Discount__c",
            "Competitor__c",
            "Internal_Notes__c",
        )
    ),
    "Account": (
        (
            "Name",
            "Website",
            "Industry",
            "Phone",
            "BillingCity",
            "BillingCountry",
            "NumberOfEmployees",
            "AnnualRevenue",
            "OwnerId",
            "Description",
            "Internal_Notes__c",
        )
    ),
    "Contact": ("Name", "AccountId", "Title", "Email", "Phone", "OwnerId"),
}
EDITABLE = {
    "Opportunity": {"StageName": "select", "Amount": "number", "CloseDate": "date", "NextStep": "text"},
    "Account": {"Website": "text", "Phone": "text", "BillingCity": "text"},
    "Contact": {"Title": "text", "Phone": "text"},
}
HIGHLIGHTS = {
    "Opportunity": ("AccountId", "CloseDate", "Amount", "OwnerId"),
    "Account": ("Industry", "Website", "Phone", "OwnerId"),
    "Contact": ("Title", "AccountId", "Email", "Phone"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LightningConfig:
    """`canvas_url` is where the external client app's canvas lives: the form is posted there."""

    canvas_url: str

    @property
    def canvas_origin(self) -> str:
        parts = urlsplit(self.canvas_url)
        return f"{parts.scheme}://{parts.netloc}"


def create_blueprint(config: LightningConfig) -> Blueprint:
    """Register it on the app of `app.sandbox.salesforce.create_app`."""
    blueprint = Blueprint(
        "lightning",
        __name__,
        template_folder="templates",
        static_folder="static/salesforce",
        static_url_path="/lightning/_static",
    )
    _add_pages(blueprint, config)
    _add_host(blueprint, config)
    return blueprint


def _add_pages(blueprint: Blueprint, config: LightningConfig) -> None:
    _add_lists(blueprint)
    _add_records(blueprint, config)


def _add_lists(blueprint: Blueprint) -> None:
    @blueprint.get("/")
    @blueprint.get("/lightning")
    def home() -> Any:
        return redirect("/lightning/o/Opportunity/list")

    @blueprint.get("/lightning/o/<name>/list")
    def object_list(name: str) -> str:
        _known(name)
        org = the_org()
        search, page = request.args.get("q", "").strip(), max(request.args.get("page", 1, int), 1)
        rows = _search(org, name, search, page)
        cells = [(row, _cells(org, name, COLUMNS[name], row)) for row in rows[:PAGE_SIZE]]
        return render_template(
            "salesforce/list.html",
            **_chrome(org, name),
            cells=cells,
            columns=[_label(name, column) for column in COLUMNS[name]],
            search=search,
            page=page,
            more=len(rows) > PAGE_SIZE,
        )


def _add_records(blueprint: Blueprint, config: LightningConfig) -> None:
    @blueprint.get("/lightning/r/<name>/<record_id>/view")
    def record(name: str, record_id: str) -> Response:
        org = the_org()
        row = _row(org, name, record_id)
        me = _me(org)
        page = make_response(
            render_template(
                "salesforce/record.html",
                **_chrome(org, name),
                **_native(org, name, row),
                wide=request.args.get("panel") == "wide",
                canvas=_canvas(org, config, str(me["Id"]), name, record_id),
                session_token=org.issue_session(str(me["Id"])),
                rest=f"/services/data/v{VERSION}/sobjects/{name}/{record_id}",
            )
        )
        page.headers["Cache-Control"] = "no-store"
        return page

    @blueprint.get("/lightning/r/<name>/<record_id>/native")
    def native(name: str, record_id: str) -> str:
        """The page's own half, for the script that keeps it fresh without touching the frame."""
        org = the_org()
        return render_template(
            "salesforce/native.html", name=name, **_native(org, name, _row(org, name, record_id))
        )

    @blueprint.get("/lightning/n/Alongside_Settings")
    def settings_tab() -> Response:
        """The package's tab, which has no record."""
        org = the_org()
        canvas = _canvas(org, config, str(_me(org)["Id"]), parameters={"page": "admin"})
        page = make_response(
            render_template("salesforce/settings.html", **_chrome(org, "Opportunity"), canvas=canvas)
        )
        page.headers["Cache-Control"] = "no-store"
        return page


def _add_host(blueprint: Blueprint, config: LightningConfig) -> None:
    @blueprint.get("/lightning/_canvas/settings")
    def refreshed_settings() -> Response:
        org = the_org()
        answer = jsonify(_canvas(org, config, str(_me(org)["Id"]), parameters={"page": "admin"}))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @blueprint.get("/lightning/_canvas/<name>/<record_id>")
    def refreshed(name: str, record_id: str) -> Response:
        """A new signed request for the frame: what an org makes when a frame asks its host to refresh."""
        org = the_org()
        _row(org, name, record_id)
        answer = jsonify(_canvas(org, config, str(_me(org)["Id"]), name, record_id))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @blueprint.post("/lightning/_user")
    def switch_user() -> Any:
        """Logs another user in, for the demo."""
        answer = make_response(redirect(_local(request.form.get("next", "/"))))
        answer.set_cookie(USER_COOKIE, request.form.get("user", ""), samesite="Lax", httponly=True)
        return answer


def _canvas(
    org: Org,
    config: LightningConfig,
    user_id: str,
    name: str = "",
    record_id: str = "",
    parameters: Mapping[str, str] | None = None,
) -> dict[str, str]:
    payload = canvas_payload(
        org,
        user_id=user_id,
        object_api_name=name,
        record_id=record_id,
        target_origin=request.host_url.rstrip("/"),
        canvas_url=config.canvas_url,
        parameters=parameters,
    )
    return {
        "signed_request": signed_request(org.config.consumer_secret, payload),
        "instance_id": payload["client"]["instanceId"],
        "url": config.canvas_url,
        "origin": config.canvas_origin,
    }


def _known(name: str) -> None:
    if name not in LABELS:
        abort(404)


def _row(org: Org, name: str, record_id: str) -> Row:
    _known(name)
    row = org.store.get(name, record_id)
    if row is None or row["IsDeleted"]:
        abort(404)
    return row


def _search(org: Org, name: str, search: str, page: int) -> list[Row]:
    """One row more than a page holds, so that the caller knows whether there is another page."""
    found = org.store.select(
        f'SELECT * FROM "{name}" WHERE "IsDeleted" = 0 AND instr(lower("Name"), lower(?))'  # noqa: S608 - known names
        ' ORDER BY "LastModifiedDate" DESC, "Id" LIMIT ? OFFSET ?',
        (search, PAGE_SIZE + 1, (page - 1) * PAGE_SIZE),
    )
    return [dict(row) for row in found]


def _users(org: Org) -> list[Row]:
    found = org.store.select(
        'SELECT "Id", "Name", "Username", "Email" FROM "User" WHERE "IsActive" = 1 ORDER BY rowid'
    )
    return [dict(row) for row in found]


def _me(org: Org) -> Row:
    """The user who is logged in: the chosen one, or the first person who is not the integration user."""
    users = _users(org)
    wanted = request.cookies.get(USER_COOKIE, "")
    chosen = next((user for user in users if user["Id"] == wanted), None)
    people = [user for user in users if user["Username"] != org.config.username]
    return chosen or (people or users)[0]


def _chrome(org: Org, name: str) -> Mapping[str, Any]:
    """What every page shows around its content."""
    return {
        "name": name,
        "labels": LABELS,
        "users": _users(org),
        "me": _me(org),
        "org_name": org.config.org_name,
    }


def _native(org: Org, name: str, row: Row) -> Mapping[str, Any]:
    stage = row.get("StageName")
    return {
        "record": row,
        "highlights": _cells(org, name, HIGHLIGHTS[name], row),
        "details": _cells(org, name, DETAILS[name], row),
        "editable": EDITABLE[name],
        "stages": STAGES if name == "Opportunity" else (),
        "reached": STAGES.index(stage) if stage in STAGES else -1,
        "related": [_related(org, related, str(row["Id"])) for related in RELATED[name]],
    }


def _related(org: Org, related: RelatedList, record_id: str) -> Mapping[str, Any]:
    found = org.store.select(
        f'SELECT * FROM "{related.object}" WHERE "IsDeleted" = 0 AND "{related.parent}" = ?'  # noqa: S608 - known names
        ' ORDER BY "CreatedDate" DESC, "Id" DESC LIMIT 50',
        (record_id,),
    )
    rows = [dict(row) for row in found]
    return {
        "label": related.label,
        "object": related.object,
        "columns": [_label(related.object, column) for column in related.columns],
        "rows": [_cells(org, related.object, related.columns, row) for row in rows],
    }


def _label(name: str, column: str) -> str:
    if column.endswith("Id"):
        return fields_of(name)[column].label.removesuffix(" ID")
    return fields_of(name)[column].label


def _cells(org: Org, name: str, columns: tuple[str, ...], row: Row) -> list[Mapping[str, str]]:
    return [
        {"field": column, "label": _label(name, column), **display(org, name, column, row)}
        for column in columns
        if column in fields_of(name)
    ]


def _local(path: str) -> str:
    """A path of this page, whatever was sent."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
