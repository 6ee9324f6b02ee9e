"""What a Salesforce org's change events cost and how soon they are marked here: over a real socket, with the account,
the changes and the checks of benchmarks.account."""

import base64
import dataclasses
import logging
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import structlog

from app.domain.record import CrmKind, ObjectKind
from app.sandbox.salesforce.event_bus import replay_id
from app.sandbox.salesforce.pubsub import serving
from app.storage import event_feed as feeds
from benchmarks.account import (
    CHANGED,
    COMPANIES,
    Account,
    change,
    check_copy,
    open_account,
    require,
    until_nothing,
)
from sync import ingest
from sync.listening import Stream, listen

SINGLE = 100
"""Changes one after the other, for the time it takes."""


def run() -> Iterator[dict[str, Any]]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with ExitStack() as stack:
        account = stack.enter_context(open_account(CrmKind.SALESFORCE))
        org, house = account.world.org, account.house
        port = stack.enter_context(serving(org))
        house.config = dataclasses.replace(house.config, salesforce_pubsub_origin=f"http://127.0.0.1:{port}")
        stream = Stream(tenant=account.tenant)
        stack.callback(stream.end)
        threading.Thread(target=listen, args=(house.agent(), stream), daemon=True).start()
        until_nothing(lambda: time.sleep(0.01) or not org.bus.subscriptions)
        for companies in (False, True):
            yield _calls(account, companies=companies)
        yield _unnamed(account)
        yield _times(account)


def _calls(account: Account, *, companies: bool) -> dict[str, Any]:
    mark = f"heard {companies}"

    def hear() -> None:
        change(account, mark, companies=companies)
        _read_what_was_told(account)

    calls = account.calls_of(hear)
    check_copy(account, mark)
    also = f"{COMPANIES} of their companies changed too" if companies else "their companies had not changed"
    return account.figure("events", "event_calls", calls, "API calls", CHANGED, also) | {
        "checked": ["copy equals the CRM"]
    }


def _unnamed(account: Account) -> dict[str, Any]:
    org = account.world.org

    def hear() -> None:
        for deal in account.deals:
            org.records.update("Opportunity", deal, {"Probability": 40}, org.user_id)
        require(_read_what_was_told(account) == 0, "nothing to read")

    calls = account.calls_of(hear)
    what = "in a field that no card and no safelist names"
    return account.figure("events", "unnamed_calls", calls, "API calls", CHANGED, what)


def _times(account: Account) -> dict[str, Any]:
    taken = []
    for number in range(SINGLE):
        account.world.change_field(ObjectKind.DEAL, account.deals[number], "next_step", f"single {number}")
        start = time.perf_counter()
        while not _is_behind(account):
            time.sleep(0.0005)
        taken.append((time.perf_counter() - start) * 1000)
    return {
        "benchmark": "events",
        "crm": "salesforce",
        "metric": "marked_after",
        "value": round(statistics.median(taken), 1),
        "p95": round(sorted(taken)[int(SINGLE * 0.95)], 1),
        "unit": "ms",
        "n": SINGLE,
        "what": "from the CRM's commit to the mark in our database, one change at a time",
    }


def _read_what_was_told(account: Account) -> int:
    """How many records were read."""
    until_nothing(lambda: time.sleep(0.02) or not _is_behind(account))
    agent, read = account.house.agent(), 0
    while more := ingest.read_marked(agent):
        read += more
    return read


def _is_behind(account: Account) -> bool:
    """Whether we have applied everything that the org has told."""
    latest = base64.b64encode(replay_id(account.world.org.bus.latest())).decode()
    with account.house.database.read() as connection:
        return feeds.get(connection, account.tenant.id).position == latest
