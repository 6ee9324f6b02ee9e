"""One connected CRM account: the wall that every query stands behind."""

from dataclasses import dataclass

from app.domain.record import CrmKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """`account_id` is the HubSpot portal id or the 18-character org id; `instance_url` the origin its API answers
    on. `brand_color` (#rrggbb) and `logo_text` dress what partners see."""

    id: str
    crm: CrmKind
    account_id: str
    name: str
    instance_url: str = ""
    admin_emails: tuple[str, ...] = ()
    brand_color: str = ""
    logo_text: str = ""
