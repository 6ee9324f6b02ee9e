"""Webhooks of the stand-in: signed as HubSpot signs, at most a hundred at once, repeated until taken."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request

from app.sandbox.hubspot import HubspotSandbox
from app.sandbox.hubspot.signing import sign_v3
from tests.sandbox.hubspot_over_http import Portal, config, open_portal
from tests.sandbox.serve import serve

PUBLIC = "https://app.alongside.example/hubspot/webhooks"


@dataclass
class Receiver:
    """Keeps what arrives; answers with the next of `statuses`, then with 200."""

    origin: str = ""
    statuses: list[int] = field(default_factory=list)
    deliveries: list[list[dict[str, Any]]] = field(default_factory=list)
    signatures_fit: list[bool] = field(default_factory=list)

    def app(self) -> Flask:
        app = Flask("receiver")

        @app.post("/hook")
        def hook() -> tuple[str, int]:
            stamp = request.headers["X-HubSpot-Request-Timestamp"]
            wanted = sign_v3("secret-1", "POST", PUBLIC, request.get_data(), int(stamp))
            self.signatures_fit.append(request.headers["X-HubSpot-Signature-v3"] == wanted)
            self.deliveries.append(json.loads(request.get_data()))
            return "", self.statuses.pop(0) if self.statuses else 200

        return app

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for delivery in self.deliveries for event in delivery]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    with serve(made.app()) as origin:
        made.origin = origin
        yield made


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    with open_portal(tmp_path, webhook_delays_seconds=(0.05, 0.05, 0.05)) as opened:
        opened.state.webhooks.pause()
        opened.state.webhooks.set_target("http://127.0.0.1:9/nobody")
        yield opened


def connect(portal: Portal, receiver: Receiver) -> None:
    target = {"url": f"{receiver.origin}/hook", "publicUrl": PUBLIC}
    assert portal.call("PUT", "/_sandbox/webhooks", json=target).status_code == 200
    portal.state.webhooks.resume()


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.02)


def test_a_changed_property_is_told_signed_over_the_public_address(
    portal: Portal, receiver: Receiver
) -> None:
    deal = portal.state.create("deals", {"dealname": "Acme"})
    portal.state.webhooks.subscribe({"deals": ["dealstage"]})
    connect(portal, receiver)

    portal.state.edit("deals", deal, {"dealstage": "contractsent"})
    wait_for(lambda: any(event.get("propertyName") == "dealstage" for event in receiver.events))

    event = next(event for event in receiver.events if event.get("propertyName") == "dealstage")
    assert all(receiver.signatures_fit)
    assert event["subscriptionType"] == "object.propertyChange"
    assert (event["objectTypeId"], event["objectId"], event["portalId"]) == ("0-3", int(deal), 62515)
    assert (event["propertyValue"], event["changeSource"]) == ("contractsent", "CRM_UI")
    assert event["attemptNumber"] == 0


def test_only_what_is_subscribed_is_told(portal: Portal, receiver: Receiver) -> None:
    portal.state.webhooks.subscribe({"deals": ["amount"]})

    deal = portal.state.create("deals", {"dealname": "Acme", "amount": "5"})
    portal.state.edit("deals", deal, {"dealstage": "contractsent"})
    portal.state.create("companies", {"name": "Acme"})

    assert [event["propertyName"] for event in portal.state.webhooks.waiting()] == ["amount"]


def test_creation_deletion_and_association_are_told(portal: Portal) -> None:
    company = portal.state.create("companies", {"name": "Acme"})
    portal.state.webhooks.subscribe({"deals": ["*creation", "*deletion", "*associationChange"]})

    deal = portal.state.create("deals", {}, [("companies", company)])
    portal.state.delete("deals", deal)

    told = [event["subscriptionType"] for event in portal.state.webhooks.waiting()][2:]
    assert told == ["object.creation", "object.associationChange", "object.deletion"]


def test_a_refused_write_tells_nothing(portal: Portal) -> None:
    portal.objects("deals", {"properties": {"dealname": "Acme", "amount": "bad"}})

    assert not portal.state.webhooks.waiting()


def test_without_a_target_nothing_is_kept_to_be_told_later(tmp_path: Path) -> None:
    with open_portal(tmp_path) as portal:
        portal.state.create("deals", {"dealname": "Acme"})

        assert portal.state.webhooks.waiting() == []


def test_the_time_of_modification_cannot_be_subscribed_to(portal: Portal) -> None:
    answer = portal.call(
        "PUT", "/_sandbox/webhooks", json={"subscriptions": {"deals": ["hs_lastmodifieddate"]}}
    )

    assert answer.status_code == 400


def test_a_delivery_holds_a_hundred_events_at_most(portal: Portal, receiver: Receiver) -> None:
    portal.state.webhooks.subscribe({"deals": ["*creation"]})
    for _ in range(150):
        portal.state.create("deals", {})

    connect(portal, receiver)
    wait_for(lambda: len(receiver.events) == 150)

    assert [len(delivery) for delivery in receiver.deliveries] == [100, 50]


@pytest.mark.parametrize("status", [500, 401, 302])
def test_a_delivery_that_was_not_taken_is_repeated(portal: Portal, receiver: Receiver, status: int) -> None:
    receiver.statuses = [status, status]
    portal.state.webhooks.subscribe({"deals": ["*creation"]})
    portal.state.create("deals", {})

    connect(portal, receiver)
    wait_for(lambda: len(receiver.events) == 3)

    assert [event["attemptNumber"] for event in receiver.events] == [0, 1, 2]
    assert len({event["eventId"] for event in receiver.events}) == 1
    wait_for(lambda: not portal.state.webhooks.waiting())


def test_a_delivery_is_given_up_after_the_last_attempt(portal: Portal, receiver: Receiver) -> None:
    receiver.statuses = [500] * 10
    portal.state.webhooks.subscribe({"deals": ["*creation"]})
    portal.state.create("deals", {})

    connect(portal, receiver)
    wait_for(lambda: not portal.state.webhooks.waiting())

    assert len(receiver.events) == 4


def test_events_and_target_survive_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    settings = config(tmp_path)
    first = HubspotSandbox(settings)
    first.webhooks.pause()
    first.webhooks.set_target(f"{receiver.origin}/hook", PUBLIC)
    first.webhooks.subscribe({"deals": ["*creation"]})
    first.create("deals", {})
    first.close()

    second = HubspotSandbox(settings)
    wait_for(lambda: len(receiver.events) == 1)
    second.close()

    assert receiver.signatures_fit == [True]
