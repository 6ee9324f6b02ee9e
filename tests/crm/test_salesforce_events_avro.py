import io
import json

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.crm.salesforce_events import change_of
from app.crm.salesforce_events_avro import HEADER, Unreadable, decode, named_fields, read_schema
from app.sandbox.salesforce.event_schema import bitmaps, encode, schema_json
from app.sandbox.salesforce.schema import fields_of

OPPORTUNITY = read_schema(schema_json("Opportunity"))
ACCOUNT = read_schema(schema_json("Account"))
NEVER_TOLD = ("Id", "IsDeleted", "SystemModstamp")


def header(**changes):
    values = {
        "entityName": "Account",
        "recordIds": ["0015g0000000001AAA"],
        "changeType": "UPDATE",
        "changeOrigin": "",
        "transactionKey": "k",
        "sequenceNumber": 1,
        "commitTimestamp": 1_790_000_000_000,
        "commitNumber": 1,
        "commitUser": "0055g0000000001AAA",
        "nulledFields": [],
        "diffFields": [],
        "changedFields": [],
    }
    return values | changes


def test_the_lowest_bit_is_the_first_field():
    first, second = ACCOUNT.fields[0][0], ACCOUNT.fields[1][0]

    assert named_fields(ACCOUNT, ["0x1"]) == {first}
    assert named_fields(ACCOUNT, ["0x03"]) == {first, second}


def test_a_part_of_a_compound_field_is_named_as_queries_name_it():
    place = [name for name, _ in ACCOUNT.fields].index("BillingAddress")
    country = ACCOUNT.fields[place][1].index("Country")

    found = named_fields(ACCOUNT, [f"{place}-0x{1 << country:X}"])

    assert found == {"BillingAddress", "BillingCountry"}


def test_a_part_of_a_name_and_of_a_place_of_ones_own_are_named_too():
    parts = ["null", {"type": "record", "name": "P", "fields": [{"name": "FirstName", "type": "string"}]}]
    place = ["null", {"type": "record", "name": "L", "fields": [{"name": "Latitude", "type": "double"}]}]
    raw = json.loads(schema_json("Account"))
    raw["fields"] = [raw["fields"][0], {"name": "Name", "type": parts}, {"name": "Site__c", "type": place}]
    schema = read_schema(json.dumps(raw))

    assert named_fields(schema, ["1-0x1", "2-0x1"]) == {"Name", "FirstName", "Site__c", "Site__Latitude__s"}


@given(st.sets(st.sampled_from([n for n in fields_of("Account") if n not in NEVER_TOLD])))
def test_every_set_of_fields_survives_the_way_over_the_bitmaps(names):
    found = named_fields(ACCOUNT, bitmaps("Account", names))

    compound = {"BillingAddress"} if any(n.startswith("Billing") for n in names) else set()
    assert found == names | compound


@pytest.mark.parametrize(
    "text", ["", "0x", "x1", "0xZZ", "-0x1", "1-1", "0x1 ", "99999-0x1", f"0x{1 << 900:X}"]
)
def test_bits_that_name_no_field_are_refused(text):
    with pytest.raises(Unreadable):
        named_fields(ACCOUNT, [text])


@given(st.lists(st.text(max_size=40), max_size=4))
def test_no_text_in_place_of_a_bitmap_does_more_than_be_refused(texts):
    try:
        found = named_fields(ACCOUNT, texts)
    except Unreadable:
        return
    assert found <= {name for name, parts in ACCOUNT.fields} | {
        f"Billing{p}" for _, ps in ACCOUNT.fields for p in ps
    } | {part for _, parts in ACCOUNT.fields for part in parts}


@given(st.binary(max_size=600))
def test_hostile_bytes_are_refused_or_read_and_never_crash(payload):
    try:
        body = decode(OPPORTUNITY, payload)
    except Unreadable:
        return
    change_of(OPPORTUNITY, body, "")


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_a_damaged_event_is_refused_or_read_and_never_crashes(place, damage):
    payload = encode("Account", header(changedFields=["0x2"]), {"Name": "Initech", "BillingCity": "Bonn"})
    place %= len(payload)
    try:
        body = decode(ACCOUNT, payload[:place] + damage + payload[place + len(damage) :])
    except Unreadable:
        return
    change_of(ACCOUNT, body, "")


KEYS = st.sampled_from(["type", "name", "fields", "items", "symbols"])
ODD_JSON = st.recursive(
    st.none() | st.text(max_size=6), lambda x: st.lists(x, max_size=3) | st.dictionaries(KEYS, x)
)


@settings(max_examples=60)
@given(st.text(max_size=60) | ODD_JSON.map(json.dumps))
def test_no_text_in_place_of_a_schema_does_more_than_be_refused(text):
    with pytest.raises(Unreadable):
        read_schema(text)


def test_a_schema_that_could_be_read_for_ever_is_refused():
    raw = json.loads(schema_json("Account"))
    raw["fields"].append({"name": "Nothing", "type": {"type": "array", "items": "null"}})

    with pytest.raises(Unreadable):
        read_schema(json.dumps(raw))


def test_an_event_that_says_more_than_we_know_is_read():
    raw = json.loads(schema_json("Account"))
    raw["fields"].append({"name": "New__c", "type": ["null", "string"], "default": None})
    out = io.BytesIO()
    body = dict.fromkeys(f["name"] for f in raw["fields"]) | {HEADER: header(), "New__c": "x"}
    fastavro.schemaless_writer(out, fastavro.parse_schema(raw, named_schemas={}), body)

    assert decode(read_schema(json.dumps(raw)), out.getvalue())["New__c"] == "x"


def test_bits_that_cannot_be_read_leave_open_which_field_it_was():
    body = decode(ACCOUNT, encode("Account", header(changedFields=["0xFFFFFFFFFFFF"]), {}))

    assert change_of(ACCOUNT, body, "").fields == frozenset()
