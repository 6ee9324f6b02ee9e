"""Conflicts in the words of a salesperson."""

from collections.abc import Sequence
from datetime import UTC, datetime

from app.domain.conflict.flag import Claim
from app.domain.precedence import Standing, Verdict
from app.domain.programme import Precedence
from app.domain.registration import Registration

ONE_EACH = "One registration per customer: the earlier one stands, the later one adds nothing."


def sentence_of(verdict: Verdict, standings: Sequence[Standing], at: datetime, noun: str) -> str:
    """The rule that decides, as a salesperson would say it. A registration that only waits wins on the condition
    that it is approved."""
    if verdict.winner is None:
        return "The rules do not tell these claims apart: a person decides."
    winner, loser = standings[verdict.winner], standings[1 - verdict.winner]
    if verdict.rule is Precedence.REGISTERED:
        later = f"{article(noun)} {noun} opened later" if loser.direct else "a later one"
        until = f" until its protection ends on {day_of(winner.until, at)}" if winner.until else ""
        return f"An approved registration beats {later}{until}."
    said = {
        Precedence.NAMED_ACCOUNT: "This is a named account: it stays with our own sales.",
        Precedence.EARLIER_DEAL: f"An open {noun} of our own from before beats a registration.",
        Precedence.INCUMBENT: f"At a renewal the incumbent wins: {winner.name}.",
        Precedence.CERTIFIED: f"The certified partner wins the tie: {winner.name}.",
    }
    return said.get(verdict.rule or Precedence.EARLIER) or _earlier(winner, loser, at, noun)


def _earlier(winner: Standing, loser: Standing, at: datetime, noun: str) -> str:
    if loser.direct:
        return f"The registration came first and waits for a decision; once approved it beats the {noun}."
    if winner.at is None or winner.direct:
        return f"The earlier one wins: {winner.name}."
    both = "Both are approved" if winner.registered else "Neither is decided"
    received = _instant(winner.at.astimezone(UTC), at)
    return f"{both}. The first to register wins: {winner.name}, received on {received}."


def _instant(stamp: datetime, at: datetime) -> str:
    return f"{day_of(stamp, at)} at {stamp:%H:%M:%S} UTC"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_of(moment: datetime, now: datetime) -> str:
    """A day as "3 Nov", with the year when it is another one than now's. In UTC, like every date of ours."""
    day = moment.astimezone(UTC)
    short = f"{day.day} {_MONTHS[day.month - 1]}"
    return short if day.year == now.astimezone(UTC).year else f"{short} {day.year}"


def received_day(claim: Claim, at: datetime) -> str:
    """The day on which a claim was received."""
    return day_of(claim.registration.received_at, at)


def again(later: Registration, earlier: Registration, same: str = "it") -> str:
    """The customer of the later one: "it", or another word, where both say the same name."""
    return same if later.customer_name.casefold() == earlier.customer_name.casefold() else later.customer_name


def article(noun: str) -> str:
    return "an" if noun[:1] in "aeiou" else "a"


def plural(noun: str) -> str:
    return noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
