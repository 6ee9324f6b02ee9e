"""Under which keys a company is filed, so that a look-up finds the few that a registration may mean."""

from collections.abc import Iterable

from app.domain.matching.domains import label
from app.domain.matching.profile import Profile, profile

MAX_KEYS = 24
"""Keys of one company at most: the cost of a look-up must not depend on what somebody wrote into a field."""

_SHORT = 4
"""Letters. A shorter word is in too many names to be looked up alone."""


_TELLING = ("domain:", "name:", "label:", "short:")


def tiers(found: Iterable[str]) -> tuple[list[str], list[str]]:
    """The keys that few companies share, and the rest. Look up the first ones first: where candidates are bounded,
    a thousand companies with one word in common must not crowd out the one with the same domain."""
    ordered = sorted(found)
    telling = [key for key in ordered if key.startswith(_TELLING)]
    return telling, [key for key in ordered if not key.startswith(_TELLING)]


def keys(name: str, website: str = "", emails: Iterable[str] = ()) -> frozenset[str]:
    """What to file a company under at write time, and to look it up by: "domain:acme.com", "name:acme", … Two
    companies that `compare` could call the same have a key in common."""
    return keys_of(profile(name, website, emails))


def keys_of(company: Profile) -> frozenset[str]:
    """The keys of a normalised company, the telling ones first when there are too many."""
    compact = company.name.compact
    found = [f"domain:{domain}" for domain in _ordered(company)[:6]]
    if compact:
        found += [f"name:{compact}", f"name:{company.name.full}", f"sound:{_sound(compact)}"]
    found += [f"label:{label(domain)}" for domain in _ordered(company)[:4] if len(label(domain)) >= _SHORT]
    if len(compact) >= _SHORT:
        found.append(f"label:{compact}")
    found += [f"word:{word}" for word in _rarest(company)]
    found += [f"short:{word}" for word in _short_forms(company)]
    found += _ends(company.name.tokens)
    return frozenset(key[:300] for key in list(dict.fromkeys(found))[:MAX_KEYS])


def _ordered(company: Profile) -> list[str]:
    return [company.site, *sorted(company.mail - {company.site})] if company.site else sorted(company.mail)


def _rarest(company: Profile) -> list[str]:
    words = company.name.distinctive or frozenset(company.name.tokens)
    long = [word for word in words if len(word) >= _SHORT]
    # The longest words are the rarest, near enough; sorted so that equal names have equal keys.
    return sorted(long, key=lambda word: (-len(word), word))[:4]


def _short_forms(company: Profile) -> list[str]:
    acronym, compact = company.name.acronym, company.name.compact
    found = [acronym] if len(acronym) > 2 else []  # noqa: PLR2004 - two letters abbreviate anything
    return [*found, compact] if 2 < len(compact) <= 6 else found  # noqa: PLR2004 - longer is no acronym


def _ends(tokens: tuple[str, ...]) -> list[str]:
    """One word whole, of the other its first letter: finds a slip or a cut in either."""
    if len(tokens) < 2:  # noqa: PLR2004 - a single word has its own keys
        return []
    return [f"head:{tokens[0]}:{tokens[1][0]}", f"tail:{tokens[0][0]}:{tokens[-1]}"]


def _sound(word: str) -> str:
    """The first letter and the consonants in order of the alphabet: slips and swaps mostly leave them alone."""
    return word[0] + "".join(sorted({c for c in word[1:] if c not in "aeiouy"}))
