"""What a page of the exposure ledger costs, and how that grows with the ledger.

Ten million showings do not fit a quick run. What is measured is the growth from a ledger to one ten times as long, in
CPU time: a page that walks an index takes the same at both, but for one more level of the tree now and then.
"""

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.domain.record import ObjectKind, RecordKey
from app.storage import migrate
from app.storage.engine import Database
from app.storage.published import exposures
from app.storage.published.exposures import Wanted
from app.storage.published_tables import exposure

SHORT, LONG = 20_000, 200_000
ROUNDS = 200
START = datetime(2026, 1, 1, tzinfo=UTC)
PARTNERS, PEOPLE, RECORDS = 40, 400, 1000

ASKED = {
    "all": Wanted(),
    "partner": Wanted(partner_id="p7"),
    "person": Wanted(email="person7@partner.example"),
    "record": Wanted(record=RecordKey(ObjectKind.DEAL, "7")),
}


def run() -> Iterator[dict[str, Any]]:
    measured = {length: _measure(length) for length in (SHORT, LONG)}
    for name in ASKED:
        short, long = measured[SHORT][name], measured[LONG][name]
        yield _figure(name, "page", round(long * 1000, 3), "CPU ms", LONG)
        yield _figure(
            name, "growth", round(long / short, 2), f"x at {LONG / SHORT:.0f} times the length", LONG
        )


def _figure(name: str, metric: str, value: float, unit: str, n: int) -> dict[str, Any]:
    return {"benchmark": "exposure", "metric": f"{metric}_by_{name}", "value": value, "unit": unit, "n": n}


def _measure(length: int) -> dict[str, float]:
    """CPU seconds of a page from the middle of the ledger, for each way to ask. Ends with an error where a page holds
    fewer rows than it should."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'ledger.db'}")
        migrate.upgrade(database)
        _fill(database, length)
        middle = (START + timedelta(seconds=length // 2), "l", "", "", 0)
        found = {}
        for name, wanted in ASKED.items():
            with database.read() as connection:
                rows = exposures.page(connection, "t", wanted, middle, 20)
                if len(rows) < 10:
                    raise SystemExit(f"benchmark exposure: nothing was found by {name}")
                began = time.process_time()
                for _ in range(ROUNDS):
                    exposures.page(connection, "t", wanted, middle, 20)
                found[name] = (time.process_time() - began) / ROUNDS
        database.close()
    return found


def _fill(database: Database, length: int) -> None:
    for start in range(0, length, 5_000):
        rows = [
            {
                "link_id": f"l{n % PEOPLE}",
                "email": f"person{n % PEOPLE}@partner.example",
                "snapshot_id": f"s{n}",
                "policy_version": 1,
                "tenant_id": "t",
                "partner_id": f"p{n % PARTNERS}",
                "object": "deal",
                "crm_id": str(n % RECORDS),
                "first_at": START + timedelta(seconds=n),
                "last_at": START + timedelta(seconds=n),
            }
            for n in range(start, start + 5_000)
        ]
        with database.write() as connection:
            connection.execute(exposure.insert(), rows)
