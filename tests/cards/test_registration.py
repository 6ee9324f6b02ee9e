"""Registrations: the state, the clock, the decision with its reason, and what is over, folded."""

from dataclasses import replace

from app.domain.programme import ApprovalStep, Terms
from app.domain.registration import RegistrationState, approve, ask_more_time
from cards.blocks import Alert, Fields, Form, Progress, Status, Text, Tone
from cards.blocks import List as Rows
from tests.cards import make
from tests.cards.look import actions, build, forms, names, of


def card_with(*registrations, **more):
    return build("registration", partners=(make.known(registrations=registrations),), **more)


def submitted(age=1.0):
    return make.registration("r2", RegistrationState.SUBMITTED, received_at=make.NOW - make.days(age))


def fields_of(card):
    return {item.label: item.value for block in of(card, Fields) for item in block.items}


def test_running_protection_shows_its_end_and_how_much_is_used():
    card = card_with(make.registration(until=41))

    (status,) = of(card, Status)
    (bar,) = of(card, Progress)
    assert (status.text, status.tone) == ("Protected until 2 Jan 2027", Tone.SUCCESS)
    assert bar.percent == 54
    assert bar.detail == "4 Oct to 2 Jan 2027"


def test_the_end_of_a_protection_is_said_once():
    far, near = card_with(make.registration(until=80)), card_with(make.registration(until=41))

    assert of(far, Status)[0].detail == ""
    assert of(near, Status)[0].detail == "Ends in 5 weeks"


def test_protection_that_ends_soon_warns_and_can_be_extended_once_asked():
    card = card_with(make.registration(until=6))

    assert of(card, Status)[0].tone is Tone.WARNING
    (extend,) = actions(card, "registration.extend")
    assert extend.confirm == "Extend the protection by 30 days?"


def test_a_waiting_registration_shows_when_its_decision_is_due():
    in_time, late = card_with(submitted(1)), card_with(submitted(3))

    assert of(in_time, Status)[0].detail == "A decision is due in 24 hours"
    assert of(late, Status)[0].detail == "A decision was due 1 day ago"
    assert of(late, Status)[0].tone is Tone.WARNING


def test_a_decision_needs_a_reason():
    found = forms(card_with(submitted()))

    for command in ("registration.approve", "registration.refuse"):
        assert found[command].fixed == {"registration_id": "r2"}
        assert [(f.name, f.required) for f in found[command].fields] == [("reason", True)]


def test_a_decided_registration_shows_who_decided_and_why_and_asks_nothing_more():
    card = card_with(make.registration(extensions=2))

    assert fields_of(card)["Decided"] == "4 Oct by Ada Seller"
    assert fields_of(card)["Reason"] == "First to bring this customer."
    assert fields_of(card)["Extended"] == "2 times"
    assert fields_of(card)["Amount"] == "$85,000"
    assert "registration.approve" not in forms(card)


def test_what_is_over_is_folded_with_its_state():
    card = card_with(
        make.registration("a", until=-1),
        make.registration("b", RegistrationState.REFUSED, decision_reason="Known customer."),
        make.registration("c", RegistrationState.EXPIRED),
    )

    (rows,) = of(card, Rows)
    assert rows.folded
    assert {item.badge for item in rows.items} == {"Protection ended 21 Nov", "Refused", "Expired"}
    assert any(item.detail == "Known customer." for item in rows.items)
    assert of(card, Text)[0].text == "Northwind Integrators has no running registration here."


def test_a_registration_for_a_partner_starts_with_the_customer_filled_in():
    form = forms(build("registration"))["registration.submit"]

    assert form.fixed == {"partner_id": "p1"}
    assert names(form)[:2] == ["customer_name", "customer_domain"]
    assert [f.value for f in form.fields[:2]] == ["Initech", "initech.example"]


def test_on_a_company_the_customer_is_the_company_itself():
    form = forms(build("registration", record=make.company(), company=None))["registration.submit"]

    assert form.fields[0].value == "Initech"


def test_who_may_only_read_decides_nothing():
    card = card_with(submitted(), make.registration(), may_write=False)

    assert not of(card, Form)
    assert not actions(card)


def test_a_request_for_more_time_is_answered_from_the_card():
    running = approve(submitted(1), "Ada", "Yes", make.NOW - make.days(1 / 24))
    asked = ask_more_time(running, "Maria", "Budget round", make.NOW)

    card = card_with(asked)

    assert {"registration.extend", "registration.decline_extension"} <= set(forms(card))
    assert of(card, Alert)[0].text == "Budget round"
    assert "the partner waits for a decision" in of(card, Status)[0].text


def test_a_decision_of_several_steps_names_who_is_next_and_keeps_its_story():
    steps = (ApprovalStep(name="Channel"), ApprovalStep(name="Finance", approvers=("fay@vendor.example",)))
    two = replace(submitted(1), terms=Terms(version=3, rule="Resellers", steps=steps))

    card = card_with(approve(two, "Ada", "Known", make.NOW))

    assert "Finance: fay@vendor.example." in of(card, Status)[0].detail
    (story,) = [rows for rows in of(card, Rows) if rows.label.startswith("What happened")]
    assert story.label == "What happened, by rule “Resellers”, programme version 3"
    assert story.folded
    assert story.items[0].text == "Approved step “Channel”"
