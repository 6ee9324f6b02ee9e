"""Posting to the thread."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands.context import WITH_VIEWER, Command, CommandResult, Context
from app.domain.actor import ActorKind
from app.domain.thread import Audience, Message, clean_text
from app.ground.ids import new_id
from app.storage import thread as messages
from app.storage.outbox import OutboxKind


class PostSchema(Schema):
    partner_id = fields.String(load_default="")
    audience = fields.String(load_default="partner", validate=validate.OneOf([str(a) for a in Audience]))
    body = fields.String(required=True, error_messages={"required": "Write something first."})


def post(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The message stands in the thread, and its way into the CRM and the partner's room has begun."""
    partner = context.partner_on_record(data["partner_id"])
    viewer = context.actor.kind is ActorKind.VIEWER
    audience = Audience.PARTNER if viewer else Audience(data["audience"])
    message = Message(
        id=new_id(),
        partner_id=partner.id,
        author_name=context.actor.name,
        author_email=context.actor.email,
        side=context.actor.side,
        audience=audience,
        body=clean_text(data["body"]),
        sent_at=context.now,
        channel="link" if viewer else "panel",
    )
    messages.add(context.connection, context.tenant.id, context.key, message)
    context.tell_crm(OutboxKind.MESSAGE, message.id, partner.id)
    if audience is Audience.PARTNER:
        context.publish()
    seen_by = partner.name if audience is Audience.PARTNER else "your team only"
    return CommandResult(result={"message_id": message.id}, message=f"Posted. Visible to {seen_by}.")


COMMANDS = (Command(name="thread.post", schema=PostSchema, run=post, actors=WITH_VIEWER),)
