"""A link that was passed on: who is not on it may ask to be let in. The answer tells nothing of who is."""

from flask import Blueprint, Response, request

from app.domain.thread import clean_line, clean_text
from app.doors.share.front import NO_ADDRESS, admit
from app.doors.share.headers import page
from app.doors.share.house import House
from app.doors.share.pages import render
from app.doors.share.refusals import TOO_OFTEN, not_found, refuse
from app.doors.share.visitor import require_same_origin
from app.ground.errors import AppError
from app.sharing import limits
from app.sharing.gate import Admitted
from app.sharing.questions import LONGEST_ADDRESS, clean_mailbox, questions_of
from app.sharing.rules import Failure
from app.storage.published.requests import ask

NAME_LIMIT, NOTE_LIMIT = 200, 500


def asking_door(house: House) -> Blueprint:
    door = Blueprint("asking", __name__)

    @door.get("/s/<token>/ask")
    def form(token: str) -> Response:
        visitor = admit(house, token, house.clock())
        return not_found() if isinstance(visitor, Failure) else _form(visitor, token)

    @door.post("/s/<token>/ask")
    def send(token: str) -> Response:
        return _send(house, token)

    return door


def _form(visitor: Admitted, token: str, error: str = "") -> Response:
    typed = {name: request.form.get(name, "")[:NOTE_LIMIT] for name in ("email", "name", "note")}
    html = render(
        "ask.html",
        face=visitor.face,
        token=token,
        typed=typed,
        error=error,
        longest={"email": LONGEST_ADDRESS, "name": NAME_LIMIT, "note": NOTE_LIMIT},
    )
    return page(html, 422 if error else 200)


def _send(house: House, token: str) -> Response:
    now = house.clock()
    visitor = admit(house, token, now)
    if isinstance(visitor, Failure):
        return not_found()
    require_same_origin(request, house.origin)
    mailbox = clean_mailbox(request.form.get("email", "")[:1000])
    if not mailbox:
        return _form(visitor, token, NO_ADDRESS)
    try:
        name = clean_line(request.form.get("name", ""), limit=NAME_LIMIT, field="name")
        note = request.form.get("note", "").strip()
        note = clean_text(note, limit=NOTE_LIMIT, field="note") if note else ""
    except AppError as error:
        return _form(visitor, token, error.message)
    if not (
        house.limits.take(limits.ASKS_PER_ADDRESS, request.remote_addr or "", now)
        and house.limits.take(limits.ASKS_PER_LINK, visitor.link.id, now)
    ):
        return refuse(TOO_OFTEN)
    if not questions_of(visitor.link).admits(mailbox):
        with house.database.write() as connection:
            ask(connection, visitor.link, email=mailbox, name=name, note=note, at=now)
    return page(render("asked.html", face=visitor.face, token=token))
