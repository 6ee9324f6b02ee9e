"""Listens to one org's change events through the Pub/Sub API. gRPC is spoken here and nowhere else.

To be imported only where nothing forks afterwards: a gRPC channel does not survive a fork.
"""

import base64
import queue
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import grpc

from app.crm.events import Batch, ChangeKind, CrmChange, NotOffered, PositionLost
from app.crm.fields import canonical_name
from app.crm.port import AuthExpired, CrmError, RateLimited, Unavailable
from app.crm.salesforce_client import SalesforceClient, Session
from app.crm.salesforce_events_avro import (
    HEADER,
    EventSchema,
    Unreadable,
    decode,
    named_fields,
    read_schema,
)
from app.crm.salesforce_events_wire import (
    CUSTOM,
    GET_SCHEMA,
    LATEST,
    SUBSCRIBE,
    FetchRequest,
    FetchResponse,
    SchemaInfo,
    SchemaRequest,
)
from app.crm.salesforce_http import CLIENT
from app.crm.salesforce_values import is_id, long_id, own_ends
from app.domain.record import CrmKind, ObjectKind
from app.ground.clock import from_millis
from app.ground.log import get_logger
from app.ground.metrics import count_call

TOPIC = "/data/Alongside__chn"
"""The package's own channel: what it carries does not count against the objects an org may select."""

MOST = 100
"""Events in flight: the most that Salesforce lets a subscriber ask for at a time."""

ASK_AT = 50
"""With fewer than this still to come, more are asked for, so that the stream never stands still."""

SCHEMAS = 200
"""Schemas kept: an org has one for each object, and a new one whenever an object gets a field."""

DELIVERY_PAUSE = 900.0
"""Seconds. Deliveries are counted over a rolling day, so some of the allowance comes back all the time."""

_WHAT = {
    "CREATE": ChangeKind.CREATED,
    "UPDATE": ChangeKind.UPDATED,
    "DELETE": ChangeKind.DELETED,
    "UNDELETE": ChangeKind.RESTORED,
    "GAP_OVERFLOW": ChangeKind.OVERFLOW,
} | dict.fromkeys(("GAP_CREATE", "GAP_UPDATE", "GAP_DELETE", "GAP_UNDELETE"), ChangeKind.UNCLEAR)

_RECORDS = {"Opportunity": ObjectKind.DEAL, "Account": ObjectKind.COMPANY}
_STEPS: Mapping[str, tuple[str, frozenset[str]]] = {
    "Task": ("Alongside_Step__c", frozenset({"Subject", "ActivityDate", "Status", "OwnerId", "IsClosed"})),
    "Plan_Item__c": ("External_Id__c", frozenset({"Title__c", "Due_Date__c", "Status__c"})),
}
"""The field that names our step, and those a person may change in a way that we follow."""

_STAMPS = frozenset({"LastModifiedDate", "LastModifiedById", "SystemModstamp"})
_OURS = re.compile(rf";client={CLIENT}(?:[/;]|$)")

_REPLAY = ".replayid."
_TOO_MUCH = "limit.exceeded"
_AUTH = "service.auth.error"
_REFUSALS = (
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.INVALID_ARGUMENT,
)

log = get_logger(__name__)


class SalesforceEvents:
    """One subscription to one org."""

    def __init__(self, origin: str, client: SalesforceClient, org_id: str, *, timeout: float = 20.0) -> None:
        """`origin` is where the Pub/Sub API answers: https, or http for a stand-in on this machine."""
        self._client = client
        self._org_id = org_id
        self._timeout = timeout
        self._schemas: dict[str, EventSchema] = {}
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._call: Any = None
        self._channel = _channel(origin)
        self._subscribe = self._channel.stream_stream(
            SUBSCRIBE, FetchRequest.SerializeToString, FetchResponse.FromString
        )
        self._get_schema = self._channel.unary_unary(
            GET_SCHEMA, SchemaRequest.SerializeToString, SchemaInfo.FromString
        )

    def listen(self, position: str) -> Iterator[Batch]:
        session = self._client.session()
        self._requests.put(_first(position))
        self._call = self._subscribe(iter(self._requests.get, None), metadata=self._metadata(session))
        outcome, to_come = "ok", MOST
        try:
            for response in self._call:
                yield self._batch(response, position, session)
                to_come -= len(response.events)
                if to_come < ASK_AT:
                    self._requests.put(FetchRequest(num_requested=MOST - to_come))
                    to_come = MOST
        except grpc.RpcError as error:
            translated = _error_of(error)
            outcome = type(translated).__name__
            if isinstance(translated, AuthExpired):
                self._client.forget(session)  # the next try logs in anew
            raise translated from error
        finally:
            count_call("salesforce", "subscribe", "ok" if outcome == "ok" else "failed")
            log.info("crm.stream_ended", provider="salesforce", outcome=outcome)
            self._requests.put(None)
            self._call.cancel()

    def close(self) -> None:
        self._channel.close()

    def _metadata(self, session: Session) -> tuple[tuple[str, str], ...]:
        return (
            ("accesstoken", session.token),
            ("instanceurl", session.instance_url),
            ("tenantid", self._org_id),
        )

    def _batch(self, response: Any, position: str, session: Session) -> Batch:
        changes, unreadable, others = [], 0, 0
        for told in response.events:
            try:
                change = self._change(told.event, session)
            except Unreadable as error:
                log.warning("crm.event_unreadable", provider="salesforce", error=str(error))
                unreadable += 1
                continue
            if change is None:
                others += 1
            else:
                changes.append(change)
        latest = response.events[-1].replay_id if response.events else response.latest_replay_id
        return Batch(
            changes=changes,
            position=base64.b64encode(latest).decode() or position,
            unreadable=unreadable,
            others=others,
        )

    def _change(self, event: Any, session: Session) -> CrmChange | None:
        schema = self._schema_of(event.schema_id, session)
        return change_of(schema, decode(schema, event.payload), session.user_id)

    def _schema_of(self, schema_id: str, session: Session) -> EventSchema:
        """Asked for once. Raises Unreadable for one that Salesforce does not give out."""
        if schema_id not in self._schemas:
            text = self._told_schema(schema_id, session)
            while len(self._schemas) >= SCHEMAS:
                del self._schemas[next(iter(self._schemas))]
            self._schemas[schema_id] = read_schema(text)
        return self._schemas[schema_id]

    def _told_schema(self, schema_id: str, session: Session) -> str:
        request, outcome = SchemaRequest(schema_id=schema_id), "failed"
        try:
            told = self._get_schema(request, metadata=self._metadata(session), timeout=self._timeout)
            outcome = "ok"
        except grpc.RpcError as error:
            translated = _error_of(error)
            if isinstance(translated, NotOffered):
                raise Unreadable("its schema is unknown") from error
            raise translated from error
        finally:
            count_call("salesforce", "schema", outcome)
        return str(told.schema_json)


def _channel(origin: str) -> Any:
    parts = urlsplit(origin)
    target = f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    if parts.scheme == "https":
        return grpc.secure_channel(target, grpc.ssl_channel_credentials())
    return grpc.insecure_channel(target, options=[("grpc.enable_http_proxy", 0)])


def _first(position: str) -> Any:
    try:
        replay = base64.b64decode(position, validate=True)
    except ValueError as error:
        raise PositionLost("This position was not given by Salesforce.") from error
    preset = CUSTOM if replay else LATEST
    return FetchRequest(topic_name=TOPIC, replay_preset=preset, replay_id=replay, num_requested=MOST)


def change_of(schema: EventSchema, body: Mapping[str, Any], our_user: str) -> CrmChange | None:
    """The event in the port's words; None for one about an object that we do not follow."""
    header = body[HEADER]
    entity, what = header["entityName"], _WHAT.get(header["changeType"], ChangeKind.UNCLEAR)
    if entity not in _RECORDS and entity not in _STEPS:
        return None
    ids = [long_id(one) for one in header["recordIds"]]
    if not all(is_id(one) for one in ids):
        what = ChangeKind.OVERFLOW  # "001*" is every record of the object
    changed = _changed(schema, header) if what is ChangeKind.UPDATED else frozenset()
    said = _Said(
        what=what,
        ids=ids,
        changed=changed,
        ours=_OURS.search(header["changeOrigin"]) is not None
        and (not our_user or long_id(header["commitUser"]) == long_id(our_user)),
        at=_moment(header.get("commitTimestamp")),
    )
    return _of_step(said, entity, body) if entity in _STEPS else _of_record(said, _RECORDS[entity])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What every header says; `changed` by API names."""

    what: ChangeKind
    ids: Sequence[str]
    changed: frozenset[str]
    ours: bool
    at: datetime | None


def _of_step(said: _Said, entity: str, body: Mapping[str, Any]) -> CrmChange:
    key, followed = _STEPS[entity]
    touched = not said.changed or said.changed & followed
    step = str(body.get(key) or "") if touched else ""
    return CrmChange(
        what=said.what,
        kind=None,
        ids=said.ids,
        fields=said.changed,
        steps=[step] if step else [],
        own=said.ours,
        at=said.at,
    )


def _of_record(said: _Said, kind: ObjectKind) -> CrmChange:
    # A flow of the org may change more within the transaction of our own write; that is news.
    alone = all(name.startswith("Alongside_") for name in said.changed - _STAMPS)
    moved = said.changed & set(own_ends(kind))  # its company is no field of ours, and always counts
    named = frozenset(canonical_name(CrmKind.SALESFORCE, kind, name) for name in said.changed)
    return CrmChange(
        what=said.what,
        kind=kind,
        ids=said.ids,
        fields=frozenset() if moved else named,
        own=said.ours and bool(said.changed) and alone,
        at=said.at,
    )


def _changed(schema: EventSchema, header: Mapping[str, Any]) -> frozenset[str]:
    """By API names; none where the bits cannot be read, which counts as any."""
    try:
        return named_fields(schema, [*header["changedFields"], *header["nulledFields"]])
    except (Unreadable, KeyError, TypeError):
        return frozenset()


def _moment(millis: object) -> datetime | None:
    try:
        return from_millis(millis) if isinstance(millis, int) else None
    except (ValueError, OverflowError, OSError):
        return None


def _error_of(error: grpc.RpcError) -> CrmError:
    """The port's error for a call that Salesforce ended: its own code stands in the trailers."""
    status, said = error.code(), str(error.details() or "Salesforce ended the subscription.")
    trailers = {key: str(value) for key, value in error.trailing_metadata() or ()}
    code = trailers.get("error-code", "")
    sentence = said.partition(" rpcId:")[0][:300]
    if _REPLAY in code:
        return PositionLost(sentence)
    if status is grpc.StatusCode.UNAUTHENTICATED or code.endswith(_AUTH):
        return AuthExpired(sentence)
    if status is grpc.StatusCode.RESOURCE_EXHAUSTED or code.endswith(_TOO_MUCH):
        return RateLimited(sentence, DELIVERY_PAUSE)
    if status in _REFUSALS:
        return NotOffered(sentence)
    return Unavailable(sentence)
