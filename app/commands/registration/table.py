"""Registrations from a CSV file: every row is registered or refused with its reason; the others go on."""

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from app.commands.context import OUR_SIDE, Command, CommandResult, Context
from app.commands.registration.submit import SubmitSchema, submit
from app.domain.registration_table import rows_of
from app.ground.errors import AppError, Reason
from app.storage import partner as partners


class ImportRegistrationsSchema(Schema):
    text = fields.String(required=True, error_messages={"required": "Choose a CSV file."})
    partner_id = fields.String(load_default="")


def take(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """Every row that can be is registered, in the order of the file; each other one is named with its line and what
    is missing. Raises AppError, and nothing is registered, for a file that is no such table."""
    known = {one.name.casefold(): one.id for one in partners.all_of(context.connection, context.tenant.id)}
    made, refused = [], []
    for line, row in rows_of(data["text"]):
        try:
            partner_id = data["partner_id"] or known.get(row.pop("partner", "").casefold(), "")
            made.append(_register(context, row, partner_id))
        except ValidationError as error:
            name, sentences = next(iter(error.messages_dict.items()))
            refused.append({"line": line, "reason": f"{name.replace('_', ' ').capitalize()}: {sentences[0]}"})
        except AppError as error:
            refused.append({"line": line, "reason": error.message})
    return CommandResult(
        result={"registered": made, "refused": refused},
        message=f"{len(made)} registered, {len(refused)} refused.",
        told={"registered": str(len(made)), "refused": str(len(refused))},
    )


def _register(context: Context, row: Mapping[str, str], partner_id: str) -> str:
    """The new registration's id. Raises AppError or ValidationError, and then nothing of the row is kept."""
    if not partner_id:
        raise AppError(Reason.NOT_FOUND, "There is no partner of this name.", field="partner")
    values = SubmitSchema(unknown=EXCLUDE).load({**row, "partner_id": partner_id})
    return str(submit(context, values).result["registration_id"])


COMMANDS = (
    Command(
        name="registration.import",
        schema=ImportRegistrationsSchema,
        run=take,
        actors=OUR_SIDE,
        needs_record=False,
    ),
)
