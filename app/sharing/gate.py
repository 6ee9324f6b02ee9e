"""The gate: every route that serves a byte of a room asks it, on every request. Nothing else decides who gets in."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from app.ground.ids import hash_token
from app.sharing.rules import (
    Audience,
    Failure,
    MailboxProof,
    NotRevoked,
    Refusal,
    Rule,
    Validity,
    Visit,
    check_all,
    read_rule,
)
from app.storage.engine import Database
from app.storage.published import links, viewers
from app.storage.published.links import PublishedLink
from app.storage.published.prepared import DirectReader, Prepared, Row
from app.storage.published.viewers import ViewerSession

TOKEN_LENGTHS = range(20, 129)
"""A token has 43 characters; what is far from that is not looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """How the vendor looks to its partners."""

    name: str
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """Someone who may pass. `session`, `email` and what follows are set inside the room only; `answers` changes
    whenever an answer over this link is given or dealt with."""

    link: PublishedLink
    face: Face
    email: str = ""
    session: ViewerSession | None = None
    policy_version: int | None = None
    snapshot_id: str | None = None
    answers: str = ""

    @property
    def name(self) -> str:
        """The contact's name, if it is they who look; of others the link knows the mailbox alone."""
        mine = self.email.casefold() == self.link.contact_email.casefold()
        return self.link.contact_name if mine else ""


@dataclass(frozen=True, slots=True)
class _Known:
    """What a row means. It is kept for as long as the row stays the same; the row itself is read every time."""

    who: Admitted
    rules: tuple[Rule, ...]


ROWS_KEPT = 4096


class Gate:
    def __init__(self, database: Database) -> None:
        reader = DirectReader(database)
        self._by_token = Prepared(reader, links.by_token_hash, "token_hash")
        self._by_session = Prepared(reader, viewers.by_session_hash, "token_hash")
        self._understand = lru_cache(ROWS_KEPT)(self._read_session_row)

    def at_the_door(self, token: str, at: datetime, *, opening: bool = True) -> Admitted | Failure:
        """Who holds this token stands before the link's front page: all its rules hold but those that ask what only
        the visitor can show, which is what happens there. With `opening`, one more opening must be left."""
        if len(token) not in TOKEN_LENGTHS or not token.isascii():
            return Failure(Refusal.UNKNOWN)
        row = self._by_token.first(hash_token(token))
        if row is None:
            return Failure(Refusal.UNKNOWN)
        values = self._by_token.read(row)
        link = links.read_link(values)
        rules = [rule for rule in rules_of(link) if rule.before_door]
        verdict = check_all(rules, Visit(at=at, opening=link.views + 1 if opening else 0))
        return verdict if isinstance(verdict, Failure) else Admitted(link=link, face=_face(values))

    def inside(self, code: str, session_token: str, at: datetime) -> Admitted | Failure:
        """Who holds this session may see the room of the link with this code: the session lives, belongs to that
        link, and every rule of the link holds now for the mailbox that the session proved."""
        if len(session_token) not in TOKEN_LENGTHS or not session_token.isascii():
            return Failure(Refusal.UNKNOWN)
        row = self._by_session.first(hash_token(session_token))
        if row is None:
            return Failure(Refusal.SESSION_ENDED)
        known = self._understand(row)
        who = known.who
        if who.link.code != code or who.link.purpose != links.ROOM or who.session is None:
            return Failure(Refusal.UNKNOWN)
        if at >= who.session.expires_at:
            return Failure(Refusal.SESSION_ENDED)
        passed = Visit(at=at, proved=who.email, passcode=who.session.passcode, terms=who.session.terms)
        verdict = check_all(known.rules, passed)
        return verdict if isinstance(verdict, Failure) else who

    def _read_session_row(self, row: Row) -> _Known:
        values = self._by_session.read(row)
        link = links.read_link(values)
        session = viewers.read_session(values)
        who = Admitted(
            link=link,
            face=_face(values),
            email=session.email,
            session=session,
            policy_version=values["policy_version"],
            snapshot_id=values["snapshot_id"],
            answers=values["answers"],
        )
        return _Known(who, rules_of(link))


def rules_of(link: PublishedLink) -> tuple[Rule, ...]:
    """The link's own rules, and those that hold for every link whatever was stored: its time, its revocation, and
    for a room a mailbox: the one it was made for, unless an audience is named."""
    own = tuple(read_rule(stored) for stored in link.rules)
    always: list[Rule] = [NotRevoked(link.ended_at), Validity(link.not_before, link.expires_at)]
    if link.purpose == links.ROOM and not any(isinstance(rule, Audience) for rule in own):
        always.append(MailboxProof(link.contact_email))
    return (*always, *own)


def _face(values: dict[str, Any]) -> Face:
    return Face(name=values["vendor_name"] or "Your vendor", color=values["vendor_color"] or "")
