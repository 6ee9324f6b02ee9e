"""Before the room: a neutral page, a one-time code to a mailbox the link was made for, and the session.

GET looks and never counts, sends or consumes, so that mail scanners and chat previews change nothing. What is asked
and answered is the same whether or not a mailbox is on the link.
"""

import re
from datetime import datetime, timedelta

from flask import Blueprint, Response, request

from app.doors.share import registration
from app.doors.share.headers import page, see_other
from app.doors.share.house import House
from app.doors.share.pages import render
from app.doors.share.refusals import NOT_FOUND, TOO_OFTEN, not_found, refuse
from app.doors.share.visitor import address_hash, cookie, device, require_same_origin, session_cookie
from app.ground.errors import AppError, Reason
from app.ground.ids import hash_token, new_one_time_code, new_token
from app.sharing import limits
from app.sharing.gate import Admitted
from app.sharing.questions import LONGEST_ADDRESS, Questions, questions_of
from app.sharing.rules import Failure, Refusal
from app.storage.published import viewers
from app.storage.published.links import FORM, ROOM, PublishedLink
from app.storage.published.requests import terms_text

CODE_LIFE = timedelta(minutes=10)
CODE_TRIES = 5
RESEND_AFTER = timedelta(seconds=30)
SESSION_LIFE = timedelta(hours=12)
"""A working day: a viewer proves the mailbox again tomorrow."""

_CODE = re.compile(r"[0-9]{6}")

NO_MAIL = AppError(
    Reason.UNAVAILABLE, "No code can be sent right now. Nothing is lost: try again in a few minutes."
)
NO_ADDRESS = "Type your whole e-mail address, such as name@company.example."
NO_CODE = "The code has six digits."
NO_TERMS = "Accept the terms to open the page."


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


def admit(house: House, token: str, at: datetime, *, opening: bool = True) -> Admitted | Failure:
    """The gate's word; a link for something else than a room is as unknown as any."""
    visitor = house.gate.at_the_door(token, at, opening=opening)
    if isinstance(visitor, Admitted) and visitor.link.purpose != ROOM:
        return Failure(Refusal.UNKNOWN)
    return visitor


def masked(email: str) -> str:
    """The likes of "m…@northwind.example": enough for its owner, useless to a stranger."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}"


class _Front:
    def __init__(self, house: House) -> None:
        self._house = house

    def look(self, token: str) -> Response:
        house, now = self._house, self._house.clock()
        visitor = house.gate.at_the_door(token, now, opening=False)
        if isinstance(visitor, Failure):
            return self._missed(now)
        if visitor.link.purpose == FORM:
            return registration.show(self._house, visitor, token)
        link = visitor.link
        session = cookie(request.headers.get("Cookie", ""), session_cookie(link.code, https=house.https))
        known = bool(session) and not isinstance(house.gate.inside(link.code, session, now), Failure)
        most = questions_of(link).most
        if not known and most is not None and link.views >= most:
            return self._missed(now)
        return self._front(visitor, token, known=known)

    def _missed(self, now: datetime) -> Response:
        if not self._house.limits.take_cheaply(limits.MISSES_PER_ADDRESS, request.remote_addr or "", now):
            return refuse(TOO_OFTEN)
        return not_found()

    def send_code(self, token: str) -> Response:
        house, now = self._house, self._house.clock()
        visitor = admit(house, token, now)
        if isinstance(visitor, Failure):
            return not_found()
        require_same_origin(request, house.origin)
        link, questions = visitor.link, questions_of(visitor.link)
        mailbox = questions.mailbox(request.form.get("email", "")[:1000])
        if not mailbox:
            return self._front(visitor, token, error=NO_ADDRESS)
        with house.database.read() as connection:
            before = viewers.code_sent_at(connection, link.id, mailbox)
        if before is not None and now - before < RESEND_AFTER:
            return self._ask(
                visitor, token, mailbox, note="A code was sent a moment ago. It can take a minute to arrive."
            )
        if not self._may_send(link, mailbox, now):
            return refuse(TOO_OFTEN)
        code = new_one_time_code()
        with house.database.write() as connection:
            viewers.put_code(
                connection, link.id, mailbox, _code_hash(link.id, mailbox, code), now + CODE_LIFE, now
            )
        # A mailbox that is not on the link has a code as well, and a mail that takes its place among those that wait
        # and goes to nobody: so much is the same for both, down to the moment when no mail can be taken.
        to = mailbox if questions.admits(mailbox) else ""
        if not house.mailer.send_code(to, code, visitor.face.name):
            return refuse(NO_MAIL)
        return self._ask(visitor, token, mailbox)

    def _may_send(self, link: PublishedLink, mailbox: str, now: datetime) -> bool:
        take = self._house.limits.take
        return (
            take(limits.CODES_PER_ADDRESS, request.remote_addr or "", now)
            and take(limits.CODES_PER_MAILBOX, f"{link.id}:{mailbox}", now)
            and take(limits.CODES_PER_LINK, link.id, now)
        )

    def enter(self, token: str) -> Response:
        house, now = self._house, self._house.clock()
        visitor = admit(house, token, now)
        if isinstance(visitor, Failure):
            return not_found()
        require_same_origin(request, house.origin)
        link, questions = visitor.link, questions_of(visitor.link)
        mailbox = questions.mailbox(request.form.get("email", "")[:1000])
        if not mailbox:
            return self._front(visitor, token, error=NO_ADDRESS)
        code = re.sub(r"[\s-]", "", request.form.get("code", "")[:40])
        amiss = "" if _CODE.fullmatch(code) else NO_CODE
        if questions.terms and request.form.get("terms") != questions.terms:
            amiss = amiss or NO_TERMS
        if amiss:
            return self._ask(visitor, token, mailbox, error=amiss, status=422)
        if not (
            house.limits.take(limits.GUESSES_PER_ADDRESS, request.remote_addr or "", now)
            and house.limits.take(limits.GUESSES_PER_LINK, link.id, now)
        ):
            return refuse(TOO_OFTEN)
        session = new_token()
        ends = min(now + SESSION_LIFE, link.expires_at)
        left = self._open(link, questions, mailbox, code, session, ends, now)
        if left is not None:
            wrong = _wrong(left, passcode=bool(questions.passcode))
            return self._ask(visitor, token, mailbox, error=wrong, status=422, dead=left == 0)
        return self._let_in(link, session, ends - now)

    def _open(
        self,
        link: PublishedLink,
        questions: Questions,
        mailbox: str,
        code: str,
        session: str,
        ends: datetime,
        now: datetime,
    ) -> int | None:
        """None when the visitor is in; else how many tries are left. A wrong passcode costs a try of the code and
        leaves the code unspent, so that only who reads the mailbox may guess at it, a few times."""
        passed = questions.admits(mailbox) and questions.knows(request.form.get("passcode", ""))
        said = _code_hash(link.id, mailbox, code) if passed else ""
        with self._house.database.write() as connection:
            if not viewers.take_code(connection, link.id, mailbox, said, CODE_TRIES, now):
                return viewers.tries_left(connection, link.id, mailbox, CODE_TRIES, now)
            if not viewers.take_opening(connection, link.id, questions.most, now):
                raise NOT_FOUND
            viewers.start_session(
                connection,
                link,
                token_hash=hash_token(session),
                email=mailbox,
                expires_at=ends,
                at=now,
                device=device(request.headers.get("User-Agent", "")),
                address_hash=address_hash(link.id, request.remote_addr or ""),
                passcode=questions.passcode,
                terms=questions.terms,
            )
        return None

    def _let_in(self, link: PublishedLink, session: str, life: timedelta) -> Response:
        answer = see_other(f"/s/room/{link.code}")
        answer.set_cookie(
            session_cookie(link.code, https=self._house.https),
            session,
            max_age=int(life.total_seconds()),
            path="/",
            secure=self._house.https,
            httponly=True,
            samesite="Lax",
        )
        return answer

    def _front(self, visitor: Admitted, token: str, *, known: bool = False, error: str = "") -> Response:
        html = render(
            "front.html",
            face=visitor.face,
            token=token,
            code=visitor.link.code,
            known=known,
            several=questions_of(visitor.link).audience is not None,
            longest=LONGEST_ADDRESS,
            error=error,
        )
        return page(html, 422 if error else 200)

    def _ask(
        self,
        visitor: Admitted,
        token: str,
        mailbox: str,
        *,
        note: str = "",
        error: str = "",
        status: int = 200,
        dead: bool = False,
    ) -> Response:
        questions = questions_of(visitor.link)
        terms = ""
        if questions.terms:
            with self._house.database.read() as connection:
                terms = terms_text(connection, visitor.link.tenant_id, questions.terms)
        html = render(
            "code.html",
            face=visitor.face,
            token=token,
            mailbox=mailbox if questions.audience else "",
            address=masked(mailbox),
            passcode=bool(questions.passcode),
            terms=terms,
            terms_version=questions.terms,
            note=note,
            error=error,
            dead=dead,
        )
        return page(html, status)


def _wrong(left: int, *, passcode: bool) -> str:
    if left == 0:
        return "This code no longer works. Ask for a new one."
    what = "The code or the passcode is wrong." if passcode else "This is not the code we sent."
    return f"{what} You can try {left} more {'time' if left == 1 else 'times'}."


def _code_hash(link_id: str, mailbox: str, code: str) -> str:
    """Bound to its link and mailbox: the same six digits open no other."""
    return hash_token(f"{link_id}:{mailbox}:{code}")
