"""Many hosts: agents in network namespaces of their own, over PostgreSQL and Valkey that they reach by TCP, write
messages to one CRM account. How much they do with each host more, until the CRM's limit is what they wait for.

The hosts share this machine's cores, so the CRM has to be what takes long: it answers after two seconds, takes ten
messages a call and 22 calls in 10 seconds, of which our budget leaves 15 in 10.2 to this work. The figures say how
work is shared among hosts, not how much work a host of its own could do. Needs root and the command `ip`; on other
machines it says so and measures nothing. That none was doubled
or lost is checked when the outbox is empty.
"""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from cryptography.fernet import Fernet
from redis import Redis
from rq import Worker
from werkzeug.serving import make_server

from app.bootstrap import House, build
from app.crm.budget import Window
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground.clock import utc_now
from app.ground.config import child_environment, read_config
from app.ground.ids import new_id
from app.ground.valkey import server_program
from app.sandbox.hubspot import HubspotSandbox, HubspotSandboxConfig, create_app
from app.storage import outbox, tables
from app.storage.credentials import StoredTokens
from app.storage.migrate import upgrade
from app.storage.rows import insert
from app.tenancy import add_tenant
from sync import poll
from tests.contract.hubspot_world import CLIENT_ID, CLIENT_SECRET, HubspotWorld
from tests.postgres import Postgres
from tests.sandbox.serve import _QuietHandler

HERE, NETWORK = "10.219.77.1", "10.219.77.0/24"
CRM_ADDRESS = "BENCHMARK_CRM"
LATENCY = 2.0
PER_CALL = 10
LIMIT = 22
BUDGET = Window(name="calls", calls=18, seconds=10.2, for_people=3)
MOST_CALLS = (BUDGET.calls - BUDGET.for_people) / BUDGET.seconds
HOSTS = (1, 2, 3, 4, 6)
SETTLE, MEASURE = 4.0, 20.0
MESSAGES = 2_500
ARRIVE = 400.0
"""Seconds for what is left of them when everything has been measured: at the slowest rate twice over."""
ROOT = Path(__file__).parents[1]


class NoHosts(Exception):
    """This machine makes no network namespaces."""


@dataclass
class Site:
    """What all hosts share, and the hosts."""

    world: HubspotWorld
    house: House
    tenant: Tenant
    settings: dict[str, str]
    directory: Path
    hosts: list[str] = field(default_factory=list)
    agents: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    def add_host(self) -> None:
        """Another namespace with an agent of one worker in it."""
        number = len(self.hosts) + 1
        name = f"{_prefix()}h{number}"
        ip("netns", "add", name)
        self.hosts.append(name)
        ip("link", "add", f"{_prefix()}v{number}", "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("link", "set", f"{_prefix()}v{number}", "master", f"{_prefix()}b", "up")
        ip("-n", name, "addr", "add", f"10.219.77.{number + 10}/24", "dev", "eth0")
        for device in ("eth0", "lo"):
            ip("-n", name, "link", "set", device, "up")
        command = ("ip", "netns", "exec", name, sys.executable, "-m", "benchmarks.hosts_agent")
        with (self.directory / f"{name}.log").open("wb") as log:
            self.agents.append(
                subprocess.Popen(
                    [*command, "agent", "--workers", "1", "--hubspot-every", "3600"],
                    env=child_environment(**self.settings),
                    cwd=ROOT,
                    stdout=log,
                    stderr=log,
                )
            )

    def clear_away(self) -> None:
        for agent in self.agents:
            agent.terminate()
        for agent in self.agents:
            agent.wait(timeout=30)
        for name in self.hosts:
            ip("netns", "del", name)

    def at_work(self) -> int:
        """Workers that have begun to write, and go on."""
        redis = Redis.from_url(self.settings["REDIS_URL"])
        return sum(worker.get_state() == "busy" for worker in Worker.all(connection=redis))

    def written(self) -> int:
        return sum(1 for _ in self.world.portal.all("notes"))

    def waiting(self) -> int:
        with self.house.database.read() as connection:
            return outbox.waiting_count(connection)


def run() -> Iterator[dict[str, Any]]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        with ExitStack() as stack:
            site = stack.enter_context(_site(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
            yield from _measure(site)
    except NoHosts as error:
        print(f"benchmark hosts: skipped. {error}", file=sys.stderr)


def _measure(site: Site) -> Iterator[dict[str, Any]]:
    _queue(site)
    for count in HOSTS:
        while len(site.hosts) < count:
            site.add_host()
        _until(lambda count=count: site.at_work() >= count, 90, f"work for {count} hosts")
        time.sleep(SETTLE)
        calls, written, began = site.world.portal.calls.total(), site.written(), time.monotonic()
        time.sleep(MEASURE)
        took = time.monotonic() - began
        rate = (site.world.portal.calls.total() - calls) / took
        yield _figure(count, "calls", round(rate, 2), f"a second; the limit leaves {MOST_CALLS:.2f}")
        yield _figure(count, "messages", round((site.written() - written) / took, 1), "a second into the CRM")
    _until(lambda: site.waiting() == 0, ARRIVE, "an empty outbox")
    bodies = Counter(note["properties"]["hs_note_body"] for note in site.world.portal.all("notes"))
    doubled, lost = sum(count > 1 for count in bodies.values()), MESSAGES - len(bodies)
    if doubled or lost:
        raise SystemExit(
            f"benchmark hosts: {doubled} messages doubled, {lost} lost; its figures mean nothing"
        )
    yield _figure(HOSTS[-1], "doubled", doubled, f"of {MESSAGES} messages")
    yield _figure(HOSTS[-1], "lost", lost, f"of {MESSAGES} messages, once the outbox was empty")
    yield _figure(
        HOSTS[-1], "refused for speed", site.world.portal.calls.by_endpoint().get("429", 0), "calls"
    )


def _queue(site: Site) -> None:
    """One message on each of many deals, as if people had posted them: all due."""
    now = utc_now()
    deals = [RecordKey(ObjectKind.DEAL, crm_id) for crm_id in site.world.make_deals(MESSAGES)]
    partner = {"tenant_id": site.tenant.id, "id": new_id(), "name": "Northwind", "type": "reseller"}
    messages, rows = [], []
    for deal in deals:
        place = {"tenant_id": site.tenant.id, "object": str(deal.object), "crm_id": deal.crm_id}
        place["partner_id"] = str(partner["id"])
        message = place | {"id": new_id(), "author_name": "Sam", "author_email": "sam@vendor.example"}
        message |= {"side": "us", "audience": "partner", "body": f"For deal {deal.crm_id}", "sent_at": now}
        messages.append(message | {"channel": "card", "delivery": "sent", "refusal": ""})
        row = place | {"id": new_id(), "lane": str(deal), "kind": "message", "subject_id": message["id"]}
        rows.append(row | {"state": "waiting", "created_at": now, "due_at": now - timedelta(seconds=1)})
    with site.house.database.write() as connection:
        insert(connection, tables.partner, partner)
        insert(connection, tables.message, messages)
        insert(connection, tables.outbox, rows)


@contextmanager
def _site(directory: Path) -> Iterator[Site]:
    with _bridge(), ExitStack() as stack:
        postgres = Postgres(directory, HERE, NETWORK)
        postgres.start()
        stack.callback(postgres.stop)
        redis_port = stack.enter_context(_valkey(directory))
        world = stack.enter_context(_slow_crm(directory))
        settings = {
            "DATABASE_URL": postgres.url,
            "REDIS_URL": f"redis://{HERE}:{redis_port}/0",
            "SECRET_KEYS": Fernet.generate_key().decode(),
            "HUBSPOT_CLIENT_ID": CLIENT_ID,
            "HUBSPOT_CLIENT_SECRET": CLIENT_SECRET,
            "LOG_FORMAT": "json",
            CRM_ADDRESS: world.origin.removeprefix("http://"),
            "PYTHONPATH": str(ROOT),
        }
        house = build(
            read_config({name: value for name, value in settings.items() if name.isupper()}), utc_now
        )
        upgrade(house.database)
        tenant = add_tenant(
            house,
            crm=CrmKind.HUBSPOT,
            account_id=world.account_id,
            name="Vendor Inc.",
            instance_url="",
            admin_emails=(),
        )
        StoredTokens(house.database, house.vault, tenant.id).save(world.tokens.tokens)
        house.crms[tenant.id] = world.crm
        poll.first_load(house.agent(), tenant)
        site = Site(world=world, house=house, tenant=tenant, settings=settings, directory=directory)
        try:
            yield site
        finally:
            site.clear_away()
            house.database.close()


@contextmanager
def _slow_crm(directory: Path) -> Iterator[HubspotWorld]:
    """A HubSpot that thinks about each call for a while, on an address that the hosts reach."""
    app = create_app(
        HubspotSandboxConfig(
            db_path=directory / "hubspot.db",
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            requests_per_10_seconds=LIMIT,
        )
    )
    inner, slow = app.wsgi_app, [False]

    def thinking(environ: Any, start: Any) -> Any:
        if slow[0]:
            time.sleep(LATENCY)
        return inner(environ, start)

    app.wsgi_app = thinking  # type: ignore[method-assign]
    server = make_server(HERE, 0, app, threaded=True, request_handler=_QuietHandler)
    import threading

    threading.Thread(target=server.serve_forever, daemon=True).start()
    portal: HubspotSandbox = app.extensions["sandbox"]
    world = HubspotWorld(f"http://{HERE}:{server.server_port}", portal)
    slow[0] = True
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
        portal.close()


@contextmanager
def _valkey(directory: Path) -> Iterator[int]:
    import socket

    with socket.socket() as probe:
        probe.bind((HERE, 0))
        port = int(probe.getsockname()[1])
    options = ("--bind", HERE, "--port", str(port), "--protected-mode", "no", "--dir", str(directory))
    process = subprocess.Popen([server_program(), *options, "--save", ""], stdout=subprocess.DEVNULL)
    try:
        _until(lambda: _answers(port), 30, "Valkey")
        yield port
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    with suppress(Exception):
        return bool(Redis(host=HERE, port=port).ping())
    return False


@contextmanager
def _bridge() -> Iterator[None]:
    """A network between this machine and the hosts."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        raise NoHosts("It makes network namespaces, which needs root and the command ip.")
    try:
        ip("link", "add", f"{_prefix()}b", "type", "bridge")
    except subprocess.CalledProcessError as error:
        raise NoHosts("This machine does not let us make network namespaces.") from error
    try:
        ip("addr", "add", f"{HERE}/24", "dev", f"{_prefix()}b")
        ip("link", "set", f"{_prefix()}b", "up")
        yield
    finally:
        ip("link", "del", f"{_prefix()}b")


def _prefix() -> str:
    return f"als{os.getpid() % 10_000}"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def _until(condition: Any, seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"benchmark hosts: {what} did not come within {seconds:.0f} s")
        time.sleep(0.1)


def _figure(hosts: int, metric: str, value: float, unit: str) -> dict[str, Any]:
    return {"benchmark": "hosts", "hosts": hosts, "metric": metric, "value": value, "unit": unit, "n": hosts}
