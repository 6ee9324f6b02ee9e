"""Company names without what varies between two people who write the same name down."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from app.domain.matching.words import (
    EAST_ASIAN_FORMS,
    GENERIC,
    LEGAL_FORMS,
    LEGAL_PHRASES,
    LETTERS,
    NOISE,
    REGIONS,
)

NAME_LIMIT = 200
"""Characters of a name that are looked at; a longer one is a sentence."""

_SINGLE_LETTERS = re.compile(r"\b(\w)\.(?=\w\b)")
_NOT_WORD = re.compile(r"[^\w]+|_+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PHRASES = re.compile(r"\s(?:" + "|".join(re.escape(p) for p in LEGAL_PHRASES) + r")(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Name:
    """`tokens` is the name without legal forms, additions and regions; `region` the regions it ended in;
    `compact` the tokens as one word, `full` the same with the regions."""

    tokens: tuple[str, ...]
    region: tuple[str, ...]

    @property
    def compact(self) -> str:
        return "".join(self.tokens)

    @property
    def full(self) -> str:
        return "".join(self.tokens + self.region)

    @property
    def distinctive(self) -> frozenset[str]:
        """The words that few companies share."""
        return frozenset(t for t in self.tokens if t not in GENERIC and t != "and" and len(t) > 1)

    @property
    def acronym(self) -> str:
        return "".join(t[0] for t in self.tokens if t != "and")


@lru_cache(maxsize=65_536)
def normalise(text: str) -> Name:
    """The name behind a spelling. Never fails; a text without any word gives a name without tokens."""
    words = _words(text[:NAME_LIMIT])
    kept = [w for w in words if w not in NOISE] or words
    while len(kept) > 1 and (kept[-1] in LEGAL_FORMS or kept[-1] == "and"):
        kept.pop()
    region: list[str] = []
    while len(kept) > 1 and kept[-1] in REGIONS:
        region.insert(0, kept.pop())
        while len(kept) > 1 and kept[-1] in LEGAL_FORMS:
            kept.pop()
    core = [w for w in kept if w not in LEGAL_FORMS] or kept
    return Name(tuple(core), tuple(region))


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    for form in EAST_ASIAN_FORMS:
        folded = folded.replace(form, " ")
    bare = _BRACKETS.sub(" ", folded)
    bare = unicodedata.normalize("NFKD", bare if bare.strip() else folded).translate(LETTERS)
    plain = "".join(c for c in bare if not unicodedata.combining(c) and c != "\0")
    plain = _SINGLE_LETTERS.sub(r"\1", plain).replace("&", " and ").replace("+", " and ")
    spaced = " " + _NOT_WORD.sub(" ", plain).strip()
    return _PHRASES.sub(" ", spaced).split() or spaced.split()


def distance(one: str, other: str, limit: int) -> int:
    """Insertions, deletions, changes and swaps of neighbours between two words; `limit` + 1 means more than that."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        above, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def near(one: str, other: str, *, shortest: int = 6) -> bool:
    """Whether two words may be one word with a slip or two in it. In a word of
    five letters one slip makes another company as easily as it misspells one: lower `shortest`
    only where something else agrees too."""
    longest = max(len(one), len(other))
    limit = 0 if longest < shortest else 1 if longest < 8 else 2 if longest < 20 else 3  # noqa: PLR2004 - a fifth at most
    return distance(one, other, limit) <= limit
