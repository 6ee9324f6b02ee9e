"""Sends requests as HubSpot's proxy would."""

import json
from urllib.parse import urlencode

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.identity.hubspot_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from app.wsgi import web_app
from tests.house import HUBSPOT_SECRET, ORIGIN, TestHouse

ADMIN_EMAIL = "ada@vendor.example"


class Hubspot:
    """Signs everything with the app's secret; `who` are the parameters that HubSpot appends."""

    def __init__(self, house: TestHouse) -> None:
        self.house = house
        self.client: FlaskClient = web_app(house.house).test_client()

    def send(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        body: object = None,
        extra: str = "",
        **who: str,
    ) -> TestResponse:
        user = {"userId": "u1", "portalId": "62515", "userEmail": "sam@vendor.example", "appId": "1", **who}
        target = f"{path}?{extra}{urlencode({**(query or {}), **user})}"
        return self.signed(method, target, body)

    def signed(self, method: str, target: str, body: object = None) -> TestResponse:
        raw = b"" if body is None else (body if isinstance(body, bytes) else json.dumps(body).encode())
        stamp = str(int(self.house.clock().timestamp() * 1000))
        headers = {
            SIGNATURE_HEADER: sign(HUBSPOT_SECRET, method, ORIGIN + target, raw, stamp).decode(),
            TIMESTAMP_HEADER: stamp,
        }
        return self.client.open(
            target,
            method=method,
            data=raw or None,
            headers=headers,
            content_type="application/json",
            environ_overrides={"REQUEST_URI": target},
        )

    def card(
        self,
        name: str,
        object_id: str = "900",
        object_type: str = "0-3",
        place: str = "",
        **who: str,
    ) -> TestResponse:
        query = {"objectType": object_type, "objectId": object_id} | ({"place": place} if place else {})
        return self.send("GET", f"/hubspot/cards/{name}", query, **who)

    def act(
        self,
        command: str,
        fields: dict[str, object],
        key: str = "key-00000001",
        object_id: str = "900",
        **who: str,
    ) -> TestResponse:
        body = {"objectType": "deals", "objectId": object_id, "idempotencyKey": key, "fields": fields}
        return self.send("POST", f"/hubspot/actions/{command}", body=body, **who)
