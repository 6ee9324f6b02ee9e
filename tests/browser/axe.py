"""What axe-core finds on a page, in words one can act on."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (320, 460, 1280)
"""A record's side column, a phone in landscape or a wide column, a desk."""

BAD = ("serious", "critical")

ONLY = {"resultTypes": ["violations"]}
"""What passes is not described node by node: that takes axe as long as looking."""


def faults(page: Page, what: str = "") -> list[str]:
    """One line per serious or critical finding; `what` says where on the page one is."""
    found = Axe().run(page, options=ONLY)
    return [
        f"{what} {each['id']} ({each['impact']}): {node['target']} {node['failureSummary'][:160]}"
        for each in found.response["violations"]
        if each["impact"] in BAD
        for node in each["nodes"][:3]
    ]


def too_wide(page: Page) -> bool:
    """Whether one has to scroll the whole page sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
