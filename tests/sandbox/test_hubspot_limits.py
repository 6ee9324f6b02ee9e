"""Rate limits of the stand-in, the bad days one can order, and its counters."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.sandbox.hubspot_over_http import Portal, V, open_portal

DETAILS = f"/account-info/{V}/details"


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    with open_portal(tmp_path) as opened:
        yield opened


def order(portal: Portal, **fault: object) -> None:
    assert portal.post("/_sandbox/faults", fault).status_code == 201


def test_too_many_calls_in_ten_seconds_are_refused(tmp_path: Path) -> None:
    with open_portal(tmp_path, requests_per_10_seconds=3) as portal:
        answers = [portal.call("GET", DETAILS) for _ in range(4)]
        searched = portal.search("deals")

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[2].headers["X-HubSpot-RateLimit-Remaining"] == "0"
    body = answers[3].json()
    assert (body["errorType"], body["policyName"]) == ("RATE_LIMIT", "TEN_SECONDLY_ROLLING")
    assert body["correlationId"]
    assert searched.status_code == 200


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("500", 500), ("503", 503), ("401", 401)])
def test_an_ordered_refusal_comes_as_often_as_ordered(portal: Portal, kind: str, status: int) -> None:
    order(portal, kind=kind, times=2)

    answers = [portal.call("GET", DETAILS).status_code for _ in range(3)]

    assert answers == [status, status, 200]


def test_an_ordered_429_may_say_how_long(portal: Portal) -> None:
    order(portal, kind="429", seconds=7)

    assert portal.call("GET", DETAILS).headers["Retry-After"] == "7"


def test_a_fault_meets_only_the_path_it_names(portal: Portal) -> None:
    order(portal, kind="500", match="/notes/")

    assert portal.call("GET", DETAILS).status_code == 200
    assert portal.search("notes").status_code == 500


def test_half_an_answer_is_no_json(portal: Portal) -> None:
    order(portal, kind="half")

    answer = portal.call("GET", DETAILS)

    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_a_lost_answer_still_took_effect(portal: Portal) -> None:
    order(portal, kind="lose")

    with pytest.raises(requests.RequestException):
        portal.objects("deals", {"properties": {"dealname": "Acme"}})

    assert len(portal.state.all("deals")) == 1


def test_a_hang_outlasts_the_callers_patience(portal: Portal) -> None:
    order(portal, kind="hang", seconds=0.5)

    with pytest.raises(requests.Timeout):
        portal.session.get(portal.origin + DETAILS, timeout=0.1)


def test_a_write_is_refused_with_the_ordered_sentence(portal: Portal) -> None:
    order(portal, kind="refuse", message="Not on Fridays.")

    assert portal.call("GET", DETAILS).status_code == 200
    answer = portal.objects("deals", {"properties": {}})

    assert (answer.status_code, answer.json()["message"]) == (400, "Not on Fridays.")


def test_unknown_faults_are_refused_and_orders_can_be_withdrawn(portal: Portal) -> None:
    assert portal.post("/_sandbox/faults", {"kind": "earthquake"}).status_code == 400
    order(portal, kind="500", times=9)

    assert portal.call("DELETE", "/_sandbox/faults").status_code == 204

    assert portal.call("GET", "/_sandbox/faults").json() == {"faults": []}


def test_calls_are_counted_by_endpoint(portal: Portal) -> None:
    deal = portal.state.create("deals", {})
    portal.call("DELETE", "/_sandbox/calls")
    portal.call("GET", DETAILS)
    portal.call("GET", f"/crm/objects/{V}/deals/{deal}")

    found = portal.call("GET", "/_sandbox/calls").json()

    assert found == {
        "total": 2,
        "byEndpoint": {f"GET {DETAILS}": 1, f"GET /crm/objects/{V}/deals/{{id}}": 1},
    }


def test_what_a_person_sees_on_a_record_can_be_asked_for(portal: Portal) -> None:
    deal = portal.state.create("deals", {"dealname": "Acme"})
    portal.state.create(
        "notes", {"hs_timestamp": "2026-11-20T12:00:00Z", "hs_note_body": "Hi"}, [("deals", deal)]
    )

    edited = portal.call("PATCH", f"/_sandbox/records/deals/{deal}", json={"properties": {"amount": "7"}})
    notes = portal.call("GET", f"/_sandbox/records/deals/{deal}/notes").json()["results"]

    assert edited.json()["properties"]["amount"] == "7"
    assert [note["properties"]["hs_note_body"] for note in notes] == ["Hi"]
