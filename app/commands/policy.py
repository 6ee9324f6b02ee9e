"""Saving the safelist."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from marshmallow import Schema, fields

from app.commands.blast import blast_of
from app.commands.context import ADMINS, Command, CommandResult, Context
from app.commands.publishing import deal_and_company
from app.disclosure.policy import Policy
from app.disclosure.policy_body import read_policy
from app.domain.actor import Actor, ActorKind
from app.domain.partner import Partner
from app.domain.record import ObjectKind, RecordKey
from app.domain.thread import clean_line
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.storage import policy as policies
from app.storage import proposal as proposals
from app.storage import record as records
from app.storage.published.links import open_rooms


class SaveSchema(Schema):
    body = fields.Dict(required=True)
    whole = fields.Boolean(load_default=False)
    version = fields.Integer(required=True)
    reason = fields.String(
        required=True, error_messages={"required": "Say why, for those who come after you."}
    )


class ProposalSchema(Schema):
    proposal_id = fields.String(required=True)
    reason = fields.String(load_default="")


def save(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The safelist is in force: what it takes away is gone from the partner's next request on, what it adds comes
    with the next publishing. A body that is a grid alone, and not `whole`, leaves the exceptions as they are. One
    that reaches as many people as the admins agreed on waits for a second admin instead. Raises AppError if somebody
    saved since the version that was edited."""
    now = policies.current(context.connection, context.tenant.id)
    if now.version != data["version"]:
        raise AppError(
            Reason.EDIT_CONFLICT, "Somebody else saved the safelist meanwhile. Look again, then edit it."
        )
    policy = read_policy(data["body"], now.version + 1)
    if not data["whole"] and "format" not in data["body"]:  # a grid alone says nothing of the exceptions
        policy = replace(policy, exceptions=now.exceptions)
    reason = clean_line(data["reason"], limit=500, field="reason")
    if policy.exceptions.approval and not now.exceptions.approval and len(context.tenant.admin_emails) < 2:  # noqa: PLR2004
        raise AppError(
            Reason.STATE_CONFLICT,
            "There is no second admin who could agree. Name one first.",
            field="approval",
        )
    people = _needs_second(context, now, policy)
    if people is not None:
        return _propose(context, now, policy, reason, people)
    _put_in_force(context, now, policy, _name(context.actor), reason)
    return CommandResult(result={"version": policy.version}, message=f"Saved as version {policy.version}.")


def approve(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The proposed safelist is in force. Raises AppError for its own author, and when another version came between:
    what was to be agreed on is then no longer what would happen."""
    proposal = _proposal(context, data["proposal_id"])
    if _same_person(context.actor, proposal):
        raise AppError(Reason.FORBIDDEN, "This is your own change. A second admin has to agree to it.")
    now = policies.current(context.connection, context.tenant.id)
    if now.version != proposal.base_version:
        raise AppError(
            Reason.EDIT_CONFLICT,
            f"The safelist has changed since. Decline this, and ask {proposal.author} to propose it again.",
        )
    policy = read_policy(proposal.body, now.version + 1)
    agreed = f"{proposal.reason} · agreed to by {_name(context.actor)}"
    _put_in_force(context, now, policy, proposal.author, agreed)
    _decide(context, proposal, proposals.APPROVED, data["reason"])
    return CommandResult(
        result={"version": policy.version}, message=f"Agreed. It is version {policy.version}."
    )


def decline(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The proposal will not come into force. Its author may take it back this way."""
    proposal = _proposal(context, data["proposal_id"])
    _decide(context, proposal, proposals.DECLINED, data["reason"])
    return CommandResult(message="Declined. Nothing was changed.")


def _needs_second(context: Context, now: Policy, policy: Policy) -> int | None:
    """How many people would newly see something, where so many need a second admin; None where one is enough. Whoever
    touches the number itself needs one, too: the second admin could not be voted off by the first."""
    limit = now.exceptions.approval
    if limit is None:
        return None
    people = blast_of(context.connection, context.tenant.id, policy, context.now).people
    return people if people >= limit or policy.exceptions.approval != limit else None


def _propose(context: Context, now: Policy, policy: Policy, reason: str, people: int) -> CommandResult:
    proposal = proposals.Proposal(
        id=new_id(),
        base_version=now.version,
        body=policy.to_json(),
        author=_name(context.actor)[:320],
        author_id=context.actor.id[:64],
        reason=reason,
        people=people,
        created_at=context.now,
    )
    proposals.add(context.connection, context.tenant.id, proposal)
    return CommandResult(
        result={"version": now.version, "proposal_id": proposal.id, "people": people},
        message=f"Not in force yet: {people} people would newly see something, so a second admin has to agree.",
        told={"proposal_id": proposal.id},
    )


def _proposal(context: Context, proposal_id: str) -> proposals.Proposal:
    found = proposals.get(context.connection, context.tenant.id, proposal_id)
    if found is None:
        raise AppError(Reason.NOT_FOUND, "There is no such change that waits. Somebody may have decided it.")
    return found


def _decide(context: Context, proposal: proposals.Proposal, state: str, note: str) -> None:
    proposals.decide(
        context.connection,
        context.tenant.id,
        proposal.id,
        state=state,
        by=_name(context.actor),
        note=clean_line(note, limit=500, field="reason") if note else "",
        at=context.now,
    )


def _same_person(actor: Actor, proposal: proposals.Proposal) -> bool:
    """By id and by address: an admin has one id in the CRM and is named by address on our pages."""
    names = {actor.id.casefold(), actor.email.casefold(), _name(actor).casefold()} - {""}
    return bool(names & {proposal.author_id.casefold(), proposal.author.casefold()})


def _name(actor: Actor) -> str:
    return actor.email or actor.name


def _put_in_force(context: Context, now: Policy, policy: Policy, author: str, reason: str) -> None:
    policies.save(context.connection, context.tenant.id, policy, author, reason, context.now)
    if rooms := open_rooms(context.connection, context.tenant.id, context.now):
        context.publish(*rooms)
        if _opens_fields(now, policy):
            context.read_again(*rooms, *_companies_of(context, rooms))


class CloseSchema(Schema):
    object = fields.String(required=True)
    names = fields.List(fields.String(), required=True)
    reason = fields.String(required=True)


def close(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """No partner sees these fields any more, whatever the safelist said: a version of its own, which an admin may
    change or take back."""
    now = policies.current(context.connection, context.tenant.id)
    gone = {(data["object"], name) for name in data["names"]}
    rules = tuple(rule for rule in now.exceptions.rules if (rule.object, rule.field) not in gone)
    policy = replace(
        now,
        version=now.version + 1,
        cells={cell: treatment for cell, treatment in now.cells.items() if cell[1:] not in gone},
        exceptions=replace(now.exceptions, rules=rules),
    )
    _put_in_force(context, now, policy, context.actor.name, data["reason"])
    return CommandResult(result={"version": policy.version}, message=data["reason"])


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


COMMANDS = (
    Command(name="policy.save", schema=SaveSchema, run=save, actors=ADMINS, needs_record=False),
    Command(
        name="policy.approve",
        schema=ProposalSchema,
        run=approve,
        actors=frozenset({ActorKind.ADMIN}),
        needs_record=False,
    ),
    Command(name="policy.decline", schema=ProposalSchema, run=decline, actors=ADMINS, needs_record=False),
    Command(
        name="policy.close",
        schema=CloseSchema,
        run=close,
        actors=frozenset({ActorKind.SYSTEM}),
        needs_record=False,
    ),
)
