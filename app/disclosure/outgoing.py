"""What a seller should look at again before a message goes to a partner: another partner on the deal, a margin, a
value of a field that is never shared. A check against slips, not a barrier: the seller may confirm and send.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from app.domain.matching.words import GENERIC, LEGAL_FORMS

TEXT_LIMIT = 10_000
"""Characters that are looked at: no message is longer."""

NEAR = 40
"""Characters between a word such as "margin" and the number that makes it one."""

RUN = 5
"""Words in a row that a message and a hidden text share before it counts as quoting."""

SQUASHED = 7
"""Letters of a name that are enough to find it however it is spaced or hyphenated."""

BARE = 100
"""From here on a number is one by itself; a smaller one needs a percent sign, a currency or a margin beside it."""


class Kind(StrEnum):
    PARTNER = "other_partner"
    MARGIN = "margin"
    VALUE = "never_shared_value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to look at: `what` names the partner or the field, never the value."""

    kind: Kind
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitive:
    """What must not slip out: the names and domains of the other partners by how they are called, and the values of
    never-shared fields by label. `own` is what the reader is called: naming them tells them nothing."""

    partners: Mapping[str, Sequence[str]]
    values: Mapping[str, str]
    own: Sequence[str] = ()


def findings(text: str, sensitive: Sensitive) -> list[Finding]:
    """What there is to confirm, partners first, each once; nothing for a text that may go as it is."""
    said = _Said(text[:TEXT_LIMIT])
    own = {_core(name) for name in sensitive.own}
    found = [
        Finding(kind=Kind.PARTNER, what=name)
        for name, called in sensitive.partners.items()
        if any(_core(each) not in own and said.names(each) for each in called if each)
    ]
    if said.tells_margin():
        found.append(Finding(kind=Kind.MARGIN, what="margin"))
    found += [
        Finding(kind=Kind.VALUE, what=label)
        for label, value in sensitive.values.items()
        if value and said.holds(value)
    ]
    return found


def sentence(found: Sequence[Finding]) -> str:
    """The findings for the seller to read."""
    parts = [_PHRASES[finding.kind].format(finding.what) for finding in found]
    listed = ", and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
    return f"Look again before you send this: it {listed}."


_PHRASES = {
    Kind.PARTNER: "names {}, who also works on this deal",
    Kind.MARGIN: "speaks of a margin or discount",
    Kind.VALUE: "holds the value of {}",
}

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_LOOKALIKES = str.maketrans(
    "абвгеёзиіјкмнорсстухѕԁһԛԝαβεικνορτυχγωłøđıſ𝟎",
    "abbreeзиijkmhopcctyxsdhqwabeikvoptuxywlodis0",
)
"""Cyrillic, Greek and Latin letters that look like a plain one. Both sides are folded, so that a name in Cyrillic
still finds itself."""

_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[\W_]+")
_MARGIN = re.compile(
    r"margin|mark ?up|gross profit|discount|rebate|rabatt|nachlass|marge|aufschlag|gewinnspanne|remise|rabais|"
    r"descuento|margen|sconto|margine|desconto|margem|korting"
)
_NUMBER = re.compile(
    r"(?<![\w.,])[-+]?(\d[\d.,'’ \u00a0\u202f]*)(\s?(?:%|percent|prozent|pct))?(\s?[km](?:io|il)?\b)?"
)
_CURRENCY = re.compile(r"[€$£¥]|\b(?:usd|eur|gbp|chf|jpy)\b")
_SCALE = {"k": 1_000, "m": 1_000_000}


def fold(text: str) -> str:
    """The text as one reads it aloud: no invisible characters, no accents, no lookalikes, no case."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    bare = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    digits = "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in bare)
    return _INVISIBLE.sub("", digits).translate(_LOOKALIKES)


class _Said:
    """A text, folded once."""

    def __init__(self, text: str) -> None:
        self._folded = fold(text)
        self._words = _WORD.findall(self._folded)
        self._line = f" {' '.join(self._words)} "
        self._squashed = "".join(self._words)
        self._numbers = list(_numbers(self._folded))

    def names(self, name: str) -> bool:
        """Whether the text names this partner: by name without its legal form, or by domain."""
        words = _WORD.findall(_core(name))
        if not words:
            return False
        squashed = "".join(words)
        return f" {' '.join(words)} " in self._line or (
            len(squashed) >= SQUASHED and squashed in self._squashed
        )

    def tells_margin(self) -> bool:
        """A margin or discount with a number to it. The word alone is small talk."""
        return any(
            abs(place - word.start()) <= NEAR + len(word.group())
            for word in _MARGIN.finditer(self._folded)
            for place, _, _ in self._numbers
        )

    def holds(self, value: str) -> bool:
        number = _value(fold(value).strip())
        return self._holds_number(number) if number is not None else self._holds_text(value)

    def _holds_number(self, number: Decimal) -> bool:
        same = {abs(number), abs(number) * 100} if abs(number) < 1 else {abs(number)}
        return number != 0 and any(
            any(each in same for each in read) and (marked or abs(number) >= BARE)
            for _, read, marked in self._numbers
        )

    def _holds_text(self, value: str) -> bool:
        words = _WORD.findall(fold(value))
        if len(words) <= RUN:
            return self.names(value) if len("".join(words)) > 2 else False  # noqa: PLR2004 - "No", "3"
        return any(f" {' '.join(words[n : n + RUN])} " in self._line for n in range(len(words) - RUN + 1))


def _core(name: str) -> str:
    """What tells a name from others: without legal form, and without such words as "Solutions" if more is left."""
    words = _WORD.findall(fold(name))
    if "." in name and " " not in name.strip():
        words = words[:-1]  # a domain without its ending
    meant = [word for word in words if word not in LEGAL_FORMS]
    telling = [word for word in meant if word not in GENERIC]
    return " ".join(telling or meant or words)


def _numbers(folded: str) -> Iterable[tuple[int, set[Decimal], bool]]:
    """Where each number stands, what it may mean, and whether something beside it says that it is an amount or a
    share."""
    for found in _NUMBER.finditer(folded):
        digits, percent, scale = found.groups()
        times = _SCALE[scale.strip()[0]] if scale else 1
        read = {value * times for value in _readings(digits)}
        around = folded[max(0, found.start() - NEAR) : found.end() + NEAR]
        close = folded[max(0, found.start() - 5) : found.end() + 5]
        marked = bool(percent or scale or _CURRENCY.search(close) or _MARGIN.search(around))
        if percent:
            read |= {value / 100 for value in read}
        yield found.start(), read, marked


def _readings(digits: str) -> set[Decimal]:
    """What a number may mean: a point and a comma each part thousands here and decimals there."""
    text = re.sub(r"['’\s]", "", digits).strip(".,")
    candidates = {text.replace(",", ""), text.replace(".", "").replace(",", ".")}
    found = set()
    for each in candidates:
        try:
            found.add(Decimal(each))
        except InvalidOperation:
            continue
    return found


def _value(text: str) -> Decimal | None:
    """The number that a field's value is, or None for a text."""
    bare = text.removesuffix("%").strip()
    try:
        number = Decimal(bare.replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
