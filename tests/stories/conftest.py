"""One demo for every story: started once, ended by Ctrl-C."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.stories.crms import CRMS, StoryCrm, StoryHubspot, StorySalesforce
from tests.stories.guests import PHONE, Guest
from tests.stories.running import ROOT, Demo
from tests.stories.seats import SEATS, HubspotSeat, SalesforceSeat, Seat

LAST = ("test_demo.py", "test_real_export.py")
"""The first restarts the demo, the second makes its sandboxes large: neither should slow the others down."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LAST.index(item.path.name) + 1 if item.path.name in LAST else 0)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    if not (ROOT / "hubspot-project" / "dist" / "PartnerCard.js").is_file():
        pytest.fail("The HubSpot card is not built. Run `make cards`.")
    running = Demo(tmp_path_factory.mktemp("stories") / "demo")
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def hubspot(demo: Demo) -> StoryHubspot:
    return StoryHubspot(demo)


@pytest.fixture
def salesforce(demo: Demo) -> StorySalesforce:
    return StorySalesforce(demo)


@pytest.fixture(params=sorted(CRMS))
def crm(request: pytest.FixtureRequest, demo: Demo) -> StoryCrm:
    return CRMS[request.param](demo)


@pytest.fixture
def desk(chromium: Browser) -> Iterator[Page]:
    """A seller's browser. Fails the test for any script error or breach of a page's own policy."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(20_000)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda said: broken.append(said.text) if "Content Security" in said.text else None)
    yield page
    context.close()
    assert broken == []


@pytest.fixture
def seat(crm: StoryCrm, desk: Page) -> Seat:
    return SEATS[crm.name](desk)


@pytest.fixture
def hubspot_seat(desk: Page) -> HubspotSeat:
    return HubspotSeat(desk)


@pytest.fixture
def salesforce_seat(desk: Page) -> SalesforceSeat:
    """Chromium as it treats an iframe of another site once third-party cookies are off."""
    desk.context.new_cdp_session(desk).send(
        "Network.setCookieControls",
        {
            "enableThirdPartyCookieRestriction": True,
            "disableThirdPartyCookieMetadata": True,
            "disableThirdPartyCookieHeuristics": True,
        },
    )
    return SalesforceSeat(desk)


@pytest.fixture
def guest(demo: Demo, chromium: Browser) -> Iterator[Callable[[str], Guest]]:
    """Makes a partner's person with a phone of their own."""
    contexts = []

    def arrive(email: str) -> Guest:
        contexts.append(chromium.new_context(**PHONE))
        phone = contexts[-1].new_page()
        phone.set_default_timeout(20_000)
        return Guest(demo, phone, email)

    yield arrive
    for context in contexts:
        context.close()
