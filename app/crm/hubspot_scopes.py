"""What the app may do in a HubSpot account: the scopes it asks for, and those a token really carries."""

SCOPES = (
    "oauth",
    "crm.objects.deals.read",
    "crm.objects.deals.write",
    "crm.objects.companies.read",
    "crm.objects.companies.write",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.owners.read",
    "crm.schemas.deals.read",
    "crm.schemas.deals.write",
    "crm.schemas.companies.read",
    "crm.schemas.companies.write",
    "crm.schemas.contacts.read",
    "crm.schemas.contacts.write",
)
"""The least that the product works with. Contacts: notes and tasks go by their rights, and certifications are kept on
them. Schemas: the properties that the product adds."""

OPTIONAL_SCOPES = ("files",)
"""Asked for, and not needed: without it a seller cannot choose a file of the record to share."""
