"""The Pub/Sub API's messages as Salesforce publishes them: names, numbers and types of their fields.

Described here a second time, apart from the product's own description, so that a wrong number in one of them cannot
hide in the other. Made at run time: nothing generated has to be kept in step with the protobuf runtime.
"""

import re
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

SERVICE = "eventbus.v1.PubSub"
LATEST, EARLIEST, CUSTOM = 0, 1, 2
"""ReplayPreset. An enum is a varint on the wire, so its fields are described as int32."""

_TYPES = {"string": 9, "bytes": 12, "bool": 8, "int32": 5}
_MESSAGES = {
    "TopicRequest": "topic_name=1:string",
    "TopicInfo": "topic_name=1:string tenant_guid=2:string can_publish=3:bool can_subscribe=4:bool "
    "schema_id=5:string rpc_id=6:string",
    "SchemaRequest": "schema_id=1:string",
    "SchemaInfo": "schema_json=1:string schema_id=2:string rpc_id=3:string",
    "EventHeader": "key=1:string value=2:bytes",
    "ProducerEvent": "id=1:string schema_id=2:string payload=3:bytes headers=4:*EventHeader",
    "ConsumerEvent": "event=1:ProducerEvent replay_id=2:bytes",
    "FetchRequest": "topic_name=1:string replay_preset=2:int32 replay_id=3:bytes num_requested=4:int32 "
    "auth_refresh=5:string",
    "FetchResponse": "events=1:*ConsumerEvent latest_replay_id=2:bytes rpc_id=3:string pending_num_requested=4:int32",
}
_FIELD = re.compile(r"(\w+)=(\d+):(\*?)(\w+)")
_REPEATED, _MESSAGE = 3, 11


def _classes() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="sandbox.proto", package="eventbus.v1", syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, many, kind in _FIELD.findall(fields):
            added = message.field.add(name=field, number=int(number), label=_REPEATED if many else 1)
            added.type = _TYPES.get(kind, _MESSAGE)
            if added.type == _MESSAGE:
                added.type_name = f".eventbus.v1.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return {
        message.name: message_factory.GetMessageClass(
            pool.FindMessageTypeByName(f"eventbus.v1.{message.name}")
        )
        for message in file.message_type
    }


MESSAGES = _classes()
