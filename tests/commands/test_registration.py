from datetime import timedelta

import pytest

from app.domain.registration import Attribution, RegistrationState
from app.ground.errors import AppError, Reason
from app.storage import registration as registrations
from sync import schedule
from sync.rebuild import discard, rebuild
from tests.house import ADMIN, DEAL

RULES = {
    "rules": [
        {
            "name": "Resellers",
            "partner_types": ["reseller"],
            "required": ["customer_domain", "amount"],
            "steps": [
                {"name": "Channel", "approvers": ["sam@vendor.example"]},
                {"name": "Finance", "approvers": ["fay@vendor.example"], "min_amount": 50000},
            ],
            "protection_days": 60,
            "protection_starts": "receipt",
            "escalate_to": "Dana",
            "reminder_days": [10, 2],
            "idle_days": 30,
        }
    ]
}


def saved(house, rules=RULES, version=0):
    fields = {"body": rules, "version": version, "reason": "First rules"}
    return house.run("programme.save", fields, actor=ADMIN, record=None)


def submit(house, partner_id, **more):
    values = {"partner_id": partner_id, "customer_name": "Initech", "customer_domain": "initech.com", **more}
    return str(house.run("registration.submit", values).result["registration_id"])


def held(house, registration_id):
    with house.house.database.read() as connection:
        return registrations.get(connection, house.tenant.id, registration_id)


def tick(house):
    schedule.keep_up_registrations(house.agent, None)
    schedule.expire_protection(house.agent, None)
    schedule.pull_back_idle(house.agent, None)


def test_whoever_registers_is_told_everything_that_is_missing(house):
    partner = house.attach()
    saved(house)

    with pytest.raises(AppError) as caught:
        house.run("registration.submit", {"partner_id": partner, "customer_name": "Initech"})

    assert caught.value.message == (
        "Please add the customer's website and the expected amount. The programme asks for it."
    )


def test_each_step_is_decided_by_whom_the_rules_name_and_the_terms_of_the_day_hold(house):
    partner = house.attach()
    saved(house)
    one = submit(house, partner, amount="60,000 EUR")
    house.clock.advance(timedelta(days=1))

    house.run("registration.approve", {"registration_id": one, "reason": "Known"})
    with pytest.raises(AppError) as caught:
        house.run("registration.approve", {"registration_id": one, "reason": "Me too"})
    saved(house, {"rules": [{"name": "All", "protection_days": 5}]}, version=1)
    house.run("registration.approve", {"registration_id": one, "reason": "Fine"}, actor=ADMIN)

    it = held(house, one)
    assert caught.value.reason is Reason.FORBIDDEN
    assert "fay@vendor.example" in caught.value.message
    assert it.terms.version == 1
    assert it.protected_until == it.received_at + timedelta(days=61)  # the day we took is given back
    assert [entry.what for entry in it.history] == [
        "Received, under rule “Resellers” of programme version 1",
        "Approved step “Channel”",
        "Approved",
    ]


def test_a_late_decision_is_escalated_once_unless_the_partner_owes_an_answer(house):
    partner = house.attach()
    saved(house)
    waits, late = submit(house, partner, amount="1"), submit(house, partner, amount="2")
    house.run("registration.ask", {"registration_id": waits, "question": "Which product?"})
    house.clock.advance(timedelta(hours=49))

    tick(house)
    tick(house)

    assert held(house, late).escalated_at is not None
    assert held(house, waits).escalated_at is None
    house.work()
    told = [note.body for note in house.crm.written if "has not been made" in getattr(note, "body", "")]
    assert len(told) == 1
    assert told[0].startswith("@Dana")


def test_the_partner_answers_and_our_time_runs_on_from_where_it_stood(house):
    partner = house.attach()
    one = submit(house, partner)
    due = held(house, one).due()
    house.run("registration.ask", {"registration_id": one, "question": "Which product?"})
    house.clock.advance(timedelta(days=3))

    answer = {"body": "The large one"}
    house.run("registration.answer", answer, actor=house.viewer(partner))

    assert held(house, one).due() == due + timedelta(days=3)


def test_the_clock_stands_still_while_a_request_waits_and_nothing_expires(house):
    partner = house.attach()
    one = submit(house, partner)
    house.run("registration.approve", {"registration_id": one, "reason": "Yes"})
    house.clock.advance(timedelta(days=89))
    ask = {"reason": "Budget round"}

    house.run("registration.ask_extension", ask, actor=house.viewer(partner))
    house.clock.advance(timedelta(days=5))
    tick(house)
    house.run("registration.decline_extension", {"registration_id": one, "reason": "No progress"})

    it = held(house, one)
    assert it.state is RegistrationState.APPROVED
    assert it.protected_until - it.protected_from == timedelta(days=95)


def test_both_sides_are_reminded_and_an_idle_deal_is_pulled_back(house):
    partner = house.attach()
    saved(house)
    idle, busy = submit(house, partner, amount="1"), submit(house, partner, amount="1")
    for one in (idle, busy):
        house.run("registration.approve", {"registration_id": one, "reason": "Yes"})
    house.clock.advance(timedelta(days=30))
    house.run("registration.pause", {"registration_id": busy, "blocker": "pricing"})

    tick(house)

    assert held(house, idle).state is RegistrationState.EXPIRED
    assert held(house, idle).decision_reason == "Nothing has happened for 30 days."
    assert held(house, busy).pause is not None


def test_a_partner_cannot_name_the_registration_of_another(house):
    mine, theirs = house.attach(), house.attach("Contoso Resale")
    one = submit(house, theirs)

    with pytest.raises(AppError) as caught:
        house.run("registration.amend", {"registration_id": one, "note": "Mine"}, actor=house.viewer(mine))

    assert caught.value.reason is Reason.NOT_FOUND


def test_what_was_decided_survives_a_rebuild_with_its_clock_and_its_story(house):
    partner = house.attach()
    saved(house)
    one = submit(house, partner, amount="60,000 EUR", region="DACH", product="GTX", motion="expansion")
    house.run("registration.approve", {"registration_id": one, "reason": "Known"})
    house.run("registration.approve", {"registration_id": one, "reason": "Fine"}, actor=ADMIN)
    house.run("registration.attribute", {"registration_id": one, "attribution": "sourced", "share": "40"})
    house.run("registration.pause", {"registration_id": one, "blocker": "legal", "note": "Terms"})
    house.run(
        "registration.ask_extension", {"registration_id": one, "reason": "x"}, actor=house.viewer(partner)
    )
    before = held(house, one)
    house.work()

    discard(house.agent, house.tenant)
    rebuild(house.agent, house.tenant)

    assert held(house, one) == before
    assert (before.attribution, before.share) == (Attribution.SOURCED, 40)
    assert before.deal_id == DEAL.crm_id


def test_only_certified_partners_register_where_the_rules_say_so(house):
    partner = house.attach()
    saved(house, {"rules": [{"name": "All", "certifications": ["Implementation"]}]})

    with pytest.raises(AppError) as caught:
        submit(house, partner)
    house.run("certification.record", {"partner_id": partner, "name": "Implementation"})

    assert caught.value.reason is Reason.FORBIDDEN
    assert submit(house, partner)


def test_a_file_registers_row_by_row_and_says_of_each_other_row_what_is_missing(house):
    house.attach()
    saved(house)
    text = (
        "\ufeffPartner;Customer;Website;Amount;Motion\r\n"
        "Northwind;Initech;initech.com;5000;new\r\n"
        "\r\n"
        "Northwind;Hooli;;;\r\n"
        "Nobody;Hooli;hooli.com;1;\r\n"
        "northwind;Hooli;hooli.com;1;sideways\r\n"
    )

    done = house.run("registration.import", {"text": text}, record=None).result

    assert len(done["registered"]) == 1
    assert [(row["line"], row["reason"]) for row in done["refused"]] == [
        (4, "Please add the customer's website and the expected amount. The programme asks for it."),
        (5, "There is no partner of this name."),
        (6, "Motion: Choose new business, expansion or renewal."),
    ]


@pytest.mark.parametrize("text", ["Name,Website\nInitech,initech.com\n", "", "Customer\n" + "x\n" * 501])
def test_a_file_that_is_no_table_of_registrations_registers_nothing(house, text):
    house.attach()

    with pytest.raises(AppError) as caught:
        house.run("registration.import", {"text": text}, record=None)

    assert caught.value.reason is Reason.INVALID


def test_a_partner_without_the_certificates_that_registering_asks_for_is_told_what_lacks(house):
    partner = house.attach()
    need = {"right": "Register", "credential": "Implementation", "people": 2}
    house.run("certification.require", need, actor=ADMIN, record=None)
    fields = {"partner_id": partner, "customer_name": "Globex"}
    sentence = "cannot register deals yet. Needs 2 people certified in Implementation; 1 now."

    for person in ("Kim", "Ann"):
        with pytest.raises(AppError, match="cannot register deals yet"):
            house.run("registration.submit", fields)
        named = {"partner_id": partner, "name": "Implementation", "person_name": person}
        house.run("certification.record", named)
        if person == "Kim":
            with pytest.raises(AppError, match=sentence):
                house.run("registration.submit", fields)

    assert house.run("registration.submit", fields).result["registration_id"]
