"""A plan's dates for a calendar: a seller's with everything, a partner's with what its page shows and its mark."""

from datetime import date, timedelta

import pypdfium2
from icalendar import Calendar

from app.bootstrap_share import build_share_app
from app.identity.tokens import Audience
from app.wsgi import web_app
from tests.house import DEAL, ORIGIN, SELLER, TestHouse
from tests.security.two_tenants import SHARE, Outgoing, entered


def with_plan(house: TestHouse) -> str:
    partner = house.attach()
    add = {"partner_id": partner, "milestone": "Proof"}
    house.run("plan.add_step", {**add, "title": "Survey", "due": "2026-12-01"})
    house.run("plan.add_step", {**add, "title": "Price floor", "due": "2026-12-02", "audience": "team"})
    house.run("plan.add_step", {**add, "title": "Someday"})
    return partner


def entries(body: bytes) -> dict[str, tuple[date, str]]:
    events = Calendar.from_ical(body).walk("VEVENT")
    return {str(one["summary"]): (one["dtstart"].dt, str(one["description"])) for one in events}


def test_a_seller_gets_every_dated_step_for_a_quarter_of_an_hour(house: TestHouse) -> None:
    partner = with_plan(house)
    path = house.house.calendar_url(house.tenant, SELLER, DEAL, partner).removeprefix(ORIGIN)
    client = web_app(house.house).test_client()

    answer = client.get(path)
    house.clock.advance(timedelta(minutes=15, seconds=1))

    assert answer.mimetype == "text/calendar"
    assert {title: day for title, (day, _) in entries(answer.data).items()} == {
        "Survey": date(2026, 12, 1),
        "Price floor": date(2026, 12, 2),
    }
    assert client.get(path).status_code == 401


def test_a_seller_gets_the_plan_on_paper_marked_with_its_own_address(house: TestHouse) -> None:
    partner = with_plan(house)
    path = house.house.calendar_url(house.tenant, SELLER, DEAL, partner).removeprefix(ORIGIN)
    client = web_app(house.house).test_client()

    answer = client.get(path.replace("plan.ics", "plan.pdf"))
    pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(answer.data)]

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    for words in ("Survey", "Price floor", "only your team sees it", "Someday", "0 of 3 steps done"):
        assert words in pages[0]
    mark = f"{SELLER.email} · {house.clock():%Y-%m-%d %H:%M} UTC · for your team only"
    assert all(mark in page for page in pages)
    assert client.get("/calendar/forged/plan.pdf").status_code == 401


def test_a_preview_bearer_opens_no_calendar(house: TestHouse) -> None:
    partner = with_plan(house)
    token = house.house.tokens.mint(Audience.PREVIEW, tenant_id=house.tenant.id, record=DEAL, actor=SELLER)

    answer = web_app(house.house).test_client().get(f"/calendar/{token}/plan.ics?partner={partner}")

    assert answer.status_code == 401


def test_a_partner_gets_what_its_page_shows_with_its_mark_and_a_stranger_nothing(house: TestHouse) -> None:
    partner = with_plan(house)
    link = house.link(partner)
    house.work()
    mailer = Outgoing()
    share = build_share_app(database=house.house.database, origin=SHARE, mailer=mailer, clock=house.clock)
    client = entered(share, mailer, link)
    path = f"/s/room/{link['code']}/plan.ics"

    body = client.get(path, base_url=SHARE).data

    assert list(entries(body)) == ["Survey"]
    day, note = entries(body)["Survey"]
    assert day == date(2026, 12, 1)
    assert "kim@northwind.example" in note
    assert str(link["code"]) in note
    assert b"Price floor" not in body
    assert share.test_client().get(path, base_url=SHARE).status_code == 404
