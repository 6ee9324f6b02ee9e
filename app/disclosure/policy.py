"""Who may see what: a policy says for each partner type, object and field whether a partner sees the value, a
mask of it, or nothing. What nobody listed is absent, and the never-list wins over every policy (law 5)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from app.domain.partner import PartnerType
from app.ground.errors import AppError, Reason


class Treatment(StrEnum):
    """How a partner gets a value: as it is, as a mask of it, or not at all."""

    SHOW = "show"
    BAND = "band"
    INITIALS = "initials"
    DOMAIN = "domain"
    MONTH = "month"
    ABSENT = "absent"


_TREATMENTS = frozenset(Treatment)

OBJECTS = ("deal", "company", "room")
"""`room` is what is ours, not the CRM's: its fields are the sections of the share page."""

ROOM_SECTIONS = ("plan", "thread", "registration", "files")

NEVER: Mapping[str, str] = {
    "margin": "Your margin is never shared with a partner.",
    "discount": "Discounts are never shared: a partner could read your price floor from them.",
    "internal_notes": "Internal notes are written for your team only.",
    "competitor": "Competitors on a deal are never shared.",
    "other_partners": "What another partner does on a record is never shared with this one.",
}
"""Field names that no policy can open, each with the reason an admin reads."""

_NEVER_LIKE = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"margin|mark[ _-]?up|gross[ _-]?profit", "margin"),
        (r"discount|rebate", "discount"),
        (
            r"(internal|private).*(note|comment|remark)|(note|comment|remark).*(internal|private)",
            "internal_notes",
        ),
        (r"competit", "competitor"),
        (r"other.*partner|channel[ _-]?conflict|^crm:alongside_", "other_partners"),
    )
)
"""The same ban for CRM fields we have no name for: a custom field called Gross_Margin__c is a margin. The fields we
write ourselves (alongside_…) speak of every partner on the record."""

_FIELD_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,200}")
"""What CRMs allow in API names, our prefix, and nothing that a database or a page could stumble over."""


@lru_cache(maxsize=4096)
def never_reason(field: str) -> str | None:
    """Why no policy can open a field of this name (or label), or None if one may."""
    if field in NEVER:
        return NEVER[field]
    return next((NEVER[name] for pattern, name in _NEVER_LIKE if pattern.search(field)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of a tenant's safelist: `cells` maps (partner type, object, field) to its treatment."""

    version: int
    cells: Mapping[tuple[PartnerType, str, str], Treatment]

    def treatment(self, partner_type: PartnerType, obj: str, field: str) -> Treatment:
        """What this policy does with a field; a field that is not listed, or never shared, is absent."""
        if never_reason(field):
            return Treatment.ABSENT
        return self.cells.get((partner_type, obj, field), Treatment.ABSENT)

    def visible(self, obj: str) -> frozenset[str]:
        """The fields of an object that some partner type sees in some form."""
        return frozenset(
            f
            for (_, o, f), t in self.cells.items()
            if o == obj and t is not Treatment.ABSENT and not never_reason(f)
        )

    def to_json(self) -> dict[str, Any]:
        """{type: {object: {field: treatment}}}; what a partner does not get is left out."""
        body: dict[str, dict[str, dict[str, str]]] = {}
        for (kind, obj, field), treatment in sorted(self.cells.items()):
            if treatment is not Treatment.ABSENT and not never_reason(field):
                body.setdefault(kind, {}).setdefault(obj, {})[field] = treatment
        return body


def read_policy(body: object, version: int) -> Policy:
    """The policy that `body` (see Policy.to_json) describes. Raises AppError naming the first thing that is wrong:
    an unknown partner type, object or treatment, or a field that is never shared."""
    cells: dict[tuple[PartnerType, str, str], Treatment] = {}
    for type_name, objects in _mapping(body, "policy").items():
        partner_type = _partner_type(type_name)
        for obj, fields in _mapping(objects, type_name).items():
            if obj not in OBJECTS:
                raise AppError(Reason.INVALID, f"There is no object called {obj[:40]!r}.", field=obj[:40])
            for field, value in _mapping(fields, obj).items():
                if not _FIELD_NAME.fullmatch(field):
                    raise AppError(Reason.INVALID, f"{field[:40]!r} is not the name of a field.", field=obj)
                cells[partner_type, obj, field] = _treatment(field, value)
    return Policy(version=version, cells=cells)


def stored_policy(body: object, version: int) -> Policy:
    """The policy that was stored as `body`. Never raises: a later release may have banned a field, or dropped a mask
    or a partner type. Such a cell is absent, and the rest holds (law 5)."""
    try:
        return read_policy(body, version)
    except AppError:
        return Policy(version=version, cells=_readable(body, version))


def _readable(body: object, version: int) -> dict[tuple[PartnerType, str, str], Treatment]:
    cells: dict[tuple[PartnerType, str, str], Treatment] = {}
    for type_name, objects in _entries(body):
        for obj, fields in _entries(objects):
            for field, value in _entries(fields):
                try:
                    cells |= read_policy({type_name: {obj: {field: value}}}, version).cells
                except AppError:
                    continue
    return cells


def _entries(value: object) -> list[tuple[str, object]]:
    return [(k, v) for k, v in value.items() if isinstance(k, str)] if isinstance(value, dict) else []


def _mapping(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(key, str) and len(key) <= 200 for key in value):  # noqa: PLR2004
        raise AppError(Reason.MALFORMED, f"{name[:40]!r} must be an object with text keys.")
    return value


def _partner_type(name: str) -> PartnerType:
    try:
        return PartnerType(name)
    except ValueError:
        raise AppError(
            Reason.UNKNOWN_PARTNER_TYPE, f"There is no partner type called {name[:40]!r}."
        ) from None


def _treatment(field: str, value: object) -> Treatment:
    if not isinstance(value, str) or value not in _TREATMENTS:
        shown = repr(value[:40]) if isinstance(value, str) else f"A {type(value).__name__}"
        raise AppError(Reason.INVALID, f"{shown} is not show, a mask or absent.", field=field)
    treatment = Treatment(value)
    reason = never_reason(field)
    if treatment is not Treatment.ABSENT and reason:
        raise AppError(Reason.NEVER_SHARED, reason, field=field)
    return treatment


_SHOWN_DEAL = ("name", "stage", "close_date", "next_step")
_SHOWN_COMPANY = ("name", "domain", "industry", "country")
_TRUSTED = (PartnerType.RESELLER, PartnerType.SYSTEM_INTEGRATOR, PartnerType.DISTRIBUTOR, PartnerType.MSP)


def default_policy() -> Policy:
    """The cautious start: the deal's name, stage, dates and next step, the customer's name; the amount as a band
    for partners who resell or deliver; nothing else."""
    cells: dict[tuple[PartnerType, str, str], Treatment] = {}
    for partner_type in PartnerType:
        _show(cells, partner_type, "deal", _SHOWN_DEAL)
        _show(cells, partner_type, "company", _SHOWN_COMPANY if partner_type in _TRUSTED else ("name",))
        _show(cells, partner_type, "room", ROOM_SECTIONS)
        if partner_type in _TRUSTED:
            cells[partner_type, "deal", "amount"] = Treatment.BAND
            cells[partner_type, "deal", "product"] = Treatment.SHOW
    return Policy(version=1, cells=cells)


def _show(
    cells: dict[tuple[PartnerType, str, str], Treatment],
    partner_type: PartnerType,
    obj: str,
    names: Iterable[str],
) -> None:
    for name in names:
        cells[partner_type, obj, name] = Treatment.SHOW
