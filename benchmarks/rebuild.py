"""Metric 6: how many snapshots are written for what partners can see differently, and for what they cannot, in an
account of 50,000 deals (BENCHMARK_DEALS).

Events come twice and in any order. A figure counts only if every room then shows what changed.
"""

import logging
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import func, select

from app.domain.actor import Actor, ActorKind
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.ground.ids import new_id
from app.storage import record as records
from app.storage.published.rooms import latest_snapshot
from app.storage.published_tables import share_link, snapshot
from benchmarks.account import DEALS, LAG, Account, event_of, open_account, require, until_nothing
from sync import publish, writeback

SELLER = Actor(kind=ActorKind.SELLER, id="u1", name="Sam Seller", email="sam@vendor.example")
TYPES = ("reseller", "distributor")
"""Two partners of different types on each deal: two policies that are in force."""


def run(size: int = DEALS, rooms: int = 100, links: int = 100) -> Iterator[dict[str, Any]]:
    """On `rooms` deals of an account of `size`, and for one room with that many `links`."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with open_account(CrmKind.HUBSPOT, size) as account:
        owner = account.world.make_owner("Olga Owner", "olga@vendor.example")
        deals = [RecordKey(ObjectKind.DEAL, crm_id) for crm_id in account.deals[:rooms]]
        partners = _furnish(account, deals)
        told = _tell(account, deals, "dealstage", "contractsent")
        _require_shown(account, deals, partners)
        yield _figure(
            account,
            "visible_change",
            told / (len(deals) * len(partners)),
            "snapshots / (visible changes x policies)",
            len(deals) * len(partners),
            "events doubled, in any order",
        )
        told = _tell(account, deals, "hubspot_owner_id", owner)
        _require_read(account, deals, owner)
        what = "a field that sellers see and no partner does"
        yield _figure(account, "hidden_change", told, "snapshots written", len(deals), what)
        told = _tell(account, deals, "dealstage", "contractsent")
        yield _figure(
            account, "nothing_new", told, "snapshots written", len(deals), "events without a change"
        )
        yield _many_links(account, deals[0], partners[0], links)


def _furnish(account: Account, deals: Sequence[RecordKey]) -> list[str]:
    """A room for a partner of each type on each deal, with a link that lives."""
    partners: list[str] = []
    for kind in TYPES:
        chosen: dict[str, object] = {"name": f"The {kind}", "type": kind}
        for deal in deals:
            done = _run(account, "partner.attach", deal, chosen)
            chosen = {"partner_id": str(done["partner_id"])}
            _link(account, deal, str(done["partner_id"]), f"kim@{kind}.example")
        partners.append(str(chosen["partner_id"]))
    _work(account)
    return partners


def _many_links(account: Account, deal: RecordKey, partner: str, links: int) -> dict[str, Any]:
    for number in range(links - 1):
        _link(account, deal, partner, f"kim{number}@partner.example")
    _work(account)
    with account.house.database.read() as connection:
        mine = (share_link.c.crm_id == deal.crm_id, share_link.c.partner_id == partner)
        count = connection.scalar(select(func.count()).select_from(share_link).where(*mine))
    require(count == links, "so many links")
    before = _written(account)
    account.world.change_field(deal.object, deal.crm_id, "next_step", "Meet")
    account.clock.advance(LAG)
    account.hear([event_of(account, "deals", "hs_next_step", deal.crm_id)])
    _work(account)
    written = (_written(account) - before) / len(TYPES)
    return _figure(account, "many_links", written, "snapshots for a change of the room", links, "links on it")


def _tell(account: Account, deals: Sequence[RecordKey], name: str, value: str) -> int:
    """Changes the property in the CRM, and sends every event twice and in any order. How many snapshots that
    wrote."""
    before, events = _written(account), []
    for deal in deals:
        account.world.portal.edit("deals", deal.crm_id, {name: value})
        events += [event_of(account, "deals", name, deal.crm_id)] * 2
    account.clock.advance(LAG)
    random.Random(7).shuffle(events)
    for number, start in enumerate(range(0, len(events), 7)):
        account.hear(events[start : start + 7])
        if number % 3 == 0:
            _work(account)
    _work(account)
    return _written(account) - before


def _work(account: Account) -> None:
    account.clock.advance(timedelta(seconds=1))
    agent = account.house.agent()
    account.read()
    until_nothing(lambda: publish.publish_marked(agent) + writeback.write_due(agent))


def _link(account: Account, deal: RecordKey, partner: str, email: str) -> None:
    fields = {"partner_id": partner, "contact_email": email, "contact_name": "Kim", "days": 7}
    _run(account, "sharing.create_link", deal, fields)


def _run(account: Account, name: str, deal: RecordKey, fields: dict[str, object]) -> dict[str, Any]:
    done = account.house.executor().run(account.tenant.id, SELLER, name, deal, fields, new_id())
    return dict(done.result)


def _written(account: Account) -> int:
    with account.house.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(snapshot)) or 0


def _require_shown(account: Account, deals: Sequence[RecordKey], partners: Sequence[str]) -> None:
    with account.house.database.read() as connection:
        for deal in deals:
            for partner in partners:
                shown = latest_snapshot(connection, account.tenant.id, deal, partner)
                values = {f["name"]: f["value"] for f in shown.content["fields"]} if shown else {}
                require(values.get("stage") == "Contract Sent", f"the room of {deal} shows the change")


def _require_read(account: Account, deals: Sequence[RecordKey], owner: str) -> None:
    with account.house.database.read() as connection:
        held = records.get_many(connection, account.tenant.id, deals)
    require({record.fields.get("owner") for record in held.values()} == {owner}, "sellers see the change")


def _figure(account: Account, metric: str, value: float, unit: str, n: int, what: str) -> dict[str, Any]:
    return account.figure("rebuild", metric, round(value, 3), unit, n, what)
