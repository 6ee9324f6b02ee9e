"""What a HubSpot record page shows of a record: its properties, its activity, its neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from app.ground.clock import from_iso
from app.sandbox.hubspot.errors import HubError
from app.sandbox.hubspot.schema import ObjectType
from app.sandbox.hubspot.state import HubspotSandbox

ABOUT = {
    "deals": (
        "dealname",
        "dealstage",
        "amount",
        "closedate",
        "hs_next_step",
        "hubspot_owner_id",
        "dealtype",
        "product_name",
        "description",
        "internal_notes",
    ),
    "companies": (
        "name",
        "domain",
        "industry",
        "city",
        "country",
        "phone",
        "hubspot_owner_id",
        "description",
    ),
    "contacts": ("firstname", "lastname", "email", "jobtitle", "phone"),
}
"""The properties on the left of the page, in this order; what the product adds comes after them."""

PRODUCT_GROUP = "alongside"
NAME = {"deals": "dealname", "companies": "name", "contacts": "email"}
READ_ONLY = frozenset({"hubspot_owner_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyView:
    """`control` is how one edits it: text, textarea, number, date or select; empty if one cannot."""

    name: str
    label: str
    value: str
    control: str
    options: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    id: str
    kind: str
    title: str
    body: str
    at: datetime
    who: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Neighbour:
    type_id: str
    id: str
    name: str
    detail: str


def properties_of(state: HubspotSandbox, kind: ObjectType, record: dict[str, Any]) -> list[PropertyView]:
    """The properties that the page lists, the product's own last."""
    book = state.book.of(kind)
    own = [name for name, one in book.items() if one.get("groupName") == PRODUCT_GROUP]
    owners = owner_names(state)
    values = record["properties"]
    return [
        _property(book[name], values.get(name) or "", owners, editable=name not in own)
        for name in (*ABOUT[kind.name], *own)
        if name in book
    ]


def _property(
    definition: dict[str, Any], value: str, owners: dict[str, str], *, editable: bool
) -> PropertyView:
    name = str(definition["name"])
    control = _control(definition) if editable and name not in READ_ONLY else ""
    if name == "hubspot_owner_id":
        value = owners.get(value, value)
    if control == "date" or (not control and definition["type"] == "datetime"):
        value = value[:10]
    options = [(str(one["value"]), str(one["label"])) for one in definition.get("options") or ()]
    return PropertyView(
        name=name, label=str(definition["label"]), value=value, control=control, options=options
    )


def _control(definition: dict[str, Any]) -> str:
    if definition["type"] == "enumeration":
        return "select" if definition.get("options") else ""
    if definition["type"] in ("date", "datetime"):
        return "date"
    if definition["type"] == "number":
        return "number"
    return "textarea" if definition.get("fieldType") == "textarea" else "text"


def activity_of(state: HubspotSandbox, kind: ObjectType, record: int) -> list[Activity]:
    """Notes and tasks on the record, newest first."""
    owners = owner_names(state)
    found = [
        _activity(one["id"], what, one["properties"], owners)
        for what in ("notes", "tasks")
        for one in state.linked(kind.name, record, what)
    ]
    return sorted(found, key=lambda activity: (activity.at, activity.id), reverse=True)


def _activity(record: str, kind: str, values: dict[str, Any], owners: dict[str, str]) -> Activity:
    at = from_iso(str(values.get("hs_timestamp") or values["hs_createdate"]))
    who = owners.get(str(values.get("hubspot_owner_id") or ""), "")
    if kind == "notes":
        body = plain(str(values.get("hs_note_body") or ""))
        files = str(values.get("hs_attachment_ids") or "")
        return Activity(
            id=record, kind="note", title="Note", body=body or f"Attached file {files}", at=at, who=who
        )
    return Activity(
        id=record,
        kind="task",
        title=str(values.get("hs_task_subject") or "Task"),
        body=plain(str(values.get("hs_task_body") or "")),
        at=at,
        who=who,
        state=str(values.get("hs_task_status") or "NOT_STARTED"),
    )


def neighbours_of(state: HubspotSandbox, kind: ObjectType, record: int, to: ObjectType) -> list[Neighbour]:
    """The associated records of one type, by name."""
    found = []
    for one in state.linked(kind.name, record, to.name):
        values = one["properties"]
        detail = values.get("amount") or values.get("domain") or values.get("email") or ""
        found.append(Neighbour(to.type_id, one["id"], name_of(to, one), str(detail)))
    return sorted(found, key=lambda neighbour: neighbour.name.casefold())


def name_of(kind: ObjectType, record: dict[str, Any]) -> str:
    """What the portal calls a record: people by their names, or else by their addresses."""
    values = record["properties"]
    full = " ".join(filter(None, (values.get("firstname"), values.get("lastname"))))
    return (full if kind.name == "contacts" else "") or str(values.get(NAME[kind.name]) or record["id"])


def owner_names(state: HubspotSandbox) -> dict[str, str]:
    with state.db.transaction() as db:
        rows = db.execute("SELECT id, first_name, last_name FROM owners").fetchall()
    return {str(row["id"]): f"{row['first_name']} {row['last_name']}".strip() for row in rows}


def refusal_of(error: HubError) -> str:
    """The sentence a person sees when the portal refuses a value."""
    details = error.extra.get("errors")
    if isinstance(details, list) and details and isinstance(details[0], dict):
        return str(details[0].get("message") or error.message)
    return error.message


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("br", "p", "div", "li") and self.parts:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def plain(html: str) -> str:
    """The words of a note's HTML, with its line breaks."""
    parser = _Plain()
    parser.feed(html)
    parser.close()
    return "".join(parser.parts).strip()
