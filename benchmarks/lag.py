"""How long it takes from a change in the CRM until a partner's page shows it, and from a partner's reply until
the CRM holds it: over the processes of `alongside demo` (stand-ins for HubSpot and Salesforce, web, share, workers,
scheduler, the listener for Salesforce's change events), at rest, and while other deals change and messages are posted
without a pause.

Seconds are of this machine, its other work included; the ratios compare two medians of one run. A figure counts only
if everything arrived.
"""

import logging
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import requests
import structlog

from app.bootstrap import House, build
from app.crm.fields import api_name
from app.demo import settings
from app.demo.site import Site
from app.domain.actor import Actor, ActorKind
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.doors.share.visitor import session_cookie
from app.ground.clock import utc_now
from app.ground.config import read_config
from app.ground.ids import hash_token, new_id, new_token
from app.storage import outbox
from app.storage import tenant as tenants
from app.storage.published.links import links_of
from app.storage.published.viewers import start_session
from benchmarks.account import require
from sync import ingest
from tests.stories.crms import CRMS, StoryCrm
from tests.stories.running import Demo

TIMES = 12
OTHERS = 100
"""Deals that change as well when there is load."""

DEAL, PARTNER, PERSON = "brightwater-utilities-edge", "Contoso", ("lag@contoso.example", "Lea Lag")
SELLER = Actor(kind=ActorKind.SELLER, id="lag", name="Sam Seller", email="sam@vendor.example")
PATIENCE = 240.0


@dataclass(kw_only=True)
class View:
    """The processes, seen from outside; `page` is a partner's page of `deal`, with its session."""

    crm: StoryCrm
    house: House
    tenant: Tenant
    deal: RecordKey
    others: Sequence[str]
    partner: str
    page: str
    cookie: dict[str, str]

    def edit(self, crm_id: str, text: str) -> None:
        self.crm.edit(crm_id, **{api_name(self.tenant.crm, ObjectKind.DEAL, "next_step"): text})

    def shows(self, text: str) -> bool:
        answer = requests.get(self.page, headers=self.cookie, timeout=60)
        answer.raise_for_status()
        return text in answer.text

    def reply(self, text: str) -> None:
        headers = self.cookie | {"Origin": self.crm.demo.addresses["share"]}
        form = {"body": text, "key": new_id()}
        answer = requests.post(
            f"{self.page}/reply", data=form, headers=headers, timeout=60, allow_redirects=False
        )
        require(answer.status_code == 303, f"the reply is taken: {answer.status_code}")

    def holds(self, text: str) -> bool:
        """Whether the CRM has the message on the deal."""
        return any(text in message for message in self.crm.messages(self.deal.crm_id))

    def waits(self) -> int:
        with self.house.database.read() as connection:
            return outbox.waiting_count(connection, self.tenant.id)


def run() -> Iterator[dict[str, Any]]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder) / "demo")
        try:
            demo.start()
            for name in sorted(CRMS):
                yield from _measure(see(CRMS[name](demo)))
        finally:
            demo.stop()


def _measure(view: View) -> Iterator[dict[str, Any]]:
    _until(lambda: view.waits() == 0, "the demo's own work")
    rest = both(view, "at rest", TIMES)
    yield from _figures(view, rest, "at rest")
    done = threading.Event()
    load = threading.Thread(target=_load, args=(view, done), daemon=True)
    load.start()
    busy = both(view, "under load", TIMES)
    done.set()
    load.join(timeout=PATIENCE)
    _until(lambda: view.waits() == 0, "what was asked meanwhile")
    yield from _figures(
        view, busy, f"while {OTHERS} deals change and as many messages are written, over and over"
    )
    for way, times in rest.items():
        ratio = statistics.median(busy[way]) / statistics.median(times)
        yield _figure(view, f"{way}_growth", round(ratio, 2), "median under load / at rest", "of one run")


def both(view: View, mark: str, times: int) -> dict[str, list[float]]:
    """Seconds of each way, one after the other, so that none waits for the one before."""
    found: dict[str, list[float]] = {"change_to_page": [], "reply_to_crm": []}
    for number in range(times):
        text = f"Step {number} {mark}"
        began = time.monotonic()
        view.edit(view.deal.crm_id, text)
        _until(partial(view.shows, text), text)
        found["change_to_page"].append(time.monotonic() - began)
        text, began = f"Reply {number} {mark}", time.monotonic()
        view.reply(text)
        _until(partial(view.holds, text), text)
        found["reply_to_crm"].append(time.monotonic() - began)
    return found


def _load(view: View, done: threading.Event) -> None:
    """Other deals change and other messages are posted, as fast as they are taken."""
    keys = [RecordKey(ObjectKind.DEAL, crm_id) for crm_id in view.others]
    ingest.fetch(view.house.agent(), view.tenant, keys)
    executor, turn = view.house.executor(), 0
    while not done.is_set():
        turn += 1
        for number, key in enumerate(keys):
            if done.is_set():
                return
            view.edit(key.crm_id, f"Load {turn}")
            fields = {"partner_id": view.partner, "body": f"Load {turn}-{number}", "audience": "team"}
            executor.run(view.tenant.id, SELLER, "thread.post", view.deal, fields, new_id())


def _figures(view: View, found: dict[str, list[float]], when: str) -> Iterator[dict[str, Any]]:
    for way, times in found.items():
        yield _figure(view, way, round(statistics.median(times), 2), "s, the median", when) | {
            "longest": round(max(times), 2)
        }


def _figure(view: View, metric: str, value: float, unit: str, what: str) -> dict[str, Any]:
    of = {"benchmark": "lag", "crm": view.crm.name, "metric": metric}
    return of | {"value": value, "unit": unit, "n": TIMES, "what": what}


def see(crm: StoryCrm) -> View:
    """A deal of the demo's story, and a viewer who has come in by a link of its own."""
    site, deal = Site(crm.demo.data), RecordKey(ObjectKind.DEAL, crm.deal(DEAL))
    crm.link(deal.crm_id, PARTNER, *PERSON)
    house = build(read_config(settings.web_settings(site, crm.demo.ports, site.secrets())), utc_now)
    with house.database.write() as connection:
        tenant = next(t for t in tenants.all_of(connection) if t.crm is CrmKind(crm.name))
        link = next(
            one for one in links_of(connection, tenant.id, record=deal) if one.contact_email == PERSON[0]
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
    return View(
        crm=crm,
        house=house,
        tenant=tenant,
        deal=deal,
        others=[i for i in site.state()["loaded"][crm.name]["deals"].values() if i != deal.crm_id][:OTHERS],
        partner=str(link.partner_id),
        page=f"{crm.demo.addresses['share']}/s/room/{link.code}",
        cookie={"Cookie": f"{session_cookie(link.code, https=False)}={token}"},
    )


def _until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        require(time.monotonic() < end, f"{what} arrives within {PATIENCE:.0f} s")
        time.sleep(0.05)
