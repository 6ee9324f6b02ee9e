"""Metric 6: how many snapshots are written for what partners can see differently, and for what they cannot.

Events come twice and in any order. A figure counts only if every room then shows the new stage.
"""

import logging
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import func, select

from app.domain.record import ObjectKind, RecordKey
from app.ground.ids import new_id
from app.reading.stores import Events
from app.storage.published.rooms import latest_snapshot
from app.storage.published_tables import snapshot
from tests.house import DEAL, TestHouse, make_house

DEALS, LINKS, SEED = 40, 100, 7
TYPES = ("reseller", "distributor")
"""Two partners of different types on each deal: two policies that are in force."""


def run() -> Iterator[dict[str, Any]]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        house = make_house(Path(folder))
        try:
            yield _figure(
                "links_on_one_room", _many_links(house), LINKS, "snapshots for a room with 100 links"
            )
            deals, partners = _furnish(house)
            wanted = len(deals) * len(partners)
            written = _tell(house, deals, "stage", "dealstage", "s3")
            _require_shown(house, deals, partners)
            yield _figure(
                "visible_change",
                written / wanted,
                wanted,
                "snapshots / (visible changes x policies), events doubled",
            )
            yield _figure(
                "hidden_change", _tell(house, deals, "margin", "margin", "1"), len(deals), "snapshots written"
            )
            again = _tell(house, deals, "stage", "dealstage", "s3")
            yield _figure("nothing_new", again, len(deals), "snapshots written for events without a change")
        finally:
            house.house.database.close()


def _many_links(house: TestHouse) -> int:
    partner = house.attach()
    for number in range(LINKS):
        house.link(partner, email=f"p{number}@northwind.example")
    house.work()
    return _written(house)


def _furnish(house: TestHouse) -> tuple[list[RecordKey], list[str]]:
    deals = [RecordKey(ObjectKind.DEAL, str(1000 + number)) for number in range(DEALS)]
    for deal in deals:
        house.crm.records[deal.object, deal.crm_id] = dict(house.crm.records[DEAL.object, DEAL.crm_id])
        house.crm.companies[deal.crm_id] = "700"
    partners: list[str] = []
    for kind in TYPES:
        partners.append(house.attach(f"The {kind}", kind, deals[0]))
        for deal in deals[1:]:
            house.run("partner.attach", {"partner_id": partners[-1]}, record=deal)
    for deal in deals:
        for number, partner in enumerate(partners):
            fields = {
                "partner_id": partner,
                "contact_email": f"x{number}@p.example",
                "contact_name": "X",
                "days": 7,
            }
            house.run("sharing.create_link", fields, record=deal)
    house.work()
    return deals, partners


def _tell(house: TestHouse, deals: list[RecordKey], field: str, property_name: str, value: str) -> int:
    """Changes the field in the CRM, and sends every event twice and in any order. How many snapshots that wrote."""
    before = _written(house)
    bodies = []
    for deal in deals:
        house.crm.records[deal.object, deal.crm_id][field] = value
        body = {"subscriptionType": "deal.propertyChange", "objectId": int(deal.crm_id)}
        bodies += [(new_id(), body | {"propertyName": property_name}) for _ in range(2)]
    random.Random(SEED).shuffle(bodies)
    events = Events(house.house.database, house.house.bell, house.clock)
    for start in range(0, len(bodies), 7):
        events.keep([(house.tenant, key, body) for key, body in bodies[start : start + 7]])
        if start % 3 == 0:
            house.work()
    house.work()
    return _written(house) - before


def _written(house: TestHouse) -> int:
    with house.house.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(snapshot)) or 0


def _require_shown(house: TestHouse, deals: list[RecordKey], partners: list[str]) -> None:
    with house.house.database.read() as connection:
        for deal in deals:
            for partner in partners:
                shown = latest_snapshot(connection, house.tenant.id, deal, partner)
                values = {f["name"]: f["value"] for f in shown.content["fields"]} if shown else {}
                if values.get("stage") != "Contract":
                    raise RuntimeError(f"the room of {deal} does not show the change")


def _figure(metric: str, value: float, n: int, unit: str) -> dict[str, Any]:
    return {"benchmark": "publish", "metric": metric, "value": round(value, 3), "unit": unit, "n": n}
