"""Salesforce record ids: 15 case-sensitive characters, or 18 with a checksum that survives case folding."""

import re

from app.sandbox.salesforce.errors import Refusal

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_POD = "5g"
"""The instance part of every id made here."""


def checksum(id15: str) -> str:
    """The three characters that say which of the fifteen are upper case, five to a character."""
    return "".join(
        _CHECK[sum(c.isascii() and c.isupper() and 1 << i for i, c in enumerate(id15[start : start + 5]))]
        for start in (0, 5, 10)
    )


def make_id(prefix: str, serial: int) -> str:
    """The 18-character id of the object type's `serial`-th record."""
    digits = ""
    while serial:
        serial, digit = divmod(serial, 62)
        digits = _DIGITS[digit] + digits
    id15 = prefix + _POD + digits.rjust(10, "0")
    return id15 + checksum(id15)


def normal_id(value: str) -> str:
    """The 18-character form of an id. Raises MALFORMED_ID for anything that is no id."""
    if not _SHAPE.fullmatch(value):
        raise Refusal("MALFORMED_ID", f"bad id {value}")
    if len(value) == 15:
        return value + checksum(value)
    if value[15:].upper() != checksum(value[:15]):
        raise Refusal("MALFORMED_ID", f"bad id {value}")
    return value
