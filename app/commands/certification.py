"""Recording by hand what a partner is certified for, taking it back, and moving people between partners."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands.context import Command, CommandResult, Context
from app.commands.tier import settle
from app.domain.actor import ActorKind
from app.domain.certification import LAPSED, REMINDERS, Certification, Statement, told
from app.domain.thread import clean_line
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.storage import certification as certifications
from app.storage import partner as partners
from app.storage import policy as policies
from app.storage.outbox import OutboxKind

EVIDENCE_LIMIT = 1000


class RecordCertificationSchema(Schema):
    partner_id = fields.String(required=True)
    name = fields.String(required=True, error_messages={"required": "Name the certification."})
    level = fields.String(load_default="", validate=validate.Length(max=60))
    person_name = fields.String(load_default="", validate=validate.Length(max=200))
    person_email = fields.Email(load_default="")
    issuer = fields.String(load_default="", validate=validate.Length(max=200))
    issued = fields.Date(load_default=None)
    expires = fields.Date(load_default=None)
    evidence = fields.Url(
        load_default="",
        schemes={"https"},
        validate=validate.Length(max=EVIDENCE_LIMIT),
        error_messages={"invalid": "Give an address that starts with https://."},
    )


class RevokeCertificationSchema(Schema):
    certification_id = fields.String(required=True)
    reason = fields.String(required=True, error_messages={"required": "Say why. It stays on record."})


class MovePersonSchema(Schema):
    partner_id = fields.String(required=True)
    person_email = fields.Email(required=True, error_messages={"required": "Name the person's e-mail."})
    to_partner_id = fields.String(required=True, error_messages={"required": "Choose the new partner."})


class RemindOfCertificationSchema(Schema):
    certification_id = fields.String(required=True)
    days = fields.Integer(required=True, validate=validate.OneOf([*REMINDERS, LAPSED]))


def record(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The certification stands with the partner, on every record it works on."""
    partner = context.partner(data["partner_id"])
    if data["issued"] and data["expires"] and data["expires"] < data["issued"]:
        raise AppError(Reason.INVALID, "It cannot expire before it was issued.", field="expires")
    id_ = new_id()
    certification = Certification(
        id=id_,
        partner_id=partner.id,
        name=clean_line(data["name"], field="name"),
        level=data["level"].strip(),
        person_name=data["person_name"].strip(),
        person_email=data["person_email"].lower(),
        issuer=data["issuer"].strip(),
        issued=data["issued"],
        expires=data["expires"],
        evidence=data["evidence"].strip(),
        source_id=id_,
        said_at=context.now,
        observed_at=context.now,
        moved=True,
    )
    keep(context, certification)
    show(context, [partner.id])
    return CommandResult(
        result={"certification_id": certification.id},
        message=f"{certification.name} is recorded for {certification.person or partner.name}.",
    )


def revoke(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The certification no longer counts, from now on. An award that its issuer makes later counts again."""
    held = certifications.get(context.connection, context.tenant.id, data["certification_id"])
    if held is None:
        raise AppError(Reason.NOT_FOUND, "There is no such certification.")
    if held.is_revoked:
        raise AppError(Reason.STATE_CONFLICT, "It is revoked already.")
    statement = Statement(
        source=held.source,
        source_id=held.source_id,
        said_at=max(context.now, held.said_at or context.now),
        revokes=True,
        reason=clean_line(data["reason"], limit=500, field="reason"),
    )
    keep(context, told(held, statement, context.now))
    show(context, [held.partner_id])
    return CommandResult(message=f"{held.name} is revoked and no longer counts.")


def move(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The person's certifications stand with the new partner; the old one no longer counts them."""
    old, new = context.partner(data["partner_id"]), context.partner(data["to_partner_id"])
    if old.id == new.id:
        raise AppError(Reason.INVALID, "Choose another partner than the present one.", field="to_partner_id")
    email = data["person_email"].lower()
    held = certifications.of_person(context.connection, context.tenant.id, old.id, email)
    if not held:
        raise AppError(
            Reason.NOT_FOUND, f"Nobody with this address is certified at {old.name}.", field="person_email"
        )
    for one in held:
        keep(context, replace(one, partner_id=new.id, former_partner_id=old.id, moved=True))
    show(context, [old.id, new.id])
    who = held[0].person
    return CommandResult(
        result={"moved": len(held)}, message=f"{who} counts for {new.name} now, and no longer for {old.name}."
    )


def remind(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """This reminder is given and comes no more; the CRM shows how the certification stands now."""
    held = certifications.get(context.connection, context.tenant.id, data["certification_id"])
    if held is None:
        raise AppError(Reason.NOT_FOUND, "There is no such certification.")
    if held.reminded is not None and held.reminded <= data["days"]:
        raise AppError(Reason.STATE_CONFLICT, "This reminder was given already.")
    keep(context, replace(held, reminded=data["days"]))
    return CommandResult(message="Reminded.")


def show(context: Context, partner_ids: Iterable[str]) -> None:
    """These partners have the tier that their certifications carry now; after the commit their rooms show both, where
    some safelist opens that part of a room."""
    partner_ids = set(partner_ids)
    settle(context, partner_ids)
    if "certifications" not in policies.current(context.connection, context.tenant.id).visible("room"):
        return
    for partner_id in sorted(partner_ids):
        keys = partners.records_of(context.connection, context.tenant.id, partner_id)
        if keys:
            context.publish(*keys)


def keep(context: Context, certification: Certification) -> None:
    """Saves it; after the commit the CRM is told."""
    certifications.save(context.connection, context.tenant.id, certification)
    context.tell_crm(OutboxKind.CERTIFICATION, certification.id, certification.partner_id)


COMMANDS = (
    Command(name="certification.record", schema=RecordCertificationSchema, run=record, needs_record=False),
    Command(name="certification.revoke", schema=RevokeCertificationSchema, run=revoke, needs_record=False),
    Command(name="certification.move", schema=MovePersonSchema, run=move, needs_record=False),
    Command(
        name="certification.remind",
        schema=RemindOfCertificationSchema,
        run=remind,
        actors=frozenset({ActorKind.SYSTEM}),
        needs_record=False,
    ),
)
