"""A HubSpot stand-in on a loopback port, and a client that speaks to it as an app with a token does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import requests

from app.sandbox.hubspot import HubspotSandbox, HubspotSandboxConfig, create_app
from tests.sandbox.serve import serve

V = "2026-09"


@dataclass
class Portal:
    origin: str
    state: HubspotSandbox
    session: requests.Session

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(method, self.origin + path, timeout=30, **options)

    def post(self, path: str, body: Any) -> requests.Response:
        return self.call("POST", path, json=body)

    def objects(self, path: str, body: Any) -> requests.Response:
        return self.post(f"/crm/objects/{V}/{path}", body)

    def associations(self, path: str, *inputs: Any) -> requests.Response:
        return self.post(f"/crm/associations/{V}/{path}", {"inputs": list(inputs)})

    def search(self, kind: str, *filters: dict[str, Any], **more: Any) -> requests.Response:
        groups = [{"filters": list(filters)}] if filters else []
        return self.objects(f"{kind}/search", {"filterGroups": groups, "limit": 100, **more})

    def found(self, kind: str, *filters: dict[str, Any], **more: Any) -> list[str]:
        answer = self.search(kind, *filters, **more)
        assert answer.status_code == 200, answer.text
        return [record["id"] for record in answer.json()["results"]]


def config(directory: Path, **changes: Any) -> HubspotSandboxConfig:
    """Wide limits, so that only the tests about limits meet them."""
    made = HubspotSandboxConfig(
        db_path=directory / "portal.db",
        client_id="client-1",
        client_secret="secret-1",
        requests_per_10_seconds=10_000,
        searches_per_second=1_000,
    )
    return replace(made, **changes)


@contextmanager
def open_portal(directory: Path, **changes: Any) -> Iterator[Portal]:
    app = create_app(config(directory, **({"db_path": ":memory:"} | changes)))
    state: HubspotSandbox = app.extensions["sandbox"]
    with serve(app) as origin, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {state.grants.issue().access_token}"
        yield Portal(origin, state, session)
    state.close()
