"""The cards in a real browser: nothing overflows a 320 px column, and axe finds no fault, in light and in dark."""

from pathlib import Path

import pytest

from cards import html, registry, room
from tests.browser.axe import violations
from tests.cards import make, rooms

pytestmark = pytest.mark.browser

SHEET = (Path(html.__file__).parent / "static" / "cards.css").read_text(encoding="utf-8")
OPEN_ALL = "document.querySelectorAll('details').forEach(fold => { fold.open = true })"


def drawn(state: str) -> str:
    kind, _, name = state.rpartition(".")
    if kind == "room":
        content, viewer = rooms.ROOMS[name]()
        host = html.share_host(lambda command: f"/s/TOKEN/{command}")
        return html.render_all(room.build(content, viewer, make.NOW), host=host)
    cards = tuple(registry.build(name, make.STATES[state](), make.NOW) for name in registry.NAMES)
    return html.render_all(cards, host=html.PANEL)


def page_of(state: str) -> str:
    direction = "rtl" if state == "rtl" else "ltr"
    return (
        f"<!doctype html><html lang='en' dir='{direction}'><meta charset='utf-8'><title>Cards</title>"
        f"<style>{SHEET} body {{ margin: 0; background: var(--al-ground) }}</style>"
        f"<main><h1>Cards</h1>{drawn(state)}</main>"
    )


LIGHT = [(state, "light") for state in (*make.STATES, "room.answered", "room.empty")]
DARK = [(state, "dark") for state in ("normal", "refused", "room.answered")]


@pytest.mark.parametrize(("state", "scheme"), LIGHT + DARK)
def test_cards_fit_a_narrow_column_and_are_accessible(chromium, state, scheme):
    context = chromium.new_context(viewport={"width": 320, "height": 700}, color_scheme=scheme)
    page = context.new_page()

    page.set_content(page_of(state))
    page.evaluate(OPEN_ALL)

    assert page.evaluate("document.documentElement.scrollWidth") == 320
    faults = violations(page)
    assert not [(fault["id"], fault["nodes"][0]["html"]) for fault in faults]
    context.close()


def test_the_keyboard_reaches_every_control_and_shows_where_it_is(chromium):
    page = chromium.new_page(viewport={"width": 320, "height": 700})
    page.set_content(page_of("normal"))

    page.keyboard.press("Tab")

    focused = "document.activeElement"
    assert page.evaluate(f"{focused}.textContent.trim()").startswith("View")
    assert page.evaluate(f"getComputedStyle({focused}).outlineWidth") == "2px"
    page.close()
