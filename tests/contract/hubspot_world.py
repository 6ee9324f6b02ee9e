"""The HubSpot stand-in as a world: a portal over HTTP, its people as Python calls, and the real adapter."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from app.crm.budget import Books, Budget, MemoryBooks
from app.crm.fields import api_name
from app.crm.hubspot import HubspotCrm
from app.crm.hubspot_tokens import Tokens
from app.domain.record import CrmKind, ObjectKind
from app.ground.clock import from_iso, utc_now
from app.sandbox.hubspot import HubspotSandbox, HubspotSandboxConfig, Seed, create_app
from app.sandbox.hubspot.limits import Fault
from tests.contract.world import Breakage, StepSeen, World
from tests.sandbox.serve import serve

TYPE = {ObjectKind.DEAL: "deals", ObjectKind.COMPANY: "companies", ObjectKind.CONTACT: "contacts"}
CLIENT_ID, CLIENT_SECRET = "client-1", "secret-1"
PATIENCE = 20.0
"""Seconds the adapter waits here for an answer that will come: machines are shared."""

HASTE = 2.0
"""Seconds it waits for an answer that will not."""


class MemoryTokens:
    """A token store that forgets with the test."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.saves = 0

    def load(self) -> Tokens:
        return self.tokens

    def save(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.saves += 1


class OpenBooks(MemoryBooks):
    """Books with room for every call: a test that works a whole month does not wait for the vendor's windows."""

    def take(self, key: str, room: int, seconds: float) -> tuple[float, str]:
        return 0.0, "free"


class HubspotWorld:
    def __init__(self, origin: str, portal: HubspotSandbox, books: Books) -> None:
        self.origin = origin
        self.portal = portal
        self._budget = Budget(books, "world")
        self.account_id = str(portal.config.portal_id)
        granted = portal.grants.issue()
        self.tokens = MemoryTokens(
            Tokens(
                access_token=granted.access_token,
                refresh_token=granted.refresh_token,
                expires_at=granted.expires_at,
            )
        )
        self.crm = self._adapter(PATIENCE)

    def _adapter(self, seconds: float) -> HubspotCrm:
        timeout = (seconds, seconds)
        return HubspotCrm(
            self.origin, CLIENT_ID, CLIENT_SECRET, self.tokens, utc_now, timeout, budget=self._budget
        )

    def make_company(self, name: str, **fields: str) -> str:
        return self.portal.create("companies", self._values(ObjectKind.COMPANY, {"name": name} | fields))

    def make_deal(
        self, name: str, *, company_ids: Sequence[str] = (), contact_ids: Sequence[str] = (), **fields: str
    ) -> str:
        links = [("companies", one) for one in company_ids] + [("contacts", one) for one in contact_ids]
        return self.portal.create("deals", self._values(ObjectKind.DEAL, {"name": name} | fields), links)

    def make_deals(self, count: int) -> list[str]:
        now = utc_now()
        return self.portal.load(
            Seed(type="deals", properties={"dealname": f"Deal {number}"}, created=now)
            for number in range(count)
        )

    def make_contact(self, email: str, *, company_id: str | None = None, **fields: str) -> str:
        links = [("companies", company_id)] if company_id else []
        return self.portal.create(
            "contacts", self._values(ObjectKind.CONTACT, {"email": email} | fields), links
        )

    def make_owner(self, name: str, email: str) -> str:
        first, last = name.split(" ", 1)
        return self.portal.add_owner(first, last, email)

    def attach_file(self, deal_id: str, name: str, size: int, body: bytes | None = None) -> str:
        return self.portal.attach_file("deals", deal_id, name, size, body)

    def replace_file(self, file_id: str, body: bytes) -> None:
        self.portal.replace_file(file_id, body)

    def delete_file(self, file_id: str) -> None:
        self.portal.delete_file(file_id)

    def change_field(self, kind: ObjectKind, record_id: str, field: str, value: str) -> None:
        self.portal.edit(TYPE[kind], record_id, self._values(kind, {field: value}))

    def delete(self, kind: ObjectKind, record_id: str) -> None:
        self.portal.delete(TYPE[kind], record_id)

    def refuse_next_write(self, sentence: str, items: int = 1) -> None:
        self.portal.faults.add(Fault(kind="refuse", message=sentence, inputs=items))

    def forbid_next(self, sentence: str) -> None:
        self.portal.faults.add(Fault(kind="403", message=sentence))

    def rate_limit_next(self, seconds: int | None) -> None:
        self.portal.faults.add(Fault(kind="429", seconds=seconds or 0))

    @contextmanager
    def broken(self, kind: Breakage) -> Iterator[None]:
        faults = {
            "error": Fault(kind="503", times=3),  # the transport tries three times
            "500": Fault(kind="500"),
            "hang": Fault(kind="hang", seconds=HASTE * 1.5),
            "half": Fault(kind="half"),
        }
        self.portal.faults.add(faults[kind])
        patient = self.crm
        if kind == "hang":
            self.crm = self._adapter(HASTE)
        yield
        self.crm = patient

    def lose_next_answer(self) -> None:
        self.portal.faults.add(Fault(kind="lose"))

    def expire_access_token(self) -> None:
        self.portal.grants.expire_access()

    def disconnect(self) -> None:
        self.portal.grants.revoke()

    def calls(self) -> int:
        return self.portal.calls.total()

    def reset_calls(self) -> None:
        self.portal.calls.reset()

    def messages_on(self, kind: ObjectKind, record_id: str) -> list[str]:
        return self._notes(TYPE[kind], record_id, "message")

    def steps_on(self, deal_id: str) -> list[StepSeen]:
        with self.portal.db.transaction() as db:
            owners = {str(row["id"]): row["email"] for row in db.execute("SELECT id, email FROM owners")}
        return [
            StepSeen(
                title=task["properties"]["hs_task_subject"],
                done=task["properties"]["hs_task_status"] == "COMPLETED",
                due=None
                if task["properties"].get("alongside_undated")
                else from_iso(task["properties"]["hs_timestamp"]).date(),
                owner_email=owners.get(task["properties"].get("hubspot_owner_id"), ""),
            )
            for task in self.portal.linked("deals", deal_id, "tasks")
        ]

    def complete_step(self, crm_id: str) -> None:
        self.portal.edit("tasks", crm_id, {"hs_task_status": "COMPLETED"})

    def reopen_step(self, crm_id: str) -> None:
        self.portal.edit("tasks", crm_id, {"hs_task_status": "NOT_STARTED"})

    def reassign_step(self, crm_id: str, owner_id: str) -> None:
        self.portal.edit("tasks", crm_id, {"hubspot_owner_id": owner_id})

    def edit_step(self, crm_id: str, *, title: str = "", due: date | None = None) -> None:
        changed = {"hs_task_subject": title} if title else {}
        changed |= {"hs_timestamp": f"{due.isoformat()}T17:30:00Z"} if due else {}
        self.portal.edit("tasks", crm_id, changed)

    def spoil_data(self, external_id: str) -> None:
        found = next(n for n in self.portal.all("notes") if n["properties"]["alongside_id"] == external_id)
        self.portal.edit("notes", found["id"], {"alongside_data": "see binder"})

    def registrations_on(self, deal_id: str) -> list[str]:
        return self._notes("deals", deal_id, "registration")

    def tier_on(self, deal_id: str) -> str:
        return str(self.portal.get("deals", deal_id)["properties"]["alongside_price_tier"])

    def tiers_of(self, company_id: str) -> list[str]:
        found = self.portal.get("companies", company_id)["properties"]
        names = ("alongside_tier", "alongside_tier_in_force", "alongside_tier_note")
        return [found[name] for name in names]

    def plan_on(self, deal_id: str) -> list[str]:
        found = self.portal.get("deals", deal_id)["properties"]
        return [str(v).replace("_", " ").lower() for name, v in found.items() if "alongside_plan" in name]

    def conflicts_on(self, deal_id: str) -> list[str]:
        return self._notes("deals", deal_id, "conflict")

    def certifications_on(self, company_id: str) -> list[str]:
        found = self.portal.get("companies", company_id)["properties"]
        return found.get("alongside_certifications", "").splitlines()

    def links_on(self, deal_id: str) -> list[str]:
        found = self.portal.get("deals", deal_id)["properties"]
        return [value for name, value in found.items() if "link" in name]

    def _notes(self, kind: str, record_id: str, ours: str) -> list[str]:
        """What people read: the HTML without its tags."""
        bodies = [
            note["properties"]["hs_note_body"]
            for note in self.portal.linked(kind, record_id, "notes")
            if note["properties"].get("alongside_kind") == ours
        ]
        return [html.unescape(re.sub(r"<[^>]+>", " ", body)) for body in bodies]

    def _values(self, kind: ObjectKind, fields: Mapping[str, str]) -> dict[str, str]:
        return {api_name(CrmKind.HUBSPOT, kind, name): value for name, value in fields.items()}


@contextmanager
def open_world(directory: Path, books: Books | None = None, **changes: Any) -> Iterator[HubspotWorld]:
    """A fresh portal on a loopback port, with HubSpot's own limits unless `changes` says otherwise."""
    settings = HubspotSandboxConfig(
        db_path=directory / "hubspot.db", client_id=CLIENT_ID, client_secret=CLIENT_SECRET
    )
    app = create_app(replace(settings, **changes))
    portal: HubspotSandbox = app.extensions["sandbox"]
    try:
        with serve(app) as origin:
            yield HubspotWorld(origin, portal, books or MemoryBooks())
    finally:
        portal.close()


def open_world_without_limits(directory: Path) -> AbstractContextManager[HubspotWorld]:
    """A portal, and an adapter that counts on it: neither makes anybody wait for a window."""
    return open_world(directory, OpenBooks(), requests_per_10_seconds=10**6, searches_per_second=10**6)


def _is_a_world(world: HubspotWorld) -> World:
    """Read by the type checker only."""
    return world
