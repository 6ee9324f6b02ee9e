"""Under which keys a company is filed, so that a look-up finds the few that a registration may mean."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from app.domain.matching.domains import bare_label
from app.domain.matching.names import Name, is_ideograph
from app.domain.matching.profile import Profile, profile
from app.domain.matching.words import NOTHING

MAX_KEYS = 40
"""Keys of one company at most: the cost of a look-up must not depend on what somebody wrote into a field."""

_SHORT = 4
"""Letters. A shorter word is in too many names to be looked up alone."""

WEIGHTS = {
    "domain": 16,
    "person": 12,
    "name": 12,
    "label": 8,
    "short": 5,
    "sound": 5,
    "words": 10,
    "pair": 4,
    "part": 4,
    "left": 3,
    "right": 3,
    "start": 3,
    "head": 3,
    "tail": 3,
    "word": 2,
}
"""How much one key in common says, to rank candidates before they are compared. A key that fewer share says more."""

TELLING = frozenset(("domain", "name"))
"""Kinds that are looked at however many share them: a customer may have a hundred open opportunities."""


def kind(key: str) -> str:
    return key.partition(":")[0]


def keys(name: str, website: str = "", emails: Iterable[str] = ()) -> frozenset[str]:
    """What to file a company under at write time, and to look it up by: "domain:acme.com", "name:acme", … Two
    companies that `compare` could call the same have a key in common."""
    return keys_of(profile(name, website, emails))


def keys_of(company: Profile) -> frozenset[str]:
    """The keys of a normalised company, the telling ones first when there are too many."""
    domains = _ordered(company)
    found = [f"domain:{domain}" for domain in domains[:6]]
    found += [f"name:{name.sound}" for name in company.names if name.sound]
    labels = [bare_label(domain) for domain in domains[:4]]
    found += [f"label:{called}" for called in labels if len(called) >= _SHORT]
    found += [f"person:{_digest(mail)}" for mail in sorted(company.emails)[:3]]
    for name in company.names:
        if name.compact:
            found += _of_name(name)
    found += [f"left:{called[:6]}" for called in labels if len(called) > 6]  # noqa: PLR2004 - as _START
    return frozenset(key[:300] for key in list(dict.fromkeys(found))[:MAX_KEYS])


def _of_name(name: Name) -> list[str]:
    found = []
    if len(name.plain) >= _SHORT:
        found += [f"label:{called}" for called in {name.plain, name.compact}]
    found += [f"short:{word}" for word in _short_forms(name)]
    found += [f"word:{word}" for word in _rarest(name)]
    found.append(f"sound:{_consonants(name.sound)}")
    found += _halves(name.sound)
    said = [token for token in name.tokens if token not in NOTHING] or name.tokens
    found.append(f"words:{' '.join(sorted(said))}")
    return found + (_pairs(said) if len(said) > 1 else _parts(name.sound)) + _ends(name.tokens)


def _digest(mail: str) -> str:
    """People are found by their address, but the keys do not list it."""
    return blake2b(mail.encode(errors="replace"), digest_size=8).hexdigest()


def _ordered(company: Profile) -> list[str]:
    return [company.site, *sorted(company.mail - {company.site})] if company.site else sorted(company.mail)


def _rarest(name: Name) -> list[str]:
    words = name.distinctive or frozenset(name.tokens)
    long = [word for word in words if len(word) >= _SHORT or any(map(is_ideograph, word))]
    # The longest words are the rarest, near enough; sorted so that equal names have equal keys.
    return sorted(long, key=lambda word: (-len(word), word))[:4]


def _short_forms(name: Name) -> list[str]:
    acronym, compact = name.acronym, name.compact
    found = [acronym] if len(acronym) > 2 else []  # noqa: PLR2004 - two letters abbreviate anything
    return [*found, compact] if 2 < len(compact) <= 6 else found  # noqa: PLR2004 - longer is no acronym


def _ends(tokens: tuple[str, ...]) -> list[str]:
    """One word whole, of the other its first letter: finds a slip or a cut in either."""
    if len(tokens) < 2:  # noqa: PLR2004 - a single word has its own keys
        return []
    return [f"head:{tokens[0]}:{tokens[1][0]}", f"tail:{tokens[0][0]}:{tokens[-1]}"]


def _pairs(tokens: Sequence[str]) -> list[str]:
    """One word whole, of the other three letters from its beginning or its end: a slip or a cut leaves one of the
    four alone, and unlike a word they are still rare among a million names."""
    first, second, last = tokens[0], tokens[1], tokens[-1]
    return [
        *(f"pair:{first}:{second[:3]}", f"pair:{first}::{second[-3:]}"),
        *(f"pair:{first[:3]}:{last}", f"pair:{first[-3:]}::{last}"),
    ]


def _parts(word: str) -> list[str]:
    """A single word without its last third, its first, or the one between: rarer than halves, for the same slips."""
    size = len(word)
    if size < _START:
        return []
    found = [f"part:{word[:_LONG]}"] if size >= _LONG else []
    for third in {size // 3, (size + 2) // 3}:
        rest = size - third
        found += [f"part:{word[:rest]}", f"part::{word[-rest:]}", f"part:{word[:third]}:{word[-third:]}"]
    return found


_LONG = 10
"""Letters of the beginning that a cut leaves of a long word."""

_START = 6


def _halves(word: str) -> list[str]:
    """The name without its second half and without its first: a slip leaves one of them alone. Both lengths of an
    uneven half, so that a letter too many or too few still meets."""
    size = len(word)
    if size < _SHORT:
        return []
    half, other = size // 2, (size + 1) // 2
    found = [f"left:{word[:half]}", f"left:{word[:other]}", f"right:{word[-half:]}", f"right:{word[-other:]}"]
    return [*found, f"start:{word[:_START]}"] if size >= _START else found


def _consonants(word: str) -> str:
    """The first letter and the consonants in order of the alphabet: slips and swaps mostly leave them alone."""
    return word[:1] + "".join(sorted({c for c in word[1:] if c not in "aeiou"}))
