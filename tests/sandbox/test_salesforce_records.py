"""Rows one by one: what the org accepts, derives and refuses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.sandbox.salesforce.ids import checksum, make_id
from tests.sandbox.salesforce_org import Caller, serve_org

DEAL: dict[str, Any] = {"Name": "Acme expansion", "StageName": "Prospecting", "CloseDate": "2026-12-12"}


@pytest.fixture
def org(tmp_path: Path) -> Iterator[Caller]:
    with serve_org(tmp_path) as (origin, _):
        caller = Caller(origin)
        caller.log_in()
        yield caller


def error(org: Caller) -> tuple[int, str]:
    return org.last.status_code, org.last.json()[0]["errorCode"]


def test_a_row_is_created_read_changed_and_deleted(org: Caller) -> None:
    deal = org.create("Opportunity", **DEAL)
    org.send("PATCH", f"sobjects/Opportunity/{deal}", {"NextStep": "Call"})
    assert org.last.status_code == 204

    row = org.send("GET", f"sobjects/Opportunity/{deal[:15]}?fields=NextStep,IsClosed")
    assert (row["NextStep"], row["IsClosed"], row["Id"]) == ("Call", False, deal)

    org.send("DELETE", f"sobjects/Opportunity/{deal}")
    org.send("GET", f"sobjects/Opportunity/{deal}")
    assert error(org) == (404, "ENTITY_IS_DELETED")


def test_a_deleted_row_is_only_in_query_all(org: Caller) -> None:
    deal = org.create("Opportunity", **DEAL)
    org.send("DELETE", f"sobjects/Opportunity/{deal}")

    assert org.query("SELECT Id FROM Opportunity")["totalSize"] == 0
    (row,) = org.query("SELECT Id, IsDeleted FROM Opportunity", deleted=True)["records"]
    assert row["IsDeleted"] is True


def test_closing_a_deal_shows_in_its_derived_fields(org: Caller) -> None:
    deal = org.create("Opportunity", **DEAL)

    org.send("PATCH", f"sobjects/Opportunity/{deal}", {"StageName": "Closed Won"})

    row = org.send("GET", f"sobjects/Opportunity/{deal}")
    assert (row["IsClosed"], row["IsWon"]) == (True, True)


def test_every_write_moves_the_modstamp_on(org: Caller) -> None:
    deals = [org.create("Opportunity", **DEAL) for _ in range(5)]
    org.send("PATCH", f"sobjects/Opportunity/{deals[0]}", {"NextStep": "Call"})

    rows = org.query("SELECT Id, SystemModstamp FROM Opportunity ORDER BY SystemModstamp")["records"]

    stamps = [row["SystemModstamp"] for row in rows]
    assert sorted(set(stamps)) == stamps
    assert rows[-1]["Id"] == deals[0]


@pytest.mark.parametrize(
    ("name", "fields", "code"),
    [
        ("Opportunity", {"Name": "x"}, "REQUIRED_FIELD_MISSING"),
        ("Opportunity", DEAL | {"Name": "x" * 121}, "STRING_TOO_LONG"),
        ("Opportunity", DEAL | {"Nope__c": "x"}, "INVALID_FIELD"),
        ("Opportunity", DEAL | {"IsWon": True}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("Opportunity", DEAL | {"CloseDate": "tomorrow"}, "JSON_PARSER_ERROR"),
        ("Opportunity", DEAL | {"Amount": "much"}, "JSON_PARSER_ERROR"),
        ("Opportunity", DEAL | {"Amount": 10**17}, "NUMBER_OUTSIDE_VALID_RANGE"),
        ("Opportunity", DEAL | {"AccountId": "bad"}, "MALFORMED_ID"),
        ("Opportunity", DEAL | {"AccountId": make_id("001", 99)}, "INVALID_CROSS_REFERENCE_KEY"),
        ("Opportunity", DEAL | {"AccountId": make_id("005", 1)}, "FIELD_INTEGRITY_EXCEPTION"),
        (
            "Opportunity",
            DEAL | {"Alongside_Registration__c": "Maybe"},
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        ),
        ("Contact", {"LastName": "Byron", "Email": "ada"}, "INVALID_EMAIL_ADDRESS"),
        ("Partner_Message__c", {"Body__c": "x"}, "REQUIRED_FIELD_MISSING"),
    ],
)
def test_a_wrong_row_is_refused(org: Caller, name: str, fields: dict[str, Any], code: str) -> None:
    org.send("POST", f"sobjects/{name}", fields)

    assert error(org) == (400, code)
    assert org.control("GET", f"rows/{name}") == []


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "sobjects/Nope__c/describe", (404, "NOT_FOUND")),
        ("GET", f"sobjects/Account/{make_id('001', 77)}", (404, "NOT_FOUND")),
        ("GET", "sobjects/Account/123", (400, "MALFORMED_ID")),
        ("GET", "nowhere", (404, "NOT_FOUND")),
        ("DELETE", "limits", (405, "METHOD_NOT_ALLOWED")),
        ("GET", "/services/data/v99.0/limits", (404, "NOT_FOUND")),
        ("GET", "query", (400, "MALFORMED_QUERY")),
        ("GET", "query/0r8000000000000-2000", (400, "INVALID_QUERY_LOCATOR")),
    ],
)
def test_a_wrong_address_is_refused(org: Caller, method: str, path: str, expected: tuple[int, str]) -> None:
    org.send(method, path)

    assert error(org) == expected


@pytest.mark.parametrize("body", ["{", "[]", "5", '"text"', "[" * 100_000])
def test_a_body_that_is_no_record_is_refused(org: Caller, body: str) -> None:
    answer = org.http.post(
        f"{org.origin}/services/data/v68.0/sobjects/Account",
        data=body,
        headers={"Content-Type": "application/json"},
        timeout=30,
    )

    assert answer.status_code == 400
    assert answer.json()[0]["errorCode"] == "JSON_PARSER_ERROR"


def test_an_external_id_is_unique_and_upserts(org: Caller) -> None:
    path = "sobjects/Partner_Message__c/External_Id__c/m-1"
    first = org.send("PATCH", path, {"Body__c": "Hello"})
    second = org.send("PATCH", path, {"Body__c": "Hello again"})
    assert (first["created"], second["created"], second["id"]) == (True, False, first["id"])

    org.send("POST", "sobjects/Partner_Message__c", {"External_Id__c": "m-1"})

    assert error(org) == (400, "DUPLICATE_VALUE")


def test_a_validation_rule_speaks_its_own_sentence(org: Caller) -> None:
    rule = {"object": "Task", "field": "ActivityDate", "message": "Due date is required on Enterprise deals"}
    org.control("POST", "rules", rule)

    org.send("POST", "sobjects/Task", {"Subject": "Call"})

    assert org.last.json()[0]["message"] == "Due date is required on Enterprise deals"
    assert error(org) == (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION")


def test_a_description_names_type_and_length(org: Caller) -> None:
    fields = {f["name"]: f for f in org.send("GET", "sobjects/Partner_Message__c/describe")["fields"]}

    assert fields["Body__c"]["type"] == "textarea"
    assert fields["External_Id__c"]["externalId"]
    assert fields["External_Id__c"]["unique"]
    assert fields["Opportunity__c"]["referenceTo"] == ["Opportunity"]


def test_an_org_without_the_package_lacks_its_objects(org: Caller) -> None:
    org.control("POST", "app", {"packaged": False})

    names = {o["name"] for o in org.send("GET", "sobjects")["sobjects"]}

    assert "Opportunity" in names
    assert "Partner_Message__c" not in names


def test_rows_survive_a_restart(tmp_path: Path) -> None:
    with serve_org(tmp_path) as (origin, _):
        first = Caller(origin)
        first.log_in()
        deal = first.create("Opportunity", **DEAL)
    with serve_org(tmp_path) as (origin, _):
        again = Caller(origin)
        again.http.headers = first.http.headers
        assert again.send("GET", f"sobjects/Opportunity/{deal}")["Name"] == "Acme expansion"
        assert again.create("Opportunity", **DEAL) != deal


@pytest.mark.parametrize(("short", "tail"), [("001D000000IRFma", "IAH"), ("000000000000000", "AAA")])
def test_an_id_ends_in_its_checksum(short: str, tail: str) -> None:
    assert checksum(short) == tail
