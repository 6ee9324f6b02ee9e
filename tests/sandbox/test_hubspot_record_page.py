"""The HubSpot record page in a real browser: the built card in its worker, signed requests, the CRM's own fields."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.sandbox.hubspot import HubspotSandbox, HubspotSandboxConfig, create_app
from app.sandbox.hubspot.schema import object_type
from app.sandbox.record_pages.hubspot import HubspotPagesConfig, hubspot_pages
from tests.sandbox.hubspot_backend import SECRET, Backend
from tests.sandbox.hubspot_portal import USERS
from tests.sandbox.serve import serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

DIST = Path(__file__).parents[2] / "hubspot-project" / "dist"


@dataclass(frozen=True)
class Visit:
    page: Page
    backend: Backend
    portal: HubspotSandbox
    deal: str
    address: str

    @property
    def tab(self) -> Locator:
        return self.page.get_by_test_id("card-tab")

    @property
    def sidebar(self) -> Locator:
        return self.page.get_by_test_id("card-sidebar")

    def open_tab(self, name: str) -> None:
        self.tab.get_by_role("tab", name=name).click()


def await_cards(page: Page) -> None:
    """Both cards have an answer. The page's policy forbids eval, so nothing may wait for an expression in it."""
    expect(page.get_by_role("button", name="Refresh")).to_have_count(2)


@contextmanager
def visiting(chromium: Browser, folder: Path) -> Iterator[Visit]:
    backend = Backend()
    with serve(backend.app()) as origin:
        backend.origin = origin
        app = create_app(
            HubspotSandboxConfig(db_path=folder / "portal.db", client_id="c", client_secret=SECRET)
        )
        portal: HubspotSandbox = app.extensions["sandbox"]
        deal = portal.create("deals", {"dealname": "Initech rollout", "dealstage": "qualifiedtobuy"})
        config = HubspotPagesConfig(
            backend_origin=origin,
            client_secret=SECRET,
            portal_id=62515,
            app_id=54321,
            users=USERS,
            dist=DIST,
        )
        app.register_blueprint(hubspot_pages(portal, config))
        with serve(app) as site:
            context = chromium.new_context(viewport={"width": 1440, "height": 1000})
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            page = context.new_page()
            page.set_default_timeout(10_000)
            address = f"{site}/contacts/62515/record/0-3/{deal}"
            page.goto(address)
            await_cards(page)
            yield Visit(page=page, backend=backend, portal=portal, deal=deal, address=address)
            assert page.evaluate("window.__host.errors") == []
            context.close()
        portal.close()


@pytest.fixture
def visit(chromium: Browser, tmp_path: Path) -> Iterator[Visit]:
    if not (DIST / "PartnerCard.js").is_file():
        pytest.fail("hubspot-project/dist is missing: run `npm ci` and `npm run build` in hubspot-project")
    with visiting(chromium, tmp_path) as found:
        yield found


def test_the_seven_cards_load_through_signed_requests(visit: Visit) -> None:
    expect(visit.tab.get_by_role("heading", name="Northwind Integrators")).to_be_visible()

    for name in ("Thread", "Plan", "Registration", "Certifications", "Conflicts", "Sharing"):
        visit.open_tab(name)
        expect(
            visit.tab.get_by_role("tabpanel", name=name).get_by_role("button", name="Refresh")
        ).to_be_visible()

    assert set(visit.backend.callers) == {"sarah@alongside.example"}


def test_the_sidebar_shows_overview_and_thread(visit: Visit) -> None:
    expect(visit.sidebar.get_by_role("tab")).to_have_text(["Overview", "Thread"])
    visit.sidebar.get_by_role("tab", name="Thread").click()

    expect(visit.sidebar.get_by_test_id("thread-message-m1")).to_contain_text("security questionnaire")


def test_a_message_typed_quickly_is_sent_whole(visit: Visit) -> None:
    visit.open_tab("Thread")
    visit.tab.get_by_label("Message").press_sequentially("Here is the questionnaire, signed.")
    visit.tab.get_by_role("button", name="Send").click()

    expect(visit.page.get_by_test_id("toast")).to_contain_text("Sent.")
    expect(visit.tab.get_by_label("Message")).to_have_value("")
    (sent,) = visit.backend.commands
    assert sent["command"] == "thread.post"
    assert (sent["objectType"], sent["objectId"]) == ("0-3", visit.deal)
    assert sent["fields"]["body"] == "Here is the questionnaire, signed."


def test_a_refusal_shows_its_sentence_and_keeps_the_text(visit: Visit) -> None:
    visit.backend.refuse = "Nobody at Northwind can be reached today."
    visit.open_tab("Thread")
    visit.tab.get_by_label("Message").fill("Hello")
    visit.tab.get_by_role("button", name="Send").click()

    expect(visit.tab.get_by_role("alert")).to_contain_text("Nobody at Northwind can be reached today.")
    expect(visit.tab.get_by_label("Message")).to_have_value("Hello")


def test_a_backend_that_stumbles_once_is_asked_again_with_the_same_key(visit: Visit) -> None:
    visit.backend.fail = 1
    visit.open_tab("Thread")
    visit.tab.get_by_label("Message").fill("Hello")
    visit.tab.get_by_role("button", name="Send").click()

    expect(visit.page.get_by_test_id("toast")).to_contain_text("Sent.")
    first, second = visit.backend.commands
    assert first["idempotencyKey"] == second["idempotencyKey"]


def test_after_a_lasting_fault_trying_again_uses_the_same_key(visit: Visit) -> None:
    visit.backend.fail = 2
    visit.open_tab("Thread")
    visit.tab.get_by_label("Message").fill("Hello")
    visit.tab.get_by_role("button", name="Send").click()
    visit.tab.get_by_role("button", name="Try again").click()

    expect(visit.page.get_by_test_id("toast")).to_contain_text("Sent.")
    assert len({sent["idempotencyKey"] for sent in visit.backend.commands}) == 1


def test_every_kind_of_field_is_sent_as_text(visit: Visit) -> None:
    visit.open_tab("Certifications")
    form = visit.tab.get_by_test_id("certifications-form-everything")
    form.get_by_label("Field text", exact=True).fill("a text")
    form.get_by_label("Field textarea").fill("long")
    form.get_by_label("Field date").fill("2026-12-12")
    form.get_by_label("Field email").fill("a@b.example")
    form.get_by_label("Field number").fill("12.5")
    form.get_by_label("Field select").select_option(label="Second")
    form.get_by_label("Second", exact=True).check()
    form.get_by_label("Field checkbox").check()
    form.get_by_role("button", name="Send").click()

    expect(visit.page.get_by_test_id("toast")).to_be_visible()
    assert visit.backend.commands[0]["fields"] == {
        "partner_id": "p1",
        "text": "a text",
        "textarea": "long",
        "date": "2026-12-12",
        "email": "a@b.example",
        "number": "12.5",
        "select": "b",
        "choice": "b",
        "checkbox": "true",
    }


def test_every_kind_of_block_is_drawn_without_a_fault_in_any_worker(visit: Visit) -> None:
    visit.open_tab("Certifications")
    panel = visit.tab.get_by_role("tabpanel", name="Certifications")

    for words in ("A plain sentence.", "Note body is too long.", "2 days late", "Protection ends in 6 days"):
        expect(panel.get_by_text(words)).to_be_visible()
    expect(panel.get_by_role("progressbar")).to_be_visible()
    expect(panel.get_by_role("cell", name="Gold")).to_be_visible()
    expect(panel.get_by_role("img", name="Two milestones")).to_be_visible()


def test_a_danger_asks_first_and_can_be_left(visit: Visit) -> None:
    visit.open_tab("Certifications")
    visit.tab.get_by_role("button", name="Revoke").click()
    dialog = visit.page.get_by_role("dialog", name="Revoke")
    expect(dialog).to_contain_text("Nora can no longer open the room.")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert visit.backend.commands == []

    visit.tab.get_by_role("button", name="Revoke").click()
    dialog.get_by_role("button", name="Revoke").click()

    expect(visit.page.get_by_test_id("toast")).to_be_visible()
    assert visit.backend.commands[0]["command"] == "sharing.revoke_link"


def test_a_new_link_is_shown_once_and_copied(visit: Visit) -> None:
    visit.open_tab("Sharing")
    visit.tab.get_by_label("For").select_option(index=1)
    visit.tab.get_by_role("button", name="Create link").click()
    link = f"{visit.backend.origin}/s/token"
    expect(visit.tab.get_by_text(link)).to_be_visible()
    visit.tab.get_by_role("button", name="Copy link").click()

    expect(visit.page.get_by_text("Copied.")).to_be_visible()
    assert visit.page.evaluate("navigator.clipboard.readText()") == link


def test_a_completed_step_can_be_taken_back(visit: Visit) -> None:
    visit.open_tab("Certifications")
    visit.tab.get_by_role("button", name="Complete").click()
    visit.tab.get_by_role("button", name="Undo").click()

    expect(visit.tab.get_by_role("button", name="Undo")).to_be_hidden()
    assert [sent["command"] for sent in visit.backend.commands] == ["plan.complete_step", "plan.reopen_step"]


def test_another_user_is_another_caller(visit: Visit) -> None:
    visit.page.get_by_label("Signed in as").select_option(label="Ada Admin · Admin")
    await_cards(visit.page)

    assert visit.backend.callers[-1] == "ada@alongside.example"


def test_an_edited_stage_is_a_change_of_the_portal(visit: Visit) -> None:
    visit.page.get_by_label("Deal Stage").select_option(label="Contract Sent")

    expect(visit.page.locator("[data-note=dealstage]")).to_have_text("Saved")
    assert visit.portal.get("deals", visit.deal)["properties"]["dealstage"] == "contractsent"


def test_a_value_that_the_portal_refuses_says_why(visit: Visit) -> None:
    rule = {"property": "hs_next_step", "message": "Name a date.", "pattern": r".*\d.*"}
    visit.portal.book.add_rule(object_type("deals"), rule)
    visit.page.get_by_label("Next step").fill("Call")
    visit.page.get_by_label("Next step").press("Tab")

    expect(visit.page.locator("[data-note=hs_next_step]")).to_contain_text("Name a date.")


def test_a_note_that_is_written_to_the_portal_appears(visit: Visit) -> None:
    visit.page.get_by_role("tab", name="Activity").click()
    visit.portal.create(
        "notes",
        {"hs_timestamp": "2026-11-22T10:00:00Z", "hs_note_body": "<p>From the partner</p>"},
        [("deals", visit.deal)],
    )

    expect(visit.page.get_by_text("From the partner")).to_be_visible()
