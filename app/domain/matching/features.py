"""What two descriptions have in common or against each other: one level each for names, domains, country, …

Each level has a weight in `weights` and a sentence here. Levels are the strongest that holds, so that the sum of
their weights reads as one judgement.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.matching.affixes import SHORTEST, same_but_affix
from app.domain.matching.domains import bare_label
from app.domain.matching.name_level import NameLevel, name_level, say
from app.domain.matching.names import Name, distance
from app.domain.matching.profile import Profile
from app.domain.matching.words import COUNTRY_NAMES


class DomainLevel(StrEnum):
    """How well the domains agree; the strongest that holds."""

    SITE = "both websites are on one domain"
    SITE_MAIL = "the website of one is the mail domain of the other"
    MAIL = "people of both use one mail domain"
    MAIL_AGAINST_SITE = "a mail domain agrees, the websites differ"
    LABEL = "the same domain under another ending"
    NEAR = "domains that differ by a slip"
    AFFIX = "one domain is the other with a common word added"
    NAMED = "one domain is called like the other company or its page"
    UNKNOWN = "one of the two has no domain"
    HOSTED = "other domains, one of them at a site builder"
    OTHER_MAIL = "other domains, known from mail only"
    OTHER = "other websites"

    @property
    def group(self) -> str:
        """The same, for, near, open or against: how it changes what a country or a name means."""
        return _GROUP[self]


_GROUP = {
    DomainLevel.SITE: "the same",
    DomainLevel.SITE_MAIL: "for",
    DomainLevel.MAIL: "for",
    DomainLevel.LABEL: "for",
    DomainLevel.NEAR: "near",
    DomainLevel.AFFIX: "near",
    DomainLevel.NAMED: "near",
    DomainLevel.UNKNOWN: "open",
    DomainLevel.HOSTED: "open",
    DomainLevel.MAIL_AGAINST_SITE: "against",
    DomainLevel.OTHER_MAIL: "against",
    DomainLevel.OTHER: "against",
}


class CountryLevel(StrEnum):
    SAME = "same country"
    UNKNOWN = "country unknown"
    BRANCH = "another country, which the name says"
    OTHER = "another country"


class RegionLevel(StrEnum):
    SAME = "no region, or the same"
    BRANCH = "one name has a region"
    OTHER = "the names have different regions"


@dataclass(frozen=True, slots=True)
class Features:
    """The levels of one pair. `person`: an address on both sides. `plain`: the name in common is short or made of
    common words only. `numbers`: the names hold different numbers."""

    name: NameLevel
    domain: DomainLevel
    country: CountryLevel
    region: RegionLevel
    person: bool
    plain: bool
    numbers: bool

    def active(self) -> tuple[str, ...]:
        """The entries of the table of weights that count for this pair."""
        group = self.domain.group
        found = [
            f"name: {self.name}",
            f"domain: {self.domain}",
            f"name {self.name.group}, domain {group}",
            f"country, domain {group}: {self.country}",
            f"region: {self.region}",
        ]
        if self.person:
            found.append(f"the same person, domain {group}")
        if self.plain:
            found.append(f"a short or common name, domain {group}")
        if self.numbers:
            found.append("different numbers")
        return tuple(found)


def features(claim: Profile, candidate: Profile) -> tuple[Features, tuple[str, ...]]:
    """The levels and a sentence for each thing that was found, for or against."""
    level, one, other = _closest(claim, candidate)
    domain, domain_said = _domains(claim, candidate)
    people = claim.emails & candidate.emails
    region, region_said = _regions(one.region, other.region)
    country, country_said = _countries(claim, candidate)
    numbers = one.numbers != other.numbers
    found = Features(
        name=level,
        domain=domain,
        country=country,
        region=region,
        person=bool(people),
        plain=level.agrees and (_plain(one) or _plain(other)),
        numbers=numbers,
    )
    sentences = (
        say(level, one, other),
        domain_said,
        f"Both name the same person, {min(people)}." if people else "",
        region_said,
        country_said,
        "The names hold different numbers." if numbers else "",
    )
    return found, tuple(filter(None, sentences))


def _closest(claim: Profile, candidate: Profile) -> tuple[NameLevel, Name, Name]:
    """The level of the two names that agree best, and these. What stands in brackets on both sides is no name in
    common: two companies may both be written with "(Dublin)" or "(brand)"."""
    mine, theirs = claim.name, candidate.name
    if len(claim.names) == len(candidate.names) == 1:
        return name_level(mine, theirs), mine, theirs
    asked = [(mine, other) for other in candidate.names] + [(name, theirs) for name in claim.names[1:]]
    return max(((name_level(a, b), a, b) for a, b in asked), key=lambda found: found[0].rank)


def _plain(name: Name) -> bool:
    return not name.distinctive or len(name.compact) < SHORTEST


def _regions(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[RegionLevel, str]:
    if one == other:
        return RegionLevel.SAME, ""
    if one and other:
        codes = [{COUNTRY_NAMES.get(word, word) for word in words} for words in (one, other)]
        if codes[0] & codes[1]:
            return RegionLevel.SAME, ""
        return RegionLevel.OTHER, "The names are those of branches in different regions."
    return RegionLevel.BRANCH, "One of the names is that of a branch in another region."


def _countries(claim: Profile, candidate: Profile) -> tuple[CountryLevel, str]:
    if not claim.country or not candidate.country:
        return CountryLevel.UNKNOWN, ""
    if claim.country == candidate.country:
        return CountryLevel.SAME, ""
    said = f"The countries differ: {claim.country.upper()[:40]} and {candidate.country.upper()[:40]}."
    for company in (claim, candidate):
        if any(COUNTRY_NAMES.get(word) == company.country for name in company.names for word in name.region):
            return CountryLevel.BRANCH, said
    return CountryLevel.OTHER, said


def _domains(claim: Profile, candidate: Profile) -> tuple[DomainLevel, str]:
    if claim.site and claim.site == candidate.site:
        return DomainLevel.SITE, f"Both use the domain {claim.site}."
    if shared := claim.domains & candidate.domains:
        return _shared(claim, candidate, min(shared), shared)
    if not claim.domains or not candidate.domains:
        return _named(claim, candidate)
    return _unlike(claim, candidate)


def _shared(
    claim: Profile, candidate: Profile, domain: str, shared: frozenset[str]
) -> tuple[DomainLevel, str]:
    apart = claim.site and candidate.site and not claim.hosted and not candidate.hosted
    apart = apart and not _related(claim.site, candidate.site)
    if claim.site in shared or candidate.site in shared:
        if apart:
            said = f"A contact uses {domain}, but the websites differ: {claim.site} and {candidate.site}."
            return DomainLevel.MAIL_AGAINST_SITE, said
        return DomainLevel.SITE_MAIL, f"A contact of one uses the other's domain {domain}."
    if apart:
        said = f"Contacts of both use {domain}, but the websites differ: {claim.site} and {candidate.site}."
        return DomainLevel.MAIL_AGAINST_SITE, said
    return DomainLevel.MAIL, f"Contacts of both use the mail domain {domain}."


def _related(one: str, other: str) -> bool:
    ours, theirs = bare_label(one), bare_label(other)
    return ours == theirs or _slip(ours, theirs)


def _slip(ours: str, theirs: str) -> bool:
    """One letter: in a domain, unlike in a name, somebody would have noticed two."""
    if (
        abs(len(ours) - len(theirs)) > 1
        or max(len(ours), len(theirs)) < SHORTEST
        or distance(ours, theirs, 1) > 1
    ):
        return False
    return [c for c in ours if c.isdigit()] == [c for c in theirs if c.isdigit()]


def _named(claim: Profile, candidate: Profile) -> tuple[DomainLevel, str]:
    """One of them has no domain. The other's may be called like it."""
    nameless, known = (claim, candidate) if not claim.domains else (candidate, claim)
    for domain in sorted(known.domains):
        called = bare_label(domain)
        if any(called == name.plain for name in known.names) and nameless.name.plain != called:
            continue  # "yamahamotor" is called like Yamaha Motor, which says nothing of Yamaha
        for name in nameless.names:
            if name.compact and (
                called in (name.plain, name.compact, name.full) or same_but_affix(called, name.plain)
            ):
                return DomainLevel.NAMED, f"The domain {domain} is called like the other name."
    return DomainLevel.UNKNOWN, ""


def _unlike(claim: Profile, candidate: Profile) -> tuple[DomainLevel, str]:  # noqa: PLR0911 - one return for each level
    """The domains are not the same ones; how far apart they are."""
    mine, theirs = claim.labels, candidate.labels
    both = mine & theirs
    if both and (claim.hosted or candidate.hosted):
        return DomainLevel.NAMED, f"Both sites are called “{min(both)}”, one of them at a site builder."
    if both:
        return DomainLevel.LABEL, f"Both domains are called “{min(both)}”, under different endings."
    if any(_slip(a, b) for a in mine for b in theirs):
        return DomainLevel.NEAR, "The domains differ by a slip of the keyboard."
    if any(same_but_affix(a, b) for a in mine for b in theirs):
        return DomainLevel.AFFIX, "One domain is the other with a common word added."
    if claim.hosted or candidate.hosted:
        return DomainLevel.HOSTED, "One of the websites is a page at a site builder."
    if claim.site and candidate.site:
        return DomainLevel.OTHER, f"The websites differ: {claim.site} and {candidate.site}."
    return DomainLevel.OTHER_MAIL, f"The domains differ: {min(claim.domains)} and {min(candidate.domains)}."
