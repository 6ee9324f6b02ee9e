"""Plan steps of a record, by partner."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from app.domain.actor import Side
from app.domain.plan import Step, StepStatus
from app.domain.record import ObjectKind, RecordKey
from app.domain.thread import Audience, Delivery
from app.storage import tables
from app.storage.rows import find, find_all, insert, insert_missing, update

_T = tables.step.c


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
    )
