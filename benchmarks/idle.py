"""Metric 3: what it costs to learn that nothing has changed, in an account of 50,000 deals (BENCHMARK_DEALS) and in
one of 3,000. A figure counts only if a change made afterwards is then found by the same round."""

import logging
from collections.abc import Iterator
from typing import Any

import structlog

from app.domain.record import CrmKind
from benchmarks.account import DEALS, Account, change, check_copy, open_account, require

SMALL = 3_000


def run() -> Iterator[dict[str, Any]]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    for kind in CrmKind:
        idle: dict[int, int] = {}
        for size in (SMALL, DEALS):
            with open_account(kind, size) as account:
                idle[size] = _idle(account)
                yield account.figure(
                    "idle", "idle_calls", idle[size], "API calls", 1, "a round in which nothing changed"
                )
        yield {
            "benchmark": "idle",
            "crm": str(kind),
            "metric": "idle_growth",
            "value": round(idle[DEALS] / idle[SMALL], 2),
            "unit": f"idle calls at {DEALS} deals / at {SMALL}",
            "n": DEALS,
            "checked": ["a change is found by the next round"],
        }


def _idle(account: Account) -> int:
    read: list[int] = []
    calls = account.calls_of(lambda: read.append(account.poll().read))
    require(read == [0], "nothing had changed")
    account.deals, account.companies = account.deals[:20], account.companies[:20]
    change(account, "found", companies=True)
    account.poll()
    check_copy(account, "found")
    return calls
