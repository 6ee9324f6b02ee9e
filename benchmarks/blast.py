"""How long the answer takes before a safelist is saved: 8,800 deals with a partner each, half of them with a link; as
many of both as one asks for by `python -m benchmarks blast --deals 50000 --links 50000`.

Its numbers are checked against what was filled in; tests/disclosure/test_blast.py compares them with composing every
room before and after.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from app.commands.blast import blast_of
from app.disclosure.policy import Policy, Treatment, default_policy
from app.domain.partner import Partner, PartnerType
from app.domain.record import ObjectKind, Record, RecordKey
from app.ground.clock import utc_now
from app.storage import partner as partners
from app.storage import record as records
from app.storage import tables
from app.storage.engine import Database
from app.storage.migrate import upgrade
from app.storage.published.links import ROOM
from app.storage.published_tables import share_link
from app.storage.rows import insert, put_all

TENANT, COMPANIES, PARTNERS = "t1", 800, 40
DEALS, LINKS = 8_800, 4_400
RUNS = 5


def run(argv: Sequence[str] = ()) -> Iterator[dict[str, object]]:
    options = argparse.ArgumentParser("python -m benchmarks blast")
    options.add_argument("--deals", type=int, default=DEALS)
    options.add_argument("--links", type=int, default=LINKS)
    given = options.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'blast.db'}")
        upgrade(database)
        _fill(database, given.deals, given.links)
        yield from _measure(database, given.deals, given.links)
        database.close()


def _measure(database: Database, deals: int, links: int) -> Iterator[dict[str, object]]:
    before = default_policy()
    cells = dict(before.cells)
    for kind in PartnerType:
        cells[kind, "deal", "amount"] = Treatment.SHOW
        cells[kind, "company", "industry"] = Treatment.SHOW
    after = Policy(version=2, cells=cells)
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        with database.read() as connection:
            found = blast_of(connection, TENANT, after, utc_now())
        times.append(time.process_time() - start)
    amount = next(i for i in found.impacts if (i.object, i.field) == ("deal", "amount") and i.more)
    assert (len(amount.records), amount.links) == (deals, links), amount
    yield {
        "benchmark": "blast",
        "metric": f"CPU of the exact reach of a change over {deals:,} deals and {links:,} links",
        "value": round(min(times), 3),
        "unit": "s",
        "n": RUNS,
        "records": len(amount.records),
        "links": amount.links,
        "people": found.people,
    }


def _fill(database: Database, deals: int, links: int) -> None:
    with database.write() as connection:
        for n in range(PARTNERS):
            kind = list(PartnerType)[n % len(PartnerType)]
            partners.add(connection, TENANT, Partner(id=f"p{n}", name=f"Partner {n}", type=kind))
        records.save(connection, TENANT, [*_companies(), *_deals(deals)], {}, utc_now())
        _attach(connection, deals)
        _link(connection, deals, links)


def _companies() -> Iterator[Record]:
    for n in range(COMPANIES):
        fields = {"name": f"Company {n}", "industry": "Retail", "country": "DE"}
        yield Record(key=RecordKey(ObjectKind.COMPANY, f"c{n}"), fields=fields)


def _deals(deals: int) -> Iterator[Record]:
    for n in range(deals):
        fields = {"name": f"Deal {n}", "stage": "s1", "amount": str(1000 + n), "next_step": "Call"}
        key = RecordKey(ObjectKind.DEAL, str(n))
        yield Record(key=key, company_id=f"c{n % COMPANIES}", fields=fields)


def _attach(connection: Connection, deals: int) -> None:
    place = {
        "tenant_id": TENANT,
        "object": "deal",
        "attached_at": utc_now(),
        "attached_by": "x",
        "seen_at": None,
    }
    rows = [{**place, "crm_id": str(n), "partner_id": f"p{n % PARTNERS}"} for n in range(deals)]
    put_all(connection, tables.attachment, rows)


def _link(connection: Connection, deals: int, links: int) -> None:
    now = utc_now()
    link = {"tenant_id": TENANT, "purpose": ROOM, "object": "deal", "contact_name": "", "rules": []}
    link |= {"created_at": now, "not_before": now, "expires_at": now + timedelta(days=7), "created_by": ""}
    rows = []
    for n in range(links):
        deal = 2 * n % deals
        mine = {"id": f"l{n}", "token_hash": f"h{n}", "code": f"{n:06}", "crm_id": str(deal)}
        who = {"partner_id": f"p{deal % PARTNERS}", "contact_email": f"kim{n % 900}@partner.example"}
        rows.append({**link, **mine, **who})
    insert(connection, share_link, rows)
