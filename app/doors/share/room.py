"""Inside a room: the page, and what its viewer answers. An answer is stored as an inbox row; the agent executes it
as a command of that viewer (law 1)."""

from datetime import datetime
from functools import partial

from flask import Blueprint, Response, request

from app.domain.content import clean_address
from app.doors.share.answering import READERS, Fields
from app.doors.share.headers import NO_STORE, PICTURE, TEXT, page, see_other
from app.doors.share.house import House
from app.doors.share.refusals import TOO_OFTEN, not_found
from app.doors.share.rooms import OPENED, Trouble
from app.doors.share.visitor import cookie, form_key, require_same_origin, session_cookie, zone_of
from app.ground.errors import AppError
from app.ground.ids import new_id
from app.sharing import limits
from app.sharing.calendar import TYPE as CALENDAR
from app.sharing.gate import Admitted
from app.sharing.rules import Failure
from app.storage.published.answers import put_answer
from app.storage.published.viewers import end_session

TYPED_KEPT = 20_000
"""Characters of a refused answer that are shown again in each field."""


def room_door(house: House) -> Blueprint:
    door = Blueprint("room", __name__)
    room = _Room(house)
    door.get("/s/room/<code>")(room.look)
    door.get("/s/room/<code>/tile.png")(room.tile)
    door.get("/s/room/<code>/mark.txt")(room.text_mark)
    door.get("/s/room/<code>/plan.ics")(room.calendar)
    door.get("/s/room/<code>/content/<item_id>")(room.open_content)
    for action in READERS:
        door.post(f"/s/room/<code>/{action}", endpoint=action)(partial(room.answer, action=action))
    door.post("/s/room/<code>/leave")(room.leave)
    for action in (*READERS, "leave"):
        door.get(f"/s/room/<code>/{action}", endpoint=f"back-from-{action}")(back)
    return door


def back(code: str) -> Response:
    """Who loads a form's own address again is led to the room, whether it exists or not."""
    return see_other(f"/s/room/{code}")


class _Room:
    def __init__(self, house: House) -> None:
        self._house = house

    def _session(self, code: str) -> str:
        return cookie(request.headers.get("Cookie", ""), session_cookie(code, https=self._house.https))

    def _zone(self) -> str:
        return zone_of(request.headers.get("Cookie", ""))

    def look(self, code: str) -> Response:
        now = self._house.clock()
        body = self._house.rooms.serve(code, self._session(code), self._zone(), now)
        return not_found() if isinstance(body, Failure) else page(body)

    def tile(self, code: str) -> Response:
        """The faint tile that lies over this viewer's page."""
        now = self._house.clock()
        viewer = self._house.gate.inside(code, self._session(code), now)
        if isinstance(viewer, Failure):
            return not_found()
        png = self._house.marks.tile(viewer, now, faint="faint" in request.args)
        return Response(png, headers=[PICTURE, NO_STORE])

    def text_mark(self, code: str) -> Response:
        """What the page's script puts into text that this viewer copies."""
        now = self._house.clock()
        viewer = self._house.gate.inside(code, self._session(code), now)
        if isinstance(viewer, Failure):
            return not_found()
        return Response(self._house.marks.text(viewer, now), headers=[TEXT, NO_STORE])

    def calendar(self, code: str) -> Response:
        """The plan's dates, as far as this viewer is shown the plan."""
        now = self._house.clock()
        viewer = self._house.gate.inside(code, self._session(code), now)
        body = None if isinstance(viewer, Failure) else self._house.rooms.calendar(viewer, now)
        return not_found() if body is None else Response(body, headers=[CALENDAR, NO_STORE])

    def open_content(self, code: str, item_id: str) -> Response:
        """Leads to a piece of content that this viewer's page names, and to nothing else; that it was opened is told
        to the agent, which counts it."""
        house, now = self._house, self._house.clock()
        viewer = house.gate.inside(code, self._session(code), now)
        if isinstance(viewer, Failure):
            return not_found()
        named = {str(one["id"]): str(one["url"]) for one in house.rooms.content(viewer).get("content", ())}
        if item_id not in named:
            return not_found()
        where = clean_address(named[item_id])
        if request.method != "HEAD":
            self._store(viewer, OPENED, {"item_id": item_id}, new_id(), now)
            house.bell.ring("inbound")
        return see_other(where)

    def answer(self, code: str, action: str) -> Response:
        """What a form of the page says waits for the agent after this, once for each key."""
        house, now = self._house, self._house.clock()
        viewer = house.gate.inside(code, self._session(code), now)
        if isinstance(viewer, Failure):
            return not_found()
        command, read, fragment = READERS[action]
        try:
            require_same_origin(request, house.origin)
            key = form_key(request.form.get("key", ""))
            fields = read(house.rooms.content(viewer))
            self._store(viewer, command, fields, key, now)
        except AppError as error:
            typed = {name: value[:TYPED_KEPT] for name, value in request.form.items()}
            trouble = Trouble(error=error, path=action, typed=typed)
            return page(house.rooms.show(viewer, self._zone(), now, trouble), error.status)
        house.bell.ring("inbound")
        return see_other(f"/s/room/{code}#{fragment}")

    def leave(self, code: str) -> Response:
        """After this the session opens nothing; the page says so."""
        now = self._house.clock()
        session = self._session(code)
        viewer = self._house.gate.inside(code, session, now)
        if isinstance(viewer, Failure) or viewer.session is None:
            return not_found()
        require_same_origin(request, self._house.origin)
        with self._house.database.write() as connection:
            end_session(connection, viewer.session.token_hash)
        answer = see_other("/s/left")
        answer.delete_cookie(
            session_cookie(code, https=self._house.https),
            path="/",
            secure=self._house.https,
            httponly=True,
            samesite="Lax",
        )
        return answer

    def _store(self, viewer: Admitted, command: str, fields: Fields, key: str, now: datetime) -> None:
        if not self._house.limits.take(limits.ANSWERS_PER_LINK, viewer.link.id, now):
            raise TOO_OFTEN
        with self._house.database.write() as connection:
            put_answer(
                connection,
                viewer.link,
                email=viewer.email,
                name=viewer.name or viewer.email,
                command=command,
                fields=fields,
                key=key,
                at=now,
            )
