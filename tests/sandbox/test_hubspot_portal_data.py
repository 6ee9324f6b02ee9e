"""The stand-in's portal data: it survives a restart, loads much at once, and describes itself."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.sandbox.hubspot import HubspotSandbox, Seed
from app.sandbox.hubspot.errors import HubError
from app.sandbox.hubspot.schema import TYPES
from tests.sandbox.hubspot_over_http import Portal, V, config, open_portal


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    with open_portal(tmp_path) as opened:
        yield opened


def test_a_restart_loses_nothing(tmp_path: Path) -> None:
    settings = config(tmp_path)
    first = HubspotSandbox(settings)
    company = first.create("companies", {"name": "Acme"})
    deal = first.create("deals", {"dealname": "Acme"}, [("companies", company)])
    token = first.grants.issue().access_token
    first.close()

    second = HubspotSandbox(settings)

    assert second.get("deals", deal)["properties"]["dealname"] == "Acme"
    assert [one["id"] for one in second.linked("deals", deal, "companies")] == [company]
    second.grants.check(f"Bearer {token}")
    assert second.create("deals", {}) > deal
    second.close()


def test_a_portal_of_an_older_release_gets_the_properties_that_came_since(tmp_path: Path) -> None:
    settings = config(tmp_path)
    HubspotSandbox(settings).close()
    with closing(sqlite3.connect(settings.db_path)) as older, older:
        older.execute("DELETE FROM properties WHERE name = 'hs_parent_company_id'")

    portal = HubspotSandbox(settings)

    portal.create("companies", {"name": "Acme", "hs_parent_company_id": "1"})
    portal.close()


def test_ten_thousand_deals_load_and_answer_quickly(portal: Portal) -> None:
    company = int(portal.state.create("companies", {"name": "Acme"}))
    portal.state.webhooks.pause()
    portal.state.webhooks.set_target("http://127.0.0.1:9/nobody")
    started = time.process_time()

    ids = portal.state.load(
        Seed(
            type="deals",
            properties={"dealname": f"Deal {number}", "amount": str(number), "dealstage": "contractsent"},
            links=[("companies", company)],
            created=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for number in range(10_000)
    )
    found = portal.found("deals", {"propertyName": "amount", "operator": "EQ", "value": "9999"})

    assert found == [ids[-1]]
    assert time.process_time() - started < 10
    assert portal.state.webhooks.waiting() == []


def test_a_load_is_all_or_nothing(portal: Portal) -> None:
    seeds = [Seed(type="deals", properties={"amount": "1"}), Seed(type="deals", properties={"amount": "x"})]

    with pytest.raises(HubError):
        portal.state.load(seeds)

    assert not portal.state.all("deals")


def test_a_loaded_record_keeps_the_id_and_times_it_brings(portal: Portal) -> None:
    then = datetime(2026, 3, 1, 9, tzinfo=UTC)

    (made,) = portal.state.load([Seed(type="deals", id=4711, properties={}, created=then, modified=then)])

    assert made == "4711"
    assert portal.state.get("deals", "4711")["updatedAt"] == "2026-03-01T09:00:00.000Z"


def test_many_threads_write_without_loss(portal: Portal) -> None:
    deal = portal.state.create("deals", {})

    def work(number: int) -> None:
        for turn in range(20):
            portal.state.create(
                "notes", {"hs_timestamp": f"2026-11-20T12:{number:02}:{turn:02}Z"}, [("deals", deal)]
            )

    threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(portal.state.linked("deals", deal, "notes")) == 100


def test_a_portals_own_stages_are_allowed_once_they_are_added(portal: Portal) -> None:
    portal.state.book.add_options(TYPES["deals"], "dealstage", {"engaging": "Engaging"})

    deal = portal.state.create("deals", {"dealstage": "engaging"})

    (pipeline,) = portal.call("GET", f"/crm/pipelines/{V}/deals").json()["results"]
    assert ("engaging", "Engaging") in [(stage["id"], stage["label"]) for stage in pipeline["stages"]]
    assert portal.state.get("deals", deal)["properties"]["pipeline"] == "default"


def test_properties_and_groups_are_made_once(portal: Portal) -> None:
    path = f"/crm/properties/{V}/deals"
    group = {"name": "alongside", "label": "Alongside"}
    wanted = {"name": "x_1", "label": "X", "type": "string", "fieldType": "text", "groupName": "alongside"}
    assert portal.post(path, wanted).status_code == 400  # no such group yet

    assert portal.post(f"{path}/groups", group).status_code == 201
    assert portal.post(f"{path}/groups", group).status_code == 409
    first = portal.post(f"{path}/batch/create", {"inputs": [wanted]})
    second = portal.post(f"{path}/batch/create", {"inputs": [wanted, wanted | {"name": "x_2"}]})

    assert first.status_code == 201
    assert second.status_code == 207
    assert second.json()["errors"][0]["category"] == "OBJECT_ALREADY_EXISTS"
    assert portal.call("GET", f"{path}/x_2").json()["label"] == "X"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Upper"},
        {"name": ""},
        {"type": "number", "fieldType": "text"},
        {"type": "enumeration", "fieldType": "select"},
        {"groupName": "nowhere"},
    ],
)
def test_a_property_that_is_not_well_formed_is_refused(portal: Portal, changes: dict[str, str]) -> None:
    wanted = {"name": "x", "label": "X", "type": "string", "fieldType": "text", "groupName": "information"}

    assert portal.post(f"/crm/properties/{V}/deals", wanted | changes).status_code == 400


def test_owners_are_paged_and_found_by_address(portal: Portal) -> None:
    ids = [portal.state.add_owner("Ann", str(number), f"ann{number}@seller.example") for number in range(3)]

    page = portal.call("GET", f"/crm/owners/{V}?limit=2").json()
    rest = portal.call("GET", f"/crm/owners/{V}?limit=2&after={page['paging']['next']['after']}").json()
    named = portal.call("GET", f"/crm/owners/{V}?email=ANN1@seller.example").json()

    assert [one["id"] for one in page["results"] + rest["results"]] == ids
    assert [one["id"] for one in named["results"]] == [ids[1]]
    assert named["results"][0]["userId"] != int(ids[1])


def test_a_file_is_described(portal: Portal) -> None:
    deal = portal.state.create("deals", {})
    file = portal.state.attach_file("deals", deal, "Offer v2.pdf", 99)

    found = portal.call("GET", f"/files/{V}/files/{file}").json()

    assert (found["name"], found["extension"], found["size"], found["type"]) == (
        "Offer v2",
        "pdf",
        99,
        "DOCUMENT",
    )
    assert portal.call("GET", f"/files/{V}/files/1").status_code == 404
