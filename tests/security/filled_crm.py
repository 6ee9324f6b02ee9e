"""Two CRMs whose every field holds a canary: what the vendors define, what the customer's admin added, and what is
called one thing and labelled another."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.crm.fields import canonical_name
from app.crm.port import Crm
from app.domain.record import CrmKind, ObjectKind
from app.sandbox.hubspot.schema import object_type
from app.sandbox.salesforce.schema import fields_of
from tests import shared_files
from tests.contract import hubspot_world, salesforce_world
from tests.security.canaries import Canaries

HUBSPOT_TYPES = {ObjectKind.DEAL: "deals", ObjectKind.COMPANY: "companies", ObjectKind.CONTACT: "contacts"}
SALESFORCE_TYPES = {
    ObjectKind.DEAL: "Opportunity",
    ObjectKind.COMPANY: "Account",
    ObjectKind.CONTACT: "Contact",
}
ADDED = (
    ("custom_text", "Custom text", "string", "text"),
    ("custom_number", "Custom number", "number", "number"),
    ("custom_day", "Custom day", "date", "date"),
    ("gross_margin_2", "Something harmless", "string", "text"),
    ("harmless", "Internal comment of the partner manager", "string", "text"),
)
"""Properties that a HubSpot admin added: the last two are on the never-list, by name and by label."""


@dataclass
class FilledCrm:
    kind: CrmKind
    crm: Crm
    account_id: str
    deal_id: str
    company_id: str
    attach_file: Callable[[str], str]
    """Attaches a file of this name to the deal as a person in the CRM does, and answers its id."""


OFFER = shared_files.pdf("Offer")


@contextmanager
def filled(kind: CrmKind, directory: Path, canaries: Canaries) -> Iterator[FilledCrm]:
    if kind is CrmKind.HUBSPOT:
        with hubspot_world.open_world_without_limits(directory) as world:
            yield _fill_hubspot(world, canaries)
    else:
        with salesforce_world.open_world(directory) as world:
            yield _fill_salesforce(world, canaries)


def _place(crm: CrmKind, kind: ObjectKind, api: str) -> str:
    return f"{kind}.{canonical_name(crm, kind, api)}"


def _fill_hubspot(world: hubspot_world.HubspotWorld, canaries: Canaries) -> FilledCrm:
    portal = world.portal
    world.crm.prepare()
    owner = portal.add_owner(
        canaries.text("owner.first"),
        canaries.text("owner.last"),
        f"{canaries.text('owner.email')}@vendor.example",
    )
    values: dict[ObjectKind, dict[str, str]] = {}
    for kind, name in HUBSPOT_TYPES.items():
        found = object_type(name)
        for api, label, type_, field_type in ADDED:
            portal.book.create(
                found,
                {
                    "name": api,
                    "label": label,
                    "type": type_,
                    "fieldType": field_type,
                    "groupName": "information",
                },
            )
        values[kind] = {
            api: _hubspot_value(canaries, _place(CrmKind.HUBSPOT, kind, api), definition)
            for api, definition in portal.book.of(found).items()
            if not definition["modificationMetadata"]["readOnlyValue"]
            and definition["type"] in ("string", "number", "date", "datetime")
            and not api.endswith(("_id", "companyid"))
        }
    values[ObjectKind.DEAL] |= {
        "dealstage": "qualifiedtobuy",
        "pipeline": "default",
        "hubspot_owner_id": owner,
    }
    values[ObjectKind.COMPANY] |= {"hubspot_owner_id": owner}
    company = portal.create("companies", values[ObjectKind.COMPANY])
    contact = portal.create("contacts", values[ObjectKind.CONTACT], [("companies", company)])
    deal = portal.create("deals", values[ObjectKind.DEAL], [("companies", company), ("contacts", contact)])
    for other in (("deals", deal), ("companies", company), ("contacts", contact)):
        note = {"hs_timestamp": "2026-11-01T00:00:00Z", "hs_note_body": canaries.text(f"note.{other[0]}")}
        portal.create("notes", note, [other])
        task = {"hs_timestamp": "2026-11-01T00:00:00Z", "hs_task_subject": canaries.text(f"task.{other[0]}")}
        portal.create("tasks", task, [other])
    for what, value in (("deal", deal), ("company", company), ("contact", contact), ("owner", owner)):
        canaries.known(value, f"id.{what}")
    canaries.known(world.tokens.tokens.access_token, "secret.access token")
    canaries.known(world.tokens.tokens.refresh_token, "secret.refresh token")
    return FilledCrm(
        kind=CrmKind.HUBSPOT,
        crm=world.crm,
        account_id=world.account_id,
        deal_id=deal,
        company_id=company,
        attach_file=lambda name: world.attach_file(deal, name, 0, OFFER),
    )


def _hubspot_value(canaries: Canaries, place: str, definition: dict[str, Any]) -> str:
    if definition["type"] == "number":
        return canaries.number(place)
    if definition["type"] in ("date", "datetime"):
        return canaries.day(place)
    mark = canaries.text(place)
    return f"www.{mark}.example" if definition["name"] in ("domain", "website") else mark


def _fill_salesforce(world: salesforce_world.SalesforceWorld, canaries: Canaries) -> FilledCrm:
    email = f"{canaries.text('owner.email')}@vendor.example"
    owner = world.make_owner(f"{canaries.text('owner.first')} {canaries.text('owner.last')}", email)
    rows = {kind: _salesforce_row(canaries, kind, name) for kind, name in SALESFORCE_TYPES.items()}
    for row in rows.values():
        row["OwnerId"] = owner
    (company,) = world.load("Account", rows[ObjectKind.COMPANY])
    (contact,) = world.load("Contact", rows[ObjectKind.CONTACT] | {"AccountId": company})
    (deal,) = world.load(
        "Opportunity", rows[ObjectKind.DEAL] | {"AccountId": company, "StageName": "Value Proposition"}
    )
    world.load("OpportunityContactRole", {"OpportunityId": deal, "ContactId": contact})
    world.load("Task", {"Subject": canaries.text("task.deal"), "WhatId": deal, "Status": "Not Started"})
    for what, value in (("deal", deal), ("company", company), ("contact", contact), ("owner", owner)):
        canaries.known(value, f"id.{what}")
    return FilledCrm(
        kind=CrmKind.SALESFORCE,
        crm=world.crm,
        account_id=world.account_id,
        deal_id=deal,
        company_id=company,
        attach_file=lambda name: world.attach_file(deal, name, 0, OFFER),
    )


def _salesforce_row(canaries: Canaries, kind: ObjectKind, name: str) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field in fields_of(name).values():
        place = _place(CrmKind.SALESFORCE, kind, field.name)
        if (
            field.system
            or field.references
            or field.restricted
            or field.type in ("boolean", "id")
            or field.name == "StageName"
        ):
            continue
        if field.type in ("currency", "double", "percent"):
            row[field.name] = float(canaries.number(place))
        elif field.type == "int":
            row[field.name] = int(canaries.number(place, 8))
        elif field.type in ("date", "datetime"):
            row[field.name] = canaries.day(place) + ("T00:00:00Z" if field.type == "datetime" else "")
        elif field.type == "email":
            row[field.name] = f"{canaries.text(place)}@customer.example"
        elif field.type == "url":
            row[field.name] = f"www.{canaries.text(place)}.example"
        else:
            row[field.name] = canaries.text(place)
    return row
