"""Words that name a person, taken out of texts and JSON. Knows no table."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, String, Text, func, or_, type_coerce
from sqlalchemy.schema import Column

from app.storage.schema import Json

Swap = Mapping[str, str]
"""What stands in place of each word: plain letters, for they are what a pattern is replaced by."""


def is_telling(word: str) -> bool:
    """An address, or a name of several words: it says who somebody is wherever it is quoted. A first name in a
    sentence may be any word, and stays."""
    return "@" in word or " " in word.strip()


def replaced(value: Any, swap: Swap) -> Any:
    """The same JSON without the words: wherever a text is one of them, or quotes one that tells who it is."""
    if isinstance(value, dict):
        return {replaced(key, swap): replaced(one, swap) for key, one in value.items()}
    if isinstance(value, list):
        return [replaced(one, swap) for one in value]
    if not isinstance(value, str):
        return value
    for word, instead in swap.items():
        if value.lower() == word.lower():
            return instead
        if is_telling(word) and word.lower() in value.lower():
            value = _whole(word).sub(instead, value)
    return value


@lru_cache(maxsize=64)
def _whole(word: str) -> re.Pattern[str]:
    """The word itself, and no longer one that it is a part of: kim@a.example is not joakim@a.example."""
    before, after = (r"(?<![\w.+%-])", r"(?![\w-]|\.\w)") if "@" in word else (r"(?<!\w)", r"(?!\w)")
    return re.compile(before + re.escape(word) + after, re.IGNORECASE)


def quotes(column: Column[Any], word: str) -> ColumnElement[bool]:
    """Whether the column may hold the word: never false where it does."""
    written = word.replace("\\", "\\\\").replace('"', '\\"') if isinstance(column.type, Json) else word
    # SQLite knows the small letters of ASCII only, so that any letter beyond it counts as the one that is sought.
    sought = "".join(_pattern(one) for one in written)
    return func.lower(type_coerce(column, Text)).like(f"%{sought}%", escape="!")


def quotes_any(columns: list[Column[Any]], words: list[str]) -> ColumnElement[bool]:
    return or_(*(quotes(column, word) for column in columns for word in words))


def _pattern(letter: str) -> str:
    if not letter.isascii():
        return "_"
    return f"!{letter}" if letter in "!%_" else letter.lower()


def is_read(column: Column[Any]) -> bool:
    """Whether a column holds words at all."""
    return isinstance(column.type, (String, Json))


def names_beside(row: Mapping[str, Any], email: str) -> Iterator[str]:
    """What the person is called in a row or in JSON: the address stands under `email` or `x_email`, the name under
    `name` or `x_name`."""
    for key, value in row.items():
        if isinstance(value, dict):
            yield from names_beside(value, email)
        elif isinstance(value, list):
            for one in value:
                yield from names_beside(one, email) if isinstance(one, dict) else ()
        elif str(key).endswith("email") and isinstance(value, str) and value.strip().lower() == email:
            name = row.get(f"{str(key)[: -len('email')]}name")
            if isinstance(name, str) and name.strip():
                yield name.strip()
