"""What the CRM did to a record or a person, and what follows from it for the partner work on them."""

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands.context import ADMINS, Command, CommandResult, Context
from app.domain.actor import ActorKind
from app.domain.record import ObjectKind, RecordKey
from app.ground.ids import new_id
from app.storage import conflict as conflicts
from app.storage import erasure, merged, person
from app.storage import plan as steps
from app.storage import record as records
from app.storage import registration as registrations
from app.storage.outbox import OutboxKind

ID = validate.Length(min=1, max=64)


class MergeSchema(Schema):
    object = fields.String(required=True, validate=validate.OneOf([str(kind) for kind in ObjectKind]))
    gone = fields.String(required=True, validate=ID)
    into = fields.String(required=True, validate=ID)


def merge(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The partner work of a record that was merged away belongs to the survivor: its links keep working, and the CRM
    is told anew what it holds of it under the old id."""
    kind = ObjectKind(data["object"])
    gone, into = RecordKey(kind, data["gone"]), RecordKey(kind, data["into"])
    later = merged.survivors(context.connection, context.tenant.id, [into])
    into = later.get(into, into)
    if gone == into:
        return CommandResult(message="Nothing was merged.")
    told = _work_on(context, gone)
    moved = merged.move(context.connection, context.tenant.id, gone, into, context.now)
    for what, subject_id, partner_id in told:
        context.tell_crm(what, subject_id, partner_id, record=into)
    if kind is not ObjectKind.CONTACT:
        context.read_again(into)
        context.publish(into, *_rooms_with(context, into))
    return CommandResult(message="Merged.", told={"partners": str(moved)})


def _rooms_with(context: Context, key: RecordKey) -> Sequence[RecordKey]:
    """The other records whose rooms show this one."""
    if key.object is not ObjectKind.COMPANY:
        return ()
    return records.partnered_keys(context.connection, context.tenant.id, key.crm_id)


def _work_on(context: Context, key: RecordKey) -> list[tuple[OutboxKind, str, str]]:
    """What the CRM holds with the record's id inside: each is written again once it has moved."""
    connection, tenant_id = context.connection, context.tenant.id
    if key.object is ObjectKind.CONTACT:
        return []
    deal_id = key.crm_id if key.object is ObjectKind.DEAL else None
    company_id = None if deal_id else key.crm_id
    found = [(OutboxKind.STEP, one.id, one.partner_id) for one in steps.on_record(connection, tenant_id, key)]
    found += [
        (OutboxKind.REGISTRATION, one.id, one.partner_id)
        for one in registrations.on_record(connection, tenant_id, deal_id=deal_id, company_id=company_id)
    ]
    found += [
        (OutboxKind.CONFLICT, one.id, one.partner_id)
        for one in conflicts.on_record(connection, tenant_id, deal_id=deal_id, company_id=company_id)
    ]
    return found


class EraseSchema(Schema):
    """By the contact's id in the CRM, or by the address."""

    contact_id = fields.String(load_default="", validate=validate.Length(max=64))
    email = fields.Email(load_default="")


def erase(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """Nothing here says any more who the person was. What the audit log keeps of it is a pseudonym, how many rows
    changed, and what proves that the log itself was not changed otherwise."""
    connection, tenant_id = context.connection, context.tenant.id
    emails = {data["email"].strip().lower()} - {""}
    if data["contact_id"]:
        emails |= set(person.emails_of(connection, tenant_id, data["contact_id"]))
    if not emails:
        return CommandResult(result={"changed": 0}, message="Nothing here is about this person.")
    rooms = [key for email in sorted(emails) for key in person.rooms_of(connection, tenant_id, email)]
    pseudonym = f"erased-{new_id()[-12:]}"
    changed, rows = 0, dict[str, str]()
    for email in sorted(emails):
        done, renamed = erasure.erase(connection, tenant_id, email, pseudonym, context.now)
        changed, rows = changed + done, rows | dict(renamed)
    if rooms:
        context.publish(*rooms)
    return CommandResult(
        result={"changed": changed},
        message=f"Erased. {changed} entries no longer say who it was.",
        told={"pseudonym": pseudonym, "changed": str(changed), "rows": rows},
    )


COMMANDS = (
    Command(
        name="person.erase",
        schema=EraseSchema,
        run=erase,
        actors=ADMINS,
        needs_record=False,
    ),
    Command(
        name="record.merge",
        schema=MergeSchema,
        run=merge,
        actors=frozenset({ActorKind.SYSTEM}),
        needs_record=False,
    ),
)
