"""The Salesforce stand-in as a process of the demo: `python -m app.demo.run_salesforce --data DIR --port PORT`."""

from pathlib import Path

import click
from flask import Flask

from app.demo.site import INTEGRATION_USER, ORG_HOST, ORG_ID, Site
from app.ground.server import serve_app
from app.sandbox.record_pages.salesforce import LightningConfig, create_blueprint
from app.sandbox.salesforce import SalesforceSandboxConfig, create_app
from app.sandbox.salesforce.pubsub import start


def create(data: Path, web: str, pubsub: int) -> Flask:
    """The org of the demo in this directory. Its record pages embed the panel of the app at `web`, and it tells of
    its changes on the port `pubsub`. Made in the process that serves: gRPC does not survive a fork."""
    site = Site(data)
    secrets = site.secrets()
    app = create_app(
        SalesforceSandboxConfig(
            db_path=str(site.path("salesforce.db")),
            consumer_key=secrets.salesforce_consumer_key,
            consumer_secret=secrets.salesforce_consumer_secret,
            public_key_pem=secrets.salesforce_public_key,
            org_id=ORG_ID,
            username=INTEGRATION_USER,
            instance_url=ORG_HOST,
        )
    )
    app.extensions["salesforce_pubsub"] = start(app.extensions["salesforce"], pubsub)
    app.register_blueprint(create_blueprint(LightningConfig(canvas_url=f"{web}/salesforce/canvas")))
    return app


@click.command()
@click.option("--data", type=click.Path(path_type=Path), required=True, help="Directory of the demo.")
@click.option("--port", type=int, required=True, help="Port to answer on.")
@click.option("--pubsub", type=int, required=True, help="Port to tell of changes on.")
@click.option("--web", required=True, help="Origin of the app that is connected here.")
def main(data: Path, port: int, pubsub: int, web: str) -> None:
    """Answers as a Salesforce org would, on this machine only."""
    serve_app(lambda: create(data, web, pubsub), name="salesforce-sandbox", port=port, threads=16)


if __name__ == "__main__":
    main()
