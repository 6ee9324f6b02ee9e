"""A whole house over a fresh database and a CRM in memory: one vendor, one deal at one customer, two partners."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet

from app.bootstrap import House, build
from app.commands.context import CommandResult
from app.crm.budget import Budgets, MemoryBooks
from app.domain.actor import Actor, ActorKind
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground.clock import SteppingClock
from app.ground.config import read_config
from app.ground.ids import new_id
from app.tenancy import add_tenant
from sync import checking, inbound, ingest, plans, poll, publish, webhook_events, writeback
from sync.deps import Agent
from tests.database import migrated_database_url
from tests.fake_crm import FakeCrm

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DEAL = RecordKey(ObjectKind.DEAL, "900")
COMPANY = RecordKey(ObjectKind.COMPANY, "700")
SELLER = Actor(kind=ActorKind.SELLER, id="u1", name="Sam Seller", email="sam@vendor.example")
ADMIN = Actor(kind=ActorKind.ADMIN, id="u2", name="Ada Admin", email="ada@vendor.example")
HUBSPOT_SECRET = "hubspot-client-secret"
ORIGIN = "https://app.vendor.example"


@dataclass
class TestHouse:
    """`bells` are the queues that were rung."""

    __test__ = False

    house: House
    tenant: Tenant
    crm: FakeCrm
    clock: SteppingClock
    bells: list[str] = field(default_factory=list)

    @property
    def agent(self) -> Agent:
        return self.house.agent()

    def run(
        self,
        name: str,
        fields: dict[str, object],
        *,
        actor: Actor = SELLER,
        record: RecordKey | None = DEAL,
        key: str = "",
    ) -> CommandResult:
        return self.house.executor().run(self.tenant.id, actor, name, record, fields, key or new_id())

    def attach(
        self, name: str = "Northwind", type_: str = "reseller", record: RecordKey = DEAL, **more: str
    ) -> str:
        done = self.run("partner.attach", {"name": name, "type": type_, **more}, record=record)
        return str(done.result["partner_id"])

    def link(self, partner_id: str, email: str = "kim@northwind.example", days: int = 7) -> dict[str, object]:
        return dict(
            self.run(
                "sharing.create_link",
                {
                    "partner_id": partner_id,
                    "contact_email": email,
                    "contact_name": "Kim Partner",
                    "days": days,
                },
            ).result
        )

    def work(self) -> None:
        """What the workers would do, until nothing is left to do."""
        while sum(
            (
                inbound.execute_answers(self.agent),
                webhook_events.take_events(self.agent),
                ingest.read_marked(self.agent),
                checking.check_marked(self.agent),
                plans.settle_marked(self.agent),
                publish.publish_marked(self.agent),
                writeback.write_due(self.agent),
            )
        ):
            pass

    def viewer(self, partner_id: str) -> Actor:
        return Actor(
            kind=ActorKind.VIEWER,
            id="link",
            name="Kim Partner",
            email="kim@northwind.example",
            partner_id=partner_id,
        )


class RecordingBell:
    def __init__(self, rung: list[str]) -> None:
        self._rung = rung

    def ring(self, queue: str) -> None:
        self._rung.append(queue)


def make_house(tmp_path: Path, crm: CrmKind = CrmKind.HUBSPOT) -> TestHouse:
    clock = SteppingClock(START)
    config = read_config(
        {
            "DATABASE_URL": migrated_database_url(tmp_path),
            "PUBLIC_ORIGIN": ORIGIN,
            "SECRET_KEYS": Fernet.generate_key().decode(),
            "SHARE_ORIGIN": "https://share.vendor.example",
            "HUBSPOT_CLIENT_SECRET": HUBSPOT_SECRET,
            "HUBSPOT_CLIENT_ID": "id",
        }
    )
    house = build(config, clock)
    bells: list[str] = []
    house.bell = RecordingBell(bells)
    house.budgets = Budgets(MemoryBooks(lambda: clock().timestamp()))
    account = "62515" if crm is CrmKind.HUBSPOT else "00D5g00000SamplEAA"
    instance = "" if crm is CrmKind.HUBSPOT else "https://sample.my.salesforce.com"
    tenant = add_tenant(
        house,
        crm=crm,
        account_id=account,
        name="Vendor Inc.",
        instance_url=instance,
        admin_emails=("ada@vendor.example",),
    )
    fake = FakeCrm()
    fake.records[ObjectKind.DEAL, "900"] = {
        "name": "Initech rollout",
        "stage": "s1",
        "amount": "12000",
        "close_date": "2026-12-12",
        "next_step": "Demo",
        "owner": "o1",
        "margin": "38",
        "internal_notes": "secret",
        "product": "GTX",
        "created": "2026-11-01T00:00:00Z",
    }
    fake.records[ObjectKind.COMPANY, "700"] = {
        "name": "Initech",
        "domain": "initech.com",
        "country": "US",
        "industry": "Software",
        "owner": "o1",
    }
    fake.companies["900"] = "700"
    house.crms[tenant.id] = fake
    made = TestHouse(house=house, tenant=tenant, crm=fake, clock=clock, bells=bells)
    poll.first_load(made.agent, tenant)
    return made


def later(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)
