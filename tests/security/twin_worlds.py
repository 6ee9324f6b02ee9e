"""Two worlds that are alike to the last random number. In one of them another partner works on the same deals; what
a partner receives, and what it costs to answer it, can be compared as it is."""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from app.bootstrap_share import build_share_app
from app.commands.context import CommandResult
from app.crm.budget import Budgets
from app.crm.port import CrmFile
from app.domain.actor import Actor, ActorKind
from app.domain.record import ObjectKind, RecordKey
from app.ground.clock import SteppingClock
from app.ground.errors import AppError
from app.identity.signing_key import SigningKey
from app.storage.engine import Database
from app.storage.published_tables import snapshot
from app.wsgi import web_app
from sync import (
    checking,
    files,
    inbound,
    ingest,
    plan_reminders,
    plans,
    publish,
    schedule,
    writeback,
)
from tests import shared_files
from tests.contract.hubspot_world import OpenBooks
from tests.house import ADMIN, ORIGIN, SELLER, START, TestHouse, make_house
from tests.share_world import Outgoing

SHARE = "https://share.vendor.example"
MINE, OTHER, ALL = "mine", "other", "all"
NOWHERE = RecordKey(ObjectKind.DEAL, "")
EXPIRES = re.compile(r" Expires=[^;]+;")
LITERAL = re.compile(r"x?'(?:[^']|'')*'|\b\d+\b")
HERE: Mapping[str, dict[str, str]] = {
    MINE: {"REMOTE_ADDR": "192.0.2.1"},
    OTHER: {"REMOTE_ADDR": "192.0.2.2"},
}


class Dice:
    """Chance that a test winds up: the same numbers come from the same start. Ids made later sort later."""

    def __init__(self) -> None:
        self._random = random.Random(0)
        self._began = self._nanos = 0

    def wind(self, name: str, clock: SteppingClock) -> None:
        self._random.seed(f"{name} {clock()}")
        self._began = self._nanos = int(clock().timestamp()) * 1_000_000_000

    def urandom(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def token_urlsafe(self, count: int) -> str:
        return self.urandom(count * 4 // 3 + 1).hex()[: count * 4 // 3 + 1]

    def token_hex(self, count: int) -> str:
        return self.urandom(count).hex()

    def randbelow(self, count: int) -> int:
        return self._random.randrange(count)

    def choice(self, letters: str) -> str:
        return self._random.choice(letters)

    def time_ns(self) -> int:
        self._nanos += 1_000_000
        return self._nanos

    @property
    def add_resource(self) -> Callable[..., pikepdf.Name]:
        """What pikepdf draws over a page it calls by a random name."""
        adds = pikepdf.Page.add_resource

        def add(
            page: pikepdf.Page, resource: pikepdf.Object, kind: pikepdf.Name, **more: Any
        ) -> pikepdf.Name:
            return adds(page, resource, kind, pikepdf.Name(f"/{self.token_hex(8)}"), **more)

        return add

    def signing_key(self) -> SigningKey:
        """One for each moment: whose work it is made amid says nothing of it."""
        return SigningKey(Ed25519PrivateKey.from_private_bytes(f"{self._began:032}".encode()))


@dataclass
class Work:
    """What a database was asked: each statement without its values, and how many steps the engine took for it."""

    asked: list[list[Any]] = field(default_factory=list)

    def watch(self, database: Database) -> None:
        def connected(connection: Any, _: object) -> None:
            if hasattr(connection, "set_progress_handler"):
                hurry(connection, None)
                connection.set_trace_callback(lambda sql: self.asked.append([LITERAL.sub("?", sql), 0]))
                connection.set_progress_handler(self._step, 1)

        def executed(*arguments: Any) -> None:
            if database.engine.dialect.name != "sqlite":
                self.asked.append([str(arguments[2]), 0])

        event.listen(database.engine, "connect", connected)
        event.listen(database.engine, "before_cursor_execute", executed)

    def _step(self) -> int:
        if self.asked:
            self.asked[-1][1] += 1
        return 0


@dataclass(repr=False, eq=False)
class World:
    """One of the two. `noisy` is the one where the other partner is at work."""

    house: TestHouse
    share: Flask
    mailer: Outgoing
    dice: Dice
    work: Work
    noisy: bool
    desk: FlaskClient
    deal: RecordKey = NOWHERE
    partners: dict[str, str] = field(default_factory=dict)
    links: dict[str, dict[str, object]] = field(default_factory=dict)
    mails: list[tuple[str, str, str, str]] = field(default_factory=list)

    def begin(self, number: int, kind: str) -> None:
        """A deal of its own, on which the partner works; the other too, where there is one."""
        crm, name = self.house.crm, f"Customer{number:05}"
        self.deal, self.links = RecordKey(ObjectKind.DEAL, f"9{number:05}"), {}
        company = {"name": name, "domain": f"{name}.example", "country": "US", "owner": "o1"}
        template = crm.records[ObjectKind.DEAL, "900"]
        crm.records[ObjectKind.DEAL, self.deal.crm_id] = {
            **template,
            "name": f"{name} rollout",
            "crm:Region__c": "North",
        }
        crm.records[ObjectKind.COMPANY, f"7{number:05}"] = company
        crm.companies[self.deal.crm_id] = f"7{number:05}"
        self.new_file(1)
        for who in (MINE, OTHER) if self.noisy else (MINE,):
            self.dice.wind(f"{who} {number}", self.house.clock)
            done = self.run("partner.attach", name=f"{who.title()} {number}", type=kind)
            self.partners[who] = str(done.result["partner_id"])

    def new_file(self, version: int) -> None:
        body = shared_files.pdf(f"Version {version}")
        about = CrmFile(id="f1", name="Offer.pdf", type="pdf", size=len(body), modified_at=self.house.clock())
        self.house.crm.stored_files["f1"] = (about, body)

    def run(self, command: str, /, *, actor: Actor = SELLER, **fields: object) -> CommandResult:
        return self.house.run(command, fields, actor=actor, record=self.deal)

    def do(self, who: str, doing: "Doing", number: int) -> object:
        """What that partner's side is told of it; a refusal is an answer, too. Nothing is done for somebody who is
        not there."""
        self.house.clock.advance(timedelta(seconds=1))
        self.dice.wind(f"{who} {number}", self.house.clock)
        if who == OTHER and not self.noisy:
            return None
        try:
            return doing(self, who, number)
        except AppError as refusal:
            return refusal.reason, refusal.message

    def pass_by(self) -> list[object]:
        """One round of the agent's, and which showing of the room it brought the partner, if any."""
        self.house.clock.advance(timedelta(minutes=1))
        self.dice.wind("agent", self.house.clock)
        agent = replace(
            self.house.agent, send_mail=lambda *mail: self.mails.append(mail) if "mine" in mail[0] else None
        )
        for work in ROUND:
            while work(agent):  # however much there is for others: a batch is full or not, whoever fills it
                pass
        schedule.seal_audit(agent, NOBODY_POLLS)
        plan_reminders.remind(agent)
        return [*self.published()[-1:], len(self.mails)]

    def published(self) -> list[tuple[object, ...]]:
        """Every snapshot that the partner was ever given, with its number and its time."""
        c = snapshot.c
        columns = (c.version, c.published_at, c.content, c.content_hash, c.policy_version, c.partner_type)
        mine = c.crm_id == self.deal.crm_id, c.partner_id == self.partners[MINE]
        with self.house.house.database.read() as connection:
            return [
                tuple(row) for row in connection.execute(select(*columns).where(*mine).order_by(c.version))
            ]

    def link(self, who: str) -> dict[str, object]:
        fields = {"contact_email": f"{who}@a.example", "contact_name": "Kim", "days": 7}
        made = dict(self.run("sharing.create_link", partner_id=self.partners[who], **fields).result)
        self.links[who] = made
        return made

    def path(self, who: str) -> str:
        return str((self.links.get(who) or self.link(who))["url"]).removeprefix(SHARE)

    def room(self, who: str) -> str:
        self.path(who)
        return f"/s/room/{self.links[who]['code']}"

    def browser(self, who: str) -> FlaskClient:
        client = self.share.test_client()
        client.environ_base |= HERE[who]
        return client

    def enter(self, who: str) -> FlaskClient:
        client, path = self.browser(who), self.path(who)
        client.post(f"{path}/code", base_url=SHARE)
        client.post(
            f"{path}/enter", data={"code": self.mailer.code if self.mailer.sent else ""}, base_url=SHARE
        )
        return client

    def viewer(self, who: str) -> Actor:
        return Actor(
            kind=ActorKind.VIEWER,
            id=f"v-{who}",
            name=who,
            email=f"{who}@a.example",
            partner_id=self.partners[who],
        )

    def received(self, *, paper: bool) -> Iterator[tuple[object, ...]]:
        """Everything that the partner gets of the deal, each with what it cost to answer: the way in, the room in
        both forms, its marks, calendar and files, what is asked and sent there, and what does not exist. With `paper`
        the room's PDF, and the plan as a seller prints it."""
        self.dice.wind("form", self.house.clock)
        form = self.run("sharing.create_form_link", actor=ADMIN, partner_id=self.partners[MINE], days=30)
        door, room, client = self.path(MINE), self.room(MINE), self.browser(MINE)
        asked = str(form.result["url"]).removeprefix(SHARE)
        offered = [
            f["id"] for *_, content, _, _, _ in self.published()[-1:] for f in content.get("files", ())
        ]
        code: Callable[[], dict[str, str]] = lambda: {"code": self.mailer.code if self.mailer.sent else ""}  # noqa: E731
        for method, path, data in (
            ("GET", door, {}),
            ("POST", f"{door}/code", {}),
            ("POST", f"{door}/enter", {"code": "000000"}),
            ("POST", f"{door}/enter", code),
            ("GET", room, {}),
            ("GET", room, {"accept": "application/json"}),
            ("GET", f"{room}/nothing", {}),
            ("GET", f"{room}/tile.png", {}),
            ("GET", f"{room}/mark.txt", {}),
            ("GET", f"{room}/plan.ics", {}),
            *((("POST", f"{room}/pdf", {}),) if paper else ()),
            ("POST", f"{room}/file", {"file": (offered or ["none"])[0]}),
            ("POST", f"{room}/complete", {"key": "key-complete", "step_id": "unknown"}),
            ("POST", f"{room}/reply", {"key": f"reply-{self.deal.crm_id}", "body": "Seen, thank you."}),
            ("GET", room, {}),
            ("POST", f"{door}/ask", {"email": "new@b.example", "name": "New", "note": "Please"}),
            ("GET", asked, {}),
            ("POST", f"{asked}/register", {"key": "key-register", **WHO, "customer_name": "Customer"}),
        ):
            self.dice.wind(f"{method} {path}", self.house.clock)
            self.work.asked.clear()
            values = data() if callable(data) else data
            if method == "GET":
                accept = {"Accept": values.get("accept", "text/html")}
                answer = client.get(path, headers=accept, base_url=SHARE)
            else:
                answer = client.post(path, data=values, base_url=SHARE)
            yield told(path.removeprefix(door).removeprefix(room), answer, self.work)
        yield ("mails", [mail for mail in self.mailer.sent if "mine" in mail[0]], list(self.mails))
        if paper:
            yield ("plan on paper", self.paper())

    def paper(self) -> bytes:
        """The plan as a seller prints it and may hand it over."""
        house, mine = self.house, self.partners[MINE]
        path = house.house.calendar_url(house.tenant, SELLER, self.deal, mine).removeprefix(ORIGIN)
        return self.desk.get(path.replace("plan.ics", "plan.pdf")).get_data()


WHO = {"your_name": "Kim", "your_email": "kim@a.example"}
NOBODY_POLLS = schedule.Ticker(
    start_poll=lambda _: False, salesforce_every=timedelta(days=1), hubspot_every=timedelta(days=1)
)
ROUND = (
    inbound.execute_answers,
    ingest.read_marked,
    checking.check_marked,
    plans.settle_marked,
    files.fetch_due,
    publish.publish_marked,
    writeback.write_due,
)
"""What workers do, each until nothing is due."""


def told(name: str, answer: TestResponse, work: Work) -> tuple[object, ...]:
    """The answer as it is, but for the moment at which a browser forgets the cookie: the HTTP library writes it by
    the machine's own clock."""
    headers = [(key, EXPIRES.sub("", value)) for key, value in answer.headers]
    return name, answer.status, headers, answer.get_data(), [tuple(one) for one in work.asked]


def hurry(connection: Any, _: object) -> None:
    """These data outlive no power cut, so nothing waits for the disk."""
    if hasattr(connection, "set_progress_handler"):
        connection.execute("PRAGMA synchronous=OFF")


def twin_worlds(folder: Path, dice: Dice) -> Iterator[World]:
    for noisy in (True, False):
        dice.wind("world", SteppingClock(START))
        (folder / str(noisy)).mkdir()
        house = make_house(folder / str(noisy))
        house.house.budgets = Budgets(OpenBooks())
        event.listen(house.house.database.engine, "connect", hurry)
        database, mailer, work = Database(house.house.config.database_url), Outgoing(), Work()
        share = build_share_app(database=database, origin=SHARE, mailer=mailer, clock=house.clock)
        work.watch(database)
        yield World(
            house=house,
            share=share,
            mailer=mailer,
            dice=dice,
            work=work,
            noisy=noisy,
            desk=web_app(house.house).test_client(),
        )


Doing = Callable[[World, str, int], object]
"""Done for somebody in a world, as the so-manieth thing; what that side is told of it."""
