"""What the browser tests of several surfaces share: a window of a given width, the names of the cards."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

CARDS = ("Overview", "Thread", "Plan", "Registration", "Certifications", "Conflicts", "Sharing")


@contextmanager
def window(chromium: Browser, width: int, scheme: str = "light") -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()
