"""Templates: an admin writes, publishes and retires them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands.context import ADMINS, Command, CommandResult, Context
from app.domain.plan_calendar import country
from app.domain.plan_template import Content, Motion, Template, TemplateState, read_content
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.storage import partner as partners
from app.storage import plan as steps
from app.storage import plan_template as templates
from app.storage import tenant as tenants
from app.storage.outbox import OutboxKind

SAMPLES = Path(__file__).with_name("plan_samples.json")


class SaveTemplateSchema(Schema):
    """Without a `template_id` a new template begins; `version` and `revision` are those that the editor saw."""

    template_id = fields.String(load_default="")
    version = fields.Integer(load_default=0)
    revision = fields.Integer(load_default=0)
    body = fields.Dict(required=True)


class SampleSchema(Schema):
    sample = fields.String(required=True, validate=validate.OneOf([str(motion) for motion in Motion]))


class CountrySchema(Schema):
    partner_id = fields.String(load_default="")
    country = fields.String(load_default="", validate=validate.Length(max=12))


class TemplateVersionSchema(Schema):
    template_id = fields.String(required=True)
    version = fields.Integer(required=True)


def save(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The draft says this. Editing a published or retired version begins the next one as a draft, and changes
    nothing in the version itself."""
    content = read_content(data["body"])
    if not data["template_id"]:
        return _begin(context, _fresh(context, new_id(), 1, content))
    seen = _version(context, data)
    newest = templates.versions(context.connection, context.tenant.id, seen.id)[0]
    if newest.version != seen.version:
        raise AppError(
            Reason.EDIT_CONFLICT,
            f"There is a newer version {newest.version} of this template. Look at it, then edit that one.",
        )
    if seen.state is not TemplateState.DRAFT:
        return _begin(context, _fresh(context, seen.id, seen.version + 1, content))
    draft = replace(_fresh(context, seen.id, seen.version, content), revision=seen.revision + 1)
    if seen.revision != data["revision"] or not templates.change(
        context.connection, context.tenant.id, draft, seen.revision
    ):
        raise AppError(
            Reason.EDIT_CONFLICT, "Somebody else changed this draft meanwhile. Look again, then edit it."
        )
    return _answer(draft, "Saved the draft.")


def from_sample(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """A draft that says what one of the templates says that come with the product."""
    return _begin(context, _fresh(context, new_id(), 1, samples()[data["sample"]]))


def set_country(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The holidays of this country are no working days of the partner, or without one of our own firm. Dates that
    count in business days move at once."""
    code = country(data["country"])
    counted = steps.counted_places(context.connection, context.tenant.id, data["partner_id"])
    context.settle_plans(*counted)
    if not data["partner_id"]:
        tenants.set_country(context.connection, context.tenant.id, code)
        return CommandResult(message="Saved.")
    partner = context.partner(data["partner_id"])
    partners.change(context.connection, context.tenant.id, replace(partner, country=code))
    context.tell_crm(OutboxKind.PARTNER, partner.id, partner.id)
    return CommandResult(message="Saved.")


@cache
def samples() -> Mapping[str, Content]:
    """The templates that come with the product, by motion."""
    return {motion: read_content(body) for motion, body in json.loads(SAMPLES.read_text("utf-8")).items()}


def publish(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """New plans start from this version, which never changes again; the one before starts nothing more."""
    draft = _version(context, data)
    if draft.state is not TemplateState.DRAFT:
        raise AppError(Reason.STATE_CONFLICT, "Only a draft can be published.")
    for other in templates.versions(context.connection, context.tenant.id, draft.id):
        if other.state is TemplateState.PUBLISHED:
            _set(context, other, state=TemplateState.RETIRED)
    _set(context, draft, state=TemplateState.PUBLISHED, published_at=context.now)
    return _answer(draft, f"Published “{draft.name}” as version {draft.version}.")


def retire(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """No new plan starts from the template. Plans that run on it go on."""
    held = _version(context, data)
    if held.state is not TemplateState.PUBLISHED:
        raise AppError(Reason.STATE_CONFLICT, "Only a published template can be retired.")
    _set(context, held, state=TemplateState.RETIRED)
    return _answer(held, f"Retired “{held.name}”. Plans that run on it go on.")


def discard(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The draft is gone; the versions before it stay."""
    draft = _version(context, data)
    if not templates.drop_draft(context.connection, context.tenant.id, draft.id, draft.version):
        raise AppError(Reason.STATE_CONFLICT, "Only a draft can be discarded.")
    return CommandResult(message=f"Discarded the draft of “{draft.name}”.")


def _begin(context: Context, template: Template) -> CommandResult:
    templates.add(context.connection, context.tenant.id, template)
    return _answer(template, f"Saved “{template.name}” as a draft of version {template.version}.")


def _fresh(context: Context, template_id: str, version: int, content: Any) -> Template:
    return Template(
        id=template_id,
        version=version,
        revision=1,
        state=TemplateState.DRAFT,
        content=content,
        author=context.actor.email or context.actor.name,
        changed_at=context.now,
    )


def _version(context: Context, data: Mapping[str, Any]) -> Template:
    found = templates.get(context.connection, context.tenant.id, data["template_id"], data["version"])
    if found is None:
        raise AppError(Reason.NOT_FOUND, "There is no such template.", field="template_id")
    return found


def _set(context: Context, held: Template, **changes: Any) -> None:
    changed = replace(held, revision=held.revision + 1, **changes)
    if not templates.change(context.connection, context.tenant.id, changed, held.revision):
        raise AppError(Reason.EDIT_CONFLICT, "Somebody else changed this template meanwhile. Look again.")


def _answer(template: Template, message: str) -> CommandResult:
    result = {"template_id": template.id, "version": template.version, "revision": template.revision}
    return CommandResult(result=result, message=message)


def _command(name: str, schema: type[Schema], run: Any) -> Command:
    return Command(name=name, schema=schema, run=run, actors=ADMINS, needs_record=False)


COMMANDS = (
    _command("template.save", SaveTemplateSchema, save),
    _command("template.from_sample", SampleSchema, from_sample),
    _command("plan.set_country", CountrySchema, set_country),
    _command("template.publish", TemplateVersionSchema, publish),
    _command("template.retire", TemplateVersionSchema, retire),
    _command("template.discard", TemplateVersionSchema, discard),
)
