"""What an import mended, guessed and refused, said by file, row and field."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

EXAMPLES = 3
"""Rows named for each kind of finding in the printed report; the JSON has them all."""


class Outcome(StrEnum):
    """Mended: certain. Guessed: imported, but check it. Refused: this cell or row was not imported."""

    MENDED = "mended"
    GUESSED = "guessed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`row` is the line of the file (the header is line 1), or 0 for the file as a whole."""

    outcome: Outcome
    file: str
    row: int
    field: str
    sentence: str


@dataclass(slots=True)
class Report:
    """Grows while files are read. `whole_row` refusals are rows that are not in the result at all."""

    findings: list[Finding] = field(default_factory=list)
    rows_read: Counter[str] = field(default_factory=Counter)
    rows_refused: Counter[str] = field(default_factory=Counter)

    def mended(self, file: str, row: int, name: str, sentence: str) -> None:
        self._add(Outcome.MENDED, file, row, name, sentence)

    def guessed(self, file: str, row: int, name: str, sentence: str) -> None:
        self._add(Outcome.GUESSED, file, row, name, sentence)

    def refused(self, file: str, row: int, name: str, sentence: str, *, whole_row: bool = False) -> None:
        self._add(Outcome.REFUSED, file, row, name, sentence)
        if whole_row:
            self.rows_refused[file] += 1

    def _add(self, outcome: Outcome, file: str, row: int, name: str, sentence: str) -> None:
        self.findings.append(Finding(outcome=outcome, file=file, row=row, field=name, sentence=sentence))

    def counts(self) -> dict[str, int]:
        found = Counter(finding.outcome for finding in self.findings)
        return {str(outcome): found[outcome] for outcome in Outcome}

    def to_json(self) -> dict[str, Any]:
        return {
            "rows": dict(self.rows_read),
            "rows_refused": dict(self.rows_refused),
            "counts": self.counts(),
            "findings": [asdict(finding) for finding in self.findings],
        }

    def lines(self) -> list[str]:
        """The report for a person: equal findings counted together, with the first rows of each."""
        lines = [f"{file}: {count} rows read" for file, count in self.rows_read.items()]
        for outcome in Outcome:
            groups: dict[tuple[str, str, str], list[int]] = {}
            for finding in self.findings:
                if finding.outcome is outcome:
                    groups.setdefault((finding.file, finding.field, finding.sentence), []).append(finding.row)
            lines.append(f"{outcome.capitalize()}: {self.counts()[outcome]}")
            for (file, name, sentence), rows in groups.items():
                lines.append(
                    f"  {len(rows):>6,} × {file}{f', {name}' if name else ''}: {sentence}{_where(rows)}"
                )
        return lines


def _where(rows: list[int]) -> str:
    named = [str(row) for row in rows[:EXAMPLES] if row]
    if not named:
        return ""
    more = ", …" if len(rows) > EXAMPLES else ""
    return f" (line{'s' if len(named) > 1 else ''} {', '.join(named)}{more})"
