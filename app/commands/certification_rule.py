"""What the programme asks for: which right needs how many people certified for what."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands.context import ADMINS, Command, CommandResult, Context
from app.commands.tier import settle_all
from app.domain.certification_rights import Requirement, wanted
from app.domain.thread import clean_line
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.storage import certification as certifications


class RequireCertificationSchema(Schema):
    right = fields.String(required=True, error_messages={"required": "Say what it unlocks."})
    credential = fields.String(required=True, error_messages={"required": "Name the certification."})
    level = fields.String(load_default="", validate=validate.Length(max=60))
    people = fields.Integer(load_default=1, validate=validate.Range(min=0, max=1000))


class DropRequirementSchema(Schema):
    requirement_id = fields.String(required=True)


def require(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """From now on the right needs this, beside what it needed before."""
    requirement = Requirement(
        id=new_id(),
        right=clean_line(data["right"], limit=120, field="right"),
        credential=clean_line(data["credential"], field="credential"),
        level=data["level"].strip(),
        people=data["people"],
    )
    certifications.save_requirement(context.connection, context.tenant.id, requirement)
    settle_all(context)
    return CommandResult(
        result={"requirement_id": requirement.id},
        message=f"{requirement.right} needs {wanted(requirement)} now.",
    )


def drop(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The right no longer needs this."""
    if not certifications.remove_requirement(context.connection, context.tenant.id, data["requirement_id"]):
        raise AppError(Reason.NOT_FOUND, "There is no such requirement any more.")
    settle_all(context)
    return CommandResult(message="The requirement is gone.")


COMMANDS = (
    Command(
        name="certification.require",
        schema=RequireCertificationSchema,
        run=require,
        actors=ADMINS,
        needs_record=False,
    ),
    Command(
        name="certification.drop_requirement",
        schema=DropRequirementSchema,
        run=drop,
        actors=ADMINS,
        needs_record=False,
    ),
)
