"""The exceptions of a policy: for one partner, in one deal motion, at one stage; and which records a partner gets.

What is not known of a record (its motion, its stage, its territory) is taken for whatever shows least (law 5).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product
from typing import Any

from app.disclosure.treatment import Treatment, narrowest
from app.domain.partner import PartnerType


class Motion(StrEnum):
    """How a deal came to us and how it is sold."""

    SOURCED = "sourced"
    INFLUENCED = "influenced"
    CO_SELL = "co_sell"
    RESELL = "resell"
    RENEWAL = "renewal"

    @property
    def label(self) -> str:
        return self.replace("_", "-").capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """For whom and of what a policy is asked. None is not known."""

    partner_id: str | None = None
    motion: Motion | None = None
    stage: str | None = None
    territory: str | None = None


UNKNOWN = Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One exception: where all that it names fits, it decides instead of the grid. `stage` is the CRM's own value."""

    object: str
    field: str
    treatment: Treatment
    partner_type: PartnerType | None = None
    partner_id: str = ""
    motion: Motion | None = None
    stage: str = ""

    @property
    def rank(self) -> tuple[bool, int, bool]:
        """A rule for one partner beats one for its type; then the one that asks more of the deal; then the one that
        names the type."""
        return bool(self.partner_id), bool(self.motion) + bool(self.stage), self.partner_type is not None

    def to_json(self) -> dict[str, str]:
        said = {
            "object": self.object,
            "field": self.field,
            "treatment": str(self.treatment),
            "partner_type": str(self.partner_type or ""),
            "partner_id": self.partner_id,
            "motion": str(self.motion or ""),
            "stage": self.stage,
        }
        return {name: value for name, value in said.items() if value}

    def fits(self, partner_id: str, motion: Motion | None, stage: str) -> bool:
        return (
            self.partner_id in ("", partner_id)
            and self.motion in (None, motion)
            and self.stage in ("", stage)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionField:
    """Which field of a deal says its motion, and what each of its values means."""

    field: str
    values: Mapping[str, Motion]


@dataclass(frozen=True, slots=True, kw_only=True)
class Territories:
    """Which values of a field (`object` and `field`) a partner's records have to have. A partner without an entry is
    not bound to a territory."""

    object: str
    field: str
    partners: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptions:
    """All that a policy says beside its grid. `people` names who of a partner may read: addresses or @domains; a
    partner without an entry has no such list. `approval` is the number of people from which on a second admin has
    to agree."""

    rules: tuple[Rule, ...] = ()
    motion: MotionField | None = None
    territories: Territories | None = None
    people: Mapping[str, Sequence[str]] = field(default_factory=dict)
    approval: int | None = None

    @property
    def ask_of_record(self) -> bool:
        """Whether anything depends on the record, and not on the partner alone."""
        return self.territories is not None or any(rule.motion or rule.stage for rule in self.rules)

    def to_json(self) -> dict[str, Any]:
        """What there is to say, by its name in a policy's body."""
        body: dict[str, Any] = {}
        if self.rules:
            body["rules"] = [rule.to_json() for rule in self.rules]
        if self.motion:
            values = {value: str(motion) for value, motion in sorted(self.motion.values.items())}
            body["motion"] = {"field": self.motion.field, "values": values}
        if self.territories:
            where = self.territories
            partners = _lists(where.partners)
            body["territories"] = {"object": where.object, "field": where.field, "partners": partners}
        if self.people:
            body["people"] = _lists(self.people)
        if self.approval is not None:
            body["approval"] = self.approval
        return body

    def reach(self, scope: Scope) -> bool:
        """Whether the partner gets anything of the record at all."""
        if self.territories is None:
            return True
        if scope.partner_id is None:
            return not self.territories.partners
        allowed = self.territories.partners.get(scope.partner_id)
        return allowed is None or _plain(scope.territory) in {_plain(value) for value in allowed}

    def admit(self, partner_id: str, email: str) -> bool:
        """Whether somebody of the partner may read what the partner gets."""
        named = self.people.get(partner_id)
        who = email.strip().lower()
        return named is None or who in named or f"@{who.rpartition('@')[2]}" in named


def _lists(values: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {name: list(held) for name, held in sorted(values.items())}


def decide(base: Treatment, rules: Iterable[Rule], partner_type: PartnerType, scope: Scope) -> Treatment:
    """What the grid's `base` becomes under the rules of one field."""
    mine = [rule for rule in rules if rule.partner_type in (None, partner_type)]
    if not mine:
        return base
    partners = {rule.partner_id for rule in mine} | {""} if scope.partner_id is None else {scope.partner_id}
    motions = {rule.motion for rule in mine} | {None} if scope.motion is None else {scope.motion}
    stages = {rule.stage for rule in mine} | {""} if scope.stage is None else {scope.stage}
    return narrowest(*(_decide(base, mine, *guess) for guess in product(partners, motions, stages)))


def _decide(
    base: Treatment, rules: Sequence[Rule], partner_id: str, motion: Motion | None, stage: str
) -> Treatment:
    fitting = [rule for rule in rules if rule.fits(partner_id, motion, stage)]
    if not fitting:
        return base
    top = max(rule.rank for rule in fitting)
    return narrowest(*(rule.treatment for rule in fitting if rule.rank == top))


def _plain(value: str | None) -> str | None:
    return value.strip().casefold() if value and value.strip() else None
