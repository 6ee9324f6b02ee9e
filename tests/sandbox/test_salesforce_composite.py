"""Many rows and requests in one call, and what goes wrong on request."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.salesforce_org import CONSUMER_SECRET, DATA, USERNAME, Caller, serve_org

DEAL: dict[str, Any] = {"Name": "Acme expansion", "StageName": "Prospecting", "CloseDate": "2026-12-12"}
UPSERT = "composite/sobjects/Partner_Message__c/External_Id__c"


@pytest.fixture
def org(tmp_path: Path) -> Iterator[Caller]:
    with serve_org(tmp_path) as (origin, _):
        caller = Caller(origin)
        caller.log_in()
        yield caller


def messages(*rows: dict[str, Any], all_or_none: bool = False) -> dict[str, Any]:
    typed = [{"attributes": {"type": "Partner_Message__c"}, **row} for row in rows]
    return {"allOrNone": all_or_none, "records": typed}


def part(method: str, path: str, name: str, body: Any = None) -> dict[str, Any]:
    return {"method": method, "url": f"{DATA}/{path}", "referenceId": name, "body": body}


def test_each_row_has_its_own_result(org: Caller) -> None:
    good, bad = {"External_Id__c": "a", "Body__c": "Hi"}, {"External_Id__c": "b", "Author_Email__c": "x"}

    first, second = org.send("PATCH", UPSERT, messages(good, bad))

    assert (first["success"], first["created"]) == (True, True)
    assert second["errors"][0]["statusCode"] == "INVALID_EMAIL_ADDRESS"
    assert len(org.control("GET", "rows/Partner_Message__c")) == 1


def test_all_or_none_keeps_nothing_of_a_bad_batch(org: Caller) -> None:
    good, bad = {"External_Id__c": "a"}, {"External_Id__c": "b", "Author_Email__c": "x"}

    first, second = org.send("PATCH", UPSERT, messages(good, bad, all_or_none=True))

    assert first["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert second["errors"][0]["statusCode"] == "INVALID_EMAIL_ADDRESS"
    assert org.control("GET", "rows/Partner_Message__c") == []


def test_two_rows_of_one_external_id_are_both_refused(org: Caller) -> None:
    rows = org.send("PATCH", UPSERT, messages({"External_Id__c": "a"}, {"External_Id__c": "a"}))

    assert [row["errors"][0]["statusCode"] for row in rows] == ["DUPLICATE_VALUE"] * 2


def test_more_than_two_hundred_rows_are_refused(org: Caller) -> None:
    org.send("PATCH", UPSERT, messages(*({"External_Id__c": str(i)} for i in range(201))))

    assert org.last.status_code == 400


def test_rows_are_created_changed_and_deleted_together(org: Caller) -> None:
    rows = [{"attributes": {"type": "Account"}, "Name": f"Acme {i}"} for i in range(3)]
    made = [row["id"] for row in org.send("POST", "composite/sobjects", {"records": rows})]
    changes = [{"attributes": {"type": "Account"}, "id": i, "Phone": "1"} for i in made]

    changed = org.send("PATCH", "composite/sobjects", {"records": changes})
    org.send("DELETE", f"composite/sobjects?ids={','.join(made[:2])}")

    assert all(row["success"] for row in changed)
    assert org.query("SELECT Id FROM Account WHERE Phone = '1'")["totalSize"] == 1


def test_many_rows_are_read_by_id_and_missing_ones_are_null(org: Caller) -> None:
    deal = org.create("Opportunity", **DEAL)
    body = {"ids": [deal, "0065g00000000zzAAA"], "fields": ["Name"]}

    found = org.send("POST", "composite/sobjects/Opportunity", body)

    assert found[0]["Name"] == "Acme expansion"
    assert found[1] is None


def test_a_subrequest_may_refer_to_an_earlier_one(org: Caller) -> None:
    parts = [
        part("POST", "sobjects/Account", "acme", {"Name": "Acme"}),
        part("POST", "sobjects/Opportunity", "deal", DEAL | {"AccountId": "@{acme.id}"}),
        part("GET", "query?q=SELECT+Account.Name+FROM+Opportunity", "read"),
    ]

    answer = org.send("POST", "composite", {"allOrNone": True, "compositeRequest": parts})

    results = {r["referenceId"]: r for r in answer["compositeResponse"]}
    assert results["read"]["body"]["records"][0]["Account"]["Name"] == "Acme"
    assert org.control("GET", "calls")["api"] == 1


def test_a_failed_part_undoes_a_composite_that_is_all_or_none(org: Caller) -> None:
    parts = [
        part("POST", "sobjects/Account", "acme", {"Name": "Acme"}),
        part("POST", "sobjects/Account", "bad", {}),
    ]

    answer = org.send("POST", "composite", {"allOrNone": True, "compositeRequest": parts})

    assert org.last.status_code == 200
    codes = [r["body"][0]["errorCode"] for r in answer["compositeResponse"]]
    assert codes == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING"]
    assert org.control("GET", "rows/Account") == []


@pytest.mark.parametrize(
    "parts",
    [
        [part("GET", "limits", f"r{i}") for i in range(26)],
        [part("GET", "query?q=SELECT+Id+FROM+Account", f"r{i}") for i in range(6)],
        [],
        ["text"],
    ],
)
def test_a_composite_has_limits(org: Caller, parts: Any) -> None:
    org.send("POST", "composite", {"compositeRequest": parts})

    assert org.last.status_code == 400


def test_each_graph_stands_or_falls_alone(org: Caller) -> None:
    good = {"graphId": "a", "compositeRequest": [part("POST", "sobjects/Account", "x", {"Name": "Acme"})]}
    bad = {
        "graphId": "b",
        "compositeRequest": [
            part("POST", "sobjects/Account", "x", {"Name": "Gone"}),
            part("POST", "sobjects/Account", "y", {}),
        ],
    }

    answer = org.send("POST", "composite/graph", {"graphs": [good, bad]})

    assert [graph["isSuccessful"] for graph in answer["graphs"]] == [True, False]
    assert [row["Name"] for row in org.control("GET", "rows/Account")] == ["Acme"]


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("429", 429, "REQUEST_LIMIT_EXCEEDED"),
        ("503", 503, "SERVER_UNAVAILABLE"),
        ("500", 500, "UNKNOWN_EXCEPTION"),
        ("session", 401, "INVALID_SESSION_ID"),
    ],
)
def test_a_fault_hits_the_next_calls_only(org: Caller, kind: str, status: int, code: str) -> None:
    org.control("POST", "faults", {"kind": kind, "times": 2, "skip": 1})

    statuses = []
    for _ in range(4):
        org.send("GET", "limits")
        statuses.append(org.last.status_code)
        if org.last.status_code == status:
            assert org.last.json()[0]["errorCode"] == code

    assert statuses == [200, status, status, 200]


def test_a_lost_answer_still_took_effect(org: Caller) -> None:
    org.control("POST", "faults", {"kind": "lost"})

    org.send("POST", "sobjects/Account", {"Name": "Acme"})

    assert org.last.status_code == 503
    assert len(org.control("GET", "rows/Account")) == 1


def test_a_half_answer_is_no_json(org: Caller) -> None:
    org.control("POST", "faults", {"kind": "half"})

    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        org.send("GET", "limits")


def test_a_locked_row_is_refused_alone(org: Caller) -> None:
    org.control("POST", "faults", {"kind": "lock_row", "on": "Partner_Message__c"})

    rows = org.send("PATCH", UPSERT, messages({"External_Id__c": "a"}, {"External_Id__c": "b"}))

    assert rows[0]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    assert rows[1]["success"]


def test_an_unknown_fault_is_refused(org: Caller) -> None:
    org.control("POST", "faults", {"kind": "meteor"})

    assert org.last.status_code == 400


def test_a_canvas_request_is_signed_over_its_envelope(org: Caller) -> None:
    wanted = {"username": USERNAME, "object": "Opportunity", "record_id": "0065g0000000001AAA"}
    text = org.control("POST", "canvas", wanted)["signed_request"]

    mac, envelope = text.split(".")

    expected = hmac.new(CONSUMER_SECRET.encode(), envelope.encode(), hashlib.sha256).digest()
    assert base64.b64decode(mac) == expected
    payload = json.loads(base64.b64decode(envelope))
    assert payload["context"]["environment"]["parameters"] == {
        "recordId": "0065g0000000001AAA",
        "objectApiName": "Opportunity",
    }
    answer = org.http.get(
        f"{org.origin}/services/oauth2/userinfo",
        headers={"Authorization": f"Bearer {payload['client']['oauthToken']}"},
        timeout=30,
    )
    assert answer.json()["user_id"] == payload["userId"]
