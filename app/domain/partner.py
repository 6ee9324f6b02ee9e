"""Partner organisations and their people."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.record import RecordKey


class PartnerType(StrEnum):
    RESELLER = "reseller"
    REFERRAL = "referral"
    SYSTEM_INTEGRATOR = "system_integrator"
    TECHNOLOGY = "technology"
    DISTRIBUTOR = "distributor"
    MSP = "msp"
    AGENCY = "agency"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    PartnerType.RESELLER: "Reseller",
    PartnerType.REFERRAL: "Referral partner",
    PartnerType.SYSTEM_INTEGRATOR: "System integrator",
    PartnerType.TECHNOLOGY: "Technology alliance",
    PartnerType.DISTRIBUTOR: "Distributor",
    PartnerType.MSP: "Managed service provider",
    PartnerType.AGENCY: "Agency",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """`crm_company_id` is the partner's own company or account in the CRM, where one is known. `country` is
    where it works: its holidays are no working days."""

    id: str
    name: str
    type: PartnerType
    tier: str = ""
    domain: str = ""
    crm_company_id: str | None = None
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerContact:
    id: str
    partner_id: str
    name: str
    email: str
    title: str = ""
    crm_contact_id: str | None = None


def placement_id(key: RecordKey, partner_id: str) -> str:
    """What names a partner's place on a record, here and in the CRM: the same however often it comes and goes."""
    return f"{partner_id}-{key.object[0]}{key.crm_id}"
