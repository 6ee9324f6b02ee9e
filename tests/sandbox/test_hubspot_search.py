"""The stand-in's search: operators, paging, and the limits that an adapter has to live with."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.sandbox.hubspot import Seed
from tests.sandbox.hubspot_over_http import Portal, open_portal


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    with open_portal(tmp_path) as opened:
        yield opened


def where(name: str, operator: str, value: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "propertyName": name,
        "operator": operator,
        **({"value": value} if value is not None else {}),
        **more,
    }


@pytest.fixture
def deals(portal: Portal) -> dict[str, str]:
    """By name: three deals of 5, 10 and 100; the small one has a next step."""
    return {
        "small": portal.state.create(
            "deals", {"dealname": "Small Acme pilot", "amount": "5", "hs_next_step": "Call"}
        ),
        "middle": portal.state.create(
            "deals", {"dealname": "Middle", "amount": "10", "closedate": "2026-12-01"}
        ),
        "large": portal.state.create(
            "deals", {"dealname": "Large", "amount": "100", "closedate": "2027-01-31"}
        ),
    }


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (where("amount", "EQ", "10"), {"middle"}),
        (where("amount", "NEQ", "10"), {"small", "large"}),
        (where("amount", "GTE", "10"), {"middle", "large"}),
        (where("amount", "GT", "10"), {"large"}),
        (where("amount", "LT", "10"), {"small"}),
        (where("amount", "LTE", "10"), {"small", "middle"}),
        (where("amount", "BETWEEN", "6", highValue="50"), {"middle"}),
        (where("dealname", "EQ", "middle"), {"middle"}),
        (where("dealname", "IN", values=["middle", "large"]), {"middle", "large"}),
        (where("dealname", "NOT_IN", values=["Middle"]), {"small", "large"}),
        (where("dealname", "CONTAINS_TOKEN", "acme"), {"small"}),
        (where("dealname", "CONTAINS_TOKEN", "pil*"), {"small"}),
        (where("dealname", "CONTAINS_TOKEN", "cme"), set()),
        (where("hs_next_step", "HAS_PROPERTY"), {"small"}),
        (where("hs_next_step", "NOT_HAS_PROPERTY"), {"middle", "large"}),
        (where("closedate", "GTE", "2026-12-15T00:00:00Z"), {"large"}),
    ],
)
def test_an_operator_finds_what_it_says(
    portal: Portal, deals: dict[str, str], condition: dict[str, Any], expected: set[str]
) -> None:
    assert set(portal.found("deals", condition)) == {deals[name] for name in expected}


def test_groups_are_alternatives(portal: Portal, deals: dict[str, str]) -> None:
    groups = [{"filters": [where("dealname", "EQ", name)]} for name in ("middle", "large")]

    assert set(portal.found("deals", filterGroups=groups)) == {deals["middle"], deals["large"]}


def test_associated_records_are_found(portal: Portal, deals: dict[str, str]) -> None:
    company = portal.state.create("companies", {"name": "Acme"}, [("deals", deals["middle"])])

    assert portal.found("deals", where("associations.company", "EQ", company)) == [deals["middle"]]


def test_results_are_sorted_and_paged(portal: Portal) -> None:
    portal.state.load(Seed(type="deals", properties={"amount": str(n)}) for n in range(450))
    sorts = [{"propertyName": "amount", "direction": "DESCENDING"}]

    first = portal.search("deals", sorts=sorts, limit=200, properties=["amount"]).json()
    last = portal.search("deals", sorts=sorts, limit=200, after="400", properties=["amount"]).json()

    assert first["total"] == 450
    assert first["paging"]["next"]["after"] == "200"
    assert [float(one["properties"]["amount"]) for one in first["results"]][:2] == [449, 448]
    assert "paging" not in last
    assert len(last["results"]) == 50


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"limit": 0},
        {"limit": "x"},
        {"limit": 200, "after": "9801"},
        {"sorts": [{"propertyName": "amount"}, {"propertyName": "dealname"}]},
        {"filterGroups": [{"filters": [where("amount", "EQ", "1")]}] * 6},
        {"filterGroups": [{"filters": [where("amount", "EQ", "1")] * 7}]},
        {"filterGroups": [{"filters": [where("amount", "EQ", "1")] * 5}] * 4},
        {"filterGroups": [{"filters": []}]},
        {"filterGroups": [{"filters": [where("no_such", "EQ", "1")]}]},
        {"filterGroups": [{"filters": [where("amount", "LIKE", "1")]}]},
        {"filterGroups": [{"filters": [where("amount", "EQ")]}]},
        {"filterGroups": [{"filters": [where("amount", "EQ", "x")]}]},
        {"filterGroups": [{"filters": [where("dealname", "IN", values=[])]}]},
        {"filterGroups": [{"filters": [where("dealname", "EQ", "x" * 3000)]}]},
    ],
)
def test_a_search_beyond_the_limits_is_refused(portal: Portal, body: dict[str, Any]) -> None:
    answer = portal.objects("deals/search", body)

    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"


def test_contacts_keep_their_older_name_for_the_time_of_modification(portal: Portal) -> None:
    condition = where("lastmodifieddate", "GT", "0")

    assert portal.search("contacts", condition).status_code == 200
    assert portal.search("deals", condition).status_code == 400


def test_the_index_may_trail(tmp_path: Path) -> None:
    with open_portal(tmp_path, search_lag_seconds=60) as portal:
        portal.state.create("deals", {"dealname": "New"})
        (old,) = portal.state.load(
            [Seed(type="deals", properties={}, created=datetime(2026, 1, 1, tzinfo=UTC))]
        )

        assert portal.found("deals") == [old]


def test_more_than_five_searches_a_second_are_refused(tmp_path: Path) -> None:
    with open_portal(tmp_path, searches_per_second=5) as portal:
        answers = [portal.search("deals") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].json()["policyName"] == "SECONDLY"
    assert not any("X-HubSpot-RateLimit-Remaining" in answer.headers for answer in answers)
