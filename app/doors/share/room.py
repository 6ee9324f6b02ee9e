"""Inside a room: the page, and what its viewer answers. An answer is stored as an inbox row; the agent executes it
as a command of that viewer (law 1)."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, request

from app.disclosure.snapshot import Content
from app.domain.thread import clean_line, clean_text
from app.doors.share.headers import NO_STORE, PICTURE, TEXT, page, see_other
from app.doors.share.house import House
from app.doors.share.refusals import TOO_OFTEN, not_found
from app.doors.share.rooms import Trouble
from app.doors.share.visitor import cookie, form_key, require_same_origin, session_cookie, zone_of
from app.ground.errors import AppError, Reason
from app.sharing import limits
from app.sharing.calendar import TYPE as CALENDAR
from app.sharing.gate import Admitted
from app.sharing.rules import Failure
from app.storage.published.answers import put_answer
from app.storage.published.viewers import end_session
from cards.room_registration import ANSWER_LIMIT, REASON_LIMIT

Fields = dict[str, str]

TYPED_KEPT = 20_000
"""Characters of a refused message that are shown again."""


def room_door(house: House) -> Blueprint:
    door = Blueprint("room", __name__)
    room = _Room(house)
    door.get("/s/room/<code>")(room.look)
    door.get("/s/room/<code>/tile.png")(room.tile)
    door.get("/s/room/<code>/mark.txt")(room.text_mark)
    door.get("/s/room/<code>/plan.ics")(room.calendar)
    door.post("/s/room/<code>/reply")(room.reply)
    door.post("/s/room/<code>/complete")(room.complete)
    door.post("/s/room/<code>/reopen")(room.reopen)
    door.post("/s/room/<code>/more-time")(room.more_time)
    door.post("/s/room/<code>/answer")(room.answer)
    door.post("/s/room/<code>/leave")(room.leave)
    for action in ("reply", "complete", "reopen", "more-time", "answer", "leave"):
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

    def reply(self, code: str) -> Response:
        return self._answer(code, "thread.post", _message, "card-thread")

    def complete(self, code: str) -> Response:
        return self._answer(code, "plan.complete_step", _step, "card-asked")

    def reopen(self, code: str) -> Response:
        return self._answer(code, "plan.reopen_step", _step, "card-plan")

    def more_time(self, code: str) -> Response:
        return self._answer(code, "registration.ask_extension", _more_time, "card-deal")

    def answer(self, code: str) -> Response:
        return self._answer(code, "registration.answer", _answered, "card-deal")

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

    def _answer(self, code: str, command: str, read: Callable[[Content], Fields], fragment: str) -> Response:
        house, now = self._house, self._house.clock()
        viewer = house.gate.inside(code, self._session(code), now)
        if isinstance(viewer, Failure):
            return not_found()
        try:
            require_same_origin(request, house.origin)
            key = form_key(request.form.get("key", ""))
            fields = read(house.rooms.content(viewer))
            self._store(viewer, command, fields, key, now)
        except AppError as error:
            typed = request.form.get("body", "")[:TYPED_KEPT]
            trouble = Trouble(error=error, body=typed)
            return page(house.rooms.show(viewer, self._zone(), now, trouble), error.status)
        house.bell.ring("inbound")
        return see_other(f"/s/room/{code}#{fragment}")

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


def _message(content: Content) -> Fields:
    if "messages" not in content:
        raise AppError(Reason.FORBIDDEN, "Messages are closed in this room.")
    return {"body": clean_text(request.form.get("body", ""))}


def _step(content: Content) -> Fields:
    return {"step_id": _own_step(content)}


def _more_time(content: Content) -> Fields:
    registration = content.get("registration") or {}
    if registration.get("state") != "approved" or registration.get("asked"):
        raise AppError(
            Reason.STATE_CONFLICT, "There is nothing to ask more time for. The page is the current one."
        )
    reason = clean_line(request.form.get("reason", ""), limit=REASON_LIMIT, field="reason")
    return {"reason": reason}


def _answered(content: Content) -> Fields:
    if not (content.get("registration") or {}).get("question"):
        raise AppError(Reason.STATE_CONFLICT, "This question is answered. The page is the current one.")
    body = clean_text(request.form.get("body", ""), limit=ANSWER_LIMIT, field="body")
    return {"body": body}


def _own_step(content: Content) -> str:
    """The step the form names, if it is one of the viewer's own side that the room shows."""
    wanted = request.form.get("step_id", "")
    for step in content.get("steps", ()):
        if step["id"] == wanted and step["side"] == "partner":
            return wanted
    raise AppError(
        Reason.STATE_CONFLICT, "This step is no longer yours to change. The plan below is the current one."
    )
