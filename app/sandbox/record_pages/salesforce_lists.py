"""Which related lists a record page shows, and how a value of a field reads."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.ground.clock import from_iso
from app.sandbox.salesforce.org import Org
from app.sandbox.salesforce.schema import fields_of
from app.sandbox.salesforce.store import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedList:
    label: str
    object: str
    parent: str
    columns: tuple[str, ...]


def _partner_work(parent: str) -> tuple[RelatedList, ...]:
    """The package's own objects, which hang on opportunities and accounts alike."""
    return (
        RelatedList(
            label="Partner Messages",
            object="Partner_Message__c",
            parent=parent,
            columns=("Name", "Partner_Name__c", "Author_Name__c", "Visibility__c", "Body__c", "Sent_At__c"),
        ),
        RelatedList(
            label="Plan Items",
            object="Plan_Item__c",
            parent=parent,
            columns=("Name", "Title__c", "Milestone__c", "Status__c", "Due_Date__c", "Owner_Side__c"),
        ),
        RelatedList(
            label="Deal Registrations",
            object="Deal_Registration__c",
            parent=parent,
            columns=("Name", "Partner_Name__c", "Customer_Name__c", "Status__c", "Protected_Until__c"),
        ),
        RelatedList(
            label="Channel Conflicts",
            object="Channel_Conflict__c",
            parent=parent,
            columns=("Name", "Kind__c", "Sentence__c", "Status__c", "Found_At__c"),
        ),
        RelatedList(
            label="Share Links",
            object="Share_Link__c",
            parent=parent,
            columns=("Name", "Partner_Name__c", "Created_For__c", "Expires_At__c", "Views__c"),
        ),
    )


RELATED = {
    "Opportunity": (
        *_partner_work("Opportunity__c"),
        RelatedList(
            label="Open Activities",
            object="Task",
            parent="WhatId",
            columns=("Subject", "Status", "ActivityDate", "OwnerId"),
        ),
    ),
    "Account": (
        RelatedList(
            label="Opportunities",
            object="Opportunity",
            parent="AccountId",
            columns=("Name", "StageName", "Amount", "CloseDate"),
        ),
        *_partner_work("Account__c"),
        RelatedList(
            label="Contacts",
            object="Contact",
            parent="AccountId",
            columns=("Name", "Title", "Email", "Phone"),
        ),
    ),
    "Contact": (
        RelatedList(
            label="Partner Certifications",
            object="Partner_Certification__c",
            parent="Contact__c",
            columns=("Name", "Certification_Name__c", "Level__c", "Status__c", "Expires_On__c"),
        ),
        RelatedList(
            label="Partners",
            object="Alongside_Partner__c",
            parent="Contact__c",
            columns=("Name", "Partner_Name__c", "Kind__c", "Person_Title__c"),
        ),
    ),
}

PAGED = ("Opportunity", "Account", "Contact")
"""Objects whose records have a page here."""


def display(org: Org, name: str, column: str, row: Row) -> Mapping[str, str]:
    """`text` as Lightning shows the value, `raw` as the API takes it, `href` where it leads."""
    value = row.get(column)
    field = fields_of(name)[column]
    if value is None or value == "":
        return {"text": "", "raw": "", "href": ""}
    raw = str(value)
    if field.type == "reference":
        return _reference(org, field.references, raw)
    if column == "Name" and name in PAGED:
        return {"text": raw, "raw": raw, "href": f"/lightning/r/{name}/{row['Id']}/view"}
    return {"text": _written(field.type, value, org.config.currency), "raw": raw, "href": ""}


def _reference(org: Org, references: tuple[str, ...], raw: str) -> Mapping[str, str]:
    for kind in references:
        target = org.store.get(kind, raw)
        if target:
            href = f"/lightning/r/{kind}/{raw}/view" if kind in PAGED else ""
            return {"text": str(target["Name"]), "raw": raw, "href": href}
    return {"text": raw, "raw": raw, "href": ""}


def _written(kind: str, value: object, currency: str) -> str:
    if kind == "currency" and isinstance(value, int | float):
        return f"{currency} {value:,.2f}"
    if kind == "percent" and isinstance(value, int | float):
        return f"{value:g}%"
    if kind == "datetime":
        moment = from_iso(str(value))
        return f"{moment.month}/{moment.day}/{moment.year}, {moment:%I:%M %p}".replace(", 0", ", ")
    if kind == "date":
        year, month, day = str(value)[:10].split("-")
        return f"{int(month)}/{int(day)}/{year}"
    if kind == "double" and isinstance(value, float):
        return f"{value:g}"
    return str(value)
