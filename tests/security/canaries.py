"""Values that exist nowhere else in the world, each remembering where it was put."""

import html
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random, SystemRandom
from urllib.parse import unquote

YEAR_DIGITS = 4


@dataclass
class Canaries:
    """`found_in` says which of them some text holds, by the place each was put. A date has a year of its own and a
    number is longer than any other in the world, so that they are recognised however they are formatted."""

    places: dict[str, str] = field(default_factory=dict)
    years: Iterator[int] = field(default_factory=lambda: iter(range(2041, 2100)))
    chance: Random = field(default_factory=SystemRandom)

    def text(self, place: str) -> str:
        mark = "zq" + "".join(self.chance.choices(string.ascii_lowercase, k=14))
        self.places[mark] = place
        return mark

    def number(self, place: str, digits: int = 9) -> str:
        mark = str(self.chance.randrange(10 ** (digits - 1), 10**digits))
        self.places[mark] = place
        return mark

    def day(self, place: str) -> str:
        year = str(next(self.years))
        self.places[year] = place
        return f"{year}-03-14"

    def known(self, mark: str, place: str) -> None:
        """A secret or an id that was made elsewhere."""
        assert len(mark) >= 8, place
        self.places[mark.lower()] = place

    def mark_of(self, place: str) -> str:
        return next(mark for mark, where in self.places.items() if where == place)

    def found_in(self, said: bytes) -> set[str]:
        """The places whose values stand in `said`, whatever HTML, an address or a formatter did to them."""
        plain = said.decode("utf-8", "replace")
        text = " ".join((plain, html.unescape(plain), unquote(plain))).lower()
        numbers = set(re.findall(r"\d+", text)) | set(
            re.findall(r"\d+", re.sub(r"(?<=\d)[,.\u202f ](?=\d{3})", "", text))
        )
        # Random ids are full of digits: a year counts only where it stands alone.
        years = set(re.findall(r"(?<![0-9a-z_])\d{4}(?![0-9a-z_])", text))
        return {place for mark, place in self.places.items() if _stands_in(mark, text, numbers, years)}


def _stands_in(mark: str, text: str, numbers: set[str], years: set[str]) -> bool:
    if not mark.isdigit():
        return mark in text
    return mark in (years if len(mark) == YEAR_DIGITS else numbers)
