"""Partners and their people, and which records they work on."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands.context import ADMINS, Command, CommandResult, Context
from app.commands.forms import publish_form
from app.commands.offboarding import require_welcome
from app.commands.tier import settle
from app.domain import matching
from app.domain.partner import Partner, PartnerContact, PartnerType
from app.domain.record import ObjectKind, RecordKey
from app.domain.thread import clean_line
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.storage import partner as partners
from app.storage import plan as steps
from app.storage import record as records
from app.storage import registration as registrations
from app.storage.outbox import OutboxKind
from app.storage.published.links import links_of, revoke_link


class PartnerSchema(Schema):
    name = fields.String(required=True, error_messages={"required": "Name the partner."})
    type = fields.String(required=True, error_messages={"required": "Choose what type of partner it is."})
    tier = fields.String(load_default="", validate=validate.Length(max=60))
    domain = fields.String(load_default="", validate=validate.Length(max=253))


class UpdateSchema(PartnerSchema):
    partner_id = fields.String(required=True)


class AttachSchema(Schema):
    partner_id = fields.String(load_default="")
    name = fields.String(load_default="")
    type = fields.String(load_default="")
    tier = fields.String(load_default="", validate=validate.Length(max=60))
    domain = fields.String(load_default="", validate=validate.Length(max=253))


class DetachSchema(Schema):
    partner_id = fields.String(required=True)


class ContactSchema(Schema):
    partner_id = fields.String(required=True)
    name = fields.String(required=True, error_messages={"required": "Name the person."})
    email = fields.Email(required=True, error_messages={"required": "An e-mail address is needed for links."})
    title = fields.String(load_default="", validate=validate.Length(max=200))


def create(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """A new partner of this tenant. Raises AppError when one of that name exists."""
    partner = _new_partner(context, data)
    return CommandResult(
        result={"partner_id": partner.id}, message=f"{partner.name} is one of your partners now."
    )


def change(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The partner has these values; what it may see follows its type from the next request on."""
    old = context.partner(data["partner_id"])
    name = clean_line(data["name"], field="name")
    _refuse_taken(context, name, old.id)
    partner = Partner(
        id=old.id,
        name=name,
        type=_type(data["type"]),
        tier=data["tier"].strip(),
        domain=data["domain"].strip().lower(),
        crm_company_id=old.crm_company_id,
        country=old.country,
    )
    partners.change(context.connection, context.tenant.id, partner)
    settle(context, [partner.id])
    publish_form(context, partner)
    context.tell_crm(OutboxKind.PARTNER, partner.id, partner.id)
    keys = partners.records_of(context.connection, context.tenant.id, partner.id)
    if keys:
        context.publish(*keys)
    return CommandResult(result={"partner_id": partner.id}, message="Saved.")


def attach(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The partner works on the record: a known one by its id, or a new one by name and type."""
    partner = context.partner(data["partner_id"]) if data["partner_id"] else _new_partner(context, data)
    require_welcome(context, partner)
    new = partners.attach(
        context.connection,
        context.tenant.id,
        context.key,
        partner.id,
        context.actor.email or context.actor.name,
        context.now,
    )
    if new:
        context.tell_crm_of_place(partner.id)
    sentence = f"{partner.name} works on this now." if new else f"{partner.name} works on this already."
    return CommandResult(result={"partner_id": partner.id}, message=sentence)


def detach(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The partner no longer works on the record, and its links to it are dead. What was written stays."""
    partner = context.partner_on_record(data["partner_id"])
    for link in links_of(context.connection, context.tenant.id, record=context.key, partner_id=partner.id):
        revoke_link(context.connection, context.tenant.id, link.id, context.now)
    partners.detach(context.connection, context.tenant.id, context.key, partner.id)
    context.tell_crm_of_place(partner.id)
    return CommandResult(message=f"{partner.name} no longer works on this. Its links stopped working.")


def add_contact(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The person is a contact of the partner, for links and steps."""
    partner = context.partner(data["partner_id"])
    email = data["email"].strip().lower()
    known = partners.contact_by_email(context.connection, context.tenant.id, partner.id, email)
    if known:
        return CommandResult(result={"contact_id": known.id}, message=f"{known.name} is a contact already.")
    contact = PartnerContact(
        id=new_id(),
        partner_id=partner.id,
        name=clean_line(data["name"], field="name"),
        email=email,
        title=data["title"].strip(),
    )
    partners.add_contact(context.connection, context.tenant.id, contact)
    context.tell_crm(OutboxKind.PERSON, contact.id, partner.id)
    context.settle_plans(*steps.held_by_role(context.connection, context.tenant.id, partner.id))
    return CommandResult(
        result={"contact_id": contact.id}, message=f"{contact.name} is a contact of {partner.name}."
    )


def _new_partner(context: Context, data: Mapping[str, Any]) -> Partner:
    if not data["name"]:
        raise AppError(Reason.INVALID, "Choose a partner, or name a new one.", field="name")
    name = clean_line(data["name"], field="name")
    _refuse_taken(context, name, "")
    partner = Partner(
        id=new_id(),
        name=name,
        type=_type(data["type"]),
        tier=data["tier"].strip(),
        domain=data["domain"].strip().lower(),
        crm_company_id=_own_company(context, name, data["domain"]),
    )
    partners.add(context.connection, context.tenant.id, partner)
    if partner.tier:
        settle(context, [partner.id])
    context.tell_crm(OutboxKind.PARTNER, partner.id, partner.id)
    return partner


def _own_company(context: Context, name: str, domain: str) -> str | None:
    """The partner's own company in the CRM, where one is surely meant: its certifications are kept there."""
    keys = sorted(matching.keys(name, domain, ()))
    ids = [
        found
        for source, found in registrations.matching(context.connection, context.tenant.id, keys)
        if source == "company"
    ]
    held = records.get_many(
        context.connection, context.tenant.id, [RecordKey(ObjectKind.COMPANY, i) for i in ids]
    )
    claim = matching.profile(name, domain)
    judged = [
        (matching.compare(claim, matching.profile(c.name, c.fields.get("domain") or "")), c.key.crm_id)
        for c in held.values()
    ]
    match, company_id = max(judged, key=lambda pair: pair[0].probability, default=(None, None))
    return company_id if match is not None and match.band is matching.Band.SAME else None


def _refuse_taken(context: Context, name: str, own_id: str) -> None:
    other = partners.by_name(context.connection, context.tenant.id, name)
    if other is not None and other.id != own_id:
        raise AppError(
            Reason.STATE_CONFLICT,
            f"There is a partner called {name} already. Choose it instead.",
            field="name",
        )


def _type(value: str) -> PartnerType:
    try:
        return PartnerType(value)
    except ValueError:
        raise AppError(
            Reason.UNKNOWN_PARTNER_TYPE, "There is no such type of partner.", field="type"
        ) from None


COMMANDS = (
    Command(name="partner.create", schema=PartnerSchema, run=create, actors=ADMINS, needs_record=False),
    Command(name="partner.update", schema=UpdateSchema, run=change, actors=ADMINS, needs_record=False),
    Command(name="partner.attach", schema=AttachSchema, run=attach),
    Command(name="partner.detach", schema=DetachSchema, run=detach),
    Command(name="partner.add_contact", schema=ContactSchema, run=add_contact, needs_record=False),
)
