"""Metric 2: how many calls of the CRM's API it takes to stay up to date, counted by the stand-ins themselves.

1,000 deals of 800 companies, which we hold a copy of, change in fields that partners see, in an account of 50,000
(BENCHMARK_DEALS). A figure counts only if our copy then equals the CRM, record by record, or if each message then is
in the CRM once.
"""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import structlog

from app.commands.execute import Executor
from app.crm.glance import MOST
from app.domain.actor import Actor, ActorKind
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.ground.ids import new_id
from app.storage import outbox
from app.storage import partner as partners
from benchmarks.account import (
    CHANGED,
    COMPANIES,
    Account,
    change,
    check_copy,
    event_of,
    open_account,
    require,
    until_nothing,
)
from sync import writeback

MESSAGES = 1_000
SELLER = Actor(kind=ActorKind.SELLER, id="u1", name="Sam Seller", email="sam@vendor.example")
PAUSE = 2.5
"""Seconds between two changes of a record: what follows sooner is read, to be sure of the order."""

CHECKED, EACH = 100, 5
"""Deals on which sellers write to partners within a minute, and how many messages on each."""


def run() -> Iterator[dict[str, Any]]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    for kind in CrmKind:
        with open_account(kind) as account:
            change(account, "polled", companies=True)
            calls = account.calls_of(account.poll)
            check_copy(account, "polled")
            yield _figure(
                account, "poll_calls", calls, CHANGED, f"{COMPANIES} of their companies changed too"
            )
            if kind is CrmKind.HUBSPOT:
                yield from _told(account)
            yield _written(account)
            yield _looked(account)


def _told(account: Account) -> Iterator[dict[str, Any]]:
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
        change(account, name, companies=True, number=number)
        calls = account.calls_of(lambda n=number, m=moved: _tell(account, number=n, moved=m))
        check_copy(account, name)
        yield _figure(account, "webhook_calls", calls, CHANGED, what)
    calls = account.calls_of(lambda: until_nothing(lambda: account.poll().read))
    yield _figure(account, "safety_poll_calls", calls, CHANGED, "the poll that looks behind the webhooks")


def _tell(account: Account, *, number: bool, moved: bool) -> None:
    """The webhooks' events come in, and the agent works them off."""
    portal = account.world.portal
    told: list[dict[str, Any]] = []
    for deal in account.deals:
        told.append(event_of(account, "deals", "hs_next_step", deal))
        if number:
            told.append(event_of(account, "deals", "amount", deal))
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
    told += [event_of(account, "companies", "country", i) for i in account.companies]
    told += [event_of(account, "contacts", "email", row["id"]) for row in account.contacts()]
    account.hear(told)
    account.read()


def _written(account: Account) -> dict[str, Any]:
    """A message on each of as many deals. Their sellers confirm them, so that no call but the writing's is counted;
    that a partner works there has reached the CRM before."""
    executor = account.house.executor()
    keys = [RecordKey(ObjectKind.DEAL, deal) for deal in account.deals[:MESSAGES]]
    chosen: dict[str, object] = {"name": "Northwind", "type": "reseller"}
    for key in keys:
        done = executor.run(account.tenant.id, SELLER, "partner.attach", key, chosen, new_id())
        chosen = {"partner_id": done.result["partner_id"]}
    _write_all(account)
    for key in keys:
        _post(account, executor, key, chosen, confirm=True)
    calls = account.calls_of(lambda: _write_all(account))
    with account.house.database.read() as connection:
        require(outbox.waiting_count(connection, account.tenant.id) == 0, "nothing is left in the outbox")
    require(_messages(account) == len(keys), "each message once in the CRM")
    return _figure(account, "writeback_calls", calls, MESSAGES, "messages on as many deals")


def _looked(account: Account) -> dict[str, Any]:
    """What it costs to look whether a text that goes to a partner quotes what is hidden: a reading for each record
    and minute, however many messages."""
    executor, keys = (
        account.house.executor(),
        [RecordKey(ObjectKind.DEAL, i) for i in account.deals[:CHECKED]],
    )
    chosen = {"partner_id": _partner(account, keys[0])}
    require(len(keys) < MOST, "all looks are remembered")
    account.clock.advance(timedelta(minutes=2))

    def write() -> None:
        for _ in range(EACH):
            for key in keys:
                _post(account, executor, key, chosen, confirm=False)

    calls = account.calls_of(write)
    require(calls == len(keys), "one look at each record")
    what = f"{EACH} messages within a minute on each of {CHECKED} deals: the check of the outgoing text"
    return _figure(account, "outgoing_check_calls", calls, CHECKED * EACH, what)


def _partner(account: Account, key: RecordKey) -> str:
    with account.house.database.read() as connection:
        ((partner, _),) = partners.on_record(connection, account.tenant.id, key)
    return partner.id


def _post(
    account: Account, executor: Executor, key: RecordKey, chosen: dict[str, object], *, confirm: bool
) -> None:
    fields = {**chosen, "body": f"About deal {key.crm_id}", "confirm": confirm}
    executor.run(account.tenant.id, SELLER, "thread.post", key, fields, new_id())


def _write_all(account: Account) -> None:
    account.clock.advance(timedelta(seconds=1))
    agent = account.house.agent()
    until_nothing(lambda: writeback.write_due(agent))


def _messages(account: Account) -> int:
    """How many of the deals show their message, once each, to people in the CRM."""
    return sum(
        len(found) == 1 and f"About deal {deal}" in found[0]
        for deal in account.deals[:MESSAGES]
        if (found := account.world.messages_on(ObjectKind.DEAL, deal))
    )


def _figure(account: Account, metric: str, value: int, n: int, what: str) -> dict[str, Any]:
    checks = {
        "writeback_calls": "each message once in the CRM",
        "outgoing_check_calls": "one look at each record",
    }
    checked = [checks.get(metric, "copy equals the CRM")]
    return account.figure("sync", metric, value, "API calls", n, what) | {"checked": checked}
