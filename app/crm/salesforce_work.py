"""What we wrote to Salesforce, read back object by object, 2,000 rows a call, in the order of their ids."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.crm.kept import from_text
from app.crm.port import Rejected, StepWrite, TaskState, WorkPage, Write
from app.crm.salesforce_changes import PAGE
from app.crm.salesforce_client import SalesforceClient
from app.crm.salesforce_soql import literal, select
from app.crm.salesforce_steps import ITEM, ITEM_FIELDS, STEP, TASK_FIELDS, item_state, task_state
from app.crm.salesforce_writes import DATA, EXTERNAL_ID

TASK = "Task"

_FEEDS: Mapping[str, tuple[str, Sequence[str]]] = {
    "Alongside_Partner__c": (EXTERNAL_ID, ("Id", EXTERNAL_ID, DATA)),
    "Deal_Partner__c": (EXTERNAL_ID, ("Id", EXTERNAL_ID, DATA)),
    "Partner_Message__c": (EXTERNAL_ID, ("Id", EXTERNAL_ID, DATA)),
    "Deal_Registration__c": (EXTERNAL_ID, ("Id", EXTERNAL_ID, DATA)),
    "Channel_Conflict__c": (EXTERNAL_ID, ("Id", EXTERNAL_ID, DATA)),
    "Partner_Certification__c": (EXTERNAL_ID, ("Id", EXTERNAL_ID, DATA)),
    ITEM: (EXTERNAL_ID, (*ITEM_FIELDS, DATA)),
    TASK: (STEP, TASK_FIELDS),
}
"""Each object with the field that says a row is ours. Tasks come last, when their steps are known."""


def work_page(client: SalesforceClient, cursor: str) -> WorkPage:
    """One page of one object. Raises Rejected for a cursor that no page gave."""
    feed, last = _place(cursor)
    key, fields = _FEEDS[feed]
    where = f"{key} != null" + (f" AND Id > {literal(last)}" if last else "")
    rows = client.query(select(fields, feed, where, order="Id ASC", limit=PAGE))
    following = _after(feed, rows)
    made = [_write(row) for row in rows] if feed != TASK else []
    return WorkPage(
        items=[write for write in made if write is not None],
        tasks=_states(feed, rows),
        cursor=json.dumps(following or (feed, last)),
        more=following is not None,
        unreadable=sum(write is None for write in made),
    )


def _states(feed: str, rows: Sequence[Mapping[str, Any]]) -> list[TaskState]:
    if feed == TASK:
        return [task_state(row, "") for row in rows]
    return [item_state(row) for row in rows] if feed == ITEM else []


def _after(feed: str, rows: Sequence[Mapping[str, Any]]) -> tuple[str, str] | None:
    """Where the next page starts: in this object, at the next one, or nowhere."""
    if len(rows) >= PAGE:
        return feed, str(rows[-1]["Id"])
    names = list(_FEEDS)
    at = names.index(feed) + 1
    return (names[at], "") if at < len(names) else None


def _place(cursor: str) -> tuple[str, str]:
    if not cursor:
        return next(iter(_FEEDS)), ""
    try:
        feed, last = json.loads(cursor)
        _FEEDS[feed]
    except (ValueError, KeyError, TypeError) as error:
        raise Rejected("This cursor was not made by a reading of partner work.") from error
    return str(feed), str(last)


def _write(row: Mapping[str, Any]) -> Write | None:
    """The write as it was kept, if the row is its own: a row that somebody cloned is not told twice."""
    write = from_text(row[DATA])
    if write is None or write.external_id != row[EXTERNAL_ID]:
        return None
    return replace(write, crm_id=row["Id"]) if isinstance(write, StepWrite) else write
