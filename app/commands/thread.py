"""Posting to the thread."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands.context import WITH_VIEWER, Command, CommandResult, Context, Outside
from app.disclosure.outgoing import Sensitive, findings, sentence
from app.domain.actor import ActorKind
from app.domain.partner import Partner
from app.domain.record import RecordKey
from app.domain.thread import Audience, Message, clean_text
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.ground.log import get_logger
from app.storage import partner as partners
from app.storage import thread as messages
from app.storage.outbox import OutboxKind

log = get_logger(__name__)


class PostSchema(Schema):
    partner_id = fields.String(load_default="")
    audience = fields.String(load_default="partner", validate=validate.OneOf([str(a) for a in Audience]))
    body = fields.String(required=True, error_messages={"required": "Write something first."})
    confirm = fields.Boolean(load_default=False)


def post(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The message stands in the thread, and its way into the CRM and the partner's room has begun. Raises AppError
    for one of ours that a seller should look at again and has not confirmed."""
    partner = context.partner_on_record(data["partner_id"])
    viewer = context.actor.kind is ActorKind.VIEWER
    audience = Audience.PARTNER if viewer else Audience(data["audience"])
    body = clean_text(data["body"])
    if not viewer and audience is Audience.PARTNER and not data["confirm"]:
        look_again(context, partner, body, data)
    message = Message(
        id=new_id(),
        partner_id=partner.id,
        author_name=context.actor.name,
        author_email=context.actor.email,
        side=context.actor.side,
        audience=audience,
        body=body,
        sent_at=context.now,
        channel="link" if viewer else "panel",
    )
    messages.add(context.connection, context.tenant.id, context.key, message)
    context.tell_crm(OutboxKind.MESSAGE, message.id, partner.id)
    if audience is Audience.PARTNER:
        context.publish()
    seen_by = partner.name if audience is Audience.PARTNER else "your team only"
    return CommandResult(result={"message_id": message.id}, message=f"Posted. Visible to {seen_by}.")


def tell(context: Context, partner_id: str, body: str) -> None:
    """What the actor has just done stands in the thread, in its own words, for both sides."""
    message = Message(
        id=new_id(),
        partner_id=partner_id,
        author_name=context.actor.name,
        author_email=context.actor.email,
        side=context.actor.side,
        audience=Audience.PARTNER,
        body=body,
        sent_at=context.now,
        channel="link" if context.actor.kind is ActorKind.VIEWER else "panel",
    )
    messages.add(context.connection, context.tenant.id, context.key, message)
    context.tell_crm(OutboxKind.MESSAGE, message.id, partner_id)
    context.publish()


def look_again(
    context: Context, partner: Partner, body: str, data: Mapping[str, Any], key: RecordKey | None = None
) -> None:
    """Raises AppError naming what slipped into a text that the partner is to read on the record at hand, or on that
    of `key`; nothing of it is ever told to a partner."""
    others = [p for p, _ in partners.on_record(context.connection, context.tenant.id, key or context.key)]
    found = findings(
        body,
        Sensitive(
            partners={p.name: (p.name, p.domain) for p in others if p.id != partner.id},
            values=data.get("hidden", {}),
            own=(partner.name, partner.domain),
        ),
    )
    if found:
        raise AppError(Reason.NEEDS_CONFIRM, sentence(found), field="confirm")


def read_hidden(
    outside: Outside, tenant_id: str, key: RecordKey, data: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The values that must not slip out, read for this one check. While the CRM does not answer, the check goes
    without them: a partner who waits for an answer is worse off than a seller who was not asked."""
    if data.get("audience", Audience.PARTNER) != Audience.PARTNER or data["confirm"]:
        return data
    try:
        return {**data, "hidden": outside.hidden(tenant_id, key)}
    except AppError as error:
        log.info("thread.unchecked", tenant=tenant_id, reason=str(error.reason))
        return data


def looked_at(command: Command) -> Command:
    """The command, with the never-shared values at hand when a person of ours gives it: its text goes to a partner,
    and `look_again` checks it for them. Its schema has a `confirm`."""
    return replace(command, ask=read_hidden, asked_for=frozenset({ActorKind.SELLER, ActorKind.ADMIN}))


COMMANDS = (looked_at(Command(name="thread.post", schema=PostSchema, run=post, actors=WITH_VIEWER)),)
