"""The safelist in a real browser: by keyboard, on a phone, in both colour schemes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.disclosure.policy import Treatment
from app.domain.partner import PartnerType
from tests.doors.admin_fakes import House, app_of
from tests.sandbox.serve import serve

pytestmark = pytest.mark.browser


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def origin(house: House) -> Iterator[str]:
    app = app_of(house, "http://127.0.0.1")
    with serve(app) as address:
        yield address


@pytest.fixture
def page(chromium: Browser, origin: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=origin)
    page = context.new_page()
    page.set_default_timeout(10_000)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on(
        "console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None
    )
    yield page
    context.close()
    assert broken == []


def _enter(page: Page) -> None:
    page.goto("/admin/enter?ticket=ticket-1")
    page.get_by_role("button", name="Open the admin pages").press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_an_admin_comes_in_changes_a_cell_by_keyboard_and_saves(page: Page, house: House) -> None:
    _enter(page)
    page.goto("/admin/safelist")

    cell = page.get_by_label("Amount for Reseller")
    cell.focus()
    cell.press("a")
    expect(
        page.get_by_text(
            "2 partners and 11 open links would no longer see Deal · Amount: 11 people, 1 record."
        )
    ).to_be_visible()
    page.get_by_label("Reason").fill("Prices stay with us")
    page.get_by_label("Reason").press("Enter")

    expect(page.get_by_role("status")).to_have_text("Saved as version 2.")
    assert house.policy("t1").treatment(PartnerType.RESELLER, "deal", "amount") is Treatment.ABSENT


def test_the_arrow_keys_move_through_the_grid_and_skip_what_is_locked(page: Page) -> None:
    _enter(page)
    page.goto("/admin/safelist")

    page.get_by_label("Product for Reseller").press("Control+ArrowDown")
    page.keyboard.press("Control+ArrowRight")

    expect(page.get_by_label("Region c for Referral partner")).to_be_focused()


def test_search_hides_the_rows_that_do_not_match_as_one_types(page: Page) -> None:
    _enter(page)
    page.goto("/admin/safelist")

    page.get_by_label("Search fields").press_sequentially("nextst")

    expect(page.get_by_label("Next step for Reseller")).to_be_visible()
    expect(page.get_by_label("Amount for Reseller")).to_be_hidden()
    page.get_by_label("Search fields").fill("zzz")
    expect(page.get_by_text("No field matches.")).to_be_visible()


def test_changes_can_be_looked_at_before_they_are_saved(page: Page, house: House) -> None:
    _enter(page)
    page.goto("/admin/safelist")
    page.get_by_label("Next step for System integrator").select_option("absent")

    page.get_by_role("button", name="Preview with these changes").click()
    page.get_by_role("button", name="Northwind Integrators").click()

    expect(page.get_by_role("heading", name="What Northwind Integrators sees")).to_be_visible()
    expect(page.get_by_text("Security questionnaire")).to_have_count(0)
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    assert house.policy("t1").version == 1


def test_the_safelist_is_saved_without_any_script(chromium: Browser, origin: str, house: House) -> None:
    context = chromium.new_context(base_url=origin, java_script_enabled=False)
    page = context.new_page()
    _enter(page)
    page.goto("/admin/safelist")

    page.get_by_label("Amount for Reseller").select_option("absent")
    page.get_by_label("Reason").fill("Prices stay with us")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Saved as version 2.")).to_be_visible()
    context.close()
