"""A company's description, normalised once: when it is written, not when it is compared."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.matching.domains import email_domain, label, registrable, site_domain
from app.domain.matching.names import Name, normalise

EMAILS_LIMIT = 20
"""Addresses of one company that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`text` is the name as written. `site` is the registrable domain of the company's own site, `mail` those of
    its people, `emails` their addresses; shared domains and the partner's own are left out."""

    text: str
    name: Name
    site: str
    mail: frozenset[str]
    emails: frozenset[str]
    country: str

    @property
    def domains(self) -> frozenset[str]:
        return self.mail | {self.site} if self.site else self.mail


def profile(
    name: str,
    website: str = "",
    emails: Iterable[str] = (),
    country: str = "",
    *,
    partner_domain: str = "",
) -> Profile:
    """The normalised form. `partner_domain` is the partner's who submits: its own people are not the customer's."""
    own = registrable(partner_domain)
    addresses = [email.strip().casefold() for email, _ in zip(emails, range(EMAILS_LIMIT), strict=False)]
    theirs = {a: domain for a in addresses if (domain := registrable(a.rpartition("@")[2])) and domain != own}
    called = normalise(name)
    site = site_domain(website)
    if not site and label(registrable(website)) == called.compact:
        site = registrable(website)  # who owns a platform is a company too
    return Profile(
        text=name.strip(),
        name=called,
        site="" if site == own else site,
        mail=frozenset(filter(None, (email_domain(a) for a in theirs))),
        emails=frozenset(theirs),
        country=country.strip().casefold(),
    )
