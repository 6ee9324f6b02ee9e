"""Takes the pictures of docs/images anew, from the demo's own pages in a real browser: `make pictures`."""

import json
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
CARDS = ("overview", "thread", "plan", "registration", "certifications", "conflicts", "sharing")
PORT = 5980
WAIT = 20_000

sys.path.insert(0, str(ROOT))
from tests.browser.chromium import ARGUMENTS, executable  # noqa: E402


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="alongside-pictures-") as data, sync_playwright() as playwright:
        command = [sys.executable, "-m", "app.cli", "demo", "--json", "--port", str(PORT), "--data", data]
        demo = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)  # noqa: S603
        try:
            assert demo.stdout is not None
            addresses = json.loads(demo.stdout.readline())
            browser = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
            take_all(browser, addresses)
            browser.close()
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(timeout=60)


def take_all(browser: Browser, addresses: dict[str, Any]) -> None:
    for crm in ("hubspot", "salesforce"):
        take_record(browser, crm, addresses["records"][crm]["url"])
    take_share(browser, addresses)
    take_admin(browser, addresses["admin"])


def take_record(browser: Browser, crm: str, url: str) -> None:
    """The record page whole, then each card alone."""
    page = browser.new_page(viewport={"width": 1360, "height": 860}, device_scale_factor=1)
    page.goto(url)
    frame = page if crm == "hubspot" else page.frame_locator("iframe[name^=canvas-frame]")
    frame.get_by_text("Northwind Integrators").first.wait_for(timeout=WAIT)
    page.wait_for_timeout(600)
    page.screenshot(path=IMAGES / f"{crm}.png")
    for card in CARDS:
        tab = frame.get_by_role("tab", name=card.capitalize()).first
        tab.click()
        page.wait_for_timeout(1200)
        holder = (
            page.locator("[data-card-host]").first
            if crm == "hubspot"
            else page.locator("iframe[name^=canvas-frame]")
        )
        (holder if holder.count() else page).screenshot(path=IMAGES / f"{crm}-{card}.png")
    page.close()


def take_share(browser: Browser, addresses: dict[str, Any]) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, device_scale_factor=2)
    page.goto(addresses["share_link"])
    page.screenshot(path=IMAGES / "share-front.png")
    page.get_by_role("button").first.click()
    page.get_by_role("textbox").first.fill(code_for(addresses))
    page.get_by_role("button").first.click()
    page.get_by_text("What is asked of you").wait_for(timeout=WAIT)
    page.screenshot(path=IMAGES / "share.png")
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


def take_admin(browser: Browser, entrance: str) -> None:
    page: Page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(entrance)
    page.get_by_role("button").first.click()
    page.goto(entrance.partition("/admin/")[0] + "/admin/safelist")
    page.get_by_role("heading", name="Safelist").wait_for(timeout=WAIT)
    page.screenshot(path=IMAGES / "admin.png")
    page.close()


if __name__ == "__main__":
    main()
