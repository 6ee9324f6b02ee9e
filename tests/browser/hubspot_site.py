"""The whole HubSpot side on this machine: the real app behind signed requests, and the portal's pages before it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.sandbox.hubspot import HubspotSandbox, HubspotSandboxConfig, create_app
from app.sandbox.record_pages.hubspot import HubspotPagesConfig, hubspot_pages
from app.sandbox.record_pages.hubspot_proxy import CrmUser
from app.wsgi import web_app
from tests.house import HUBSPOT_SECRET, ORIGIN, TestHouse
from tests.sandbox.serve import serve

DIST = Path(__file__).parents[2] / "hubspot-project" / "dist"
ADA = CrmUser(id=2, email="ada@vendor.example", first_name="Ada", last_name="Admin", role="Admin")
SAM = CrmUser(id=1, email="sam@vendor.example", first_name="Sam", last_name="Seller")


@dataclass(frozen=True)
class Site:
    """`origin` is the portal's; ours is reached through its signing proxy under its public name."""

    origin: str
    house: TestHouse
    portal: HubspotSandbox

    @property
    def settings(self) -> str:
        return f"{self.origin}/settings/62515"


@contextmanager
def hubspot_site(house: TestHouse, folder: Path) -> Iterator[Site]:
    if not (DIST / "Settings.js").is_file():
        pytest.fail("hubspot-project/dist is missing: run `npm ci` and `npm run build` in hubspot-project")
    sandbox = create_app(
        HubspotSandboxConfig(db_path=folder / "portal.db", client_id="id", client_secret=HUBSPOT_SECRET)
    )
    portal: HubspotSandbox = sandbox.extensions["sandbox"]
    with serve(web_app(house.house)) as backend:
        config = HubspotPagesConfig(
            backend_origin=ORIGIN,
            forward_to=backend,
            client_secret=HUBSPOT_SECRET,
            portal_id=62515,
            app_id=54321,
            users=(ADA, SAM),
            dist=DIST,
            clock=house.clock,
        )
        sandbox.register_blueprint(hubspot_pages(portal, config))
        with serve(sandbox) as origin:
            yield Site(origin=origin, house=house, portal=portal)
    portal.close()
