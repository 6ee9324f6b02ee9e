"""Who wins when two claims meet: the admin's written order, applied one rule after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.programme import Precedence


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What of a claim counts when it meets another. `at` is our receipt of a registration, or when a deal of our own
    was opened; `until` the end of a running protection. `named` says that the customer is a named account."""

    name: str
    direct: bool = False
    registered: bool = False
    incumbent: bool = False
    certified: bool = False
    named: bool = False
    renewal: bool = False
    at: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Which of two claims wins by which rule: 0 or 1; None where no rule tells them apart."""

    winner: int | None
    rule: Precedence | None = None


def decide(first: Standing, second: Standing, order: Sequence[Precedence]) -> Verdict:
    """The first rule of the order that tells the two apart decides. Swapping the two swaps the winner."""
    for rule in order:
        winner = _winner(rule, first, second)
        if winner is not None:
            return Verdict(winner=winner, rule=rule)
    return Verdict(winner=None)


def _winner(rule: Precedence, first: Standing, second: Standing) -> int | None:
    mixed = first.direct is not second.direct
    match rule:
        case Precedence.NAMED_ACCOUNT:
            return _only(first.direct, second.direct) if first.named or second.named else None
        case Precedence.EARLIER_DEAL:
            return _only(first.direct, second.direct) if mixed and _deal_was_first(first, second) else None
        case Precedence.INCUMBENT:
            renewal = first.renewal or second.renewal
            return _only(first.incumbent, second.incumbent) if renewal else None
        case Precedence.REGISTERED:
            return _only(first.registered, second.registered)
        case Precedence.CERTIFIED:
            return None if mixed else _only(first.certified, second.certified)
        case Precedence.EARLIER:
            return _earlier(first, second)


def _only(first: bool, second: bool) -> int | None:
    """The one that has what the other lacks."""
    return None if first is second else int(second)


def _deal_was_first(first: Standing, second: Standing) -> bool:
    deal, claim = (first, second) if first.direct else (second, first)
    return deal.at is None or claim.at is None or deal.at <= claim.at


def _earlier(first: Standing, second: Standing) -> int | None:
    if first.at is None or second.at is None or first.at == second.at:
        return None
    return int(second.at < first.at)
