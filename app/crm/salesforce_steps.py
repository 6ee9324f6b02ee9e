"""Plan steps: each is a Plan_Item__c and a Task that mirrors it, and a change to either comes back.

A new step is written as one graph, task first, item second, all or nothing. The item's external id is unique and the
task's cannot be, so a repeated or doubled creation fails at the item and takes its task with it.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from app.crm.port import Refused, StepWrite, TaskState, Unavailable, WriteResult, Written
from app.crm.salesforce_changes import ORDER, PAGE, Place, from_now, place_of
from app.crm.salesforce_client import ROOT, SalesforceClient
from app.crm.salesforce_errors import BUSY, GONE, codes, sentence
from app.crm.salesforce_soql import among, select
from app.crm.salesforce_values import moment
from app.crm.salesforce_writes import EXTERNAL_ID, ROWS, Row, chunks, day, result, step_row, update, upsert

GRAPHS = 75
"""Graphs a call takes."""

STATES = 100
"""Steps looked at in one call: a part of a composite may be as long as an address, which is 16 KB."""

ITEM = "Plan_Item__c"
STEP = "Alongside_Step__c"

ITEM_FIELDS = ("Id", EXTERNAL_ID, "Title__c", "Due_Date__c", "Status__c", "SystemModstamp")
TASK_FIELDS = (
    "Id",
    STEP,
    "Subject",
    "ActivityDate",
    "Status",
    "IsClosed",
    "SystemModstamp",
    "OwnerId",
    "Owner.Email",
)
_FEEDS = ((ITEM, ITEM_FIELDS, EXTERNAL_ID), ("Task", TASK_FIELDS, STEP))

_HALTED = "PROCESSING_HALTED"


def write_steps(
    client: SalesforceClient, writes: Sequence[StepWrite], owners: Mapping[str, str]
) -> list[WriteResult]:
    """One result per write, in order. `owners` maps an e-mail address to the user who gets our own tasks."""
    newest = {write.external_id: write for write in writes}
    results: dict[str, WriteResult] = {}
    for batch in chunks(list(newest.values()), ROWS):
        known = _known(client, [write.external_id for write in batch])
        fresh = [write for write in batch if write.external_id not in known]
        made = _create(client, fresh, owners)
        results |= made
        late = [w for w in fresh if w.external_id not in made or _looks_like_reference(w)]
        if late:
            known |= _known(client, [write.external_id for write in late])
        settled = [w for w in [*batch, *late] if w.external_id in known]
        results |= _change(client, list({w.external_id: w for w in settled}.values()), known, owners)
    return [results[write.external_id] for write in writes]


def _known(client: SalesforceClient, external_ids: Sequence[str]) -> dict[str, str]:
    """The task of each step that the CRM has, "" where it has none."""
    statement = select(("Id", EXTERNAL_ID, "Task_Id__c"), ITEM, among(EXTERNAL_ID, external_ids))
    return {row[EXTERNAL_ID]: row["Task_Id__c"] or "" for row in client.query(statement)}


def _task_row(write: StepWrite, owners: Mapping[str, str]) -> Row:
    """A step of ours belongs to its owner; a partner's has no user here and stays with whoever writes it."""
    row: Row = {
        "Subject": write.title,
        "ActivityDate": day(write.due),
        "Status": "Deferred" if write.dropped else "Completed" if write.done else "Not Started",
        "WhatId": write.deal_id or write.company_id,
        "Description": f"{write.milestone} · {write.partner_name}",
        STEP: write.external_id,
    }
    owner = owners.get(write.owner_email.lower())
    return row | ({"OwnerId": owner} if owner and not write.owner_is_partner else {})


def _change(
    client: SalesforceClient, writes: Sequence[StepWrite], tasks: Mapping[str, str], owners: Mapping[str, str]
) -> dict[str, WriteResult]:
    if not writes:
        return {}
    rows = [{EXTERNAL_ID: write.external_id, **step_row(write)} for write in writes]
    answers = dict(zip((w.external_id for w in writes), upsert(client, ITEM, rows), strict=True))
    mirrored = [w for w in writes if answers[w.external_id]["success"] and tasks[w.external_id]]
    # A step that is nobody's of ours goes back to the user we write as, or its last owner would keep it.
    nobody = {"OwnerId": client.user_id} if client.user_id else {}
    task_rows = [{"id": tasks[write.external_id], **nobody, **_task_row(write, owners)} for write in mirrored]
    for write, answer in zip(mirrored, update(client, "Task", task_rows), strict=True):
        # Someone deleted the task; the item still holds the step, so that is no refusal.
        if not answer["success"] and not codes(answer["errors"]) & GONE:
            answers[write.external_id] = answer
    return {external_id: result(external_id, answer) for external_id, answer in answers.items()}


def _create(
    client: SalesforceClient, writes: Sequence[StepWrite], owners: Mapping[str, str]
) -> dict[str, WriteResult]:
    """Results by external id; a step that turned out to exist already is left out."""
    results: dict[str, WriteResult] = {}
    for batch in chunks(writes, GRAPHS):
        attempt = 0
        waiting = list(batch)
        while waiting:
            locked = []
            for write, answer in zip(waiting, _send_graphs(client, waiting, owners), strict=True):
                errors = _errors(answer)
                if codes(errors) & BUSY:
                    locked.append(write)
                elif not answer["isSuccessful"]:
                    if "DUPLICATE_VALUE" not in codes(errors):
                        results[write.external_id] = Refused(
                            external_id=write.external_id, reason=sentence(errors)
                        )
                else:
                    item = answer["graphResponse"]["compositeResponse"][1]["body"]
                    results[write.external_id] = Written(external_id=write.external_id, crm_id=item["id"])
            waiting = locked
            if waiting and not client.pause(attempt):
                raise Unavailable("Salesforce keeps these records locked.")
            attempt += 1
    return results


def _send_graphs(
    client: SalesforceClient, writes: Sequence[StepWrite], owners: Mapping[str, str]
) -> list[dict[str, Any]]:
    graphs = []
    for index, write in enumerate(writes):
        task = _disarmed(_task_row(write, owners))
        item = _disarmed(step_row(write)) | {EXTERNAL_ID: write.external_id, "Task_Id__c": "@{task.id}"}
        graphs.append(
            {
                "graphId": f"step{index}",
                "compositeRequest": [
                    {
                        "method": "POST",
                        "url": f"{ROOT}sobjects/Task",
                        "referenceId": "task",
                        "body": task,
                    },
                    {
                        "method": "POST",
                        "url": f"{ROOT}sobjects/{ITEM}",
                        "referenceId": "item",
                        "body": item,
                    },
                ],
            }
        )
    body = {"graphs": graphs}
    answers = client.call("POST", "composite/graph", body, operation="create steps", take="graphs")
    by_id = {graph["graphId"]: graph for graph in answers}
    return [by_id[f"step{index}"] for index in range(len(writes))]


def _errors(graph: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What really failed: the other rows of a graph only say that they were rolled back."""
    parts = graph["graphResponse"]["compositeResponse"]
    bodies = [part["body"] for part in parts if part["httpStatusCode"] >= HTTPStatus.MULTIPLE_CHOICES]
    return [e for body in bodies if isinstance(body, list) for e in body if e.get("errorCode") != _HALTED]


def _looks_like_reference(write: StepWrite) -> bool:
    return any(isinstance(value, str) and "@{" in value for value in step_row(write).values())


def _disarmed(row: Row) -> Row:
    """A graph takes "@{…}" in any text for a reference and offers no escape; the true text follows by update."""
    return {
        name: value.replace("@{", "@ {") if isinstance(value, str) else value for name, value in row.items()
    }


def step_changes(
    client: SalesforceClient, cursor: str | None, now: datetime
) -> tuple[list[TaskState], tuple[Place, Place]]:
    """What changed since, newest state per step, in one call when nothing did."""
    if cursor is None:
        newest = client.queries(
            [
                select(("Id", "SystemModstamp"), name, order="SystemModstamp DESC, Id DESC", limit=1)
                for name, _, _ in _FEEDS
            ]
        )
        return [], (from_now(newest[0]), from_now(newest[1]))
    places = places_of(cursor)
    return read_steps(client, places, client.queries(step_statements(places)), now)


def step_statements(places: tuple[Place, Place]) -> list[str]:
    """The queries that tell what changed behind these places: of the plan items, and of their tasks."""
    return [
        select(fields, name, f"{key} != null AND {place.where}", order=ORDER, limit=PAGE)
        for (name, fields, key), place in zip(_FEEDS, places, strict=True)
    ]


def read_steps(
    client: SalesforceClient, places: tuple[Place, Place], pages: Sequence[Sequence[Row]], now: datetime
) -> tuple[list[TaskState], tuple[Place, Place]]:
    """The states that the answers to `step_statements` tell, and the places behind them."""
    items = [item_state(row) for row in places[0].fresh(pages[0])]
    tasks = _of_tasks(client, places[1].fresh(pages[1]))
    states = {state.external_id: state for state in sorted([*items, *tasks], key=lambda s: s.modified_at)}
    after = (places[0].after(pages[0], now), places[1].after(pages[1], now))
    return list(states.values()), after


def places_of(cursor: str) -> tuple[Place, Place]:
    items, _, tasks = cursor.partition("\n")
    return place_of(items), place_of(tasks)


def to_cursor(places: tuple[Place, Place]) -> str:
    return "\n".join(place.to_json() for place in places)


def item_state(row: Mapping[str, Any]) -> TaskState:
    return TaskState(
        external_id=row[EXTERNAL_ID],
        crm_id=row["Id"],
        title=row["Title__c"],
        due=_date(row["Due_Date__c"]),
        done=row["Status__c"] == "Done",
        modified_at=moment(row["SystemModstamp"]),
        source="item",
    )


def _of_tasks(client: SalesforceClient, rows: Sequence[Mapping[str, Any]]) -> list[TaskState]:
    """A task speaks for its step; the step's id in the CRM is the item's."""
    items: dict[str, str] = {}
    for batch in chunks([row[STEP] for row in rows], ROWS):
        found = client.query(select(("Id", EXTERNAL_ID), ITEM, among(EXTERNAL_ID, batch)))
        items |= {row[EXTERNAL_ID]: row["Id"] for row in found}
    return [task_state(client, row, items[row[STEP]]) for row in rows if row[STEP] in items]


def task_state(client: SalesforceClient, row: Mapping[str, Any], item_id: str) -> TaskState:
    owner = (row["Owner"] or {}).get("Email")
    return TaskState(
        external_id=row[STEP],
        crm_id=item_id,
        title=row["Subject"] or "",
        due=_date(row["ActivityDate"]),
        done=bool(row["IsClosed"]),
        modified_at=moment(row["SystemModstamp"]),
        owner_email="" if row["OwnerId"] == client.user_id else owner,
    )


def states_now(client: SalesforceClient, external_ids: Sequence[str]) -> list[TaskState]:
    """Both places of each step, two queries in one call for a hundred steps."""
    found: list[TaskState] = []
    for batch in chunks(list(dict.fromkeys(external_ids)), STATES):
        items, tasks = client.queries(
            [
                select(ITEM_FIELDS, ITEM, among(EXTERNAL_ID, batch)),
                select(TASK_FIELDS, "Task", among(STEP, batch)),
            ]
        )
        ids = {row[EXTERNAL_ID]: row["Id"] for row in items}
        found += [item_state(row) for row in items]
        found += [task_state(client, row, ids[row[STEP]]) for row in tasks if row[STEP] in ids]
    return found


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
