"""Reading one CSV file into rows of clean cells, whatever its encoding, delimiter and damage. Never raises."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.demo.csv_report import Report
from app.demo.csv_values import clean
from app.demo.pipeline import normalised

FILE_LIMIT = 100_000_000
"""Bytes: a hundred times the size of a large team's year."""

CELL_LIMIT = 1_000
"""Characters: no name, date or number is longer; a longer cell is a quote that was never closed."""

SPAN_LIMIT = 20
"""Lines in one record: a quote left open must not swallow the rest of the file."""

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`line` is where the row starts in the file; `cells` has every column of the table."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the header says: how wide a row may be, and where each column that we know stands."""

    file: str
    width: int
    columns: dict[str, int]


def read_table(path: Path, required: tuple[str, ...], optional: tuple[str, ...], report: Report) -> list[Row]:
    """The rows of the file that can be read. What cannot is named in the report, and the rest still counts."""
    text = _read_text(path, report)
    if text is None:
        return []
    lines = _records(text, _delimiter(text, path.name, report), path.name, report)
    _, header = next(lines, (0, []))
    layout = Layout(file=path.name, width=len(header), columns=_columns(header, (*required, *optional)))
    missing = [name for name in required if name not in layout.columns]
    if missing:
        report.refused(
            path.name, 1, ", ".join(missing), "The header does not name this column; the file is not read."
        )
        return []
    rows = (_row(line, cells, layout, report) for line, cells in lines)
    return [row for row in rows if row is not None]


def _read_text(path: Path, report: Report) -> str | None:
    try:
        if path.stat().st_size > FILE_LIMIT:
            report.refused(path.name, 0, "", f"The file is larger than {FILE_LIMIT // 1_000_000} MB.")
            return None
        data = path.read_bytes()
    except FileNotFoundError:
        report.refused(path.name, 0, "", "The file is missing.")
        return None
    except OSError as error:
        report.refused(path.name, 0, "", f"The file cannot be read: {error.strerror}.")
        return None
    return _decode(data, path.name, report)


def _decode(data: bytes, file: str, report: Report) -> str:
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        report.guessed(file, 0, "", "The file is not UTF-8; it is read as Windows-1252.")
        return data.decode("cp1252", "replace")
    if encoding != "utf-8":
        report.mended(file, 0, "", "The file starts with a byte order mark; it is passed over.")
    return text


def _delimiter(text: str, file: str, report: Report) -> str:
    header = text.split("\n", 1)[0]
    found = max(",;\t|", key=header.count)
    if found == "," or not header.count(found):
        return ","
    report.mended(file, 1, "", f"The columns are separated by {found!r}.")
    return found


def _records(text: str, delimiter: str, file: str, report: Report) -> Iterator[tuple[int, list[str]]]:
    """The records with the line each starts at. A line whose quotes make no sense is refused alone."""
    lines = list(io.StringIO(text, newline=""))
    at = 0
    while at < len(lines):
        reader = csv.reader(lines[at : at + SPAN_LIMIT], delimiter=delimiter, strict=True)
        try:
            cells = next(reader)
        except csv.Error:
            report.rows_read[file] += 1
            report.refused(
                file, at + 1, "", "The quotes do not match; the row is not imported.", whole_row=True
            )
            at += 1
            continue
        yield at + 1, cells
        at += reader.line_num


def _columns(header: list[str], known: tuple[str, ...]) -> dict[str, int]:
    """The position of each column we know, by a name that may differ in case, spaces and underscores."""
    by_form = {normalised(name): name for name in known}
    found: dict[str, int] = {}
    for position, cell in enumerate(header):
        name = by_form.get(normalised(cell))
        if name:
            found.setdefault(name, position)
    return found


def _row(line: int, cells: list[str], layout: Layout, report: Report) -> Row | None:
    if not any(cell.strip() for cell in cells):
        return None
    report.rows_read[layout.file] += 1
    if not _fits(line, cells, layout, report):
        return None
    values = {}
    for name, position in layout.columns.items():
        cell = cells[position] if position < len(cells) else ""
        values[name] = clean(cell)
        if values[name] != cell.strip():
            report.mended(layout.file, line, name, "Control characters or double spaces are taken out.")
    if len(cells) < layout.width:
        report.mended(layout.file, line, "", "The row ends early; what is missing is taken as empty.")
    return Row(line=line, cells=values)


def _fits(line: int, cells: list[str], layout: Layout, report: Report) -> bool:
    """Whether it is clear which cell is which; otherwise the row is refused."""
    if any(cell.strip() for cell in cells[layout.width :]):
        sentence = (
            "The row has more cells than the header: a comma is probably not quoted. It is not imported."
        )
        report.refused(layout.file, line, "", sentence, whole_row=True)
        return False
    for name, position in layout.columns.items():
        if position < len(cells) and len(cells[position]) > CELL_LIMIT:
            sentence = f"The cell is longer than {CELL_LIMIT:,} characters; the row is not imported."
            report.refused(layout.file, line, name, sentence, whole_row=True)
            return False
    return True
