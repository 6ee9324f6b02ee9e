"""A Salesforce org for the contract suite: the sandbox over HTTP, and the adapter connected to it."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import requests

from app.crm.fields import api_name
from app.crm.salesforce import SalesforceCrm
from app.crm.salesforce_client import PAUSES
from app.crm.salesforce_values import OBJECTS
from app.domain.record import CrmKind, ObjectKind
from app.ground.clock import utc_now
from app.sandbox.salesforce import Org
from tests.contract.world import Breakage, StepSeen
from tests.sandbox.salesforce_org import (
    CONSUMER_KEY,
    INSTANCE_URL,
    ORG_ID,
    PRIVATE_KEY,
    USERNAME,
    serve_org,
)

NUMBERS = ("amount", "employees", "revenue", "margin", "discount")
PATIENCE = 20.0
"""Seconds the adapter waits here for an answer that will come: machines are shared."""

HASTE = 2.0
"""Seconds it waits for an answer that will not."""


class SalesforceWorld:
    account_id = ORG_ID

    def __init__(self, origin: str, org: Org | None = None) -> None:
        """`org` is the stand-in itself, for what nobody does over HTTP."""
        self.origin = origin
        self.org = org
        self.http = requests.Session()
        self.crm = self._adapter(PATIENCE)

    def _adapter(self, seconds: float) -> SalesforceCrm:
        return SalesforceCrm(
            self.origin,
            CONSUMER_KEY,
            PRIVATE_KEY,
            USERNAME,
            INSTANCE_URL,
            utc_now,
            timeout=(seconds, seconds),
            sleep=lambda _: None,
        )

    def control(self, method: str, path: str, body: Any = None) -> Any:
        response = self.http.request(method, f"{self.origin}/_sandbox/{path}", json=body, timeout=20)
        assert response.ok, response.text
        return response.json()

    def load(self, name: str, *rows: dict[str, Any]) -> list[str]:
        return self.control("POST", "load", {name: list(rows)})[name]

    def rows(self, name: str, **wanted: str) -> list[dict[str, Any]]:
        query = "&".join(f"{key}={value}" for key, value in wanted.items())
        return [row for row in self.control("GET", f"rows/{name}?{query}") if not row["IsDeleted"]]

    def fault(self, kind: str, **more: Any) -> None:
        self.control("POST", "faults", {"kind": kind, **more})

    def translated(self, kind: ObjectKind, fields: dict[str, str]) -> dict[str, Any]:
        return {
            api_name(CrmKind.SALESFORCE, kind, name): float(value) if name in NUMBERS else value
            for name, value in fields.items()
        }

    def make_company(self, name: str, **fields: str) -> str:
        return self.load("Account", {"Name": name, **self.translated(ObjectKind.COMPANY, fields)})[0]

    def make_deal(
        self, name: str, *, company_ids: Sequence[str] = (), contact_ids: Sequence[str] = (), **fields: str
    ) -> str:
        row = {"Name": name, "StageName": "Prospecting", "CloseDate": "2026-12-12"}
        row |= {"AccountId": company_ids[0]} if company_ids else {}
        deal = self.load("Opportunity", row | self.translated(ObjectKind.DEAL, fields))[0]
        roles = [{"OpportunityId": deal, "ContactId": contact} for contact in contact_ids]
        self.load("OpportunityContactRole", *roles)
        return deal

    def make_deals(self, count: int) -> list[str]:
        row = {"StageName": "Prospecting", "CloseDate": "2026-12-12"}
        return self.load("Opportunity", *({"Name": f"Deal {number}", **row} for number in range(count)))

    def make_contact(self, email: str, *, company_id: str | None = None, **fields: str) -> str:
        row = {"LastName": email.split("@", maxsplit=1)[0], "Email": email, "AccountId": company_id}
        return self.load("Contact", row | self.translated(ObjectKind.CONTACT, fields))[0]

    def make_owner(self, name: str, email: str) -> str:
        first, last = name.split()
        person = {"username": email, "first_name": first, "last_name": last, "email": email}
        return self.control("POST", "users", person)["id"]

    def attach_file(self, deal_id: str, name: str, size: int, body: bytes | None = None) -> str:
        title, _, extension = name.rpartition(".")
        row = {
            "Title": title,
            "FileExtension": extension,
            "FileType": extension.upper(),
            "ContentSize": size,
        }
        document = self.load("ContentDocument", row)[0]
        self.load("ContentDocumentLink", {"ContentDocumentId": document, "LinkedEntityId": deal_id})
        if body is not None:
            self.replace_file(document, body)
        return document

    def replace_file(self, file_id: str, body: bytes) -> None:
        for old in self.rows("ContentVersion", ContentDocumentId=file_id):
            self.control("POST", f"rows/ContentVersion/{old['Id']}", {"IsLatest": False})
        row = {"Title": "v", "ContentDocumentId": file_id, "ContentSize": len(body), "IsLatest": True}
        version = self.load("ContentVersion", row | {"VersionData": b64encode(body).decode()})[0]
        values = {"ContentSize": len(body), "LatestPublishedVersionId": version}
        self.control("POST", f"rows/ContentDocument/{file_id}", values)

    def delete_file(self, file_id: str) -> None:
        for version in self.rows("ContentVersion", ContentDocumentId=file_id):
            self.control("DELETE", f"rows/ContentVersion/{version['Id']}")  # as the org does by itself
        self.control("DELETE", f"rows/ContentDocument/{file_id}")

    def change_field(self, kind: ObjectKind, record_id: str, field: str, value: str) -> None:
        self.control("POST", f"rows/{OBJECTS[kind]}/{record_id}", self.translated(kind, {field: value}))

    def delete(self, kind: ObjectKind, record_id: str) -> None:
        self.control("DELETE", f"rows/{OBJECTS[kind]}/{record_id}")

    def refuse_next_write(self, sentence: str, items: int = 1) -> None:
        self.fault("validation", message=sentence, times=items)

    def forbid_next(self, sentence: str) -> None:
        self.fault("403", message=sentence, on="/services/data/")

    def rate_limit_next(self, seconds: int | None) -> None:
        self.fault("429", retry_after=seconds, on="/services/data/")

    @contextmanager
    def broken(self, kind: Breakage) -> Iterator[None]:
        patient = self.crm
        if kind == "error":
            self.fault("503", times=1 + len(PAUSES))
        elif kind == "500":
            self.fault("500")
        elif kind == "hang":
            self.crm = self._adapter(HASTE)
            self.fault("hang", seconds=HASTE * 1.5, on="/services/data/")
        else:
            self.fault("half")
        yield
        self.crm = patient

    def lose_next_answer(self) -> None:
        self.fault("lost", times=1 + len(PAUSES), on="/services/data/")

    def expire_access_token(self) -> None:
        self.control("DELETE", "sessions")

    def disconnect(self) -> None:
        self.control("POST", "app", {"approved": False})

    def calls(self) -> int:
        return self.control("GET", "calls")["api"]

    def reset_calls(self) -> None:
        self.control("DELETE", "calls")

    def messages_on(self, kind: ObjectKind, record_id: str) -> list[str]:
        lookup = "Opportunity__c" if kind is ObjectKind.DEAL else "Account__c"
        rows = self.rows("Partner_Message__c", **{lookup: record_id})
        return [f"{row['Author_Name__c']}: {row['Body__c']}" for row in rows]

    def steps_on(self, deal_id: str) -> list[StepSeen]:
        """As the mirrored tasks show them; each has exactly one plan item."""
        assert len(self.rows("Plan_Item__c", Opportunity__c=deal_id)) == len(
            self.rows("Task", WhatId=deal_id)
        )
        people = {row["Id"]: row["Email"] for row in self.rows("User")}
        return [
            StepSeen(
                title=row["Subject"],
                done=bool(row["IsClosed"]),
                due=date.fromisoformat(row["ActivityDate"]) if row["ActivityDate"] else None,
                owner_email=people[row["OwnerId"]],
            )
            for row in self.rows("Task", WhatId=deal_id)
        ]

    def task_of(self, crm_id: str) -> str:
        (item,) = self.rows("Plan_Item__c", Id=crm_id)
        return item["Task_Id__c"]

    def complete_step(self, crm_id: str) -> None:
        self.control("POST", f"rows/Task/{self.task_of(crm_id)}", {"Status": "Completed"})

    def reopen_step(self, crm_id: str) -> None:
        self.control("POST", f"rows/Task/{self.task_of(crm_id)}", {"Status": "Not Started"})

    def reassign_step(self, crm_id: str, owner_id: str) -> None:
        self.control("POST", f"rows/Task/{self.task_of(crm_id)}", {"OwnerId": owner_id})

    def edit_step(self, crm_id: str, *, title: str = "", due: date | None = None) -> None:
        values = {"Subject": title} if title else {}
        values |= {"ActivityDate": due.isoformat()} if due else {}
        self.control("POST", f"rows/Task/{self.task_of(crm_id)}", values)

    def spoil_data(self, external_id: str) -> None:
        (found,) = self.rows("Partner_Message__c", External_Id__c=external_id)
        self.control("POST", f"rows/Partner_Message__c/{found['Id']}", {"Data__c": "see binder"})

    def registrations_on(self, deal_id: str) -> list[str]:
        return [
            f"{r['Partner_Name__c']} {r['Status__c']}"
            for r in self.rows("Deal_Registration__c", Opportunity__c=deal_id)
        ]

    def tier_on(self, deal_id: str) -> str:
        (row,) = self.rows("Opportunity", Id=deal_id)
        return str(row["Alongside_Partner_Tier__c"])

    def tiers_of(self, company_id: str) -> list[str]:
        (row,) = self.rows("Alongside_Partner__c", Partner_Account__c=company_id)
        return [row[name] for name in ("Level__c", "Level_In_Force__c", "Level_Note__c")]

    def plan_on(self, deal_id: str) -> list[str]:
        (row,) = self.rows("Opportunity", Id=deal_id)
        return [str(v).removesuffix(".0").lower() for name, v in row.items() if "Alongside_Plan" in name]

    def conflicts_on(self, deal_id: str) -> list[str]:
        rows = self.rows("Channel_Conflict__c", Opportunity__c=deal_id)
        return [f"{row['Sentence__c']} {row['Status__c']}" for row in rows]

    def certifications_on(self, company_id: str) -> list[str]:
        rows = self.rows("Partner_Certification__c", Partner_Account__c=company_id)
        return [f"{r['Certification_Name__c']} {r['Level__c']} {r['Person_Name__c']}" for r in rows]

    def links_on(self, deal_id: str) -> list[str]:
        rows = self.rows("Share_Link__c", Opportunity__c=deal_id)
        return [str(value) for row in rows for value in row.values()]


@contextmanager
def open_world(tmp_path: Path) -> Iterator[SalesforceWorld]:
    with serve_org(tmp_path) as (origin, org):
        yield SalesforceWorld(origin, org)
