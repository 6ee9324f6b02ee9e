"""The partner's way through the share pages in a real browser: a phone, no script, keyboard, print, dark."""

import re
import zlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.storage.published.links import FORM, revoke_link
from app.storage.published_tables import partner_inbox
from tests.browser.axe import violations
from tests.sandbox.serve import serve
from tests.share_world import HOSTILE, NOW, TENANT, ShareWorld, content, share_world

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def world(tmp_path) -> Iterator[ShareWorld]:
    world = share_world(tmp_path)
    yield world
    world.database.close()


@pytest.fixture
def origin(world) -> Iterator[str]:
    with serve(world.app) as address:
        yield address


@pytest.fixture
def phone(chromium: Browser, origin: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=origin, timezone_id="Europe/Berlin", **PHONE)
    yield from watched(context)


@pytest.fixture
def plain(chromium: Browser, origin: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=origin, java_script_enabled=False, **PHONE)
    yield from watched(context)


def watched(context: BrowserContext) -> Iterator[Page]:
    """A page that fails its test when a script breaks, a dialog opens or the CSP has something to report."""
    page = context.new_page()
    page.set_default_timeout(10_000)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("dialog", lambda dialog: (broken.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda said: broken.append(said.text) if "Content Security" in said.text else None)
    yield page
    context.close()
    assert broken == []


def enter(page: Page, world: ShareWorld, **changes) -> str:
    """Through the front page and the code into the room; the room's path."""
    link, token = world.link(**changes)
    page.goto(f"/s/{token}")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Six-digit code").fill(world.mailer.code)
    page.get_by_role("button", name="Open the page").click()
    expect(page.get_by_role("heading", name="Messages")).to_be_visible()
    return f"/s/room/{link.code}"


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_partner_on_a_phone_opens_the_link_replies_and_completes_a_step(phone, world):
    room = enter(phone, world)
    assert phone.url.endswith(room)
    assert fits(phone)

    phone.get_by_role("textbox", name="Message").fill("You get it on Tuesday.")
    phone.get_by_role("button", name="Send", exact=True).click()
    expect(phone.get_by_text("You get it on Tuesday.")).to_be_visible()
    phone.get_by_role("button", name=re.compile("Mark as done.*Security questionnaire")).click()

    expect(phone.get_by_text("You marked this as done").first).to_be_visible()
    expect(phone.get_by_role("button", name=re.compile("Mark as done"))).to_have_count(0)


def test_everything_works_without_javascript(plain, world):
    enter(plain, world)

    plain.get_by_role("textbox", name="Message").fill("No script here.")
    plain.get_by_role("button", name="Send", exact=True).click()
    plain.get_by_role("button", name=re.compile("Mark as done.*Security questionnaire")).click()

    expect(plain.get_by_text("No script here.")).to_be_visible()
    expect(plain.get_by_text("You marked this as done").first).to_be_visible()


def test_times_are_in_the_zone_of_the_viewers_device(phone, world):
    enter(phone, world)

    expect(phone.get_by_text("Times are shown in Europe/Berlin.")).to_be_visible()
    expect(phone.locator(".al-message time").first).to_have_text("09:15")


def test_the_page_shows_what_the_agent_did_without_being_loaded_again(phone, world):
    enter(phone, world)
    phone.get_by_role("textbox", name="Message").fill("Here it is.")
    phone.get_by_role("button", name="Send", exact=True).click()
    expect(phone.locator(".al-message__state", has_text="Sent")).to_be_visible()
    phone.get_by_role("textbox", name="Message").fill("A draft that must stay")

    answer = {
        "id": "m2",
        "author": "Sam Seller",
        "side": "us",
        "body": "Got it, thank you!",
        "at": "2026-11-22T10:16:00Z",
    }
    with world.database.write() as connection:
        connection.execute(partner_inbox.update().values(state="done", done_at=NOW - timedelta(seconds=1)))
    world.publish(content(messages=[*content()["messages"], answer], steps=[]))
    phone.locator("h2", has_text="Messages").click()  # nobody is typing now
    phone.get_by_role("textbox", name="Message").blur()

    expect(phone.get_by_text("Got it, thank you!")).to_be_visible(timeout=15_000)
    expect(phone.get_by_role("textbox", name="Message")).to_have_value("A draft that must stay")


def test_a_draft_survives_a_reload(phone, world):
    enter(phone, world)
    phone.get_by_role("textbox", name="Message").fill("Half a thought")

    phone.reload()

    expect(phone.get_by_role("textbox", name="Message")).to_have_value("Half a thought")


def test_the_mark_covers_the_whole_page_and_is_in_nobodys_way(phone, world):
    enter(phone, world)

    covered = phone.evaluate(
        """() => {
          const mark = document.querySelector("svg.mark").getBoundingClientRect();
          const page = document.documentElement;
          return mark.width >= page.clientWidth && mark.height >= page.scrollHeight - 1;
        }"""
    )

    assert covered
    assert phone.evaluate("getComputedStyle(document.querySelector('svg.mark')).pointerEvents") == "none"
    assert phone.locator("svg.mark").get_attribute("aria-hidden") == "true"


def test_every_printed_sheet_bears_the_mark(phone, world):
    messages = [{**content()["messages"][0], "id": f"m{n}", "body": f"Line {n} " * 20} for n in range(40)]
    world.publish(content(messages=messages))
    enter(phone, world)

    pdf = phone.pdf(format="A5")

    sheets = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert sheets > 3
    assert sum(b"/Pattern" in stream and b" Tf" in stream for stream in streams(pdf)) >= sheets


def streams(pdf: bytes) -> Iterator[bytes]:
    for start in re.finditer(rb"stream\r?\n", pdf):
        try:
            yield zlib.decompressobj().decompress(pdf[start.end() :])
        except zlib.error:
            continue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_fault_that_axe_knows(phone, world, scheme):
    phone.emulate_media(color_scheme=scheme)
    link, token = world.link()
    _, form = world.link(purpose=FORM, record=None, contact_name="", contact_email="", rules=())
    for path in (f"/s/{token}", f"/s/{form}", "/s/nothing"):
        phone.goto(path)
        assert axe(phone) == []
    phone.goto(f"/s/{token}")
    phone.get_by_role("button", name="Send me a code").click()
    assert axe(phone) == []
    room = enter(phone, world)
    assert axe(phone) == []
    phone.goto(f"{room}/reply")
    assert link.code not in phone.url


def axe(page: Page) -> list[str]:
    found = violations(page)
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:120]}" for fault in found]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_long_names_and_odd_texts_break_no_layout_and_run_no_script(phone, world, width):
    long = "Donaudampfschifffahrtsgesellschaft" * 6
    texts = [*HOSTILE, long, "שלום עולם", "x" * 300]
    messages = [
        {**content()["messages"][0], "id": f"m{n}", "body": text, "author": text}
        for n, text in enumerate(texts)
    ]
    steps = [
        {**content()["steps"][0], "id": f"s{n}", "title": text, "milestone": text}
        for n, text in enumerate(texts)
    ]
    fields = [{**f, "value": long} for f in content()["fields"]]
    world.publish(content(messages=messages, steps=steps, fields=fields, deal={"name": long}))
    phone.set_viewport_size({"width": width, "height": 844})

    enter(phone, world)

    assert fits(phone)


def test_a_revoked_link_shows_an_open_page_nothing_more(phone, world):
    room = enter(phone, world)
    with world.database.write() as connection:
        (link,) = connection.exec_driver_sql("SELECT id FROM share_link").one()
        revoke_link(connection, TENANT, link, NOW)

    phone.goto(room)

    expect(phone.get_by_role("heading", name="This page is not available")).to_be_visible()


def test_a_registration_is_sent_and_thanked_for(plain, world):
    _, token = world.link(purpose=FORM, record=None, contact_name="", contact_email="", rules=())
    plain.goto(f"/s/{token}")
    plain.get_by_label("Customer company").fill("Initech")
    plain.get_by_label("Your name").fill("Ravi")
    plain.get_by_label("Your e-mail").fill("ravi@northwind.example")

    plain.get_by_role("button", name="Register the deal").click()

    expect(plain.get_by_text("We received your registration of Initech.")).to_be_visible()


def test_the_code_can_be_typed_by_keyboard_alone(phone, world):
    _, token = world.link()
    phone.goto(f"/s/{token}")
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    expect(phone.get_by_label("Six-digit code")).to_be_focused()

    phone.keyboard.type(f"{world.mailer.code[:3]} {world.mailer.code[3:]}")
    phone.keyboard.press("Enter")

    expect(phone.get_by_role("heading", name="Messages")).to_be_visible()


def test_leaving_leads_out(phone, world):
    room = enter(phone, world)

    phone.get_by_role("button", name="Leave").click()
    expect(phone.get_by_role("heading", name="You have left")).to_be_visible()
    phone.goto(room)

    expect(phone.get_by_role("heading", name="This page is not available")).to_be_visible()
