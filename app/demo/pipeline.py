"""A sales pipeline in neutral words: what the sample and the CSV import produce, and both sandboxes take.

Keys are deterministic external ids (at most 64 characters), so that loading twice updates and never doubles.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

KEY_LIMIT = 64
"""Characters in a key: the length of an external id in both CRMs' data model."""


class Stage(StrEnum):
    PROSPECTING = "prospecting"
    ENGAGING = "engaging"
    EVALUATION = "evaluation"
    PROPOSAL = "proposal"
    NEGOTIATION = "negotiation"
    WON = "won"
    LOST = "lost"

    @property
    def open(self) -> bool:
        return self not in (Stage.WON, Stage.LOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleOwner:
    key: str
    name: str
    email: str
    manager: str = ""
    team: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleAccount:
    key: str
    name: str
    domain: str = ""
    industry: str = ""
    city: str = ""
    country: str = ""
    employees: int | None = None
    revenue: Decimal | None = None
    phone: str = ""
    parent_key: str | None = None
    owner_key: str | None = None
    internal_notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleContact:
    key: str
    account_key: str
    first_name: str
    last_name: str
    email: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDeal:
    """The last four fields are what no partner ever sees; they are filled so that hiding can be seen."""

    key: str
    name: str
    stage: Stage
    account_key: str | None = None
    owner_key: str | None = None
    amount: Decimal | None = None
    opened: date | None = None
    closes: date | None = None
    product: str = ""
    next_step: str = ""
    description: str = ""
    contact_keys: tuple[str, ...] = ()
    partner_keys: tuple[str, ...] = ()
    margin: Decimal | None = None
    discount: Decimal | None = None
    internal_notes: str = ""
    competitor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePartner:
    """A partner firm. `type` is a value of app.domain.partner.PartnerType; its people are its contacts."""

    key: str
    name: str
    type: str
    level: str
    domain: str
    account_key: str | None = None
    people: tuple[SampleContact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """Everything to load. Each key that is named exists in it."""

    owners: tuple[SampleOwner, ...] = ()
    accounts: tuple[SampleAccount, ...] = ()
    contacts: tuple[SampleContact, ...] = ()
    deals: tuple[SampleDeal, ...] = ()
    partners: tuple[SamplePartner, ...] = ()

    def shifted(self, by: timedelta) -> "Pipeline":
        """The same pipeline with every date moved by the same number of days."""
        return replace(self, deals=tuple(_shift(deal, by) for deal in self.deals))


def _shift(deal: SampleDeal, by: timedelta) -> SampleDeal:
    return replace(
        deal,
        opened=deal.opened + by if deal.opened else None,
        closes=deal.closes + by if deal.closes else None,
    )


def normalised(text: str) -> str:
    """Letters and digits only, without case, accents and spaces: two spellings of one name agree in it."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain.casefold() if c.isalnum())


def slug(text: str) -> str:
    """Lower-case words joined by dashes, in ASCII; empty for a text without a Latin letter or digit."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def make_key(*parts: str) -> str:
    """A key from its parts. Parts that do not survive as ASCII words, or are too long, are told apart by a hash."""
    key = ":".join(slug(part) for part in parts)
    faithful = all(slug(part) and slug(part) == part.lower().replace(" ", "-") for part in parts)
    if faithful and len(key) <= KEY_LIMIT:
        return key
    mark = hashlib.sha256(":".join(parts).casefold().encode("utf-8", "replace")).hexdigest()[:12]
    return f"{key[: KEY_LIMIT - 13]}-{mark}"


def unknown_keys(pipeline: Pipeline) -> set[str]:
    """Keys that something names and nothing has: empty for every pipeline that may be loaded."""
    have = {thing.key for thing in pipeline.owners} | {thing.key for thing in pipeline.accounts}
    have |= {thing.key for thing in pipeline.contacts} | {thing.key for thing in pipeline.partners}
    named: set[str | None] = set()
    for account in pipeline.accounts:
        named |= {account.parent_key, account.owner_key}
    named |= {contact.account_key for contact in pipeline.contacts}
    named |= {partner.account_key for partner in pipeline.partners}
    for deal in pipeline.deals:
        named |= {deal.account_key, deal.owner_key, *deal.contact_keys, *deal.partner_keys}
    return {key for key in named if key is not None and key not in have}
