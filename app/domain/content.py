"""The content catalogue: what partners and sellers should read, by stage and product. Pure: what an item is, where it
may lead, and which items fit a deal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from app.domain.partner import PartnerType
from app.ground.errors import AppError, Reason

MOST_RECOMMENDED = 4
"""More is a library, and nobody opens a library from a deal."""

ADDRESS_LIMIT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentItem:
    """One version of one piece of content. `stage` is what the CRM holds; an empty stage, product or list of types
    fits all of them. A retired item is recommended nowhere, and what was opened of it stays counted."""

    id: str
    version: int
    title: str
    url: str
    product: str = ""
    stage: str = ""
    partner_types: tuple[PartnerType, ...] = ()
    author: str = ""
    changed_at: datetime | None = None
    retired: bool = False

    def fits(self, partner_type: PartnerType, stage: str, product: str) -> bool:
        """A deal may be about several products at once: it fits where the item's is among them."""
        return (
            not self.retired
            and (not self.partner_types or partner_type in self.partner_types)
            and (not self.stage or self.stage == stage)
            and (not self.product or self.product.casefold() in product.casefold())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How often one version of an item was opened, by our side and by partners."""

    version: int
    ours: int = 0
    partners: int = 0


def fitting(
    items: Iterable[ContentItem], partner_type: PartnerType, stage: str, product: str
) -> tuple[ContentItem, ...]:
    """All that fits the deal, the most particular first."""
    found = [one for one in items if one.fits(partner_type, stage, product)]
    found.sort(key=lambda one: (-bool(one.product) - bool(one.stage), one.title.casefold(), one.id))
    return tuple(found)


def recommended(
    items: Iterable[ContentItem], partner_type: PartnerType, stage: str, product: str
) -> tuple[ContentItem, ...]:
    """The few of them that a card names."""
    return fitting(items, partner_type, stage, product)[:MOST_RECOMMENDED]


def clean_address(typed: str) -> str:
    """The address, if it leads to a page of the web over https and nowhere else. Raises AppError for any other."""
    address = typed.strip()
    refusal = AppError(
        Reason.INVALID, "The address has to be one of the web that begins with https://.", field="url"
    )
    if (
        len(address) > ADDRESS_LIMIT
        or not address.isascii()
        or any(c <= " " or c in '\\"<>' for c in address)
    ):
        raise refusal
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise refusal from None
    named = parts.hostname and "." in parts.hostname.strip(".")
    if parts.scheme != "https" or not named or parts.username or parts.password or port == 0:
        raise refusal
    return address
