"""Which rights a firm's certifications give it. Pure: programme rules, commands and cards all ask here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.certification import Certification, current, holders

REGISTER = "register"
"""The right to register deals. Every other right is the name of a tier or benefit, as the admin writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """`right` needs `people` of the firm to be certified for `credential` (its name or the issuer's id); with 0
    people the firm itself. An empty level means any."""

    id: str
    right: str
    credential: str
    level: str = ""
    people: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilment:
    """How far one requirement is met. `until` is the last day it stays met if nobody renews: None while it is not
    met, and where nothing ends it."""

    requirement: Requirement
    have: int
    met: bool
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """Whether a firm has a right, and by what. `lacks` are sentences for whoever has to do something about it."""

    right: str
    met: bool
    parts: tuple[Fulfilment, ...] = ()
    until: date | None = None
    lacks: tuple[str, ...] = ()


def eligible(
    right: str, requirements: Iterable[Requirement], certifications: Sequence[Certification], today: date
) -> Eligibility:
    """Whether these certifications of one firm give it the right on that day. All requirements of the right have to
    be met; a right that asks for nothing is everybody's."""
    parts = tuple(fulfilment(one, certifications, today) for one in requirements if same(one.right, right))
    ends = [part.until for part in parts if part.until]
    met = all(part.met for part in parts)
    return Eligibility(
        right=right,
        met=met,
        parts=parts,
        until=min(ends, default=None) if met else None,
        lacks=tuple(_lack(part) for part in parts if not part.met),
    )


def has_any(names: Sequence[str], certifications: Iterable[Certification], today: date) -> bool:
    """Whether one of these certifications is held and valid on that day; where none is named, everybody has it."""
    wanted = {name.casefold() for name in names}
    return not wanted or any(one.name.casefold() in wanted and one.is_valid(today) for one in certifications)


def rights(requirements: Iterable[Requirement]) -> list[str]:
    """The rights that are asked for anything, registering first."""
    found = {one.right.casefold(): one.right for one in requirements}
    return sorted(found.values(), key=lambda right: (not same(right, REGISTER), right.casefold()))


def fulfilment(requirement: Requirement, certifications: Sequence[Certification], today: date) -> Fulfilment:
    """How far the certifications meet the requirement; one person counts once."""
    fitting = [
        one
        for one in current(certifications)
        if one.is_valid(today) and fits(requirement, one) and one.is_personal == (requirement.people > 0)
    ]
    people = holders(certifications)
    ends: dict[object, date] = {}
    for one in fitting:
        holder = people.get(one.id, "firm")
        ends[holder] = max(ends.get(holder, date.min), one.expires or date.max)
    need = max(requirement.people, 1)
    longest = sorted(ends.values(), reverse=True)
    met = len(longest) >= need
    until = longest[need - 1] if met and longest[need - 1] != date.max else None
    return Fulfilment(requirement=requirement, have=len(longest), met=met, until=until)


def same(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def wanted(requirement: Requirement) -> str:
    """What is asked for, in words: "2 people certified in Implementation, Gold"."""
    what = f"{requirement.credential}, {requirement.level}" if requirement.level else requirement.credential
    if requirement.people == 0:
        return f"the firm certified in {what}"
    who = "1 person" if requirement.people == 1 else f"{requirement.people} people"
    return f"{who} certified in {what}"


def fits(requirement: Requirement, one: Certification) -> bool:
    """Whether the certification is of the kind that is asked for, whoever holds it and until when."""
    level = not requirement.level or same(requirement.level, one.level)
    return level and any(same(requirement.credential, what) for what in (one.credential, one.name) if what)


def _lack(part: Fulfilment) -> str:
    return f"Needs {wanted(part.requirement)}; {part.have} now."
