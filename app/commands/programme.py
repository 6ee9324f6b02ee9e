"""Saving the rules of the partner programme."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from app.commands.context import ADMINS, Command, CommandResult, Context
from app.commands.tier import settle_all
from app.domain.programme_form import read_programme
from app.domain.registration_ask import asks_of
from app.domain.thread import clean_line
from app.ground.errors import AppError, Reason
from app.storage import partner as partners
from app.storage import programme as programmes
from app.storage import tier as tiers
from app.storage.published.forms import partners_with_forms, publish_asks


class ProgrammeSchema(Schema):
    body = fields.Dict(required=True)
    version = fields.Integer(required=True)
    reason = fields.String(
        required=True, error_messages={"required": "Say why, for those who come after you."}
    )


def save(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The programme is in force for every registration from now on; those that were received before keep their
    terms. Raises AppError if somebody saved since the version that was edited, and for rules that make no sense."""
    now = programmes.current(context.connection, context.tenant.id)
    if now.version != data["version"]:
        raise AppError(
            Reason.EDIT_CONFLICT, "Somebody else saved the programme meanwhile. Look again, then edit it."
        )
    programme = read_programme(data["body"], now.version + 1)
    reason = clean_line(data["reason"], limit=500, field="reason")
    author = context.actor.email or context.actor.name
    programmes.save(context.connection, context.tenant.id, programme, author, reason, context.now)
    settle_all(context)
    partners_asked = partners_with_forms(context.connection, context.tenant.id, context.now)
    everyone = partners.all_of(context.connection, context.tenant.id)
    asked = [one for one in everyone if one.id in partners_asked]
    counting = tiers.counting(context.connection, context.tenant.id, asked)
    asks = {one.id: asks_of(programme, one) for one in counting}
    publish_asks(context.connection, context.tenant.id, asks)
    return CommandResult(
        result={"version": programme.version},
        message=f"Saved as version {programme.version}. It holds for what is registered from now on.",
    )


COMMANDS = (
    Command(name="programme.save", schema=ProgrammeSchema, run=save, actors=ADMINS, needs_record=False),
)
