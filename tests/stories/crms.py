"""A CRM as a story meets it: its pages' addresses, its native data, and our cards behind its own signatures."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import requests

from tests.stories.running import Demo

TIMEOUT = 20


@dataclass(frozen=True)
class Refused:
    reason: str
    message: str


class StoryCrm(ABC):
    name: str
    stage_edited: tuple[str, str]
    """The stage that a seller picks, as the CRM's field holds it and as people read it."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.origin: str = demo.addresses[self.name]
        self.web: str = demo.addresses["web"]
        self.http = requests.Session()

    def deal(self, start: str) -> str:
        return self.demo.loaded(self.name, "deals", start)

    def company(self, start: str) -> str:
        return self.demo.loaded(self.name, "accounts", start)

    @property
    def tenant(self) -> str:
        return self.demo.addresses["tenants"][self.name]

    def partner(self, word: str) -> str:
        ((found,),) = self.demo.rows(
            "SELECT id FROM partner WHERE tenant_id = ? AND name LIKE ?", self.tenant, f"%{word}%"
        )
        return found

    def run(self, deal: str, command: str, **fields: str) -> dict:
        """The command's result, given by the seller who is signed in."""
        answer = self.ask(deal, command, **fields)
        assert answer.get("ok"), answer
        return answer["result"]

    def link(self, deal: str, partner: str, email: str, name: str, days: int = 7) -> str:
        made = self.run(
            deal,
            "sharing.create_link",
            partner_id=self.partner(partner),
            contact_email=email,
            contact_name=name,
            days=str(days),
        )
        return made["url"]

    @abstractmethod
    def become(self, name: str) -> None:
        """From now on this person is signed in to the CRM, in the answers of `ask` and `run`."""

    @abstractmethod
    def value(self, deal: str, field: str) -> str:
        """What a field of ours on the deal holds in the CRM, by the end of its name there."""

    @abstractmethod
    def page(self, record: str, *, company: bool = False) -> str: ...

    @abstractmethod
    def person(self, start: str) -> str:
        """The page of the contact whose key in the sample has this in it."""

    @abstractmethod
    def ask(self, deal: str, command: str, **fields: str) -> dict: ...

    @abstractmethod
    def card(self, record: str, name: str, *, company: bool = False) -> str:
        """A card's document as text."""

    @abstractmethod
    def messages(self, deal: str) -> list[str]:
        """The partner messages that stand in the CRM as native data."""

    @abstractmethod
    def done_steps(self, deal: str) -> list[str]:
        """The titles of the plan's steps that the CRM itself holds as done."""

    @abstractmethod
    def settled(self, deal: str) -> str:
        """How the deal's conflict was settled, as the CRM itself holds it."""

    @abstractmethod
    def edit(self, deal: str, **values: object) -> None:
        """Somebody edits fields of the deal in the CRM."""


class StoryHubspot(StoryCrm):
    name = "hubspot"
    stage_edited = ("contractsent", "Contract Sent")

    def become(self, name: str) -> None:
        user = _user(self.http.get(self.page(self.deal("halden")), timeout=TIMEOUT).text, name)
        self.http.post(f"{self.origin}/sandbox-user", data={"user": user, "next": "/"}, timeout=TIMEOUT)

    def value(self, deal: str, field: str) -> str:
        held = self.http.get(f"{self.origin}/_sandbox/records/deals/{deal}", timeout=TIMEOUT).json()
        return held["properties"].get(f"alongside_{field}") or ""

    def page(self, record: str, *, company: bool = False) -> str:
        return f"{self.origin}/contacts/62515/record/{'0-2' if company else '0-3'}/{record}"

    def person(self, start: str) -> str:
        return f"{self.origin}/contacts/62515/record/0-1/{self.demo.loaded(self.name, 'contacts', start)}"

    def ask(self, deal: str, command: str, **fields: str) -> dict:
        body = {"objectType": "0-3", "objectId": deal, "idempotencyKey": str(uuid4()), "fields": fields}
        return self._proxy(f"/hubspot/actions/{command}", "POST", body).json()

    def card(self, record: str, name: str, *, company: bool = False) -> str:
        kind = "0-2" if company else "0-3"
        return self._proxy(f"/hubspot/cards/{name}?objectType={kind}&objectId={record}", "GET", None).text

    def _proxy(self, path: str, method: str, body: dict | None) -> requests.Response:
        """As hubspot.fetch does: HubSpot signs and forwards."""
        wanted = {"requestUri": self.web + path, "method": method, "requestBody": body}
        return self.http.post(f"{self.origin}/proxy", json=wanted, timeout=TIMEOUT)

    def _linked(self, deal: str, kind: str) -> list[dict]:
        found = self.http.get(f"{self.origin}/_sandbox/records/deals/{deal}/{kind}", timeout=TIMEOUT).json()
        return [one["properties"] for one in found["results"]]

    def messages(self, deal: str) -> list[str]:
        return [note.get("hs_note_body") or "" for note in self._linked(deal, "notes")]

    def done_steps(self, deal: str) -> list[str]:
        return [
            t["hs_task_subject"] for t in self._linked(deal, "tasks") if t["hs_task_status"] == "COMPLETED"
        ]

    def settled(self, deal: str) -> str:
        return self.value(deal, "conflict_resolution")

    def edit(self, deal: str, **values: object) -> None:
        answer = self.http.patch(
            f"{self.origin}/_sandbox/records/deals/{deal}", json={"properties": values}, timeout=TIMEOUT
        )
        assert answer.ok, answer.text


class StorySalesforce(StoryCrm):
    name = "salesforce"
    stage_edited = ("Negotiation/Review", "Negotiation/Review")

    def become(self, name: str) -> None:
        user = _user(self.http.get(self.page(self.deal("halden")), timeout=TIMEOUT).text, name)
        self.http.post(f"{self.origin}/lightning/_user", data={"user": user, "next": "/"}, timeout=TIMEOUT)

    def value(self, deal: str, field: str) -> str:
        (held,) = self.rows("Opportunity", Id=deal)
        return str(held.get(f"Alongside_{field.title()}__c") or "")

    def page(self, record: str, *, company: bool = False) -> str:
        return f"{self.origin}/lightning/r/{'Account' if company else 'Opportunity'}/{record}/view"

    def person(self, start: str) -> str:
        return f"{self.origin}/lightning/r/Contact/{self.demo.loaded(self.name, 'contacts', start)}/view"

    def _panel(self, record: str, *, company: bool = False) -> dict[str, str]:
        """A bearer as the panel gets it: a signed request of the org, posted once."""
        kind = "Account" if company else "Opportunity"
        canvas = self.http.get(f"{self.origin}/lightning/_canvas/{kind}/{record}", timeout=TIMEOUT).json()
        page = requests.post(
            canvas["url"], data={"signed_request": canvas["signed_request"]}, timeout=TIMEOUT
        )
        found = re.search(
            r'<script type="application/json" id="session">(.*?)</script>', page.text, re.DOTALL
        )
        assert found, page.text
        return {"Authorization": f"Bearer {json.loads(found[1])['token']}"}

    def ask(self, deal: str, command: str, **fields: str) -> dict:
        return requests.post(
            f"{self.web}/salesforce/panel/actions/{command}",
            json={"idempotencyKey": str(uuid4()), "fields": fields},
            headers=self._panel(deal),
            timeout=TIMEOUT,
        ).json()

    def card(self, record: str, name: str, *, company: bool = False) -> str:
        headers = self._panel(record, company=company) | {"Accept": "application/json"}
        return requests.get(
            f"{self.web}/salesforce/panel/cards/{name}", headers=headers, timeout=TIMEOUT
        ).text

    def rows(self, kind: str, **equal: str) -> list[dict]:
        return self.http.get(f"{self.origin}/_sandbox/rows/{kind}", params=equal, timeout=TIMEOUT).json()

    def messages(self, deal: str) -> list[str]:
        return [row["Body__c"] for row in self.rows("Partner_Message__c", Opportunity__c=deal)]

    def done_steps(self, deal: str) -> list[str]:
        """Done as a plan item and as the task that mirrors it."""
        items = self.rows("Plan_Item__c", Opportunity__c=deal)
        closed = {row["Alongside_Step__c"] for row in self.rows("Task", WhatId=deal) if row["IsClosed"]}
        return [i["Title__c"] for i in items if i["Status__c"] == "Done" and i["External_Id__c"] in closed]

    def settled(self, deal: str) -> str:
        return str([row["Resolution__c"] for row in self.rows("Channel_Conflict__c", Opportunity__c=deal)])

    def edit(self, deal: str, **values: object) -> None:
        answer = self.http.post(
            f"{self.origin}/_sandbox/rows/Opportunity/{deal}", json=values, timeout=TIMEOUT
        )
        assert answer.ok, answer.text


def _user(page: str, name: str) -> str:
    found = re.search(rf'<option value="(\w+)"[^>]*>\s*{name}', page)
    assert found, page
    return found[1]


CRMS: dict[str, Callable[[Demo], StoryCrm]] = {"hubspot": StoryHubspot, "salesforce": StorySalesforce}
