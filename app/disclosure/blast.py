"""How far a change of the safelist reaches: which records, links and people would see or lose which values.

It asks the same treatments and masks as composing a room does, place by place, so its numbers are exact: no estimate.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made

from app.disclosure.policy import Policy
from app.disclosure.redaction import redact
from app.disclosure.rules import Scope
from app.disclosure.treatment import Treatment, never_reason
from app.domain.partner import PartnerType

SAMPLES = 3
"""Values shown for each change: enough to see what it means."""

_HERE = "•"
"""Stands for a section of the room: it is there or not, and has no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One partner on one record. `values` are its fields by object as a partner would be shown them, `links` the
    people of each open link."""

    partner_id: str
    partner_name: str
    partner_type: PartnerType
    record: str
    record_name: str
    values: Mapping[str, Mapping[str, str | None]]
    scopes: tuple[Scope, Scope]
    links: Sequence[frozenset[str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What one partner gets of one record, before and after; None is nothing."""

    record_name: str
    partner_name: str
    before: str | None
    after: str | None


@dataclass(slots=True, kw_only=True)
class Impact:
    """One field that a change treats differently. `more` is news to those it reaches; `unread` counts the records
    whose value we do not hold yet: nobody was shown the field so far, so it was never read."""

    object: str
    field: str
    after: Treatment
    more: bool
    partners: set[str] = made(default_factory=set)
    records: set[str] = made(default_factory=set)
    people: set[str] = made(default_factory=set)
    links: int = 0
    unread: int = 0
    samples: list[Sample] = made(default_factory=list)


@dataclass(frozen=True, slots=True)
class Blast:
    """Everything a change reaches, what shows more first."""

    impacts: tuple[Impact, ...] = ()

    @property
    def people(self) -> int:
        """How many people would see something that they do not see now."""
        return len({who for impact in self.impacts if impact.more for who in impact.people})


def candidates(before: Policy, after: Policy) -> list[tuple[str, str]]:
    """The (object, field) pairs that the two may treat differently, in order."""
    said, says = before.exceptions, after.exceptions
    every = {cell[1:] for policy in (before, after) for cell in policy.cells}
    every |= {(rule.object, rule.field) for one in (said, says) for rule in one.rules}
    every |= before.closed | after.closed
    if (said.motion, said.territories, said.people) == (says.motion, says.territories, says.people):
        changed = {
            cell[1:] for cell in before.cells.keys() | after.cells.keys() if _differ(before, after, cell)
        }
        changed |= {(rule.object, rule.field) for rule in set(said.rules) ^ set(says.rules)}
        every &= changed | (before.closed ^ after.closed)
    return sorted(pair for pair in every if not never_reason(pair[1]))


def blast(
    places: Iterable[Place], before: Policy, after: Policy, labels: Mapping[tuple[str, str], str]
) -> Blast:
    """What the step from one policy to the other changes in these places."""
    pairs = [pair for pair in candidates(before, after) if not never_reason(labels.get(pair, ""))]
    found: dict[tuple[bool, str, str, Treatment], Impact] = {}
    known: dict[object, list[tuple[tuple[str, str], Treatment, Treatment]]] = {}
    for place in places:
        key = (place.partner_type, place.scopes)
        if key not in known:
            known[key] = list(_treatments(place, before, after, pairs))
        for group in _groups(place, before, after):
            for pair, old, new in known[key]:
                _note(
                    found, place, pair, old if group.before else _NONE, new if group.after else _NONE, group
                )
    ordered = sorted(found.items(), key=lambda item: (not item[0][0], item[0][1:3]))
    return Blast(tuple(impact for _, impact in ordered))


_NONE = Treatment.ABSENT


@dataclass(frozen=True, slots=True)
class _Group:
    """Those links of a place whose people the two policies admit alike."""

    before: bool
    after: bool
    links: int
    people: frozenset[str]


def _groups(place: Place, before: Policy, after: Policy) -> Iterable[_Group]:
    if not place.links or before.exceptions.people == after.exceptions.people:
        everybody = frozenset(who for link in place.links for who in link)
        admitted = {who for who in everybody if after.exceptions.admit(place.partner_id, who)}
        links = sum(bool(link & admitted) for link in place.links)
        yield _Group(before=True, after=True, links=links, people=frozenset(admitted))
        return
    split: dict[tuple[bool, bool], tuple[int, set[str]]] = {}
    for link in place.links:
        for who in link:
            key = (
                before.exceptions.admit(place.partner_id, who),
                after.exceptions.admit(place.partner_id, who),
            )
            links, people = split.get(key, (0, set()))
            split[key] = links + 1, people | {who}
    for (was, is_), (links, people) in split.items():
        yield _Group(before=was, after=is_, links=links, people=frozenset(people))


def _treatments(
    place: Place, before: Policy, after: Policy, pairs: Sequence[tuple[str, str]]
) -> Iterable[tuple[tuple[str, str], Treatment, Treatment]]:
    old = before.view(place.partner_type, place.scopes[0])
    new = after.view(place.partner_type, place.scopes[1])
    for pair in pairs:
        yield pair, old.treatment(*pair), new.treatment(*pair)


def _note(
    found: dict[tuple[bool, str, str, Treatment], Impact],
    place: Place,
    pair: tuple[str, str],
    old: Treatment,
    new: Treatment,
    group: _Group,
) -> None:
    if old is new:
        return
    values = place.values.get(pair[0])
    if values is None:
        return  # a company has no deal
    unread = pair[0] != "room" and pair[1] not in values
    value = _HERE if pair[0] == "room" else values.get(pair[1])
    was = redact(old, value) if value else None
    is_ = redact(new, value) if value else None
    if was == is_ and not (unread and new is not Treatment.ABSENT):
        return
    more = new is not Treatment.ABSENT and old is not Treatment.SHOW and (unread or is_ is not None)
    key = (more, *pair, new)
    impact = found.get(key)
    if impact is None:
        impact = found[key] = Impact(object=pair[0], field=pair[1], after=new, more=more)
    impact.partners.add(place.partner_id)
    impact.records.add(place.record)
    impact.people |= group.people
    impact.links += group.links
    impact.unread += unread
    if value and pair[0] != "room" and len(impact.samples) < SAMPLES:
        sample = Sample(record_name=place.record_name, partner_name=place.partner_name, before=was, after=is_)
        impact.samples.append(sample)


def _differ(before: Policy, after: Policy, cell: tuple[PartnerType, str, str]) -> bool:
    return before.treatment(*cell) is not after.treatment(*cell)
