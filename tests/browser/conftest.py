"""The surfaces, standing and filled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.sandbox.hubspot import HubspotSandboxConfig, create_app
from app.sandbox.record_pages.hubspot import HubspotPagesConfig, hubspot_pages
from tests.browser.hubspot_site import DIST
from tests.sandbox.hubspot_backend import SECRET, Backend
from tests.sandbox.hubspot_portal import USERS
from tests.sandbox.serve import serve
from tests.share_world import ShareWorld, share_world


@pytest.fixture
def record(tmp_path: Path) -> Iterator[str]:
    """A deal's page whose cards hold one of every block."""
    backend = Backend()
    with serve(backend.app()) as origin:
        backend.origin = origin
        app = create_app(HubspotSandboxConfig(db_path=tmp_path / "p.db", client_id="c", client_secret=SECRET))
        portal = app.extensions["sandbox"]
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
            yield f"{site}/contacts/62515/record/0-3/{deal}"
        portal.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[ShareWorld]:
    made = share_world(tmp_path)
    yield made
    made.database.close()
