"""Plan steps of a record, by partner."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select
from sqlalchemy.sql import ColumnElement

from app.domain.actor import Side
from app.domain.plan import Evidence, OwnerRole, Proposal, Step, StepStatus
from app.domain.record import ObjectKind, RecordKey
from app.domain.step_merge import Values
from app.domain.thread import Audience, Delivery
from app.ground.clock import from_iso, to_iso
from app.ground.plain import from_plain, plain
from app.storage import tables
from app.storage.rows import ask, equal, find, find_all, insert, insert_missing, named, update

_T = tables.step.c
_ON_RECORD = select(tables.step).where(equal(_T.tenant_id, _T.object, _T.crm_id)).order_by(_T.position, _T.id)


def add(connection: Connection, tenant_id: str, key: RecordKey, step: Step) -> None:
    insert(connection, tables.step, _row(tenant_id, key, step))


def add_missing(connection: Connection, tenant_id: str, found: Sequence[tuple[RecordKey, Step]]) -> int:
    """How many of the steps we did not hold; those we hold stay as they are."""
    return insert_missing(connection, tables.step, [_row(tenant_id, key, step) for key, step in found])


def change(connection: Connection, tenant_id: str, step: Step, seen_version: int) -> bool:
    """False, with nothing changed, if somebody else changed the step since version `seen_version`."""
    return bool(
        update(
            connection,
            tables.step,
            _values(step),
            _T.tenant_id == tenant_id,
            _T.id == step.id,
            _T.version == seen_version,
        )
    )


def get(connection: Connection, tenant_id: str, step_id: str) -> tuple[RecordKey, Step] | None:
    row = find(connection, tables.step, _T.tenant_id == tenant_id, _T.id == step_id)
    return (RecordKey(ObjectKind(row["object"]), row["crm_id"]), _step(row)) if row else None


def of_partner(connection: Connection, tenant_id: str, key: RecordKey, partner_id: str) -> list[Step]:
    rows = find_all(
        connection,
        tables.step,
        _T.tenant_id == tenant_id,
        _T.object == key.object,
        _T.crm_id == key.crm_id,
        _T.partner_id == partner_id,
        order=[_T.position, _T.id],
    )
    return [_step(row) for row in rows]


def on_record(connection: Connection, tenant_id: str, key: RecordKey) -> list[Step]:
    """Every partner's steps, each partner's in its order."""
    rows = ask(connection, _ON_RECORD, tenant_id=tenant_id, object=key.object, crm_id=key.crm_id)
    return [_step(row) for row in rows]


def open_steps_of(
    connection: Connection, tenant_id: str, keys: Sequence[RecordKey], emails: Sequence[str], limit: int
) -> list[tuple[RecordKey, Step]]:
    """The open steps on these records that a person has to do, by its addresses in small letters: what is due first
    stands first."""
    if not keys:
        return []
    rows = find_all(
        connection,
        tables.step,
        named(tables.step, tenant_id, keys),
        _T.status == StepStatus.OPEN,
        func.lower(_T.owner_email).in_(emails),
        order=[_T.due.is_(None), _T.due, _T.id],
        limit=limit,
    )
    return [(RecordKey(ObjectKind(row["object"]), row["crm_id"]), _step(row)) for row in rows]


def places_of(connection: Connection, tenant_id: str, *where: ColumnElement[bool]) -> list[RecordKey]:
    """The records that have an open step of which all this is so."""
    rows = connection.execute(
        select(_T.object, _T.crm_id)
        .distinct()
        .where(_T.tenant_id == tenant_id, _T.status == StepStatus.OPEN, *where)
        .order_by(_T.object, _T.crm_id)
    )
    return [RecordKey(ObjectKind(row.object), row.crm_id) for row in rows]


def planned_deals(connection: Connection, tenant_id: str, deal_ids: Sequence[str]) -> list[RecordKey]:
    """Those of the deals that have an open step: what happens to the deal happens to their plans."""
    return places_of(connection, tenant_id, _T.object == ObjectKind.DEAL, _T.crm_id.in_(deal_ids))


def late_places(connection: Connection, tenant_id: str, today: date) -> list[RecordKey]:
    """Records with a step that was due before today: their forecast moves from day to day."""
    return places_of(connection, tenant_id, _T.due < today)


def counted_places(connection: Connection, tenant_id: str, partner_id: str = "") -> list[RecordKey]:
    """Records whose dates count from something, with this partner or with any."""
    return places_of(connection, tenant_id, _T.due_rule != "", *_of(partner_id))


def held_by_role(connection: Connection, tenant_id: str, partner_id: str) -> list[RecordKey]:
    """Records on which a role, and not a person, owns a step of the plan with this partner."""
    return places_of(connection, tenant_id, _T.owner_role != OwnerRole.PERSON, *_of(partner_id))


def _of(partner_id: str) -> list[ColumnElement[bool]]:
    return [_T.partner_id == partner_id] if partner_id else []


def due_between(
    connection: Connection, tenant_id: str, first: date, last: date
) -> list[tuple[RecordKey, Step]]:
    """The open steps that are due in these days, with their records."""
    rows = find_all(
        connection,
        tables.step,
        _T.tenant_id == tenant_id,
        _T.status == StepStatus.OPEN,
        _T.due >= first,
        _T.due <= last,
        order=[_T.due, _T.id],
    )
    return [(RecordKey(ObjectKind(row["object"]), row["crm_id"]), _step(row)) for row in rows]


def deals_with(connection: Connection, tenant_id: str, partner_id: str) -> set[str]:
    """The deals on which this partner has steps."""
    rows = connection.execute(
        select(_T.crm_id)
        .distinct()
        .where(_T.tenant_id == tenant_id, _T.object == ObjectKind.DEAL, _T.partner_id == partner_id)
    )
    return {row.crm_id for row in rows}


def next_position(connection: Connection, tenant_id: str, key: RecordKey, partner_id: str) -> int:
    highest = connection.scalar(
        select(func.max(_T.position)).where(
            _T.tenant_id == tenant_id,
            _T.object == key.object,
            _T.crm_id == key.crm_id,
            _T.partner_id == partner_id,
        )
    )
    return (highest or 0) + 1


def set_delivery(
    connection: Connection, tenant_id: str, ids: Sequence[str], delivery: Delivery, refusal: str = ""
) -> None:
    if ids:
        update(
            connection,
            tables.step,
            {"delivery": delivery, "refusal": refusal},
            _T.tenant_id == tenant_id,
            _T.id.in_(ids),
        )


def set_crm_ids(connection: Connection, tenant_id: str, crm_ids: Mapping[str, str]) -> None:
    for step_id, crm_id in crm_ids.items():
        update(connection, tables.step, {"crm_task_id": crm_id}, _T.tenant_id == tenant_id, _T.id == step_id)


def known(connection: Connection, tenant_id: str, ids: Sequence[str]) -> set[str]:
    """Those of the steps that we hold."""
    rows = connection.execute(select(_T.id).where(_T.tenant_id == tenant_id, _T.id.in_(ids)))
    return {row.id for row in rows}


def all_in_crm(connection: Connection, tenant_id: str) -> list[str]:
    rows = connection.execute(
        select(_T.id).where(_T.tenant_id == tenant_id, _T.crm_task_id.is_not(None)).order_by(_T.id)
    )
    return [row.id for row in rows]


def in_crm(connection: Connection, tenant_id: str, ids: Sequence[str]) -> list[str]:
    """Those of the steps that the CRM has."""
    rows = connection.execute(
        select(_T.id).where(_T.tenant_id == tenant_id, _T.id.in_(ids), _T.crm_task_id.is_not(None))
    )
    return sorted(row.id for row in rows)


def agreed(connection: Connection, tenant_id: str, step_id: str) -> dict[str, Values]:
    """What each place in the CRM was last known to hold of the step; empty before it was ever there."""
    kept = connection.scalar(select(_T.agreed).where(_T.tenant_id == tenant_id, _T.id == step_id)) or {}
    return {
        place: Values(
            title=held["title"],
            due=date.fromisoformat(held["due"]) if held["due"] else None,
            done=held["done"],
            owner=held["owner"],
        )
        for place, held in kept.items()
    }


def set_agreed(connection: Connection, tenant_id: str, step_id: str, places: Mapping[str, Values]) -> None:
    kept = {
        place: asdict(values) | {"due": values.due.isoformat() if values.due else None}
        for place, values in places.items()
    }
    update(connection, tables.step, {"agreed": kept}, _T.tenant_id == tenant_id, _T.id == step_id)


def values_of(step: Step, owners: Iterable[str]) -> Values:
    """The step as the CRM would show it: its task belongs to a user of the CRM, or to nobody of ours."""
    email = step.owner_email.lower()
    ours = step.owner_side is Side.US and email in owners
    return Values(
        title=step.title, due=step.due, done=step.status is StepStatus.DONE, owner=email if ours else ""
    )


def _row(tenant_id: str, key: RecordKey, step: Step) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "object": key.object,
        "crm_id": key.crm_id,
        "id": step.id,
        "partner_id": step.partner_id,
        **_values(step),
    }


def _values(step: Step) -> dict[str, Any]:
    return {
        "milestone": step.milestone,
        "title": step.title,
        "owner_side": step.owner_side,
        "owner_name": step.owner_name,
        "owner_email": step.owner_email,
        "due": step.due,
        "status": step.status,
        "audience": step.audience,
        "done_at": step.done_at,
        "done_by": step.done_by,
        "version": step.version,
        "position": step.position,
        "delivery": step.delivery,
        "refusal": step.refusal,
        "crm_task_id": step.crm_id,
        "required": step.required,
        "after": list(step.after),
        "due_rule": step.rule,
        "baseline": step.baseline,
        "owner_role": step.owner_role,
        "template_key": step.key,
        "template_id": step.template_id,
        "template_version": step.template_version,
        "plan_start": step.plan_start,
        "evidence": [asdict(one) | {"added_at": to_iso(one.added_at)} for one in step.evidence],
        "proposal": plain(step.proposal),
    }


def _step(row: RowMapping) -> Step:
    return Step(
        id=row["id"],
        partner_id=row["partner_id"],
        milestone=row["milestone"],
        title=row["title"],
        owner_side=Side(row["owner_side"]),
        owner_name=row["owner_name"],
        owner_email=row["owner_email"],
        due=row["due"],
        status=StepStatus(row["status"]),
        audience=Audience(row["audience"]),
        done_at=row["done_at"],
        done_by=row["done_by"],
        version=row["version"],
        position=row["position"],
        delivery=Delivery(row["delivery"]),
        refusal=row["refusal"],
        crm_id=row["crm_task_id"],
        required=row["required"],
        after=tuple(row["after"] or ()),
        rule=row["due_rule"],
        baseline=row["baseline"],
        owner_role=OwnerRole(row["owner_role"]),
        key=row["template_key"],
        template_id=row["template_id"],
        template_version=row["template_version"],
        plan_start=row["plan_start"],
        evidence=tuple(
            Evidence(**{**one, "added_at": from_iso(one["added_at"])}) for one in row["evidence"] or ()
        ),
        proposal=from_plain(Proposal, row["proposal"]) if row["proposal"] else None,
    )
