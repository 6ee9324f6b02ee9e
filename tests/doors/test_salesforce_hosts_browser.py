"""The panel in its other hosts, and what happens when a host misbehaves: in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, Response, send_from_directory
from playwright.sync_api import Browser, FrameLocator, Page, expect

from app.identity.embed_key import EmbedKeys
from tests.browser.axe import WIDTHS, too_wide, violations
from tests.browser.held import Held
from tests.cards import make
from tests.doors.salesforce_client import auth
from tests.doors.salesforce_fakes import KEY, app_of, door_of
from tests.doors.salesforce_room import Room
from tests.doors.test_salesforce_embed import ASKED
from tests.doors.test_salesforce_panel_browser import World, open_card, open_record, post, running
from tests.identity.envelopes import ORG
from tests.sandbox.serve import serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

HOSTS = Path(__file__).parent / "salesforce_hosts"
CARDS = ("overview", "thread", "plan", "registration", "certifications", "conflicts", "sharing")
KEYS = EmbedKeys([KEY])


@pytest.fixture
def world() -> Iterator[World]:
    with running(Room()) as world:
        yield world


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1300, "height": 900})
    yield page
    page.close()


# --- canvas that is reloaded, or loses the network ------------------------------------------------------------------


def test_a_reloaded_frame_opens_the_panel_again(page: Page, world: World) -> None:
    frame = open_record(page, world)
    inside = next(part for part in page.frames if part.url.startswith(world.panel_origin))

    inside.evaluate("() => location.reload()")

    expect(frame.locator("#card[data-card=overview]")).to_contain_text("Northwind Integrators")


def test_another_record_opens_its_own_panel(page: Page, world: World) -> None:
    open_record(page, world)
    first = world.record_url.split("/")[-2]
    values = {"Name": "Second rollout", "StageName": "Prospecting", "CloseDate": "2026-12-12"}
    second = world.org.records.create("Opportunity", values, world.org.user_id)

    page.goto(world.record_url.replace(first, second))

    frame = page.frame_locator("#canvas-frame")
    expect(frame.locator("#card[data-card=overview]")).to_contain_text("Northwind Integrators")


def test_without_a_network_the_last_state_stays_with_its_age(page: Page, world: World) -> None:
    frame = open_record(page, world)
    open_card(frame, "plan")
    expect(frame.locator("#age")).to_contain_text("Salesforce was read")
    page.route("**/panel/**", lambda route: route.abort())

    frame.get_by_role("tab", name="Overview").click()

    expect(frame.locator("#card[data-card=overview]")).to_contain_text("Northwind Integrators")
    expect(frame.locator("#fresh")).to_contain_text("No connection. This is what was known")
    expect(frame.get_by_role("button", name="Try again")).to_be_visible()


def test_the_panel_goes_on_when_the_network_is_back(page: Page, world: World) -> None:
    frame = open_record(page, world)
    page.route("**/panel/**", lambda route: route.abort())
    frame.get_by_role("tab", name="Overview").click()
    expect(frame.locator("#fresh")).to_contain_text("No connection")

    page.unroute("**/panel/**")
    frame.locator("body").evaluate("() => window.dispatchEvent(new Event('online'))")

    expect(frame.locator("#fresh")).to_contain_text("Salesforce was read")
    expect(frame.locator("#fresh")).not_to_contain_text("No connection")


def test_a_card_never_seen_says_that_there_is_no_network(page: Page, world: World) -> None:
    frame = open_record(page, world)
    page.route("**/panel/**", lambda route: route.abort())

    frame.get_by_role("tab", name="Sharing").click()

    expect(frame.locator("#notices")).to_contain_text("Alongside cannot be reached")
    page.unroute("**/panel/**")
    frame.locator("#notices").get_by_role("button", name="Try again").click()
    expect(frame.locator("#card[data-card=sharing]")).to_be_visible()


# --- somebody who is faster than the answers ------------------------------------------------------------------------


def test_whoever_goes_on_while_a_message_is_sent_stays_where_it_went(page: Page, world: World) -> None:
    frame = open_record(page, world)
    open_card(frame, "thread")
    sending = Held(page, "**/actions/thread.post")
    opening = Held(page, "**/cards/plan*")

    post(frame, "The questionnaire is on its way.")
    frame.get_by_role("tab", name="Plan").click()
    sending.let_go()

    expect(frame.locator("#notices")).to_contain_text("Sent.")
    opening.let_go()
    expect(frame.locator("#card[data-card=plan]")).to_have_attribute("aria-busy", "false")


def test_a_card_that_is_slow_to_come_is_not_given_up_for_the_one_before(page: Page, world: World) -> None:
    page.clock.install()
    frame = open_record(page, world)
    opening = Held(page, "**/cards/plan*")

    frame.get_by_role("tab", name="Plan").click()
    opening.arrived()
    page.clock.run_for(16_000)  # the look for news comes every 15 seconds
    opening.let_go()

    expect(frame.locator("#card[data-card=plan]")).to_have_attribute("aria-busy", "false")


# --- the settings tab -----------------------------------------------------------------------------------------------


def test_an_admin_opens_the_settings_from_the_tab(page: Page, world: World) -> None:
    assert world.room.session is not None
    world.room.session = replace(world.room.session, manages=True)

    page.goto(world.record_url.split("/lightning")[0] + "/lightning/n/Alongside_Settings")
    frame = page.frame_locator("#canvas-frame")
    with page.context.expect_page() as opened:
        frame.get_by_role("button", name="Open the settings").click()

    expect(frame.locator("h1")).to_have_text("Alongside for Sample")
    assert opened.value.url.endswith("/admin/enter?ticket=ticket-of-Anna")


# --- UI embedding ---------------------------------------------------------------------------------------------------


@contextmanager
def embedded(room: Room) -> Iterator[tuple[str, str]]:
    """A page of another site whose server asks for codes as Apex does, and the panel it frames."""
    host = Flask("lightning-page")
    panel_app: list[Flask] = []

    @host.get("/page")
    def lightning_page() -> Response:
        return send_from_directory(HOSTS, "embedding.html")

    @host.post("/code")
    def code() -> str:
        asked = (
            panel_app[0]
            .test_client()
            .post(
                "/salesforce/embed/mint",
                json=ASKED,
                headers={"Authorization": f"Bearer {KEYS.key_of(ORG)}"},
            )
        )
        return str(asked.get_json()["code"])

    with serve(host) as address:
        origin = address.replace("127.0.0.1", "localhost")
        door = replace(door_of(room), is_embed_key=KEYS.matches, stand_in_origin=origin)
        panel_app.append(served_with_hosts(app_of(door)))
        with serve(panel_app[0]) as panel:
            yield f"{origin}/page?panel={panel}/salesforce/embed", panel


def served_with_hosts(app: Flask) -> Flask:
    """With what only tests have: a stand-in for Salesforce's guest SDK, and the panel without any host."""

    @app.get("/salesforce/static/vendor/platform-sdk.js")
    def sdk() -> Response:
        answer = send_from_directory(HOSTS, "platform-sdk.js")
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer

    @app.get("/salesforce/static/bridge/standalone.js")
    def standalone() -> Response:
        return send_from_directory(HOSTS, "standalone.js")

    @app.get("/standalone")
    def alone() -> str:
        page = app.test_client().get("/salesforce/embed").text
        return page.replace('data-host="embedding"', 'data-host="standalone"')

    return app


def open_embedded(page: Page, address: str) -> FrameLocator:
    page.goto(address)
    frame = page.frame_locator("#frame")
    expect(frame.locator("#card[data-card=overview]")).to_contain_text("Northwind Integrators")
    return frame


def test_the_panel_opens_in_a_sandboxed_frame_without_an_origin(page: Page) -> None:
    room = Room()
    with embedded(room) as (address, _):
        frame = open_embedded(page, address)
        origin = frame.locator("body").evaluate("() => window.origin")
        open_card(frame, "thread")
        composer = frame.locator("form[data-command='thread.post'][data-audience=partner]")

        composer.locator("textarea").fill("From the second host.")
        composer.get_by_role("button").click()

        expect(frame.locator("#notices")).to_contain_text("Sent.")
        assert origin == "null"
        assert len(room.runs) == 1


def test_the_frame_is_as_high_as_its_content(page: Page) -> None:
    with embedded(Room()) as (address, _):
        frame = open_embedded(page, address)
        content = frame.locator("#panel").evaluate("panel => Math.ceil(panel.getBoundingClientRect().height)")

        expect(page.locator("#frame")).to_have_attribute("height", str(content))


def test_the_embedded_session_outlives_its_token_through_another_code(page: Page) -> None:
    room = Room()
    with embedded(room) as (address, _):
        frame = open_embedded(page, address)
        codes: list[str] = []
        page.on("request", lambda sent: codes.append(sent.url) if sent.url.endswith("/code") else None)
        room.clock.advance(timedelta(minutes=16))

        open_card(frame, "plan")

        expect(frame.locator("#card[data-card=plan]")).to_be_visible()
        assert len(codes) == 1


def test_without_salesforces_guest_sdk_the_panel_says_whom_to_ask(page: Page) -> None:
    with embedded(Room()) as (address, _):
        page.route("**/vendor/platform-sdk.js", lambda route: route.fulfill(status=404))

        page.goto(address)

        expect(page.frame_locator("#frame").locator("#notices")).to_contain_text("could not be opened here")


# --- the panel by itself, at the widths it is used in ---------------------------------------------------------------


@pytest.mark.parametrize("state", ["normal", "refused", "long"])
def test_every_card_is_accessible_at_every_width(chromium: Browser, state: str) -> None:
    room = Room(make.STATES[state]())
    app = served_with_hosts(app_of(door_of(room)))
    token = auth(app.test_client())["Authorization"].removeprefix("Bearer ")
    with serve(app) as origin:
        page = chromium.new_page()
        page.goto(f"{origin}/standalone#{token}")
        for card in CARDS:
            page.get_by_role("tab", name=card.title()).click()
            expect(page.locator(f"#card[data-card={card}]")).to_have_attribute("aria-busy", "false")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                page.evaluate("new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))")
                found = violations(page)
                assert [(each["id"], [n["html"] for n in each["nodes"]]) for each in found] == [], card
                assert not too_wide(page)
        page.close()


def test_a_write_the_crm_refused_is_shown_with_its_reason_and_a_retry(page: Page) -> None:
    room = Room(make.STATES["refused"]())
    app = served_with_hosts(app_of(door_of(room)))
    token = auth(app.test_client())["Authorization"].removeprefix("Bearer ")
    with serve(app) as origin:
        page.goto(f"{origin}/standalone#{token}")

        expect(page.locator("#card")).to_contain_text("refused the task: “Due date is required")
        expect(page.locator("[data-command='outbox.retry']").first).to_be_visible()
