"""What has this partner seen: the exposure ledger, by partner, person, record and field, and as a file."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator

from flask import Blueprint, Response, request

from app.domain.record import ObjectKind, RecordKey
from app.doors.admin.ports import AdminDoor
from app.doors.admin.safelist import NOBODY
from app.doors.admin.session import show, signed_in
from app.reading.exposures import Shown, as_csv, as_json
from app.storage.published.exposures import Wanted

LONGEST = 400
"""Characters of anything asked for: an address has 320."""


def add_exposures(blueprint: Blueprint, door: AdminDoor) -> None:
    @blueprint.get("/exposures")
    def ledger() -> Response:
        session = signed_in(door)
        asked = {name: _asked(name) for name in ("partner", "person", "record", "field")}
        found = door.desk.exposures(session.tenant_id, _wanted(), _asked("field"), _after())
        return show(
            "exposures.html",
            door,
            session,
            rows=found.rows,
            next=_cursor(found.next) if found.next else "",
            asked=asked,
            partners=[row.partner for row in door.desk.partners(session.tenant_id)],
        )

    @blueprint.get("/exposures.csv")
    def table() -> Response:
        return _file(door, as_csv, "text/csv; charset=utf-8", "exposures.csv")

    @blueprint.get("/exposures.json")
    def lines() -> Response:
        return _file(door, as_json, "application/x-ndjson", "exposures.json")


def _file(
    door: AdminDoor, write: Callable[[Iterable[Shown]], Iterator[str]], kind: str, name: str
) -> Response:
    session = signed_in(door)
    body = write(door.desk.all_exposures(session.tenant_id, _wanted(), _asked("field")))
    answer = Response("".join(body), content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _asked(name: str) -> str:
    return request.args.get(name, "").strip()[:LONGEST]


def _wanted() -> Wanted:
    record = _asked("record")
    kind, _, crm_id = record.partition(":")
    if record and (kind not in set(ObjectKind) or not crm_id):
        raise NOBODY
    return Wanted(
        partner_id=_asked("partner"),
        email=_asked("person").lower(),
        record=RecordKey(ObjectKind(kind), crm_id) if record else None,
    )


def _cursor(place: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _after() -> object:
    """Where the page begins. What is none of ours is an address that does not exist."""
    text = request.args.get("after", "")
    if not text:
        return None
    try:
        place = json.loads(base64.urlsafe_b64decode(text[:2000] + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        raise NOBODY from None
    if not isinstance(place, list):
        raise NOBODY
    return place
