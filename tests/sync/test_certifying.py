"""Reminders before a certificate lapses: 60, 30 and 7 days ahead, once each, and a status that follows."""

from datetime import timedelta

from app.storage import certification as certifications
from app.storage import thread as messages
from sync import certifying
from tests.house import DEAL, START, TestHouse


def certified(house: TestHouse, days: int, **more: object) -> str:
    partner = house.attach()
    fields = {"partner_id": partner, "name": "Gold", "person_name": "Kim Lee"}
    ends = str((START + timedelta(days=days)).date())
    house.run("certification.record", {**fields, "expires": ends, **more})
    return partner


def told(house: TestHouse, partner: str) -> list[str]:
    with house.house.database.read() as connection:
        page, _ = messages.page(connection, house.tenant.id, DEAL, partner, limit=50)
    return [message.body for message in page]


def test_the_team_hears_of_it_three_times_and_once_each(house: TestHouse) -> None:
    partner = certified(house, days=70)

    for _ in range(75):
        certifying.remind(house.agent)
        certifying.remind(house.agent)
        house.clock.advance(timedelta(days=1))

    assert [body.rpartition(": ")[2] for body in told(house, partner)] == [
        "60 days left.",
        "30 days left.",
        "7 days left.",
    ]


def test_of_missed_reminders_only_the_latest_is_given(house: TestHouse) -> None:
    partner = certified(house, days=70)
    house.clock.advance(timedelta(days=66))

    certifying.remind(house.agent)

    assert told(house, partner) == [
        "Kim Lee’s certification Gold lapses after Sunday, 31 January 2027: 4 days left."
    ]


def test_the_crm_is_told_when_it_has_lapsed_and_no_earlier_word_follows(house: TestHouse) -> None:
    partner = certified(house, days=3)
    house.clock.advance(timedelta(days=5))

    assert certifying.remind(house.agent) == 1
    assert certifying.remind(house.agent) == 0
    house.work()

    assert told(house, partner) == []
    assert [write.status for write in house.crm.written if hasattr(write, "status")] == ["lapsed"]


def test_what_was_renewed_is_not_worth_a_word(house: TestHouse) -> None:
    partner = certified(house, days=5)
    renewal = {"partner_id": partner, "name": "Gold", "person_name": "Kim Lee"}
    house.run("certification.record", {**renewal, "expires": str((START + timedelta(days=400)).date())})

    certifying.remind(house.agent)

    assert told(house, partner) == []


def test_a_reminder_stays_with_the_team_and_waits_for_no_deal(house: TestHouse) -> None:
    partner = certified(house, days=5)
    house.run("partner.detach", {"partner_id": partner})

    assert certifying.remind(house.agent) == 1
    with house.house.database.read() as connection:
        (held,) = certifications.of_partners(connection, house.tenant.id, [partner])
    assert held.reminded == 7
