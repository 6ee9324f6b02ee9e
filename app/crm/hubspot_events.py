"""HubSpot's webhook events, in both of their forms, as what they say happened. Pure: asks nothing, keeps nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.record import ObjectKind
from app.ground.clock import from_millis


class What(StrEnum):
    """The kinds of event that have a consequence here, by HubSpot's own names."""

    CHANGED = "propertyChange"
    CREATED = "creation"
    DELETED = "deletion"
    RESTORED = "restore"
    MERGED = "merge"
    LINKED = "associationChange"
    ERASED = "privacyDeletion"


OBJECTS: Mapping[str, ObjectKind] = {
    "deal": ObjectKind.DEAL,
    "0-3": ObjectKind.DEAL,
    "company": ObjectKind.COMPANY,
    "0-2": ObjectKind.COMPANY,
    "contact": ObjectKind.CONTACT,
    "0-1": ObjectKind.CONTACT,
}
"""Object types as the old events name them, and by the ids of the generic ones."""

HIDDEN = "REDACTED"
"""What stands for a sensitive value in an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event. `field` is a property's API name and `value` what it became, None where the event does not say.
    `gone` are the records that were merged into this one; `deal` is the deal whose company may be another now."""

    what: What
    kind: ObjectKind
    crm_id: str
    at: datetime | None
    field: str = ""
    value: str | None = None
    gone: tuple[str, ...] = ()


def read_event(event: Mapping[str, Any]) -> Happened | None:
    """None for an event without a consequence here. Raises ValueError or TypeError for one that makes no sense."""
    prefix, _, suffix = str(event.get("subscriptionType", "")).partition(".")
    if suffix not in list(What):
        return None
    what = What(suffix)
    if what is What.LINKED:
        return _linked(event, prefix)
    kind = OBJECTS.get(str(event.get("objectTypeId") or prefix))
    if kind is None:
        return None
    if what is What.MERGED:
        return _merged(event, kind)
    found = str(event.get("objectId") or "")
    if not found:
        return None
    return Happened(
        what=what,
        kind=kind,
        crm_id=found,
        at=_at(event),
        field=str(event.get("propertyName") or ""),
        value=_value(event) if what is What.CHANGED else None,
    )


def _linked(event: Mapping[str, Any], prefix: str) -> Happened | None:
    """Which deal has another company now. HubSpot tells it from either end; other pairs do not concern us."""
    ends = str(event.get("associationType") or "").upper()
    if ends and not {"DEAL", "COMPANY"} <= set(ends.split("_")):
        return None
    kind = OBJECTS.get(str(event.get("objectTypeId") or prefix))
    turned = ends.startswith("COMPANY") or (not ends and kind is not ObjectKind.DEAL)
    if not ends and kind is None:
        return None
    deal = str(event.get("toObjectId" if turned else "fromObjectId") or "")
    if not deal:
        return None
    return Happened(what=What.LINKED, kind=ObjectKind.DEAL, crm_id=deal, at=_at(event))


def _merged(event: Mapping[str, Any], kind: ObjectKind) -> Happened | None:
    """HubSpot sometimes makes a new record of a merge; then both old ones are gone."""
    primary = str(event.get("primaryObjectId") or event.get("objectId") or "")
    survivor = str(event.get("newObjectId") or primary)
    gone = {str(one) for one in (*(event.get("mergedObjectIds") or ()), primary)} - {survivor, ""}
    if not survivor or not gone:
        return None
    return Happened(what=What.MERGED, kind=kind, crm_id=survivor, at=_at(event), gone=tuple(sorted(gone)))


def _at(event: Mapping[str, Any]) -> datetime | None:
    millis = event.get("occurredAt")
    return None if millis is None else from_millis(int(millis))


def _value(event: Mapping[str, Any]) -> str | None:
    value = event.get("propertyValue")
    if not isinstance(value, str) or value == HIDDEN or event.get("isSensitive"):
        return None
    return value
