"""The HubSpot stand-in as a process of the demo: `python -m app.demo.run_hubspot --data DIR --port PORT`."""

from pathlib import Path

import click
from flask import Flask

from app.crm.hubspot_scopes import OPTIONAL_SCOPES, SCOPES
from app.demo import sample_words as words
from app.demo.sample import owner_email
from app.demo.settings import ROOT
from app.demo.site import HOST, PORTAL_ID, Site
from app.ground.server import serve_app
from app.sandbox.hubspot import HubspotSandbox, HubspotSandboxConfig, create_app
from app.sandbox.record_pages.hubspot import HubspotPagesConfig, hubspot_pages
from app.sandbox.record_pages.hubspot_proxy import CrmUser

DIST = ROOT / "hubspot-project" / "dist"
"""Where `npm run build` puts the card and its host."""

SIGNED_IN = 60
"""Users offered on the pages: the sample's seven and those of an imported export."""


def create(data: Path, web: str, origin: str) -> Flask:
    """The portal of the demo in this directory, at `origin`; its pages and webhooks speak to the app at `web`."""
    site = Site(data)
    secrets = site.secrets()
    app = create_app(
        HubspotSandboxConfig(
            db_path=site.path("hubspot.db"),
            client_id=secrets.hubspot_client_id,
            client_secret=secrets.hubspot_client_secret,
            portal_id=PORTAL_ID,
            ui_origin=origin,
            scopes=(*SCOPES, *OPTIONAL_SCOPES),
            redirect_uris=(f"{web}/hubspot/oauth/callback", "http://127.0.0.1/connected"),
        )
    )
    portal: HubspotSandbox = app.extensions["sandbox"]
    app.register_blueprint(hubspot_pages(portal, _pages(portal, secrets.hubspot_client_secret, web)))
    return app


def _pages(portal: HubspotSandbox, client_secret: str, web: str) -> HubspotPagesConfig:
    return HubspotPagesConfig(
        backend_origin=web,
        client_secret=client_secret,
        portal_id=portal.config.portal_id,
        app_id=portal.config.app_id,
        users=_users(portal),
        dist=DIST,
    )


def _users(portal: HubspotSandbox) -> tuple[CrmUser, ...]:
    """Who can sign in to the portal: its owners, those of the sample at least, the first seller first."""
    for name in (*(name for name, _ in words.OWNERS), words.MANAGER):
        first, _, last = name.partition(" ")
        portal.add_owner(first, last, owner_email(name))
    with portal.db.transaction() as db:
        rows = db.execute("SELECT * FROM owners ORDER BY id LIMIT ?", (SIGNED_IN,)).fetchall()
    return tuple(
        CrmUser(
            id=row["user_id"],
            email=row["email"],
            first_name=row["first_name"],
            last_name=row["last_name"],
            role="Admin" if row["email"] == owner_email(words.MANAGER) else "Seller",
        )
        for row in rows
    )


@click.command()
@click.option("--data", type=click.Path(path_type=Path), required=True, help="Directory of the demo.")
@click.option("--port", type=int, required=True, help="Port to answer on.")
@click.option("--web", required=True, help="Origin of the app that is connected here.")
def main(data: Path, port: int, web: str) -> None:
    """Answers as HubSpot would, on this machine only."""
    serve_app(
        lambda: create(data, web, f"http://{HOST}:{port}"), name="hubspot-sandbox", port=port, threads=16
    )


if __name__ == "__main__":
    main()
