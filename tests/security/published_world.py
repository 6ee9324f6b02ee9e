"""A house whose every row holds canaries, one partner of each type on one deal, and the share pages over it."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app.bootstrap import House, build
from app.bootstrap_share import build_share_app
from app.commands.context import CommandResult
from app.crm.budget import Budgets
from app.disclosure.file import make_safe
from app.domain.actor import Actor, ActorKind
from app.domain.partner import PartnerType
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground.clock import SteppingClock, utc_now
from app.ground.config import read_config
from app.ground.ids import hash_token, new_id
from app.storage import tables
from app.storage import tenant as tenants
from app.storage.rows import find_all
from app.tenancy import add_tenant
from sync import files, inbound, ingest, poll, publish, webhook_events, writeback
from tests.contract.hubspot_world import OpenBooks
from tests.database import migrated_database_url
from tests.security.canaries import Canaries
from tests.security.filled_crm import FilledCrm, filled
from tests.share_world import Outgoing

SHARE = "https://share.vendor.example"


@dataclass
class Guest:
    """A partner's person. `token` is the link's, as the mail or the seller brought it."""

    type: PartnerType
    partner_id: str
    email: str
    code: str
    token: str
    form_token: str
    client: FlaskClient
    refused: bool
    """Whether its registration was, with a reason that it is told in the thread."""


@dataclass
class PublishedWorld:
    house: House
    tenant: Tenant
    crm: FilledCrm
    clock: SteppingClock
    canaries: Canaries
    mailer: Outgoing
    share: Flask
    seller: Actor
    admin: Actor
    guests: dict[PartnerType, Guest] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)

    @property
    def deal(self) -> RecordKey:
        return RecordKey(ObjectKind.DEAL, self.crm.deal_id)

    def run(
        self, name: str, fields: Mapping[str, object], *, actor: Actor | None = None, on_record: bool = True
    ) -> CommandResult:
        record = self.deal if on_record else None
        executor = self.house.executor()
        return executor.run(self.tenant.id, actor or self.seller, name, record, fields, new_id())

    def work(self) -> None:
        agent = self.house.agent()
        parts = (
            inbound.execute_answers,
            webhook_events.take_events,
            ingest.read_marked,
            files.fetch_due,
            publish.publish_marked,
            writeback.write_due,
        )
        for _ in itertools.takewhile(lambda _: sum(part(agent) for part in parts), range(50)):
            pass

    def enter(self, guest: Guest) -> FlaskClient:
        """A browser that has just proved the mailbox."""
        client = self.share.test_client()
        client.post(f"/s/{guest.token}/code", base_url=SHARE)
        answer = client.post(f"/s/{guest.token}/enter", data={"code": self.mailer.code}, base_url=SHARE)
        assert answer.status_code == 303, answer.text
        guest.client = client
        return client

    def labels(self) -> dict[tuple[str, str], str]:
        with self.house.database.read() as connection:
            return {
                (str(kind), info.canonical): info.label
                for kind in (ObjectKind.DEAL, ObjectKind.COMPANY)
                for info in tenants.fields(connection, self.tenant.id, kind)
            }


@contextmanager
def published_world(kind: CrmKind, directory: Path) -> Iterator[PublishedWorld]:
    canaries = Canaries()
    with filled(kind, directory, canaries) as crm, pytest.MonkeyPatch.context() as patch:
        # What is drawn anew and marked is looked at elsewhere; here it is who gets it, under which name.
        patch.setattr("sync.files.make_safe_apart", make_safe)
        patch.setattr("app.doors.share.document.marked", lambda body, *_: body)
        world = _house(kind, crm, directory, canaries)
        for number, partner_type in enumerate(PartnerType):
            world.guests[partner_type] = _guest(world, partner_type, number)
        _settle_conflicts(world)
        world.work()
        _know_rows(world)
        event.listen(
            world.share.extensions["canary-database"].engine,
            "before_cursor_execute",
            lambda _c, _cursor, statement, *_: world.statements.append(statement),
        )
        yield world
        world.house.database.close()
        world.share.extensions["canary-database"].close()


def _house(kind: CrmKind, crm: FilledCrm, directory: Path, canaries: Canaries) -> PublishedWorld:
    clock = SteppingClock(utc_now())
    secrets = {
        "SECRET_KEYS": Fernet.generate_key().decode(),
        "HUBSPOT_CLIENT_SECRET": canaries.text("secret.hubspot client"),
        "HUBSPOT_CLIENT_ID": canaries.text("secret.hubspot client id"),
        "SALESFORCE_CONSUMER_SECRET": canaries.text("secret.salesforce consumer"),
        "SALESFORCE_CONSUMER_KEY": canaries.text("secret.salesforce consumer key"),
    }
    canaries.known(secrets["SECRET_KEYS"], "secret.fernet key")
    config = read_config(
        secrets
        | {
            "DATABASE_URL": migrated_database_url(directory),
            "PUBLIC_ORIGIN": "https://app.vendor.example",
            "SHARE_ORIGIN": SHARE,
        }
    )
    house = build(config, clock)
    house.budgets = Budgets(OpenBooks())  # the clock stands still, so no window would ever empty
    seller, admin = (
        Actor(
            kind=what,
            id=canaries.text(f"{what}.id"),
            name=canaries.text(f"{what}.name"),
            email=f"{canaries.text(f'{what}.email')}@vendor.example",
        )
        for what in (ActorKind.SELLER, ActorKind.ADMIN)
    )
    tenant = add_tenant(
        house,
        crm=kind,
        account_id=crm.account_id,
        name=canaries.text("vendor name"),
        instance_url="https://sample.my.salesforce.com" if kind is CrmKind.SALESFORCE else "",
        username=f"{canaries.text('secret.integration user')}@vendor.example",
        admin_emails=(admin.email,),
    )
    canaries.known(tenant.id, "id.tenant")
    house.crms[tenant.id] = crm.crm
    poll.first_load(house.agent(), tenant)
    mailer = Outgoing()
    share_database = type(house.database)(config.database_url)
    share = build_share_app(database=share_database, origin=SHARE, mailer=mailer, clock=clock)
    share.extensions["canary-database"] = share_database
    world = PublishedWorld(
        house=house,
        tenant=tenant,
        crm=crm,
        clock=clock,
        canaries=canaries,
        mailer=mailer,
        share=share,
        seller=seller,
        admin=admin,
    )
    _mark_stages(world)
    return world


def _mark_stages(world: PublishedWorld) -> None:
    stage = tables.stage
    with world.house.database.write() as connection:
        for row in find_all(connection, stage, stage.c.tenant_id == world.tenant.id):
            place = "closed stage" if row["closed"] else "stage"
            label = world.canaries.text(f"{place}.{row['value']}")
            connection.execute(stage.update().where(stage.c.value == row["value"]).values(label=label))


def _guest(world: PublishedWorld, kind: PartnerType, number: int) -> Guest:
    """One partner with its work on the deal. Every value says whose it is and what it is."""
    mark = lambda what: world.canaries.text(f"{kind}.{what}")  # noqa: E731
    partner = str(
        world.run(
            "partner.attach",
            {
                "name": mark("partner name"),
                "type": kind,
                "tier": mark("tier"),
                "domain": f"{mark('domain')}.example",
            },
        ).result["partner_id"]
    )
    email = f"{mark('own email')}@partner.example"
    for audience in ("partner", "team"):
        world.run(
            "thread.post",
            {"partner_id": partner, "audience": audience, "body": mark(f"message to {audience}")},
        )
        for side in ("partner", "us"):
            step = {
                "partner_id": partner,
                "audience": audience,
                "owner_side": side,
                "milestone": mark(f"milestone for {audience}, {side}"),
                "title": mark(f"step for {audience}, {side}"),
            }
            world.run("plan.add_step", step)
    registered = world.run(
        "registration.submit",
        {
            "partner_id": partner,
            "customer_name": f"{mark('registered customer')} Ltd",
            "customer_domain": f"{mark('registered domain')}.example",
            "contact_name": mark("registered contact"),
            "contact_email": f"{mark('registered email')}@customer.example",
            "amount": mark("registered amount"),
            "note": mark("registration note"),
        },
    ).result["registration_id"]
    refused = number % 2 == 0
    decide = "registration.refuse" if refused else "registration.approve"
    world.run(decide, {"registration_id": registered, "reason": mark("decision")})
    world.run(
        "certification.record",
        {
            "partner_id": partner,
            "name": mark("certification"),
            "level": mark("level"),
            "person_name": mark("certified person"),
            "person_email": f"{mark('certified email')}@partner.example",
        },
    )
    world.run(
        "partner.add_contact",
        {
            "partner_id": partner,
            "name": mark("colleague"),
            "email": f"{mark('colleague email')}@partner.example",
            "title": mark("job title"),
        },
    )
    world.crm.attach_file(f"{mark('file kept back')}.pdf")
    file = world.crm.attach_file(f"{mark('file')}.pdf")
    world.run(
        "sharing.share_file", {"partner_id": partner, "crm_file_id": file, "name": mark("file, as claimed")}
    )
    made = world.run(
        "sharing.create_link",
        {"partner_id": partner, "contact_email": email, "contact_name": mark("own name"), "days": 90},
    ).result
    form = world.run(
        "sharing.create_form_link", {"partner_id": partner, "days": 90}, actor=world.admin, on_record=False
    ).result
    token, form_token = (str(url).rpartition("/")[2] for url in (made["url"], form["url"]))
    for what, value in (("link token", token), ("form token", form_token), ("link code", str(made["code"]))):
        world.canaries.known(value, f"{kind}.{what}")
    return Guest(
        type=kind,
        partner_id=partner,
        email=email,
        code=str(made["code"]),
        token=token,
        form_token=form_token,
        client=world.share.test_client(),
        refused=refused,
    )


def _settle_conflicts(world: PublishedWorld) -> None:
    """Registrations at one customer have met: one flag is settled, the others are open."""
    with world.house.database.read() as connection:
        flags = find_all(connection, tables.conflict)
    assert flags
    world.run(
        "conflict.resolve",
        {
            "conflict_id": flags[0]["id"],
            "decision": world.canaries.text("conflict.decision"),
            "reason": world.canaries.text("conflict.reason"),
        },
    )


def _know_rows(world: PublishedWorld) -> None:
    """The ids and sentences that our own tables made: none of them is a partner's business but those of the steps and
    messages that it sees, which its forms and anchors name."""
    world.clock.advance(timedelta(minutes=5))
    with world.house.database.read() as connection:
        kinds = {guest.partner_id: guest.type for guest in world.guests.values()}
        for table in (tables.registration, tables.certification, tables.conflict, tables.outbox):
            for row in find_all(connection, table):
                world.canaries.known(row["id"], f"id.{table.name}.{row['id']}")
        for row in find_all(connection, tables.conflict):
            world.canaries.known(row["sentence"], f"conflict.sentence.{row['id']}")
        for table, what in ((tables.step, "step"), (tables.message, "message")):
            for row in find_all(connection, table):
                place = f"{kinds[row['partner_id']]}.id of {what} for {row['audience']}"
                world.canaries.known(row["id"], f"{place}, {row['owner_side']}" if what == "step" else place)
    for guest in world.guests.values():
        world.canaries.known(guest.partner_id, f"id.partner.{guest.type}")
        world.canaries.known(hash_token(guest.token), f"{guest.type}.token hash")
