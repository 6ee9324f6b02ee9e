"""A company's description, normalised once: when it is written, not when it is compared."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.domain.matching.countries import country_code
from app.domain.matching.domains import bare_label, email_domain, is_hosted, label, registrable, site_domain
from app.domain.matching.names import Name, normalise_all, sound

EMAILS_LIMIT = 20
"""Addresses of one company that are looked at."""

EMAIL_LIMIT = 320
"""Characters of an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`text` is the name as written, `names` its readings, the main one first. `site` is the registrable domain of
    the company's own site (`hosted`: a page at a site builder), `mail` those of its people, `domains` both, `labels`
    what they are called without ending and hyphens, `emails` the addresses; shared domains and the partner's own are
    left out."""

    text: str
    names: tuple[Name, ...]
    site: str
    hosted: bool
    mail: frozenset[str]
    emails: frozenset[str]
    country: str
    domains: frozenset[str] = field(init=False, compare=False)
    labels: frozenset[str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        domains = self.mail | {self.site} if self.site else self.mail
        # A frozen value holds what follows from its other fields only this way.
        object.__setattr__(self, "domains", domains)
        object.__setattr__(self, "labels", frozenset(map(bare_label, domains)))

    @property
    def name(self) -> Name:
        return self.names[0]


def profile(
    name: str,
    website: str = "",
    emails: Iterable[str] = (),
    country: str = "",
    *,
    partner_domain: str = "",
    partner_name: str = "",
) -> Profile:
    """The normalised form. `partner_domain` is the partner's who submits, or `partner_name` what it may be called
    after: its own people are not the customer's."""
    names = normalise_all(name)
    own, called = registrable(partner_domain) if partner_domain else "", _called(partner_name, names[0])
    addresses = [
        email.strip().casefold()[:EMAIL_LIMIT] for email, _ in zip(emails, range(EMAILS_LIMIT), strict=False)
    ]
    theirs = [
        a
        for a in addresses
        if (domain := registrable(a.rpartition("@")[2])) and not _partners_own(domain, own, called)
    ]
    site = site_domain(website)
    if not site and (whole := registrable(website)) and label(whole) == names[0].compact:
        site = whole  # who owns a platform is a company too
    if site and _partners_own(site, own, called):
        site = ""
    return Profile(
        text=name.strip(),
        names=names,
        site=site,
        hosted=bool(site) and is_hosted(site),
        mail=frozenset(filter(None, (email_domain(a) for a in theirs))),
        emails=frozenset(theirs),
        country=country_code(country),
    )


def _partners_own(domain: str, partner_domain: str, called: frozenset[str]) -> bool:
    return domain == partner_domain or bool(called and sound(bare_label(domain)) in called)


def _called(partner_name: str, customer: Name) -> frozenset[str]:
    """How the partner's own domain may be called; nothing where the partner registers itself as the customer."""
    if not partner_name:
        return frozenset()
    partner = normalise_all(partner_name)[0]
    return (
        frozenset() if partner.sound == customer.sound else frozenset({sound(partner.plain), partner.sound})
    )
