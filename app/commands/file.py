"""Putting the record's files into a room, and taking them out of it."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands.context import Command, CommandResult, Context, Outside
from app.commands.publishing import publish_at_once
from app.disclosure.file_kind import check_size, kind_of
from app.domain.link import SharedFile
from app.domain.record import RecordKey
from app.domain.thread import clean_line
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.storage import file as files
from app.storage.published.files import versions_of


class FileSchema(Schema):
    partner_id = fields.String(required=True)
    crm_file_id = fields.String(required=True, error_messages={"required": "Choose a file."})


class SharedFileSchema(Schema):
    file_id = fields.String(required=True)


class CopySchema(SharedFileSchema):
    version = fields.Integer(required=True, validate=validate.Range(min=1))


def share_file(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The file stands in the partner's room, and can be downloaded there once a worker has fetched it. Only what can
    bear the reader's name is taken: a file that partners see and cannot have helps nobody."""
    partner = context.partner_on_record(data["partner_id"])
    kind_of(data["name"])
    check_size(data["size"])
    shared = files.of_partner(context.connection, context.tenant.id, context.key, partner.id)
    if any(file.crm_id == data["crm_file_id"] for file in shared):
        return CommandResult(message=f"{partner.name} sees this file already.")
    file = SharedFile(
        id=new_id(),
        partner_id=partner.id,
        name=clean_line(data["name"], limit=400, field="name"),
        type=data["type"],
        size=data["size"],
        added_at=context.now,
        crm_id=data["crm_file_id"],
    )
    files.add(context.connection, context.tenant.id, context.key, file)
    context.tell_crm_of_place(partner.id)
    context.publish()
    return CommandResult(
        result={"file_id": file.id},
        message=f"{partner.name} now sees {file.name}, and can download it in a moment.",
    )


def unshare_file(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The file is out of the room from the partner's next request on. What was downloaded stays where it is."""
    file = _own(context, data["file_id"])
    partner = context.partner(file.partner_id)
    files.remove(context.connection, context.tenant.id, file.id)
    context.tell_crm_of_place(file.partner_id)
    publish_at_once(context.connection, context.tenant, context.key, file.partner_id, context.now)
    return CommandResult(
        result={"file_id": file.id},
        message=f"{partner.name} no longer sees {file.name}. Copies that were downloaded stay with them.",
        told={"name": file.name},
    )


def refresh_file(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The newest version is fetched from the CRM as soon as a worker is free."""
    file = _own(context, data["file_id"])
    files.fetch_again(context.connection, context.tenant.id, file.id, context.now)
    context.bells.add("crm")
    return CommandResult(
        result={"file_id": file.id}, message=f"Looking for the newest version of {file.name}."
    )


def open_copy(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """A version that partners were ever offered is opened by one of us. That it was stands in the audit log; the
    bytes leave with that person's mark."""
    file = _own(context, data["file_id"])
    kept = versions_of(context.connection, context.tenant.id, file.id)
    found = next((one for one in kept if one.version == data["version"]), None)
    if found is None:
        raise AppError(Reason.NOT_FOUND, "This version of the file is not kept.", field="version")
    return CommandResult(
        result={"name": file.name, "kind": found.kind, "digest": found.digest},
        message=f"Opened version {found.version} of {file.name}.",
        told={"name": file.name},
    )


def _own(context: Context, file_id: str) -> SharedFile:
    shared = files.on_record(context.connection, context.tenant.id, context.key)
    found = next((file for file in shared if file.id == file_id), None)
    if found is None:
        raise AppError(Reason.NOT_FOUND, "This file is not shared from this record.", field="file_id")
    return found


def _look_up_file(
    outside: Outside, tenant_id: str, record: RecordKey, data: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The file as the CRM has it on this very record: nobody shares a file of another one by its id."""
    found = next((f for f in outside.files(tenant_id, record) if f.id == data["crm_file_id"]), None)
    if found is None:
        raise AppError(Reason.NOT_FOUND, "This file is not on the record.", field="crm_file_id")
    return {**data, "name": found.name, "type": found.type[:120], "size": found.size}


COMMANDS = (
    Command(name="sharing.share_file", schema=FileSchema, run=share_file, ask=_look_up_file),
    Command(name="sharing.unshare_file", schema=SharedFileSchema, run=unshare_file),
    Command(name="sharing.open_file", schema=CopySchema, run=open_copy),
    Command(name="sharing.refresh_file", schema=SharedFileSchema, run=refresh_file),
)
