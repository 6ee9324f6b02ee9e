"""Batches of writes whose inputs succeed or fail one by one, whatever HubSpot makes of the whole batch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from app.crm.hubspot_errors import PASSING, results, sentence
from app.crm.hubspot_paths import ASSOCIATE, ASSOCIATE_BATCH, BATCH, CREATE, READ, UPDATE, UPSERT, Endpoint
from app.crm.hubspot_properties import EXTERNAL_ID
from app.crm.hubspot_transport import Transport
from app.crm.port import Conflict, Forbidden, NotFound, Refused, Rejected, Unavailable, WriteResult, Written

T = TypeVar("T")
Input = Mapping[str, Any]


def chunks(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`done` by the input's key, as HubSpot shows the record; `refused` by key, with HubSpot's sentence."""

    done: Mapping[str, Mapping[str, Any]]
    refused: Mapping[str, str]


class Batches:
    """Keys name inputs: our external id for notes and tasks, the record's id for updates."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create_once(
        self, object_type: str, inputs: Mapping[str, Input]
    ) -> tuple[dict[str, WriteResult], set[str]]:
        """Creates what does not exist yet; a result by external id, and the ids that existed before.

        The unique property makes a repeat fail, and what failed is looked up: found means it is there already.
        """
        outcome = self._send(CREATE, object_type, inputs)
        made: dict[str, WriteResult] = {
            key: Written(external_id=key, crm_id=str(record["id"])) for key, record in outcome.done.items()
        }
        found = self.find(object_type, list(outcome.refused)) if outcome.refused else {}
        for key, reason in outcome.refused.items():
            made[key] = (
                Written(external_id=key, crm_id=found[key])
                if key in found
                else Refused(external_id=key, reason=reason)
            )
        return made, set(found)

    def upsert(self, object_type: str, inputs: Mapping[str, Input]) -> Outcome:
        """Creates or changes by external id; a done record says by `new` which it was."""
        keyed = {key: {"id": key, "idProperty": EXTERNAL_ID, **one} for key, one in inputs.items()}
        return self._send(UPSERT, object_type, keyed)

    def update(self, object_type: str, properties: Mapping[str, Mapping[str, str]]) -> Outcome:
        """Changes records by id."""
        return self._send(
            UPDATE,
            object_type,
            {key: {"id": key, "properties": values} for key, values in properties.items()},
        )

    def find(self, object_type: str, external_ids: Sequence[str]) -> dict[str, str]:
        """The ids of those records of ours that exist, by external id."""
        found: dict[str, str] = {}
        for part in chunks(external_ids, BATCH):
            body = {
                "idProperty": EXTERNAL_ID,
                "properties": [EXTERNAL_ID],
                "propertiesWithHistory": [],
                "inputs": [{"id": key} for key in part],
            }
            for record in results(self._transport.call(READ, path={"type": object_type}, body=body)):
                found[str(record["properties"][EXTERNAL_ID])] = str(record["id"])
        return found

    def associate(self, object_type: str, to: str, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
        """Associates by the default type; repeating is harmless. Answers refusals by the first id of the pair."""
        refused: dict[str, str] = {}
        for part in chunks(list(dict.fromkeys(pairs)), ASSOCIATE_BATCH):
            body = {"inputs": [{"from": {"id": one}, "to": {"id": other}} for one, other in part]}
            try:
                answer = self._transport.call(ASSOCIATE, path={"from": object_type, "to": to}, body=body)
            except (Rejected, Conflict, NotFound) as refusal:
                refused |= dict.fromkeys((one for one, _ in part), refusal.message)
                continue
            for error in answer.get("errors", ()):
                for one in error.get("context", {}).get("fromObjectId", ()):
                    refused[str(one)] = sentence(error)
        return refused

    def _send(self, endpoint: Endpoint, object_type: str, inputs: Mapping[str, Input]) -> Outcome:
        done: dict[str, Mapping[str, Any]] = {}
        refused: dict[str, str] = {}
        for part in chunks(list(inputs), BATCH):
            outcome = self._one(endpoint, object_type, {key: inputs[key] for key in part})
            done.update(outcome.done)
            refused.update(outcome.refused)
        return Outcome(done=done, refused=refused)

    def _one(self, endpoint: Endpoint, object_type: str, inputs: Mapping[str, Input]) -> Outcome:
        # The trace id asks HubSpot to judge the inputs one by one; without it, one bad input refuses a hundred.
        body = {"inputs": [{**one, "objectWriteTraceId": key} for key, one in inputs.items()]}
        try:
            answer = self._transport.call(endpoint, path={"type": object_type}, body=body)
        except Forbidden as refusal:
            return Outcome(done={}, refused=dict.fromkeys(inputs, refusal.message))
        except (Rejected, Conflict, NotFound) as refusal:
            return self._halves(endpoint, object_type, inputs, refusal.message)
        if any(error.get("category") in PASSING for error in answer.get("errors", ())):
            raise Unavailable(
                "HubSpot did only some of a batch."
            )  # a repeat does the rest, and nothing twice
        done = {_key(record, endpoint): record for record in answer["results"]}
        refused = {
            str(key): sentence(error)
            for error in answer.get("errors", ())
            for key in error.get("context", {}).get("objectWriteTraceId", ())
        }
        if set(inputs) - set(done) - set(refused):
            raise Unavailable("HubSpot answered for only some of a batch.")
        return Outcome(done=done, refused=refused)

    def _halves(
        self, endpoint: Endpoint, object_type: str, inputs: Mapping[str, Input], reason: str
    ) -> Outcome:
        """The batch was refused as a whole: halve it until the bad inputs stand alone."""
        keys = list(inputs)
        if len(keys) == 1:
            return Outcome(done={}, refused={keys[0]: reason})
        middle = len(keys) // 2
        halves = [
            self._one(endpoint, object_type, {key: inputs[key] for key in part})
            for part in (keys[:middle], keys[middle:])
        ]
        return Outcome(
            done={**halves[0].done, **halves[1].done}, refused={**halves[0].refused, **halves[1].refused}
        )


def _key(record: Mapping[str, Any], endpoint: Endpoint) -> str:
    if endpoint is UPDATE:
        return str(record["id"])
    return str(record["properties"].get(EXTERNAL_ID) or record.get("objectWriteTraceId"))
