"""The hidden marks as a real browser makes them: drawn over the page, printed, and copied."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from app.tracing.text import ALPHABET
from app.tracing.trace import trace
from tests.browser.test_share_page import enter, origin, phone, world
from tests.share_world import EMAIL, content

pytestmark = pytest.mark.browser
__all__ = ["origin", "phone", "world"]

PROSE = (
    "We would like to start in March. Please write to ravi@northwind.example. It is version 2.0. Thank you!"
)
ADDRESS = "More is at https://a.example/x. It has all the details."


def copied(page: Page) -> str:
    """What the clipboard holds after everything was selected and copied."""
    return page.evaluate(
        """() => {
          const cards = document.getElementById("cards");
          getSelection().selectAllChildren(cards);
          const data = new DataTransfer();
          const event = new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true });
          cards.dispatchEvent(event);
          return data.getData("text/plain");
        }"""
    )


def ready(page: Page, world) -> None:
    message = {**content()["messages"][0], "body": f"{PROSE}\n{ADDRESS}"}
    world.publish(content(messages=[message]))
    with page.expect_response("**/mark.txt"):
        enter(page, world)
    expect(page.get_by_text("We would like to start in March.")).to_be_visible()


def viewers(world, leaked: bytes) -> set[tuple[str, str]]:
    return {(lead.kind, lead.viewer) for lead in trace(world.database, leaked)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_screenshot_names_its_viewer(phone, world, scheme):
    phone.emulate_media(color_scheme=scheme)
    ready(phone, world)

    picture = Image.open(io.BytesIO(phone.screenshot())).convert("RGB")
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=60)

    assert viewers(world, file.getvalue()) == {("tile", EMAIL)}


def test_a_printed_page_names_its_viewer(phone, world):
    ready(phone, world)

    assert ("tile", EMAIL) in viewers(world, phone.pdf(format="A5"))


def test_copied_prose_names_its_viewer_and_addresses_stay_whole(phone, world):
    ready(phone, world)

    text = copied(phone)

    assert viewers(world, text.encode()) == {("copied text", EMAIL)}
    assert ADDRESS in text
    assert PROSE not in text
    assert re.sub(f"[{ALPHABET}]", "", text).count(PROSE) == 1
    assert re.search(rf"in March\.[{ALPHABET}]{{48}} Please", text)
    assert "ravi@northwind.example. It is version 2.0. Thank you!" in text


def test_the_tile_takes_no_click_and_is_not_read_aloud(phone, world):
    ready(phone, world)

    tile = phone.locator(".tile")
    assert tile.get_attribute("aria-hidden") == "true"
    assert phone.evaluate("getComputedStyle(document.querySelector('.tile')).pointerEvents") == "none"
