"""Registrations from a CSV file: every row is registered or refused with its reason; the others go on."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from app.commands.context import OUR_SIDE, Command, CommandResult, Context
from app.commands.registration.submit import SubmitSchema, submit
from app.ground.errors import AppError, Reason
from app.storage import partner as partners

MAX_CHARS = 500_000
MAX_ROWS = 500
"""What one transaction carries without keeping the tenant's other commands waiting for long."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "partner": ("partner name", "reseller"),
    "customer_name": ("customer", "company", "account", "end customer"),
    "customer_domain": ("website", "domain", "web domain"),
    "contact_name": ("contact",),
    "contact_email": ("email", "e-mail", "contact email", "contact e-mail"),
    "amount": ("expected amount", "value"),
    "region": ("territory",),
    "product": (),
    "motion": ("type",),
    "note": ("notes", "comment"),
}
"""The columns we read, and what else they are called. Others are left alone."""

_NAMES = {
    other: name for name, others in COLUMNS.items() for other in (name, name.replace("_", " "), *others)
}


class ImportRegistrationsSchema(Schema):
    text = fields.String(required=True, error_messages={"required": "Choose a CSV file."})
    partner_id = fields.String(load_default="")


def take(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """Every row that can be is registered, in the order of the file; each other one is named with its line and what
    is missing. Raises AppError, and nothing is registered, for a file that is no such table."""
    known = {one.name.casefold(): one.id for one in partners.all_of(context.connection, context.tenant.id)}
    made, refused = [], []
    for line, row in _rows(data["text"]):
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


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows by our names, each with its line in the file."""
    if len(text) > MAX_CHARS:
        raise AppError(Reason.INVALID, "This file is too long. Send it in parts.", field="text")
    first = text.partition("\n")[0]
    delimiter = max(";", ",", "\t", key=first.count)
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        raise AppError(Reason.INVALID, "This is no CSV file.", field="text") from None
    names = [_NAMES.get(cell.strip().casefold(), "") for cell in rows[0][1]] if rows else []
    if "customer_name" not in names:
        raise AppError(Reason.INVALID, "The file needs a first line with a column “Customer”.", field="text")
    if len(rows) - 1 > MAX_ROWS:
        raise AppError(Reason.INVALID, f"Send at most {MAX_ROWS} rows at a time.", field="text")
    for line, row in rows[1:]:
        cells = zip(names, row, strict=False)
        yield line, {name: cell.strip() for name, cell in cells if name and cell.strip()}


COMMANDS = (
    Command(
        name="registration.import",
        schema=ImportRegistrationsSchema,
        run=take,
        actors=OUR_SIDE,
        needs_record=False,
    ),
)
