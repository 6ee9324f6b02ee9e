"""The stand-in's Pub/Sub API, spoken to as the published file describes it and not by our adapter."""

import json
import queue
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import grpc
import pytest

from app.crm import salesforce_events_wire as ours
from app.sandbox.salesforce.event_bus import CHANNELS, ENRICHED
from app.sandbox.salesforce.event_schema import event_name
from app.sandbox.salesforce.pubsub_wire import CUSTOM, MESSAGES
from tests.sandbox.salesforce_events import TellingOrg, open_telling_org, wait_until
from tests.sandbox.salesforce_org import INSTANCE_URL, ORG_ID

PACKAGE = Path(__file__).parents[2] / "lwc_bridge" / "main" / "default"
XML = {"m": "http://soap.sforce.com/2006/04/metadata"}
OPPORTUNITIES = "/data/OpportunityChangeEvent"


class Client:
    def __init__(self, telling: TellingOrg) -> None:
        self.telling = telling
        self.requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.channel = grpc.insecure_channel(f"127.0.0.1:{telling.port}")
        token = telling.org.issue_session(telling.org.user_id)
        self.metadata = [("accesstoken", token), ("instanceurl", INSTANCE_URL), ("tenantid", ORG_ID)]

    def ask(self, method: str, request: Any, answer: str, **metadata: str) -> Any:
        call = self.channel.unary_unary(f"/eventbus.v1.PubSub/{method}", _out, MESSAGES[answer].FromString)
        given = dict(self.metadata) | metadata
        return call(request, metadata=list(given.items()), timeout=30)

    def subscribe(self, *requests: Any) -> Any:
        call = self.channel.stream_stream(
            "/eventbus.v1.PubSub/Subscribe", _out, MESSAGES["FetchResponse"].FromString
        )
        before = self.telling.org.bus.subscriptions
        for request in requests:
            self.requests.put(request)
        stream = call(iter(self.requests.get, None), metadata=self.metadata, timeout=20)
        wait_until(lambda: self.telling.org.bus.subscriptions > before)
        return stream


def _out(message: Any) -> bytes:
    return message.SerializeToString()


def fetch(topic: str = OPPORTUNITIES, count: int = 100, **more: Any) -> Any:
    return MESSAGES["FetchRequest"](topic_name=topic, num_requested=count, **more)


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TellingOrg]:
    with open_telling_org(tmp_path_factory.mktemp("org")) as made:
        yield made


@pytest.fixture
def client(org: TellingOrg) -> Iterator[Client]:
    made = Client(org)
    yield made
    made.requests.put(None)
    made.channel.close()
    org.mend()


def test_the_bytes_are_those_of_the_published_file():
    request = fetch("/data/T", 5, replay_preset=CUSTOM, replay_id=b"\x01\x02")

    assert request.SerializeToString() == b"\x0a\x07/data/T\x10\x02\x1a\x02\x01\x02\x20\x05"


def test_both_descriptions_of_the_wire_agree():
    for name in (
        "FetchRequest",
        "FetchResponse",
        "ConsumerEvent",
        "ProducerEvent",
        "SchemaRequest",
        "SchemaInfo",
    ):
        theirs = {f.name: (f.number, f.type) for f in MESSAGES[name].DESCRIPTOR.fields}
        mine = {f.name: (f.number, f.type) for f in ours.message(name).DESCRIPTOR.fields}

        assert mine.items() <= theirs.items()


def test_a_topic_says_its_schema_and_the_schema_is_avro(client: Client):
    topic = client.ask("GetTopic", MESSAGES["TopicRequest"](topic_name=OPPORTUNITIES), "TopicInfo")

    told = client.ask("GetSchema", MESSAGES["SchemaRequest"](schema_id=topic.schema_id), "SchemaInfo")

    fields = [f["name"] for f in json.loads(told.schema_json)["fields"]]
    assert topic.can_subscribe
    assert fields[0] == "ChangeEventHeader"
    assert {"StageName", "Amount", "LastModifiedDate"} <= set(fields)
    assert not {"Id", "IsDeleted", "SystemModstamp"} & set(fields)


@pytest.mark.parametrize("wrong", ["accesstoken", "instanceurl", "tenantid"])
def test_every_method_wants_the_session_the_instance_and_the_org(client: Client, wrong: str):
    with pytest.raises(grpc.RpcError) as refused:
        client.ask(
            "GetTopic", MESSAGES["TopicRequest"](topic_name=OPPORTUNITIES), "TopicInfo", **{wrong: "x"}
        )

    trailers = dict(refused.value.trailing_metadata())
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert trailers["error-code"] == "sfdc.platform.eventbus.grpc.service.auth.error"
    assert trailers["rpc-id"] in refused.value.details()


def test_no_more_is_sent_than_was_asked_for(client: Client):
    deals = client.telling.world.make_deals(3)
    stream = client.subscribe(fetch(count=2))

    for deal in deals:
        client.telling.edit("Opportunity", deal, NextStep=deal)

    got = []
    while len(got) < 2:
        response = next(stream)
        got += response.events
    assert response.pending_num_requested == 0
    assert len(got) == 2
    stream.cancel()


@pytest.mark.parametrize(
    "second", [fetch("/data/AccountChangeEvent"), fetch("", 0), fetch("", -1)], ids=["topic", "none", "less"]
)
def test_a_wrong_further_request_ends_the_stream(client: Client, second: Any):
    stream = client.subscribe(fetch(), second)

    with pytest.raises(grpc.RpcError) as refused:
        next(stream)

    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_the_same_change_of_several_rows_in_one_transaction_is_one_event(client: Client):
    deals = client.telling.world.make_deals(3)
    heard = client.telling.listen()
    rows = [{"attributes": {"type": "Opportunity"}, "id": deal, "NextStep": "Call"} for deal in deals]

    client.telling.world.crm.client.call("PATCH", "composite/sobjects", {"records": rows})

    (change,) = heard.wait_for(1)
    assert change.ids == deals


def test_what_is_rolled_back_is_not_told(client: Client):
    deals = client.telling.world.make_deals(2)
    heard = client.telling.listen()
    rows = [{"attributes": {"type": "Opportunity"}, "id": deal, "NextStep": "Call"} for deal in deals]
    rows[1]["Amount"] = "much"

    client.telling.world.crm.client.call("PATCH", "composite/sobjects", {"allOrNone": True, "records": rows})
    client.telling.edit("Opportunity", deals[0], NextStep="Later")

    assert [list(c.ids) for c in heard.wait_for(1)] == [[deals[0]]]


def test_an_event_outlives_the_org_s_restart(tmp_path: Path):
    with open_telling_org(tmp_path) as telling:
        deals = telling.world.make_deals(2)
        first = telling.listen(most=1)
        telling.edit("Opportunity", deals[0], NextStep="1")
        first.wait_for(1)
        telling.edit("Opportunity", deals[1], NextStep="2")

    with open_telling_org(tmp_path) as telling:
        assert telling.listen(first.position).wait_for(1)[0].ids == [deals[1]]


def test_the_package_s_channel_carries_what_the_stand_in_s_does():
    carried = {}
    for path in (PACKAGE / "platformEventChannelMembers").glob("*.xml"):
        member = ET.parse(path).getroot()
        enriched = {e.text for e in member.findall("m:enrichedFields/m:name", XML)}
        assert member.findtext("m:eventChannel", None, XML) == "Alongside__chn"
        carried[member.findtext("m:selectedEntity", None, XML)] = enriched

    members = CHANNELS["Alongside__chn"]
    assert carried == {event_name(entity): set(ENRICHED[entity]) for entity in members}


def test_the_agent_s_user_may_see_every_record_that_the_channel_tells_of():
    """Salesforce drops events, without a word, of objects whose every record the subscriber may not see."""
    rights = ET.parse(PACKAGE / "permissionsets" / "Alongside_Integration.permissionset-meta.xml").getroot()
    sees_all = {
        e.findtext("m:object", None, XML)
        for e in rights.findall("m:objectPermissions", XML)
        if e.findtext("m:viewAllRecords", None, XML) == "true"
    }

    # Tasks have no such right: their events need "View All Data", which we do not ask for. Polls find them.
    assert set(CHANNELS["Alongside__chn"]) - sees_all == {"Task"}
