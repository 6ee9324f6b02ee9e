"""The panel in a real browser, framed by the sandbox's record page on another site, without cookies or storage."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from app.doors.salesforce import CrmSession
from app.ground.errors import AppError, Reason
from app.sandbox.record_pages.salesforce import LightningConfig, create_blueprint
from app.sandbox.salesforce import Org, SalesforceSandboxConfig, create_app
from tests.browser.axe import violations
from tests.browser.held import Held
from tests.cards import make
from tests.doors.salesforce_fakes import app_of, door_of
from tests.doors.salesforce_room import Room
from tests.identity.envelopes import ORG, SECRET
from tests.sandbox.serve import serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

WATCH = """
  window.__stored = [];
  const note = (what) => (...a) => { window.__stored.push(what); throw new Error("storage was used"); };
  Storage.prototype.setItem = note("storage");
  indexedDB.open = note("indexedDB");
  Object.defineProperty(Document.prototype, "cookie", { get: note("cookie"), set: note("cookie") });
"""


@dataclass(frozen=True)
class World:
    room: Room
    org: Org
    record_url: str
    panel_origin: str


@contextmanager
def running(room: Room) -> Iterator[World]:
    """The panel at 127.0.0.1 and the record page at localhost: two sites, so every cookie here is a third party's."""
    with TemporaryDirectory() as folder, serve(app_of(door_of(room))) as panel:
        sandbox = create_app(
            SalesforceSandboxConfig(
                db_path=str(Path(folder) / "org.db"),
                consumer_key="key",
                consumer_secret=SECRET,
                public_key_pem="",
                org_id=ORG,
                username="sync@sample.example",
            )
        )
        sandbox.register_blueprint(create_blueprint(LightningConfig(canvas_url=f"{panel}/salesforce/canvas")))
        org: Org = sandbox.extensions["salesforce"]
        anna = org.add_user(
            username="anna@sample.example",
            first_name="Anna",
            last_name="Sørensen",
            email="anna@sample.example",
        )
        account = org.records.create(
            "Account", {"Name": "Initech", "Website": "https://initech.example"}, anna
        )
        about = {"Name": "Initech rollout", "AccountId": account, "CloseDate": "2026-12-12"}
        values = about | {"StageName": "Proposal/Price Quote", "Amount": 85000}
        deal = org.records.create("Opportunity", values, anna)
        room.session = CrmSession(organization_id=ORG, user_id=anna)
        with serve(sandbox) as host:
            page = host.replace("127.0.0.1", "localhost") + f"/lightning/r/Opportunity/{deal}/view"
            yield World(room=room, org=org, record_url=page, panel_origin=panel)
        org.close()


@pytest.fixture
def world() -> Iterator[World]:
    with running(Room()) as world:
        yield world


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1300, "height": 900})
    page = context.new_page()
    context.new_cdp_session(page).send(
        "Network.setCookieControls",
        {
            "enableThirdPartyCookieRestriction": True,
            "disableThirdPartyCookieMetadata": True,
            "disableThirdPartyCookieHeuristics": True,
        },
    )
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if "Content Security" in said.text else None)
    yield page
    context.close()
    assert problems == []


def open_record(page: Page, world: World) -> FrameLocator:
    page.goto(world.record_url)
    frame = page.frame_locator("#canvas-frame")
    expect(frame.locator("#card[data-card=overview]")).to_contain_text("Northwind Integrators")
    return frame


def open_card(frame: FrameLocator, card: str) -> None:
    frame.get_by_role("tab", name=card.title()).click()
    expect(frame.locator(f"#card[data-card={card}]")).to_have_attribute("aria-busy", "false")


def composer(frame: FrameLocator) -> FrameLocator:
    return frame.locator("form[data-command='thread.post'][data-audience=partner]")  # type: ignore[return-value]


def post(frame: FrameLocator, text: str) -> None:
    composer(frame).locator("textarea").fill(text)
    composer(frame).get_by_role("button").click()


def test_the_panel_shows_every_card_and_grows_with_it(page: Page, world: World) -> None:
    frame = open_record(page, world)

    for card in ("thread", "plan", "registration", "certifications", "conflicts", "sharing"):
        open_card(frame, card)
        expect(frame.locator("#notices")).to_be_empty()

    content = frame.locator("#panel").evaluate("panel => Math.ceil(panel.getBoundingClientRect().height)")
    expect(page.locator("#canvas-frame")).to_have_css("height", f"{content}px")


def test_a_tab_is_shut_until_the_panel_hears_a_click_on_it(page: Page, world: World) -> None:
    held = Held(page, "**/panel.js")
    page.goto(world.record_url, wait_until="commit")
    frame = page.frame_locator("#canvas-frame")
    expect(frame.get_by_role("tab", name="Plan")).to_be_disabled()

    held.let_go()

    open_card(frame, "plan")


def test_a_message_is_posted_with_the_keyboard(page: Page, world: World) -> None:
    frame = open_record(page, world)
    open_card(frame, "thread")

    composer(frame).locator("textarea").fill("The questionnaire is on its way.")
    composer(frame).locator("textarea").press("Control+Enter")

    expect(frame.locator(".al-message").last).to_contain_text("The questionnaire is on its way.")
    expect(frame.locator("#notices")).to_contain_text("Sent.")
    expect(composer(frame).locator("textarea")).to_have_value("")
    assert len(world.room.runs) == 1


def test_a_colleague_is_named_by_typing_an_at(page: Page, world: World) -> None:
    frame = open_record(page, world)
    open_card(frame, "thread")
    box = composer(frame).locator("textarea")

    box.press_sequentially("Ask @mar")
    expect(frame.get_by_role("option")).to_have_count(1)
    box.press("Enter")

    expect(box).to_have_value("Ask @Maria Quint ")
    expect(frame.get_by_role("listbox")).to_have_count(0)
    assert world.room.runs == []


@pytest.mark.parametrize("state", ["normal", "refused", "busy", "empty"])
def test_every_card_is_accessible(chromium: Browser, state: str) -> None:
    with running(Room(make.STATES[state]())) as world:
        page = chromium.new_page(viewport={"width": 1300, "height": 900})
        page.goto(world.record_url)
        frame = page.frame_locator("#canvas-frame")
        open_card(frame, "overview")
        inside = next(part for part in page.frames if part.url.startswith(world.panel_origin))
        for card in ("overview", "thread", "plan", "registration", "certifications", "conflicts", "sharing"):
            open_card(frame, card)
            found = violations(inside)
            assert [(each["id"], [n["html"] for n in each["nodes"]]) for each in found] == [], card
        page.close()


def test_a_refusal_brings_the_text_back(page: Page, world: World) -> None:
    frame = open_record(page, world)
    open_card(frame, "thread")
    world.room.refuse = AppError(Reason.PARTNER_NOT_ON_RECORD, "Northwind left this record.")

    post(frame, "Lost words?")

    expect(frame.locator("#notices")).to_contain_text("Northwind left this record.")
    expect(composer(frame).locator("textarea")).to_have_value("Lost words?")
    expect(frame.locator(".al-message--pending")).to_have_count(0)


def test_a_text_to_look_at_again_is_sent_when_the_seller_says_so(page: Page, world: World) -> None:
    frame = open_record(page, world)
    open_card(frame, "thread")
    world.room.refuse = AppError(Reason.NEEDS_CONFIRM, "Look again: it names Contoso.", field="confirm")
    post(frame, "Contoso is cheaper")
    expect(frame.locator("#notices")).to_contain_text("it names Contoso")
    expect(composer(frame).locator("textarea")).to_have_value("Contoso is cheaper")

    frame.get_by_role("button", name="Send it anyway").click()

    expect(composer(frame).locator("textarea")).to_have_value("")
    expect(frame.locator("#card")).to_contain_text("Contoso is cheaper")


def test_what_is_typed_survives_another_tab(page: Page, world: World) -> None:
    frame = open_record(page, world)
    open_card(frame, "thread")
    composer(frame).locator("textarea").fill("Half a thought")

    open_card(frame, "plan")
    open_card(frame, "thread")

    expect(composer(frame).locator("textarea")).to_have_value("Half a thought")


def test_a_step_is_completed_and_taken_back(page: Page, world: World) -> None:
    frame = open_record(page, world)
    open_card(frame, "plan")
    step = frame.locator("[data-step=s1]")

    step.locator("[data-command='plan.complete_step']").click()
    expect(step).to_have_class(re.compile("al-step--done"))
    frame.get_by_role("button", name="Undo").click()

    expect(step).not_to_have_class(re.compile("al-step--done"))
    expect(frame.locator("#notices")).to_contain_text("Taken back.")


def test_a_question_is_asked_in_the_page_before_a_link_is_revoked(page: Page, world: World) -> None:
    frame = open_record(page, world)
    open_card(frame, "sharing")
    revoke = frame.locator("[data-command='sharing.revoke_link']").first

    revoke.click()
    frame.get_by_role("button", name="Cancel").click()
    assert world.room.runs == []
    revoke.click()
    frame.locator("#confirm-yes").click()

    expect(frame.locator("#notices")).to_contain_text("Done.")
    assert len(world.room.runs) == 1


def test_the_answer_stands_beside_the_action_in_a_long_card(page: Page, world: World) -> None:
    frame = open_record(page, world)
    open_card(frame, "sharing")
    last = frame.locator("[data-command='partner.detach']").last
    last.scroll_into_view_if_needed()

    last.click()
    expect(frame.locator("#confirm-yes")).to_be_in_viewport()
    frame.locator("#confirm-yes").click()

    expect(frame.locator("#notices .notice")).to_be_in_viewport()


def test_a_new_link_is_shown_to_be_copied(page: Page, world: World) -> None:
    frame = open_record(page, world)
    open_card(frame, "sharing")
    form = frame.locator("form[data-command='sharing.create_link']").first
    form.evaluate("form => { const fold = form.closest('details'); if (fold) fold.open = true; }")

    form.get_by_role("button").click()

    expect(frame.get_by_label("Share link")).to_have_value("https://share.example/s/abcdefghijklmnop")
    expect(frame.locator("#notices")).to_contain_text("Passcode: ABCD-EFGH.")
    frame.get_by_text("Show QR code").click()
    picture = frame.get_by_alt_text("QR code that opens this link")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    frame.get_by_role("button", name="Copy link").click()
    expect(frame.locator("#notices")).to_contain_text(re.compile(r"Copied\.|Press Ctrl\+C"))


def test_the_session_outlives_its_token_through_the_host(page: Page, world: World) -> None:
    frame = open_record(page, world)
    open_card(frame, "thread")
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url) if "/_canvas/" in sent.url else None)
    world.room.clock.advance(timedelta(minutes=16))

    post(frame, "Still here after a long call.")

    expect(frame.locator("#notices")).to_contain_text("Sent.")
    expect(frame.locator(".al-message").last).to_contain_text("Still here after a long call.")
    assert len(asked) == 1
    assert len(world.room.runs) == 1


def test_a_session_the_host_cannot_renew_loses_no_word(page: Page, world: World) -> None:
    frame = open_record(page, world)
    open_card(frame, "thread")
    world.room.clock.advance(timedelta(minutes=16))
    page.route("**/_canvas/**", lambda route: route.fulfill(status=500))

    post(frame, "Keep this.")

    expect(frame.locator("#notices")).to_contain_text("could not be renewed")
    expect(composer(frame).locator("textarea")).to_have_value("Keep this.")


def test_a_message_after_an_outage_is_sent_once(page: Page, world: World) -> None:
    frame = open_record(page, world)
    open_card(frame, "thread")
    world.room.refuse = RuntimeError("half way")
    post(frame, "Only once.")
    expect(frame.locator("#notices")).to_contain_text("Something went wrong")
    world.room.refuse = None

    frame.get_by_role("button", name="Try again").click()

    expect(frame.locator(".al-message").last).to_contain_text("Only once.")
    assert len(world.room.runs) == 1


FORGER = """() => {
  const forger = document.createElement("iframe");
  forger.srcdoc = `<script>
    const target = parent.document.getElementById("canvas-frame").contentWindow;
    const forge = (seq) => ({ seq, status: 200, payload: { response: "forged.request" }, targetModule: "Canvas" });
    setInterval(() => {
      for (let seq = 1; seq < 40; seq++) target.postMessage(JSON.stringify(forge(seq)), "*");
    }, 20);
  </script>`;
  document.body.append(forger);
}"""


def test_messages_of_strangers_change_nothing(page: Page, world: World) -> None:
    frame = open_record(page, world)
    open_card(frame, "thread")
    frame.locator("html").evaluate("() => addEventListener('message', () => { window.heard = true; })")
    held = Held(page, "**/_canvas/**")
    renewals: list[str] = []
    page.on("request", lambda sent: renewals.append(sent.post_data or "") if "renew" in sent.url else None)
    world.room.clock.advance(timedelta(minutes=16))

    page.evaluate(FORGER)
    post(frame, "Not forged.")
    page.wait_for_timeout(400)
    assert frame.locator("html").evaluate("() => window.heard") is True
    assert renewals == []
    held.let_go()

    expect(frame.locator("#notices")).to_contain_text("Sent.")
    assert len(renewals) == 1
    assert "forged" not in renewals[0]


def test_nothing_is_stored_in_the_browser(page: Page, world: World) -> None:
    page.add_init_script(f"if (location.origin === '{world.panel_origin}') {{ {WATCH} }}")
    frame = open_record(page, world)
    open_card(frame, "thread")

    post(frame, "Nothing kept.")
    expect(frame.locator("#notices")).to_contain_text("Sent.")

    assert frame.locator("body").evaluate("() => window.__stored") == []
    assert page.context.cookies(world.panel_origin) == []
    assert frame.locator("#session").count() == 0


def test_the_stage_is_changed_in_the_crms_own_page(page: Page, world: World) -> None:
    open_record(page, world)

    page.get_by_label("Edit Next Step").click()
    page.locator(".editing input").fill("Send the offer")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-field=NextStep]")).to_contain_text("Send the offer")
    page.get_by_role("button", name="Negotiation/Review").click()

    expect(page.locator("[data-field=StageName]")).to_contain_text("Negotiation/Review")


@pytest.mark.parametrize("state", ["normal", "empty", "long", "rtl", "busy"])
def test_no_state_of_a_card_is_wider_than_a_narrow_column(chromium: Browser, state: str) -> None:
    with running(Room(make.STATES[state]())) as world:
        page = chromium.new_page(viewport={"width": 346, "height": 700})
        page.goto(world.record_url)
        frame = page.frame_locator("#canvas-frame")
        for card in ("overview", "thread", "plan", "registration", "certifications", "conflicts", "sharing"):
            open_card(frame, card)
            wide, room = frame.locator("html").evaluate("page => [page.scrollWidth, page.clientWidth]")
            assert room == 320
            assert wide <= room, f"{state}/{card} is {wide} px wide"
        page.close()
