"""What a HubSpot stand-in needs to know about itself: one portal, one app, and the vendor's limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.ground.clock import Clock, utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class HubspotSandboxConfig:
    """One installed app in one portal. Limits are the vendor's; tests may tighten or widen them."""

    db_path: Path | str
    client_id: str
    client_secret: str
    portal_id: int = 62515
    app_id: int = 54321
    portal_name: str = "Sample portal"
    time_zone: str = "America/New_York"
    currency: str = "USD"
    ui_origin: str = "https://app.hubspot.com"
    redirect_uris: Sequence[str] = ()  # none named: any is accepted
    scopes: Sequence[str] = (
        "oauth",
        "crm.objects.deals.read",
        "crm.objects.deals.write",
        "crm.objects.companies.read",
        "crm.objects.companies.write",
        "crm.objects.contacts.read",
        "crm.objects.contacts.write",
        "crm.objects.owners.read",
        "crm.schemas.deals.write",
        "crm.schemas.companies.write",
        "crm.schemas.contacts.write",
        "files",
    )
    token_seconds: int = 1800
    requests_per_10_seconds: int = 110
    searches_per_second: int = 5
    search_lag_seconds: float = 0.0  # how long the search index trails the records
    webhook_timeout_seconds: float = 5.0
    webhook_delays_seconds: Sequence[float] = (1, 2, 5, 15, 60, 300, 900, 3600, 7200, 14400)
    clock: Clock = utc_now

    def __repr__(self) -> str:
        return f"HubspotSandboxConfig(portal_id={self.portal_id})"
