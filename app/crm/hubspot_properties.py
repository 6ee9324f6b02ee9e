"""The properties Alongside adds to a HubSpot account, as data, and how they get there."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.crm.hubspot_paths import GROUP_CREATE, GROUPS, PROPERTIES, PROPERTIES_CREATE
from app.crm.hubspot_transport import Transport
from app.crm.port import Conflict, Rejected

CERTIFICATION_STATES = ("active", "lapsing", "lapsed", "revoked")
"""From best to worst: what a record shows is the worst of its certifications."""

GROUP = "alongside"
GROUP_LABEL = "Alongside"
EXTERNAL_ID = "alongside_id"
"""Unique on notes and tasks: the same message or step is never written twice, whatever is repeated."""

DATA = "alongside_data"
"""What a rebuild reads: the whole write as it was meant, beside the text that people read."""


def _property(name: str, label: str, kind: str = "string", field_type: str = "text") -> dict[str, Any]:
    return {"name": name, "label": label, "type": kind, "fieldType": field_type, "groupName": GROUP}


def _choice(name: str, label: str, *values: str) -> dict[str, Any]:
    options = [
        {
            "label": value.replace("_", " ").capitalize(),
            "value": value,
            "displayOrder": order,
            "hidden": False,
        }
        for order, value in enumerate(values)
    ]
    return _property(name, label, "enumeration", "select") | {"options": options}


def _moment(name: str, label: str) -> dict[str, Any]:
    return _property(name, label, "datetime", "date")


_UNIQUE = _property(EXTERNAL_ID, "Alongside ID") | {"hasUniqueValue": True}

_COLLABORATION = (
    _choice(
        "alongside_registration_state",
        "Deal registration",
        "submitted",
        "approved",
        "refused",
        "expired",
    ),
    _property("alongside_registration_id", "Deal registration ID"),
    _property("alongside_registration_partner", "Registered by partner"),
    _property("alongside_registration_partner_id", "Registered by partner (ID)"),
    _moment("alongside_registered_at", "Registration received"),
    _property("alongside_registration_reason", "Registration decision", field_type="textarea"),
    _moment("alongside_protected_from", "Protected from"),
    _moment("alongside_protected_until", "Protected until"),
    _moment("alongside_registration_due", "Registration decision due"),
    _property("alongside_registration_rule", "Registration rule"),
    _property("alongside_protection_paused", "Protection stands still: waiting for"),
    _moment("alongside_protection_paused_since", "Protection stands still since"),
    _property("alongside_partner_asks", "Partner asks for"),
    _choice("alongside_attribution", "Partner attribution", "sourced", "influenced"),
    _property("alongside_partner_share", "Partner share (percent)", "number", "number"),
    _property("alongside_incumbent", "Incumbent partner"),
    _property("alongside_price_tier", "Partner tier of the registration"),
    _property("alongside_partners", "Partners"),
    _choice("alongside_conflict", "Channel conflict", "open", "resolved"),
    _property("alongside_conflict_kind", "Channel conflict kind"),
    _property("alongside_conflict_sentence", "Channel conflict: what", field_type="textarea"),
    _property("alongside_conflict_rule", "Channel conflict: rule", field_type="textarea"),
    _moment("alongside_conflict_deadline", "Channel conflict: dispute to be settled by"),
    _property("alongside_conflict_resolution", "Channel conflict: decision", field_type="textarea"),
    _property("alongside_active_links", "Active share links", "number", "number"),
    _property("alongside_link_views", "Share link views", "number", "number"),
    _moment("alongside_link_last_viewed", "Share link last viewed"),
    _moment("alongside_link_expires", "Share link expires"),
)

_PLAN = (
    _choice("alongside_plan_health", "Partner plan", "on_track", "at_risk", "late", "done"),
    _choice("alongside_plan_waiting_on", "Partner plan waits for", "us", "partner"),
    _property("alongside_plan_next_step", "Partner plan: next step"),
    _property("alongside_plan_next_due", "Partner plan: next step due", "date", "date"),
    _property("alongside_plan_forecast", "Partner plan: forecast close", "date", "date"),
    _property("alongside_plan_progress", "Partner plan: done in percent", "number", "number"),
    _property("alongside_plan_on_time", "Partner plan: on time in percent", "number", "number"),
)

_CERTIFICATION = (
    _property("alongside_certifications", "Partner certifications", field_type="textarea"),
    _property("alongside_certification_count", "Number of certifications", "number", "number"),
    _property("alongside_certification_valid", "Number of valid certifications", "number", "number"),
    _property("alongside_certification_expires", "Next certification to lapse", "date", "date"),
    _choice("alongside_certification_status", "Certification status", *CERTIFICATION_STATES),
    _property("alongside_certification_issuers", "Certification issuers"),
    _property("alongside_certification_sources", "Certification sources"),
    _property("alongside_certification_evidence", "Certification evidence", field_type="textarea"),
)

_TIER = (
    _property("alongside_tier", "Partner tier granted"),
    _property("alongside_tier_in_force", "Partner tier in force"),
    _property("alongside_tier_note", "Partner tier: why", field_type="textarea"),
)

OURS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "deals": (*_COLLABORATION, *_PLAN),
    "companies": (*_COLLABORATION, *_CERTIFICATION, *_TIER),
    "contacts": _CERTIFICATION,
    "notes": (
        _UNIQUE,
        _property("alongside_kind", "Alongside kind"),
        _property("alongside_partner_id", "Alongside partner"),
        _property(DATA, "Alongside data", field_type="textarea"),
    ),
    "tasks": (
        _UNIQUE,
        _property("alongside_milestone", "Milestone"),
        _property("alongside_partner_id", "Alongside partner"),
        _property(DATA, "Alongside data", field_type="textarea"),
        # HubSpot wants a due time on every task; this one names the time that stands for none.
        _moment("alongside_undated", "No due date before"),
    ),
}


def prepare(transport: Transport) -> None:
    """Every property above exists afterwards. Raises Rejected naming what an admin has to allow."""
    for object_type, wanted in OURS.items():
        path = {"type": object_type}
        known = {found["name"] for found in transport.call(PROPERTIES, path=path)["results"]}
        missing = [definition for definition in wanted if definition["name"] not in known]
        if not missing:
            continue
        groups = {found["name"] for found in transport.call(GROUPS, path=path)["results"]}
        if GROUP not in groups:
            _create_group(transport, object_type)
        answer = transport.call(PROPERTIES_CREATE, path=path, body={"inputs": missing})
        # Someone else may have created them at the same moment; any other error is for an admin.
        refused = [
            str(error.get("message"))
            for error in answer.get("errors", ())
            if error.get("category") != "OBJECT_ALREADY_EXISTS"
        ]
        if refused:
            raise Rejected(
                f"HubSpot did not create the properties Alongside needs on {object_type}: {refused[0]}"
            )


def missing(transport: Transport) -> list[str]:
    """Those of the properties above that do not exist, as object.property; nothing is changed."""
    found = []
    for object_type, wanted in OURS.items():
        known = {one["name"] for one in transport.call(PROPERTIES, path={"type": object_type})["results"]}
        found += [f"{object_type}.{one['name']}" for one in wanted if one["name"] not in known]
    return found


def _create_group(transport: Transport, object_type: str) -> None:
    try:
        transport.call(GROUP_CREATE, path={"type": object_type}, body={"name": GROUP, "label": GROUP_LABEL})
    except Conflict:
        return  # made at the same moment by another process
