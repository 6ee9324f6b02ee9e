"""Records of the HubSpot stand-in: it stores what HubSpot would store and refuses what HubSpot would refuse."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.hubspot_over_http import Portal, V, open_portal

NOTE = {"hs_timestamp": "2026-11-20T12:00:00Z", "hs_note_body": "Hello"}


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    with open_portal(tmp_path) as opened:
        yield opened


def batch(*properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"inputs": [{"properties": one, **more} for one in properties]}


def read(ids: list[str], *properties: str, **more: Any) -> dict[str, Any]:
    inputs = [{"id": one} for one in ids]
    return {"properties": list(properties), "propertiesWithHistory": [], "inputs": inputs, **more}


def add_unique(portal: Portal, kind: str, name: str = "external_key") -> None:
    definition = {
        "name": name,
        "label": "Key",
        "type": "string",
        "fieldType": "text",
        "groupName": "information",
        "hasUniqueValue": True,
    }
    assert portal.post(f"/crm/properties/{V}/{kind}", definition).status_code == 201


def test_a_created_deal_is_read_back_with_what_was_asked_for(portal: Portal) -> None:
    made = portal.objects("deals/batch/create", batch({"dealname": "Acme", "amount": "12.5"}))
    assert made.status_code == 201
    record = made.json()["results"][0]["id"]

    answer = portal.objects(
        "deals/batch/read", read([record], "dealname", "hs_next_step", "no_such_property")
    )

    (found,) = answer.json()["results"]
    assert answer.status_code == 200
    assert found["properties"]["dealname"] == "Acme"
    assert found["properties"]["hs_next_step"] is None
    assert "no_such_property" not in found["properties"]
    assert found["updatedAt"] == found["properties"]["hs_lastmodifieddate"]


@pytest.mark.parametrize("name", ["deals", "deal", "0-3"])
def test_a_type_may_be_named_three_ways(portal: Portal, name: str) -> None:
    assert portal.objects(f"{name}/batch/read", read([], "dealname")).status_code == 200


def test_an_unknown_type_is_refused(portal: Portal) -> None:
    answer = portal.objects("unicorns/batch/read", read([]))

    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert answer.json()["correlationId"]


def test_batch_read_wants_its_history_key(portal: Portal) -> None:
    answer = portal.objects("deals/batch/read", {"properties": [], "inputs": []})

    assert answer.status_code == 400
    assert "propertiesWithHistory" in answer.json()["message"]


def test_records_that_are_missing_are_named_in_a_207(portal: Portal) -> None:
    known, gone = portal.state.create("deals", {}), portal.state.create("deals", {})
    portal.state.delete("deals", gone)

    answer = portal.objects("deals/batch/read", read([known, gone, "7"]))

    assert answer.status_code == 207
    assert [one["id"] for one in answer.json()["results"]] == [known]
    assert answer.json()["errors"][0]["context"]["ids"] == [gone, "7"]


def test_a_batch_holds_a_hundred_inputs_at_most(portal: Portal) -> None:
    assert portal.objects("deals/batch/create", batch(*[{}] * 100)).status_code == 201
    assert portal.objects("deals/batch/create", batch(*[{}] * 101)).status_code == 400
    assert portal.objects("deals/batch/read", read(["1"] * 101)).status_code == 400


@pytest.mark.parametrize(
    ("kind", "properties", "sentence"),
    [
        ("deals", {"no_such": "1"}, 'Property "no_such" does not exist'),
        ("deals", {"amount": "a lot"}, "a lot was not a valid number"),
        ("deals", {"amount": "nan"}, "nan was not a valid number"),
        ("deals", {"closedate": "soon"}, "soon was not a valid datetime"),
        ("deals", {"dealstage": "heaven"}, "was not one of the allowed options"),
        ("deals", {"hubspot_owner_id": "12345"}, "Owner 12345 does not exist"),
        ("deals", {"hs_object_id": "12345"}, "read only"),
        ("notes", {"hs_note_body": "Hello"}, "[hs_timestamp]"),
        ("tasks", {"hs_task_subject": "Call"}, "[hs_timestamp]"),
        ("notes", NOTE | {"hs_note_body": "x" * 65_537}, "65536"),
    ],
)
def test_a_value_that_hubspot_refuses_is_refused(
    portal: Portal, kind: str, properties: dict[str, str], sentence: str
) -> None:
    answer = portal.objects(f"{kind}/batch/create", batch(properties))

    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert sentence in answer.json()["message"].replace('\\"', '"')


def test_one_bad_input_refuses_the_whole_batch(portal: Portal) -> None:
    answer = portal.objects("deals/batch/create", batch({"dealname": "Good"}, {"amount": "bad"}))

    assert answer.status_code == 400
    assert not portal.state.all("deals")


def test_with_trace_ids_inputs_are_judged_one_by_one(portal: Portal) -> None:
    good, bad = {"dealname": "Good"}, {"amount": "bad"}
    inputs = [{"objectWriteTraceId": str(n), "properties": one} for n, one in enumerate([bad, good])]

    answer = portal.objects("deals/batch/create", {"inputs": inputs})

    assert answer.status_code == 207
    assert [one["objectWriteTraceId"] for one in answer.json()["results"]] == ["1"]
    assert answer.json()["errors"][0]["context"] == {"objectWriteTraceId": ["0"]}
    assert len(portal.state.all("deals")) == 1


def test_a_unique_value_is_taken_once(portal: Portal) -> None:
    add_unique(portal, "notes")
    assert portal.objects("notes/batch/create", batch(NOTE | {"external_key": "a"})).status_code == 201

    again = portal.objects("notes/batch/create", batch(NOTE | {"external_key": "A"}))

    assert again.status_code == 400
    assert again.json()["errors"][0]["code"] == "CONFLICTING_UNIQUE_VALUE"


def test_a_second_contact_with_an_address_is_a_conflict(portal: Portal) -> None:
    first = portal.state.create("contacts", {"email": "ada@acme.example"})

    answer = portal.objects("contacts", {"properties": {"email": "Ada@acme.example"}})

    assert answer.status_code == 409
    assert answer.json()["message"] == f"Contact already exists. Existing ID: {first}"


def test_an_upsert_says_what_is_new(portal: Portal) -> None:
    add_unique(portal, "tasks")
    one = {
        "id": "step-1",
        "idProperty": "external_key",
        "properties": {"hs_timestamp": "1795176000000", "hs_task_subject": "Call"},
    }

    first = portal.objects("tasks/batch/upsert", {"inputs": [one]}).json()["results"][0]
    second = portal.objects("tasks/batch/upsert", {"inputs": [one]}).json()["results"][0]

    assert (first["new"], second["new"]) == (True, False)
    assert first["id"] == second["id"]
    assert first["properties"]["hs_timestamp"].endswith("Z")


def test_an_upsert_by_a_property_that_is_not_unique_is_refused(portal: Portal) -> None:
    one = {"id": "Acme", "idProperty": "dealname", "properties": {}}

    assert portal.objects("deals/batch/upsert", {"inputs": [one]}).status_code == 400


def test_an_id_stands_once_in_an_update(portal: Portal) -> None:
    deal = portal.state.create("deals", {})

    answer = portal.objects("deals/batch/update", {"inputs": [{"id": deal, "properties": {}}] * 2})

    assert answer.status_code == 400
    assert "Duplicate" in answer.json()["message"]


def test_only_a_real_change_moves_the_time_of_modification(portal: Portal) -> None:
    deal = portal.state.create("deals", {"dealname": "Acme"})
    before = portal.state.get("deals", deal)["updatedAt"]

    portal.call("PATCH", f"/crm/objects/{V}/deals/{deal}", json={"properties": {"dealname": "Acme"}})
    assert portal.state.get("deals", deal)["updatedAt"] == before
    portal.call("PATCH", f"/crm/objects/{V}/deals/{deal}", json={"properties": {"dealname": "Acme Inc"}})

    assert portal.state.get("deals", deal)["updatedAt"] > before


def test_an_archived_record_is_gone_and_frees_its_unique_value(portal: Portal) -> None:
    first = portal.state.create("contacts", {"email": "ada@acme.example"})

    assert portal.call("DELETE", f"/crm/objects/{V}/contacts/{first}").status_code == 204

    assert portal.call("GET", f"/crm/objects/{V}/contacts/{first}").status_code == 404
    assert portal.state.create("contacts", {"email": "ada@acme.example"}) != first


def test_a_single_record_is_read_with_properties(portal: Portal) -> None:
    deal = portal.state.create("deals", {"dealname": "Acme", "description": "Big"})

    answer = portal.call("GET", f"/crm/objects/{V}/deals/{deal}?properties=description,dealname")

    assert answer.json()["properties"]["description"] == "Big"


def test_a_completed_task_gets_its_time_of_completion(portal: Portal) -> None:
    task = portal.state.create("tasks", {"hs_timestamp": "2026-12-01T12:00:00Z"})

    portal.state.edit("tasks", task, {"hs_task_status": "COMPLETED"})
    assert portal.state.get("tasks", task)["properties"]["hs_task_completion_date"]
    portal.state.edit("tasks", task, {"hs_task_status": "NOT_STARTED"})

    assert "hs_task_completion_date" not in portal.state.get("tasks", task)["properties"]


def test_an_admins_rule_refuses_with_the_admins_sentence(portal: Portal) -> None:
    rule = {"objectType": "deals", "property": "amount", "max": 1000, "message": "Ask finance above 1,000."}
    assert portal.post("/_sandbox/rules", rule).status_code == 201

    answer = portal.objects("deals/batch/create", batch({"amount": "1001"}))

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == "Ask finance above 1,000."
    assert portal.objects("deals/batch/create", batch({"amount": "999"})).status_code == 201


@pytest.mark.parametrize("body", ["", "{", "[]", '{"inputs": 1}', '{"inputs": [1]}', '{"inputs": [{}]}'])
def test_a_malformed_body_is_a_400(portal: Portal, body: str) -> None:
    answer = portal.call(
        "POST",
        f"/crm/objects/{V}/deals/batch/create",
        data=body,
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 400
    assert answer.json()["status"] == "error"


def test_paths_of_other_versions_do_not_exist(portal: Portal) -> None:
    assert portal.post("/crm/v3/objects/deals/batch/read", read([])).status_code == 404
