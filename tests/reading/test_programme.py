"""What an admin reads about conflicts: the whole account, past cases under other rules, and figures on both."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.commands.claims import make_scene
from app.domain.measured import Case, curve, point
from app.domain.programme import ApprovalStep, Precedence, Programme, Rule
from app.domain.record import ObjectKind, RecordKey
from app.reading import programme as reading
from app.reading.conflict_audit import audit, safe_cell, to_csv
from app.reading.programme_trial import trial
from app.storage import conflict as conflicts
from app.storage import programme as programmes
from sync import ingest, poll, schedule
from tests.house import ADMIN, COMPANY

SISTER = RecordKey(ObjectKind.COMPANY, "701")


def submit(house, partner_id, record=COMPANY, **more):
    values = {"partner_id": partner_id, "customer_name": "Initech", "customer_domain": "initech.com", **more}
    return str(house.run("registration.submit", values, record=record).result["registration_id"])


def flags(house):
    with house.house.database.read() as connection:
        return conflicts.on_record(connection, house.tenant.id, deal_id=None, company_id="700")


def lines(house):
    with house.house.database.read() as connection:
        return audit(make_scene(connection, house.tenant, house.clock()))


def two_claims(house):
    first, second = (house.attach(name, record=COMPANY) for name in ("Northwind", "Contoso Resale"))
    one = submit(house, first)
    house.clock.advance(timedelta(minutes=5))
    return one, submit(house, second)


def settle(house, decision):
    flag = next(f for f in flags(house) if f.other_partner_id)
    fields = {"conflict_id": flag.id, "decision": decision, "reason": "Because"}
    house.run("conflict.resolve", fields, record=COMPANY)


def test_the_report_names_each_pair_once_with_its_evidence_and_winner(house):
    two_claims(house)

    found = [line for line in lines(house) if line.against != "Our own sales"]

    assert len(found) == 1
    assert {found[0].partner, found[0].against} == {"Northwind", "Contoso Resale"}
    assert found[0].flagged == "open"
    assert "The first to register wins: Northwind" in found[0].rule


def test_a_registration_at_a_sister_company_is_told_as_a_family_matter(house):
    house.crm.records[ObjectKind.COMPANY, "700"]["parent"] = "1"
    house.crm.records[ObjectKind.COMPANY, "701"] = {
        "name": "Vandelay",
        "domain": "vandelay.com",
        "parent": "1",
    }
    poll.first_load(house.agent, house.tenant)
    ingest.fetch(house.agent, house.tenant, [COMPANY, SISTER])
    first, second = house.attach("Northwind", record=COMPANY), house.attach("Contoso Resale", record=SISTER)
    submit(house, first)

    submit(house, second, SISTER, customer_name="Vandelay", customer_domain="vandelay.com")

    family = [line for line in lines(house) if line.kind == "Parent and subsidiary"]
    assert "have the same parent company in the CRM" in family[0].evidence


def test_claims_on_different_products_do_not_meet(house):
    first, second = (house.attach(name, record=COMPANY) for name in ("Northwind", "Contoso Resale"))
    submit(house, first, product="GTX")

    submit(house, second, product="MG")

    assert [flag for flag in flags(house) if flag.other_partner_id] == []


def test_another_order_is_tried_on_past_cases_without_changing_them(house):
    two_claims(house)
    settle(house, "dismiss")

    with house.house.database.read() as connection:
        now = programmes.current(connection, house.tenant.id)
        today = reading.dry_run(connection, house.tenant.id, now)
        none = reading.dry_run(
            connection, house.tenant.id, replace(now, precedence=(Precedence.NAMED_ACCOUNT,))
        )

    assert (today.cases, today.agrees, len(today.differs)) == (1, 1, 0)
    assert (none.agrees, none.undecided) == (0, 1)


def test_edited_rules_are_tried_on_past_registrations_without_changing_them(house):
    two_claims(house)
    strict = Rule(
        name="All",
        required=("region",),
        certifications=("Implementation",),
        steps=(ApprovalStep(name="Finance"),),
        sla_hours=24,
        protection_days=60,
        extension_limit=0,
        idle_days=30,
    )

    with house.house.database.read() as connection:
        now = programmes.current(connection, house.tenant.id)
        same = trial(connection, house.tenant.id, now, house.clock())
        found = trial(connection, house.tenant.id, replace(now, rules=(strict,)), house.clock())

    assert (same.tried, same.differ) == (2, 0)
    assert (found.differ, found.not_taken) == (2, 2)
    assert found.cases[0].partner == "Contoso Resale"
    assert found.cases[0].sentences == (
        "It would not be taken without the region.",
        "The partner would need a certification: Implementation.",
        "It would be decided by Finance.",
        "A decision would be due within 24 hours instead of 48 hours.",
        "Protection would run for 60 days from approval instead of 90 days from approval.",
        "It could be extended 0 times by 30 days.",
        "It would be pulled back after 30 idle days.",
    )


def test_rules_that_are_eased_are_said_likewise(house):
    strict = {"rules": [{"name": "All", "steps": [{"name": "Finance", "approvers": ["fay@x.example"]}]}]}
    two_claims(house)
    house.run("programme.save", {"body": strict, "version": 0, "reason": "x"}, actor=ADMIN, record=None)
    asked = Rule(name="All", steps=(ApprovalStep(name="Finance"),))

    with house.house.database.read() as connection:
        found = trial(connection, house.tenant.id, Programme(rules=(asked,)), house.clock())

    assert found.cases[0].sentences == ("It would be decided by Finance, with other approvers.",)


def test_a_rule_that_never_holds_is_remarked():
    twice = Programme(rules=(Rule(name="A", regions=("DACH",)), Rule(name="B", regions=("dach",))))

    said = list(reading.remarks(twice))

    assert said[0].startswith("“B” never holds: “A” stands before it")
    assert "No rule is for everybody." in said[1]
    assert list(reading.remarks(Programme())) == []


def test_false_alarms_are_what_the_matching_is_measured_by(house):
    two_claims(house)
    settle(house, "other_customer")

    with house.house.database.read() as connection:
        found = reading.measured(connection, house.tenant.id, 0.5)

    assert (found.cases, found.now.precision, found.now.recall) == (1, 0.0, None)
    assert found.is_few


def test_a_partner_who_registers_very_much_is_named(house):
    rules = {"rules": [{"name": "All"}], "probing_per_day": 3}
    house.run("programme.save", {"body": rules, "version": 0, "reason": "x"}, actor=ADMIN, record=None)
    partner = house.attach("Northwind", record=COMPANY)
    for number in range(4):
        submit(house, partner, customer_name=f"Customer {number}", customer_domain="")

    with house.house.database.read() as connection:
        found = reading.probing(connection, house.tenant.id, 3, house.clock())

    assert [(one.partner, one.busiest_day) for one in found] == [("Northwind", 4)]


def test_a_deal_that_somebody_opens_at_a_protected_customer_is_flagged(house):
    partner = house.attach("Northwind", record=COMPANY)
    one = submit(house, partner)
    house.run("registration.approve", {"registration_id": one, "reason": "Yes"}, record=COMPANY)
    house.clock.advance(timedelta(hours=1))
    opened = house.clock().isoformat()
    house.crm.records[ObjectKind.DEAL, "901"] = {
        "name": "Direct",
        "stage": "s1",
        "owner": "o1",
        "created": opened,
    }
    house.crm.companies["901"] = "700"
    deal = RecordKey(ObjectKind.DEAL, "901")

    ingest.fetch(house.agent, house.tenant, [deal])
    house.work()
    ingest.fetch(house.agent, house.tenant, [deal])
    house.work()

    found = [flag for flag in flags(house) if flag.deal_id == "901"]
    assert len(found) == 1
    assert "An approved registration beats a deal opened later" in found[0].rule


def test_a_dispute_holds_both_positions_and_is_escalated_once_it_is_overdue(house):
    two_claims(house)
    flag = next(f for f in flags(house) if f.other_partner_id)
    for side in ("Northwind", "Contoso"):
        fields = {
            "conflict_id": flag.id,
            "side": side,
            "position": "We were first",
            "evidence": "Mail of 3 Nov",
        }
        house.run("conflict.dispute", fields, record=COMPANY)
    house.clock.advance(timedelta(days=11))

    schedule.escalate_disputes(house.agent, None)
    schedule.escalate_disputes(house.agent, None)

    held = next(f for f in flags(house) if f.id == flag.id)
    assert [one.side for one in held.positions] == ["Northwind", "Contoso", "Alongside"]
    assert held.escalated_at is not None


@pytest.mark.parametrize("cell", ["=1+1", "+4", "-4", "@x", " =1", "\t=1", "\uff1d1"])
def test_a_cell_that_looks_like_a_formula_is_text(cell):
    assert safe_cell(cell).startswith("'")


def test_a_line_break_in_a_cell_stays_in_its_row():
    assert safe_cell("a\nb") == "a | b"
    assert to_csv([]).count("\r\n") == 1


def test_precision_and_recall_follow_the_threshold():
    cases = [Case(probability=p, same=s) for p, s in ((0.95, True), (0.75, True), (0.6, False), (0.55, True))]

    assert (point(cases, 0.5).precision, point(cases, 0.5).recall) == (0.75, 1.0)
    assert (point(cases, 0.7).precision, point(cases, 0.7).recall) == (1.0, 2 / 3)
    assert point([], 0.5).precision is None
    recalls = [one.recall for one in curve(cases)]
    assert recalls == sorted(recalls, reverse=True)


@pytest.mark.parametrize(
    ("days", "said"), [((3,), "3 days"), ((3, 14), "14 and 3 days"), ((30, 3, 14), "30, 14 and 3 days")]
)
def test_the_days_of_a_reminder_are_read_as_one_says_them(days, said):
    rule = Rule(name="Everyone", reminder_days=days)

    assert f"Both sides are reminded {said} before it ends." in list(reading.sentences(rule))
