"""How likely two descriptions mean the same customer, and why in sentences."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from app.domain.matching.domains import label
from app.domain.matching.names import Name, near
from app.domain.matching.profile import Profile
from app.domain.matching.words import GENERIC


class Band(StrEnum):
    """What to do with a match: act on it, let a person look, or leave it."""

    SAME = "same"
    POSSIBLE = "possible"
    DIFFERENT = "different"


SAME_FROM = 0.6
POSSIBLE_FROM = 0.35
"""Probabilities at which the bands begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """`evidence` holds one sentence for each thing that was found, for or against."""

    probability: float
    evidence: tuple[str, ...]
    band: Band


class NameLevel(IntEnum):
    """How well two names agree."""

    NONE = 0
    WORD = 1
    PART = 2
    SLIP = 3
    SAME = 4


class DomainLevel(IntEnum):
    """How well the domains agree. UNKNOWN: one of the two has none."""

    OTHER = 0
    OTHER_MAIL = 1
    UNKNOWN = 2
    NEAR = 3
    LABEL = 4
    MAIL = 5
    SITE = 6


_PRIOR: dict[DomainLevel, tuple[float, float, float, float, float]] = {
    # names:               none  word  part  slip  same
    DomainLevel.OTHER: (0.001, 0.002, 0.03, 0.15, 0.40),
    DomainLevel.OTHER_MAIL: (0.001, 0.01, 0.10, 0.40, 0.70),
    DomainLevel.UNKNOWN: (0.001, 0.02, 0.25, 0.70, 0.90),
    DomainLevel.NEAR: (0.02, 0.20, 0.70, 0.92, 0.96),
    DomainLevel.LABEL: (0.10, 0.45, 0.80, 0.92, 0.95),
    DomainLevel.MAIL: (0.20, 0.75, 0.93, 0.97, 0.985),
    DomainLevel.SITE: (0.60, 0.90, 0.96, 0.98, 0.99),
}
"""The probability before country and people are looked at: a table, so that anyone can read and correct it."""

_SAME_PERSON = 12.0
_OTHER_REGION = 0.25
_OTHER_COUNTRY = 0.5
_OTHER_COUNTRY_ALONE = 0.1
"""Factors on the odds: the same address on both sides; a branch named after another region; another country, with
a domain in common and without."""

_CUT = 6
"""Letters that a name must have left to be recognised as the beginning of a longer one."""


def compare(claim: Profile, candidate: Profile) -> Match:
    """How likely the claim means the candidate. Never fails. Not symmetric: the claim's
    website weighs more than the mailbox of its contact, who may work elsewhere."""
    name, name_says = _names(claim.name, candidate.name)
    domain, domain_says = _domains(claim, candidate)
    chance = _PRIOR[domain][name]
    odds = chance / (1 - chance)
    evidence = [name_says, domain_says]
    if people := claim.emails & candidate.emails:
        odds *= _SAME_PERSON
        evidence.append(f"Both name the same person, {min(people)}.")
    if claim.name.region != candidate.name.region and claim.name.full != candidate.name.full:
        odds *= _OTHER_REGION
        evidence.append("One of the names is that of a branch in another region.")
    elif claim.country and candidate.country and claim.country != candidate.country:
        odds *= _OTHER_COUNTRY if domain > DomainLevel.UNKNOWN else _OTHER_COUNTRY_ALONE
        evidence.append(f"The countries differ: {claim.country.upper()} and {candidate.country.upper()}.")
    probability = round(odds / (1 + odds), 4)
    return Match(probability=probability, evidence=tuple(filter(None, evidence)), band=_band(probability))


def _band(probability: float) -> Band:
    if probability >= SAME_FROM:
        return Band.SAME
    return Band.POSSIBLE if probability >= POSSIBLE_FROM else Band.DIFFERENT


def _names(one: Name, other: Name) -> tuple[NameLevel, str]:  # noqa: PLR0911 - one return for each level
    if not one.tokens or not other.tokens:
        return NameLevel.NONE, "One of the two has no name."
    if one.compact == other.compact or one.full == other.full:
        return NameLevel.SAME, "The names are the same but for spelling and legal form."
    if sorted(one.tokens) == sorted(other.tokens):
        return NameLevel.SAME, "The names have the same words in another order."
    if near(one.compact, other.compact):
        return NameLevel.SLIP, "The names differ by a slip of the keyboard."
    short, long = sorted((one, other), key=lambda n: len(n.compact))
    if _abbreviates(short, long):
        return NameLevel.PART, f"“{short.compact.upper()}” abbreviates the other name."
    if _contains(long, short):
        return NameLevel.PART, "One name is the other with words added or cut short."
    if near(one.compact, other.compact, shortest=4):
        return NameLevel.WORD, "The names are short and differ by one letter."
    shared = _shared(one, other)
    if shared:
        return NameLevel.WORD, f"The names share the word “{max(shared, key=len)}”."
    return NameLevel.NONE, "The names have nothing in common."


def _abbreviates(short: Name, long: Name) -> bool:
    return len(short.tokens) == 1 and len(short.compact) > 2 and short.compact == long.acronym  # noqa: PLR2004


def _contains(long: Name, short: Name) -> bool:
    """Every word of the short name stands in the long one, whole or cut short, one of them distinctive; or the short
    name is the beginning of the long one, as fields with few characters leave it."""
    if len(short.compact) >= _CUT and long.compact.startswith(short.compact):
        return True
    if not short.distinctive:
        return False
    left = list(long.tokens)
    for word in short.tokens:
        found = next((w for w in left if _same_word(word, w, cut=len(short.tokens) > 1)), None)
        if found is None:
            return False
        left.remove(found)
    return all(word in GENERIC or word == "and" for word in left) or len(short.tokens) > 1


def _same_word(short: str, long: str, *, cut: bool) -> bool:
    begins = cut and len(short) > 2 and long.startswith(short)  # noqa: PLR2004 - two letters begin anything
    return short == long or begins or near(short, long)


def _shared(one: Name, other: Name) -> set[str]:
    return {
        a
        for a in one.distinctive
        for b in other.distinctive
        if len(a) > 2 and (a == b or near(a, b))  # noqa: PLR2004
    }


def _domains(claim: Profile, candidate: Profile) -> tuple[DomainLevel, str]:  # noqa: PLR0911 - one return for each level
    if claim.site and claim.site in candidate.domains:
        return DomainLevel.SITE, f"Both use the domain {claim.site}."
    if shared := claim.domains & candidate.domains:
        site = candidate.site in shared
        return (
            DomainLevel.MAIL,
            f"A contact of one uses the other's {'domain' if site else 'mail domain'} {min(shared)}.",
        )
    if not claim.domains or not candidate.domains:
        return DomainLevel.UNKNOWN, ""
    labels = {label(d) for d in claim.domains}, {label(d) for d in candidate.domains}
    if both := labels[0] & labels[1]:
        return DomainLevel.LABEL, f"Both domains are called “{min(both)}”, under different endings."
    if any(near(a, b, shortest=4) for a in labels[0] for b in labels[1]):
        return DomainLevel.NEAR, "The domains differ by a slip of the keyboard."
    if claim.site and candidate.site:
        return DomainLevel.OTHER, f"The websites differ: {claim.site} and {candidate.site}."
    return DomainLevel.OTHER_MAIL, f"The domains differ: {min(claim.domains)} and {min(candidate.domains)}."
