"""What we wrote to Salesforce, read back object by object, 2,000 rows a call, in the order of their ids."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.crm.kept import from_text
from app.crm.port import Rejected, StepWrite, WorkPage, Write
from app.crm.salesforce_changes import PAGE
from app.crm.salesforce_client import SalesforceClient
from app.crm.salesforce_soql import literal, select
from app.crm.salesforce_steps import ITEM
from app.crm.salesforce_writes import DATA, EXTERNAL_ID

_FEEDS = (
    "Alongside_Partner__c",
    "Deal_Partner__c",
    "Partner_Message__c",
    "Deal_Registration__c",
    "Channel_Conflict__c",
    "Partner_Certification__c",
    ITEM,
)


def work_page(client: SalesforceClient, cursor: str) -> WorkPage:
    """One page of one object. Raises Rejected for a cursor that no page gave."""
    feed, last = _place(cursor)
    where = f"{EXTERNAL_ID} != null" + (f" AND Id > {literal(last)}" if last else "")
    rows = client.query(select(("Id", EXTERNAL_ID, DATA), feed, where, order="Id ASC", limit=PAGE))
    following = _after(feed, rows)
    made = [_write(row) for row in rows]
    return WorkPage(
        items=[write for write in made if write is not None],
        cursor=json.dumps(following or (feed, last)),
        more=following is not None,
        unreadable=sum(write is None for write in made),
    )


def _after(feed: str, rows: Sequence[Mapping[str, Any]]) -> tuple[str, str] | None:
    """Where the next page starts: in this object, at the next one, or nowhere."""
    if len(rows) >= PAGE:
        return feed, str(rows[-1]["Id"])
    at = _FEEDS.index(feed) + 1
    return (_FEEDS[at], "") if at < len(_FEEDS) else None


def _place(cursor: str) -> tuple[str, str]:
    if not cursor:
        return _FEEDS[0], ""
    try:
        feed, last = json.loads(cursor)
        _FEEDS.index(feed)
    except (ValueError, KeyError, TypeError) as error:
        raise Rejected("This cursor was not made by a reading of partner work.") from error
    return str(feed), str(last)


def _write(row: Mapping[str, Any]) -> Write | None:
    """The write as it was kept, if the row is its own: a row that somebody cloned is not told twice."""
    write = from_text(row[DATA])
    if write is None or write.external_id != row[EXTERNAL_ID]:
        return None
    return replace(write, crm_id=row["Id"]) if isinstance(write, StepWrite) else write
