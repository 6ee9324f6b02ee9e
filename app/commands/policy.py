"""Saving the safelist."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from marshmallow import Schema, fields

from app.commands.context import ADMINS, Command, CommandResult, Context
from app.commands.publishing import deal_and_company
from app.disclosure.policy import Policy
from app.disclosure.policy_body import read_policy
from app.domain.partner import Partner
from app.domain.record import ObjectKind, RecordKey
from app.domain.thread import clean_line
from app.ground.errors import AppError, Reason
from app.storage import policy as policies
from app.storage import record as records
from app.storage.published.links import ROOM, links_of


class SaveSchema(Schema):
    body = fields.Dict(required=True)
    whole = fields.Boolean(load_default=False)
    version = fields.Integer(required=True)
    reason = fields.String(
        required=True, error_messages={"required": "Say why, for those who come after you."}
    )


def save(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The safelist is in force: what it takes away is gone from the partner's next request on, what it adds comes
    with the next publishing. A body that is a grid alone, and not `whole`, leaves the exceptions as they are. Raises
    AppError if somebody saved since the version that was edited."""
    now = policies.current(context.connection, context.tenant.id)
    if now.version != data["version"]:
        raise AppError(
            Reason.EDIT_CONFLICT, "Somebody else saved the safelist meanwhile. Look again, then edit it."
        )
    policy = read_policy(data["body"], now.version + 1)
    if not data["whole"] and "format" not in data["body"]:  # a grid alone says nothing of the exceptions
        policy = replace(policy, exceptions=now.exceptions)
    reason = clean_line(data["reason"], limit=500, field="reason")
    policies.save(
        context.connection,
        context.tenant.id,
        policy,
        context.actor.email or context.actor.name,
        reason,
        context.now,
    )
    rooms = {
        link.record
        for link in links_of(context.connection, context.tenant.id)
        if link.purpose == ROOM and link.record and link.ended_at is None and link.expires_at > context.now
    }
    if rooms:
        context.publish(*rooms)
        if _opens_fields(now, policy):
            context.read_again(*rooms, *_companies_of(context, rooms))
    return CommandResult(result={"version": policy.version}, message=f"Saved as version {policy.version}.")


def require_admitted(context: Context, partner: Partner, email: str) -> None:
    """Raises AppError where an exception of the safelist keeps this person, or the partner, from the record."""
    policy = policies.current(context.connection, context.tenant.id)
    if not policy.exceptions.admit(partner.id, email):
        raise AppError(
            Reason.FORBIDDEN,
            f"Your admin named who at {partner.name} may read, and {email} is not among them.",
            field="contact_email",
        )
    deal, company = deal_and_company(context.connection, context.tenant.id, context.record)
    if not policy.exceptions.reach(policy.scope(partner.id, deal, company)):
        raise AppError(
            Reason.FORBIDDEN, f"This record is outside of the territory that your admin gave {partner.name}."
        )


def _opens_fields(before: Policy, after: Policy) -> bool:
    """We hold only the fields that somebody is shown: one that is newly opened has to be read first."""
    return any(after.needed(str(kind)) - before.needed(str(kind)) for kind in ObjectKind)


def _companies_of(context: Context, rooms: Iterable[RecordKey]) -> set[RecordKey]:
    held = records.get_many(context.connection, context.tenant.id, rooms)
    return {RecordKey(ObjectKind.COMPANY, r.company_id) for r in held.values() if r.company_id}


COMMANDS = (Command(name="policy.save", schema=SaveSchema, run=save, actors=ADMINS, needs_record=False),)
