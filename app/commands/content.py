"""The content catalogue: adding, renewing and retiring what is recommended, and counting what is opened."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands.context import ADMINS, WITH_VIEWER, Command, CommandResult, Context
from app.domain.actor import Side
from app.domain.content import ContentItem, clean_address
from app.domain.partner import PartnerType
from app.domain.thread import clean_line
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.storage import content as contents
from app.storage.published.links import open_rooms

GONE = AppError(Reason.NOT_FOUND, "There is no such content in your catalogue.", field="item_id")
RETIRED = AppError(
    Reason.NOT_FOUND, "This is not recommended any more. Load the card again.", field="item_id"
)


class SaveContentSchema(Schema):
    item_id = fields.String(load_default="")
    version = fields.Integer(load_default=0)
    title = fields.String(required=True, error_messages={"required": "Give it a title."})
    url = fields.String(required=True, error_messages={"required": "Give its address."})
    product = fields.String(load_default="", validate=validate.Length(max=200))
    stage = fields.String(load_default="", validate=validate.Length(max=200))
    partner_types = fields.List(
        fields.Enum(
            PartnerType, by_value=True, error_messages={"unknown": "There is no such type of partner."}
        ),
        load_default=(),
        validate=validate.Length(max=len(PartnerType)),
    )


class ContentSchema(Schema):
    item_id = fields.String(required=True)


def save(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """A new item, or the next version of one; the versions before it stay, with what was opened of them. Raises
    AppError for an address that is none, and if somebody saved since the version that was edited."""
    held = _newest(context, data["item_id"]) if data["item_id"] else None
    if held is not None and held.version != data["version"]:
        raise AppError(
            Reason.EDIT_CONFLICT, "Somebody else changed this meanwhile. Look again, then edit it."
        )
    item = ContentItem(
        id=held.id if held else new_id(),
        version=held.version + 1 if held else 1,
        title=clean_line(data["title"], limit=200, field="title"),
        url=clean_address(data["url"]),
        product=data["product"].strip(),
        stage=data["stage"].strip(),
        partner_types=tuple(dict.fromkeys(data["partner_types"])),
        author=context.actor.email or context.actor.name,
        changed_at=context.now,
    )
    contents.add(context.connection, context.tenant.id, item)
    _publish(context)
    return CommandResult(
        result={"item_id": item.id, "version": item.version},
        message=f"Saved “{item.title}”" + (f" as version {item.version}." if held else "."),
    )


def retire(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """It is recommended nowhere any more; what was opened of it stays counted."""
    held = _newest(context, data["item_id"])
    contents.set_retired(context.connection, context.tenant.id, held, retired=True)
    _publish(context)
    return CommandResult(message=f"Retired “{held.title}”.")


def restore(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """It is recommended again where it fits."""
    held = _newest(context, data["item_id"])
    contents.set_retired(context.connection, context.tenant.id, held, retired=False)
    _publish(context)
    return CommandResult(message=f"“{held.title}” is recommended again.")


def open_content(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """Counted for the side that opens it; the answer is where it leads, which nobody but the catalogue says. A
    partner was led there before we hear of it: what it opened counts even where it was retired meanwhile."""
    held = _newest(context, data["item_id"])
    if held.retired and context.actor.side is Side.US:
        raise RETIRED
    contents.count_use(context.connection, context.tenant.id, held, context.actor.side)
    return CommandResult(
        result={"url": held.url, "version": held.version}, told={"title": held.title, "version": held.version}
    )


def _publish(context: Context) -> None:
    """After the commit, every room that can still be opened says what is recommended now."""
    if rooms := open_rooms(context.connection, context.tenant.id, context.now):
        context.publish(*rooms)


def _newest(context: Context, item_id: str) -> ContentItem:
    found = contents.versions(context.connection, context.tenant.id, item_id)
    if not found:
        raise GONE
    return found[0]


COMMANDS = (
    Command(name="content.save", schema=SaveContentSchema, run=save, actors=ADMINS, needs_record=False),
    Command(name="content.retire", schema=ContentSchema, run=retire, actors=ADMINS, needs_record=False),
    Command(name="content.restore", schema=ContentSchema, run=restore, actors=ADMINS, needs_record=False),
    Command(name="content.open", schema=ContentSchema, run=open_content, actors=WITH_VIEWER),
)
