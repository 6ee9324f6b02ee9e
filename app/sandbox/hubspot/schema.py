"""The object types of the portal: their names, ids, default properties and how they may be associated."""

from dataclasses import dataclass, field
from typing import Any

from app.sandbox.hubspot.errors import HubError


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectType:
    name: str
    singular: str
    type_id: str
    modified: str = "hs_lastmodifieddate"
    defaults: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    searchable: tuple[str, ...] = field(default=())


TYPES = {
    kind.name: kind
    for kind in (
        ObjectType(
            name="contacts",
            singular="contact",
            type_id="0-1",
            modified="lastmodifieddate",  # contacts kept their older name for it
            defaults=("firstname", "lastname", "email"),
            searchable=("firstname", "lastname", "email", "phone", "company"),
        ),
        ObjectType(
            name="companies",
            singular="company",
            type_id="0-2",
            defaults=("name", "domain"),
            searchable=("name", "domain", "phone", "website"),
        ),
        ObjectType(
            name="deals",
            singular="deal",
            type_id="0-3",
            defaults=("dealname", "amount", "closedate", "pipeline", "dealstage"),
            searchable=("dealname", "pipeline", "dealstage", "description", "dealtype"),
        ),
        ObjectType(
            name="notes",
            singular="note",
            type_id="0-46",
            required=("hs_timestamp",),
            searchable=("hs_note_body",),
        ),
        ObjectType(
            name="tasks",
            singular="task",
            type_id="0-27",
            required=("hs_timestamp",),
            searchable=("hs_task_body", "hs_task_subject"),
        ),
    )
}

_BY_ANY_NAME = {alias: kind for kind in TYPES.values() for alias in (kind.name, kind.singular, kind.type_id)}


def object_type(name: str) -> ObjectType:
    """The type that a path names by plural, singular or id. Raises HubError 400 for any other."""
    try:
        return _BY_ANY_NAME[name.lower()]
    except KeyError:
        raise HubError(400, "VALIDATION_ERROR", f"Unable to infer object type from: {name}") from None


@dataclass(frozen=True, slots=True)
class Link:
    """One direction of an association: its default type, and the primary one where the pair has it."""

    type_id: int
    primary: int | None = None


LINKS: dict[tuple[str, str], Link] = {
    ("deals", "companies"): Link(341, 5),
    ("companies", "deals"): Link(342, 6),
    ("deals", "contacts"): Link(3),
    ("contacts", "deals"): Link(4),
    ("contacts", "companies"): Link(279, 1),
    ("companies", "contacts"): Link(280, 2),
    ("notes", "deals"): Link(214),
    ("deals", "notes"): Link(213),
    ("notes", "companies"): Link(190),
    ("companies", "notes"): Link(189),
    ("notes", "contacts"): Link(202),
    ("contacts", "notes"): Link(201),
    ("tasks", "deals"): Link(216),
    ("deals", "tasks"): Link(215),
    ("tasks", "companies"): Link(192),
    ("companies", "tasks"): Link(191),
    ("tasks", "contacts"): Link(204),
    ("contacts", "tasks"): Link(203),
}


def link(from_type: str, to_type: str) -> Link:
    """How the pair is associated. Raises HubError 400 for a pair that cannot be."""
    try:
        return LINKS[from_type, to_type]
    except KeyError:
        raise HubError(400, "VALIDATION_ERROR", f"{from_type} cannot be associated with {to_type}") from None


def _prop(
    name: str, label: str, kind: str = "string", field_type: str = "text", **more: Any
) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "type": kind,
        "fieldType": field_type,
        "description": "",
        "groupName": more.pop("groupName", "information"),
        "options": [],
        "displayOrder": -1,
        "calculated": False,
        "externalOptions": False,
        "hasUniqueValue": False,
        "hidden": False,
        "hubspotDefined": True,
        "formField": False,
        "modificationMetadata": {
            "archivable": False,
            "readOnlyDefinition": True,
            "readOnlyValue": more.pop("readOnly", False),
        },
    } | more


def _options(**labels: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "value": value, "displayOrder": order, "hidden": False}
        for order, (value, label) in enumerate(labels.items())
    ]


def _system(modified: str) -> list[dict[str, Any]]:
    return [
        _prop("hs_object_id", "Record ID", "number", "number", readOnly=True, hasUniqueValue=True),
        _prop("createdate", "Create Date", "datetime", "date", readOnly=True),
        _prop("hs_createdate", "Object create date/time", "datetime", "date", readOnly=True),
        _prop(modified, "Last Modified Date", "datetime", "date", readOnly=True),
    ]


def _owner() -> dict[str, Any]:
    return _prop("hubspot_owner_id", "Owner", "enumeration", "select", externalOptions=True)


def _own(name: str, label: str, kind: str = "string", field_type: str = "text") -> dict[str, Any]:
    """A property that this portal's admin made."""
    return _prop(name, label, kind, field_type, hubspotDefined=False)


def default_properties(stages: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The properties of a fresh portal, by object type; `stages` are the deal pipeline's options."""
    return {
        "contacts": [
            *_system("lastmodifieddate"),
            _prop("firstname", "First Name"),
            _prop("lastname", "Last Name"),
            _prop("email", "Email", hasUniqueValue=True),
            _prop("jobtitle", "Job Title"),
            _prop("company", "Company Name"),
            _prop("phone", "Phone Number", field_type="phonenumber"),
            _prop("associatedcompanyid", "Primary Associated Company ID", "number", "number"),
            _owner(),
        ],
        "companies": [
            *_system("hs_lastmodifieddate"),
            *(_prop(name, label) for name, label in _COMPANY_TEXTS),
            _prop("numberofemployees", "Number of Employees", "number", "number"),
            _prop("annualrevenue", "Annual Revenue", "number", "number"),
            _own("internal_notes", "Internal notes", field_type="textarea"),
            _owner(),
        ],
        "deals": _deal_properties(stages),
        **_activity_properties(),
    }


def _deal_properties(stages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        *_system("hs_lastmodifieddate"),
        _prop("dealname", "Deal Name"),
        _prop("dealstage", "Deal Stage", "enumeration", "radio", options=stages),
        _prop("pipeline", "Pipeline", "enumeration", "select", options=_options(default="Sales Pipeline")),
        _prop("amount", "Amount", "number", "number"),
        _prop("closedate", "Close Date", "datetime", "date"),
        _prop("hs_next_step", "Next step"),
        _prop("description", "Deal Description", field_type="textarea"),
        _prop("deal_currency_code", "Currency"),
        _prop(
            "dealtype",
            "Deal Type",
            "enumeration",
            "radio",
            options=_options(newbusiness="New Business", existingbusiness="Existing Business"),
        ),
        _own("product_name", "Product"),
        _own("margin", "Margin", "number", "number"),
        _own("discount", "Discount", "number", "number"),
        _own("internal_notes", "Internal notes", field_type="textarea"),
        _own("competitor", "Competitor"),
        _owner(),
    ]


def _activity_properties() -> dict[str, list[dict[str, Any]]]:
    return {
        "notes": [
            *_system("hs_lastmodifieddate"),
            _prop("hs_timestamp", "Activity date", "datetime", "date"),
            _prop("hs_note_body", "Note body", field_type="html"),
            _prop("hs_attachment_ids", "Attached file IDs", "enumeration", "checkbox", externalOptions=True),
            _owner(),
        ],
        "tasks": [
            *_system("hs_lastmodifieddate"),
            _prop("hs_timestamp", "Due date", "datetime", "date"),
            _prop("hs_task_subject", "Task title"),
            _prop("hs_task_body", "Task notes", field_type="html"),
            _prop("hs_task_status", "Task status", "enumeration", "select", options=_TASK_STATUS),
            _prop("hs_task_priority", "Priority", "enumeration", "select", options=_PRIORITIES),
            _prop("hs_task_type", "Task type", "enumeration", "select", options=_TASK_TYPES),
            _prop("hs_task_completion_date", "Completed at", "datetime", "date", readOnly=True),
            _owner(),
        ],
    }


_COMPANY_TEXTS = (
    ("name", "Company name"),
    ("domain", "Company Domain Name"),
    ("industry", "Industry"),
    ("city", "City"),
    ("country", "Country/Region"),
    ("phone", "Phone Number"),
    ("website", "Website URL"),
    ("hs_parent_company_id", "Parent Company"),
    ("description", "Description"),
)
_TASK_STATUS = _options(
    NOT_STARTED="Not started",
    IN_PROGRESS="In progress",
    WAITING="Waiting",
    DEFERRED="Deferred",
    COMPLETED="Completed",
)
_PRIORITIES = _options(NONE="None", LOW="Low", MEDIUM="Medium", HIGH="High")
_TASK_TYPES = _options(TODO="To-do", CALL="Call", EMAIL="Email", LINKED_IN="LinkedIn")

DEAL_PIPELINE: dict[str, Any] = {
    "id": "default",
    "label": "Sales Pipeline",
    "displayOrder": 0,
    "archived": False,
    "stages": [
        {
            "id": stage,
            "label": label,
            "displayOrder": order,
            "archived": False,
            "metadata": {
                "probability": probability,
                "isClosed": "true" if probability in ("0.0", "1.0") else "false",
            },
        }
        for order, (stage, label, probability) in enumerate(
            (
                ("appointmentscheduled", "Appointment Scheduled", "0.2"),
                ("qualifiedtobuy", "Qualified To Buy", "0.4"),
                ("presentationscheduled", "Presentation Scheduled", "0.6"),
                ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
                ("contractsent", "Contract Sent", "0.9"),
                ("closedwon", "Closed Won", "1.0"),
                ("closedlost", "Closed Lost", "0.0"),
            )
        )
    ],
}


def stage_options() -> list[dict[str, Any]]:
    return _options(**{stage["id"]: stage["label"] for stage in DEAL_PIPELINE["stages"]})
