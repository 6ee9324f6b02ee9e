"""Our names for the CRM fields that the product itself needs, and each CRM's own name for them."""

from app.domain.record import CrmKind, ObjectKind

FIELDS: dict[ObjectKind, dict[str, dict[CrmKind, str]]] = {
    ObjectKind.DEAL: {
        "name": {CrmKind.HUBSPOT: "dealname", CrmKind.SALESFORCE: "Name"},
        "stage": {CrmKind.HUBSPOT: "dealstage", CrmKind.SALESFORCE: "StageName"},
        "amount": {CrmKind.HUBSPOT: "amount", CrmKind.SALESFORCE: "Amount"},
        "close_date": {CrmKind.HUBSPOT: "closedate", CrmKind.SALESFORCE: "CloseDate"},
        "next_step": {CrmKind.HUBSPOT: "hs_next_step", CrmKind.SALESFORCE: "NextStep"},
        "description": {CrmKind.HUBSPOT: "description", CrmKind.SALESFORCE: "Description"},
        "type": {CrmKind.HUBSPOT: "dealtype", CrmKind.SALESFORCE: "Type"},
        "owner": {CrmKind.HUBSPOT: "hubspot_owner_id", CrmKind.SALESFORCE: "OwnerId"},
        "product": {CrmKind.HUBSPOT: "product_name", CrmKind.SALESFORCE: "Product_Name__c"},
        "created": {CrmKind.HUBSPOT: "createdate", CrmKind.SALESFORCE: "CreatedDate"},
        # The never-list: named here so that the policy can name them, and refuse them, in both CRMs.
        "margin": {CrmKind.HUBSPOT: "margin", CrmKind.SALESFORCE: "Margin__c"},
        "discount": {CrmKind.HUBSPOT: "discount", CrmKind.SALESFORCE: "Discount__c"},
        "internal_notes": {CrmKind.HUBSPOT: "internal_notes", CrmKind.SALESFORCE: "Internal_Notes__c"},
        "competitor": {CrmKind.HUBSPOT: "competitor", CrmKind.SALESFORCE: "Competitor__c"},
    },
    ObjectKind.COMPANY: {
        "name": {CrmKind.HUBSPOT: "name", CrmKind.SALESFORCE: "Name"},
        "domain": {CrmKind.HUBSPOT: "domain", CrmKind.SALESFORCE: "Website"},
        "industry": {CrmKind.HUBSPOT: "industry", CrmKind.SALESFORCE: "Industry"},
        "city": {CrmKind.HUBSPOT: "city", CrmKind.SALESFORCE: "BillingCity"},
        "country": {CrmKind.HUBSPOT: "country", CrmKind.SALESFORCE: "BillingCountry"},
        "employees": {CrmKind.HUBSPOT: "numberofemployees", CrmKind.SALESFORCE: "NumberOfEmployees"},
        "revenue": {CrmKind.HUBSPOT: "annualrevenue", CrmKind.SALESFORCE: "AnnualRevenue"},
        "phone": {CrmKind.HUBSPOT: "phone", CrmKind.SALESFORCE: "Phone"},
        "owner": {CrmKind.HUBSPOT: "hubspot_owner_id", CrmKind.SALESFORCE: "OwnerId"},
        "parent": {CrmKind.HUBSPOT: "hs_parent_company_id", CrmKind.SALESFORCE: "ParentId"},
        "internal_notes": {CrmKind.HUBSPOT: "internal_notes", CrmKind.SALESFORCE: "Internal_Notes__c"},
    },
    ObjectKind.CONTACT: {
        "first_name": {CrmKind.HUBSPOT: "firstname", CrmKind.SALESFORCE: "FirstName"},
        "last_name": {CrmKind.HUBSPOT: "lastname", CrmKind.SALESFORCE: "LastName"},
        "email": {CrmKind.HUBSPOT: "email", CrmKind.SALESFORCE: "Email"},
        "title": {CrmKind.HUBSPOT: "jobtitle", CrmKind.SALESFORCE: "Title"},
        "company": {CrmKind.HUBSPOT: "associatedcompanyid", CrmKind.SALESFORCE: "AccountId"},
    },
}

CRM_PREFIX = "crm:"
"""A field we have no name for is `crm:` and its API name."""


def api_name(crm: CrmKind, kind: ObjectKind, canonical: str) -> str:
    """The CRM's own name of a field. Raises KeyError for a name that is neither ours nor prefixed."""
    if canonical.startswith(CRM_PREFIX):
        return canonical.removeprefix(CRM_PREFIX)
    return FIELDS[kind][canonical][crm]


def canonical_name(crm: CrmKind, kind: ObjectKind, api: str) -> str:
    """Our name of a CRM's field, or the prefixed API name."""
    for name, names in FIELDS[kind].items():
        if names[crm] == api:
            return name
    return CRM_PREFIX + api
