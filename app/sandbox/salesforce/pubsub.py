"""The Pub/Sub API over gRPC: topics, schemas, and subscriptions that send no more than was asked for."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NoReturn

import grpc

from app.sandbox.salesforce.event_bus import BadReplayId, members, replay_id
from app.sandbox.salesforce.event_schema import entity_of, schema_id, schema_json
from app.sandbox.salesforce.org import Org
from app.sandbox.salesforce.pubsub_wire import CUSTOM, EARLIEST, MESSAGES, SERVICE

MOST = 100
"""Events a subscriber may ask for at a time."""

CODES = "sfdc.platform.eventbus.grpc"
_TICK = 0.5
_STREAMS = 32


class PubSub:
    def __init__(self, org: Org) -> None:
        self._org = org

    def topic(self, request: Any, context: Any) -> Any:
        self._admit(context)
        carried = self._members(request.topic_name, context)
        return MESSAGES["TopicInfo"](
            topic_name=request.topic_name,
            tenant_guid=f"CORE/prod/{self._org.config.org_id}",
            can_subscribe=True,
            schema_id=schema_id(carried[0]) if len(carried) == 1 else "",
            rpc_id=str(uuid.uuid4()),
        )

    def schema(self, request: Any, context: Any) -> Any:
        self._admit(context)
        entity = entity_of(request.schema_id)
        if entity is None:
            _refuse(
                context, grpc.StatusCode.INVALID_ARGUMENT, "schema.notfound", "The schema ID is not known."
            )
        return MESSAGES["SchemaInfo"](
            schema_json=schema_json(str(entity)), schema_id=request.schema_id, rpc_id=str(uuid.uuid4())
        )

    def subscribe(self, requests: Iterator[Any], context: Any) -> Iterator[Any]:
        self._admit(context)
        first = next(requests, None)
        if first is None:
            return
        carried = self._members(first.topic_name, context)
        place = self._start(first, context)
        stream = _Stream(first, context, self._org.bus.wake)
        threading.Thread(target=stream.read, args=(requests,), daemon=True).start()
        bus, spoke, keep_alive = self._org.bus, time.monotonic(), self._org.config.keep_alive.total_seconds()
        bus.subscriptions += 1
        context.add_callback(bus.wake)  # who has left is not waited for
        while context.is_active():
            self._check(stream, context)
            seen = bus.stirrings
            events, behind = bus.after(place, carried, stream.wanted) if stream.wanted else ([], place)
            if events or time.monotonic() - spoke >= keep_alive:
                place, spoke = behind, time.monotonic()
                stream.spend(len(events))
                yield _response(events, place, stream.wanted)
                continue
            bus.wait(seen, min(_TICK, keep_alive))

    def _check(self, stream: "_Stream", context: Any) -> None:
        if self._org.bus.broken:
            status, code = self._org.bus.broken
            _refuse(context, grpc.StatusCode[status], code, "As the test asked for.")
        if stream.fault:
            _refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "subscription.fetch.invalid", stream.fault)

    def _admit(self, context: Any) -> None:
        """As every method does: a session of the org that it names."""
        given = dict(context.invocation_metadata())
        known = self._org.session_user(str(given.get("accesstoken", "")))
        place = (given.get("instanceurl"), given.get("tenantid"))
        if known is None or place != (self._org.config.instance_url, self._org.config.org_id):
            sentence = (
                "An authentication exception occurred. Provide valid authentication via metadata headers."
            )
            _refuse(context, grpc.StatusCode.UNAUTHENTICATED, "service.auth.error", sentence)
        if self._org.bus.broken:
            status, code = self._org.bus.broken
            _refuse(context, grpc.StatusCode[status], code, "As the test asked for.")

    def _members(self, topic: str, context: Any) -> tuple[str, ...]:
        found = members(topic, packaged=self._org.packaged)
        if found is None:
            sentence = f"The topic {topic} could not be found."
            _refuse(context, grpc.StatusCode.NOT_FOUND, "topic.not.found", sentence)
        return tuple(found)

    def _start(self, first: Any, context: Any) -> int:
        bus = self._org.bus
        if first.replay_preset == EARLIEST:
            return bus.earliest()
        if first.replay_preset != CUSTOM:
            return bus.latest()
        try:
            return bus.place_of(first.replay_id)
        except BadReplayId:
            sentence = "The Replay ID validation failed. Ensure that the Replay ID is valid."
            _refuse(
                context, grpc.StatusCode.INVALID_ARGUMENT, "subscription.fetch.replayid.corrupted", sentence
            )


class _Stream:
    """What one subscriber has asked for and not yet been sent."""

    def __init__(self, first: Any, context: Any, stir: Callable[[], None]) -> None:
        self._stir = stir
        self._lock = threading.Lock()
        self.topic = first.topic_name
        self.wanted = 0
        self.fault = ""
        self._context = context
        self._take(first)

    def read(self, requests: Iterator[Any]) -> None:
        try:
            for request in requests:
                self._take(request)
        except grpc.RpcError:
            return
        self._context.cancel()

    def _take(self, request: Any) -> None:
        if request.topic_name not in ("", self.topic):
            self.fault = "The topic name must match that of the first request."
        elif request.num_requested <= 0:
            self.fault = "The number of events requested must be greater than 0."
        else:
            self.spend(-min(request.num_requested, MOST))
        self._stir()

    def spend(self, events: int) -> None:
        with self._lock:
            self.wanted -= events


def _response(events: list[Any], place: int, pending: int) -> Any:
    made = [
        MESSAGES["ConsumerEvent"](
            event=MESSAGES["ProducerEvent"](id=e.id, schema_id=e.schema_id, payload=e.payload),
            replay_id=e.replay_id,
        )
        for e in events
    ]
    return MESSAGES["FetchResponse"](
        events=made,
        latest_replay_id=replay_id(place),
        rpc_id=str(uuid.uuid4()),
        pending_num_requested=pending,
    )


def _refuse(context: Any, status: Any, code: str, sentence: str) -> NoReturn:
    """Ends the call as Salesforce does: a status, and its own code in the trailers."""
    rpc_id = str(uuid.uuid4())
    context.set_trailing_metadata((("error-code", f"{CODES}.{code}"), ("rpc-id", rpc_id)))
    context.abort(status, f"{sentence} rpcId: {rpc_id}")
    raise AssertionError("abort raises")


@contextmanager
def serving(org: Org, port: int = 0) -> Iterator[int]:
    """The port on which the org's Pub/Sub API answers, on this machine only."""
    server = start(org, port)
    try:
        yield server[1]
    finally:
        ended = server[0].stop(0)
        org.bus.wake()
        ended.wait()


def start(org: Org, port: int) -> tuple[Any, int]:
    """The running server and its port. To be called in the process that serves: gRPC does not survive a fork."""
    service = PubSub(org)
    methods = {
        "Subscribe": grpc.stream_stream_rpc_method_handler(
            service.subscribe, MESSAGES["FetchRequest"].FromString, _serialized
        ),
        "GetSchema": grpc.unary_unary_rpc_method_handler(
            service.schema, MESSAGES["SchemaRequest"].FromString, _serialized
        ),
        "GetTopic": grpc.unary_unary_rpc_method_handler(
            service.topic, MESSAGES["TopicRequest"].FromString, _serialized
        ),
    }
    server = grpc.server(ThreadPoolExecutor(_STREAMS), options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, methods),))
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, bound


def _serialized(message: Any) -> bytes:
    return bytes(message.SerializeToString())
