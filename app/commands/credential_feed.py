"""Feeds of certificates: opened, given new secrets, closed. The secrets arrive sealed and leave never."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands.context import ADMINS, Command, CommandResult, Context
from app.domain.certification import Source
from app.domain.thread import clean_line
from app.ground.errors import AppError, Reason
from app.ground.ids import hash_token, new_token
from app.storage import credential_feed as feeds

KINDS = (Source.WEBHOOK, Source.XAPI, Source.SKILLJAR, Source.DOCEBO, Source.CREDLY, Source.ACCREDIBLE)


class OpenFeedSchema(Schema):
    kind = fields.Enum(Source, by_value=True, required=True, validate=validate.OneOf(KINDS))
    name = fields.String(load_default="")
    sealed = fields.String(required=True)


class RotateFeedSchema(Schema):
    feed_id = fields.String(required=True)
    sealed = fields.String(required=True)


class CloseFeedSchema(Schema):
    feed_id = fields.String(required=True)


def open_feed(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The feed has an address of its own from now on, which nobody can guess."""
    kind: Source = data["kind"]
    feed = feeds.Feed(
        tenant_id=context.tenant.id,
        id=hash_token(new_token())[:32],
        kind=kind,
        name=clean_line(data["name"] or kind.label, limit=120, field="name"),
        sealed=data["sealed"],
        created_at=context.now,
    )
    feeds.add(context.connection, feed)
    return CommandResult(result={"feed_id": feed.id}, message=f"The feed {feed.name} is open.")


def rotate(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The feed goes by these secrets from now on."""
    if not feeds.set_sealed(context.connection, context.tenant.id, data["feed_id"], data["sealed"]):
        raise AppError(Reason.NOT_FOUND, "There is no such feed.")
    return CommandResult(result={"feed_id": data["feed_id"]}, message="The new secret works now.")


def close(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """Its address leads nowhere any more. What it told stays."""
    if not feeds.remove(context.connection, context.tenant.id, data["feed_id"]):
        raise AppError(Reason.NOT_FOUND, "There is no such feed.")
    return CommandResult(message="The feed is closed. What it told stays.")


COMMANDS = (
    Command(
        name="credential.open_feed", schema=OpenFeedSchema, run=open_feed, actors=ADMINS, needs_record=False
    ),
    Command(
        name="credential.rotate_feed", schema=RotateFeedSchema, run=rotate, actors=ADMINS, needs_record=False
    ),
    Command(
        name="credential.close_feed", schema=CloseFeedSchema, run=close, actors=ADMINS, needs_record=False
    ),
)
