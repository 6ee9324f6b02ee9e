"""Reading CSV files of companies row by row: any size, encoding and damage. Never holds more than one record."""

import codecs
import csv
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.ground.errors import AppError, Reason

CELL_LIMIT = 4_000
"""Characters kept of one cell: a long list of contacts fits."""

SPAN_LIMIT = 50
"""Lines in one record: a quote left open must not swallow the rest of the file."""

LINE_LIMIT = 1_000_000
"""Characters of one line that are looked at."""

_CHUNK = 1 << 20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ALSO = {
    "name": "company",
    "company_name": "company",
    "account": "company",
    "account_name": "company",
    "domain": "website",
    "url": "website",
    "web": "website",
    "account_id": "id",
    "registration_id": "id",
    "contact": "contact_name",
    "email": "contact_email",
    "emails": "contacts",
    "contact_emails": "contacts",
    "partner_name": "partner",
}


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Each record with all of these columns, empty where the file has none. Raises AppError where the file cannot
    be read, or names no column "id"."""
    try:
        with path.open(encoding=_encoding(path), errors="replace", newline="") as file:
            records = _records(_lines(file))
            header = next(records, [])
            places = _places(header, columns)
            if "id" not in places:
                raise AppError(Reason.INVALID, f"{path.name} has no column called id.")
            for cells in records:
                if any(cells):
                    yield {name: _cell(cells, places[name]) if name in places else "" for name in columns}
    except OSError as error:
        raise AppError(Reason.NOT_FOUND, f"{path} cannot be read: {error.strerror}.") from error


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place][:CELL_LIMIT].strip() if place < len(cells) else ""


def _encoding(path: Path) -> str:
    """By its mark; else UTF-8, where the whole file is; else the one that older spreadsheets write."""
    with path.open("rb") as file:
        chunk = file.read(_CHUNK)
        for mark, encoding in _MARKS:
            if chunk.startswith(mark):
                return encoding
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = file.read(_CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _lines(file: Iterator[str]) -> Iterator[str]:
    for line in file:
        yield line[:LINE_LIMIT].replace("\0", "")


def _records(lines: Iterator[str]) -> Iterator[list[str]]:
    """The records. Where a quote stays open for too long, its line counts alone and reading goes on after it."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    first = next(lines, "")
    delimiter = max(",;\t|", key=first.count)
    waiting: deque[str] = deque([first])
    while True:
        held: list[str] = []
        reader = csv.reader(_feed(waiting, lines, held), delimiter=delimiter)
        try:
            for cells in reader:
                held.clear()
                yield cells
        except _OpenQuoteError:
            yield held[0].rstrip("\r\n").replace('"', "").split(delimiter)
            waiting.extendleft(reversed(held[1:]))
            continue
        return


class _OpenQuoteError(Exception):
    pass


def _feed(waiting: deque[str], lines: Iterator[str], held: list[str]) -> Iterator[str]:
    while True:
        line = waiting.popleft() if waiting else next(lines, None)
        if line is None:
            if held and '"' in held[0] and len(held) > 1:
                raise _OpenQuoteError
            return
        held.append(line)
        if len(held) > SPAN_LIMIT:
            raise _OpenQuoteError
        yield line


def _places(header: Sequence[str], columns: Sequence[str]) -> dict[str, int]:
    """Where each column stands: by its own name, else by another one that means the same."""
    said = ["_".join(cell.strip().casefold().replace("-", " ").split()) for cell in header]
    places = {name: said.index(name) for name in columns if name in said}
    for place, name in enumerate(said):
        meant = _ALSO.get(name, "")
        if meant in columns and meant not in places:
            places[meant] = place
    return places
