"""The transport on bad days: bounded tries, no redirects, no endless waiting, no exception of the SDK's own."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response, redirect

from app.crm.hubspot_paths import DETAILS
from app.crm.hubspot_wire import Wire
from app.crm.port import RateLimited, Unavailable
from app.sandbox.hubspot.limits import Fault
from tests.contract.hubspot_world import HubspotWorld, open_world
from tests.sandbox.serve import serve


@pytest.fixture
def world(tmp_path: Path) -> Iterator[HubspotWorld]:
    with open_world(tmp_path) as opened:
        yield opened


def answering(answer: Response, hits: list[str]) -> Flask:
    app = Flask("odd")

    @app.route("/<path:path>")
    def all_paths(path: str) -> Response:
        hits.append(path)
        return answer

    return app


@pytest.mark.parametrize("kind", ["502", "503"])
def test_a_gateway_error_is_tried_three_times(world: HubspotWorld, kind: str) -> None:
    world.portal.faults.add(Fault(kind=kind, times=9))

    with pytest.raises(Unavailable):
        world.crm.whoami()

    assert world.calls() == 3


def test_a_gateway_error_in_passing_is_not_noticed(world: HubspotWorld) -> None:
    world.portal.faults.add(Fault(kind="503", times=1))

    assert world.crm.whoami().id == "62515"


def test_an_internal_error_is_not_repeated_at_once(world: HubspotWorld) -> None:
    world.portal.faults.add(Fault(kind="500", times=9))

    with pytest.raises(Unavailable, match="500"):
        world.crm.whoami()

    assert world.calls() == 1


def test_a_limit_is_neither_repeated_nor_slept_out(world: HubspotWorld) -> None:
    world.portal.faults.add(Fault(kind="429", times=9, seconds=300))
    started = time.monotonic()

    with pytest.raises(RateLimited) as caught:
        world.crm.whoami()

    assert caught.value.retry_after == 300
    assert world.calls() == 1
    assert time.monotonic() - started < 200


def test_a_hang_ends_with_the_time_out(world: HubspotWorld) -> None:
    with world.broken("hang"), pytest.raises(Unavailable):
        world.crm.whoami()

    assert world.calls() == 1
    assert world.crm.whoami()


def test_nobody_listening_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(Unavailable):
        Wire(f"http://127.0.0.1:{port}").send(DETAILS)


@pytest.mark.parametrize(
    "answer",
    [
        Response("<html>", content_type="text/html"),
        Response("[1]", content_type="application/json"),
        Response(b"\xff\xfe{", content_type="application/json"),
        Response("", status=200),
        Response(b"\xff", status=500),
    ],
)
def test_an_answer_that_is_no_object_is_unavailable(answer: Response) -> None:
    hits: list[str] = []

    with serve(answering(answer, hits)) as origin, pytest.raises(Unavailable):
        Wire(origin).send(DETAILS)

    assert len(hits) == 1


def test_a_redirect_is_not_followed() -> None:
    hits: list[str] = []

    with serve(answering(redirect("/elsewhere"), hits)) as origin:
        answer = Wire(origin).send(DETAILS, token="secret")

    assert answer.status == 302
    assert hits == ["account-info/2026-09/details"]
