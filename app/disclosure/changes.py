"""What lies between the grids of two policies, cell by cell."""

from dataclasses import dataclass

from app.disclosure.policy import Policy, Treatment
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
