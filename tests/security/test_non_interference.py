"""Several partners on one deal never notice each other. Twin deals: the same partner works on both, another one on
the first alone; whatever the other does, every byte that the partner receives is the same on both."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.bootstrap_share import build_share_app
from app.commands.context import CommandResult
from app.crm.budget import Budgets
from app.disclosure.policy import Treatment
from app.disclosure.snapshot import content_hash
from app.domain.actor import Actor, ActorKind
from app.domain.partner import PartnerType
from app.domain.record import ObjectKind, RecordKey
from app.ground.errors import AppError
from app.storage import policy as policies
from app.storage.engine import Database
from app.storage.published.rooms import latest_snapshot
from tests.contract.hubspot_world import OpenBooks
from tests.disclosure.strategies import ruled_policies
from tests.house import ADMIN, SELLER, TestHouse, make_house
from tests.share_world import Outgoing

SHARE = "https://share.vendor.example"
MADE = re.compile(
    r"[0-9a-f]{32}|[A-Za-z0-9_-]{43,}|\b[0-9a-f]{16}\b|\b[0-9a-f]{12}\b|[\u200b-\u200f\u2060-\u2064]"
)
"""Ids, tokens and marks are random, and a card's version is a hash over ids and names: they are told apart by the
order in which they first appear, and by length."""

NUMBERS = count(1)

DOINGS = (
    "message",
    "note",
    "step",
    "team step",
    "file",
    "register",
    "link",
    "view",
    "reply",
    "approve",
    "detach",
)
"""What is done for or by a partner on a deal, as often as it is drawn."""


@dataclass
class Twins:
    """Two deals that differ in their ids and in one letter of their names."""

    house: TestHouse
    share: object
    mailer: Outgoing
    links: dict[tuple[RecordKey, str], dict[str, object]] = field(default_factory=dict)

    def pair(self) -> tuple[RecordKey, RecordKey]:
        number = next(NUMBERS)
        made = []
        for letter in "xq":
            crm_id, name = f"{number:05}{ord(letter)}", f"{letter * 6}{number:05}"
            records = self.house.crm.records
            records[ObjectKind.DEAL, crm_id] = {**records[ObjectKind.DEAL, "900"], "name": f"{name} rollout"}
            company = {"name": name, "domain": f"{name}.example", "country": "US", "owner": "o1"}
            records[ObjectKind.COMPANY, f"7{crm_id}"] = company
            self.house.crm.companies[crm_id] = f"7{crm_id}"
            made.append(RecordKey(ObjectKind.DEAL, crm_id))
        return made[0], made[1]

    def do(self, doing: str, partner: str, who: str, deal: RecordKey) -> object:
        """What the partner's side is told of it; a refusal is an answer, too."""
        try:
            return self._do(doing, partner, who, deal)
        except AppError as refusal:
            return refusal.reason, refusal.message

    def _do(self, doing: str, partner: str, who: str, deal: RecordKey) -> object:  # noqa: C901 - one case each
        viewer = Actor(
            kind=ActorKind.VIEWER, id=f"v-{who}", name=who, email=f"{who}@a.example", partner_id=partner
        )
        mine = {"partner_id": partner}
        match doing:
            case "message" | "note":
                audience = "partner" if doing == "message" else "team"
                self.run("thread.post", deal, body=f"For {who}", audience=audience, confirm=True, **mine)
            case "step" | "team step":
                audience = "partner" if doing == "step" else "team"
                self.run("plan.add_step", deal, title=f"Step of {who}", audience=audience, **mine)
            case "file":
                self.run("sharing.share_file", deal, crm_file_id=f"f-{who}", **mine)
            case "register":
                name = "".join(self.name(deal))
                done = self.run("registration.submit", deal, actor=viewer, customer_name=name, note=who)
                return done.message
            case "approve":
                self.run(
                    "partner.update", None, actor=ADMIN, name=f"{who} {partner[-8:]}", type="reseller", **mine
                )
            case "link":
                self.link(partner, who, deal)
            case "view":
                self.enter(partner, who, deal).get(self.room(partner, who, deal), base_url=SHARE)
            case "reply":
                self.run("thread.post", deal, actor=viewer, body=f"From {who}")
            case "detach":
                if who == "other":
                    self.run("partner.detach", deal, **mine)
        return None

    def name(self, deal: RecordKey) -> str:
        return str(self.house.crm.records[ObjectKind.COMPANY, f"7{deal.crm_id}"]["name"])

    def run(
        self, command: str, deal: RecordKey | None, /, *, actor: Actor = SELLER, **fields: object
    ) -> CommandResult:
        return self.house.run(command, fields, actor=actor, record=deal)

    def link(self, partner: str, who: str, deal: RecordKey) -> dict[str, object]:
        fields = {"contact_email": f"{who}@a.example", "contact_name": "Kim", "days": 7}
        made = dict(self.run("sharing.create_link", deal, partner_id=partner, **fields).result)
        self.links[deal, partner] = made
        return made

    def room(self, partner: str, who: str, deal: RecordKey) -> str:
        made = self.links.get((deal, partner)) or self.link(partner, who, deal)
        return f"/s/room/{made['code']}"

    def enter(self, partner: str, who: str, deal: RecordKey) -> FlaskClient:
        self.room(partner, who, deal)
        token = str(self.links[deal, partner]["url"]).rpartition("/")[2]
        client: FlaskClient = self.share.test_client()  # type: ignore[attr-defined]
        client.post(f"/s/{token}/code", base_url=SHARE)
        client.post(f"/s/{token}/enter", data={"code": self.mailer.code}, base_url=SHARE)
        return client

    def received(self, partner: str, deal: RecordKey) -> list[str]:
        """Everything that the partner gets of the deal: the room in both forms, headers and sizes, an answer to what
        does not exist, the snapshot's hash and number."""
        self.house.work()
        client, room = self.enter(partner, "mine", deal), self.room(partner, "mine", deal)
        self.house.work()
        said = []
        for path, accept in (
            (room, "text/html"),
            (room, "application/json"),
            (f"{room}/nothing", "text/html"),
        ):
            answer = client.get(path, headers={"Accept": accept}, base_url=SHARE)
            said.append(f"{answer.status}\n{answer.headers}\n{answer.get_data(as_text=True)}")
        with self.house.house.database.read() as connection:
            snapshot = latest_snapshot(connection, self.house.tenant.id, deal, partner)
        said.append(f"{snapshot.version} {len(snapshot.content['changes'])}")
        said.append(str(len(content_hash(snapshot.content))))
        return [self._plain(text, partner, deal) for text in said]

    def _plain(self, text: str, partner: str, deal: RecordKey) -> str:
        for name, stands_for in (
            (self.name(deal), "NAME"),
            (deal.crm_id, "DEAL"),
            (str(self.links[deal, partner]["code"]), "CODE"),
        ):
            text = text.replace(name, stands_for)
        seen: dict[str, str] = {}
        return MADE.sub(lambda found: seen.setdefault(found[0], f"<{len(seen)}:{len(found[0])}>"), text)


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    house = make_house(tmp_path_factory.mktemp("twins"))
    house.house.budgets = Budgets(OpenBooks())
    mailer = Outgoing()
    database = Database(house.house.config.database_url)
    share = build_share_app(database=database, origin=SHARE, mailer=mailer, clock=house.clock)
    yield Twins(house=house, share=share, mailer=mailer)
    database.close()
    house.house.database.close()


doings = st.lists(st.tuples(st.booleans(), st.sampled_from(DOINGS)), max_size=10)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # shrinking would run for minutes; the example says enough
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(doings=doings, kind=st.sampled_from(PartnerType), policy=ruled_policies())
def test_nothing_that_a_partner_receives_tells_of_another(twins, doings, kind, policy) -> None:
    noisy, quiet = twins.pair()
    number = next(NUMBERS)
    save(twins.house, policy)
    name = f"Mine {number}"
    mine = str(twins.run("partner.attach", noisy, name=name, type=kind).result["partner_id"])
    twins.run("partner.attach", quiet, partner_id=mine)
    other = str(twins.run("partner.attach", noisy, name=f"Zzyx {number}", type=kind).result["partner_id"])

    for own, doing in [*doings, (True, "register"), (True, "message")]:
        if own:
            assert twins.do(doing, mine, "mine", noisy) == twins.do(doing, mine, "mine", quiet)
        else:
            twins.do(doing, other, "other", noisy)

    assert twins.received(mine, noisy) == twins.received(mine, quiet)


def save(house: TestHouse, drawn) -> None:
    """A grid in force of which the partner sees its sections, whatever else was drawn."""
    with house.house.database.write() as connection:
        now = policies.current(connection, house.tenant.id)
        grid = {kind: dict(objects) for kind, objects in drawn.grid_json().items()}
        for kind in PartnerType:
            grid.setdefault(kind, {})["room"] = dict.fromkeys(
                ("plan", "thread", "registration", "files"), "show"
            )
            grid[kind].setdefault("deal", {})["name"] = str(Treatment.SHOW)
    fields = {"body": grid, "version": now.version, "reason": "Drawn", "whole": True}
    house.run("policy.save", fields, actor=ADMIN, record=None)
