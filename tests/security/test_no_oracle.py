"""No oracle: what a partner reads, how many questions answering takes, and when a refusal comes do not depend on
whether the customer is ours, another partner's, or nobody's."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from app.bootstrap_share import build_share_app
from app.domain.record import ObjectKind
from app.ground.ids import new_id
from app.storage import tables
from app.storage.published_tables import partner_inbox
from tests.house import ADMIN, COMPANY, TestHouse

ORIGIN = "https://share.vendor.example"
CUSTOMERS = {
    "ours": ("Initech", "initech.com"),
    "theirs": ("Hoolibb", "hooli.com"),
    "nobody": ("Zzyzxxx", "zzyzx.com"),
}
"""A customer of ours, one that another partner is protected at, and one that nobody knows; of equal length where it
is shown, so that bytes can be compared."""


@dataclass
class Asked:
    """What was asked of the database and the CRM meanwhile, and the bytes of each answer."""

    statements: list[str] = field(default_factory=list)
    calls: int = 0
    bodies: list[bytes] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)


@pytest.fixture
def forms(house: TestHouse) -> tuple[FlaskClient, str]:
    """A browser, and the address of Northwind's form; Contoso is protected at Hoolibb."""
    contoso = house.attach("Contoso", record=COMPANY)
    values = {"partner_id": contoso, "customer_name": "Hoolibb", "customer_domain": "hooli.com"}
    claim = house.run("registration.submit", values, record=COMPANY).result["registration_id"]
    house.run("registration.approve", {"registration_id": claim, "reason": "First"}, record=COMPANY)
    partner = house.attach()
    link = house.run(
        "sharing.create_form_link", {"partner_id": partner, "days": 30}, actor=ADMIN, record=None
    )
    house.work()
    share = build_share_app(database=house.house.database, origin=ORIGIN, clock=house.clock)
    return share.test_client(), "/s/" + str(link.result["url"]).rpartition("/")[2]


@pytest.fixture
def asked(house: TestHouse) -> Iterator[list[str]]:
    said: list[str] = []

    def note(*arguments: object) -> None:
        said.append(str(arguments[2]))

    event.listen(house.house.database.engine, "before_cursor_execute", note)
    yield said
    event.remove(house.house.database.engine, "before_cursor_execute", note)


def register(house: TestHouse, client: FlaskClient, form: str, who: str, said: list[str]) -> Asked:
    """One registration and a look at its receipt, before and after the agent has worked on it."""
    name, website = CUSTOMERS[who]
    typed = {
        "customer_name": name,
        "customer_domain": website,
        "your_name": "Kim",
        "your_email": "k@n.example",
    }
    found, calls = Asked(), len(house.crm.calls)
    said.clear()
    answer = client.post(f"{form}/register", data={**typed, "key": new_id()})
    receipt = client.get(answer.headers["Location"])
    found.statements, found.calls = list(said), len(house.crm.calls) - calls
    house.work()
    again = client.get(answer.headers["Location"])
    found.statuses = [answer.status_code, receipt.status_code, again.status_code]
    pages = (answer.get_data(), receipt.get_data(), again.get_data())
    found.bodies = [page.replace(name.encode(), b"CUSTOMER") for page in pages[1:]]
    return found


def test_the_answer_and_the_work_behind_it_are_the_same_for_every_customer(
    house: TestHouse, forms: tuple[FlaskClient, str], asked: list[str]
) -> None:
    client, form = forms
    register(house, client, form, "nobody", asked)  # the first one opens connections

    found = {who: register(house, client, form, who, asked) for who in CUSTOMERS}

    ours, theirs, nobody = found.values()
    assert ours.statements == theirs.statements == nobody.statements
    assert not [one for one in ours.statements if "match_key" in one or "FROM record" in one]
    assert ours.calls == theirs.calls == nobody.calls == 0
    assert ours.bodies == theirs.bodies == nobody.bodies
    assert ours.statuses == theirs.statuses == nobody.statuses == [303, 200, 200]
    assert ours.bodies[0] == ours.bodies[1]  # nor does the page tell when the agent has looked
    assert [len(page) for page in ours.bodies] == [len(page) for page in nobody.bodies]


def test_the_comparison_still_finds_what_the_partner_is_not_told(
    house: TestHouse, forms: tuple[FlaskClient, str], asked: list[str]
) -> None:
    client, form = forms

    register(house, client, form, "theirs", asked)

    with house.house.database.read() as connection:
        flags = connection.execute(select(tables.conflict.c.kind)).scalars().all()
    assert flags


def test_a_refusal_for_the_partners_own_sake_comes_before_any_customer_is_looked_up(
    house: TestHouse, forms: tuple[FlaskClient, str], asked: list[str]
) -> None:
    client, form = forms
    rules = {"rules": [{"name": "All", "certifications": ["Implementation"]}]}
    house.run("programme.save", {"body": rules, "version": 0, "reason": "Now"}, actor=ADMIN, record=None)
    house.work()
    before = len(house.crm.calls)

    found = {who: register(house, client, form, who, asked) for who in CUSTOMERS}

    ours, theirs, nobody = found.values()
    assert b"needs a valid certification" in ours.bodies[1]
    assert ours.bodies == theirs.bodies == nobody.bodies
    assert len(house.crm.calls) == before
    with house.house.database.read() as connection:
        states = connection.execute(select(partner_inbox.c.state)).scalars().all()
    assert states == ["refused"] * 3


def test_a_website_that_a_form_asks_for_is_asked_for_whoever_the_customer_is(
    house: TestHouse, forms: tuple[FlaskClient, str]
) -> None:
    client, form = forms
    rules = {"rules": [{"name": "All", "required": ["amount", "product"]}]}
    house.run("programme.save", {"body": rules, "version": 0, "reason": "Now"}, actor=ADMIN, record=None)

    pages = []
    for name, _ in CUSTOMERS.values():
        typed = {"customer_name": name, "your_name": "Kim", "your_email": "k@n.example", "key": "key-00001"}
        answer = client.post(f"{form}/register", data=typed)
        html = answer.get_data(as_text=True)
        assert (answer.status_code, html.count("Add the product.")) == (422, 2)
        pages.append(html.replace(name, "CUSTOMER").split('name="key"')[0])

    assert len(set(pages)) == 1
    assert house.crm.records[ObjectKind.COMPANY, "700"]["name"] == "Initech"
