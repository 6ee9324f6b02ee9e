"""Metrics 2 and 3: how many calls of the CRM's API it takes to stay up to date, counted by the stand-ins themselves.

The account holds thousands of deals with their companies and contacts; 1,000 deals of 800 companies, which we hold a
copy of, change in fields that partners see. A figure counts only if our copy then equals the CRM, record by record.
"""

import dataclasses
import itertools
import json
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from cryptography.fernet import Fernet

from app.bootstrap import House, build
from app.crm.hubspot import HubspotCrm
from app.crm.port import Crm
from app.crm.salesforce import SalesforceCrm
from app.domain.actor import Actor, ActorKind
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground.clock import SteppingClock, from_iso, utc_now
from app.ground.config import read_config
from app.ground.ids import new_id
from app.reading.stores import Events
from app.sandbox.hubspot import Seed
from app.storage import migrate, outbox
from app.storage import record as records
from app.tenancy import add_tenant
from sync import ingest, poll, webhook_events, writeback
from tests.contract import hubspot_world, salesforce_world
from tests.sandbox import salesforce_org

DEALS = int(os.environ.get("BENCHMARK_DEALS", "5000"))
"""Deals in the account. The aims speak of 50,000; the growth figure says what a larger account costs."""

SMALL = 1_200
CHANGED, COMPANIES, MESSAGES = 1_000, 800, 1_000
SELLER = Actor(kind=ActorKind.SELLER, id="u1", name="Sam Seller", email="sam@vendor.example")
SINGULAR = {"deals": "deal", "companies": "company", "contacts": "contact"}
PAUSE = 2.5
"""Seconds between two changes of a record: what follows sooner is read, to be sure of the order."""

LAG = timedelta(minutes=2)
"""Later than this after a change a reader may take the CRM's feed for complete."""


@dataclasses.dataclass(slots=True, kw_only=True)
class Account:
    """One CRM over HTTP with a house beside it. `deals` and `companies` are the ids that will change."""

    kind: CrmKind
    world: Any
    house: House
    tenant: Tenant
    clock: SteppingClock
    deals: Sequence[str]
    companies: Sequence[str]

    def calls_of(self, work: Callable[[], object]) -> int:
        self.world.reset_calls()
        work()
        return int(self.world.calls())

    def fetch(self, deals: Sequence[str], companies: Sequence[str]) -> None:
        keys = [RecordKey(ObjectKind.DEAL, i) for i in deals]
        keys += [RecordKey(ObjectKind.COMPANY, i) for i in companies]
        ingest.fetch(self.house.agent(), self.tenant, keys)

    def contacts(self) -> Sequence[dict[str, Any]]:
        """As many as the changed deals have."""
        found: Sequence[dict[str, Any]] = self.world.portal.all("contacts")
        return found[: CHANGED * 18 // 10]

    def poll(self) -> poll.Round:
        return poll.poll(self.house.agent(), self.tenant)


def run() -> Iterator[dict[str, Any]]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    for kind in CrmKind:
        idle: dict[int, int] = {}
        for size in (SMALL, DEALS):
            with ExitStack() as stack:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                account = _account(stack, kind, folder, size)
                idle[size] = account.calls_of(account.poll)
                yield _figure(account, size, "idle_calls", idle[size], 1, "a round in which nothing changed")
                if size == DEALS:
                    yield from _busy(account, size)
        yield {
            "benchmark": "sync",
            "crm": str(kind),
            "metric": "idle_growth",
            "value": round(idle[DEALS] / idle[SMALL], 2),
            "unit": f"idle calls at {DEALS} deals / at {SMALL}",
            "n": DEALS,
        }


def _busy(account: Account, size: int) -> Iterator[dict[str, Any]]:
    _change(account, "polled", companies=True)
    calls = account.calls_of(account.poll)
    _check_copy(account, "polled")
    yield _figure(account, size, "poll_calls", calls, CHANGED, f"{COMPANIES} of their companies changed too")
    if account.kind is CrmKind.HUBSPOT:
        yield from _told(account, size)
    _post(account)
    calls = account.calls_of(lambda: _write_all(account))
    with account.house.database.read() as connection:
        _require(outbox.waiting_count(connection, account.tenant.id) == 0, "outbox")
    _require(_messages(account) == MESSAGES, "messages")
    yield _figure(account, size, "writeback_calls", calls, MESSAGES, "messages on as many deals")


def _told(account: Account, size: int) -> Iterator[dict[str, Any]]:
    """What webhooks cost: texts stand in the event, other values and the company of a deal that moved are read."""
    contacts = f"{CHANGED * 18 // 10} contacts told of, none of them a partner's"
    for name, number, moved, what in (
        ("told", False, False, f"a text of each, {COMPANIES} of their companies too, {contacts}"),
        (
            "told anew",
            True,
            False,
            f"an amount of each, a text of {COMPANIES} of their companies, {contacts}",
        ),
        ("told again", True, True, f"an amount and the company of each, {COMPANIES} companies, {contacts}"),
    ):
        time.sleep(PAUSE)
        _change(account, name, companies=True, number=number)
        calls = account.calls_of(lambda n=number, m=moved: _tell(account, number=n, moved=m))
        _check_copy(account, name)
        yield _figure(account, size, "webhook_calls", calls, CHANGED, what)
    calls = account.calls_of(lambda: _until_nothing(lambda: account.poll().read))
    yield _figure(
        account, size, "safety_poll_calls", calls, CHANGED, "the poll that looks behind the webhooks"
    )


def _figure(account: Account, size: int, metric: str, value: int, n: int, what: str) -> dict[str, Any]:
    return {
        "benchmark": "sync",
        "crm": str(account.kind),
        "metric": metric,
        "value": value,
        "unit": "API calls",
        "n": n,
        "account_deals": size,
        "what": what,
        "checked": ["copy equals the CRM"]
        if metric != "writeback_calls"
        else ["each message once in the CRM"],
    }


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise SystemExit(f"benchmark sync: the check {what!r} failed; its figure would mean nothing")


def _account(stack: ExitStack, kind: CrmKind, folder: Path, size: int) -> Account:
    clock = SteppingClock(utc_now())
    if kind is CrmKind.HUBSPOT:
        world: Any = stack.enter_context(
            hubspot_world.open_world(folder, requests_per_10_seconds=10**6, searches_per_second=10**6)
        )
        deals, companies = _load_hubspot(world, size)
    else:
        world = stack.enter_context(salesforce_world.open_world(folder))
        deals, companies = _load_salesforce(world, size)
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
    stack.callback(house.database.close)
    migrate.upgrade(house.database)
    tenant = add_tenant(
        house,
        crm=kind,
        account_id=world.account_id,
        name="Vendor Inc.",
        instance_url="https://sample.my.salesforce.com" if kind is CrmKind.SALESFORCE else "",
    )
    world.crm = _adapter(kind, world, clock)
    house.crms[tenant.id] = world.crm
    account = Account(
        kind=kind,
        world=world,
        house=house,
        tenant=tenant,
        clock=clock,
        deals=deals[:CHANGED],
        companies=companies[:COMPANIES],
    )
    poll.first_load(house.agent(), tenant)
    for start in range(0, CHANGED, 500):
        account.fetch(account.deals[start : start + 500], ())
    clock.advance(LAG)
    _until_nothing(lambda: account.poll().read)
    return account


def _adapter(kind: CrmKind, world: Any, clock: SteppingClock) -> Crm:
    """As the product makes it: its own time-outs, and the benchmark's time, so that no young change is read twice."""
    if kind is CrmKind.HUBSPOT:
        return HubspotCrm(
            world.origin, hubspot_world.CLIENT_ID, hubspot_world.CLIENT_SECRET, world.tokens, clock
        )
    names = (salesforce_org.CONSUMER_KEY, salesforce_org.PRIVATE_KEY, salesforce_org.USERNAME)
    return SalesforceCrm(world.origin, *names, salesforce_org.INSTANCE_URL, clock)


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


def _change(account: Account, mark: str, *, companies: bool, number: bool = False) -> None:
    """People in the CRM change every deal's next step, and its amount; and of every company, where it is."""
    for deal in account.deals:
        account.world.change_field(ObjectKind.DEAL, deal, "next_step", mark)
        if number:
            account.world.change_field(ObjectKind.DEAL, deal, "amount", str(len(mark) * 1000))
    for company in account.companies if companies else ():
        account.world.change_field(ObjectKind.COMPANY, company, "country", mark[:40])
    account.clock.advance(LAG)


def _tell(account: Account, *, number: bool, moved: bool) -> None:
    """The webhooks' events come in, and the agent works them off."""
    portal = account.world.portal
    told: list[dict[str, Any]] = []
    for deal in account.deals:
        told.append(_event(account, "deals", "hs_next_step", deal))
        if number:
            told.append(_event(account, "deals", "amount", deal))
        if moved:
            (company,) = portal.linked("deals", deal, "companies")
            ends = {"fromObjectId": int(deal), "toObjectId": int(company["id"])}
            told.append(
                {
                    "subscriptionType": "object.associationChange",
                    "objectTypeId": "0-3",
                    "associationType": "DEAL_TO_COMPANY",
                    **ends,
                }
            )
    told += [_event(account, "companies", "country", i) for i in account.companies]
    told += [_event(account, "contacts", "email", row["id"]) for row in account.contacts()]
    arrived = [(account.tenant, new_id(), event) for event in told]
    house = account.house
    for start in range(0, len(arrived), 100):
        Events(house.database, house.bell, account.clock).keep(arrived[start : start + 100])
    agent = house.agent()
    _until_nothing(lambda: webhook_events.take_events(agent) + ingest.read_marked(agent))


def _event(account: Account, object_type: str, name: str, crm_id: str) -> dict[str, Any]:
    """As HubSpot tells that the property became what it is now."""
    found = account.world.portal.get(object_type, crm_id)
    return {
        "subscriptionType": f"{SINGULAR[object_type]}.propertyChange",
        "propertyName": name,
        "propertyValue": found["properties"].get(name, ""),
        "objectId": int(crm_id),
        "occurredAt": int(from_iso(found["updatedAt"]).timestamp() * 1000),
    }


def _check_copy(account: Account, mark: str) -> None:
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
        _require(told == dict(truth[key.crm_id].fields) and told["next_step"] == mark, f"deal {key}")
        _require([deal.company_id] == list(related[key.crm_id])[:1], f"company of {key}")
    for key, company in companies.items():
        _require(company.fields["country"] == countries[key.crm_id].fields["country"], f"company {key}")
    _require((len(deals), len(companies)) == (CHANGED, COMPANIES), "all held")


def _post(account: Account) -> None:
    """A message on each of as many deals, as sellers post them. That a partner works there has reached the CRM
    before, so that only messages are counted."""
    executor = account.house.executor()
    keys = [RecordKey(ObjectKind.DEAL, deal) for deal in account.deals[:MESSAGES]]
    chosen: dict[str, object] = {"name": "Northwind", "type": "reseller"}
    for key in keys:
        done = executor.run(account.tenant.id, SELLER, "partner.attach", key, chosen, new_id())
        chosen = {"partner_id": done.result["partner_id"]}
    _write_all(account)
    for key in keys:
        fields = {**chosen, "body": f"About deal {key.crm_id}"}
        executor.run(account.tenant.id, SELLER, "thread.post", key, fields, new_id())
    account.clock.advance(timedelta(seconds=1))


def _write_all(account: Account) -> None:
    account.clock.advance(timedelta(seconds=1))
    agent = account.house.agent()
    _until_nothing(lambda: writeback.write_due(agent))


def _messages(account: Account) -> int:
    """How many of the deals show their message, once each, to people in the CRM."""
    return sum(
        len(found) == 1 and f"About deal {deal}" in found[0]
        for deal in account.deals[:MESSAGES]
        if (found := account.world.messages_on(ObjectKind.DEAL, deal))
    )


def _until_nothing(work: Callable[[], int]) -> None:
    for _ in itertools.takewhile(lambda _: work(), range(1_000)):
        pass


if __name__ == "__main__":
    for figure in run():
        print(json.dumps(figure), flush=True)
