"""Registrations as a CSV table: which columns we read, and the rows of a file by our names."""

import csv
import io
from collections.abc import Iterator, Mapping

from app.ground.errors import AppError, Reason

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

TEMPLATE = ("Customer", "Website", "Contact", "E-mail", "Amount", "Region", "Product", "Type", "Note")
"""The first line of a file that a partner fills in."""


def rows_of(text: str, most: int = MAX_ROWS) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows by our names, each with its line in the file. Raises AppError for what is no such table."""
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
    if len(rows) - 1 > most:
        raise AppError(Reason.INVALID, f"Send at most {most} rows at a time.", field="text")
    for line, row in rows[1:]:
        cells = zip(names, row, strict=False)
        yield line, {name: cell.strip() for name, cell in cells if name and cell.strip()}
