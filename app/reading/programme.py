"""The programme for an admin's eyes: its rules in sentences, what another order of rules would have decided, and how
well the matching does."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.domain.conflict import ConflictDecision, ConflictFlag, ConflictKind
from app.domain.measured import FEW, Case, Point, curve, point
from app.domain.precedence import decide
from app.domain.programme import REQUIRABLE, Programme, Rule, Start
from app.storage import conflict as conflicts
from app.storage import partner as partners
from app.storage import registration as registrations
from cards import words

SHOWN = 50
"""Cases of a dry run that are listed; the counts are of all."""

WEEK = timedelta(days=7)

SAYS = {
    ConflictDecision.UPHOLD.value: "the registration",
    ConflictDecision.DISMISS.value: "the other claim",
    "": "nobody: a person decides",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A past case that the edited order would have decided otherwise."""

    sentence: str
    decided: str
    by_rules: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What the edited order makes of the cases that people have decided."""

    cases: int
    agrees: int
    differs: tuple[Changed, ...]
    undecided: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The matching on decided cases: now, and at every threshold."""

    cases: int
    now: Point
    points: tuple[Point, ...]

    @property
    def is_few(self) -> bool:
        return self.cases < FEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Probing:
    """A partner who registered unusually much in a week, and how much of it came to nothing."""

    partner: str
    submitted: int
    refused: int
    busiest_day: int


def dry_run(connection: Connection, tenant_id: str, programme: Programme) -> DryRun:
    """The order of rules applied to the past as it stood: to what both sides were when the conflict was found."""
    cases = [flag for flag in _decided(connection, tenant_id) if flag.standings and _was_won(flag)]
    changed, agrees, undecided = [], 0, 0
    for flag in cases:
        won = _by_rules(flag, programme)
        if won == flag.decision:
            agrees += 1
        elif won is None:
            undecided += 1
        else:
            changed.append(
                Changed(
                    sentence=flag.sentence, decided=SAYS[str(flag.decision or "")], by_rules=SAYS[won.value]
                )
            )
    return DryRun(cases=len(cases), agrees=agrees, differs=tuple(changed[:SHOWN]), undecided=undecided)


def measured(connection: Connection, tenant_id: str, threshold: float) -> Measured:
    """Whoever settles a conflict says whether it was one: a flag between different customers was a false alarm."""
    cases = [
        Case(probability=flag.probability, same=flag.decision is not ConflictDecision.OTHER_CUSTOMER)
        for flag in _decided(connection, tenant_id)
        if flag.kind is not ConflictKind.PARENT_SUBSIDIARY
    ]
    return Measured(cases=len(cases), now=point(cases, threshold), points=curve(cases))


def probing(connection: Connection, tenant_id: str, most_per_day: int, now: datetime) -> list[Probing]:
    """Partners who registered more on a day than the programme thinks usual, the busiest first."""
    names = {one.id: one.name for one in partners.all_of(connection, tenant_id)}
    found = []
    for partner_id, rows in registrations.since(connection, tenant_id, now - WEEK).items():
        days: dict[object, int] = {}
        for at, _ in rows:
            days[at.date()] = days.get(at.date(), 0) + 1
        busiest = max(days.values())
        if busiest > most_per_day:
            refused = sum(state == "refused" for _, state in rows)
            found.append(
                Probing(
                    partner=names.get(partner_id, partner_id),
                    submitted=len(rows),
                    refused=refused,
                    busiest_day=busiest,
                )
            )
    return sorted(found, key=lambda one: (-one.busiest_day, one.partner))


def sentences(rule: Rule) -> Iterator[str]:
    """One rule as a partner manager would say it."""
    needs = [REQUIRABLE[name] for name in rule.required]
    yield f"A registration says {words.listing(['who the customer is', *needs])}."
    if rule.certifications:
        yield f"Only partners with a valid certification register: {' or '.join(rule.certifications)}."
    yield from _steps(rule)
    days = "working hours, weekends and holidays left out" if rule.business_days else "hours"
    late = f" A late decision goes to {rule.escalate_to}." if rule.escalate_to else ""
    yield f"A decision is due within {rule.sla_hours} {days}.{late}"
    start = (
        "the receipt; the time we take to decide does not count"
        if rule.protection_starts is Start.RECEIPT
        else "the approval"
    )
    yield f"Protection runs for {words.count(rule.protection_days, 'day')} from {start}."
    yield (
        f"It may be extended {words.count(rule.extension_limit, 'time')} by {rule.extension_days} days."
        if rule.extension_limit
        else "It is not extended."
    )
    if rule.reminder_days:
        *most, last = (str(one) for one in sorted(rule.reminder_days, reverse=True))
        before = f"{', '.join(most)} and {last}" if most else last
        yield f"Both sides are reminded {before} days before it ends."
    if rule.idle_days:
        yield f"A deal on which nothing happens for {rule.idle_days} days is pulled back."
    for one in rule.tiers:
        gets = [f"{one.protection_days} days of protection"] if one.protection_days else []
        gets += [f"a decision within {one.sla_hours} hours"] if one.sla_hours else []
        yield f"{one.tier} partners get {' and '.join(gets) or 'the same'}."


def remarks(programme: Programme) -> Iterator[str]:
    """What an admin may not have meant: a rule that never holds, and partners for whom none does."""
    for number, rule in enumerate(programme.rules):
        first = next(
            (
                other
                for other in programme.rules[:number]
                if _sorted(other.partner_types) == _sorted(rule.partner_types)
                and _sorted(other.regions) == _sorted(rule.regions)
            ),
            None,
        )
        if first:
            yield f"“{rule.name}” never holds: “{first.name}” stands before it, for the same partners and regions."
    ordered = {_plain(tier) for tier in programme.tier_order}
    named = {one.tier for rule in programme.rules for one in rule.tiers if _plain(one.tier) not in ordered}
    if ordered and named:
        yield f"{words.listing(sorted(named))} {'stands' if len(named) == 1 else 'stand'} in no order of tiers."
    if all(rule.partner_types or rule.regions for rule in programme.rules):
        yield (
            "No rule is for everybody. Whoever fits none gets ours: anybody of your team decides within 48 hours, "
            "protection runs for 90 days."
        )


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _sorted(names: Iterable[str]) -> list[str]:
    return sorted(name.casefold() for name in names)


def scope(rule: Rule) -> str:
    """For whom a rule holds."""
    types = ", ".join(one.label for one in rule.partner_types) or "All partners"
    return f"{types} in {', '.join(rule.regions)}" if rule.regions else types


def _steps(rule: Rule) -> Iterator[str]:
    if not rule.steps:
        yield "Anybody of your team decides."
    for number, step in enumerate(rule.steps, 1):
        when = [f"from {step.min_amount:,.0f}"] if step.min_amount else []
        when += [f"in {', '.join(step.regions)}"] if step.regions else []
        when += [f"for {', '.join(step.products)}"] if step.products else []
        who = " or ".join(step.approvers) or "anybody of your team"
        yield f"Step {number}, {step.name}{' (' + ', '.join(when) + ')' if when else ''}: {who} decides."


def _decided(connection: Connection, tenant_id: str) -> Sequence[ConflictFlag]:
    settled = conflicts.decided(connection, tenant_id)
    return [one for one in settled if one.decision and one.kind is not ConflictKind.OWN_DUPLICATE]


def _was_won(flag: ConflictFlag) -> bool:
    return flag.decision in (ConflictDecision.UPHOLD, ConflictDecision.DISMISS)


def _by_rules(flag: ConflictFlag, programme: Programme) -> ConflictDecision | None:
    """What the order says of the flagged registration; its own standing is the second."""
    other, own = flag.standings
    winner = decide(other, own, programme.precedence).winner
    if winner is None:
        return None
    return ConflictDecision.UPHOLD if winner == 1 else ConflictDecision.DISMISS
