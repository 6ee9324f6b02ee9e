"""What a partner's page said on a past day: the snapshot of then, under the safelist of then, for that person."""

from datetime import date, timedelta

import pytest

from app.disclosure.policy import default_policy
from app.ground.errors import AppError
from app.reading.past_rooms import PastRoom, as_read_by, past_room
from app.storage import policy as policies
from app.storage.published.exposures import note_exposure
from app.storage.published.links import link_of
from app.storage.published.rooms import latest_snapshot
from tests.house import ADMIN, COMPANY, DEAL, START, TestHouse

KIM = "kim@northwind.example"
SUNDAY = START.date()
MONDAY, TUESDAY = SUNDAY + timedelta(days=1), SUNDAY + timedelta(days=2)
GRID = default_policy().grid_json()


def save(house: TestHouse, **more: object) -> None:
    with house.house.database.read() as connection:
        version = policies.current(connection, house.tenant.id).version
    body = {"format": 2, "grid": GRID, **more}
    house.run("policy.save", {"body": body, "version": version, "reason": "x"}, actor=ADMIN, record=None)


def seen(house: TestHouse, partner: str, day: date, email: str = "", record=DEAL) -> PastRoom:
    with house.house.database.read() as connection:
        return past_room(connection, house.tenant, record, partner, email, day, house.clock())


def values(past: PastRoom) -> dict[str, str]:
    return {field["name"]: field["value"] for field in past.content["fields"]}


@pytest.fixture
def partner(house: TestHouse) -> str:
    """On Sunday nobody has written, on Monday somebody has; on Tuesday the safelist takes the next step away."""
    partner = house.attach()
    link = house.link(partner, KIM)
    house.work()
    with house.house.database.write() as connection:
        room = latest_snapshot(connection, house.tenant.id, DEAL, partner)
        found = link_of(connection, house.tenant.id, str(link["link_id"]))
        note_exposure(connection, found, KIM, room.id, 1, house.clock())
    house.clock.advance(timedelta(days=1))
    house.run("thread.post", {"partner_id": partner, "body": "The contract is ready"})
    house.work()
    house.clock.advance(timedelta(days=1))
    rule = {"object": "deal", "field": "next_step", "treatment": "absent", "partner_id": partner}
    save(house, rules=[rule])
    house.work()
    return partner


def test_each_day_shows_what_was_published_then_under_the_safelist_of_then(house, partner):
    sunday, monday, tuesday = (seen(house, partner, day) for day in (SUNDAY, MONDAY, TUESDAY))

    assert [len(one.content["messages"]) for one in (sunday, monday, tuesday)] == [0, 1, 1]
    assert ["next_step" in values(one) for one in (sunday, monday, tuesday)] == [True, True, False]
    assert [one.policy_version for one in (sunday, monday, tuesday)] == [1, 1, 2]


def test_a_day_before_anything_was_published_says_so(house, partner):
    past = seen(house, partner, SUNDAY - timedelta(days=1))

    assert past.content is None
    assert past.first_at is None


def test_a_day_that_is_still_to_come_is_refused(house, partner):
    with pytest.raises(AppError, match="still to come"):
        seen(house, partner, TUESDAY + timedelta(days=1))


def test_it_is_told_who_was_shown_this_very_page(house, partner):
    assert seen(house, partner, SUNDAY, KIM.upper()).first_at == START
    assert seen(house, partner, SUNDAY).first_at == START
    assert seen(house, partner, SUNDAY, "lee@northwind.example").first_at is None
    assert seen(house, partner, MONDAY, KIM).first_at is None


def test_whoever_the_safelist_did_not_let_read_saw_nothing(house, partner):
    house.clock.advance(timedelta(days=1))
    save(house, people={partner: ["lee@northwind.example"]})
    today = house.clock().date()

    kim, lee = seen(house, partner, today, KIM), seen(house, partner, today, "lee@northwind.example")

    assert (kim.admitted, lee.admitted) == (False, True)
    assert values(kim) == {}
    assert values(lee)
    assert values(seen(house, partner, MONDAY, KIM))


def test_another_record_and_another_tenants_partner_were_never_published(house, partner):
    assert seen(house, partner, MONDAY, record=COMPANY).content is None
    assert seen(house, "another", MONDAY).content is None


def test_todays_page_of_somebody_who_may_not_read_is_empty(house, partner):
    save(house, people={partner: ["lee@northwind.example"]})
    with house.house.database.read() as connection:
        room = latest_snapshot(connection, house.tenant.id, DEAL, partner)
        policy = policies.current(connection, house.tenant.id)

    def fields(email: str) -> list[object]:
        return as_read_by(room.content, policy, partner, room.partner_type, email)["fields"]

    assert fields(KIM) == []
    assert fields("lee@northwind.example")
    assert fields("")
