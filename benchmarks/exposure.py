"""What the exposure ledger answers, what that costs, and how it grows with the ledger: 60,000 and 600,000 showings
over 500 links, or `python -m benchmarks exposure --showings 10000000 --links 50000 --folder DIR` (9 GB in DIR).

A page is what an admin asks for: 50 showings from the middle of the ledger with the values that were shown, told from
snapshot and safelist. What walks an index takes the same CPU at any length, but for one more level of the tree.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, text

from app.ground.clock import to_iso
from app.reading.exposures import Ledger, page
from app.storage import migrate
from app.storage.engine import Database
from app.storage.published import exposures
from app.storage.published.exposures import Wanted
from app.storage.published_tables import exposure
from benchmarks.scale_names import EMAIL, EPOCH, NOW, deal_of, tenant_name
from benchmarks.scale_rows import partner_of, row_id
from benchmarks.scale_world import Size, fill

SHORT, LONG, LINKS = 60_000, 600_000, 500
ROUNDS = 20
TENANT = tenant_name(0)
PEOPLE = 1_000

Ask = Callable[[Connection], object]


def run(argv: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    options = argparse.ArgumentParser("python -m benchmarks exposure")
    options.add_argument("--showings", type=int, default=LONG)
    options.add_argument("--links", type=int, default=LINKS)
    options.add_argument("--folder", type=Path, default=None)
    given = options.parse_args(argv)
    short, _ = _measure(SHORT, LINKS, given.folder)
    long, size = _measure(given.showings, given.links, given.folder)
    for name, seconds in long.items():
        figure = {"benchmark": "exposure", "n": given.showings, "links": given.links}
        yield figure | {"metric": f"page_by_{name}", "value": round(seconds * 1000, 2), "unit": "CPU ms"}
        unit = f"x at {given.showings / SHORT:,.0f} times the length"
        yield figure | {"metric": f"growth_by_{name}", "value": round(seconds / short[name], 2), "unit": unit}
    yield {"benchmark": "exposure", "metric": "database", "value": round(size / 1e9, 2), "unit": "GB", "n": 1}


def _measure(showings: int, links: int, folder: Path | None) -> tuple[Mapping[str, float], int]:
    """CPU seconds of one answer to each question, and the size of the database. Ends with an error where an answer
    holds less than it should."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        file = Path(place) / "ledger.db"
        database = Database(f"sqlite:///{file}")
        migrate.upgrade(database)
        fill(database, Size(tenants=1, records=links * 5 // 4, links=links))
        _show(database, showings, links)
        found = {}
        for name, ask in _questions(links).items():
            with database.read() as connection:
                if not ask(connection):
                    raise SystemExit(f"benchmark exposure: nothing was found by {name}")
                began = time.process_time()
                for _ in range(ROUNDS):
                    ask(connection)
                found[name] = (time.process_time() - began) / ROUNDS
        database.close()
        return found, file.stat().st_size


def _questions(links: int) -> Mapping[str, Ask]:
    """Each asks for something from the middle of the ledger."""
    middle = (to_iso(EPOCH + (NOW - EPOCH) / 2), "", "", "", 0)
    place = links // 2

    def told(wanted: Wanted, field: str = "") -> Ask:
        return lambda connection: _full(page(connection, TENANT, wanted, field, middle))

    def past_day(connection: Connection) -> object:
        shown = (row_id(4, 0, place), 1, _person(place), NOW)
        return exposures.times_shown(connection, TENANT, deal_of(place), *shown)[0]

    return {
        "tenant": told(Wanted()),
        "partner": told(Wanted(partner_id=partner_of(0, place))),
        "person": told(Wanted(email=_person(place))),
        "record": told(Wanted(record=deal_of(place))),
        "field": told(Wanted(), "deal/stage"),
        "past_day": past_day,
    }


def _full(found: Ledger) -> bool:
    return len(found.rows) >= exposures.PAGE


def _person(link: int) -> str:
    return f"{link % PEOPLE}.{EMAIL}"


def _show(database: Database, showings: int, links: int) -> None:
    """Each link's one mailbox was shown its room under so many versions of the safelist, over the year."""
    versions = showings // links
    apart = (NOW - EPOCH - timedelta(days=1)) / (versions * links)
    indexes = list(exposure.indexes)
    with database.write() as connection:
        connection.execute(exposure.delete())
        for index in indexes:
            index.drop(connection)
        connection.execute(text(_VERSIONS), {"versions": versions})
        connection.execute(
            text(_SHOWINGS), {"people": PEOPLE, "mail": EMAIL, "apart": apart.total_seconds(), "links": links}
        )
        for index in indexes:
            index.create(connection)
        count = connection.scalar(select(func.count()).select_from(exposure))
        if count != versions * links:
            raise SystemExit(f"benchmark exposure: {count} showings were filled in, not {showings}")


_VERSIONS = """
INSERT INTO policy (tenant_id, version, body, author, reason, created_at)
WITH RECURSIVE n (version) AS (SELECT 2 UNION ALL SELECT version + 1 FROM n WHERE version < :versions)
SELECT p.tenant_id, n.version, p.body, p.author, p.reason, p.created_at FROM policy AS p, n WHERE p.version = 1
"""

_SHOWINGS = """
INSERT INTO exposure (link_id, email, snapshot_id, policy_version, tenant_id, partner_id, object, crm_id, first_at,
  last_at)
SELECT l.id, (l.number % :people) || '.' || :mail, s.id, p.version, l.tenant_id, l.partner_id, l.object, l.crm_id,
  strftime('%Y-%m-%d %H:%M:%f000', '2026-01-01', (((p.version - 1) * :links + l.number) * :apart) || ' seconds'),
  '2026-11-22 10:00:00.000000'
FROM (SELECT *, row_number() OVER (ORDER BY id) - 1 AS number FROM share_link) AS l
JOIN snapshot AS s USING (tenant_id, object, crm_id, partner_id)
JOIN policy AS p ON p.tenant_id = l.tenant_id
"""
