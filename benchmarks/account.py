"""A CRM account of thousands of deals behind a stand-in that counts its calls, and a house that keeps up with it.

Companies, contacts and associations come with the deals: 800 companies and 1,800 contacts to each 1,000.
"""

import dataclasses
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from app.bootstrap import House, build
from app.crm.hubspot import HubspotCrm
from app.crm.port import Crm
from app.crm.salesforce import SalesforceCrm
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground.clock import SteppingClock, from_iso, utc_now
from app.ground.config import read_config
from app.ground.ids import new_id
from app.reading.stores import Events
from app.sandbox.hubspot import Seed
from app.storage import migrate
from app.storage import record as records
from app.tenancy import add_tenant
from sync import ingest, poll, webhook_events
from tests.contract import hubspot_world, salesforce_world
from tests.sandbox import salesforce_org

DEALS = int(os.environ.get("BENCHMARK_DEALS", "50000"))
"""Deals in the account."""

CHANGED, COMPANIES = 1_000, 800
"""How many change, and how many companies they have."""

LAG = timedelta(minutes=2)
"""Later than this after a change a reader may take the CRM's feed for complete."""

SINGULAR = {"deals": "deal", "companies": "company", "contacts": "contact"}


@dataclasses.dataclass(slots=True, kw_only=True)
class Account:
    """One CRM over HTTP with a house beside it. `deals` and `companies` are the ids that will change."""

    kind: CrmKind
    world: Any
    house: House
    tenant: Tenant
    clock: SteppingClock
    size: int
    deals: Sequence[str]
    companies: Sequence[str]

    def calls_of(self, work: Callable[[], object]) -> int:
        self.world.reset_calls()
        work()
        return int(self.world.calls())

    def fetch(self, deals: Sequence[str], companies: Sequence[str] = ()) -> None:
        keys = [RecordKey(ObjectKind.DEAL, i) for i in deals]
        keys += [RecordKey(ObjectKind.COMPANY, i) for i in companies]
        ingest.fetch(self.house.agent(), self.tenant, keys)

    def contacts(self) -> Sequence[dict[str, Any]]:
        """As many as the changed deals have."""
        found: Sequence[dict[str, Any]] = self.world.portal.all("contacts")
        return found[: CHANGED * 18 // 10]

    def poll(self) -> poll.Round:
        return poll.poll(self.house.agent(), self.tenant)

    def hear(self, told: Sequence[dict[str, Any]]) -> None:
        """The webhooks' events come in; nothing is done about them yet."""
        arrived = [(self.tenant, new_id(), event) for event in told]
        for start in range(0, len(arrived), 100):
            Events(self.house.database, self.house.bell, self.clock).keep(arrived[start : start + 100])

    def read(self) -> None:
        """The agent works off what it was told."""
        agent = self.house.agent()
        until_nothing(lambda: webhook_events.take_events(agent) + ingest.read_marked(agent))

    def figure(
        self, benchmark: str, metric: str, value: float, unit: str, n: int, what: str
    ) -> dict[str, Any]:
        return {
            "benchmark": benchmark,
            "crm": str(self.kind),
            "metric": metric,
            "value": value,
            "unit": unit,
            "n": n,
            "account_deals": self.size,
            "what": what,
        }


@contextmanager
def open_account(kind: CrmKind, size: int = DEALS) -> Iterator[Account]:
    """With its stages, companies and the deals that will change read once, so that nothing is left to do."""
    clock = SteppingClock(utc_now())
    with tempfile.TemporaryDirectory() as name, _crm(kind, Path(name), size) as (world, deals, companies):
        house = _house(Path(name), clock)
        tenant = add_tenant(
            house,
            crm=kind,
            account_id=world.account_id,
            name="Vendor Inc.",
            instance_url=salesforce_org.INSTANCE_URL if kind is CrmKind.SALESFORCE else "",
        )
        world.crm = _adapter(kind, world, clock)
        house.crms[tenant.id] = world.crm
        account = Account(
            kind=kind,
            world=world,
            house=house,
            tenant=tenant,
            clock=clock,
            size=size,
            deals=deals[:CHANGED],
            companies=companies[:COMPANIES],
        )
        poll.first_load(house.agent(), tenant)
        for start in range(0, CHANGED, 500):
            account.fetch(account.deals[start : start + 500])
        clock.advance(LAG)
        until_nothing(lambda: account.poll().read)
        try:
            yield account
        finally:
            house.database.close()


def _house(folder: Path, clock: SteppingClock) -> House:
    house = build(
        read_config(
            {
                "DATABASE_URL": f"sqlite:///{folder / 'alongside.db'}",
                "PUBLIC_ORIGIN": "https://app.vendor.example",
                "SHARE_ORIGIN": "https://share.vendor.example",
                "SECRET_KEYS": Fernet.generate_key().decode(),
            }
        ),
        clock,
    )
    migrate.upgrade(house.database)
    return house


def _adapter(kind: CrmKind, world: Any, clock: SteppingClock) -> Crm:
    """As the product makes it: its own time-outs, and the benchmark's time, so that no young change is read twice."""
    if kind is CrmKind.HUBSPOT:
        return HubspotCrm(
            world.origin, hubspot_world.CLIENT_ID, hubspot_world.CLIENT_SECRET, world.tokens, clock
        )
    names = (salesforce_org.CONSUMER_KEY, salesforce_org.PRIVATE_KEY, salesforce_org.USERNAME)
    return SalesforceCrm(world.origin, *names, salesforce_org.INSTANCE_URL, clock)


@contextmanager
def _crm(kind: CrmKind, folder: Path, size: int) -> Iterator[tuple[Any, list[str], list[str]]]:
    """The stand-in, filled, with the ids of its deals and companies."""
    if kind is CrmKind.SALESFORCE:
        with salesforce_world.open_world(folder) as world:
            yield world, *_load_salesforce(world, size)
        return
    if size not in _FILLED:
        _FILLED[size] = _fill_hubspot(size)
    filled, deals, companies = _FILLED[size]
    shutil.copy(Path(filled.name) / "hubspot.db", folder / "hubspot.db")
    with hubspot_world.open_world(folder, requests_per_10_seconds=10**6, searches_per_second=10**6) as portal:
        yield portal, deals, companies


_FILLED: "dict[int, tuple[tempfile.TemporaryDirectory[str], list[str], list[str]]]" = {}
"""Filling a portal takes longer than what is measured in it, so each benchmark of a run begins with a copy."""


def _fill_hubspot(size: int) -> "tuple[tempfile.TemporaryDirectory[str], list[str], list[str]]":
    folder = tempfile.TemporaryDirectory(prefix="alongside-portal-")
    with hubspot_world.open_world(Path(folder.name)) as world:
        return folder, *_load_hubspot(world, size)


def _load_hubspot(world: Any, size: int) -> tuple[list[str], list[str]]:
    now = utc_now() - timedelta(days=30)
    some = range(size * COMPANIES // CHANGED)
    companies = world.portal.load(
        Seed(type="companies", properties={"name": f"Company {n}", "domain": f"c{n}.example"}, created=now)
        for n in some
    )
    contacts = world.portal.load(
        Seed(type="contacts", properties={"email": f"p{n}@c.example"}, created=now)
        for n in range(size * 18 // 10)
    )
    deals = world.portal.load(
        Seed(
            type="deals",
            properties={"dealname": f"Deal {n}", "dealstage": "appointmentscheduled", "amount": str(n)},
            created=now,
            links=[("companies", int(companies[n % len(companies)])), ("contacts", int(contacts[n]))],
        )
        for n in range(size)
    )
    return deals, companies


def _load_salesforce(world: Any, size: int) -> tuple[list[str], list[str]]:
    companies = world.load(
        "Account",
        *({"Name": f"Company {n}", "Website": f"c{n}.example"} for n in range(size * COMPANIES // CHANGED)),
    )
    world.load(
        "Contact",
        *(
            {"LastName": f"P{n}", "Email": f"p{n}@c.example", "AccountId": companies[n % len(companies)]}
            for n in range(size * 18 // 10)
        ),
    )
    row = {"StageName": "Prospecting", "CloseDate": "2026-12-12"}
    deals = world.load(
        "Opportunity",
        *(
            {"Name": f"Deal {n}", "Amount": float(n), "AccountId": companies[n % len(companies)], **row}
            for n in range(size)
        ),
    )
    return deals, companies


def change(account: Account, mark: str, *, companies: bool, number: bool = False) -> None:
    """People in the CRM change every deal's next step, and its amount; and of every company, where it is."""
    for deal in account.deals:
        account.world.change_field(ObjectKind.DEAL, deal, "next_step", mark)
        if number:
            account.world.change_field(ObjectKind.DEAL, deal, "amount", str(len(mark) * 1000))
    for company in account.companies if companies else ():
        account.world.change_field(ObjectKind.COMPANY, company, "country", mark[:40])
    account.clock.advance(LAG)


def event_of(account: Account, object_type: str, name: str, crm_id: str) -> dict[str, Any]:
    """As HubSpot tells that the property became what it is now."""
    found = account.world.portal.get(object_type, crm_id)
    return {
        "subscriptionType": f"{SINGULAR[object_type]}.propertyChange",
        "propertyName": name,
        "propertyValue": found["properties"].get(name, ""),
        "objectId": int(crm_id),
        "occurredAt": int(from_iso(found["updatedAt"]).timestamp() * 1000),
    }


def check_copy(account: Account, mark: str) -> None:
    """Our copy says what the CRM says, of every deal and of the company it belongs to."""
    crm = account.world.crm
    truth = crm.read(ObjectKind.DEAL, account.deals, ("name", "next_step", "amount"))
    related = crm.related(ObjectKind.DEAL, account.deals, ObjectKind.COMPANY)
    countries = crm.read(ObjectKind.COMPANY, account.companies, ("country",))
    with account.house.database.read() as connection:
        deals = records.get_many(
            connection, account.tenant.id, [RecordKey(ObjectKind.DEAL, i) for i in account.deals]
        )
        companies = records.get_many(
            connection, account.tenant.id, [RecordKey(ObjectKind.COMPANY, i) for i in account.companies]
        )
    for key, deal in deals.items():
        told = {name: deal.fields[name] for name in ("name", "next_step", "amount")}
        require(told == dict(truth[key.crm_id].fields) and told["next_step"] == mark, f"deal {key}")
        require([deal.company_id] == list(related[key.crm_id])[:1], f"company of {key}")
    for key, company in companies.items():
        require(company.fields["country"] == countries[key.crm_id].fields["country"], f"company {key}")
    require((len(deals), len(companies)) == (len(account.deals), len(account.companies)), "all held")


def require(holds: object, what: str) -> None:
    if not holds:
        raise SystemExit(f"benchmark: the check {what!r} failed; its figure would mean nothing")


def until_nothing(work: Callable[[], int]) -> None:
    for _ in itertools.takewhile(lambda _: work(), range(1_000)):
        pass
