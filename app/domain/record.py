"""The CRM records that partner work hangs on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CrmKind(StrEnum):
    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"


class ObjectKind(StrEnum):
    """Our word for a CRM's object type: deal is an opportunity, company an account."""

    DEAL = "deal"
    COMPANY = "company"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class RecordKey:
    """One record within a tenant. `crm_id` is the CRM's own id (18 characters in Salesforce)."""

    object: ObjectKind
    crm_id: str

    def __str__(self) -> str:
        return f"{self.object}:{self.crm_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Our working copy of a record: only the fields that some policy or card names.

    `fields` maps our canonical field names (app/crm/fields.py), and `crm:<API name>` for others, to the CRM's
    text; a missing key was never read, None is empty. `company_id` is a deal's customer.
    """

    key: RecordKey
    fields: Mapping[str, str | None]
    company_id: str | None = None
    read_at: datetime | None = None
    version: int = 0

    @property
    def name(self) -> str:
        return self.fields.get("name") or self.key.crm_id
