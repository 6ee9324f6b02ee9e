"""A large installation, written straight into the database: so many tenants, records and live links, all alike.

Every tenant has the same share of the records, four deals to a company; partners work on as many deals as it has
links, each with a room, a thread, a plan and a registration. The first tenant may be larger than the others.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from app.disclosure.policy import default_policy
from app.storage import changes, published_tables, tables
from app.storage.engine import Database
from app.storage.schema import Json
from benchmarks import scale_rows as rows
from benchmarks.scale_names import AUDITED, DONE, EVENTS, MESSAGES, PARTNERS, STAGES, STEPS, tenant_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """`records` and `links` are of all tenants together."""

    tenants: int
    records: int
    links: int

    def records_of_one(self) -> int:
        return max(self.records // self.tenants, 5)

    def links_of_one(self) -> int:
        return max(min(self.links // self.tenants, self.records_of_one() * 4 // 5), 1)


def fill(database: Database, size: Size) -> dict[str, int]:
    """How many rows each table got. The database is empty but for its schema. Afterwards PostgreSQL knows its
    statistics, as it would by its own vacuum; SQLite was told its own when its schema was made."""
    counts: dict[str, int] = {}
    for table, lines in _parts(size):
        counts[table.name] = counts.get(table.name, 0) + _load(database, table, lines)
    raw = database.engine.raw_connection()
    try:
        if isinstance(raw.dbapi_connection, sqlite3.Connection):
            raw.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            driver: Any = raw.dbapi_connection
            driver.commit()
            driver.autocommit = True
            driver.execute("VACUUM ANALYZE")
            driver.autocommit = False
    finally:
        raw.close()
    return counts


def _parts(size: Size) -> Iterator[tuple[Table, Iterable[dict[str, Any]]]]:
    everyone = range(size.tenants)
    rooms, deals = size.links_of_one(), size.records_of_one() * 4 // 5
    places = [(t, n) for t in everyone for n in range(rooms)]
    live, work = published_tables, tables
    yield work.tenant, (rows.tenant(t) for t in everyone)
    yield live.face, (rows.face(t) for t in everyone)
    policy = default_policy().to_json()
    yield live.live_policy, ({"tenant_id": tenant_name(t), "version": 1, "body": policy} for t in everyone)
    yield work.policy, (rows.policy(t, policy) for t in everyone)
    yield work.owner, (rows.owner(t, n) for t in everyone for n in range(5))
    yield work.stage, (rows.stage(t, n) for t in everyone for n in range(len(STAGES)))
    yield work.field_info, (row for t in everyone for row in rows.fields(t))
    yield work.partner, (rows.partner(t, n) for t in everyone for n in range(PARTNERS))
    yield work.partner_contact, (rows.contact(t, n) for t in everyone for n in range(PARTNERS))
    yield work.record, (rows.deal(t, n) for t in everyone for n in range(deals))
    yield work.record, (rows.company(t, n) for t in everyone for n in range(0, deals, 4))
    yield work.match_key, (row for t in everyone for n in range(0, deals, 4) for row in rows.keys(t, n))
    yield work.attachment, (rows.attachment(t, n) for t, n in places)
    yield work.message, (rows.message(t, n, m) for t, n in places for m in range(MESSAGES))
    yield work.step, (rows.step(t, n, s) for t, n in places for s in range(STEPS))
    yield work.registration, (rows.registration(t, n) for t, n in places)
    yield work.conflict, (rows.conflict(t, n) for t, n in places if n % 5 == 0)
    yield work.certification, (rows.certification(t, n) for t, n in places if n % 5 == 0)
    yield live.snapshot, (rows.snapshot(t, n) for t, n in places)
    yield live.share_link, (rows.link(t, n) for t, n in places)
    yield live.viewer_session, (rows.session(t, n) for t, n in places)
    yield live.view, (rows.view(t, n) for t, n in places)
    yield live.exposure, (rows.exposure(t, n) for t, n in places)
    yield changes.changed, (rows.changed(t, n) for t in everyone for n in range(min(deals, 64)))
    yield work.outbox, (rows.write(t, n) for t, n in places)
    yield work.audit, (rows.audit(t, n) for t in everyone for n in range(AUDITED))
    yield work.done_command, (rows.done(t, n) for t in everyone for n in range(DONE))
    yield work.crm_event, (rows.event(t, n) for t in everyone for n in range(EVENTS))


def _load(database: Database, table: Table, lines: Iterable[dict[str, Any]]) -> int:
    """By the fastest way that each engine has."""
    raw = database.engine.raw_connection()
    names: list[str] = []
    kinds = {column.name: column.type for column in table.c}

    def values() -> Iterator[tuple[Any, ...]]:
        for row in lines:
            if not names:
                names.extend(row)
            yield tuple(
                json.dumps(value, separators=(",", ":"), sort_keys=True)
                if isinstance(kinds[name], Json) and value is not None
                else value
                for name, value in row.items()
            )

    found = values()
    first = next(found, None)
    if first is None:
        return 0
    count = 1
    columns = ",".join(f'"{name}"' for name in names)
    driver: Any = raw.dbapi_connection
    if isinstance(driver, sqlite3.Connection):
        driver.execute("PRAGMA synchronous=OFF")
        driver.execute("BEGIN")
        put = f'INSERT INTO "{table.name}" ({columns}) VALUES ({",".join("?" * len(names))})'
        driver.execute(put, _plain(first))
        count += driver.executemany(put, map(_plain, found)).rowcount
        driver.execute("COMMIT")
        driver.execute("PRAGMA synchronous=FULL")
    else:
        with driver.cursor().copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
            copy.write_row(first)
            for line in found:
                copy.write_row(line)
                count += 1
        driver.commit()
    raw.close()
    return count


def _plain(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """As SQLAlchemy stores them in SQLite: times as text, without a zone."""
    return tuple(
        value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value for value in values
    )
