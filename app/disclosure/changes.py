"""What lies between two policies: their grids cell by cell, and their exceptions one by one."""

from dataclasses import dataclass

from app.disclosure.policy import Policy, Treatment
from app.disclosure.rules import Rule
from app.domain.partner import PartnerType


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One cell of the safelist that two policies treat differently."""

    partner_type: PartnerType
    object: str
    field: str
    before: Treatment
    after: Treatment

    @property
    def shows_more(self) -> bool:
        """Whether a partner gets something it did not get before. Another mask is something new."""
        return self.after is not Treatment.ABSENT and self.before is not Treatment.SHOW


def changes(before: Policy, after: Policy) -> list[Change]:
    """The cells that the two treat differently, in order of object, field and partner type."""
    cells = before.cells.keys() | after.cells.keys()
    found = [
        Change(
            partner_type=cell[0],
            object=cell[1],
            field=cell[2],
            before=before.treatment(*cell),
            after=after.treatment(*cell),
        )
        for cell in sorted(cells, key=lambda c: (c[1], c[2], list(PartnerType).index(c[0])))
    ]
    return [change for change in found if change.before is not change.after]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """An exception that one of two policies has and the other has not."""

    rule: Rule
    added: bool


def rule_changes(before: Policy, after: Policy) -> list[RuleChange]:
    """The exceptions that were taken away, then those that were added, each in the order of its policy."""
    old, new = before.exceptions.rules, after.exceptions.rules
    return [
        *(RuleChange(rule=rule, added=False) for rule in old if rule not in new),
        *(RuleChange(rule=rule, added=True) for rule in new if rule not in old),
    ]
