"""Ends everything a firm or a person can reach, in one transaction, and keeps a record of what ended."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from marshmallow import Schema, fields

from app.commands.context import ADMINS, Command, CommandResult, Context
from app.domain.actor import Side
from app.domain.partner import Partner, placement_id
from app.domain.record import RecordKey
from app.domain.thread import Audience, clean_line
from app.ground.clock import to_iso
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.sharing.rules import Audience as People
from app.storage import offboarding as offboardings
from app.storage import partner as partners
from app.storage import plan as steps
from app.storage.offboarding import Offboarding
from app.storage.outbox import OutboxKind
from app.storage.published import ending
from app.storage.published.links import PublishedLink, revoke_link, set_rules


class EndSchema(Schema):
    partner_id = fields.String(load_default="")
    contact = fields.Email(load_default="")
    reason = fields.String(
        required=True, error_messages={"required": "Say why, for those who come after you."}
    )


class LiftSchema(Schema):
    offboarding_id = fields.String(required=True)


def end(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The firm or person can reach nothing from its next request on: links, sessions, codes and requests are dead,
    what waited is refused, its open steps are handed back, and nobody lets it in before that is lifted."""
    partner, email = _who(context, data)
    links = _end_links(context, partner, email)
    ids = [link["id"] for link in links]
    sessions, codes = ending.end_visits(context.connection, context.tenant.id, ids, "" if partner else email)
    by = context.actor.email or context.actor.name
    body: dict[str, Any] = {
        "links": links,
        "sessions_ended": sessions,
        "codes_ended": codes,
        "requests_declined": ending.decline_requests(
            context.connection, context.tenant.id, ids if partner else [], email, by, context.now
        ),
        "answers_refused": ending.refuse_waiting(
            context.connection,
            context.tenant.id,
            context.now,
            partner_id=partner.id if partner else "",
            email=email,
        ),
        "steps_handed_back": _hand_back(context, partner, email),
        "records_left": _leave_records(context, partner) if partner else [],
    }
    done = Offboarding(
        id=new_id(),
        partner_id=partner.id if partner else "",
        email=email,
        at=context.now,
        by=by,
        reason=clean_line(data["reason"], limit=500, field="reason"),
        body={"who": partner.name if partner else email, **body},
    )
    offboardings.keep(context.connection, context.tenant.id, done)
    return CommandResult(
        result={"offboarding_id": done.id, "links": len(links), "sessions": sessions},
        message=f"{done.body['who']} can reach nothing of yours any more.",
        told={"offboarding_id": done.id, "links": str(len(links)), "sessions": str(sessions)},
    )


def lift(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The firm or person may be let in again, over new links. What ended stays ended."""
    if not offboardings.lift(context.connection, context.tenant.id, data["offboarding_id"], context.now):
        raise AppError(Reason.NOT_FOUND, "There is no such offboarding, or it was lifted already.")
    return CommandResult(message="They may be let in again. Nothing that ended came back.")


def require_welcome(context: Context, partner: Partner, email: str = "") -> None:
    """Raises AppError for a firm or person that was offboarded."""
    if offboardings.is_out(context.connection, context.tenant.id, partner.id, email):
        raise AppError(
            Reason.FORBIDDEN,
            f"An admin ended the access of {email or partner.name}. Ask an admin to lift that first.",
        )


def _who(context: Context, data: Mapping[str, Any]) -> tuple[Partner | None, str]:
    email = data["contact"].strip().lower()
    if bool(data["partner_id"]) == bool(email):
        raise AppError(Reason.INVALID, "Name either a partner or a person's e-mail.", field="partner_id")
    return (context.partner(data["partner_id"]) if data["partner_id"] else None), email


def _end_links(context: Context, partner: Partner | None, email: str) -> list[dict[str, Any]]:
    found = ending.open_links(context.connection, context.tenant.id, partner.id if partner else "")
    ended = []
    for link in found:
        how = "revoked" if partner else _take_off(context, link, email)
        if not how:
            continue
        if how == "revoked":
            revoke_link(context.connection, context.tenant.id, link.id, context.now)
            if link.record:
                context.tell_crm(OutboxKind.LINK, link.id, link.partner_id, record=link.record)
        ended.append(_told(link, how))
    return ended


def _take_off(context: Context, link: PublishedLink, email: str) -> str:
    """What became of a link that one person may reach: revoked, if it was made for them."""
    if link.contact_email.casefold() == email:
        return "revoked"
    entries = next((rule[1:] for rule in link.rules if rule[0] == "audience"), ())
    if not entries or not People(entries).holds(email):
        return ""
    others = tuple(entry for entry in entries if entry.casefold() != email)
    rules = tuple(("audience", *others) if rule[0] == "audience" else rule for rule in link.rules)
    set_rules(context.connection, context.tenant.id, link.id, (*rules, ("without", email)))
    return "taken off"


def _hand_back(context: Context, partner: Partner | None, email: str) -> list[dict[str, Any]]:
    """A firm's open steps become ours, a person's the firm's: no work is lost, and nobody waits for who is gone."""
    found = offboardings.open_steps(
        context.connection, context.tenant.id, partner_id=partner.id if partner else "", email=email
    )
    for key, step in found:
        side = Side.US if partner else step.owner_side
        changed = replace(step, owner_side=side, owner_name="", owner_email="", version=step.version + 1)
        steps.change(context.connection, context.tenant.id, changed, step.version)
        context.tell_crm(OutboxKind.STEP, step.id, step.partner_id, record=key)
        if step.audience is Audience.PARTNER:
            context.publish(key)
    return [{"id": step.id, "title": step.title, "record": _record(key)} for key, step in found]


def _leave_records(context: Context, partner: Partner) -> list[str]:
    keys = partners.records_of(context.connection, context.tenant.id, partner.id)
    for key in keys:
        partners.detach(context.connection, context.tenant.id, key, partner.id)
        context.tell_crm(OutboxKind.PLACEMENT, placement_id(key, partner.id), partner.id, record=key)
    return [_record(key) for key in keys]


def _told(link: PublishedLink, how: str) -> dict[str, Any]:
    return {
        "id": link.id,
        "code": link.code,
        "kind": link.purpose,
        "record": _record(link.record) if link.record else "",
        "made_for": link.contact_email,
        "made_at": to_iso(link.created_at),
        "made_by": link.created_by,
        "openings": link.views,
        "last_opened_at": to_iso(link.last_viewed_at) if link.last_viewed_at else "",
        "ended": how,
    }


def _record(key: RecordKey) -> str:
    return f"{key.object}/{key.crm_id}"


COMMANDS = (
    Command(name="partner.offboard", schema=EndSchema, run=end, actors=ADMINS, needs_record=False),
    Command(name="partner.lift_offboarding", schema=LiftSchema, run=lift, actors=ADMINS, needs_record=False),
)
