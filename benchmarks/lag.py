"""How long it takes from a change in the CRM until a partner's page shows it, and from a partner's reply until
the CRM holds it: over the processes of `alongside demo` (a stand-in for HubSpot, web, share, workers, scheduler), at
rest, and while other deals change and messages are posted without a pause.

Seconds are of this machine, its other work included; the ratios compare two medians of one run. A figure counts only
if everything arrived.
"""

import json
import logging
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
import structlog

from app.bootstrap import House, build
from app.demo import settings
from app.demo.site import Ports, Site
from app.domain.actor import Actor, ActorKind
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.doors.share.visitor import session_cookie
from app.ground.clock import utc_now
from app.ground.config import read_config
from app.ground.ids import hash_token, new_id, new_token
from app.storage import outbox
from app.storage import tenant as tenants
from app.storage.published.links import ROOM, links_of
from app.storage.published.viewers import start_session
from benchmarks.account import require
from sync import ingest

TIMES = 12
OTHERS = 100
"""Deals that change as well when there is load."""

SELLER = Actor(kind=ActorKind.SELLER, id="lag", name="Sam Seller", email="sam@vendor.example")
PATIENCE = 240.0
ROOT = Path(__file__).parents[1]


@dataclass(kw_only=True)
class Demo:
    """The processes, seen from outside; `page` is a partner's page of `deal`, with its session."""

    ports: Ports
    house: House
    tenant: Tenant
    deal: RecordKey
    others: Sequence[str]
    partner: str
    page: str
    cookie: dict[str, str]

    def edit(self, crm_id: str, text: str) -> None:
        where = f"{self.ports.origin('hubspot')}/_sandbox/records/deals/{crm_id}"
        requests.patch(where, json={"properties": {"hs_next_step": text}}, timeout=60).raise_for_status()

    def shows(self, text: str) -> bool:
        answer = requests.get(self.page, headers=self.cookie, timeout=60)
        answer.raise_for_status()
        return text in answer.text

    def reply(self, text: str) -> None:
        headers = self.cookie | {"Origin": self.ports.origin("share")}
        form = {"body": text, "key": new_id()}
        answer = requests.post(
            f"{self.page}/reply", data=form, headers=headers, timeout=60, allow_redirects=False
        )
        require(answer.status_code == 303, f"the reply is taken: {answer.status_code}")

    def holds(self, text: str) -> bool:
        """Whether the CRM has a note of it on the deal."""
        where = f"{self.ports.origin('hubspot')}/_sandbox/records/deals/{self.deal.crm_id}/notes"
        answer = requests.get(where, timeout=60)
        answer.raise_for_status()
        return text in answer.text

    def waits(self) -> int:
        with self.house.database.read() as connection:
            return outbox.waiting_count(connection, self.tenant.id)


def run() -> Iterator[dict[str, Any]]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder, _demo(Path(folder)) as demo:
        _until(lambda: demo.waits() == 0, "the demo's own work")
        rest = _both(demo, "at rest")
        yield from _figures(rest, "at rest")
        done = threading.Event()
        load = threading.Thread(target=_load, args=(demo, done), daemon=True)
        load.start()
        busy = _both(demo, "under load")
        done.set()
        load.join(timeout=PATIENCE)
        _until(lambda: demo.waits() == 0, "what was asked meanwhile")
        yield from _figures(
            busy, f"while {OTHERS} deals change and as many messages are written, over and over"
        )
        for way, times in rest.items():
            ratio = statistics.median(busy[way]) / statistics.median(times)
            yield _figure(f"{way}_growth", round(ratio, 2), "median under load / at rest", "of one run")


def _both(demo: Demo, mark: str) -> dict[str, list[float]]:
    """Seconds of each, one after the other, so that none waits for the one before."""
    found: dict[str, list[float]] = {"change_to_page": [], "reply_to_crm": []}
    for number in range(TIMES):
        text = f"Step {number} {mark}"
        began = time.monotonic()
        demo.edit(demo.deal.crm_id, text)
        _until(lambda text=text: demo.shows(text), text)
        found["change_to_page"].append(time.monotonic() - began)
        text, began = f"Reply {number} {mark}", time.monotonic()
        demo.reply(text)
        _until(lambda text=text: demo.holds(text), text)
        found["reply_to_crm"].append(time.monotonic() - began)
    return found


def _load(demo: Demo, done: threading.Event) -> None:
    """Other deals change and other messages are posted, as fast as they are taken."""
    keys = [RecordKey(ObjectKind.DEAL, crm_id) for crm_id in demo.others]
    ingest.fetch(demo.house.agent(), demo.tenant, keys)
    executor, turn = demo.house.executor(), 0
    while not done.is_set():
        turn += 1
        for number, key in enumerate(keys):
            if done.is_set():
                return
            demo.edit(key.crm_id, f"Load {turn}")
            fields = {"partner_id": demo.partner, "body": f"Load {turn}-{number}", "audience": "team"}
            executor.run(demo.tenant.id, SELLER, "thread.post", demo.deal, fields, new_id())


def _figures(found: dict[str, list[float]], when: str) -> Iterator[dict[str, Any]]:
    for way, times in found.items():
        yield _figure(way, round(statistics.median(times), 2), "s, the median", when) | {
            "longest": round(max(times), 2)
        }


def _figure(metric: str, value: float, unit: str, what: str) -> dict[str, Any]:
    return {"benchmark": "lag", "metric": metric, "value": value, "unit": unit, "n": TIMES, "what": what}


@contextmanager
def _demo(folder: Path) -> Iterator[Demo]:
    data, ports = folder / "demo", Ports.starting_at(_free_base())
    words = ("-m", "app.cli", "demo", "--json", "--port", str(ports.web), "--data", str(data))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, stderr=log, cwd=ROOT)
        try:
            assert process.stdout is not None
            addresses = json.loads(process.stdout.readline() or b"{}")
            require(addresses.get("ready"), f"the demo starts: {(folder / 'log').read_text()[-500:]}")
            yield _seen(Site(data), ports, addresses)
        finally:
            process.terminate()
            process.wait(timeout=60)


def _seen(site: Site, ports: Ports, addresses: dict[str, Any]) -> Demo:
    """The first deal of the story, and a viewer who has come in by a link of its partner."""
    house = build(read_config(settings.web_settings(site, ports, site.secrets())), utc_now)
    deal = RecordKey(ObjectKind.DEAL, addresses["records"]["hubspot"]["deal"])
    with house.database.write() as connection:
        tenant = next(t for t in tenants.all_of(connection) if t.crm is CrmKind.HUBSPOT)
        link = next(
            one
            for one in links_of(connection, tenant.id, record=deal)
            if one.purpose == ROOM and one.revoked_at is None and one.expires_at > utc_now()
        )
        token = new_token()
        start_session(
            connection,
            link,
            token_hash=hash_token(token),
            email=link.contact_email,
            expires_at=utc_now() + timedelta(hours=8),
            at=utc_now(),
            device="computer",
            address_hash="",
        )
    require(link.partner_id, "the link is a partner's")
    return Demo(
        ports=ports,
        house=house,
        tenant=tenant,
        deal=deal,
        others=[i for i in site.state()["loaded"]["hubspot"]["deals"].values() if i != deal.crm_id][:OTHERS],
        partner=str(link.partner_id),
        page=f"{ports.origin('share')}/s/room/{link.code}",
        cookie={"Cookie": f"{session_cookie(link.code, https=False)}={token}"},
    )


def _until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        require(time.monotonic() < end, f"{what} arrives within {PATIENCE:.0f} s")
        time.sleep(0.05)


def _free_base() -> int:
    for base in range(21_000, 60_000, 97):
        with socket.socket() as probe:
            if not Ports.starting_at(base).taken() and probe.connect_ex(("127.0.0.1", base)):
                return base
    raise SystemExit("benchmark lag: no free ports")
