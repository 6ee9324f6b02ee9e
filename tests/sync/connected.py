"""A house whose CRM is a vendor's stand-in over HTTP, reached by the real adapter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from app.bootstrap import House, build
from app.commands.context import CommandResult
from app.domain.actor import Actor, ActorKind
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground.clock import utc_now
from app.ground.config import read_config
from app.ground.ids import new_id
from app.reading.stores import Events
from app.tenancy import add_tenant
from sync import inbound, ingest, publish, webhook_events, writeback
from sync.deps import Agent
from sync.once import Report, sync_once
from tests.contract.world import World
from tests.database import migrated_database_url

SELLER = Actor(kind=ActorKind.SELLER, id="u1", name="Sam Seller", email="sam@vendor.example")
ADMIN = Actor(kind=ActorKind.ADMIN, id="u2", name="Ada Admin", email="ada@vendor.example")


@dataclass
class Connected:
    """`settings` are the environment that a process of this house would have."""

    house: House
    tenant: Tenant
    world: World
    settings: dict[str, str]

    @property
    def agent(self) -> Agent:
        return self.house.agent()

    def run(
        self, name: str, record: RecordKey | None, /, *, actor: Actor = SELLER, **fields: object
    ) -> CommandResult:
        return self.house.executor().run(self.tenant.id, actor, name, record, fields, new_id())

    def sync(self) -> Report:
        return sync_once(self.agent, self.tenant)

    def work(self) -> None:
        """What the workers would do without a poll, until nothing is left to do."""
        while sum(
            (
                inbound.execute_answers(self.agent),
                webhook_events.take_events(self.agent),
                ingest.read_marked(self.agent),
                publish.publish_marked(self.agent),
                writeback.write_due(self.agent),
            )
        ):
            pass

    def hear(self, events: Sequence[Mapping[str, object]]) -> None:
        """HubSpot's events are stored, as the door stores them."""
        Events(self.house.database, self.house.bell, self.house.clock).keep(
            [(self.tenant, new_id(), one) for one in events]
        )

    def attach(self, record: RecordKey, name: str, type_: str = "reseller", **more: str) -> str:
        done = self.run("partner.attach", record, name=name, type=type_, **more)
        return str(done.result["partner_id"])

    def viewer(self, partner_id: str, name: str = "Kim Partner") -> Actor:
        return Actor(
            kind=ActorKind.VIEWER, id="link", name=name, email="kim@northwind.example", partner_id=partner_id
        )

    def deal(self, crm_id: str) -> RecordKey:
        return RecordKey(ObjectKind.DEAL, crm_id)


def connect(tmp_path: Path, world: World, crm: CrmKind) -> Connected:
    """A tenant of an empty database, connected to the world's account."""
    settings = {
        "DATABASE_URL": migrated_database_url(tmp_path),
        "PUBLIC_ORIGIN": "https://app.vendor.example",
        "SHARE_ORIGIN": "https://share.vendor.example",
        "SECRET_KEYS": Fernet.generate_key().decode(),
    }
    house = build(read_config(settings), utc_now)
    tenant = add_tenant(
        house,
        crm=crm,
        account_id=world.account_id,
        name="Vendor Inc.",
        instance_url="https://sample.my.salesforce.com" if crm is CrmKind.SALESFORCE else "",
        admin_emails=(ADMIN.email,),
    )
    house.crms[tenant.id] = world.crm
    return Connected(house=house, tenant=tenant, world=world, settings=settings)
