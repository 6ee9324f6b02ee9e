"""The rules of a share link: small values that say yes, or no and why. A link is open when all of them say yes.

They are stored as [tag, fields…]. A tag nobody knows refuses (law 5).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.ground.clock import from_iso, to_iso


class Refusal(StrEnum):
    """Why a link did not open. For the owner and the log; a stranger never learns which."""

    UNKNOWN = "unknown"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REVOKED = "revoked"
    NO_PROOF = "no_proof"
    WRONG_MAILBOX = "wrong_mailbox"
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
    """What a rule may look at: the time, and the mailbox the visitor has proved, if any."""

    at: datetime
    proved: str | None = None


class Rule(Protocol):
    def check(self, visit: Visit) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class Validity:
    """Open from `not_before` on, and closed from the very moment `expires_at`."""

    not_before: datetime
    expires_at: datetime

    def check(self, visit: Visit) -> Verdict:
        if visit.at < self.not_before:
            return Failure(Refusal.NOT_YET)
        return SUCCESS if visit.at < self.expires_at else Failure(Refusal.EXPIRED)


@dataclass(frozen=True, slots=True)
class NotRevoked:
    revoked_at: datetime | None

    def check(self, visit: Visit) -> Verdict:  # noqa: ARG002 - revoked is revoked, whatever the clock says
        return SUCCESS if self.revoked_at is None else Failure(Refusal.REVOKED)


@dataclass(frozen=True, slots=True)
class MailboxProof:
    """Only who has shown, by a one-time code, to read this mailbox."""

    email: str

    def check(self, visit: Visit) -> Verdict:
        if visit.proved is None:
            return Failure(Refusal.NO_PROOF)
        same = visit.proved.casefold() == self.email.casefold()
        return SUCCESS if same else Failure(Refusal.WRONG_MAILBOX)


@dataclass(frozen=True, slots=True)
class UnknownRule:
    """Stands for what this version cannot read: a newer rule, or a damaged row."""

    tag: str

    def check(self, visit: Visit) -> Verdict:  # noqa: ARG002 - nothing a visitor does can satisfy it
        return Failure(Refusal.UNKNOWN_RULE)


def write_rule(rule: Validity | MailboxProof) -> tuple[str, ...]:
    """The rule as it is stored. Revocation is not stored here: it is the link's own column."""
    match rule:
        case Validity(not_before, expires_at):
            return ("validity", to_iso(not_before), to_iso(expires_at))
        case MailboxProof(email):
            return ("mailbox", email)


def read_rule(stored: Sequence[str]) -> Rule:
    """The rule that was stored; UnknownRule for anything else."""
    try:
        match list(stored):
            case ["validity", not_before, expires_at]:
                return Validity(from_iso(not_before), from_iso(expires_at))
            case ["mailbox", str(email)] if email:
                return MailboxProof(email)
    except (TypeError, ValueError):
        pass
    return UnknownRule(str(stored[0])[:40] if stored else "")


def check_all(rules: Iterable[Rule], visit: Visit) -> Verdict:
    """Success, or the first failure."""
    for rule in rules:
        verdict = rule.check(visit)
        if isinstance(verdict, Failure):
            return verdict
    return SUCCESS
