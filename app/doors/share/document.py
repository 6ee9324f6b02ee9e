"""What a viewer takes along: the room as a PDF, and the files shared in it, marked like the page. Each is made by a
form, so that nothing that merely loads pages makes one."""

from flask import Blueprint, Response, request

from app.disclosure.file_kind import Kind
from app.doors.share.headers import NO_STORE
from app.doors.share.house import House
from app.doors.share.refusals import TOO_OFTEN, not_found, refuse
from app.doors.share.room import back
from app.doors.share.visitor import cookie, require_same_origin, session_cookie
from app.sharing import limits
from app.sharing.file import disposition, marked, offered_name
from app.sharing.pdf import room_pdf
from app.sharing.rules import Failure
from app.sharing.watermark import plain
from app.storage.published.copies import note_copy

TYPES = {Kind.PDF: "application/pdf", Kind.PNG: "image/png", Kind.JPEG: "image/jpeg"}


def document_door(house: House) -> Blueprint:
    door = Blueprint("document", __name__)

    @door.post("/s/room/<code>/pdf")
    def pdf(code: str) -> Response:
        return _pdf(house, code)

    door.get("/s/room/<code>/pdf", endpoint="back-from-pdf")(back)

    @door.post("/s/room/<code>/file")
    def file(code: str) -> Response:
        return _file(house, code)

    door.get("/s/room/<code>/file", endpoint="back-from-file")(back)
    return door


def _file(house: House, code: str) -> Response:
    now = house.clock()
    session = cookie(request.headers.get("Cookie", ""), session_cookie(code, https=house.https))
    viewer = house.gate.inside(code, session, now)
    if isinstance(viewer, Failure):
        return not_found()
    require_same_origin(request, house.origin)
    if not house.limits.take(limits.FILES_PER_LINK, viewer.link.id, now):
        return refuse(TOO_OFTEN)
    wanted = request.form.get("file", "")
    found = house.rooms.file(viewer, wanted, now)
    if found is None or found.viewer.snapshot_id is None:
        return not_found()
    said = f"{plain(viewer.email)} · {now:%Y-%m-%d %H:%M} UTC · {plain(viewer.link.code)}"
    body = marked(found.body, found.kind, said, house.marks.tile(viewer, now))
    with house.database.write() as connection:
        note_copy(
            connection,
            viewer.link,
            email=viewer.email,
            snapshot_id=found.viewer.snapshot_id,
            policy_version=found.viewer.policy_version or 0,
            body=body,
            at=now,
            file=(wanted, found.version),
        )
    answer = Response(body, mimetype=TYPES[found.kind], headers=[NO_STORE])
    answer.headers["Content-Disposition"] = disposition(offered_name(found.name, found.kind))
    return answer


def _pdf(house: House, code: str) -> Response:
    now = house.clock()
    session = cookie(request.headers.get("Cookie", ""), session_cookie(code, https=house.https))
    viewer = house.gate.inside(code, session, now)
    if isinstance(viewer, Failure):
        return not_found()
    require_same_origin(request, house.origin)
    if not house.limits.take(limits.PDFS_PER_LINK, viewer.link.id, now):
        return refuse(TOO_OFTEN)
    read, content = house.rooms.document(viewer, now)
    if not content or read.snapshot_id is None:
        return not_found()
    tile = house.marks.tile(viewer, now)
    body = room_pdf(content, email=viewer.email, code=viewer.link.code, at=now, tile=tile)
    with house.database.write() as connection:
        note_copy(
            connection,
            viewer.link,
            email=viewer.email,
            snapshot_id=read.snapshot_id,
            policy_version=read.policy_version or 0,
            body=body,
            at=now,
        )
    answer = Response(body, mimetype="application/pdf", headers=[NO_STORE])
    answer.headers["Content-Disposition"] = f'attachment; filename="shared-page-{viewer.link.code}.pdf"'
    return answer
