"""The gate: every route that serves a byte of a room asks it, on every request. Nothing else decides who gets in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.ground.ids import hash_token
from app.sharing.rules import (
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
from app.storage.published.prepared import Prepared
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


class Gate:
    def __init__(self, database: Database) -> None:
        self._by_token = Prepared(database, links.by_token_hash)
        self._by_session = Prepared(database, viewers.by_session_hash)
        self._token_names = links.by_token_hash.selected_columns.keys()
        self._session_names = viewers.by_session_hash.selected_columns.keys()

    def at_the_door(self, token: str, at: datetime) -> Admitted | Failure:
        """Who holds this token stands before the link's front page: all its rules hold but the proof of a mailbox,
        which is what happens there."""
        if len(token) not in TOKEN_LENGTHS or not token.isascii():
            return Failure(Refusal.UNKNOWN)
        row = self._by_token.first(token_hash=hash_token(token))
        if row is None:
            return Failure(Refusal.UNKNOWN)
        values = dict(zip(self._token_names, row, strict=True))
        link = links.read_link(values)
        rules = [rule for rule in rules_of(link) if not isinstance(rule, MailboxProof)]
        verdict = check_all(rules, Visit(at=at))
        return verdict if isinstance(verdict, Failure) else Admitted(link=link, face=_face(values))

    def inside(self, code: str, session_token: str, at: datetime) -> Admitted | Failure:
        """Who holds this session may see the room of the link with this code: the session lives, belongs to that
        link, and every rule of the link holds now for the mailbox that the session proved."""
        if len(session_token) not in TOKEN_LENGTHS or not session_token.isascii():
            return Failure(Refusal.UNKNOWN)
        row = self._by_session.first(token_hash=hash_token(session_token))
        if row is None:
            return Failure(Refusal.SESSION_ENDED)
        values = dict(zip(self._session_names, row, strict=True))
        link = links.read_link(values)
        session = viewers.read_session(values)
        if link.code != code or link.purpose != links.ROOM:
            return Failure(Refusal.UNKNOWN)
        if at >= session.expires_at:
            return Failure(Refusal.SESSION_ENDED)
        verdict = check_all(rules_of(link), Visit(at=at, proved=session.email))
        if isinstance(verdict, Failure):
            return verdict
        return Admitted(
            link=link,
            face=_face(values),
            email=session.email,
            session=session,
            policy_version=values["policy_version"],
            snapshot_id=values["snapshot_id"],
            answers=values["answers"],
        )


def rules_of(link: PublishedLink) -> list[Rule]:
    """The link's own rules, and those that hold for every link whatever was stored: its time, its revocation, and
    for a room the mailbox it was made for."""
    always: list[Rule] = [NotRevoked(link.revoked_at), Validity(link.not_before, link.expires_at)]
    if link.purpose == links.ROOM:
        always.append(MailboxProof(link.contact_email))
    return always + [read_rule(stored) for stored in link.rules]


def _face(values: dict[str, Any]) -> Face:
    return Face(name=values["vendor_name"] or "Your vendor", color=values["vendor_color"] or "")
