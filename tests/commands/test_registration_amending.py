"""A partner puts right what waits for a decision; what is decided it asks for, and our side answers."""

import pytest

from app.ground.errors import AppError, Reason
from app.storage import registration as registrations
from app.storage import thread as messages
from app.storage.published.rooms import latest_snapshot
from tests.house import DEAL

ASKED = {"amount": "60,000 EUR", "customer_domain": "initech.example", "reason": "A second site"}


@pytest.fixture
def partner(house):
    return house.attach()


@pytest.fixture
def registered(house, partner):
    values = {"partner_id": partner, "customer_name": "Initech", "amount": "12,000 EUR"}
    return str(house.run("registration.submit", values).result["registration_id"])


@pytest.fixture
def protected(house, registered):
    house.run("registration.approve", {"registration_id": registered, "reason": "First in"})
    return registered


def held(house, registration_id):
    with house.house.database.read() as connection:
        return registrations.get(connection, house.tenant.id, registration_id)


def said(house, partner):
    with house.house.database.read() as connection:
        return {one.body for one in messages.page(connection, house.tenant.id, DEAL, partner)[0]}


def ask(house, partner, **more):
    house.run("registration.ask_amendment", {**ASKED, **more}, actor=house.viewer(partner))


def test_while_it_waits_the_partner_changes_its_own_registration_without_naming_it(
    house, partner, registered
):
    house.run("registration.amend", {"amount": "20,000 EUR"}, actor=house.viewer(partner))

    assert held(house, registered).amount == "20,000 EUR"
    assert said(house, partner) == {"Amended amount of our registration."}


def test_once_decided_it_asks_and_nothing_changes_before_we_agree(house, partner, protected):
    with pytest.raises(AppError, match="Ask your contact"):
        house.run("registration.amend", {"amount": "1"}, actor=house.viewer(partner))

    ask(house, partner)
    house.work()

    it = held(house, protected)
    assert (it.amount, it.amendment.reason) == ("12,000 EUR", "A second site")
    assert said(house, partner) == {
        "Asked to amend customer domain, amount of our registration: A second site"
    }
    assert [w.asks for w in house.crm.written if getattr(w, "customer_name", "")][-1] == "an amendment"


def test_what_is_granted_holds_and_is_told(house, partner, protected):
    ask(house, partner)

    house.run("registration.grant_amendment", {"registration_id": protected})

    it = held(house, protected)
    assert (it.amount, it.customer_domain, it.amendment) == ("60,000 EUR", "initech.example", None)
    assert "Your registration of Initech is changed as you asked." in said(house, partner)
    assert it.history[-1].what == "Amended amount, customer domain"


def test_what_is_declined_stays_as_it_was_and_the_partner_hears_why(house, partner, protected):
    ask(house, partner)

    house.run("registration.decline_amendment", {"registration_id": protected, "reason": "Register it anew"})

    assert (held(house, protected).amount, held(house, protected).amendment) == ("12,000 EUR", None)
    assert "Your registration of Initech stays as it is: Register it anew" in said(house, partner)


def test_one_asks_once_at_a_time_and_for_something(house, partner, protected):
    with pytest.raises(AppError, match="Nothing is changed"):
        house.run(
            "registration.ask_amendment",
            {"amount": "12,000 EUR", "reason": "?"},
            actor=house.viewer(partner),
        )
    ask(house, partner)

    with pytest.raises(AppError) as caught:
        ask(house, partner, amount="2")
    assert caught.value.reason is Reason.STATE_CONFLICT


def test_a_refusal_is_told_with_its_reason_and_one_that_names_another_partner_is_looked_at_twice(
    house, partner, registered
):
    house.attach("Contoso Resale")
    refusal = {"registration_id": registered, "reason": "Contoso Resale was first"}

    with pytest.raises(AppError) as caught:
        house.run("registration.refuse", refusal)
    house.run("registration.refuse", {**refusal, "reason": "Somebody else was first"})

    assert caught.value.reason is Reason.NEEDS_CONFIRM
    assert said(house, partner) == {"Your registration of Initech was not accepted: Somebody else was first"}


def test_more_time_that_is_asked_for_and_its_answer_are_read_in_the_thread(house, partner, protected):
    house.run("registration.ask_extension", {"reason": "The board meets later"}, actor=house.viewer(partner))
    house.run("registration.decline_extension", {"registration_id": protected, "reason": "Once is enough"})

    assert said(house, partner) == {
        "More time, please: The board meets later",
        "No more time for Initech: Once is enough",
    }


SLIPS = [
    ("registration.refuse", "reason", "Our margin would be 38%", "margin"),
    ("registration.ask", "question", "Is the floor of 38 % known to you?", "Margin"),
    ("registration.refuse", "reason", "It is a secret", "Internal_Notes"),
]


@pytest.mark.parametrize(("command", "field", "text", "told"), SLIPS)
def test_what_a_partner_is_told_of_its_registration_is_looked_at_like_a_message(
    house, partner, registered, command, field, text, told
):
    with pytest.raises(AppError) as caught:
        house.run(command, {"registration_id": registered, field: text})
    assert (caught.value.reason, held(house, registered).state) == (Reason.NEEDS_CONFIRM, "submitted")
    assert told in caught.value.message

    house.run(command, {"registration_id": registered, field: text, "confirm": "true"})


LATER_SLIPS = ["registration.pull_back", "registration.decline_amendment", "registration.decline_extension"]


@pytest.mark.parametrize("command", LATER_SLIPS)
def test_so_is_what_it_is_told_once_it_is_protected(house, partner, protected, command):
    ask(house, partner)
    house.run("registration.ask_extension", {"reason": "Summer"}, actor=house.viewer(partner))
    reason = {"registration_id": protected, "reason": "You have 38% margin"}

    with pytest.raises(AppError, match="holds the value of Margin"):
        house.run(command, reason)
    house.run(command, {**reason, "confirm": "true"})


def test_a_partner_reads_back_what_it_wrote_and_nothing_that_a_seller_filled_in(house, partner, registered):
    house.run("registration.amend", {"region": "DACH", "note": "Ours"}, actor=house.viewer(partner))
    house.run("registration.amend", {"registration_id": registered, "note": "They are not the favourite"})

    house.link(partner)
    house.work()

    with house.house.database.read() as connection:
        room = latest_snapshot(connection, house.tenant.id, DEAL, partner)
    assert room.content["registration"]["values"] == {"region": "DACH"}
