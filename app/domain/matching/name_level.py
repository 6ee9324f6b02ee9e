"""How well two names agree, and the sentence that says so."""

from enum import StrEnum

from app.domain.matching.names import Name, distance, near
from app.domain.matching.words import GENERIC, NOTHING, word_set

CUT = 6
"""Letters that a name must have left to be recognised as the beginning of a longer one."""

_SHORT = 3


class NameLevel(StrEnum):
    """From the strongest to none; `rank` orders them."""

    SAME = "the same name"
    ORDER = "the same words in another order"
    SOUND = "spelt alike"
    SLIP = "a slip of the keyboard"
    SHORTENED = "words cut short"
    FILLED = "words added that say nothing"
    ACRONYM = "an acronym"
    START = "the beginning of the other name"
    TRADE = "common words added that may name a trade"
    LONGER = "distinctive words added to several in common"
    HEAD = "distinctive words added to the first one"
    SHORT_SLIP = "short names that differ by one letter"
    WORD = "a distinctive word in common"
    COMMON = "nothing but common words in common"
    NONE = "nothing in common"
    MISSING = "one has no name"

    @property
    def rank(self) -> int:
        return _RANK[self]

    @property
    def group(self) -> str:
        """Strong, partial or weak."""
        rank = self.rank
        return "strong" if rank >= _RANK[NameLevel.FILLED] else "partial" if self.agrees else "weak"

    @property
    def agrees(self) -> bool:
        """Whether the names could be those of one company."""
        return self.rank >= _RANK[NameLevel.HEAD]


_RANK = {level: -place for place, level in enumerate(NameLevel)}

_SAID = {
    NameLevel.SAME: "The names are the same but for spelling and legal form.",
    NameLevel.ORDER: "The names have the same words in another order.",
    NameLevel.SOUND: "The names are one name in two spellings.",
    NameLevel.SLIP: "The names differ by a slip of the keyboard.",
    NameLevel.SHORTENED: "One name is the other with words cut short.",
    NameLevel.FILLED: "One name is the other with words added that say nothing.",
    NameLevel.TRADE: "One name is the other with common words added, which may name a trade.",
    NameLevel.START: "One name is the beginning of the other.",
    NameLevel.LONGER: "One name is the other with words added.",
    NameLevel.HEAD: "One name is the other with distinctive words added.",
    NameLevel.SHORT_SLIP: "The names are short and differ by one letter.",
    NameLevel.COMMON: "The names share only common words.",
    NameLevel.NONE: "The names have nothing in common.",
    NameLevel.MISSING: "One of the two has no name.",
}


def say(level: NameLevel, one: Name, other: Name) -> str:
    """The sentence for the level of two names."""
    if level is NameLevel.ACRONYM:
        short = min(one, other, key=lambda n: len(n.compact)).compact
        return f"“{short.upper()}” abbreviates the other name."
    if level is NameLevel.WORD:
        return f"The names share the word “{max(shared_words(one, other), key=lambda w: (len(w), w))}”."
    return _SAID[level]


def name_level(one: Name, other: Name) -> NameLevel:
    """How well they agree; the order of the two does not matter."""
    if not one.tokens or not other.tokens:
        return NameLevel.MISSING
    if one.compact == other.compact or one.full == other.full or one.plain == other.plain:
        return NameLevel.SAME
    if sorted(one.tokens) == sorted(other.tokens):
        return NameLevel.ORDER
    if one.sound == other.sound and len(one.sound) > _SHORT:
        return NameLevel.SOUND
    if _slipped(one, other):
        return NameLevel.SLIP
    short, long = sorted((one, other), key=lambda n: (len(n.tokens), len(n.compact)))
    return _partly(short, long)


def _partly(short: Name, long: Name) -> NameLevel:
    if _abbreviates(short, long):
        return NameLevel.ACRONYM
    if found := _contained(short, long):
        return found
    if _begins(short, long) or _begins(long, short):
        return NameLevel.START
    if max(len(short.compact), len(long.compact)) < CUT and near(short.compact, long.compact, shortest=4):
        return NameLevel.SHORT_SLIP
    if shared_words(short, long):
        return NameLevel.WORD
    return NameLevel.COMMON if set(short.tokens) & set(long.tokens) else NameLevel.NONE


def _contained(short: Name, long: Name) -> NameLevel | None:
    """The level, if every word of the short name stands in the long one."""
    paired, cut, left = _pair(short, long)
    if not paired or (left and not short.distinctive):
        return None
    if all(word in NOTHING for word in left):
        return NameLevel.FILLED if left and not cut else NameLevel.SHORTENED
    if all(word in GENERIC or word in NOTHING for word in left):
        return NameLevel.TRADE
    if len(short.tokens) > 1:
        return NameLevel.LONGER
    return NameLevel.HEAD if near(short.tokens[0], long.tokens[0]) else None


def _begins(short: Name, long: Name) -> bool:
    """A field with few characters leaves most of a name; much less than that is another name."""
    size = len(short.compact)
    return size >= CUT and 2 * size >= len(long.compact) and long.compact.startswith(short.compact)


def _slipped(one: Name, other: Name) -> bool:
    """A slip changes a word into none; "Northern Trust" and "Southern Trust" are two companies."""
    if not near(one.compact, other.compact):
        return False
    if len(one.tokens) != len(other.tokens):
        return True
    changed = [(a, b) for a, b in zip(one.tokens, other.tokens, strict=True) if a != b]
    for a, b in changed:
        if a in GENERIC and b in GENERIC:
            return False
        if a.isdigit() or b.isdigit() or max(len(a), len(b)) <= _SHORT:
            return False  # "PTC Therapeutics" and "PTX Therapeutics": initials are all that tells them
        if distance(a, b, 2) > max(1, max(len(a), len(b)) // 4):
            return len(changed) == 2 and sorted(map(len, one.tokens)) != sorted(map(len, other.tokens))  # noqa: PLR2004
    return True


def _abbreviates(short: Name, long: Name) -> bool:
    return (
        len(short.tokens) == 1
        and len(short.compact) >= _SHORT
        and len(long.tokens) >= _SHORT
        and (
            short.compact == long.acronym
            or short.compact == "".join(t[0] for t in long.tokens if t not in _SMALL)
        )
    )


_SMALL = word_set("of for the and de la du des di del van von der und")


def _pair(short: Name, long: Name) -> tuple[bool, bool, list[str]]:
    """Whether every word of the short name stands in the long one, whether one was cut short, what is left."""
    left = list(long.tokens)
    cut = False
    for word in short.tokens:
        found = next((w for w in left if w == word), None) or next(
            (w for w in left if near(word, w) or _cut(word, w)), None
        )
        if found is None:
            return False, cut, left
        cut = cut or not near(word, found)
        left.remove(found)
    if cut and len(short.tokens) == 1:
        return False, cut, left
    return True, cut, left


def _cut(short: str, long: str) -> bool:
    """As "Elec" of "electric", "mfg" of "manufacturing": begins it, or holds its consonants in order."""
    if len(short) >= len(long) or short[0] != long[0]:
        return False
    if len(short) > 2 and long.startswith(short):  # noqa: PLR2004 - two letters begin anything
        return True
    if len(short) < _SHORT or any(c in "aeiou" for c in short[1:]):
        return False
    rest = iter(long)
    return all(c in rest for c in short)


def shared_words(one: Name, other: Name) -> set[str]:
    """The distinctive words that both names hold, as the first one spells them."""
    return {
        a
        for a in one.distinctive
        for b in other.distinctive
        if len(a) > 2 and (a == b or near(a, b))  # noqa: PLR2004
    }
