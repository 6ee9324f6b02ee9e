"""The rules of a share link: small values that say yes, or no and why. A link is open when all of them say yes.

They are stored as [tag, fields…]. A tag nobody knows refuses (law 5).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import ClassVar, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.ground.clock import from_iso, to_iso


class Refusal(StrEnum):
    """Why a link did not open. For the owner and the log; a stranger never learns which."""

    UNKNOWN = "unknown"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REVOKED = "revoked"
    NO_PROOF = "no_proof"
    WRONG_MAILBOX = "wrong_mailbox"
    USED_UP = "used_up"
    NO_PASSCODE = "no_passcode"
    NO_TERMS = "no_terms"
    OUT_OF_HOURS = "out_of_hours"
    SESSION_ENDED = "session_ended"
    UNKNOWN_RULE = "unknown_rule"


@dataclass(frozen=True, slots=True)
class Success:
    pass


@dataclass(frozen=True, slots=True)
class Failure:
    reason: Refusal


Verdict = Success | Failure
SUCCESS = Success()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a rule may look at: the time, and what the visitor has proved: a mailbox, the passcode (by its stored
    hash) and the version of the terms that was accepted. `opening` is the number of this opening, where it is one."""

    at: datetime
    proved: str | None = None
    passcode: str = ""
    terms: str = ""
    opening: int = 0


class Rule(Protocol):
    """`before_door` rules hold for everybody who has the link; the others ask what only the visitor can show."""

    before_door: ClassVar[bool]

    def check(self, visit: Visit) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class Validity:
    """Open from `not_before` on, and closed from the very moment `expires_at`."""

    before_door: ClassVar[bool] = True
    not_before: datetime
    expires_at: datetime

    def check(self, visit: Visit) -> Verdict:
        if visit.at < self.not_before:
            return Failure(Refusal.NOT_YET)
        return SUCCESS if visit.at < self.expires_at else Failure(Refusal.EXPIRED)


@dataclass(frozen=True, slots=True)
class NotRevoked:
    before_door: ClassVar[bool] = True
    revoked_at: datetime | None

    def check(self, visit: Visit) -> Verdict:  # noqa: ARG002 - revoked is revoked, whatever the clock says
        return SUCCESS if self.revoked_at is None else Failure(Refusal.REVOKED)


@dataclass(frozen=True, slots=True)
class MailboxProof:
    """Only who has shown, by a one-time code, to read this mailbox."""

    before_door: ClassVar[bool] = False
    email: str

    def check(self, visit: Visit) -> Verdict:
        if visit.proved is None:
            return Failure(Refusal.NO_PROOF)
        same = visit.proved.casefold() == self.email.casefold()
        return SUCCESS if same else Failure(Refusal.WRONG_MAILBOX)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who has proved one of these mailboxes, or any mailbox of these domains ("@northwind.example")."""

    before_door: ClassVar[bool] = False
    entries: tuple[str, ...]

    def check(self, visit: Visit) -> Verdict:
        if visit.proved is None:
            return Failure(Refusal.NO_PROOF)
        return SUCCESS if self.holds(visit.proved) else Failure(Refusal.WRONG_MAILBOX)

    def holds(self, email: str) -> bool:
        """Whether this mailbox is one of them. A domain means itself, never what lies under it or ends like it."""
        mailbox = email.casefold()
        _, at, domain = mailbox.rpartition("@")
        known = {entry.casefold() for entry in self.entries}
        return bool(at) and (mailbox in known or f"@{domain}" in known)


@dataclass(frozen=True, slots=True)
class Without:
    """Anybody but this mailbox: for who left a firm whose whole domain may come in."""

    before_door: ClassVar[bool] = False
    email: str

    def check(self, visit: Visit) -> Verdict:
        out = visit.proved is not None and visit.proved.casefold() == self.email.casefold()
        return Failure(Refusal.WRONG_MAILBOX) if out else SUCCESS


@dataclass(frozen=True, slots=True)
class ViewLimit:
    """Opens this many times. Looking at the front page is no opening; a session that is in stays in."""

    before_door: ClassVar[bool] = True
    most: int

    def check(self, visit: Visit) -> Verdict:
        return SUCCESS if visit.opening <= self.most else Failure(Refusal.USED_UP)


@dataclass(frozen=True, slots=True)
class Passcode:
    """Who was told the passcode. Its salted hash stands for it; a new passcode ends the sessions of the old one."""

    before_door: ClassVar[bool] = False
    hashed: str

    def check(self, visit: Visit) -> Verdict:
        return SUCCESS if visit.passcode == self.hashed else Failure(Refusal.NO_PASSCODE)


@dataclass(frozen=True, slots=True)
class Terms:
    """Who has accepted this version of the terms; it is named by the hash of its text."""

    before_door: ClassVar[bool] = False
    version: str

    def check(self, visit: Visit) -> Verdict:
        return SUCCESS if visit.terms == self.version else Failure(Refusal.NO_TERMS)


@dataclass(frozen=True, slots=True)
class Hours:
    """Open on these days of the week (1 is Monday) from `start` until before `end`, as clocks show it in `zone`."""

    before_door: ClassVar[bool] = True
    zone: ZoneInfo
    start: time
    end: time
    days: str

    def check(self, visit: Visit) -> Verdict:
        there = visit.at.astimezone(self.zone)
        fits = str(there.isoweekday()) in self.days and self.start <= there.time() < self.end
        return SUCCESS if fits else Failure(Refusal.OUT_OF_HOURS)


@dataclass(frozen=True, slots=True)
class UnknownRule:
    """Stands for what this version cannot read: a newer rule, or a damaged row."""

    before_door: ClassVar[bool] = True
    tag: str

    def check(self, visit: Visit) -> Verdict:  # noqa: ARG002 - nothing a visitor does can satisfy it
        return Failure(Refusal.UNKNOWN_RULE)


Stored = tuple[str, ...]


def write_rule(
    rule: Validity | MailboxProof | Audience | Without | ViewLimit | Passcode | Terms | Hours,
) -> Stored:
    """The rule as it is stored. Revocation is not stored here: it is the link's own column."""
    stored: Stored
    match rule:
        case Validity(not_before, expires_at):
            stored = ("validity", to_iso(not_before), to_iso(expires_at))
        case MailboxProof(email):
            stored = ("mailbox", email)
        case Audience(entries):
            stored = ("audience", *entries)
        case Without(email):
            stored = ("without", email)
        case ViewLimit(most):
            stored = ("views", str(most))
        case Passcode(hashed):
            stored = ("passcode", hashed)
        case Terms(version):
            stored = ("terms", version)
        case Hours(zone, start, end, days):
            stored = ("hours", zone.key, f"{start:%H:%M}", f"{end:%H:%M}", days)
    return stored


def read_rule(stored: Sequence[str]) -> Rule:
    """The rule that was stored; UnknownRule for anything else."""
    try:
        tag, *values = stored
        if all(isinstance(value, str) for value in values):
            return _READERS[tag](*values)
    except (KeyError, TypeError, ValueError, ZoneInfoNotFoundError, OSError):
        pass
    return UnknownRule(str(stored[0])[:40] if stored else "")


def _filled(value: str) -> str:
    if not value:
        raise ValueError("a rule needs its value")
    return value


def _read_audience(*entries: str) -> Audience:
    if not entries or not all("@" in entry for entry in entries):
        raise ValueError("an audience names mailboxes and domains")
    return Audience(entries)


def _read_views(most: str) -> ViewLimit:
    if not (most.isascii() and most.isdigit()):
        raise ValueError("a limit is a number")
    return ViewLimit(int(most))


_DAYS = re.compile(r"1?2?3?4?5?6?7?")


def hours(zone: str, start: str, end: str, days: str) -> Hours:
    """The rule these texts name. Raises ValueError, or what ZoneInfo raises, for what is no zone, time or day, and
    for hours that never come."""
    opens, closes = time.fromisoformat(start), time.fromisoformat(end)
    if not days or not _DAYS.fullmatch(days) or opens >= closes or opens.tzinfo or closes.tzinfo:
        raise ValueError(days)
    return Hours(ZoneInfo(zone), opens, closes, days)


_READERS: Mapping[str, Callable[..., Rule]] = {
    "validity": lambda opens, ends: Validity(from_iso(opens), from_iso(ends)),
    "mailbox": lambda email: MailboxProof(_filled(email)),
    "audience": _read_audience,
    "without": lambda email: Without(_filled(email)),
    "views": _read_views,
    "passcode": lambda hashed: Passcode(_filled(hashed)),
    "terms": lambda version: Terms(_filled(version)),
    "hours": hours,
}
"""A stored rule is never read another way: fields are only added at its end, with a default, or it gets a new tag."""


def check_all(rules: Iterable[Rule], visit: Visit) -> Verdict:
    """Success, or the first failure."""
    for rule in rules:
        verdict = rule.check(visit)
        if isinstance(verdict, Failure):
            return verdict
    return SUCCESS
