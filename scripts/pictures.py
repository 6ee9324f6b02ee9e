"""Takes the pictures of docs/images anew, from the demo's own pages in a real browser, and lists them in
docs/gallery.md; two of them go with the HubSpot project as the cards' previews. Run it with `make pictures`."""

import io
import json
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from PIL import Image
from playwright.sync_api import Browser, FrameLocator, Locator, Page, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
GALLERY = ROOT / "docs" / "gallery.md"
PREVIEWS = ROOT / "hubspot-project" / "src" / "app" / "cards"
CARDS = ("overview", "thread", "plan", "registration", "certifications", "conflicts", "sharing")
PORT = 5980
WAIT = 20_000
SETTLED = 700
"""Milliseconds after which a card that has its answer no longer moves."""

COLOURS = 128
"""Enough for pages of text and few colours, at a third of the size."""

TALLEST = 1_500
"""Pixels: a long plan or thread is cut here, its beginning shows what it looks like."""

NARROW = (320, 460)
"""Pixels of the columns that cards are pictured in, beside the full width."""

HUBSPOT_FRAME, LIGHTNING_FRAME = 74, 26
"""Pixels of a window beside the column that the record's page leaves to the card."""

SCHEMES = (("light", ""), ("dark", "-dark"))

sys.path.insert(0, str(ROOT))
from tests.browser.chromium import ARGUMENTS, executable  # noqa: E402


@dataclass
class Album:
    """The pictures taken so far: by chapter, each with its file and what it shows."""

    chapters: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def take(self, chapter: str, name: str, words: str, subject: Page | Locator) -> None:
        picture = Image.open(io.BytesIO(subject.screenshot(animations="disabled"))).convert("RGB")
        picture = picture.crop((0, 0, picture.width, min(picture.height, TALLEST)))
        small(picture).save(IMAGES / f"{name}.png", optimize=True)
        self.chapters.setdefault(chapter, []).append((name, words))

    def write(self) -> None:
        """The gallery, and no picture left that it does not show."""
        lines = [
            "# Gallery",
            "",
            "Every card in every host and width, the settings, the admin pages and the share page, as the",
            "demo shows them. `make pictures` takes them anew.",
        ]
        for chapter, pictures in self.chapters.items():
            lines += ["", f"## {chapter}"]
            for name, words in pictures:
                lines += ["", f"![{words}](images/{name}.png)", f"*{words}*"]
        GALLERY.write_text("\n".join(lines) + "\n", encoding="utf-8")
        shown = {f"{name}.png" for pictures in self.chapters.values() for name, _ in pictures}
        for file in IMAGES.glob("*.png"):
            if file.name not in shown:
                file.unlink()


def small(picture: Image.Image) -> Image.Image:
    return picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    album = Album()
    with demo() as addresses, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        take_hubspot(album, browser, addresses["records"]["hubspot"]["url"])
        take_contact_in_hubspot(album, browser, contact_page(addresses, "hubspot"))
        take_settings(album, browser, addresses)
        take_salesforce(album, browser, addresses["records"]["salesforce"]["url"])
        take_contact_in_salesforce(album, browser, contact_page(addresses, "salesforce"))
        take_share(album, browser, addresses)
        take_admin(album, browser, addresses["admin"])
        browser.close()
    album.write()
    for place, name in (("tab", "hubspot-overview"), ("sidebar", "hubspot-sidebar-overview")):
        (PREVIEWS / f"partner-{place}.png").write_bytes((IMAGES / f"{name}.png").read_bytes())
    total = sum(file.stat().st_size for file in IMAGES.glob("*.png"))
    print(f"{len(list(IMAGES.glob('*.png')))} pictures, {total / 1e6:.1f} MB")


@contextmanager
def demo() -> Iterator[dict[str, Any]]:
    """The demo's addresses while it runs, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="alongside-pictures-") as data:
        command = [sys.executable, "-m", "app.cli", "demo", "--json", "--port", str(PORT), "--data", data]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)  # noqa: S603
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def take_hubspot(album: Album, browser: Browser, url: str) -> None:
    page = opened(browser, url, 1360, 860)
    album.take(
        "HubSpot: the record", "hubspot", "A deal in HubSpot, with the card in its tab and sidebar", page
    )
    tab = page.locator("[data-card-host]").first
    for card in each_card(page, tab):
        album.take("HubSpot: in a tab", f"hubspot-{card}", f"{card.capitalize()}, record tab", tab)
    sidebar = page.locator("[data-card-host]").last
    for card in ("overview", "thread"):
        sidebar.get_by_role("tab", name=card.capitalize()).click()
        page.wait_for_timeout(SETTLED)
        album.take(
            "HubSpot: in the sidebar",
            f"hubspot-sidebar-{card}",
            f"{card.capitalize()}, sidebar of 320 pixels",
            sidebar,
        )
    page.close()
    for width in NARROW:
        page = opened(browser, url, width + HUBSPOT_FRAME, 860)
        tab = page.locator("[data-card-host]").first
        for card in each_card(page, tab):
            words = f"{card.capitalize()}, in {width} pixels"
            album.take(f"HubSpot: in {width} pixels", f"hubspot-{card}-{width}", words, tab)
        page.close()


def contact_page(addresses: dict[str, Any], crm: str) -> str:
    """The page of a partner's person, beside that of the deal."""
    found = addresses["records"][crm]
    if crm == "hubspot":
        return f"{found['url'].partition('/record/')[0]}/record/0-1/{found['contact']}"
    return f"{found['url'].partition('/lightning/')[0]}/lightning/r/Contact/{found['contact']}/view"


def take_contact_in_hubspot(album: Album, browser: Browser, url: str) -> None:
    for width, suffix in ((1360, ""), *((width + HUBSPOT_FRAME, f"-{width}") for width in NARROW)):
        page = opened(browser, url, width, 860)
        words = f"A contact, in {suffix[1:]} pixels" if suffix else "A contact, record tab"
        tab = page.locator("[data-card-host]").first
        album.take("HubSpot: a contact", f"hubspot-contact{suffix}", words, tab)
        page.close()


def take_contact_in_salesforce(album: Album, browser: Browser, url: str) -> None:
    for width, suffix in ((1360, "-wide"), *((width + LIGHTNING_FRAME, f"-{width}") for width in NARROW)):
        page = opened(browser, f"{url}?panel=wide", width, 860)
        words = (
            f"A contact, in {suffix[1:]} pixels" if suffix != "-wide" else "A contact, over the full width"
        )
        frame = page.locator("iframe[name^=canvas-frame]")
        album.take("Salesforce: a contact", f"salesforce-contact{suffix}", words, frame)
        page.close()


def take_settings(album: Album, browser: Browser, addresses: dict[str, Any]) -> None:
    portal = addresses["records"]["hubspot"]["url"].split("/contacts/")[1].split("/")[0]
    page = browser.new_page(viewport={"width": 1160, "height": 900})
    page.goto(f"{addresses['hubspot']}/settings/{portal}")
    admin = page.locator("#user option", has_text="Admin").first.get_attribute("value")
    with page.expect_navigation():
        page.locator("#user").select_option(admin)
    settings = page.get_by_test_id("settings")
    settings.get_by_role("tab").first.wait_for(timeout=WAIT)
    for name, title in (
        ("setup", "Set-up"),
        ("safelist", "What partners see"),
        ("partners", "Partners"),
        ("templates", "Templates"),
        ("connection", "Connection"),
    ):
        settings.get_by_role("tab", name=re.compile(f"^{title}")).click()
        page.wait_for_timeout(SETTLED)
        album.take("HubSpot: settings", f"hubspot-settings-{name}", title, settings)
    page.close()


def take_salesforce(album: Album, browser: Browser, url: str) -> None:
    page = opened(browser, url, 1360, 860)
    album.take("Salesforce: the record", "salesforce", "An opportunity in Lightning, with the panel", page)
    page.close()
    columns = [
        (width + LIGHTNING_FRAME, f"-{width}", f"Salesforce: in a column of {width} pixels")
        for width in NARROW
    ]
    for width, suffix, chapter in (*columns, (1360, "-wide", "Salesforce: over the full width")):
        page = opened(browser, f"{url}?panel=wide", width, 860)
        frame = page.locator("iframe[name^=canvas-frame]")
        for card in each_card(page, frame.content_frame):
            album.take(chapter, f"salesforce-{card}{suffix}", card.capitalize(), frame)
        page.close()


def opened(browser: Browser, url: str, width: int, height: int) -> Page:
    """A record's page once its cards have their answers."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(url)
    frame = page.locator("iframe[name^=canvas-frame]")
    inside = frame.content_frame if frame.count() else page
    inside.get_by_text("Northwind Integrators").first.wait_for(timeout=WAIT)
    page.wait_for_timeout(SETTLED)
    return page


def each_card(page: Page, inside: Locator | FrameLocator) -> Iterator[str]:
    for card in CARDS:
        inside.get_by_role("tab", name=card.capitalize()).first.click()
        page.wait_for_timeout(SETTLED)
        yield card


def take_share(album: Album, browser: Browser, addresses: dict[str, Any]) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(addresses["share_link"])
    chapter = "The share page"
    album.take(chapter, "share-front", "The neutral front page, on a phone", page)
    page.get_by_role("button").first.click()
    page.get_by_role("textbox").first.fill(code_for(addresses))
    page.get_by_role("button").first.click()
    page.get_by_text("What is asked of you").wait_for(timeout=WAIT)
    for scheme, suffix in SCHEMES:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": 390, "height": 844})
        album.take(chapter, f"share{suffix}", f"The room on a phone, {scheme}", page)
        page.set_viewport_size({"width": 1280, "height": 860})
        album.take(chapter, f"share-desktop{suffix}", f"The room on a desk, {scheme}", page)
    page.close()


def code_for(addresses: dict[str, Any]) -> str:
    """The newest one-time code in the demo's mailbox."""
    for _ in range(100):
        mails = requests.get(
            f"{addresses['mailbox']}/messages.json", params={"to": addresses["viewer"]}, timeout=5
        )
        found = re.search(r"\b(\d{6})\b", mails.text)
        if found:
            return found.group(1)
    raise SystemExit("no code arrived in the mailbox")


def take_admin(album: Album, browser: Browser, entrance: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(entrance)
    page.get_by_role("button").first.click()
    origin = entrance.partition("/admin/")[0]
    for path, name, words, schemes in (
        ("/admin/safelist", "admin", "The safelist as a grid", SCHEMES),
        ("/admin/", "admin-overview", "The overview", SCHEMES),
        ("/admin/partners", "admin-partners", "Partners", SCHEMES),
        ("/admin/programme", "admin-programme", "The rules of the programme", SCHEMES[:1]),
        ("/admin/programme/edit", "admin-programme-edit", "Its rules in a form", SCHEMES[:1]),
        ("/admin/plans", "admin-plans", "Plan templates", SCHEMES[:1]),
        ("/admin/links", "admin-links", "Links and how they are used", SCHEMES[:1]),
        ("/admin/exposures", "admin-exposures", "What was shown to whom", SCHEMES[:1]),
        ("/admin/certifications", "admin-certifications", "Certifications and their feeds", SCHEMES[:1]),
        ("/admin/content", "admin-content", "Content that is recommended", SCHEMES[:1]),
        ("/admin/audit", "admin-audit", "The audit log", SCHEMES[:1]),
    ):
        for scheme, suffix in schemes:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.goto(origin + path)
            page.get_by_role("heading").first.wait_for(timeout=WAIT)
            album.take("The admin pages", f"{name}{suffix}", f"{words}, {scheme}", page)
    page.close()


if __name__ == "__main__":
    main()
