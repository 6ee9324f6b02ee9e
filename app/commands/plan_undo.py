"""Taking back an upgrade or a copy of a plan, while nobody has worked on what it did."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from app.commands.context import Command, CommandResult, Context
from app.commands.plan_changes import save, settle
from app.domain.plan import StepStatus
from app.domain.plan_undo import Touched, Whole
from app.ground.errors import AppError, Reason
from app.storage import plan as steps
from app.storage import plan_undo as undos

ASIDE = {"status": StepStatus.DROPPED, "template_id": "", "template_version": 0, "key": ""}
"""What becomes of a step that was made: as if it had never come from a template, so that it may come again."""


class UndoPlanSchema(Schema):
    partner_id = fields.String(load_default="")


def undo(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The plan stands as it did before it was upgraded or copied last; the steps that came with it are set aside.
    Raises AppError once somebody has worked on one of the steps that it made or changed."""
    partner = context.partner_on_record(data["partner_id"])
    last = undos.get(context.connection, context.tenant.id, context.key, partner.id)
    if last is None:
        raise AppError(Reason.STATE_CONFLICT, "There is no upgrade or copy of this plan to take back.")
    found = steps.of_partner(context.connection, context.tenant.id, context.key, partner.id)
    plan = {step.id: step for step in found}
    if not last.is_open(plan):
        raise AppError(
            Reason.STATE_CONFLICT,
            f"Somebody has worked on the steps of {last.what.label} since. Set aside the ones that you do not need, "
            "and bring back those that you miss.",
        )
    for one in last.steps:
        if one.id in plan:
            save(context, plan[one.id], _back(one))
    undos.forget(context.connection, context.tenant.id, context.key, partner.id)
    settle(context, partner.id)
    return CommandResult(message=_said(last.what, last.name, last.made, last.changed))


def _back(one: Touched) -> Mapping[str, Any]:
    if one.before is None:
        return ASIDE
    return one.before.values() if one.is_changed else {"template_version": one.before.template_version}


def _said(what: Whole, name: str, made: int, changed: int) -> str:
    aside = f"{made} step{'' if made == 1 else 's'}"
    if what is Whole.COPY:
        return f"Took back the copy of “{name}”: {aside} are set aside."
    return f"Took back the upgrade of “{name}”: {aside} set aside, {changed} as before."


COMMANDS = (Command(name="plan.undo", schema=UndoPlanSchema, run=undo),)
