"""Recording what a partner is certified for."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands.context import Command, CommandResult, Context
from app.domain.certification import Certification
from app.domain.thread import clean_line
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.storage import partner as partners
from app.storage.outbox import OutboxKind


class RecordSchema(Schema):
    partner_id = fields.String(required=True)
    name = fields.String(required=True, error_messages={"required": "Name the certification."})
    level = fields.String(load_default="", validate=validate.Length(max=60))
    person_name = fields.String(load_default="", validate=validate.Length(max=200))
    person_email = fields.Email(load_default="")
    issued = fields.Date(load_default=None)
    expires = fields.Date(load_default=None)


def record(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The certification stands with the partner, on every record it works on."""
    partner = context.partner(data["partner_id"])
    if data["issued"] and data["expires"] and data["expires"] < data["issued"]:
        raise AppError(Reason.INVALID, "It cannot expire before it was issued.", field="expires")
    certification = Certification(
        id=new_id(),
        partner_id=partner.id,
        name=clean_line(data["name"], field="name"),
        level=data["level"].strip(),
        person_name=data["person_name"].strip(),
        person_email=data["person_email"].lower(),
        issued=data["issued"],
        expires=data["expires"],
    )
    partners.add_certification(context.connection, context.tenant.id, certification)
    context.tell_crm(OutboxKind.CERTIFICATION, certification.id, partner.id)
    return CommandResult(
        result={"certification_id": certification.id},
        message=f"{certification.name} is recorded for {certification.person_name or partner.name}.",
    )


COMMANDS = (Command(name="certification.record", schema=RecordSchema, run=record, needs_record=False),)
