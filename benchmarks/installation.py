"""The house over a database that scale_world filled, and everything that is asked of it often: the hot paths.

What the database is asked meanwhile is written down, on whatever way it was asked.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import event

from app.bootstrap import House, build
from app.bootstrap_share import build_share_app
from app.crm.budget import Budgets, MemoryBooks
from app.domain.actor import Actor, ActorKind
from app.domain.record import ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.doors.share.visitor import session_cookie
from app.ground.clock import SteppingClock, to_iso
from app.ground.config import read_config
from app.ground.ids import new_id
from app.reading import exposures
from app.reading.past_rooms import past_room
from app.reading.stores import Events
from app.storage import change_mark
from app.storage import tenant as tenants
from app.storage.published import prepared
from app.storage.published.answers import put_answer
from app.storage.published.exposures import Wanted
from app.storage.published.links import link_of
from benchmarks import scale_names as names
from benchmarks import scale_world as world
from sync import inbound, ingest, publish, schedule, webhook_events, writeback
from sync.deps import Agent
from tests.doors.hubspot_client import Hubspot
from tests.fake_crm import FakeCrm
from tests.house import HUBSPOT_SECRET, ORIGIN, RecordingBell, TestHouse

SELLER = Actor(kind=ActorKind.SELLER, id="u1", name="Seller 1", email="seller1@vendor.example")
_NOWHERE = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as the process
SHARE_ORIGIN = "http://127.0.0.1:5081"


@dataclass(frozen=True, slots=True)
class Question:
    """A statement as the driver got it."""

    sql: str
    values: Any


@dataclass
class Installation:
    """One tenant of it is looked at closely; all the others are there."""

    house: House
    clock: SteppingClock
    size: world.Size
    tenant: Tenant
    number: int
    crm: FakeCrm
    asked: list[Question] = field(default_factory=list)

    def __post_init__(self) -> None:
        known = TestHouse(house=self.house, tenant=self.tenant, crm=self.crm, clock=self.clock)
        self.hubspot = Hubspot(known)
        self.share = build_share_app(database=self.house.database, origin=SHARE_ORIGIN, clock=self.clock)
        self.agent: Agent = self.house.agent()
        self._edits = 0

    # What is done often

    def open_card(self, name: str = "thread", deal: int = 0, tenant: int | None = None) -> None:
        self.clock.advance(timedelta(minutes=1))  # no kept answer
        account = str(100_000 + (self.number if tenant is None else tenant))
        who = {"portalId": account, "userEmail": SELLER.email}
        answer = self.hubspot.card(name, names.deal_of(deal).crm_id, "0-3", **who)
        require(answer.json["ok"], f"the card {name} of deal {deal}: {answer.json}")

    def open_company(self, name: str = "overview", deal: int = 0) -> None:
        self.clock.advance(timedelta(minutes=1))
        who = {"portalId": self.tenant.account_id, "userEmail": SELLER.email}
        answer = self.hubspot.card(name, names.company_of(deal).crm_id, "0-2", **who)
        require(answer.json["ok"], f"the card {name} of the company: {answer.json}")

    def open_share(self, link: int = 0, tenant: int | None = None) -> None:
        number = self.number if tenant is None else tenant
        code = names.code_of(number, link)
        cookie = f"{session_cookie(code, https=False)}={names.session_of(number, link)}"
        client = self.share.test_client(use_cookies=False)
        with redirect_stderr(_NOWHERE):  # the access log
            answer = client.get(f"/s/room/{code}", headers={"Cookie": cookie})
        require(f"Rollout {link}".encode() in answer.data, f"room {link} of tenant {number}")

    def knock(self, link: int = 0) -> None:
        answer = self.share.test_client().get(f"/s/{names.token_of(self.number, link)}")
        require(answer.status_code == 200, "the front page")

    def look_back(self, deal: int = 0) -> None:
        """Each question that an admin puts to the ledger, and the page that a partner had on a past day."""
        record, partner, tenant = names.deal_of(deal), names.partner_of(self.number, deal), self.tenant
        wanted = (Wanted(partner_id=partner), Wanted(email=names.EMAIL), Wanted(record=record))
        with self.house.database.read() as connection:
            for one in wanted:
                exposures.page(connection, tenant.id, one)
            after = [to_iso(names.NOW), "", "", "", 0]
            exposures.page(connection, tenant.id, Wanted(), after=after)
            day = names.NOW.date()
            found = past_room(connection, tenant, record, partner, names.EMAIL, day, self.clock())
        require(found.content, "the room of a past day")

    def post(self, deal: int = 0) -> None:
        partner = names.partner_of(self.number, deal)
        fields = {"partner_id": partner, "body": "One more", "audience": "partner"}
        self.run("thread.post", names.deal_of(deal), fields)

    def plan(self, deal: int = 0) -> None:
        partner = names.partner_of(self.number, deal)
        self.run("plan.add_step", names.deal_of(deal), {"partner_id": partner, "title": "Sign"})

    def run(self, name: str, record: RecordKey | None, fields: Mapping[str, object]) -> None:
        self.house.executor().run(self.tenant.id, SELLER, name, record, fields, new_id())

    def answer(self, link: int = 0) -> None:
        """A partner replies on its share page."""
        with self.house.database.write() as connection:
            found = link_of(connection, self.tenant.id, f"05{self.number:010x}{link:010x}{0:010x}")
            put_answer(
                connection,
                found,
                email=names.EMAIL,
                name="Kim",
                command="thread.post",
                fields={"body": "My answer"},
                key=new_id(),
                at=self.clock(),
            )

    def register(self, deal: int = 0) -> None:
        """A seller registers a deal for a partner: the companies it may mean are compared."""
        fields = names.company_fields(deal)
        self.run(
            "registration.submit",
            names.deal_of(deal),
            {
                "partner_id": names.partner_of(self.number, deal),
                "customer_name": fields["name"],
                "customer_domain": fields["domain"],
            },
        )

    def change(self, deals: range) -> None:
        """The CRM changes these deals and tells so by webhook; our copies are not read yet."""
        self._edits += 1
        self.crm.modified += timedelta(seconds=1)
        for deal in deals:
            key = names.deal_of(deal)
            fields = names.deal_fields(deal) | {"next_step": f"Edit {self._edits}"}
            self.crm.records[key.object, key.crm_id] = fields
            self.crm.companies[key.crm_id] = names.company_of(deal).crm_id
        told = [
            {
                "subscriptionType": "deal.propertyChange",
                "objectId": int(names.deal_of(deal).crm_id),
                "propertyName": "hs_next_step",
            }
            for deal in deals
        ]
        events = Events(self.house.database, self.house.bell, self.clock)
        events.keep([(self.tenant, new_id(), body) for body in told])

    def ingest(self) -> None:
        drain(lambda: webhook_events.take_events(self.agent) + ingest.read_marked(self.agent))

    def publish(self) -> None:
        drain(lambda: publish.publish_marked(self.agent))

    def execute(self) -> None:
        drain(lambda: inbound.execute_answers(self.agent))

    def write(self) -> None:
        drain(lambda: writeback.write_due(self.agent))

    def tick(self) -> None:
        started: list[str] = []
        ticker = schedule.Ticker(
            start_poll=lambda tenant_id: started.append(tenant_id) is None,
            salesforce_every=timedelta(seconds=15),
            hubspot_every=timedelta(minutes=5),
        )
        self.clock.advance(timedelta(seconds=2))
        schedule.tick(self.agent, ticker)

    def tidy(self) -> None:
        schedule.clean_up(self.agent, None)  # type: ignore[arg-type]

    def hot_paths(self) -> dict[str, Callable[[], None]]:
        """Each is done as one would do it, in an order in which each has something to do."""
        cards = {
            f"card {name}": (lambda name=name: self.open_card(name))
            for name in (
                "overview",
                "thread",
                "plan",
                "registration",
                "certifications",
                "conflicts",
                "sharing",
            )
        }
        return {
            "share front page": self.knock,
            "share room": self.open_share,
            "ledger": self.look_back,
            **cards,
            "company card": self.open_company,
            "message": self.post,
            "step": self.plan,
            "registration and its conflicts": self.register,
            "partner's answer": self.answer,
            "inbox": self.execute,
            "webhook": lambda: self.change(range(5)),
            "ingest": self.ingest,
            "publish": self.publish,
            "outbox": self.write,
            "tick": self.tick,
            "clean up": self.tidy,
            "card after work": self.open_card,
        }


def require(holds: object, what: str) -> None:
    if not holds:
        raise SystemExit(f"benchmark scale: {what} is not right; its figure would mean nothing")


def drain(work: Callable[[], int]) -> None:
    while work():
        pass


def open_installation(url: str, size: world.Size, number: int = 0) -> Installation:
    """Over a database that is filled already. `number` is the tenant that is looked at."""
    clock = SteppingClock(names.NOW)
    config = read_config(
        {
            "DATABASE_URL": url,
            "PUBLIC_ORIGIN": ORIGIN,
            "SECRET_KEYS": Fernet.generate_key().decode(),
            "SHARE_ORIGIN": SHARE_ORIGIN,
            "HUBSPOT_CLIENT_SECRET": HUBSPOT_SECRET,
            "HUBSPOT_CLIENT_ID": "id",
        }
    )
    house = build(config, clock)
    house.bell = RecordingBell([])
    house.budgets = Budgets(MemoryBooks(lambda: clock().timestamp()))
    with house.database.read() as connection:
        tenant = tenants.by_id(connection, names.tenant_name(number))
    require(tenant, f"tenant {number}")
    assert tenant is not None
    crm = FakeCrm()
    house.crms[tenant.id] = crm
    for kind in ObjectKind:  # FakeCrm tells its fields from its records
        crm.records.setdefault((kind, "none"), {})
    return Installation(house=house, clock=clock, size=size, tenant=tenant, number=number, crm=crm)


@contextmanager
def written_down(installation: Installation) -> Iterator[list[Question]]:
    """Every statement that the database gets meanwhile, also on connections that pass the pool by."""
    asked: list[Question] = []

    def note(_c: Any, _cursor: Any, sql: str, values: Any, *_: Any) -> None:
        if not sql.startswith(("BEGIN", "PRAGMA")):
            asked.append(Question(sql, values))

    ask, rows = prepared.DirectReader.ask, change_mark.ChangeMark._rows

    def direct(self: Any, sql: str, parameters: Any) -> Any:
        note(None, None, sql, parameters)
        return ask(self, sql, parameters)

    def marks(self: Any, question: str, values: Any) -> Any:
        positional = installation.house.database.engine.dialect.positional
        note(None, None, question if positional else question.replace("?", "%s"), values)
        return rows(self, question, values)

    engine = installation.house.database.engine
    event.listen(engine, "before_cursor_execute", note)
    prepared.DirectReader.ask, change_mark.ChangeMark._rows = direct, marks  # type: ignore[method-assign]
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)
        prepared.DirectReader.ask, change_mark.ChangeMark._rows = ask, rows  # type: ignore[method-assign]
