import io
from dataclasses import replace

import pytest

from app.domain.registration_ask import Ask
from app.sharing import limits
from app.storage.published.forms import publish_asks
from app.storage.published.links import FORM
from app.storage.published_tables import partner_inbox
from tests.share_world import (
    HOSTILE,
    PARTNER,
    TENANT,
    ShareWorld,
    hidden_fields,
    inbox,
    share_world,
)


@pytest.fixture
def world(tmp_path):
    world = share_world(tmp_path)
    yield world
    world.database.close()


DEALING = {
    "customer_name": "Initech",
    "customer_domain": "initech.example",
    "contact_name": "Bill",
    "contact_email": "bill@initech.example",
    "amount": "25,000 EUR",
    "note": "New site",
    "your_name": "Ravi",
    "your_email": "ravi@northwind.example",
}


DACH = Ask(regions=("DACH",), required=("product", "amount"), sla_hours=24, business_days=True)
EVERYWHERE = Ask(required=("customer_domain",), sla_hours=72)


def publish(world: ShareWorld, *asks: Ask) -> None:
    with world.database.write() as connection:
        publish_asks(connection, TENANT, {PARTNER: asks})


def form_link(world: ShareWorld):
    return world.link(purpose=FORM, record=None, contact_name="", contact_email="", rules=())


def test_a_form_link_shows_the_form_without_a_code(world):
    _, token = form_link(world)

    page = world.client().get(f"/s/{token}")

    assert "Register a deal" in page.get_data(as_text=True)
    assert world.client().post(f"/s/{token}/code").status_code == 404


def test_a_registration_becomes_an_inbox_row_and_gets_constant_words(world):
    link, token = form_link(world)
    client = world.client()
    form = hidden_fields(client.get(f"/s/{token}"), "register")

    answer = client.post(f"/s/{token}/register", data={**form, **DEALING})

    assert answer.status_code == 303
    (row,) = inbox(world)
    assert row["command"] == "registration.submit"
    assert row["fields"]["partner_id"] == PARTNER
    assert row["fields"]["customer_name"] == "Initech"
    assert (row["email"], row["name"], row["link_id"]) == ("ravi@northwind.example", "Ravi", link.id)
    page = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "We received your registration of" in page
    assert "24 Nov 2026, 10:15 UTC" in page
    assert world.bell.rung == ["inbound"]


def test_the_thanks_differ_in_nothing_but_what_was_typed(world):
    _, token = form_link(world)
    client = world.client()
    pages = []
    for number, name in enumerate(("Initech", "Unheard")):
        data = {**DEALING, "customer_name": name, "key": f"key-0000{number}"}
        where = client.post(f"/s/{token}/register", data=data).headers["Location"]
        pages.append(client.get(where).get_data(as_text=True).replace(name, "X"))

    assert pages[0] == pages[1]


def test_a_registration_sent_twice_is_one(world):
    _, token = form_link(world)
    client = world.client()
    data = {**DEALING, "key": "key-00001"}

    answers = [client.post(f"/s/{token}/register", data=data) for _ in range(2)]

    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert len(inbox(world)) == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"customer_name": ""}, "Say which company"),
        ({"your_email": "ravi"}, "does not look like an e-mail"),
        ({"contact_email": "a@b@c"}, "does not look like an e-mail"),
        ({"note": "x" * 2001}, "longer than 2,000"),
        ({"your_name": "\u202e"}, "Your name"),
    ],
)
def test_a_registration_that_lacks_something_says_what_and_keeps_the_rest(world, changes, sentence):
    _, token = form_link(world)

    answer = world.client().post(f"/s/{token}/register", data={**DEALING, "key": "key-00001", **changes})

    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in html
    assert "25,000 EUR" in html
    assert inbox(world) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_registration_stays_text(world, text):
    _, token = form_link(world)
    client = world.client()

    answer = client.post(f"/s/{token}/register", data={**DEALING, "customer_name": text, "key": "key-00001"})

    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "<script>alert" not in page.get_data(as_text=True)


def test_a_receipt_of_another_form_is_not_found(world):
    _, one = form_link(world)
    _, other = form_link(world)
    client = world.client()
    where = client.post(f"/s/{one}/register", data={**DEALING, "key": "key-00001"}).headers["Location"]

    assert client.get(where.replace(one, other)).status_code == 404


def test_the_form_names_everything_that_the_programme_asks_for_in_that_region_at_its_field(world):
    publish(world, DACH, EVERYWHERE)
    _, token = form_link(world)
    typed = {"key": "key-00001", "region": "dach", "your_name": "Ravi", "note": "A new site"}

    answer = world.client().post(f"/s/{token}/register", data=typed)

    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for sentence in (
        "Say which company",
        "Add the product.",
        "Add the expected amount.",
        "Tell us your e-mail",
    ):
        assert html.count(sentence) == 2  # above the form, and at the field
    assert "Add the customer&#39;s website." not in html
    assert "A new site" in html
    assert "within 24 working hours" in html
    assert "novalidate" in html
    assert inbox(world) == []


def test_another_region_is_asked_for_other_things(world):
    publish(world, DACH, EVERYWHERE)
    _, token = form_link(world)
    client = world.client()

    less = client.post(f"/s/{token}/register", data={**DEALING, "key": "key-00001", "region": "Nordics"})
    more = client.post(f"/s/{token}/register", data={**DEALING, "key": "key-00002", "region": "DACH"})

    assert (less.status_code, more.status_code) == (303, 422)
    assert "by 25 Nov 2026, 10:15 UTC" in client.get(less.headers["Location"]).get_data(as_text=True)


def test_what_the_programme_refuses_is_told_to_who_waits_for_it(world):
    _, token = form_link(world)
    client = world.client()
    where = client.post(f"/s/{token}/register", data={**DEALING, "key": "key-00001"}).headers["Location"]
    lacking = "Northwind needs a valid certification to register deals: Implementation."
    with world.database.write() as connection:
        connection.execute(partner_inbox.update().values(state="refused", reason=lacking))

    html = client.get(where).get_data(as_text=True)

    assert "Not registered" in html
    assert lacking in html


def send(world, token, text, key="key-00001", name="deals.csv"):
    data = {"key": key, "your_name": "Ravi", "your_email": "ravi@northwind.example"}
    file = (io.BytesIO(text if isinstance(text, bytes) else text.encode()), name)
    return world.client().post(f"/s/{token}/table", data={**data, "file": file})


FILE = """Customer,Website,Amount,Region,Product,Type
Initech,initech.example,"25,000 EUR",,,Renewal
Hooli,,,DACH,,new business
,globex.example,,,,
Umbrella,umbrella.example,,,,sideways
"""


def test_several_lines_are_received_from_a_file_and_each_other_one_is_named_with_what_it_lacks(world):
    publish(world, DACH, EVERYWHERE)
    _, token = form_link(world)

    answers = [send(world, token, FILE) for _ in range(2)]

    html = answers[0].get_data(as_text=True)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "1 of 4 lines received" in html
    for line in (
        'Line 3, <span dir="auto">Hooli</span>: <span dir="auto">Add the expected amount. Add the product.',
        'Line 4: <span dir="auto">Say which company this deal is with.',
        "Kind of business: choose one of New business, Expansion, Renewal.",
    ):
        assert line in html
    (row,) = inbox(world)
    assert (row["fields"]["customer_name"], row["fields"]["motion"]) == ("Initech", "renewal")
    assert (row["email"], row["command"]) == ("ravi@northwind.example", "registration.submit")


def test_the_template_is_a_file_that_is_taken_back_once_it_is_filled_in(world):
    _, token = form_link(world)
    template = world.client().get(f"/s/{token}/template.csv")

    answer = send(world, token, template.get_data(as_text=True) + "Initech,,,,,,,,\n")

    assert template.headers["Content-Type"].startswith("text/csv")
    assert "1 of 1 lines received" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "first line with a column"),
        ("Name\nInitech\n", "first line with a column"),
        ("Customer\n", "holds no line"),
        (b"Customer\n\xff\xfe", "UTF-8"),
        ("Customer\n" + "Initech\n" * 51, "at most 50 rows"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_whole(world, text, sentence):
    _, token = form_link(world)

    answer = send(world, token, text)

    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert inbox(world) == []


def test_probing_by_file_is_as_slow_as_by_hand(world, monkeypatch):
    monkeypatch.setattr(limits, "FORMS_PER_LINK", replace(limits.FORMS_PER_LINK, count=2))
    _, token = form_link(world)

    html = send(world, token, "Customer\nA\nB\nC\n").get_data(as_text=True)

    assert "2 of 3 lines received" in html
    assert "too often" in html
    assert len(inbox(world)) == 2


def test_a_room_or_a_stranger_has_no_template_and_no_table(world):
    _, room = world.link()

    for token in (room, "x" * 43):
        assert world.client().get(f"/s/{token}/template.csv").status_code == 404
        assert send(world, token, FILE).status_code == 404
