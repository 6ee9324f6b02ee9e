"""Reading one cell: dates, amounts and words as people and spreadsheets write them. Pure; never raises."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Generic, TypeVar

from app.demo.pipeline import normalised

FIRST_YEAR, LAST_YEAR = 1980, 2099
"""A date outside is a slip of the keyboard, and CRMs refuse some of them."""

LARGEST = Decimal(10) ** 12
"""A trillion: no deal and no company is larger; a larger number is two cells run together."""

_NO_TEXT = frozenset({"Cc", "Cs", "Co", "Cn"})
_INVISIBLE = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Zero-width space and the marks that reorder text. The joiners stay: Persian and emoji need them."""

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ].*)?")
_NUMBER = re.compile(r"[-+]?\d[\d.,' ]*")
_CURRENCY = re.compile(r"^(?:[A-Z]{3}|[$€£¥])\s*|\s*(?:[A-Z]{3}|[$€£¥])$", re.IGNORECASE)


T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[T]):
    """What a cell says. `guess` and `fault` are sentences; with a fault there is no value."""

    value: T | None = None
    guess: str = ""
    fault: str = ""


def clean(cell: str) -> str:
    """The cell without what no name needs: control and invisible direction characters, edge and double spaces."""
    kept = "".join(" " if c in "\t\r\n\v\f\u2028\u2029" else c for c in cell)
    kept = "".join(c for c in kept if c not in _INVISIBLE and unicodedata.category(c) not in _NO_TEXT)
    return re.sub(r"\s+", " ", kept).strip()


def read_date(cell: str) -> Reading[date]:
    """A day written as ISO or day first; month first only where day first makes no day."""
    if not cell:
        return Reading()
    if found := _ISO.fullmatch(cell):
        year, month, day = (int(part) for part in found.groups())
        return _day(cell, year, month, day)
    if found := _DAY_FIRST.fullmatch(cell):
        day, month, year = (int(part) for part in found.groups())
        if month > 12 >= day:
            reading = _day(cell, year, day, month)
            return Reading(
                value=reading.value, guess=f"{cell!r} is read as month first.", fault=reading.fault
            )
        return _day(cell, year, month, day)
    return Reading(fault=f"{_shown(cell)} is not a date such as 2017-12-31 or 31-12-2017; it is left out.")


def _day(cell: str, year: int, month: int, day: int) -> Reading[date]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Reading(
            fault=f"The year of {cell!r} lies outside {FIRST_YEAR} to {LAST_YEAR}; it is left out."
        )
    try:
        return Reading(value=date(year, month, day))
    except ValueError:
        return Reading(fault=f"{cell!r} is not a day of the calendar; it is left out.")


def read_amount(cell: str) -> Reading[Decimal]:
    """A number of zero or more, with or without currency, and with either comma or point for decimals."""
    if not cell:
        return Reading()
    bare = _CURRENCY.sub("", cell.strip())
    if not _NUMBER.fullmatch(bare):
        return Reading(fault=f"{_shown(cell)} is not a number; it is left out.")
    try:
        value = Decimal(_with_point(bare.replace(" ", "").replace("'", "")))
    except InvalidOperation:
        return Reading(fault=f"{_shown(cell)} is not a number; it is left out.")
    if value < 0 or value > LARGEST:
        return Reading(fault=f"{_shown(cell)} is not between 0 and a trillion; it is left out.")
    return Reading(value=value.quantize(Decimal("0.01")))


def _with_point(text: str) -> str:
    """`1.054,50` and `1,054.50` alike as `1054.50`; one separator before three last digits means thousands."""
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return text
    mark, other = text[last], "," if text[last] == "." else "."
    whole, decimals = text[:last], text[last + 1 :]
    grouped = mark in whole or (len(decimals) == 3 and (mark == "," or other in whole))
    digits = whole.replace(".", "").replace(",", "")
    return digits + decimals if grouped else f"{digits}.{decimals}"


def read_count(cell: str) -> Reading[int]:
    """A whole number of zero or more."""
    reading = read_amount(cell)
    if reading.value is not None and reading.value % 1:
        return Reading(fault=f"{_shown(cell)} is not a whole number; it is left out.")
    return Reading(value=None if reading.value is None else int(reading.value), fault=reading.fault)


def closest(word: str, known: Iterable[str]) -> tuple[str | None, bool]:
    """The known word that is meant, and whether that is certain: the same but for spaces and case, or a near miss."""
    by_form = {normalised(name): name for name in known}
    form = normalised(word)
    if form in by_form:
        return by_form[form], True
    near = difflib.get_close_matches(form, by_form, n=2, cutoff=0.87)
    return (by_form[near[0]], False) if len(near) == 1 else (None, False)


def _shown(cell: str) -> str:
    """The cell to quote in a sentence, cut where it is long."""
    return repr(cell if len(cell) <= 40 else cell[:39] + "…")
