"""One connected CRM account: the wall that every query stands behind."""

from dataclasses import dataclass

from app.domain.record import CrmKind, ObjectKind, RecordKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """`account_id` is the HubSpot portal id or the 18-character org id; `instance_url` the origin its API answers
    on. `brand_color` (#rrggbb) and `logo_text` dress what partners see. `ui_origin`, `time_zone` and `currency` are
    what the CRM says of the account; before it was asked, `ui_origin` is empty. `country` is whose holidays count."""

    id: str
    crm: CrmKind
    account_id: str
    name: str
    instance_url: str = ""
    admin_emails: tuple[str, ...] = ()
    brand_color: str = ""
    logo_text: str = ""
    ui_origin: str = ""
    time_zone: str = "UTC"
    currency: str = "USD"
    country: str = ""

    def page_of(self, record: RecordKey) -> str:
        """Where a person opens the record in the CRM; empty until the CRM has named its pages' origin."""
        if not self.ui_origin or record.object not in _PAGES:
            return ""
        type_id, object_name = _PAGES[record.object]
        if self.crm is CrmKind.HUBSPOT:
            return f"{self.ui_origin}/contacts/{self.account_id}/record/{type_id}/{record.crm_id}"
        return f"{self.ui_origin}/lightning/r/{object_name}/{record.crm_id}/view"


_PAGES = {
    ObjectKind.DEAL: ("0-3", "Opportunity"),
    ObjectKind.COMPANY: ("0-2", "Account"),
    ObjectKind.CONTACT: ("0-1", "Contact"),
}
"""What the two CRMs call a kind of record in their addresses."""
