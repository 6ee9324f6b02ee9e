"""Before the room: a neutral page, a one-time code to the mailbox the link was made for, and the session.

GET looks and never counts, sends or consumes, so that mail scanners and chat previews change nothing.
"""

import re
from datetime import datetime, timedelta

from flask import Blueprint, Response, request

from app.doors.share import registration
from app.doors.share.headers import page, see_other
from app.doors.share.house import House
from app.doors.share.pages import render
from app.doors.share.refusals import TOO_OFTEN, not_found, refuse
from app.doors.share.visitor import address_hash, cookie, device, require_same_origin, session_cookie
from app.ground.errors import AppError, Reason
from app.ground.ids import hash_token, new_one_time_code, new_token
from app.sharing import limits
from app.sharing.gate import Admitted
from app.sharing.rules import Failure, Refusal
from app.storage.published import viewers
from app.storage.published.links import FORM, ROOM

CODE_LIFE = timedelta(minutes=10)
CODE_TRIES = 5
RESEND_AFTER = timedelta(seconds=30)
SESSION_LIFE = timedelta(hours=12)
"""A working day: a viewer proves the mailbox again tomorrow."""

_CODE = re.compile(r"[0-9]{6}")

NO_MAIL = AppError(
    Reason.INTERNAL, "No code can be sent right now. Nothing is lost: try again in a few minutes."
)


def front_door(house: House) -> Blueprint:
    door = Blueprint("front", __name__)
    pages = _Front(house)
    door.get("/s/<token>")(pages.look)
    door.post("/s/<token>/code")(pages.send_code)
    door.post("/s/<token>/enter")(pages.enter)
    for step in ("code", "enter"):
        door.get(f"/s/<token>/{step}", endpoint=f"back-from-{step}")(back)
    return door


def back(token: str) -> Response:
    """Who loads a form's own address again stands before the front page, whatever the token is."""
    return see_other(f"/s/{token}")


def masked(email: str) -> str:
    """The likes of "m…@northwind.example": enough for its owner, useless to a stranger."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}"


class _Front:
    def __init__(self, house: House) -> None:
        self._house = house

    def _admit(self, token: str, purpose: str, at: datetime) -> Admitted | Failure:
        """The gate's word; a link for something else is as unknown as any."""
        visitor = self._house.gate.at_the_door(token, at)
        if isinstance(visitor, Admitted) and visitor.link.purpose != purpose:
            return Failure(Refusal.UNKNOWN)
        return visitor

    def look(self, token: str) -> Response:
        house, now = self._house, self._house.clock()
        visitor = house.gate.at_the_door(token, now)
        if isinstance(visitor, Failure):
            if not house.limits.take_cheaply(limits.MISSES_PER_ADDRESS, request.remote_addr or "", now):
                return refuse(TOO_OFTEN)
            return not_found()
        if visitor.link.purpose == FORM:
            return registration.show(visitor, token)
        link = visitor.link
        session = cookie(request.headers.get("Cookie", ""), session_cookie(link.code, https=house.https))
        known = bool(session) and not isinstance(house.gate.inside(link.code, session, now), Failure)
        return page(render("front.html", face=visitor.face, token=token, code=link.code, known=known))

    def send_code(self, token: str) -> Response:
        house, now = self._house, self._house.clock()
        visitor = self._admit(token, ROOM, now)
        if isinstance(visitor, Failure):
            return not_found()
        require_same_origin(request, house.origin)
        link = visitor.link
        with house.database.read() as connection:
            before = viewers.code_sent_at(connection, link.id)
        if before is not None and now - before < RESEND_AFTER:
            return self._ask(
                visitor, token, note="A code was sent a moment ago. It can take a minute to arrive."
            )
        if not (
            house.limits.take(limits.CODES_PER_ADDRESS, request.remote_addr or "", now)
            and house.limits.take(limits.CODES_PER_LINK, link.id, now)
        ):
            return refuse(TOO_OFTEN)
        code = new_one_time_code()
        with house.database.write() as connection:
            viewers.put_code(connection, link.id, _code_hash(link.id, code), now + CODE_LIFE, now)
        if not house.mailer.send_code(link.contact_email, code, visitor.face.name):
            return refuse(NO_MAIL, 503)
        return self._ask(visitor, token)

    def enter(self, token: str) -> Response:
        house, now = self._house, self._house.clock()
        visitor = self._admit(token, ROOM, now)
        if isinstance(visitor, Failure):
            return not_found()
        require_same_origin(request, house.origin)
        link = visitor.link
        code = re.sub(r"[\s-]", "", request.form.get("code", "")[:40])
        if not _CODE.fullmatch(code):
            return self._ask(visitor, token, error="The code has six digits.", status=422)
        if not (
            house.limits.take(limits.GUESSES_PER_ADDRESS, request.remote_addr or "", now)
            and house.limits.take(limits.GUESSES_PER_LINK, link.id, now)
        ):
            return refuse(TOO_OFTEN)
        session = new_token()
        ends = min(now + SESSION_LIFE, link.expires_at)
        with house.database.write() as connection:
            if not viewers.take_code(connection, link.id, _code_hash(link.id, code), CODE_TRIES, now):
                left = viewers.tries_left(connection, link.id, CODE_TRIES, now)
            else:
                left = None
                viewers.start_session(
                    connection,
                    link,
                    token_hash=hash_token(session),
                    email=link.contact_email,
                    expires_at=ends,
                    at=now,
                    device=device(request.headers.get("User-Agent", "")),
                    address_hash=address_hash(link.id, request.remote_addr or ""),
                )
        if left is not None:
            return self._ask(visitor, token, error=_wrong(left), status=422, dead=left == 0)
        answer = see_other(f"/s/room/{link.code}")
        answer.set_cookie(
            session_cookie(link.code, https=house.https),
            session,
            max_age=int((ends - now).total_seconds()),
            path="/",
            secure=house.https,
            httponly=True,
            samesite="Lax",
        )
        return answer

    def _ask(
        self,
        visitor: Admitted,
        token: str,
        *,
        note: str = "",
        error: str = "",
        status: int = 200,
        dead: bool = False,
    ) -> Response:
        html = render(
            "code.html",
            face=visitor.face,
            token=token,
            address=masked(visitor.link.contact_email),
            note=note,
            error=error,
            dead=dead,
        )
        return page(html, status)


def _wrong(left: int) -> str:
    if left == 0:
        return "This code no longer works. Ask for a new one."
    return f"This is not the code we sent. You can try {left} more {'time' if left == 1 else 'times'}."


def _code_hash(link_id: str, code: str) -> str:
    """Bound to its link: the same six digits open no other."""
    return hash_token(f"{link_id}:{code}")
