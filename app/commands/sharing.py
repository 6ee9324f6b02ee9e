"""Making and ending share links."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands.context import ADMINS, Command, CommandResult, Context
from app.commands.forms import publish_form
from app.commands.link_qr import qr_code
from app.commands.link_rules import check_days, choose, preset_of, read_people
from app.commands.offboarding import require_welcome
from app.commands.policy import require_admitted
from app.commands.publishing import publish_at_once
from app.domain.partner import PartnerContact
from app.domain.record import RecordKey
from app.domain.thread import clean_line
from app.ground.errors import AppError, Reason
from app.ground.ids import hash_token, new_id, new_link_code, new_token
from app.storage import partner as partners
from app.storage.outbox import OutboxKind
from app.storage.published.links import (
    FORM,
    ROOM,
    PublishedLink,
    extend_link,
    link_of,
    revoke_link,
    save_link,
)

LONGEST_DAYS = 90
"""A link is time-boxed: nobody makes one that outlives a quarter."""


class CreateSchema(Schema):
    partner_id = fields.String(required=True)
    contact_id = fields.String(load_default="")
    contact_email = fields.Email(load_default="")
    contact_name = fields.String(load_default="", validate=validate.Length(max=200))
    days = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, LONGEST_DAYS))
    also_for = fields.String(load_default="", validate=validate.Length(max=5000))
    max_views = fields.Integer(load_default=0, validate=validate.Range(0, 10_000))
    passcode = fields.Boolean(load_default=False)
    terms = fields.Boolean(load_default=False)


class FormSchema(Schema):
    partner_id = fields.String(required=True)
    days = fields.Integer(load_default=30, validate=validate.Range(1, LONGEST_DAYS))


class LinkSchema(Schema):
    link_id = fields.String(required=True)


class ExtendSchema(LinkSchema):
    days = fields.Integer(load_default=7, validate=validate.Range(1, LONGEST_DAYS))


def create_link(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """A link for one partner contact that ends by itself. `url` is in this answer and nowhere else."""
    partner = context.partner_on_record(data["partner_id"])
    contact = _contact(context, partner.id, data)
    require_welcome(context, partner, contact.email)
    require_admitted(context, partner, contact.email)
    preset = preset_of(context, partner.type)
    days = data["days"] or preset.days
    check_days(preset, days)
    for entry in read_people(data["also_for"]):
        require_welcome(context, partner, entry)
        require_admitted(context, partner, f"anybody{entry}" if entry.startswith("@") else entry)
    chosen = choose(context, preset, contact.email, data)
    token = new_token()
    link = _new_link(context, ROOM, partner.id, days, record=context.key, contact=contact)
    link = replace(link, rules=chosen.rules)
    save_link(context.connection, link, hash_token(token))
    publish_at_once(context.connection, context.tenant, context.key, partner.id, context.now)
    context.tell_crm(OutboxKind.LINK, link.id, partner.id)
    whom = f"{contact.email} only" if not link.also else f"{contact.email} and {', '.join(link.also)}"
    message = f"This link opens for {whom}, until {link.expires_at:%d %b %Y}. Copy it now."
    if chosen.passcode:
        message += f" Passcode: {chosen.passcode}. Tell it by phone, not in the same mail."
    return CommandResult(result=link_answer(context, link, token), message=message)


def link_answer(context: Context, link: PublishedLink, token: str) -> Mapping[str, object]:
    """What is said of a link whose token was just made: `url`, and `qr`, the same as a picture, are in this answer
    and nowhere else."""
    url = f"{context.share_origin}/s/{token}"
    return {
        "link_id": link.id,
        "code": link.code,
        "url": url,
        "qr": qr_code(url),
        "expires_at": link.expires_at.isoformat(),
    }


def create_form_link(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """A login-free registration form for a partner."""
    partner = context.partner(data["partner_id"])
    require_welcome(context, partner)
    token = new_token()
    nobody = PartnerContact(id="", partner_id=partner.id, name="", email="")
    link = _new_link(context, FORM, partner.id, data["days"], record=None, contact=nobody)
    save_link(context.connection, link, hash_token(token))
    publish_form(context, partner)
    return CommandResult(
        result=link_answer(context, link, token),
        message=f"Anyone with this link can register deals for {partner.name}, until {link.expires_at:%d %b %Y}.",
    )


def revoke(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The link is dead from the viewer's next request on."""
    link = own_link(context, data["link_id"])
    revoke_link(context.connection, context.tenant.id, link.id, context.now)
    if link.record:
        context.tell_crm(OutboxKind.LINK, link.id, link.partner_id, record=link.record)
    return CommandResult(result={"link_id": link.id}, message="Revoked. It stopped working just now.")


def extend(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The link ends `days` from now, or when it would have ended, whichever is later."""
    link = own_link(context, data["link_id"])
    if link.purpose == ROOM:
        check_days(preset_of(context, context.partner(link.partner_id).type), data["days"])
    until = max(link.expires_at, context.now + timedelta(days=data["days"]))
    extend_link(context.connection, context.tenant.id, link.id, until)
    if link.record:
        context.tell_crm(OutboxKind.LINK, link.id, link.partner_id, record=link.record)
        context.publish(link.record)
    return CommandResult(result={"link_id": link.id}, message=f"Works until {until:%d %b %Y} now.")


def _contact(context: Context, partner_id: str, data: Mapping[str, Any]) -> PartnerContact:
    """The contact the link is for: one of the partner's, or a new one by name and address."""
    if data["contact_id"]:
        contact = partners.contact(context.connection, context.tenant.id, data["contact_id"])
        if contact is None or contact.partner_id != partner_id:
            raise AppError(
                Reason.NOT_FOUND, "This person is not a contact of this partner.", field="contact_id"
            )
        return contact
    email = data["contact_email"].strip().lower()
    if not email:
        raise AppError(Reason.INVALID, "Choose who the link is for.", field="contact_id")
    known = partners.contact_by_email(context.connection, context.tenant.id, partner_id, email)
    if known:
        return known
    contact = PartnerContact(
        id=new_id(),
        partner_id=partner_id,
        email=email,
        name=clean_line(data["contact_name"] or email, field="contact_name"),
    )
    partners.add_contact(context.connection, context.tenant.id, contact)
    context.tell_crm(OutboxKind.PERSON, contact.id, partner_id)
    return contact


def _new_link(
    context: Context,
    purpose: str,
    partner_id: str,
    days: int,
    *,
    record: RecordKey | None,
    contact: PartnerContact,
) -> PublishedLink:
    return PublishedLink(
        id=new_id(),
        tenant_id=context.tenant.id,
        code=new_link_code(),
        purpose=purpose,
        record=record,
        partner_id=partner_id,
        contact_name=contact.name,
        contact_email=contact.email,
        rules=(("mailbox", contact.email),) if purpose == ROOM else (),
        created_at=context.now,
        created_by=context.actor.email or context.actor.name,
        not_before=context.now,
        expires_at=context.now + timedelta(days=days),
    )


def own_link(context: Context, link_id: str) -> PublishedLink:
    """The link, if it is on the record at hand; an admin may name any of the tenant's."""
    link = link_of(context.connection, context.tenant.id, link_id)
    if context.record is not None and link.record not in (None, context.record.key):
        raise AppError(
            Reason.NOT_FOUND, "There is no such link. It may belong to another account.", field="link_id"
        )
    return link


COMMANDS = (
    Command(name="sharing.create_link", schema=CreateSchema, run=create_link, secret_result=True),
    Command(
        name="sharing.create_form_link",
        schema=FormSchema,
        run=create_form_link,
        actors=ADMINS,
        needs_record=False,
        secret_result=True,
    ),
    Command(name="sharing.revoke_link", schema=LinkSchema, run=revoke, needs_record=False),
    Command(name="sharing.extend_link", schema=ExtendSchema, run=extend, needs_record=False),
)
