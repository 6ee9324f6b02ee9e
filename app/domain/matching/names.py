"""Company names without what varies between two people who write the same name down."""

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii
from rapidfuzz.distance import OSA

from app.domain.matching.words import (
    ALSO,
    CITIES,
    COUNTRY_PAIRS,
    DEPARTMENTS,
    DIRECTIONS,
    EAST_ASIAN_FORMS,
    FORMS_BEFORE,
    GENERIC,
    LEGAL_FORMS,
    LEGAL_PHRASES,
    NOTHING,
    OFFICES,
    REGIONS,
    SPELLINGS,
)

NAME_LIMIT = 200
"""Characters of a name that are looked at; a longer one is a sentence."""

ALIASES_LIMIT = 3
"""Further names of one company that are looked at."""

_SINGLE_LETTERS = re.compile(r"\b([^\W\d_])\.(?=[^\W\d_]\b)")
_QUOTES = re.compile("['’‘`´ʼ\"“”„\0]")
_NOT_WORD = re.compile(r"[\W_]+")
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_DASH = re.compile(r"\s+[-–—/|:•]+\s+")
_NOTES = re.compile(r"#\s*\d+\b|\bdo not (?:use|call|contact)\b", re.IGNORECASE)
_ENDING = re.compile(
    r"(?:\bhttps?://)?(?:\bwww\.)?\b([^\W_]{2,}(?:-[^\W_]+)*)"
    r"\.(?:com|net|org|io|ai|biz|info|co\.uk|com\.[a-z]{2}|eu|de|fr|es|nl|pl|ch|se|jp|uk)(?:/\S*)?(?![\w.])",
    re.IGNORECASE,
)
"""Somebody wrote the address for the name, or the name is one: "www.acme.com", "Amazon.com, Inc."."""

_ABBREVIATION = 4
"""Letters. A name that is one short word abbreviates nothing: "NAT Inc." is not "National"."""

_COUNT = re.compile(r"(?:fy|q|h|v)?\d+")
_PHRASES = re.compile(r"\s(?:" + "|".join(re.escape(p) for p in LEGAL_PHRASES) + r")(?=\s|$)")
_ALSO = re.compile(
    r"(?<=\S)(?:[\s,;]+(?:" + "|".join(re.escape(p) for p in ALSO) + r")|\s*[,;]\s*now)[.:]?\s+(?=\S)",
    re.IGNORECASE,
)
_ALSO_FIRST = re.compile(r"^\s*(?:now|" + "|".join(re.escape(p) for p in ALSO) + r")[.:]?\s+", re.IGNORECASE)
_SOUNDS = (
    *(
        ("sch", "s"),
        ("tch", "c"),
        ("kh", "h"),
        ("ph", "f"),
        ("th", "t"),
        ("sh", "s"),
        ("ch", "c"),
        ("zh", "z"),
    ),
    *(("ck", "k"), ("ks", "x"), ("ae", "a"), ("oe", "o"), ("ue", "u"), ("ou", "u"), ("ts", "c"), ("tz", "c")),
)
_LETTERS = str.maketrans({"w": "v", "y": "i", "j": "i", "k": "c", "q": "c", "z": "s"})
_PLACES = frozenset(map(" ".join, COUNTRY_PAIRS))
_NO_NAME = DEPARTMENTS | LEGAL_FORMS | FORMS_BEFORE

_TWICE = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Name:
    """`tokens` is the name without legal forms, additions and regions; `region` the regions it ended in;
    `compact` the tokens as one word, `full` the same with the regions, `plain` as they were written.
    `distinctive` are the words that few companies share, `sound` the name as several alphabets and spellings
    would agree on it, `numbers` the digits of the words that hold some."""

    tokens: tuple[str, ...]
    region: tuple[str, ...]
    compact: str
    full: str
    plain: str
    distinctive: frozenset[str]
    acronym: str
    sound: str
    numbers: tuple[str, ...]


@lru_cache(maxsize=16_384)
def normalise(text: str) -> Name:
    """The name behind a spelling. Never fails; a text without any word gives a name without tokens."""
    return normalise_all(text)[0]


@lru_cache(maxsize=16_384)
def normalise_all(text: str) -> tuple[Name, ...]:
    """The name, and further ones that the text gives: a former name, or one in brackets."""
    first, *others = _ALSO.split(_without_forms(text[:NAME_LIMIT]))
    names: dict[str, Name] = {}
    for part in (first, *others):
        main, inside = _brackets(part)
        for each in (main, *inside):
            name = _name(_words(_in_order(_without_additions(each))))
            if name.tokens or not names:
                names.setdefault(name.full, name)
    return tuple(names.values())[: ALIASES_LIMIT + 1]


def _without_forms(text: str) -> str:
    plain = unicodedata.normalize("NFKC", html.unescape(text) if "&" in text else text)
    plain = _NOTES.sub(" ", plain)
    if "." in plain:
        plain = _ENDING.sub(r"\1", plain)
    if not plain.isascii():
        plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")  # no width, no meaning
        for form in EAST_ASIAN_FORMS:
            plain = plain.replace(form, " ")
    return plain


def _brackets(text: str) -> tuple[str, list[str]]:
    """The text without brackets but with the regions from them, and the names that they hold."""
    if "(" not in text and "[" not in text:
        return text, []
    names, regions = [], []
    for found in _BRACKETS.findall(text):
        held = _ALSO_FIRST.sub("", found)
        words = [word for word in _words(held) if word != "and"]
        if " ".join(words) in CITIES:
            continue
        if words and (" ".join(words) in _PLACES or all(word in REGIONS for word in words)):
            regions += words
        elif not all(word in _NO_NAME or len(word) == 1 for word in words) and not _is_common(words):
            names.append(held)
    bare = _BRACKETS.sub(" ", text)
    if not any(c.isalnum() for c in bare):
        return " ".join(c for c in text if c not in "()[]") if not names else names[0], names[1:]
    return " ".join([bare, *regions]), names


def _is_common(words: list[str]) -> bool:
    """As "(International)" or "(software company)"; several common words without that one may be a name."""
    if len(words) > 1 and words[-1] != "company":
        return False
    return all(word in GENERIC or word in NOTHING for word in words)


def _without_additions(text: str) -> str:
    """The text without what stands behind a dash and names a department, a city or a count; a region there stays."""
    head, *tails = _DASH.split(text)
    kept = [head]
    for tail in tails:
        words = _words(tail)
        if " ".join(words) in CITIES or all(
            word in DEPARTMENTS or word in REGIONS or word in LEGAL_FORMS or _COUNT.fullmatch(word)
            for word in words
        ):
            kept += [word for word in words if word in REGIONS]
        else:
            kept.append(tail)
    return " ".join(kept)


def _in_order(text: str) -> str:
    """Turns "Paribas, BNP" into "BNP Paribas": a list sorted by the word that somebody thought the main one."""
    before, comma, after = text.partition(",")
    if not comma or "," in after or not before.strip():
        return text
    words = [word for word in _split(after) if word not in LEGAL_FORMS]
    if " ".join(words) in CITIES and not all(word in GENERIC for word in _split(before)):
        return before  # "Acme, London", but not "Airport, Zurich"
    if not words or any(word in REGIONS or word in DEPARTMENTS or word == "and" for word in words):
        return text
    return f"{' '.join(words)} {before}"


def _words(text: str) -> list[str]:
    """The words in small Latin letters. Chinese characters and Korean syllables stay: each is a word of its own."""
    return _split(text) or _split(text, forms=True)


def _split(text: str, *, forms: bool = False) -> list[str]:
    """The words, with or without forms of incorporation that are several words: none is left of "S.A. de C.V."."""
    folded = text.casefold()
    plain = _SINGLE_LETTERS.sub(r"\1", folded if folded.isascii() else "".join(map(_latin, folded)))
    plain = _QUOTES.sub("", plain).replace("&", " and ").replace("+", " and ")
    spaced = " " + _NOT_WORD.sub(" ", plain).strip()
    return (spaced if forms else _PHRASES.sub(" ", spaced)).split()


@lru_cache(maxsize=16_384)
def _latin(letter: str) -> str:
    if letter.isascii() or is_ideograph(letter):
        return letter
    if letter in "ー゛゜":
        return ""
    return anyascii(letter).lower() if letter.isalnum() or unicodedata.combining(letter) else letter


def is_ideograph(letter: str) -> bool:
    """Whether one character says as much as a syllable or a word: Chinese characters and Korean syllables."""
    return "㐀" <= letter <= "鿿" or "가" <= letter <= "힣" or letter >= "\U00020000"


def _name(words: list[str]) -> Name:
    kept = list(words)
    while len(kept) > 1 and kept[0] in FORMS_BEFORE:
        kept.pop(0)
    region: list[str] = []
    addition = OFFICES
    while len(kept) > 1:
        last = kept[-1]
        if last in addition:
            kept.pop()
            addition = DEPARTMENTS
        elif last in LEGAL_FORMS or last == "and":
            kept.pop()
        elif len(kept) > 2 and (pair := COUNTRY_PAIRS.get((kept[-2], last))):  # noqa: PLR2004 - "South Africa" is a name
            region.insert(0, pair)
            del kept[-2:]
        elif last in REGIONS and (last not in DIRECTIONS or region or kept[-2] in REGIONS):
            region.insert(0, kept.pop())
        else:
            break
    alone = len(kept) == 1 and len(kept[0]) <= _ABBREVIATION
    tokens = tuple(kept) if alone else tuple(SPELLINGS.get(w, w) for w in kept)
    tokens = tuple(t for t in tokens if t != "and") or tokens
    return _made(tokens, tuple(region), "".join(kept))


def _made(tokens: tuple[str, ...], region: tuple[str, ...], plain: str) -> Name:
    compact = "".join(tokens)
    return Name(
        tokens=tokens,
        region=region,
        compact=compact,
        full=compact + "".join(region),
        plain=plain,
        distinctive=frozenset(t for t in tokens if t not in GENERIC and (len(t) > 1 or is_ideograph(t))),
        acronym="".join(t[0] for t in tokens),
        sound=sound(compact),
        numbers=_numbers(tokens) if any(map(str.isdigit, compact)) else (),
    )


def _numbers(tokens: tuple[str, ...]) -> tuple[str, ...]:
    found = ("".join(c for c in token if c.isdigit()) for token in tokens)
    return tuple(sorted(filter(None, found)))


def sound(word: str) -> str:
    """The word as it is left when spellings of one sound are one: Müller and Mueller, Tschaikowski and Chaykovsky."""
    plain = word if word.isascii() else anyascii(word).lower()
    for letters, one in _SOUNDS:
        if letters in plain:
            plain = plain.replace(letters, one)
    return _TWICE.sub(r"\1", plain.translate(_LETTERS))


def distance(one: str, other: str, limit: int) -> int:
    """Insertions, deletions, changes and swaps of neighbours between two words; `limit` + 1 means more than that."""
    return OSA.distance(one, other, score_cutoff=limit)


def near(one: str, other: str, *, shortest: int = 6) -> bool:
    """Whether two words may be one word with a slip or two in it. In a word of
    five letters one slip makes another company as easily as it misspells one: lower `shortest`
    only where something else agrees too."""
    if one == other:
        return True
    first, second = len(one), len(other)
    longest = max(first, second)
    if longest < shortest:
        return False
    limit = 1 if longest < 10 else 2 if longest < 22 else 3  # noqa: PLR2004 - a fifth at most
    return abs(first - second) <= limit and distance(one, other, limit) <= limit


def any_near(ones: Iterable[str], others: Iterable[str], *, shortest: int = 6) -> bool:
    right = list(others)
    return any(near(a, b, shortest=shortest) for a in ones for b in right)
