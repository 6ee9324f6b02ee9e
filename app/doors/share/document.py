"""What a viewer takes along: the room as a PDF, and the files shared in it, marked like the page. Each is made by a
form, so that nothing that merely loads pages makes one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, request
from sqlalchemy import Connection

from app.disclosure.file_kind import Kind
from app.doors.share.headers import NO_STORE
from app.doors.share.house import House
from app.doors.share.refusals import TOO_OFTEN, not_found, refuse
from app.doors.share.room import back
from app.doors.share.visitor import cookie, require_same_origin, session_cookie
from app.sharing import limits
from app.sharing.file import disposition, marked, offered_name
from app.sharing.gate import Admitted
from app.sharing.limits import Limit
from app.sharing.pdf import room_pdf
from app.sharing.rules import Failure
from app.sharing.signature import signed
from app.sharing.watermark import plain
from app.storage.published import copy_keys
from app.storage.published.copies import note_copy

TYPES = {Kind.PDF: "application/pdf", Kind.PNG: "image/png", Kind.JPEG: "image/jpeg"}


def document_door(house: House) -> Blueprint:
    door = Blueprint("document", __name__)

    @door.post("/s/room/<code>/pdf")
    def pdf(code: str) -> Response:
        return _hand_out(house, code, limits.PDFS_PER_LINK, _pdf)

    door.get("/s/room/<code>/pdf", endpoint="back-from-pdf")(back)

    @door.post("/s/room/<code>/file")
    def file(code: str) -> Response:
        return _hand_out(house, code, limits.FILES_PER_LINK, _file)

    door.get("/s/room/<code>/file", endpoint="back-from-file")(back)
    return door


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What is handed out: its bytes with all marks, of what versions it was made, and by what name it is offered."""

    read: Admitted
    body: bytes
    type: str
    disposition: str
    file: tuple[str, int] = ("", 0)


def _file(house: House, viewer: Admitted, now: datetime) -> Copy | None:
    wanted = request.form.get("file", "")
    found = house.rooms.file(viewer, wanted, now)
    if found is None:
        return None
    said = f"{plain(viewer.email)} · {now:%Y-%m-%d %H:%M} UTC · {plain(viewer.link.code)}"
    return Copy(
        read=found.viewer,
        body=marked(found.body, found.kind, said, house.marks.tile(viewer, now)),
        type=TYPES[found.kind],
        disposition=disposition(offered_name(found.name, found.kind)),
        file=(wanted, found.version),
    )


def _pdf(house: House, viewer: Admitted, now: datetime) -> Copy | None:
    read, content = house.rooms.document(viewer, now)
    if not content:
        return None
    tile = house.marks.tile(viewer, now)
    return Copy(
        read=read,
        body=room_pdf(content, email=viewer.email, code=viewer.link.code, at=now, tile=tile),
        type=TYPES[Kind.PDF],
        disposition=f'attachment; filename="shared-page-{viewer.link.code}.pdf"',
    )


def _proven(connection: Connection, copy: Copy, viewer: Admitted, now: datetime) -> bytes:
    """A PDF with what proves it without us; a picture, or before there is a key, as it is."""
    key = copy_keys.current(connection, viewer.link.tenant_id, now) if copy.type == TYPES[Kind.PDF] else None
    return signed(copy.body, key, email=viewer.email, code=viewer.link.code, at=now) if key else copy.body


def _hand_out(
    house: House, code: str, limit: Limit, make: Callable[[House, Admitted, datetime], Copy | None]
) -> Response:
    """The copy, once it is on record that it was made for this viewer."""
    now = house.clock()
    session = cookie(request.headers.get("Cookie", ""), session_cookie(code, https=house.https))
    viewer = house.gate.inside(code, session, now)
    if isinstance(viewer, Failure):
        return not_found()
    require_same_origin(request, house.origin)
    if not house.limits.take(limit, viewer.link.id, now):
        return refuse(TOO_OFTEN)
    copy = make(house, viewer, now)
    if copy is None or copy.read.snapshot_id is None:
        return not_found()
    with house.database.write() as connection:
        body = _proven(connection, copy, viewer, now)
        note_copy(
            connection,
            viewer.link,
            email=viewer.email,
            snapshot_id=copy.read.snapshot_id,
            policy_version=copy.read.policy_version or 0,
            body=body,
            at=now,
            file=copy.file,
        )
    answer = Response(body, mimetype=copy.type, headers=[NO_STORE])
    answer.headers["Content-Disposition"] = copy.disposition
    return answer
