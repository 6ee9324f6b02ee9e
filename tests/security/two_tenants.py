"""Two tenants in one database, each with something of everything, and every id that the other one has."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from app.bootstrap_share import build_share_app
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground.ids import new_id
from app.reading.stores import Tickets
from app.storage.rows import find_all
from app.storage.schema import metadata
from app.tenancy import add_tenant
from app.wsgi import web_app
from sync import poll
from tests.fake_crm import FakeCrm
from tests.house import ADMIN, DEAL, TestHouse, make_house
from tests.share_world import Outgoing

SHARE = "https://share.vendor.example"
THEIR_DEAL, THEIR_COMPANY = RecordKey(ObjectKind.DEAL, "95100871"), RecordKey(ObjectKind.COMPANY, "75100871")
ADMIN_EMAIL = "ada@vendor.example"
OTHERS = str.maketrans(
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "3456789012bcdefahijklmnopqrstuvwxyzgBCDEFGHIJKLMNOPQRSTUVWXYZA",
)


@dataclass
class Work:
    """What one tenant has: a partner with everything on its deal."""

    partner: str
    link: dict[str, object]
    form: dict[str, object]


@dataclass
class Wall:
    """`theirs` are the other tenant's ids by the place they were found."""

    house: TestHouse
    other: TestHouse
    web: Flask
    share: Flask
    mailer: Outgoing
    mine: Work
    theirs: dict[str, str]


def build_wall(folder: Path) -> Wall:
    house = make_house(folder)
    other = _other(house)
    mailer = Outgoing()
    share = build_share_app(database=house.house.database, origin=SHARE, mailer=mailer, clock=house.clock)
    mine = make_work(house, DEAL, share, mailer)
    make_work(other, THEIR_DEAL, share, mailer)
    house.work()
    ours = _ids(house.house.database, house.tenant)
    theirs = _ids(house.house.database, other.tenant)
    # Each value once, by the place that owns it: partner.id, not message.partner_id.
    named = {theirs[p]: p for p in sorted(theirs, key=lambda p: p.endswith((".id", "record.crm_id")))}
    return Wall(
        house=house,
        other=other,
        web=web_app(house.house),
        share=share,
        mailer=mailer,
        mine=mine,
        theirs={place: value for value, place in named.items() if value not in ours.values()},
    )


def _other(house: TestHouse) -> TestHouse:
    tenant = add_tenant(
        house.house,
        crm=CrmKind.HUBSPOT,
        account_id="77700871",
        name="Rival Inc.",
        admin_emails=(ADMIN_EMAIL,),
    )
    crm = FakeCrm()
    crm.records[ObjectKind.DEAL, THEIR_DEAL.crm_id] = {"name": "Hooli renewal", "stage": "s1"}
    crm.records[ObjectKind.COMPANY, THEIR_COMPANY.crm_id] = {"name": "Hooli", "domain": "hooli.com"}
    crm.companies[THEIR_DEAL.crm_id] = THEIR_COMPANY.crm_id
    house.house.crms[tenant.id] = crm
    made = TestHouse(house=house.house, tenant=tenant, crm=crm, clock=house.clock)
    poll.first_load(made.agent, tenant)
    return made


def make_work(house: TestHouse, deal: RecordKey, share: Flask, mailer: Outgoing) -> Work:
    name = f"Partner of {house.tenant.name}"
    partner = house.attach(name, record=deal)
    elsewhere = house.attach(f"Second {name}", record=deal)
    run = lambda command, **fields: house.run(command, {"partner_id": partner, **fields}, record=deal)  # noqa: E731
    run("thread.post", body="Hello")
    run("plan.add_step", title="Sign")
    run("partner.add_contact", name="Ann", email="ann@partner.example")
    run("certification.record", name="Gold")
    run("sharing.share_file", crm_file_id="f1", name="Offer.pdf")
    for who in (partner, elsewhere):
        run("registration.submit", partner_id=who, customer_name="Globex")
    link = dict(
        run("sharing.create_link", contact_email="kim@partner.example", contact_name="Kim", days=7).result
    )
    form = dict(
        house.run("sharing.create_form_link", {"partner_id": partner}, actor=ADMIN, record=None).result
    )
    house.crm.refusals["*"] = "A validation rule says no."
    house.work()
    house.crm.refusals.clear()
    run("thread.post", body="A second message, on its way")
    client = entered(share, mailer, link)
    client.post(f"/s/room/{link['code']}/reply", data={"key": new_id(), "body": "Fine"}, base_url=SHARE)
    typed = {
        "key": new_id(),
        "customer_name": "Umbrella",
        "your_name": "Kim",
        "your_email": "kim@partner.example",
    }
    client.post(f"/s/{token_of(form)}/register", data=typed, base_url=SHARE)
    Tickets(house.house.database, house.clock).issue(house.tenant.id, ADMIN)
    return Work(partner=partner, link=link, form=form)


def entered(share: Flask, mailer: Outgoing, link: dict[str, object]) -> FlaskClient:
    client = share.test_client()
    client.post(f"/s/{token_of(link)}/code", base_url=SHARE)
    client.post(f"/s/{token_of(link)}/enter", data={"code": mailer.code}, base_url=SHARE)
    return client


def token_of(link: dict[str, object]) -> str:
    return str(link["url"]).rpartition("/")[2]


def _ids(database: Any, tenant: Tenant) -> dict[str, str]:
    """A value of every column that names something, from every table that holds rows of the tenant."""
    found: dict[str, str] = {"tenant.account_id": tenant.account_id}
    with database.read() as connection:
        for table in metadata.sorted_tables:
            mine = table.c.get("tenant_id") if table.name != "tenant" else table.c.id
            if mine is None:
                continue
            for row in find_all(connection, table, mine == tenant.id):
                for name, value in row.items():
                    if isinstance(value, str) and re.fullmatch(r"(.*_)?(id|code|key)", name) and value:
                        found[f"{table.name}.{name}"] = value
    return found


def stranger_to(known: str) -> str:
    """An id of the same form that nobody has: its last characters are others."""
    return known[:-3] + known[-3:].translate(OTHERS)
