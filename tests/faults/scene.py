"""A vendor on a HubSpot stand-in over HTTP, with Valkey, the agent and, where asked for, the web process and a
PostgreSQL server as processes of their own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from cryptography.fernet import Fernet
from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError

from app.bootstrap import House, build
from app.domain.actor import Actor, ActorKind
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground.clock import utc_now
from app.ground.config import child_environment, read_config
from app.ground.ids import new_id
from app.ground.valkey import answers, forget_socket, server_command, socket_path, url_of
from app.storage import audit, outbox, tables
from app.storage import fault as faults
from app.storage.credentials import StoredTokens
from app.storage.engine import Database
from app.storage.migrate import upgrade
from app.storage.published.answers import put_answer
from app.storage.published.links import link_of
from app.storage.published_tables import partner_inbox
from app.storage.rows import find_all
from app.tenancy import add_tenant
from sync import poll
from tests.contract.hubspot_world import CLIENT_ID, CLIENT_SECRET, HubspotWorld, open_world
from tests.database import migrated_database_url
from tests.faults.web import ROOT, Web
from tests.postgres import Postgres

T = TypeVar("T")

SELLER = Actor(kind=ActorKind.SELLER, id="u1", name="Sam Seller", email="sam@vendor.example")
DEALS = 3
SETTLES_IN = 60.0
PATIENCE = 60.0
"""Seconds that people go on trying when they get no answer."""


@dataclass
class Scene:
    """`said` is every message by record, in the order in which it was accepted; `done` every step with its state."""

    directory: Path
    world: HubspotWorld
    house: House
    tenant: Tenant
    settings: dict[str, str]
    deals: list[RecordKey] = field(default_factory=list)
    partner_id: str = ""
    links: dict[str, str] = field(default_factory=dict)
    said: dict[str, list[str]] = field(default_factory=dict)
    replied: dict[str, list[str]] = field(default_factory=dict)
    done: dict[str, bool] = field(default_factory=dict)
    valkey: "subprocess.Popen[bytes] | None" = None
    agents: "list[subprocess.Popen[bytes]]" = field(default_factory=list)
    web: Web | None = None
    postgres: Postgres | None = None
    refused_for_speed: int = 0

    # What people do

    def post(self, deal: RecordKey, **more: str) -> None:
        body = f"message {new_id()}"
        self._run(deal, "thread.post", partner_id=self.partner_id, body=body, **more)
        self.said.setdefault(deal.crm_id, []).append(body)

    def post_on_the_card(self, deal: RecordKey) -> None:
        assert self.web is not None
        web, body, key = self.web, f"message {new_id()}", new_id()
        sent = partial(web.post, deal.crm_id, self.partner_id, body, key)
        wait_until(sent, PATIENCE, "the web process acknowledges")
        self.said.setdefault(deal.crm_id, []).append(body)

    def reply(self, deal: RecordKey) -> None:
        body, key = f"reply {new_id()}", new_id()

        def answer() -> None:
            with self.house.database.write() as connection:
                link = link_of(connection, self.tenant.id, self.links[deal.crm_id])
                put_answer(
                    connection,
                    link,
                    email="kim@northwind.example",
                    name="Kim Partner",
                    command="thread.post",
                    fields={"body": body},
                    key=key,
                    at=utc_now(),
                )

        persist(answer)
        self.house.bell.ring("inbound")
        self.replied.setdefault(deal.crm_id, []).append(body)

    def plan(self, deal: RecordKey) -> None:
        title = f"Step {new_id()}"
        added = self._run(deal, "plan.add_step", partner_id=self.partner_id, title=title)
        self.done[title] = False
        if len(self.done) % 2:
            self._run(deal, "plan.complete_step", step_id=added["step_id"])
            self.done[title] = True

    def edit_in_crm(self, deal: RecordKey) -> None:
        self.world.portal.edit("deals", deal.crm_id, {"hs_next_step": new_id()})

    def _run(self, deal: RecordKey, name: str, /, **fields: object) -> dict[str, Any]:
        key = new_id()
        return persist(
            lambda: dict(self.house.executor().run(self.tenant.id, SELLER, name, deal, fields, key).result)
        )

    # Processes

    def start_valkey(self) -> None:
        socket = socket_path(self.directory)
        socket.unlink(missing_ok=True)
        self.valkey = subprocess.Popen(
            server_command(self.directory, socket), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(lambda: answers(socket), 60, "Valkey answers")

    def start_web(self) -> None:
        self.web = self.web or Web(self.settings, self.world.portal.config.portal_id)
        self.web.start()

    def start_agent(self, *, workers: int = 2) -> None:
        with (self.directory / "agent.log").open("ab") as log:
            self.agents.append(
                subprocess.Popen(
                    [
                        sys.executable,
                        "-m",
                        "tests.faults.hasty_agent",
                        "agent",
                        *("--workers", str(workers), "--hubspot-every", "5"),
                    ],
                    env=child_environment(**self.settings),
                    cwd=ROOT,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    def workers(self) -> list[int]:
        """Pids of the workers that registered and live."""
        try:
            known = [worker.pid for worker in Worker.all(connection=self.redis())]
        except RedisError:
            known = []
        living = [pid for agent in self.agents for pid in children_of(agent.pid)]
        return [pid for pid in known if pid in living]

    def scheduler(self) -> list[int]:
        workers = self.workers()
        return [
            pid for agent in self.agents for pid in children_of(agent.pid) if workers and pid not in workers
        ]

    def redis(self) -> Redis:
        return Redis.from_url(self.settings["REDIS_URL"], socket_timeout=2.0)

    def stop(self) -> float:
        """Ends the agents as a service manager would; how many seconds that took."""
        began = time.monotonic()
        for agent in self.agents:
            agent.terminate()
        for agent in self.agents:
            agent.wait(timeout=30)
        self.agents.clear()
        return time.monotonic() - began

    def clear_away(self) -> None:
        if self.web is not None:
            self.web.kill()
        for agent in self.agents:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(agent.pid, signal.SIGKILL)
            agent.wait()
        if self.valkey is not None:
            self.valkey.kill()
            self.valkey.wait()
        forget_socket(self.directory)
        if self.postgres is not None:
            self.postgres.stop()

    # What has to be true

    def waiting(self) -> dict[str, int]:
        with self.house.database.read() as connection:
            return {
                "outbox": outbox.waiting_count(connection),
                "answers": len(find_all(connection, partner_inbox, partner_inbox.c.state == "waiting")),
                "marks": len(find_all(connection, tables.dirty)),
            }

    def settle(self, seconds: float = SETTLES_IN) -> float:
        """Waits until nothing waits; how long that took. The work of partners makes work for the CRM: so twice."""
        began = time.monotonic()
        wait_until(
            lambda: not any(self.waiting().values()), seconds, lambda: f"nothing waits: {self.waiting()}"
        )
        return time.monotonic() - began

    def check(self) -> None:
        """Nothing lost, nothing doubled, order kept, nothing refused, the books in order."""
        notes = [
            n for n in self.world.portal.all("notes") if n["properties"].get("alongside_kind") == "message"
        ]
        expected = {body for part in (self.said, self.replied) for bodies in part.values() for body in bodies}
        shown = Counter(body for note in notes for body in expected_in(note, expected))
        assert set(shown) == expected, f"lost: {sorted(expected - set(shown))}"
        assert max(shown.values(), default=1) == 1, "doubled"
        assert len(notes) == len(expected)
        for deal in self.deals:
            written = [
                body
                for note in self.world.portal.linked("deals", deal.crm_id, "notes")
                for body in expected_in(note, expected)
            ]
            for part in (self.said, self.replied):
                mine = part.get(deal.crm_id, [])
                assert [body for body in written if body in set(mine)] == mine, "order"
        tasks = self.world.portal.all("tasks")
        states = {t["properties"]["hs_task_subject"]: t["properties"]["hs_task_status"] for t in tasks}
        assert len(tasks) == len(self.done)
        assert {title: state == "COMPLETED" for title, state in states.items()} == self.done
        with self.house.database.read() as connection:
            assert outbox.refused(connection, self.tenant.id) == []
            assert audit.first_break(connection, self.tenant.id) is None
            assert faults.all_of(connection, self.tenant.id) == []
            if connection.dialect.name == "sqlite":
                assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        assert self.refused_for_speed == 0, "asked HubSpot for more than it allows"


def persist(act: Callable[[], T]) -> T:
    """What people do who got no answer: the same again, under the same key, until there is one."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return act()
        except (OperationalError, InterfaceError):
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def expected_in(note: dict[str, Any], expected: set[str]) -> list[str]:
    """The one body that the note holds: bodies are a word, a space and an id of 32 characters."""
    html = note["properties"].get("hs_note_body") or ""
    return [
        html[at : at + len(word) + 33]
        for word in ("message", "reply")
        if (at := html.find(f"<p>{word} ") + 3) > 2 and html[at : at + len(word) + 33] in expected
    ]


def children_of(pid: int) -> list[int]:
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(word) for word in file.read_text().split()]
    return found


def wait_until(condition: Any, seconds: float, what: Any) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:.0f} s: {what() if callable(what) else what}")
        time.sleep(0.05)


@contextmanager
def open_scene(directory: Path, postgres: Postgres | None = None) -> Iterator[Scene]:
    """Three deals with one partner on each, the stand-in with HubSpot's own limits; no process of ours runs yet. On
    SQLite, or on a server that is started here and ended with the scene."""
    with open_world(directory) as world:
        settings = {
            "DATABASE_URL": _database_url(directory, postgres),
            "REDIS_URL": url_of(socket_path(directory)),
            "SECRET_KEYS": Fernet.generate_key().decode(),
            "HUBSPOT_CLIENT_ID": CLIENT_ID,
            "HUBSPOT_CLIENT_SECRET": CLIENT_SECRET,
            "HUBSPOT_API_ORIGIN": world.origin,
            "LOG_FORMAT": "json",
        }
        house = build(read_config(settings), utc_now)
        tenant = add_tenant(
            house,
            crm=CrmKind.HUBSPOT,
            account_id=world.account_id,
            name="Vendor Inc.",
            instance_url="",
            admin_emails=(),
        )
        StoredTokens(house.database, house.vault, tenant.id).save(world.tokens.tokens)
        scene = Scene(
            directory=directory, world=world, house=house, tenant=tenant, settings=settings, postgres=postgres
        )
        _count_refusals(scene)
        scene.start_valkey()
        try:
            _furnish(scene)
            yield scene
        finally:
            house.database.close()
            scene.clear_away()


def _database_url(directory: Path, postgres: Postgres | None) -> str:
    if postgres is None:
        return migrated_database_url(directory)
    postgres.start()
    database = Database(postgres.url.replace("postgresql://", "postgresql+psycopg://", 1))
    upgrade(database)
    database.close()
    return postgres.url


def _furnish(scene: Scene) -> None:
    company = scene.world.make_company("Initech", domain="initech.example")
    ids = [scene.world.make_deal(f"Rollout {n}", company_ids=[company]) for n in range(DEALS)]
    poll.first_load(scene.house.agent(), scene.tenant)
    for crm_id in ids:
        deal = RecordKey(ObjectKind.DEAL, crm_id)
        new = (
            {"partner_id": scene.partner_id}
            if scene.partner_id
            else {"name": "Northwind", "type": "reseller"}
        )
        scene.partner_id = str(scene._run(deal, "partner.attach", **new)["partner_id"])
        link = scene._run(
            deal,
            "sharing.create_link",
            partner_id=scene.partner_id,
            contact_email="kim@northwind.example",
            contact_name="Kim Partner",
            days=7,
        )
        scene.deals.append(deal)
        scene.links[crm_id] = str(link["link_id"])


def _count_refusals(scene: Scene) -> None:
    for window in (scene.world.portal.requests, scene.world.portal.searches):
        admits = window.admit

        def admit(admits: Any = admits) -> int | None:
            left: int | None = admits()
            scene.refused_for_speed += left is None
            return left

        window.admit = admit  # type: ignore[method-assign]
