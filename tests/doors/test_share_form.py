import pytest

from app.storage.published.links import FORM
from tests.share_world import (
    HOSTILE,
    PARTNER,
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
