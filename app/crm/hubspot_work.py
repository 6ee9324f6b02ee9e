"""What we wrote to HubSpot, read back: first all notes that bear our mark, then all tasks, by search, 200 a call."""

import json
from dataclasses import replace

from app.crm.hubspot_changes import Cursor, Row, Walk, read_cursor
from app.crm.hubspot_properties import DATA, EXTERNAL_ID
from app.crm.hubspot_transport import Transport
from app.crm.kept import from_text
from app.crm.port import StepWrite, WorkPage, Write
from app.ground.clock import Clock

TASK_FIELDS = (
    EXTERNAL_ID,
    "hs_task_subject",
    "hs_task_status",
    "hs_timestamp",
    "alongside_undated",
    "hubspot_owner_id",
)

_FEEDS = ("notes", "tasks")
_OURS = {"propertyName": EXTERNAL_ID, "operator": "HAS_PROPERTY"}


def work_page(transport: Transport, clock: Clock, cursor: str) -> WorkPage:
    """Raises ValueError for a cursor that no page gave."""
    feed, place = _place(cursor)
    page = Walk(transport, clock, feed, (EXTERNAL_ID, DATA), [_OURS]).page(place)
    found = [(row, _write(row)) for row in page.rows]
    following = (feed, page.cursor) if page.more else ("tasks", Cursor(at=0))
    return WorkPage(
        items=[write for _, write in found if write is not None],
        cursor=json.dumps({"feed": following[0], "at": str(following[1])}),
        more=page.more or feed == "notes",
        unreadable=sum(write is None for _, write in found),
    )


def _place(cursor: str) -> tuple[str, Cursor]:
    if not cursor:
        return _FEEDS[0], Cursor(at=0)
    found = json.loads(cursor)
    if found["feed"] not in _FEEDS:
        raise ValueError("not a cursor of partner work")
    return found["feed"], read_cursor(found["at"])


def _write(row: Row) -> Write | None:
    """The write as it was kept, if its mark is its own: a note that somebody copied is not told twice."""
    write = from_text(row["properties"].get(DATA))
    if write is None or write.external_id != row["properties"].get(EXTERNAL_ID):
        return None
    return replace(write, crm_id=str(row["id"])) if isinstance(write, StepWrite) else write
