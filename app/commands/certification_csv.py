"""Certifications from a CSV file: every row is taken as it is or refused with its reason; nothing is half done."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields

from app.commands.certification_feed import AT_ONCE, StatementSchema, first_fault, take
from app.commands.context import ADMINS, Command, CommandResult, Context
from app.domain.certification import Source
from app.ground.clock import to_iso
from app.ground.errors import AppError, Reason

MAX_CHARS = 2_000_000
"""A file of 2,000 rows with long texts stays below."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "source_id": ("id", "certificate id", "credential id", "badge id"),
    "name": ("certification", "certificate", "credential", "course", "badge"),
    "credential": ("credential key", "course id", "template id"),
    "level": ("tier",),
    "person_name": ("person", "full name", "learner", "recipient", "recipient name"),
    "person_email": ("email", "e-mail", "person's e-mail", "recipient email"),
    "firm": ("partner", "company", "organisation", "organization"),
    "issuer": ("issued by", "provider"),
    "issued": ("issued on", "issue date", "completed", "completion date"),
    "expires": ("valid to", "expires on", "expiry", "expiration date", "expiry date"),
    "status": ("state",),
    "evidence": ("evidence link", "url", "link", "certificate url"),
    "said_at": ("updated", "updated at", "last modified"),
}
"""The columns we read, and what else they are called. Others are left alone."""

_NAMES = {
    other: name for name, others in COLUMNS.items() for other in (name, name.replace("_", " "), *others)
}
_REVOKED = frozenset({"revoked", "withdrawn", "deleted"})
_STATES = frozenset({"", "active", "valid", "issued", "accepted", "lapsing", "lapsed", "expired"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`line` is where the row stands in the file, from 1; `refusal` says why it is not taken."""

    line: int
    values: Mapping[str, Any]
    refusal: str = ""


class ImportCertificationsSchema(Schema):
    text = fields.String(required=True, error_messages={"required": "Choose a CSV file."})


def read_rows(text: str, at: datetime) -> list[Row]:
    """The rows of the file, each with its statement or its refusal; `at` is when a row without a time was said.
    Raises AppError for a file that is no such table."""
    if len(text) > MAX_CHARS:
        raise AppError(
            Reason.TOO_LARGE, "This file is too large. Split it, then import the parts.", field="text"
        )
    lines = text.removeprefix("\ufeff").replace("\x00", "")
    first = lines.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter, strict=True)
    try:
        header = next(reader, [])
        names = [_NAMES.get(" ".join(title.lower().split()), "") for title in header]
        if "name" not in names or not {"person_email", "person_name", "firm"} & set(names):
            raise AppError(
                Reason.INVALID,
                "The first row has to name the columns: certification, and person, email or partner.",
                field="text",
            )
        rows = list(_rows(reader, names, at))
    except csv.Error:
        raise AppError(
            Reason.MALFORMED, f"Line {reader.line_num} of this file is not CSV.", field="text"
        ) from None
    if len(rows) > AT_ONCE:
        raise AppError(Reason.TOO_LARGE, f"This file has more than {AT_ONCE:,} rows. Split it.", field="text")
    return rows


def import_file(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """What could be read is taken in, all in one step; the answer names every row that was refused, and why."""
    rows = read_rows(data["text"], context.now)
    statements = [row.values for row in rows if not row.refusal]
    counts = take(context, statements) if statements else {}
    refused = [{"line": row.line, "reason": row.refusal} for row in rows if row.refusal]
    done = ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "No row was taken"
    return CommandResult(
        result={**counts, "refused": refused},
        message=f"{done}. {len(refused)} refused." if refused else f"{done}.",
        told={"rows": str(len(rows)), "refused": str(len(refused))},
    )


def _rows(reader: Iterator[list[str]], names: list[str], at: datetime) -> Iterator[Row]:
    seen: dict[str, int] = {}
    for number, cells in enumerate(reader, start=2):
        given = {
            name: cell.strip() for name, cell in zip(names, cells, strict=False) if name and cell.strip()
        }
        if not given:
            continue
        if len(cells) > len(names):
            yield Row(line=number, values={}, refusal="This row has more cells than the first one.")
            continue
        raw = _statement(given, at)
        if given.get("status", "").lower() not in _STATES | _REVOKED:
            yield Row(line=number, values={}, refusal=f"“{given['status'][:40]}” is no status we know.")
            continue
        try:
            values = StatementSchema().load(raw)
        except ValidationError as error:
            yield Row(line=number, values={}, refusal=first_fault(error))
            continue
        first = seen.setdefault(values["source_id"], number)
        again = f"Line {first} speaks of the same certification." if first != number else ""
        yield Row(line=number, values=values, refusal=again)


def _statement(given: Mapping[str, str], at: datetime) -> dict[str, Any]:
    raw: dict[str, Any] = {name: value for name, value in given.items() if name != "status"}
    raw["source"] = str(Source.CSV)
    raw.setdefault("said_at", to_iso(at))
    raw["revokes"] = given.get("status", "").lower() in _REVOKED
    whose = given.get("person_email") or given.get("person_name") or given.get("firm", "")
    what = given.get("credential") or given.get("name", "")
    # Without an id of the issuer's the next file still means the same award, with its new date.
    raw.setdefault("source_id", "|".join((whose, what, given.get("level", ""))).lower()[:300])
    return raw


COMMANDS = (
    Command(
        name="certification.import",
        schema=ImportCertificationsSchema,
        run=import_file,
        actors=ADMINS,
        needs_record=False,
    ),
)
