"""Reminders: to whoever has to act, once each, and to a partner only what its page shows."""

import smtplib
from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.domain.plan_reminders import Reminder, reminder_for
from app.storage import policy as policies
from sync import plan_reminders
from tests.house import ADMIN, TestHouse

DUE = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        (-3, None),
        (-2, Reminder.SOON),
        (-1, Reminder.SOON),
        (0, Reminder.TODAY),
        (1, Reminder.LATE),
        (2, Reminder.LATE),
        (3, Reminder.ESCALATED),
        (5, Reminder.ESCALATED),
        (6, None),
    ],
)
def test_each_day_has_its_reminder(days: int, stage: Reminder | None) -> None:
    assert reminder_for(DUE, DUE + timedelta(days=days)) is stage


def remind(house: TestHouse) -> list[tuple[str, str]]:
    sent: list[tuple[str, str]] = []

    def send(to: str, vendor: str, subject: str, text: str) -> None:
        assert vendor == "Vendor Inc."
        assert "\n" in text
        sent.append((to, subject))

    plan_reminders.remind(replace(house.agent, send_mail=send))
    return sent


def plan(house: TestHouse, **fields: object) -> str:
    partner = house.attach()
    step = {"partner_id": partner, "title": "Survey", "due": str(DUE), **fields}
    house.run("plan.add_step", step)
    house.link(partner)
    house.work()
    return partner


def test_a_partner_is_reminded_once_of_what_its_page_shows(house: TestHouse) -> None:
    plan(house)

    assert remind(house) == [("kim@northwind.example", "Due soon: Survey")]
    assert remind(house) == []
    house.clock.advance(timedelta(days=2))
    assert remind(house) == [("kim@northwind.example", "Due today: Survey")]


def test_a_partner_is_never_told_of_a_step_of_the_team_nor_once_its_link_has_ended(house: TestHouse) -> None:
    partner = plan(house)
    hidden = {"partner_id": partner, "title": "Floor", "due": str(DUE), "audience": "team"}
    house.run("plan.add_step", hidden)
    house.run("partner.detach", {"partner_id": partner})
    house.work()

    assert remind(house) == []


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"people": ["lee@northwind.example"]}, False),
        ({"people": ["@northwind.example"]}, True),
        ({"territories": ["FR"]}, False),
        ({"territories": ["US", "FR"]}, True),
    ],
    ids=["not named", "named", "elsewhere", "at home"],
)
def test_a_partner_is_reminded_by_the_safelist_of_this_moment_and_of_this_person(
    house: TestHouse, rule: dict[str, list[str]], told: bool
) -> None:
    partner = plan(house)
    with house.house.database.read() as connection:
        saved = policies.current(connection, house.tenant.id)
    body = {"format": 2, "grid": saved.grid_json()}
    if "people" in rule:
        body["people"] = {partner: rule["people"]}
    else:
        where = {"object": "company", "field": "country", "partners": {partner: rule["territories"]}}
        body["territories"] = where
    fields = {"body": body, "whole": True, "version": saved.version, "reason": "Less"}
    house.run("policy.save", fields, actor=ADMIN, record=None)
    if told:
        house.work()  # a territory that nobody asked for is only known once it is published

    assert bool(remind(house)) is told


def test_a_step_that_stays_late_is_told_to_the_deals_owner_and_the_admins(house: TestHouse) -> None:
    plan(house)
    house.clock.advance(timedelta(days=5))

    assert remind(house) == [
        ("ada@vendor.example", "Still open: Survey"),
        ("sam@vendor.example", "Still open: Survey"),
    ]


def test_without_a_mail_server_nothing_is_taken_for_sent(house: TestHouse) -> None:
    plan(house)

    assert plan_reminders.remind(house.agent) == 0
    assert len(remind(house)) == 1


@pytest.mark.parametrize(("code", "again"), [(550, 0), (451, 1)])
def test_a_mailbox_that_takes_no_mail_keeps_no_other_partners_mail_from_it(
    house: TestHouse, code: int, again: int
) -> None:
    full = house.attach("Contoso")
    house.run("plan.add_step", {"partner_id": full, "title": "Sizing", "due": str(DUE)})
    house.link(full, "ann@contoso.example")
    plan(house)
    tried: list[str] = []

    def send(to: str, *_: str) -> None:
        tried.append(to)
        if to.startswith("ann"):
            raise smtplib.SMTPRecipientsRefused({to: (code, b"no")})

    for _ in range(2):
        plan_reminders.remind(replace(house.agent, send_mail=send))

    assert sorted(tried) == sorted(["kim@northwind.example", *["ann@contoso.example"] * (1 + again)])


def test_a_mail_server_that_is_away_is_tried_again_later(house: TestHouse) -> None:
    plan(house)

    def down(*_: str) -> None:
        raise OSError

    assert plan_reminders.remind(replace(house.agent, send_mail=down)) == 0
    assert len(remind(house)) == 1
