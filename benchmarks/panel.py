"""Metric 7: CPU of a verified panel request by the CPU of a null Flask request, in the same process and run.

A seller opens the thread of a deal with 50 messages: by a card request signed as HubSpot signs it, and by one that
bears the Salesforce panel's token, through the real web app. Rounds alternate and the median counts. `cpu_ratio` is a
card that is opened again; before each of `cpu_ratio_after_a_change_elsewhere` another record of the same account
changed, and before each of `cpu_ratio_after_a_change` the deal itself, so that its card is built anew. A figure is
only printed when the card holds every message, a message that was just posted is in the very next answer, and a
request with a wrong signature or token is refused.
"""

import json
import logging
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from werkzeug.test import EnvironBuilder

from app.domain.actor import Actor, ActorKind
from app.domain.record import CrmKind, ObjectKind, Record, RecordKey
from app.identity.hubspot_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from app.identity.tokens import Audience
from app.storage import record as records
from app.wsgi import web_app
from tests.house import DEAL, HUBSPOT_SECRET, ORIGIN, TestHouse, make_house

ROUNDS, REQUESTS, CHANGES = 15, 100, 10
FEW, MANY = 50, 500
SELLER = Actor(kind=ActorKind.SELLER, id="u1", name="Sam Seller", email="sam@vendor.example")
OTHER = RecordKey(ObjectKind.DEAL, "901")
Call = Callable[[], bytes]


def run() -> Iterator[dict[str, Any]]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    for kind in CrmKind:
        costs: dict[int, float] = {}
        for messages in (FEW, MANY):
            with tempfile.TemporaryDirectory() as folder:
                measured = _measure(kind, Path(folder), messages)
            costs[messages] = statistics.median(measured["cpu_ratio"])
            for metric, ratios in measured.items():
                yield {
                    "benchmark": "panel",
                    "crm": str(kind),
                    "metric": metric,
                    "value": round(statistics.median(ratios), 2),
                    "unit": "CPU of a verified thread card / CPU of a null Flask request",
                    "n": ROUNDS * (REQUESTS if metric == "cpu_ratio" else CHANGES),
                    "messages": messages,
                    "lowest": round(min(ratios), 2),
                    "highest": round(max(ratios), 2),
                    "checked": ["every message", "a new message at once", "a forged request refused"],
                }
        yield {
            "benchmark": "panel",
            "crm": str(kind),
            "metric": "growth",
            "value": round(costs[MANY] / costs[FEW], 2),
            "unit": f"CPU at {MANY} messages / at {FEW}",
            "n": ROUNDS * REQUESTS,
        }


def _measure(kind: CrmKind, folder: Path, messages: int) -> dict[str, list[float]]:
    house = make_house(folder, kind)
    try:
        partner = house.attach()
        for number in range(messages):
            house.run("thread.post", {"partner_id": partner, "body": _text(number)})
        web = web_app(house.house)
        environ = _environ(house, kind)
        card, nothing = _caller(web, environ), _caller(_null_app(), _plain("/null"))
        _check(house, web, environ, partner, messages)
        return {
            "cpu_ratio": _ratios(nothing, card, REQUESTS),
            "cpu_ratio_after_a_change_elsewhere": _ratios(
                nothing, card, CHANGES, lambda: _touch(house, OTHER)
            ),
            "cpu_ratio_after_a_change": _ratios(nothing, card, CHANGES, lambda: _touch(house, DEAL)),
        }
    finally:
        house.house.database.close()


def _text(number: int) -> str:
    return f"Message {number}: can you fill in the security questionnaire before Friday?"


def _null_app() -> Flask:
    app = Flask("null")

    @app.get("/null")
    def answer() -> str:
        return "ok"

    return app


def _plain(path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    environ = EnvironBuilder(path=path, base_url=ORIGIN, headers=headers or {}).get_environ()
    return environ | {"REQUEST_URI": path}


def _environ(house: TestHouse, kind: CrmKind) -> dict[str, Any]:
    if kind is CrmKind.SALESFORCE:
        token = house.house.tokens.mint(
            Audience.SALESFORCE_PANEL, tenant_id=house.tenant.id, record=DEAL, actor=SELLER
        )
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        return _plain("/salesforce/panel/cards/thread", headers)
    target = (
        "/hubspot/cards/thread?objectType=0-3&objectId=900"
        "&userId=u1&portalId=62515&userEmail=sam%40vendor.example&appId=1"
    )
    stamp = str(int(house.clock().timestamp() * 1000))
    signature = sign(HUBSPOT_SECRET, "GET", ORIGIN + target, b"", stamp).decode()
    return _plain(target, {SIGNATURE_HEADER: signature, TIMESTAMP_HEADER: stamp})


def _caller(app: Flask, environ: dict[str, Any], status: list[str] | None = None) -> Call:
    def start(line: str, *_: Any) -> Callable[[bytes], object]:
        if status is not None:
            status.append(line)
        return lambda _: None

    return lambda: b"".join(app(dict(environ), start))


def _check(house: TestHouse, web: Flask, environ: dict[str, Any], partner: str, messages: int) -> None:
    shown = _caller(web, environ)().decode()
    newest = range(messages - min(messages, FEW), messages)
    _require(all(json.dumps(_text(n))[1:-1] in shown for n in newest), "every message")
    house.run("thread.post", {"partner_id": partner, "body": "And one more"})
    _require("And one more" in _caller(web, environ)().decode(), "a new message at once")
    for name in ("HTTP_AUTHORIZATION", "HTTP_X_HUBSPOT_SIGNATURE_V3"):
        if name in environ:
            status: list[str] = []
            _caller(web, environ | {name: environ[name][:-4] + "AAA="}, status)()
            _require(status[0].startswith("401"), "a forged request refused")


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise SystemExit(f"benchmark panel: the check {what!r} failed; its figure would mean nothing")


def _touch(house: TestHouse, record: RecordKey) -> None:
    """The record changes, however little: no kept answer about it is true any more."""
    with house.house.database.write() as connection:
        values = [Record(key=record, fields={"name": "As it is now"}, company_id=None)]
        records.save(connection, house.tenant.id, values, {}, house.clock())


def _ratios(
    nothing: Call, card: Call, requests: int, change: Callable[[], None] = lambda: None
) -> list[float]:
    """CPU of `card` by that of `nothing`, with a change before each, which does not count."""
    for _ in range(20):
        nothing(), card()  # warm up
    found = []
    for _ in range(ROUNDS):
        costs = []
        for call in (nothing, card):
            spent = 0.0
            for _ in range(requests):
                change()
                before = time.process_time()
                call()
                spent += time.process_time() - before
            costs.append(spent)
        found.append(costs[1] / costs[0])
    return found
