"""Who may come in over a link that exists, and what new links begin with."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from marshmallow import Schema, fields, validate

from app.commands.context import ADMINS, Command, CommandResult, Context
from app.commands.link_rules import with_mailbox
from app.commands.offboarding import require_welcome
from app.commands.policy import require_admitted
from app.commands.sharing import LONGEST_DAYS, LinkSchema, link_answer, own_link
from app.domain.link import AccessState, LinkPreset, LinkState
from app.domain.partner import PartnerType
from app.domain.thread import clean_text
from app.ground.errors import AppError, Reason
from app.ground.ids import hash_token, new_token
from app.sharing.rules import hours
from app.storage.link_preset import save, save_terms
from app.storage.outbox import OutboxKind
from app.storage.published.links import ROOM, PublishedLink, replace_token, set_rules
from app.storage.published.requests import decide, newest_terms, request_of

TERMS_LIMIT = 20_000


class RequestSchema(Schema):
    request_id = fields.String(required=True)


class PresetSchema(Schema):
    type = fields.String(required=True)
    days = fields.Integer(load_default=7, validate=validate.Range(1, LONGEST_DAYS))
    longest = fields.Integer(load_default=LONGEST_DAYS, validate=validate.Range(1, LONGEST_DAYS))
    views = fields.Integer(load_default=0, validate=validate.Range(0, 10_000))
    passcode = fields.Boolean(load_default=False)
    terms = fields.Boolean(load_default=False)
    zone = fields.String(load_default="", validate=validate.Length(max=64))
    opens = fields.String(load_default="", validate=validate.Length(max=5))
    closes = fields.String(load_default="", validate=validate.Length(max=5))
    weekdays = fields.String(load_default="", validate=validate.Length(max=7))


class TermsSchema(Schema):
    text = fields.String(required=True, error_messages={"required": "Write the terms first."})


def reissue(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The link has a new address; the old one, and who was in by it, are out at once."""
    link = _live(context, own_link(context, data["link_id"]))
    token = new_token()
    replace_token(context.connection, context.tenant.id, link.id, hash_token(token))
    if link.record:
        context.tell_crm(OutboxKind.LINK, link.id, link.partner_id, record=link.record)
    return CommandResult(
        result=link_answer(context, link, token),
        message="Here is the new link. The old one is dead. Copy it now.",
    )


def grant(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The link opens for this mailbox as well, once it is proved by a code."""
    link_id, asked = request_of(context.connection, context.tenant.id, data["request_id"])
    link = _live(context, own_link(context, link_id))
    partner = context.partner(link.partner_id)
    require_welcome(context, partner, asked.email)
    require_admitted(context, partner, asked.email)
    rules = with_mailbox(link.rules, link.contact_email, asked.email)
    set_rules(context.connection, context.tenant.id, link.id, rules)
    _decide(context, asked.id, AccessState.GRANTED)
    return CommandResult(
        result={"link_id": link.id},
        message=f"{asked.email} can open the link now. Tell them: the same link, with their own address.",
        told={"link_id": link.id, "code": link.code},
    )


def decline(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The mailbox stays out, and may ask no more over this link. Nobody is told."""
    link_id, asked = request_of(context.connection, context.tenant.id, data["request_id"])
    link = own_link(context, link_id)
    _decide(context, asked.id, AccessState.DECLINED)
    return CommandResult(
        message=f"{asked.email} stays out. They are not told.", told={"link_id": link.id, "code": link.code}
    )


def save_preset(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """New links for this type of partner begin with these rules. Links that exist keep theirs."""
    try:
        kind = PartnerType(data["type"])
    except ValueError:
        raise AppError(
            Reason.UNKNOWN_PARTNER_TYPE, "There is no such type of partner.", field="type"
        ) from None
    preset = LinkPreset(**{name: value for name, value in data.items() if name != "type"})
    _check(context, preset)
    by = context.actor.email or context.actor.name
    save(context.connection, context.tenant.id, kind, preset, by, context.now)
    return CommandResult(message=f"Saved. New links for {kind.label.lower()} partners begin with this.")


def write_terms(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """New links that ask for it show this text. Links that exist keep the text they were made with."""
    text = clean_text(data["text"], limit=TERMS_LIMIT, field="text")
    by = context.actor.email or context.actor.name
    version = save_terms(context.connection, context.tenant.id, text, by, context.now)
    return CommandResult(
        message="Saved. New links ask for this text; older ones keep theirs.", told={"version": version}
    )


def _check(context: Context, preset: LinkPreset) -> None:
    if preset.days > preset.longest:
        raise AppError(Reason.INVALID, "The proposed days are more than the most days.", field="days")
    if preset.terms and not newest_terms(context.connection, context.tenant.id)[0]:
        raise AppError(Reason.INVALID, "Write the terms first, then ask for them.", field="terms")
    timed = (preset.zone, preset.opens, preset.closes, preset.weekdays)
    if not any(timed):
        return
    try:
        hours(*timed)
    except (ValueError, ZoneInfoNotFoundError, OSError):
        raise AppError(
            Reason.INVALID,
            "Name a time zone such as Europe/Berlin, a start before the end, and at least one day.",
            field="zone",
        ) from None


def _live(context: Context, link: PublishedLink) -> PublishedLink:
    if link.purpose != ROOM:
        raise AppError(Reason.STATE_CONFLICT, "This is a form. Make a new one instead.")
    if link.for_seller().state(context.now) is not LinkState.ACTIVE:
        raise AppError(Reason.STATE_CONFLICT, "This link has ended. Create a new one instead.")
    return link


def _decide(context: Context, request_id: str, state: AccessState) -> None:
    by = context.actor.email or context.actor.name
    decide(context.connection, context.tenant.id, request_id, state, by, context.now)


COMMANDS = (
    Command(
        name="sharing.reissue_link", schema=LinkSchema, run=reissue, needs_record=False, secret_result=True
    ),
    Command(name="sharing.grant_access", schema=RequestSchema, run=grant, needs_record=False),
    Command(name="sharing.decline_access", schema=RequestSchema, run=decline, needs_record=False),
    Command(
        name="sharing.save_preset", schema=PresetSchema, run=save_preset, actors=ADMINS, needs_record=False
    ),
    Command(
        name="sharing.save_terms", schema=TermsSchema, run=write_terms, actors=ADMINS, needs_record=False
    ),
)
